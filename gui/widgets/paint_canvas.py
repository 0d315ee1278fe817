"""A pattern to draw on with the mouse or the keyboard, and to drop pictures onto."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QMouseEvent

from gui.translation import tr
from gui.widgets.canvas import Canvas
from gui.widgets.patterns import draw_pattern, layout
from gui.widgets.picture import Picture


class PaintCanvas(Picture):
    """The left button draws white, the right one black; the state is a tuple of values and the shape.

    ``painted`` after each stroke, ``files_dropped`` with paths. Keys: arrows move a cell cursor, Space turns the cell.
    """

    heading = tr("Query")
    columns = 9
    rows = 10
    painted = Signal()
    files_dropped = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.setToolTip(tr("Left button draws white, right button black; drop picture files here"))
        self.values: NDArray[np.float32] = np.zeros(0, np.float32)
        self.original: NDArray[np.float32] | None = None
        self._shape = (1, 1, 1)
        self._place = QRectF()
        self._cell = (0, 0)
        self._words = ""
        self._changes = 0

    def show_values(
        self, values: NDArray[np.float32], shape: tuple[int, int, int], original: NDArray[np.float32] | None, words: str
    ) -> None:
        """Draw on a copy of ``values``; ``original`` tells what is damaged of it, ``words`` what it is."""
        self.values, self._shape, self._words = values.copy(), shape, words
        self.original = None if original is None else original.copy()
        self._tell()

    def _tell(self) -> None:
        self._changes += 1
        self.set_state(self._changes)
        self.update()

    def note(self) -> str:
        return self._words

    def describe(self) -> str:
        return tr(
            "{words}, {damaged} of {values} values damaged",
            words=self._words,
            damaged=self.damaged,
            values=len(self.values),
        )

    @property
    def damaged(self) -> int:
        """Values that differ from the original."""
        if self.original is None or len(self.original) != len(self.values):
            return 0
        return int((np.abs(self.original - self.values) > 1e-3).sum())

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        unit, theme = canvas.unit, canvas.theme
        if not len(self.values):
            canvas.paragraph(area, tr("Choose a stored pattern"), theme.muted)
            return
        height, width, channels = layout(self._shape)
        self._place = place = draw_pattern(canvas, area.adjusted(0, 0, 0, -1.3 * unit), self.values, self._shape)
        side = place.width() / width
        if side >= 5:
            for k in range(1, width):
                canvas.fill(QRectF(place.left() + k * side, place.top(), 1, place.height()), theme.border, 0, 0.35)
            for k in range(1, height):
                canvas.fill(QRectF(place.left(), place.top() + k * side, place.width(), 1), theme.border, 0, 0.35)
        if self.original is not None and len(self.original) == len(self.values):
            differs = np.abs(self.original - self.values).reshape(height, width, channels).max(2) > 1e-3
            mark = max(side * 0.22, 2.0)
            for row, column in np.argwhere(differs)[:4096]:
                corner = QPointF(place.left() + column * side, place.top() + row * side)
                canvas.fill(QRectF(corner.x() + 1, corner.y() + 1, mark, mark), theme.bad, 0, 0.9)
        if self.hasFocus():
            row, column = self._cell
            cell = QRectF(place.left() + column * side, place.top() + row * side, side, side)
            canvas.outline(cell, theme.accent, 1.0, 0.15 * unit)
        words = tr("{damaged} of {values} values differ, marked", damaged=self.damaged, values=len(self.values))
        if self.original is None:
            words = tr("a pattern of your own")
        line = QRectF(area.left(), area.bottom() - 1.1 * unit, area.width(), 1.1 * unit)
        canvas.text(line, words, theme.muted, small=True)

    def _set(self, position: QPointF, value: float) -> None:
        height, width, _ = layout(self._shape)
        if self._place.isEmpty() or not self._place.contains(position):
            return
        column = min(int((position.x() - self._place.left()) / self._place.width() * width), width - 1)
        row = min(int((position.y() - self._place.top()) / self._place.height() * height), height - 1)
        self._cell = (row, column)
        self._put(value)

    def _put(self, value: float) -> None:
        height, width, channels = layout(self._shape)
        self.values.reshape(height, width, channels)[self._cell] = value
        self._tell()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not len(self.values):
            return
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._set(event.position(), 1.0)
        elif event.buttons() & Qt.MouseButton.RightButton:
            self._set(event.position(), -1.0)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if len(self.values):
            self.painted.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)
        }  # fmt: skip
        height, width, channels = layout(self._shape)
        if event.key() in moves:
            down, right = moves[event.key()]
            self._cell = (min(max(self._cell[0] + down, 0), height - 1), min(max(self._cell[1] + right, 0), width - 1))
            self.update()
        elif event.key() == Qt.Key.Key_Space and len(self.values):
            now = self.values.reshape(height, width, channels)[self._cell].mean()
            self._put(-1.0 if now > 0 else 1.0)
            self.painted.emit()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.files_dropped.emit([url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()
