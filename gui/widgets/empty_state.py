"""What an empty page says: what belongs here and what to click first."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.theme import UNIT, current, signals
from gui.widgets.icon import pixmap
from gui.widgets.labels import label


class EmptyState(QWidget):
    """Icon, one line, one explanation and at most one button; ``clicked`` is the button."""

    clicked = Signal()

    def __init__(self, icon: str, title: str, text: str, button: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self._picture = QLabel()
        self._title = label(title, "title")
        self._text = label(text, "muted")
        self._text.setWordWrap(True)
        self.button = QPushButton(button)
        self.button.setProperty("role", "primary")
        self.button.setAccessibleName(button or title)
        self.button.setVisible(bool(button))
        self.button.clicked.connect(self.clicked)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setSpacing(UNIT)
        layout.addStretch(2)
        for widget in (self._picture, self._title, self._text):
            widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(UNIT)
        layout.addLayout(row)
        layout.addStretch(3)
        signals().changed.connect(self._colour)
        self._colour()
        self._fit()

    def set_text(self, title: str, text: str) -> None:
        self._title.setText(title)
        self._text.setText(text)
        self._fit()

    def _fit(self) -> None:
        """A centred label does not ask its layout for the height that its wrapped lines need."""
        width = self.fontMetrics().averageCharWidth() * 72
        self._text.setFixedWidth(width)
        self._text.setMinimumHeight(self._text.heightForWidth(width))

    def _colour(self) -> None:
        ratio = self.devicePixelRatioF()
        picture = pixmap(self._icon, current().faint, round(5 * UNIT * ratio)).copy()
        picture.setDevicePixelRatio(ratio)
        self._picture.setPixmap(picture)
