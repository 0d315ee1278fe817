"""A titled part of a page: small heading at the left, a detail at the right, content below."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from gui.theme import UNIT
from gui.widgets.labels import ElidedLabel, label


class Panel(QFrame):
    """``header`` takes further widgets at its right end, ``body`` (a QVBoxLayout) the content."""

    def __init__(self, title: str, content: QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAccessibleName(title)
        self._title = label(title, "heading")
        self._detail = ElidedLabel("", "small")
        self.header = QHBoxLayout()
        self.header.setSpacing(UNIT)
        self.header.addWidget(self._title)
        self.header.addStretch(1)
        self.header.addWidget(self._detail)
        self.body = QVBoxLayout()
        self.body.setSpacing(UNIT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * UNIT, UNIT + 4, 2 * UNIT, UNIT + 4)
        layout.setSpacing(UNIT)
        layout.addLayout(self.header)
        layout.addLayout(self.body, 1)
        if content is not None:
            self.body.addWidget(content, 1)

    def set_title(self, text: str) -> None:
        self._title.setText(text)
        self.setAccessibleName(text)

    def set_detail(self, text: str) -> None:
        """The line at the right of the title: counts, units, where one is."""
        self._detail.setText(text)
