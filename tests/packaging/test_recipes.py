"""The recipes of the packages, with a stand-in for the program: whole, of one version, and clear where a tool lacks."""

import importlib.metadata
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging"
ID = "org.athanor.Athanor"


@pytest.fixture
def stand_in(tmp_path):
    program, icons = tmp_path / "program", tmp_path / "icons"
    program.mkdir()
    (program / "athanor").write_text("#!/bin/sh\necho here\n")
    (program / "athanor").chmod(0o755)
    (program / "athanor.exe").write_bytes(b"MZ")
    done = subprocess.run([sys.executable, PACKAGING / "icons.py", icons], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return program, icons


def test_icons_have_every_size(stand_in):
    from PIL import Image

    _, icons = stand_in
    for size in (16, 48, 256, 512):
        with Image.open(icons / f"{size}.png") as image:
            assert image.size == (size, size)
            assert image.getextrema()[3][1] == 255  # something is drawn
    assert (icons / "athanor.ico").stat().st_size > 1000
    assert (icons / "athanor.icns").stat().st_size > 1000


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is not here")
def test_the_debian_package_holds_what_a_desktop_looks_for(stand_in, tmp_path):
    package = tmp_path / "athanor.deb"
    command = ["sh", PACKAGING / "linux" / "deb.sh", *stand_in, "1.2.3", package]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    listed = subprocess.run(["dpkg-deb", "--contents", package], capture_output=True, text=True, check=True).stdout
    for path in (
        "./opt/athanor/athanor",
        "./usr/bin/athanor -> /opt/athanor/athanor",
        f"./usr/share/applications/{ID}.desktop",
        f"./usr/share/metainfo/{ID}.metainfo.xml",
        "./usr/share/man/man1/athanor.1.gz",
        f"./usr/share/icons/hicolor/48x48/apps/{ID}.png",
        f"./usr/share/icons/hicolor/scalable/apps/{ID}.svg",
    ):
        assert path in listed
    fields = subprocess.run(["dpkg-deb", "--field", package], capture_output=True, text=True, check=True).stdout
    assert "Version: 1.2.3" in fields
    assert "libxcb-cursor0" in fields
    assert "libstdc++6" in fields  # left out of the program, as all that must be the system's own


@pytest.mark.skipif(shutil.which("makensis") is None, reason="makensis is not here")
def test_the_windows_recipe_compiles(stand_in, tmp_path):
    program, icons = stand_in
    options = {
        "VERSION": "1.2.3", "PROGRAM": program, "SEPARATOR": "/", "LICENSE": ROOT / "LICENSE",
        "ICON": icons / "athanor.ico", "OUTPUT": tmp_path / "setup.exe",
    }  # fmt: skip
    command = ["makensis", "-V1", *(f"-D{key}={value}" for key, value in options.items())]
    done = subprocess.run([*command, PACKAGING / "windows" / "athanor.nsi"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "setup.exe").read_bytes()[:2] == b"MZ"


def test_an_appimage_needs_a_tool_that_is_the_one_expected(stand_in, tmp_path):
    script = ["sh", PACKAGING / "linux" / "appimage.sh", *stand_in, tmp_path / "x.AppImage"]
    without = subprocess.run(script, capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
    assert without.returncode == 0
    assert "APPIMAGETOOL" in without.stderr
    tool = tmp_path / "tool"
    tool.write_text("#!/bin/sh\n")
    given = {"APPIMAGETOOL": str(tool), "APPIMAGE_RUNTIME": str(tool), "APPIMAGETOOL_SHA256": "0" * 64}
    wrong = subprocess.run(script, capture_output=True, text=True, env={"PATH": os.environ["PATH"], **given})
    assert wrong.returncode == 1
    assert "not the file that was expected" in wrong.stderr


def test_desktop_entry_and_description_agree_with_the_program():
    entry = (PACKAGING / "linux" / f"{ID}.desktop").read_text()
    assert f"Icon={ID}" in entry
    assert "Exec=athanor" in entry
    tree = ElementTree.parse(PACKAGING / "linux" / f"{ID}.metainfo.xml")
    assert tree.findtext("id") == ID
    assert tree.find("releases/release").get("version") == importlib.metadata.version("athanor")
    if shutil.which("desktop-file-validate"):
        assert subprocess.run(["desktop-file-validate", PACKAGING / "linux" / f"{ID}.desktop"]).returncode == 0
    if shutil.which("appstreamcli"):
        command = ["appstreamcli", "validate", "--no-net", PACKAGING / "linux" / f"{ID}.metainfo.xml"]
        assert subprocess.run(command, capture_output=True).returncode == 0


def test_the_manual_names_every_command():
    from engine.cli.parser import make_parser

    manual = (PACKAGING / "linux" / "athanor.1").read_text()
    words = make_parser().format_help()
    for command in ("list", "run", "sweep", "runs", "bench", "tour"):
        assert command in words
        assert f".B {command}" in manual


def test_licences_and_parts_of_what_is_installed(tmp_path):
    folder = tmp_path / "licences"
    done = subprocess.run([sys.executable, PACKAGING / "licences.py", folder], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    sbom = json.loads((folder / "sbom.cdx.json").read_text())
    names = {part["name"].lower(): part for part in sbom["components"]}
    assert {"numpy", "torch", "pyqtgraph", "pydantic"} <= set(names)
    assert names["numpy"]["version"] == importlib.metadata.version("numpy")
    assert list(folder.glob("numpy-*/LICENSE*"))
    assert list(folder.glob("[Pp]y[Ss]ide6*/QT.txt"))


def test_icu_data_keep_what_orders_words_and_lose_what_names_countries():
    icu = load("icu")
    header = (144).to_bytes(2, "little") + b"\xda\x27" + bytes(8) + b"CmnD" + bytes(128)
    kept = (
        "coll/sv.res",
        "root.res",
        "en.res",
        "res_index.res",
        "brkitr/line.brk",
        "nfkc.nrm",
        "lang/root.res",
        "curr/pool.res",
    )
    lost = (
        "lang/sv.res",
        "sv.res",
        "sv_FI.res",
        "brkitr/thaidict.dict",
        "translit/root.res",
        "ibm-37.cnv",
        "zone/de.res",
    )
    files = {f"icudt73l/{name}": name.encode() * number for number, name in enumerate((*kept, *lost), 1)}
    found_header, found = icu.read(icu.write(header, files))
    assert found_header == header
    assert list(found) == sorted(files)
    assert {name: data.rstrip(b"\0") for name, data in found.items()} == files
    assert {name.removeprefix("icudt73l/") for name in files if icu.UNUSED.match(name)} == set(lost)


def load(name):
    """A script of the folder packaging, as a module."""
    spec = importlib.util.spec_from_file_location(name, PACKAGING / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("script", sorted(PACKAGING.rglob("*.sh")), ids=lambda path: path.name)
def test_scripts_can_be_read_by_the_shell(script):
    assert subprocess.run(["sh", "-n", script]).returncode == 0
