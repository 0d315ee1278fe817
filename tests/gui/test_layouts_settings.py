"""What the window keeps from one start to the next: layouts and settings, damaged ones among them."""

import base64
import errno
import hashlib
import json
import math
import os
from pathlib import Path

import platformdirs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow

from gui import layouts
from gui.settings import NAME, Settings, config_folder

# Layouts


@pytest.fixture
def window(qtbot):
    made = QMainWindow()
    made.setObjectName("window")
    dock = QDockWidget("Undo", made)
    dock.setObjectName("undo")
    made.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    qtbot.addWidget(made)
    return made


def test_layout_comes_back_and_another_version_is_rejected(window, tmp_path):
    layouts.apply_factory(window, "compare")
    window.setGeometry(50, 60, 500, 400)
    layouts.save(window, tmp_path)
    layouts.apply_factory(window, "explore")
    assert layouts.restore(window, tmp_path)
    assert not window.findChild(QDockWidget).isHidden()
    assert (window.width(), window.height()) == (500, 400)
    content = json.loads((tmp_path / layouts.NAME).read_text())
    (tmp_path / layouts.NAME).write_text(json.dumps(content | {"version": layouts.VERSION + 1}))
    assert not layouts.restore(window, tmp_path)


def kept(state, geometry, **changes):
    """A file as a window leaves it, but for what a test changes."""
    checksum = hashlib.sha256(str(state).encode()).hexdigest()
    content = {"version": layouts.VERSION, "state": state, "sha256": checksum, "geometry": geometry}
    return json.dumps(content | changes)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "null",
        "[" * 100_000,
        json.dumps({"version": layouts.VERSION}),
        json.dumps({"version": layouts.VERSION, "state": "AAAA", "geometry": [0, 0, 500, 400]}),
        kept("AAAA", [0, 0, 500, 400], sha256="0" * 64),
        kept("?", [0, 0, 500, 400]),
        kept("AAAA", "wide"),
        kept("AAAA", [0, 0, 9]),
        kept("AAAA", [0, 0, math.inf, 9]),
        kept("AAAA", [0, 0, 2**40, 9]),
        kept([], [0, 0, 500, 400], sha256=""),
    ],
)
def test_damaged_layout_is_not_used(window, tmp_path, content):
    (tmp_path / layouts.NAME).write_text(content)
    assert not layouts.restore(window, tmp_path)


def test_a_state_that_qt_refuses_moves_nothing(window, tmp_path):
    other = base64.b64encode(window.saveState(layouts.VERSION + 1).data()).decode()
    (tmp_path / layouts.NAME).write_text(kept(other, [0, 0, 500, 400]))
    assert not layouts.restore(window, tmp_path)
    assert (window.width(), window.height()) != (500, 400)


def test_a_large_window_comes_back_large(window, tmp_path, qtbot):
    layouts.place_first(window)
    usual = window.geometry()
    window.showMaximized()
    qtbot.waitUntil(window.isMaximized)
    layouts.save(window, tmp_path)
    window.showNormal()
    assert layouts.restore(window, tmp_path)
    assert window.isMaximized()
    assert json.loads((tmp_path / layouts.NAME).read_text())["geometry"][2:] == [usual.width(), usual.height()]
    window.hide()


def test_without_a_screen_a_window_stays_where_it_was():
    assert layouts.visible(QRect(5, 6, 70, 80), []) == QRect(5, 6, 70, 80)


@given(st.tuples(*[st.integers(-9000, 9000)] * 2, *[st.integers(1, 9000)] * 2))
def test_a_window_always_lands_on_a_screen(geometry):
    screens = [QRect(0, 0, 1920, 1080), QRect(1920, -200, 1280, 1024)]
    placed = layouts.visible(QRect(*geometry), screens)
    assert any(screen.contains(placed) for screen in screens)
    if any(screen.contains(QRect(*geometry)) for screen in screens):
        assert placed == QRect(*geometry)


# Settings


def test_settings_lie_where_the_person_keeps_the_rest(tmp_path, monkeypatch):
    monkeypatch.setenv("ATHANOR_HOME", str(tmp_path))
    assert config_folder() == tmp_path / "config"
    assert Settings.load(config_folder()).folder == tmp_path / "config"
    monkeypatch.delenv("ATHANOR_HOME")
    assert config_folder() == Path(platformdirs.user_config_dir("athanor", appauthor=False))


def test_settings_are_kept_with_unknown_keys(tmp_path):
    (tmp_path / NAME).write_text(json.dumps({"version": 1, "theme": "light", "from_the_future": {"a": [1]}}))
    settings = Settings.load(tmp_path)
    assert settings.theme == "light"
    settings.device = "cpu"
    settings.save()
    content = json.loads((tmp_path / NAME).read_text())
    assert content["from_the_future"] == {"a": [1]}
    assert content["device"] == "cpu"
    assert "problem" not in content
    assert Settings.load(tmp_path).device == "cpu"
    assert [file.name for file in tmp_path.iterdir()] == [NAME], "no part of a file is left"


@pytest.mark.parametrize("broken", [b"", b"{", b"[1]", b"\xff\xfe\x00", b'"text"', b"[" * 100_000])
def test_broken_settings_are_moved_aside_not_lost(tmp_path, broken):
    (tmp_path / NAME).write_bytes(broken)
    settings = Settings.load(tmp_path)
    assert settings.theme == "system"
    aside = [file for file in tmp_path.iterdir() if file.name.startswith("settings-broken")]
    assert [file.read_bytes() for file in aside] == [broken]
    assert str(aside[0]) in settings.problem
    settings.save()
    assert Settings.load(tmp_path).problem == ""


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("text_scale", 0),
        ("text_scale", -50),
        ("text_scale", 10**12),
        ("theme", "purple"),
        ("engine", "telepathy"),
        ("when_closing", "never"),
        ("recent", ["run.new", 5]),
    ],
)
def test_settings_that_nothing_could_be_shown_with_have_their_defaults(tmp_path, key, value):
    (tmp_path / NAME).write_text(json.dumps({key: value, "device": "cpu"}))
    settings = Settings.load(tmp_path)
    assert getattr(settings, key) == getattr(Settings(), key)
    assert settings.device == "cpu"
    assert settings.problem == f"Some settings were not usable and have their defaults again ({key})"


def test_settings_that_can_be_neither_read_nor_moved_are_left_as_they_are(tmp_path, monkeypatch):
    (tmp_path / NAME).write_text("{")

    def refuse(*_):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(type(tmp_path), "rename", refuse)
    settings = Settings.load(tmp_path)
    assert f"The settings in {tmp_path / NAME} could not be read" in settings.problem
    assert settings.problem.endswith("nothing will be written there")
    settings.theme = "dark"
    settings.save()
    assert (tmp_path / NAME).read_text() == "{"


def test_settings_are_written_only_when_something_changed(tmp_path):
    settings = Settings.load(tmp_path)
    settings.save()
    (tmp_path / NAME).unlink()
    settings.save()
    assert not (tmp_path / NAME).exists()
    settings.theme = "dark"
    settings.save()
    assert Settings.load(tmp_path).theme == "dark"


def test_settings_of_a_wrong_type_have_their_defaults(tmp_path):
    (tmp_path / NAME).write_text(json.dumps({"text_scale": "huge", "theme": 3, "engine": "inline"}))
    settings = Settings.load(tmp_path)
    assert (settings.text_scale, settings.theme, settings.engine) == (100, "system", "inline")
    assert "text_scale" in settings.problem
    assert "theme" in settings.problem
