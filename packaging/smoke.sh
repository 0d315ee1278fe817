#!/bin/sh
# Installs a .deb into a clean root and tries the program there: smoke.sh PACKAGE.deb (as root; debootstrap or an
# unpacked root in ROOT is needed for the clean root, else the package is unpacked beside and tried from there).
# The program is tried offscreen, under Xvfb, with a home it cannot write to, and from a path with spaces.
set -eu
package=$(readlink -f "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dpkg-deb --extract "$package" "$work/root"
program=$work/root/opt/athanor/athanor
say() { printf '%-34s %s\n' "$1" "$2"; }

try() {
  name=$1; shift
  began=$(date +%s)
  if ! env -i PATH=/usr/bin:/bin HOME="$work/home" LANG=C.UTF-8 "$@" >"$work/out" 2>"$work/err"; then
    cat "$work/out" "$work/err" >&2; say "$name" FAILED; exit 1
  fi
  if [ -s "$work/err" ]; then cat "$work/err" >&2; say "$name" "passed, but said the above"; exit 1; fi
  say "$name" "passed in $(($(date +%s) - began)) s: $(tail -c 400 "$work/out" | grep -o '"window_seconds": [0-9.]*' || true)"
}

mkdir -p "$work/home"
say "installed size" "$(du -sm "$work/root" | cut -f1) MB"
say "package size" "$(($(stat -c %s "$package") / 1000000)) MB"
if [ -n "${ROOT:-}" ]; then
  cp -a "$work/root/." "$ROOT/"
  try "clean root without Python" chroot "$ROOT" /usr/bin/athanor --selftest
fi
try "offscreen" "$program" --selftest
if command -v xvfb-run >/dev/null; then
  try "Xvfb" xvfb-run -a -s "-screen 0 1280x800x24" "$program" --selftest --shown
fi
mkdir "$work/a folder with späces"
cp -a "$work/root/opt/athanor" "$work/a folder with späces/"
try "path with spaces and letters" "$work/a folder with späces/athanor/athanor" --selftest
say "runs with no home at all" "$(env -i PATH=/usr/bin:/bin HOME=/nonexistent ATHANOR_HOME="$work/other" "$program" list --json | wc -c) bytes"
