"""The same field for several methods side by side: a heat map each on one scale, with arrows of where the policy goes.

On a board a cell shows the probability of each move as a line of that length, walls, and each task's reward as a mark
in a corner of its own. In the plane an arrow shows the mean step, circles the regions that pay.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainterPath, QPolygonF

from gui.translation import tr
from gui.widgets.canvas import RIGHT, Canvas
from gui.widgets.picture import Picture, Region
from gui.widgets.uniform_colours import VIRIDIS, task_colour, uniform_image

MOVES = {"cardinal": ((0, -1), (1, 0), (0, 1), (-1, 0)), "diagonal": ((1, -1), (1, 1), (-1, 1), (-1, -1))}
"""Directions (right, down) of the four moves in a record, by kind of move."""

MOVE_WORDS = {"cardinal": (tr("up"), tr("right"), tr("down"), tr("left")), "diagonal": ("↗", "↘", "↙", "↖")}
KEYS = ((Qt.Key.Key_Left, 0, -1), (Qt.Key.Key_Right, 0, 1), (Qt.Key.Key_Up, -1, 0), (Qt.Key.Key_Down, 1, 0))


@dataclass(frozen=True)
class Tile:
    """One method (``short`` where the title has no room), ``note`` its one figure.

    ``values`` [rows, columns], first row on top; ``moves`` [rows, columns, 4] probabilities or [rows, columns, 2] mean
    steps (right, down).
    """

    title: str
    short: str
    note: str
    colour: int
    values: NDArray[np.float32] = field(compare=False)
    moves: NDArray[np.float32] = field(compare=False)


@dataclass(frozen=True)
class Ground:
    """What lies under every tile: ``walls`` [rows, columns], ``rewards`` [tasks, rows, columns] as seen (both may be
    empty), ``circles`` (x, y, radius, colour) in shares of the tile, y down; nan: a band. ``moves`` names the kind of
    move of a board.
    """

    walls: NDArray[np.bool_] = field(compare=False)
    rewards: NDArray[np.float32] = field(compare=False)
    circles: tuple[tuple[float, float, float, int], ...] = ()
    moves: str = "cardinal"
    kind: str = "board"


@dataclass(frozen=True)
class FieldsState:
    """Arrays of one ``version`` never differ; ``low`` to ``high`` is the scale of all tiles, ``unit`` names it."""

    version: tuple
    tiles: tuple[Tile, ...]
    ground: Ground
    low: float
    high: float
    unit: str
    words: str = ""


class Fields(Picture):
    """Shows one :class:`FieldsState`. On a board ``cell_painted`` (row, column, whether a stroke begins) follows the
    pressed mouse, or Space at the cell cursor that the arrow keys move; ``cell_hovered`` the pointer as words.
    """

    heading = tr("Policies")
    columns = 24
    rows = 14
    cell_painted = Signal(int, int, bool)
    cell_hovered = Signal(str)

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.paintable = False
        self._cursor = (-1, -1)
        self._places: list[QRectF] = []
        self._last = (-1, -1)

    def note(self) -> str:
        return self.state.words

    def describe(self) -> str:
        return f"{self.state.unit}. " + ". ".join(f"{tile.title} {tile.note}" for tile in self.state.tiles)

    # Painting

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        unit, state = canvas.unit, self.state
        scale = area.adjusted(area.width() - 4.6 * unit, 0, 0, 0)
        places = self._lay_out(area.adjusted(0, 0, -5 * unit, 0), unit)
        self._places = []
        for tile, place in zip(state.tiles, places, strict=True):
            self._draw_tile(canvas, tile, place)
        self._draw_scale(canvas, scale.adjusted(0, 1.4 * unit, 0, -0.5 * unit))

    def _lay_out(self, area: QRectF, unit: float) -> list[QRectF]:
        """Places of the tiles, headings included: as many columns as make them largest."""
        count = max(len(self.state.tiles), 1)
        rows, columns = self.state.tiles[0].values.shape if self.state.tiles else (1, 1)
        best, wide = 0.0, 1
        for across in range(1, count + 1):
            down = -(-count // across)
            cell = min((area.width() / across - unit) / columns, (area.height() / down - 1.9 * unit) / rows)
            if cell > best:
                best, wide = cell, across
        down = -(-count // wide)
        width, height = area.width() / wide, min(area.height() / down, best * rows + 2.2 * unit)
        return [
            QRectF(
                area.left() + (k % wide) * width, area.top() + (k // wide) * height, width - unit, height - 0.5 * unit
            )
            for k in range(count)
        ]

    def _draw_tile(self, canvas: Canvas, tile: Tile, place: QRectF) -> None:
        unit, theme, state = canvas.unit, canvas.theme, self.state
        rows, columns = tile.values.shape
        size = min(place.width() / columns, (place.height() - 1.4 * unit) / rows)
        board = QRectF(place.left(), place.top() + 1.4 * unit, size * columns, size * rows)
        head = QRectF(place.left(), place.top(), max(board.width(), min(place.width(), 11 * unit)), 1.3 * unit)
        canvas.fill(
            QRectF(head.left(), head.center().y() - 0.3 * unit, 0.6 * unit, 0.6 * unit), theme.data[tile.colour]
        )
        used = canvas.metrics(small=True).horizontalAdvance(tile.note)
        room = head.adjusted(0.9 * unit, 0, -used - 0.5 * unit, 0)
        fits = canvas.metrics(small=True, bold=True).horizontalAdvance(tile.title) <= room.width()
        canvas.text(room, tile.title if fits else tile.short, theme.text, small=True, bold=True)
        canvas.text(head, tile.note, theme.muted, align=RIGHT, small=True)
        image = uniform_image(tile.values, state.low, state.high, theme.track)
        canvas.painter.drawImage(board, image)
        self._places.append(board)
        canvas.painter.save()
        canvas.painter.setClipRect(board)
        if state.ground.kind == "board":
            self._draw_board(canvas, tile, board, size)
        else:
            self._draw_plane(canvas, tile, board, size)
        canvas.painter.restore()
        if self.hasFocus() and self.paintable and self._cursor[0] >= 0:
            row, column = self._cursor
            spot = QRectF(board.left() + column * size, board.top() + row * size, size, size)
            canvas.outline(spot, theme.accent, 2, 2)

    def _draw_board(self, canvas: Canvas, tile: Tile, board: QRectF, size: float) -> None:
        ground, painter = self.state.ground, canvas.painter
        middle = (self.state.low + self.state.high) / 2
        directions = MOVES[ground.moves]
        wedges = {False: QPainterPath(), True: QPainterPath()}
        rows, columns = tile.values.shape
        for row in range(rows):
            for column in range(columns):
                value = tile.values[row, column]
                if not isfinite(value):
                    continue
                x, y = board.left() + (column + 0.5) * size, board.top() + (row + 0.5) * size
                for share, (right, down) in zip(tile.moves[row, column].tolist(), directions, strict=True):
                    if share > 0.04:
                        reach, half = 0.46 * size * share, 0.09 * size
                        tip = QPointF(x + right * reach, y + down * reach)
                        across = QPointF(-down * half, right * half)
                        foot = QPointF(x, y)
                        wedges[bool(value > middle)].addPolygon(QPolygonF([tip, foot + across, foot - across, tip]))
        painter.setPen(Qt.PenStyle.NoPen)
        for bright, path in wedges.items():
            path.setFillRule(Qt.FillRule.WindingFill)
            painter.setBrush(canvas.colour("#14161a" if bright else "#ffffff"))
            painter.drawPath(path)
        for task, paid in enumerate(ground.rewards):
            colour, (right, down) = task_colour(canvas.theme, task), ((0, 0), (1, 0), (0, 1), (1, 1))[task % 4]
            for row, column in np.argwhere(paid != 0).tolist():
                side = size * 0.30 * min(abs(float(paid[row, column])), 1.0) ** 0.5
                left = board.left() + column * size + (size - side if right else 0)
                top = board.top() + row * size + (size - side if down else 0)
                spot = QRectF(left, top, side, side)
                canvas.fill(spot, colour)
                canvas.outline(spot, "#ffffff" if paid[row, column] > 0 else "#14161a", 0, 1)

    def _draw_plane(self, canvas: Canvas, tile: Tile, board: QRectF, size: float) -> None:
        state, painter = self.state, canvas.painter
        rows, columns = tile.values.shape
        step = max(1, round(canvas.unit * 0.9 / size))
        longest = float(np.nanmax(np.hypot(tile.moves[..., 0], tile.moves[..., 1]), initial=1e-9))
        middle = (state.low + state.high) / 2
        lines: dict[bool, list[QLineF]] = {False: [], True: []}
        for row in range(step // 2, rows, step):
            for column in range(step // 2, columns, step):
                value, (right, down) = tile.values[row, column], tile.moves[row, column].tolist()
                if isfinite(value) and isfinite(right):
                    x, y = board.left() + (column + 0.5) * size, board.top() + (row + 0.5) * size
                    reach = 0.8 * step * size / longest
                    lines[value > middle].append(QLineF(x, y, x + right * reach, y + down * reach))
                    lines[value > middle].append(QLineF(x - 0.6, y, x + 0.6, y))
        for bright, some in lines.items():
            painter.setPen(canvas.pen("#14161a" if bright else "#ffffff", 1.2))
            painter.drawLines(some)
        for x, y, radius, colour in state.ground.circles:
            painter.setPen(canvas.pen(task_colour(canvas.theme, colour), 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            width, height = board.width(), board.height()
            if isfinite(x) and isfinite(y):
                middle_point = QPointF(board.left() + x * width, board.top() + y * height)
                painter.drawEllipse(middle_point, radius * width, radius * height)
            elif isfinite(x):
                for side in (x - radius, x + radius):
                    painter.drawLine(QLineF(board.left() + side * width, board.top(), board.left() + side * width,
                                            board.bottom()))  # fmt: skip
            else:
                for side in (y - radius, y + radius):
                    painter.drawLine(QLineF(board.left(), board.top() + side * height, board.right(),
                                            board.top() + side * height))  # fmt: skip

    def _draw_scale(self, canvas: Canvas, area: QRectF) -> None:
        unit, theme, state = canvas.unit, canvas.theme, self.state
        bar = QRectF(area.left(), area.top(), 0.8 * unit, min(area.height(), 14 * unit))
        for k, colour in enumerate(VIRIDIS):
            height = bar.height() / len(VIRIDIS)
            canvas.fill(QRectF(bar.left(), bar.bottom() - (k + 1) * height, bar.width(), height + 0.5), colour)
        for share in (0.0, 0.5, 1.0):
            place = QRectF(bar.right() + 0.3 * unit, 0, 3.6 * unit, 1.2 * unit)
            place.moveTop(bar.bottom() - share * bar.height() - 0.6 * unit)
            canvas.text(place, f"{state.low + share * (state.high - state.low):.3g}", theme.muted, small=True)
        canvas.text(
            QRectF(bar.left(), bar.top() - 1.7 * unit, 4.6 * unit, 1.2 * unit), state.unit, theme.muted, small=True
        )

    # Pointer and keys

    def cell_at(self, position: QPointF) -> tuple[int, int, int] | None:
        """Tile, row and column under a point."""
        if self.state is None:
            return None
        for number, board in enumerate(self._places):
            if board.contains(position) and board.width() > 0:
                rows, columns = self.state.tiles[number].values.shape
                row = min(int((position.y() - board.top()) / board.height() * rows), rows - 1)
                return number, row, min(int((position.x() - board.left()) / board.width() * columns), columns - 1)
        return None

    def cell_words(self, number: int, row: int, column: int) -> str:
        """What a cell shows, in words."""
        tile, state = self.state.tiles[number], self.state
        value = float(tile.values[row, column])
        if state.ground.kind != "board":
            x, y = (column + 0.5) / tile.values.shape[1] * 2 - 1, 1 - (row + 0.5) / len(tile.values) * 2
            place = f"x {x:.2f}, y {y:.2f} m"
            return f"{tile.title}, {place}: " + (
                f"{value:.4g} {state.unit}" if isfinite(value) else tr("nothing seen here")
            )
        if not isfinite(value):
            return tr("row {row}, column {column}: wall", row=row + 1, column=column + 1)
        shares = zip(MOVE_WORDS[state.ground.moves], tile.moves[row, column].tolist(), strict=True)
        moves = ", ".join(f"{name} {share:.0%}" for name, share in shares)
        paid = ", ".join(
            tr("task {k} pays {r:g}", k=k + 1, r=r[row, column])
            for k, r in enumerate(state.ground.rewards)
            if r[row, column]
        )
        words = tr(
            "{title}, row {row}, column {column}: {value:.4g} {unit}; {moves}",
            title=tile.title,
            row=row + 1,
            column=column + 1,
            value=value,
            unit=state.unit,
            moves=moves,
        )
        return words + (f"; {paid}" if paid else "")

    def region_at(self, position: QPointF) -> Region | None:
        found = self.cell_at(position)
        if found is None:
            return None
        return Region(
            QRectF(position.x() - 1, position.y() - 1, 2, 2), found, self.cell_words(*found).replace("; ", "\n")
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.cell_at(event.position())
        if found is not None and self.paintable and event.button() == Qt.MouseButton.LeftButton:
            self._last = self._cursor = found[1:]
            self.cell_painted.emit(*found[1:], True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self.cell_at(event.position())
        self.cell_hovered.emit(self.cell_words(*found).replace("\n", " ") if found else "")
        if found and self.paintable and event.buttons() & Qt.MouseButton.LeftButton and found[1:] != self._last:
            self._last = found[1:]
            self.cell_painted.emit(*found[1:], False)

    def leaveEvent(self, event) -> None:
        self.cell_hovered.emit("")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.paintable or self.state is None or not self.state.tiles:
            super().keyPressEvent(event)
            return
        rows, columns = self.state.tiles[0].values.shape
        row, column = max(self._cursor[0], 0), max(self._cursor[1], 0)
        for key, down, right in KEYS:
            if event.key() == key:
                self._cursor = ((row + down) % rows, (column + right) % columns)
                self.cell_hovered.emit(self.cell_words(0, *self._cursor).replace("\n", " "))
                self.update()
                return
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cursor[0] >= 0:
            self.cell_painted.emit(row, column, True)
            return
        super().keyPressEvent(event)
