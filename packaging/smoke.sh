#!/bin/sh
# Installs a .deb into a clean root and tries the program there: smoke.sh PACKAGE.deb (as root). The clean root is the
# folder ROOT, into which apt and dpkg install the package; without one it is unpacked beside and tried from there.
# The program is tried offscreen, under Xvfb, without a home, and from a path with spaces. Nothing is cut off: times
# are printed beside their bars, which are for a quiet machine, and a time in seconds of the processor with them.
set -eu
package=$(readlink -f "$1")
work=$(mktemp -d)
mounted=
trap 'rm -rf "$work"; [ -z "$mounted" ] || umount "$mounted"' EXIT
dpkg-deb --extract "$package" "$work/root"
program=$work/root/opt/athanor/athanor
say() { printf '%-34s %s\n' "$1" "$2"; }
number() { grep -o "\"$1\": [0-9.]*" "$work/out" | tail -n 1 | cut -d' ' -f2; }
against() { awk "BEGIN { print ($1 <= $2) ? \"within\" : \"over\" }"; }

try() {
  name=$1; shift
  if ! env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$work/home" LANG=C.UTF-8 "$@" >"$work/out" 2>"$work/err"; then
    cat "$work/out" "$work/err" >&2; say "$name" FAILED; exit 1
  fi
  if [ -s "$work/err" ]; then cat "$work/err" >&2; say "$name" "passed, but said the above"; exit 1; fi
  whole=$(number seconds) processor=$(number processor_seconds) window=$(number window_seconds)
  say "$name" "passed in $whole s ($(against "$whole" 60) 60), of the processor $processor s ($(against "$processor" 60) 60), window in $window s ($(against "$window" 2) 2)"
}

mkdir -p "$work/home"
content=$(find "$work/root" -type f -printf '%s\n' | awk '{ sum += $1 } END { printf "%.1f", sum / 1e6 }')
disk=$(du -s --block-size=1 "$work/root" | awk '{ printf "%.1f", $1 / 1e6 }')
packed=$(stat -c %s "$package" | awk '{ printf "%.1f", $1 / 1e6 }')
say "installed" "$content MB of content, $disk MB of disk ($(against "$disk" 750) 750)"
say "package" "$packed MB ($(against "$packed" 230) 230)"
if [ -n "${ROOT:-}" ]; then
  cp "$package" "$ROOT/athanor.deb"
  chroot "$ROOT" sh -c 'apt-get -qq install --no-install-recommends -y /athanor.deb && rm /athanor.deb' >"$work/apt" 2>&1 ||
    { cat "$work/apt" >&2; say "clean root" "FAILED to install"; exit 1; }
  if [ ! -e "$ROOT/proc/meminfo" ]; then mount -t proc proc "$ROOT/proc" && mounted=$ROOT/proc; fi  # as everywhere
  mkdir -p "$ROOT$work/home"
  try "clean root, first start" chroot "$ROOT" /usr/bin/athanor --selftest
fi
try "offscreen" "$program" --selftest
if command -v xvfb-run >/dev/null; then
  try "Xvfb" xvfb-run -a -s "-screen 0 1280x800x24" "$program" --selftest --shown
fi
mkdir "$work/a folder with späces"
mv "$work/root/opt/athanor" "$work/a folder with späces/"
program="$work/a folder with späces/athanor/athanor"
try "path with spaces and letters" "$program" --selftest
say "runs with no home at all" "$(env -i PATH=/usr/bin:/bin HOME=/nonexistent ATHANOR_HOME="$work/other" "$program" list --json | wc -c) bytes"
