"""What moves of itself: Qt's fades and unfolding menus, and the blinking text cursor. Some people cannot bear it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication


def reduce_motion(reduced: bool) -> None:
    """Stop everything that moves of itself, or let it move again."""
    QApplication.setEffectEnabled(Qt.UIEffect.UI_General, not reduced)
    QGuiApplication.styleHints().setCursorFlashTime(0 if reduced else -1)  # -1: as the system has it
