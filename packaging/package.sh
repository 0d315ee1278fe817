#!/bin/sh
# Builds what a person without Python installs, into dist/: the program as a folder, an archive of it, a .deb, and an
# AppImage where its tool is given (see linux/appimage.sh). Tests the program it has built. Sizes and times are printed.
set -eu
cd "$(dirname "$0")/.."
began=$(date +%s)
VENV=build/venv
[ -x "$VENV/bin/pyinstaller" ] || VENV=$VENV EXTRAS=language,package sh packaging/setup.sh
"$VENV/bin/python" packaging/icons.py build/icons
"$VENV/bin/python" packaging/licences.py build/licences
cp LICENSE build/licences/
version=$("$VENV/bin/python" -c 'import importlib.metadata as m; print(m.version("athanor"))')
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || date +%s)
export SOURCE_DATE_EPOCH
"$VENV/bin/pyinstaller" --noconfirm --log-level WARN --distpath dist --workpath build/pyinstaller packaging/athanor.spec
# Symbols go; libraries that were patched when their wheels were made (*.libs) would break.
if [ "$(uname)" = Linux ]; then
  find dist/athanor/_internal -name '*.so*' -type f -not -path '*.libs/*' -exec strip --strip-unneeded {} + 2>/dev/null || true
  find dist/athanor/_internal -name 'libicudata.so.*' -type f -exec "$VENV/bin/python" packaging/icu.py {} \;
fi
echo "Program: $(du -sm dist/athanor | cut -f1) MB, built in $(($(date +%s) - began)) s"
dist/athanor/athanor --selftest
if [ "$(uname)" = Linux ]; then
  # xz with a filter for machine code: a fifth smaller than zstd -9, and every tar reads it.
  export XZ_OPT="${XZ_OPT:---x86 --lzma2=preset=6,dict=64MiB}"
  sh packaging/linux/deb.sh dist/athanor build/icons "$version" "dist/athanor_$version.deb"
  tar -C dist --sort=name --owner=0 --group=0 --numeric-owner -cJf "dist/athanor-$version-linux-$(uname -m).tar.xz" athanor
  sh packaging/linux/appimage.sh dist/athanor build/icons "dist/Athanor-$version-$(uname -m).AppImage"
  ls -l --block-size=M dist/athanor* | grep -v '^total'
fi
echo "Done in $(($(date +%s) - began)) s"
