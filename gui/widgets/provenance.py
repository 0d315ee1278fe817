"""What lies over the raster: where a read word came from, the life of a slot, the marked cell."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath

from gui.widgets.access_colours import read_colour, write_colour
from gui.widgets.canvas import CENTRE, Canvas
from gui.widgets.step_range import StepRange


@dataclass(frozen=True)
class Arc:
    """From the write that put a word into ``row`` to a read of it; ``share`` 0..1 of the word (or of the read) it
    stands for. The ``main`` arc is drawn strong and may carry ``words``.
    """

    row: int
    start: int
    stop: int
    share: float = 1.0
    main: bool = False
    words: str = ""


@dataclass(frozen=True)
class Marks:
    """Everything over the cells.

    Attributes: ``row`` whose life is shown (-1 none) with its ``writes``, ``reads`` and ``clears`` (steps); ``arcs``;
    ``origins`` steps whose input put the word there (a line leads up to the inputs).
    """

    row: int = -1
    writes: tuple[int, ...] = ()
    reads: tuple[int, ...] = ()
    clears: tuple[int, ...] = ()
    arcs: tuple[Arc, ...] = ()
    origins: tuple[int, ...] = ()


@dataclass(frozen=True)
class Grid:
    """Where rows and steps are on screen."""

    plot: QRectF
    span: StepRange
    top: float
    row_height: float

    def y(self, row: float) -> float:
        """Where a row begins."""
        return self.plot.top() + (row - self.top) * self.row_height

    def cell(self, step: int, row: int) -> QRectF:
        """Place of one cell, never thinner than two pixels."""
        left, width = self.span.x(step, self.plot), self.span.cell(self.plot)
        return QRectF(left, self.y(row), max(width, 2.0), max(self.row_height, 2.0))

    def centre(self, step: int, row: int) -> QPointF:
        return QPointF(self.span.x(step + 0.5, self.plot), self.y(row + 0.5))


def draw_marks(canvas: Canvas, grid: Grid, marks: Marks) -> None:
    """Paint the marks; the painter is clipped to the plot."""
    if marks.row >= 0:
        _draw_life(canvas, grid, marks)
    for step in marks.origins:
        x = grid.span.x(step + 0.5, grid.plot)
        row = next((arc.row for arc in marks.arcs if arc.start == step), marks.row)
        top = QPointF(x, grid.plot.top())
        canvas.line(top, QPointF(x, grid.y(row)), canvas.theme.accent, 1.3, 0.9, (1.5, 2.5))
    for arc in sorted(marks.arcs, key=lambda arc: (arc.main, arc.share)):
        _draw_arc(canvas, grid, arc)


def _draw_life(canvas: Canvas, grid: Grid, marks: Marks) -> None:
    theme, unit = canvas.theme, canvas.unit
    height = max(grid.row_height, 0.35 * unit)
    top = grid.y(marks.row + 0.5) - height / 2
    band = QRectF(grid.plot.left(), top, grid.plot.width(), height)
    canvas.fill(band, theme.accent, 0, 0.13)
    for step in marks.clears:
        x = grid.span.x(step, grid.plot)
        canvas.line(QPointF(x, band.top() - 2), QPointF(x, band.bottom() + 2), theme.text, 1.2)
    for steps, colour in ((marks.reads, read_colour(theme)), (marks.writes, write_colour(theme))):
        for step in steps:
            cell = grid.cell(step, marks.row)
            place = QRectF(cell.left(), band.top(), cell.width(), height)
            canvas.outline(place.adjusted(-1, -1, 1, 1), colour, 2.0, 1.4)


def _draw_arc(canvas: Canvas, grid: Grid, arc: Arc) -> None:
    start, stop = grid.centre(arc.start, arc.row), grid.centre(arc.stop, arc.row)
    unit, plot = canvas.unit, grid.plot
    reach = stop.x() - start.x()
    above, below = start.y() - plot.top(), plot.bottom() - start.y()
    up = above > min(below, 3.5 * unit)
    room = (above if up else below) - 1.2 * unit
    most = 0.32 * abs(reach) if arc.main else min(0.3 * abs(reach), 7 * unit)
    height = min(max(most, 1.2 * unit), max(room, 0.8 * unit)) * (0.75 + 0.25 * min(arc.share, 1.0))
    lift = -height if up else height
    strong = arc.main
    colour, width = canvas.theme.accent, (0.14 * unit if strong else 0.07 * unit)
    painter = canvas.painter
    radius = max(min(0.62 * max(grid.row_height, grid.span.cell(plot)), 0.8 * unit), 0.28 * unit) if strong else 0.0
    ends = QPointF(0.22 * reach, lift * 4 / 3)
    length = max((ends.x() ** 2 + ends.y() ** 2) ** 0.5, 1e-6)
    out = ends * (radius / length)  # the line ends at the rings, not inside them
    path = QPainterPath(start + out)
    path.cubicTo(
        start + ends, QPointF(stop.x() - ends.x(), stop.y() + ends.y()), QPointF(stop.x() - out.x(), stop.y() + out.y())
    )
    painter.setBrush(Qt.BrushStyle.NoBrush)
    opacity = 1.0 if strong else 0.25 + 0.55 * min(arc.share, 1.0)
    if strong:
        painter.setPen(canvas.pen(canvas.theme.panel, width + 0.2 * unit, 0.85))
        painter.drawPath(path)
    painter.setPen(canvas.pen(colour, width, opacity))
    painter.drawPath(path)
    for end in (start, stop) if strong else ():
        painter.setPen(canvas.pen(canvas.theme.panel, 0.28 * unit, 0.85))
        painter.drawEllipse(end, radius, radius)
        painter.setPen(canvas.pen(colour, 0.12 * unit))
        painter.drawEllipse(end, radius, radius)
    if arc.words:
        _draw_words(canvas, grid, arc.words, QPointF((start.x() + stop.x()) / 2, start.y() + lift), up)


def _draw_words(canvas: Canvas, grid: Grid, words: str, apex: QPointF, up: bool) -> None:
    unit, plot = canvas.unit, grid.plot
    width = canvas.metrics(small=True).horizontalAdvance(words) + unit
    left = min(max(apex.x() - width / 2, plot.left() + 2), plot.right() - width - 2)
    top = apex.y() - 1.35 * unit if up else apex.y() + 0.2 * unit
    top = min(max(top, plot.top() + 1), plot.bottom() - 1.2 * unit)
    area = QRectF(left, top, width, 1.15 * unit)
    canvas.fill(area, canvas.theme.panel, 0.3 * unit, 0.92)
    canvas.text(area, words, canvas.theme.accent, align=CENTRE, small=True)
