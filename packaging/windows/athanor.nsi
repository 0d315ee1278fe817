; Installer for Windows: makensis /DVERSION=0.1.0 /DPROGRAM=dist\athanor /DICON=build\icons\athanor.ico athanor.nsi
; For one user, without administrator rights. Runs and settings lie elsewhere and survive an update and a removal.
; Compiled in the tests with a stand-in for the program; the installer has never been run on Windows.
Unicode true
SetCompressor /SOLID lzma
!include MUI2.nsh

!ifndef VERSION
  !error "give /DVERSION=..."
!endif
!ifndef PROGRAM
  !error "give /DPROGRAM=folder of the built program"
!endif
!ifndef OUTPUT
  !define OUTPUT "athanor-${VERSION}-setup.exe"
!endif

Name "Athanor ${VERSION}"
OutFile "${OUTPUT}"
InstallDir "$LOCALAPPDATA\Programs\Athanor"
InstallDirRegKey HKCU "Software\Athanor" "folder"
RequestExecutionLevel user
!ifdef ICON
  !define MUI_ICON "${ICON}"
!endif

!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_LICENSE "${LICENSE}"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_RUN "$INSTDIR\athanor.exe"
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

!define REMOVAL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Athanor"

Section "Athanor"
  RMDir /r "$INSTDIR\_internal" ; files of an older version must not be found by a newer one
  SetOutPath "$INSTDIR"
  File /r "${PROGRAM}${SEPARATOR}*.*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\Athanor.lnk" "$INSTDIR\athanor.exe"
  WriteRegStr HKCU "Software\Athanor" "folder" "$INSTDIR"
  WriteRegStr HKCU "${REMOVAL}" "DisplayName" "Athanor"
  WriteRegStr HKCU "${REMOVAL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${REMOVAL}" "Publisher" "The Athanor developers"
  WriteRegStr HKCU "${REMOVAL}" "DisplayIcon" "$INSTDIR\athanor.exe"
  WriteRegStr HKCU "${REMOVAL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
SectionEnd

Section "Uninstall"
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\athanor.exe"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR" ; only when nothing else lies in it
  Delete "$SMPROGRAMS\Athanor.lnk"
  DeleteRegKey HKCU "${REMOVAL}"
  DeleteRegKey HKCU "Software\Athanor"
SectionEnd
