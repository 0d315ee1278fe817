"""Readers of what the window keeps: settings, its arrangement, cached answers. Needs Qt, offscreen."""

from __future__ import annotations

import functools
import json
import os
import random
from pathlib import Path
from typing import Any

from tests.fuzz.mutate import mutate
from tests.fuzz.reader import Making, Reader


def _settings(path: Path) -> object:
    from gui.settings import Settings

    folder = path.parent / "config"
    folder.mkdir(exist_ok=True)
    file = folder / "settings.json"
    file.write_bytes(path.read_bytes())
    found = Settings.load(folder)
    for aside in folder.glob("settings-broken-*"):
        aside.unlink()
    return found


@functools.cache
def _application() -> Any:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    return QApplication.instance() or QApplication([])


@functools.cache
def the_window() -> Any:
    """A window with one dock, for as long as the process lives."""
    _application()
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QDockWidget, QMainWindow

    window, dock = QMainWindow(), QDockWidget("Undo")
    dock.setObjectName("undo")
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
    return window


def _layout(path: Path) -> object:
    from gui import layouts

    folder = path.parent / "config"
    folder.mkdir(exist_ok=True)
    (folder / layouts.NAME).write_bytes(path.read_bytes())
    return layouts.restore(the_window(), folder)


@functools.cache
def _layout_seed() -> bytes:
    import tempfile

    from gui import layouts

    with tempfile.TemporaryDirectory() as folder:
        layouts.save(the_window(), Path(folder))
        return (Path(folder) / layouts.NAME).read_bytes()


def _broken_state() -> Making:
    import base64

    content = json.loads(_layout_seed())
    state = base64.b64decode(content["state"])

    def make(chance: random.Random) -> bytes:
        return json.dumps({**content, "state": base64.b64encode(mutate(state, chance)).decode()}).encode()

    return make


SETTINGS = (
    b'{"version": 1, "theme": "dark", "recent": ["a"], "pages": {"alchemy": {"a": 1}}, "text_scale": 100, '
    b'"reduced_motion": false, "layout": "teach", "page": "runs"}'
)
READERS = (
    Reader("settings.json", _settings, lambda: [SETTINGS]),
    Reader("layout.json", _layout, lambda: [_layout_seed()], _broken_state),
)
