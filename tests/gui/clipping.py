"""What does not fit: texts of one line that have less room than they need."""

from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QLabel, QPushButton, QToolButton, QWidget

from gui.widgets.labels import ElidedLabel


def clipped(page: QWidget) -> Iterator[tuple[str, str, int, int]]:
    """Visible texts of one line that have less room than they need: type, text, pixels needed, pixels there."""
    for widget in page.findChildren(QAbstractButton) + page.findChildren(QLabel):
        if not widget.isVisible() or not widget.text() or isinstance(widget, ElidedLabel):
            continue
        if isinstance(widget, QLabel) and (widget.wordWrap() or widget.text().startswith("<")):
            continue
        if isinstance(widget, QLabel | QPushButton | QToolButton | QCheckBox):
            lines = widget.text().replace("&", "").splitlines()
            needed = max(widget.fontMetrics().horizontalAdvance(line) for line in lines)
            if needed > widget.width() + 1:
                yield type(widget).__name__, widget.text(), needed, widget.width()


def settle() -> None:
    """Let layouts come to rest."""
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        QCoreApplication.processEvents()
