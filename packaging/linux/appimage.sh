#!/bin/sh
# Makes an AppImage of the one-dir program: appimage.sh PROGRAM_FOLDER ICON_FOLDER OUTPUT.AppImage
# The tool and its runtime are taken from APPIMAGETOOL and APPIMAGE_RUNTIME (paths), checked against
# APPIMAGETOOL_SHA256 and APPIMAGE_RUNTIME_SHA256; nothing is downloaded.
set -eu
program=$1 icons=$2 output=$3
here=$(dirname "$0")
id=org.athanor.Athanor
if [ -z "${APPIMAGETOOL:-}" ] || [ -z "${APPIMAGE_RUNTIME:-}" ]; then
  echo "No AppImage: set APPIMAGETOOL and APPIMAGE_RUNTIME to the tool and the type-2 runtime" >&2
  exit 0
fi
check() {
  [ -n "$2" ] || { echo "No AppImage: give the SHA-256 of $1 too" >&2; exit 1; }
  echo "$2  $1" | sha256sum --check --status || { echo "$1 is not the file that was expected" >&2; exit 1; }
}
check "$APPIMAGETOOL" "${APPIMAGETOOL_SHA256:-}"
check "$APPIMAGE_RUNTIME" "${APPIMAGE_RUNTIME_SHA256:-}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/usr/share/metainfo"
cp -a "$program" "$folder/usr/athanor"
cp "$here/$id.desktop" "$folder/"
cp "$here/$id.metainfo.xml" "$folder/usr/share/metainfo/$id.appdata.xml"
cp "$icons/256.png" "$folder/$id.png"
cp "$icons/256.png" "$folder/.DirIcon"
# No LD_LIBRARY_PATH: it would reach the browser and the editors the program opens.
printf '#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/usr/athanor/athanor" "$@"\n' >"$folder/AppRun"
chmod 755 "$folder/AppRun"
"$APPIMAGETOOL" --no-appstream --runtime-file "$APPIMAGE_RUNTIME" "$folder" "$output"
