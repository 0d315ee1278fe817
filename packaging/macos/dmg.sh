#!/bin/sh
# Signs dist/Athanor.app from the inside out and makes a disk image of it: dmg.sh VERSION
# SIGNING_IDENTITY names the certificate ("-" signs for this machine only); NOTARY_PROFILE a stored notarytool profile.
# Never run yet: written for macOS 13 or newer on Apple silicon, for which alone torch has wheels.
set -eu
version=$1
app=dist/Athanor.app
identity=${SIGNING_IDENTITY:--}
[ "$(uname)" = Darwin ] || { echo "A disk image can be made on macOS only" >&2; exit 1; }
find "$app/Contents" -type f \( -name '*.dylib' -o -name '*.so' -o -perm -u+x \) | while read -r file; do
  case $(file -b "$file") in *Mach-O*) codesign --force --timestamp --options runtime --sign "$identity" "$file" ;; esac
done
codesign --force --timestamp --options runtime --sign "$identity" "$app"
codesign --verify --strict "$app"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -R "$app" "$folder/"
ln -s /Applications "$folder/Applications"
image=dist/Athanor-$version-arm64.dmg
hdiutil create -volname "Athanor $version" -srcfolder "$folder" -ov -format UDZO "$image"
if [ -n "${NOTARY_PROFILE:-}" ]; then
  xcrun notarytool submit "$image" --keychain-profile "$NOTARY_PROFILE" --wait
  xcrun stapler staple "$image"
fi
