#!/bin/sh
# Makes a Debian package of the one-dir program: deb.sh PROGRAM_FOLDER ICON_FOLDER VERSION OUTPUT.deb
set -eu
program=$1 icons=$2 version=$3 output=$4
here=$(dirname "$0")
id=org.athanor.Athanor
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

mkdir -p "$root/opt" "$root/usr/bin" "$root/usr/share/applications" "$root/usr/share/metainfo" \
  "$root/usr/share/man/man1" "$root/usr/share/doc/athanor" "$root/usr/share/icons/hicolor/scalable/apps" "$root/DEBIAN"
cp -a "$program" "$root/opt/athanor"
ln -s /opt/athanor/athanor "$root/usr/bin/athanor"
cp "$here/$id.desktop" "$root/usr/share/applications/"
cp "$here/$id.metainfo.xml" "$root/usr/share/metainfo/"
gzip -9n <"$here/athanor.1" >"$root/usr/share/man/man1/athanor.1.gz"
cp "$here/../../assets/icons/athanor.svg" "$root/usr/share/icons/hicolor/scalable/apps/$id.svg"
for file in "$icons"/*.png; do
  size=$(basename "$file" .png)
  mkdir -p "$root/usr/share/icons/hicolor/${size}x$size/apps"
  cp "$file" "$root/usr/share/icons/hicolor/${size}x$size/apps/$id.png"
done
{
  echo "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"
  echo "Files: *"
  echo "Copyright: The Athanor developers"
  echo "License: Apache-2.0"
  echo "Comment: licences of everything that is bundled lie in /opt/athanor/_internal/licences"
} >"$root/usr/share/doc/athanor/copyright"
gzip -9n <"$here/../../CHANGELOG.md" >"$root/usr/share/doc/athanor/changelog.gz"
find "$root" -type d -exec chmod 755 {} +
find "$root/usr" -type f -exec chmod 644 {} +

cat >"$root/DEBIAN/control" <<EOF
Package: athanor
Version: $version
Architecture: $(dpkg --print-architecture)
Maintainer: The Athanor developers <developers@athanor.invalid>
Installed-Size: $(du -sk "$root" | cut -f1)
Section: science
Priority: optional
Depends: libc6 (>= 2.36), libstdc++6 (>= 12), libgcc-s1, libx11-6, libx11-xcb1, libegl1, libgl1, libglib2.0-0 | libglib2.0-0t64, libdbus-1-3, libfontconfig1, libfreetype6, libxkbcommon0, libxkbcommon-x11-0, libxcb-cursor0, libxcb-icccm4, libxcb-image0, libxcb-keysyms1, libxcb-randr0, libxcb-render-util0, libxcb-shape0, libxcb-xinerama0, libxcb-xkb1
Description: laboratory for agents and networks that remember
 Choose an experiment, press run, and see what an agent knows: step through
 Alchemy trials beside the belief of an ideal observer, watch what a network
 writes to and reads from its memory, compare agents, take figures home.
EOF
# Put together by hand, because dpkg-deb gives xz no filter for machine code; what it reads may have one.
export XZ_OPT="${XZ_OPT:---x86 --lzma2=preset=6,dict=64MiB}"
parts=$(mktemp -d)
trap 'rm -rf "$root" "$parts"' EXIT
mv "$root/DEBIAN" "$parts/DEBIAN"
pack() { tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@${SOURCE_DATE_EPOCH:-0}" -cJf "$parts/$2" -C "$1" .; }
pack "$parts/DEBIAN" control.tar.xz
pack "$root" data.tar.xz
echo 2.0 >"$parts/debian-binary"
rm -f "$output"
ar rcD "$output" "$parts/debian-binary" "$parts/control.tar.xz" "$parts/data.tar.xz"
