"""Mouse and keyboard on the raster: hover, choose, zoom, move, and a cell cursor.

Wheel zooms both ways about the pointer (Ctrl: rows only, Shift: steps only), dragging moves, a double click shows all.
Arrows move the cell cursor, Page Up and Down by ten rows, Home and End to the ends, + and - zoom, 0 shows all, Enter
chooses the cell, Escape lets it go.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

from gui.widgets.step_range import StepRange

CLOSER, DRAG = 0.8, 4.0
LEAST_ROWS = 1.0


class RasterHands:
    """The half of :class:`gui.widgets.raster.Raster` that a person touches; its signals are declared there, because
    signals need a QObject.
    """

    def init_hands(self) -> None:
        """Nothing is pressed."""
        self._pressed: QPointF | None = None
        self._dragged = False
        self._hovered = (-1, -1)

    # Places

    def cell_at(self, position: QPointF) -> tuple[int, int]:
        """Step and row under a place, (-1, -1) outside."""
        plot = self.plot
        if self.state is None or not plot.contains(position):
            return -1, -1
        grid = self.grid()
        step = int(self.span.step(position.x(), plot))
        row = int(grid.top + (position.y() - plot.top()) / grid.row_height)
        if not (0 <= step < self.state.steps and 0 <= row < self.state.rows):
            return -1, -1
        return step, row

    # Zoom

    def zoom(self, factor: float, position: QPointF | None = None, rows: bool = True, steps: bool = True) -> None:
        """``factor`` times as much on screen, about ``position`` (the middle where none is given)."""
        plot, grid = self.plot, self.grid()
        place = plot.center() if position is None else position
        if rows and self.state.rows > 1:
            first, last = self.rows_shown
            about = grid.top + (place.y() - plot.top()) / grid.row_height
            about = min(max(about, first), last)
            length = min(max((last - first) * factor, LEAST_ROWS), float(self.state.rows))
            top = about - (about - first) / max(last - first, 1e-9) * length
            self._set_rows(top, length)
        if steps:
            about = self.span.step(min(max(place.x(), plot.left()), plot.right()), plot)
            self._set_span(self.span.zoomed(factor, about, self.state.steps))

    def show_all(self) -> None:
        """All rows and all steps."""
        self.row_view = None
        self._set_span(StepRange.whole(self.state.steps))
        self.update()

    def _set_rows(self, top: float, length: float) -> None:
        whole = float(self.state.rows)
        if length >= whole:
            self.row_view = None
        else:
            top = min(max(top, 0.0), whole - length)
            self.row_view = (top, top + length)
        self.update()

    def _set_span(self, span: StepRange) -> None:
        if span != self.span:
            self.set_span(span)
            self.span_changed.emit(span)

    def reveal(self, row: int) -> None:
        """Move the view just far enough to show a row."""
        first, last = self.rows_shown
        if row < first:
            self._set_rows(float(row), last - first)
        elif row + 1 > last:
            self._set_rows(row + 1 - (last - first), last - first)

    # Mouse

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.state is None:
            return
        delta = event.angleDelta()
        amount = (delta.y() or delta.x()) / 120
        modifiers = event.modifiers()
        only_rows = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        only_steps = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        left = event.position().x() < self.plot.left()
        self.zoom(CLOSER**amount, event.position(), rows=not only_steps, steps=not (only_rows or left))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.state is not None and event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.state is None:
            return
        if self._pressed is not None and event.buttons() & Qt.MouseButton.LeftButton:
            moved = event.position() - self._pressed
            if self._dragged or moved.manhattanLength() > DRAG:
                self._dragged, self._pressed = True, event.position()
                first, last = self.rows_shown
                self._set_rows(first - moved.y() / self.grid().row_height, last - first)
                self._set_span(self.span.moved(-moved.x() / self.span.cell(self.plot), self.state.steps))
            return
        self._hover(self.cell_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None and not self._dragged and event.button() == Qt.MouseButton.LeftButton:
            step, row = self.cell_at(event.position())
            if step >= 0:
                self.cell_chosen.emit(step, row)
        self._pressed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.state is not None:
            self.show_all()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover((-1, -1))

    def _hover(self, cell: tuple[int, int]) -> None:
        if cell != self._hovered:
            self._hovered = cell
            self.cell_hovered.emit(*cell)

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = Qt.Key
        if self.state is None or event.modifiers() & ~(
            Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier
        ):
            return super().keyPressEvent(event)
        key, text = event.key(), event.text()
        down = {keys.Key_Up: -1, keys.Key_Down: 1, keys.Key_PageUp: -10, keys.Key_PageDown: 10}
        along = {keys.Key_Left: -1, keys.Key_Right: 1}
        if key in down:
            self._to_row((self.cell_row if self.cell_row >= 0 else int(self.rows_shown[0])) + down[key])
        elif key in along:
            self._to_step(self.position + along[key])
        elif key in (keys.Key_Home, keys.Key_End):
            self._to_step(0 if key == keys.Key_Home else self.state.steps - 1)
        elif text in ("+", "=", "-"):
            grid = self.grid()
            place = grid.centre(self.position, max(self.cell_row, 0)) if self.cell_row >= 0 else None
            self.zoom(1 / CLOSER if text == "-" else CLOSER, place)
        elif text == "0":
            self.show_all()
        elif key in (keys.Key_Return, keys.Key_Enter) and self.cell_row >= 0:
            self.cell_chosen.emit(self.position, self.cell_row)
        elif key == keys.Key_Escape and self.cell_row >= 0:
            self.set_cell(-1)
            self.cell_hovered.emit(-1, -1)
        else:
            super().keyPressEvent(event)

    def _to_row(self, row: int) -> None:
        row = min(max(row, 0), self.state.rows - 1)
        if row >= 0:
            self.set_cell(row)
            self.reveal(row)
            self.cell_hovered.emit(self.position, row)

    def _to_step(self, step: int) -> None:
        step = min(max(step, 0), self.state.steps - 1)
        self._set_span(self.span.showing(step, self.state.steps))
        self.step_wanted.emit(step)
        if self.cell_row >= 0:
            self.cell_hovered.emit(step, self.cell_row)
