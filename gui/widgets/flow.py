"""A row of controls that goes on in a second row where words are long, text is large or the window is narrow."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QSpacerItem, QWidget, QWidgetItem

from gui.theme import UNIT

Row = list[tuple[QLayoutItem, int]]  # with stretch


class Flow(QLayout):
    """Like a QHBoxLayout, but wraps: a row holds what fits in at its least width; all grow to what they would like.

    What is left of a row goes to its items with a stretch.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: Row = []
        self.setSpacing(UNIT)

    def addWidget(self, widget: QWidget, stretch: int = 0) -> None:
        self.addChildWidget(widget)
        self._items.append((QWidgetItem(widget), stretch))
        self.invalidate()

    def addStretch(self, stretch: int = 1) -> None:
        spacer = QSpacerItem(0, 0, QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._items.append((spacer, stretch))

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append((item, 0))

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index][0] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index)[0] if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        margins = self.contentsMargins()
        rows = self._rows(width - margins.left() - margins.right())
        return sum(map(_height, rows)) + self.spacing() * (len(rows) - 1) + margins.top() + margins.bottom()

    def sizeHint(self) -> QSize:
        """All in one row."""
        shown = [item for item, _ in self._items if not _is_absent(item)]
        width = sum(item.sizeHint().width() for item in shown) + self.spacing() * max(0, len(shown) - 1)
        return self._with_margins(width, max((item.sizeHint().height() for item in shown), default=0))

    def minimumSize(self) -> QSize:
        shown = [item.minimumSize() for item, _ in self._items if not _is_absent(item)]
        width = max((size.width() for size in shown), default=0)
        return self._with_margins(width, max((size.height() for size in shown), default=0))

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        inner = area.marginsRemoved(self.contentsMargins())
        top = inner.top()
        for row in self._rows(inner.width()):
            height = _height(row)
            left = inner.left()
            for (item, _), width in zip(row, self._widths(row, inner.width()), strict=True):
                wanted = min(height, item.sizeHint().height()) if item.widget() else height
                item.setGeometry(QRect(left, top + (height - wanted) // 2, width, wanted))
                left += width + self.spacing()
            top += height + self.spacing()

    def _rows(self, width: int) -> list[Row]:
        """What stands after a stretch goes to the next row together: one button alone in a row would look forgotten."""
        shown = [(item, stretch) for item, stretch in self._items if not _is_absent(item)]
        if sum(item.minimumSize().width() for item, _ in shown) + self.spacing() * (len(shown) - 1) <= width:
            return [shown]
        rows: list[Row] = [[]]
        used = 0
        for item, stretch in shown:
            needed = item.minimumSize().width()
            apart = item.widget() is None or used + self.spacing() + needed > width
            if rows[-1] and apart:
                rows.append([])
                used = 0
            used += needed + (self.spacing() if rows[-1] else 0)
            rows[-1].append((item, stretch))
        return rows

    def _widths(self, row: Row, width: int) -> list[int]:
        """First the least widths, then towards the hints, then what is left by stretch."""
        widths = [item.minimumSize().width() for item, _ in row]
        left = width - sum(widths) - self.spacing() * (len(row) - 1)
        wishes = [max(0, item.sizeHint().width() - least) for (item, _), least in zip(row, widths, strict=True)]
        share = min(1.0, left / sum(wishes)) if sum(wishes) else 0.0
        given = [int(share * wish) for wish in wishes]
        left -= sum(given)
        stretches = [stretch for _, stretch in row]
        more = [left * stretch // sum(stretches) if sum(stretches) else 0 for stretch in stretches]
        return [sum(parts) for parts in zip(widths, given, more, strict=True)]

    def _with_margins(self, width: int, height: int) -> QSize:
        margins = self.contentsMargins()
        return QSize(width + margins.left() + margins.right(), height + margins.top() + margins.bottom())


def _is_absent(item: QLayoutItem) -> bool:
    """Hidden widgets take no room; a stretch, which Qt calls empty, keeps its place."""
    return item.widget() is not None and item.isEmpty()


def _height(row: Row) -> int:
    return max((item.sizeHint().height() for item, _ in row), default=0)
