"""Arrangements of the window: factory layouts, the person's own, and where the window was."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

from PySide6.QtCore import QByteArray, QRect, QSize
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QDockWidget, QMainWindow

from gui.settings import write_atomically
from gui.translation import tr

VERSION = 4  # grows whenever a dock or bar comes, goes or changes its name; a state of another version is not used
NAME = "layout.json"
FIRST_SIZE = QSize(1360, 860)
LARGEST = 1_000_000  # pixels: what lies further out is no place on any screen

# Which docks a factory layout shows; pages keep their own inner arrangement.
FACTORY: dict[str, tuple[str, ...]] = {"explore": (), "compare": ("undo",), "teach": ("about",)}
TITLES = {"explore": tr("Explore"), "compare": tr("Compare"), "teach": tr("Teach")}
HINTS = {
    "explore": tr("All the room for the page"),
    "compare": tr("The page beside the history of what was arranged"),
    "teach": tr("Large text, and what the page shows in words, for a projector"),
}
TEXT_SCALE = {"explore": 100, "compare": 100, "teach": 130}


def apply_factory(window: QMainWindow, name: str) -> None:
    """Arrange the docks of ``window`` as the factory layout ``name``; KeyError for another name."""
    shown = FACTORY[name]
    for dock in window.findChildren(QDockWidget):
        dock.setFloating(False)
        dock.setVisible(dock.objectName() in shown)


def save(window: QMainWindow, folder: Path) -> None:
    """Remember geometry and docks of ``window`` in ``folder``."""
    state = base64.b64encode(window.saveState(VERSION).data()).decode()
    content = {
        "version": VERSION,
        "state": state,
        "sha256": hashlib.sha256(state.encode()).hexdigest(),
        "geometry": [window.normalGeometry().x(), window.normalGeometry().y(), window.width(), window.height()],
        "maximized": window.isMaximized(),
    }
    if window.isMaximized():
        content["geometry"][2:] = [window.normalGeometry().width(), window.normalGeometry().height()]
    write_atomically(folder / NAME, (json.dumps(content) + "\n").encode())


def restore(window: QMainWindow, folder: Path) -> bool:
    """Bring back what :func:`save` wrote; false where there is none, or it is damaged or of another version."""
    place_first(window)
    try:
        content = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if content["version"] != VERSION:
            return False
        # Qt trusts a state: one that was damaged can end the program.
        if content["sha256"] != hashlib.sha256(content["state"].encode("utf-8", "replace")).hexdigest():
            return False
        state = QByteArray(base64.b64decode(content["state"], validate=True))
        x, y, width, height = (int(value) for value in content["geometry"])
        if max(abs(x), abs(y), abs(width), abs(height)) > LARGEST:
            return False
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return False
    if not window.restoreState(state, VERSION):
        return False
    window.setGeometry(visible(QRect(x, y, width, height), [screen.availableGeometry() for screen in _screens()]))
    if content.get("maximized"):
        window.showMaximized()
    return True


def visible(wanted: QRect, screens: list[QRect]) -> QRect:
    """``wanted`` moved and shrunk so that it lies on one of ``screens``: the one it overlaps most, else the first."""
    if not screens:
        return wanted
    overlap = [
        (wanted & screen).width() * (wanted & screen).height() if wanted.intersects(screen) else 0 for screen in screens
    ]
    screen = screens[overlap.index(max(overlap))]
    width, height = min(wanted.width(), screen.width()), min(wanted.height(), screen.height())
    x = min(max(wanted.x(), screen.left()), screen.left() + screen.width() - width)
    y = min(max(wanted.y(), screen.top()), screen.top() + screen.height() - height)
    return QRect(x, y, width, height)


def place_first(window: QMainWindow) -> None:
    """Size and place of the very first start: comfortable, in the middle of the first screen."""
    screens = _screens()
    if screens:
        area = screens[0].availableGeometry()
        size = FIRST_SIZE.boundedTo(area.size() * 0.94)
        window.setGeometry(
            QRect(
                area.center().x() - size.width() // 2,
                area.center().y() - size.height() // 2,
                size.width(),
                size.height(),
            )
        )


def _screens() -> list[QScreen]:
    first = QGuiApplication.primaryScreen()
    return [first, *(screen for screen in QGuiApplication.screens() if screen is not first)] if first else []
