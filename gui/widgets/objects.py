"""All objects of a Feature World on a board: what was tried, what it paid, what would tell most."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent

from gui.translation import tr
from gui.widgets.canvas import CENTRE, RIGHT, Canvas
from gui.widgets.object_shapes import draw_object
from gui.widgets.picture import Picture, Region


@dataclass(frozen=True)
class BoardState:
    """``objects`` as values by dimension with their ``words``; ``tried`` in order with what each ``paid``.

    ``bits`` each object would tell, ``best`` an object to point out (-1 none), ``enabled`` whether one may be proposed,
    ``place`` and ``caption`` words.
    """

    objects: tuple[tuple[int, ...], ...]
    words: tuple[str, ...]
    tried: tuple[int, ...] = ()
    paid: tuple[bool, ...] = ()
    bits: tuple[float, ...] = ()
    best: int = -1
    enabled: bool = False
    place: str = ""
    caption: str = ""


class Objects(Picture):
    """Shows one :class:`BoardState`; ``object_chosen`` by click, or by arrows and Return."""

    heading = tr("Objects")
    object_chosen = Signal(int)
    columns = 24
    rows = 16

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._cursor = 0

    def note(self) -> str:
        return self.state.place

    def describe(self) -> str:
        state = self.state
        tried = ", ".join(
            tr("{words} paid", words=state.words[k]) if paid else tr("{words} paid nothing", words=state.words[k])
            for k, paid in zip(state.tried, state.paid, strict=True)
        )
        return tr(
            "{objects} objects. Tried: {tried}. {caption}",
            objects=len(state.objects),
            tried=tried or tr("none"),
            caption=state.caption,
        )

    def width_in_cells(self, area: QRectF) -> int:
        """Columns: of the numbers that divide the objects evenly, the one that gives the largest cells."""
        count = len(self.state.objects)
        even = [columns for columns in range(1, count + 1) if count % columns == 0]
        return max(even, key=lambda columns: min(area.width() / columns, area.height() * columns / count))

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        canvas.text(
            QRectF(area.left(), area.bottom() - 1.2 * unit, area.width(), 1.2 * unit), state.caption, theme.text
        )
        board = area.adjusted(0, 0, 0, -1.8 * unit)
        columns = self.width_in_cells(board)
        rows = -(-len(state.objects) // columns)
        cell = QSizeF(board.width() / columns, board.height() / rows)
        order = {k: step for step, k in enumerate(state.tried)}
        for k, values in enumerate(state.objects):
            row, column = divmod(k, columns)
            corner = QPointF(board.left() + column * cell.width(), board.top() + row * cell.height())
            self._draw_cell(canvas, QRectF(corner, cell).adjusted(2, 2, -2, -2), k, values, order.get(k, -1))

    def _draw_cell(self, canvas: Canvas, area: QRectF, k: int, values: tuple[int, ...], step: int) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        named = area.height() > 4.2 * unit and area.width() > 5 * unit
        tried = step >= 0
        paid = tried and state.paid[step]
        canvas.fill(area, theme.raised, 5, 0.5 if tried and not paid else 1.0)
        if paid:
            canvas.outline(area.adjusted(1, 1, -1, -1), theme.good, 5, 2)
        elif k == state.best and state.enabled:
            canvas.outline(area.adjusted(1, 1, -1, -1), theme.accent, 5, 1.5)
        if self.hasFocus() and k == self._cursor:
            canvas.outline(area.adjusted(3, 3, -3, -3), theme.muted, 4, 1)
        room = area.adjusted(0, 0.2 * unit, 0, -1.2 * unit if named else 0)
        radius = 0.34 * min(room.width(), room.height())
        draw_object(canvas, room.center(), radius, values, 0.35 if tried and not paid else 1.0)
        if named:
            words = QRectF(area.left() + 2, area.bottom() - 1.3 * unit, area.width() - 4, 1.1 * unit)
            canvas.text(words, state.words[k], theme.muted if tried else theme.text, align=CENTRE, small=True)
        if tried and area.width() > 2.5 * unit:
            mark = QRectF(area.left() + 4, area.top() + 2, area.width() - 8, 1.1 * unit)
            canvas.text(mark, str(step + 1), theme.muted, small=True)
            words = "pays" if paid else "nothing" if area.width() > 6 * unit else ""
            canvas.text(mark, words, theme.good if paid else theme.muted, align=RIGHT, small=True)
        tip = state.words[k]
        if tried:
            tip += tr("\nstep {step}, {what}", step=step + 1, what=tr("paid") if paid else tr("paid nothing"))
        elif k < len(state.bits):
            tip += tr("\nwould tell {bits:.2f} bits", bits=state.bits[k])
        self.regions.append(Region(area, k, tip))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        region = self.region_at(event.position())
        if region is not None and self.state.enabled and event.button() == Qt.MouseButton.LeftButton:
            self._cursor = int(region.key)
            self.object_chosen.emit(self._cursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.state is None:
            return super().keyPressEvent(event)
        columns = self.width_in_cells(QRectF(self.rect()))
        moves = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -columns, Qt.Key.Key_Down: columns}
        if event.key() in moves and self.state.enabled:
            self._cursor = min(max(self._cursor + moves[event.key()], 0), len(self.state.objects) - 1)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.state.enabled:
            self.object_chosen.emit(self._cursor)
        else:
            super().keyPressEvent(event)
