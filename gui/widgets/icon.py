"""Line icons from assets/icons, drawn in the colours of the theme in force."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QAction, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton

from gui.theme import current, signals

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "icons"


@lru_cache(maxsize=256)
def pixmap(name: str, colour: str, size: int) -> QPixmap:
    """One icon as a square picture of ``size`` device pixels; FileNotFoundError names an icon that does not exist."""
    text = (FOLDER / f"{name}.svg").read_text(encoding="utf-8").replace("#000", colour)
    renderer = QSvgRenderer(QByteArray(text.encode()))
    picture = QPixmap(size, size)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return picture


def icon(name: str, colour: str = "") -> QIcon:
    """The icon ``name``: ``colour`` or the theme's muted text, the accent where checked, faint where disabled."""
    theme = current()
    made = QIcon()
    states = (
        (QIcon.Mode.Normal, QIcon.State.Off, colour or theme.muted),
        (QIcon.Mode.Active, QIcon.State.Off, colour or theme.text),
        (QIcon.Mode.Normal, QIcon.State.On, colour or theme.accent),
        (QIcon.Mode.Active, QIcon.State.On, colour or theme.accent),
        (QIcon.Mode.Disabled, QIcon.State.Off, theme.faint),
    )
    for mode, state, shade in states:
        for size in (20, 40):
            made.addPixmap(pixmap(name, shade, size), mode, state)
    return made


class _Recolour(QObject):
    """Gives a button or action its icon again when the theme changes; lives and dies with it."""

    def __init__(self, owner: QAbstractButton | QAction, name: str, token: str) -> None:
        super().__init__(owner)
        self.setObjectName("icon")
        self._owner = owner
        self.name = name
        self._token = token
        signals().changed.connect(self.apply)
        self.apply()

    @Slot()
    def apply(self) -> None:
        self._owner.setIcon(icon(self.name, getattr(current(), self._token) if self._token else ""))


def set_icon(owner: QAbstractButton | QAction, name: str, size: int = 0, token: str = "") -> None:
    """Show icon ``name`` on a button or action and keep its colours those of the theme.

    ``size`` is the edge in logical pixels (buttons only); ``token`` names a colour of the theme other than the usual
    ones.
    """
    previous = owner.findChild(_Recolour, "icon", Qt.FindChildOption.FindDirectChildrenOnly)
    if previous is not None:
        if previous.name == name:
            return
        previous.setParent(None)
        previous.deleteLater()
    _Recolour(owner, name, token)
    if size and isinstance(owner, QAbstractButton):
        owner.setIconSize(QSize(size, size))
