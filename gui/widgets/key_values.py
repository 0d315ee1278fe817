"""Names and values in two columns, for details of one thing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from gui.theme import UNIT
from gui.widgets.labels import label


class KeyValues(QWidget):
    """Shows pairs of texts; values can be selected and copied. Labels are reused, so showing another thing is quick."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * UNIT)
        self._grid.setVerticalSpacing(UNIT // 2)
        self._grid.setColumnStretch(1, 1)
        self._labels: list[tuple[QLabel, QLabel]] = []
        self.pairs: list[tuple[str, str]] = []

    def show_pairs(self, pairs: list[tuple[str, str]]) -> None:
        """Show these (name, value) pairs and no others."""
        self.pairs = pairs
        while len(self._labels) < len(pairs):
            name, value = label("", "muted"), label()
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setWordWrap(True)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
            name.setAlignment(Qt.AlignmentFlag.AlignTop)
            row = len(self._labels)
            self._grid.addWidget(name, row, 0)
            self._grid.addWidget(value, row, 1)
            self._labels.append((name, value))
        for row, (name, value) in enumerate(self._labels):
            shown = row < len(pairs)
            name.setVisible(shown)
            value.setVisible(shown)
            if shown:
                name.setText(pairs[row][0])
                value.setText(breakable(pairs[row][1]))


def breakable(text: str) -> str:
    """The text with places where a long name may be broken: an invisible space after each _ and /."""
    return text.replace("_", "_\u200b").replace("/", "/\u200b") if len(text) > 24 else text
