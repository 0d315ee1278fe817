"""Slots by time: every write and read of a memory, as one picture that can be zoomed from a million slots to one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPixmap, QRegion

from gui.theme import current, signals
from gui.translation import tr
from gui.widgets.access_colours import access_table, read_colour, write_colour
from gui.widgets.canvas import RIGHT, Canvas
from gui.widgets.picture import Picture
from gui.widgets.provenance import Grid, Marks, draw_marks
from gui.widgets.raster_cells import Cells, Pixels, Window
from gui.widgets.raster_hands import RasterHands
from gui.widgets.step_range import StepRange, draw_cursor, draw_step_axis, plot_of, spacing

TALLEST = 1.9  # a row is never taller than this many line heights
GAP = 5.0  # cells larger than this many pixels have gaps between them


@dataclass(frozen=True)
class RasterState:
    """One trace's accesses.

    ``version`` names what the cells hold (trace, row order, head): another one starts the picture anew, the same one
    with more cells adds columns. ``slots`` the slot of each row, None where row number and slot are the same thing.
    """

    cells: Cells = field(compare=False)
    version: tuple
    rows: int
    steps: int
    count: int
    slots: NDArray[np.int64] | None = field(default=None, compare=False)
    parting: int = -1
    detail: str = ""

    def slot(self, row: int) -> int:
        """Address of the slot in a row, -1 outside."""
        if not 0 <= row < self.rows:
            return -1
        return row if self.slots is None else int(self.slots[row])


class Raster(RasterHands, Picture):
    """Shows one :class:`RasterState` with a cursor, marks and a cell chosen by mouse or keyboard (see RasterHands)."""

    heading = tr("Slots × time")
    columns = 22
    rows = 9
    span_changed = Signal(object)  # StepRange
    cell_hovered = Signal(int, int)  # step and row, -1 where there is none
    cell_chosen = Signal(int, int)
    step_wanted = Signal(int)

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.span = StepRange.whole(1)
        self.row_view: tuple[float, float] | None = None  # None: all rows, also as they become more
        self.position = 0
        self.cell_row = -1
        self.marks = Marks()
        self._pixels: Pixels | None = None
        self._image: QImage | None = None
        self._key: tuple = ()
        self._still: tuple[tuple, QPixmap] | None = None
        self._is_still = False  # while everything that stays is painted into the bitmap
        self.init_hands()
        signals().changed.connect(self._forget)

    # What is shown

    def set_state(self, state: RasterState | None) -> None:
        """Show a state. The same version with more entries repaints only the columns that changed."""
        before = self.state
        if state == before:
            return
        self.state = state
        grown = before is not None and state is not None and before.version == state.version
        if not grown:
            self._forget()
            self.row_view = None
        self.setAccessibleDescription(self.describe() if state is not None else self.message)
        same_place = grown and before.rows == state.rows and before.steps == state.steps
        if same_place and self._pixels is not None and before.parting == state.parting:
            self._grow()
        else:
            self.update()

    def set_span(self, span: StepRange) -> None:
        """Show these steps."""
        if span != self.span:
            self.span = span
            self.update()

    def set_position(self, position: int) -> None:
        """Move the cursor; only the two lines are repainted."""
        if position != self.position and self.state is not None:
            for step in (self.position, position):
                x = self.span.x(step + 0.5, self.plot)
                self.update(QRectF(x - 4, 0, 8, self.height()).toAlignedRect())
            if self.cell_row >= 0:
                self.update()
            self.position = position

    def set_marks(self, marks: Marks) -> None:
        """Lay marks over the cells."""
        if marks != self.marks:
            self.marks = marks
            self.update()

    def set_cell(self, row: int) -> None:
        """Put the cell cursor on a row of the cursor's step."""
        if row != self.cell_row:
            self.cell_row = row
            self.update()

    def _forget(self) -> None:
        self._pixels, self._image, self._key, self._still = None, None, (), None
        self.update()

    # Geometry

    @property
    def plot(self) -> QRectF:
        """Where the cells are on screen."""
        return self._plot(QSizeF(self.size()), float(self.fontMetrics().height()))

    def _plot(self, size: QSizeF, unit: float) -> QRectF:
        return plot_of(QRectF(QPointF(), size).adjusted(0.75 * unit, 2.4 * unit, -0.75 * unit, -1.9 * unit), unit)

    @property
    def rows_shown(self) -> tuple[float, float]:
        """First row and the one past the last, as real numbers."""
        whole = float(max(self.state.rows, 1)) if self.state else 1.0
        if self.row_view is None:
            return 0.0, whole
        first, last = self.row_view
        return first, min(last, max(whole, first + 1))

    def grid(self, plot: QRectF | None = None, unit: float | None = None) -> Grid:
        """Where rows and steps are now."""
        plot = self.plot if plot is None else plot
        unit = float(self.fontMetrics().height()) if unit is None else unit
        top, bottom = self.rows_shown
        height = min(plot.height() / max(bottom - top, 1e-6), TALLEST * unit)
        return Grid(plot, self.span, top, height)

    # Words

    def describe(self) -> str:
        state = self.state
        return tr(
            "{rows:,} rows of slots by {steps:,} steps, {count:,} accesses",
            rows=state.rows,
            steps=state.steps,
            count=state.count,
        )

    def note(self) -> str:
        return self.state.detail

    def draw_note(self, canvas: Canvas, area: QRectF) -> None:
        """The legend: both hues from clear to full, and what opacity means."""
        theme, unit = canvas.theme, canvas.unit
        metrics = canvas.metrics(small=True)
        right = area.right()
        text = tr("opacity = weight, 0 to 1")
        width = metrics.horizontalAdvance(text)
        if area.width() > width + 14 * unit:
            canvas.text(QRectF(right - width, area.top(), width + 1, area.height()), text, theme.muted, small=True)
            right -= width + unit
        for name, colour in ((tr("read"), read_colour(theme)), (tr("write"), write_colour(theme))):
            width = metrics.horizontalAdvance(name)
            right -= width + 0.8 * unit
            canvas.text(QRectF(right, area.top(), width + 1, area.height()), name, theme.muted, small=True)
            right -= 2 * unit
            for k in range(8):
                part = QRectF(right + k * 0.2 * unit, area.center().y() - 0.28 * unit, 0.2 * unit, 0.56 * unit)
                canvas.fill(part, colour, 0, (k + 1) / 8)
        left = QRectF(area.left(), area.top(), max(right - area.left() - unit, 0), area.height())
        canvas.text(left, self.note(), theme.muted, small=True)

    # Painting

    def _ready(self, grid: Grid, canvas: Canvas) -> None:
        """Pool the entries for this window where nothing fitting is kept."""
        top, bottom = self.rows_shown
        bottom = min(bottom, top + grid.plot.height() / grid.row_height)
        window = Window.fit(
            (top, bottom), (self.span.first, self.span.last), max(grid.plot.height(), 1), max(grid.plot.width(), 1)
        )
        key = (self.state.version, window, canvas.theme.name)
        if key != self._key:
            self._pixels = Pixels(window)
            height, width = window.shape
            kind = QImage.Format.Format_ARGB32_Premultiplied
            self._image = QImage(self._pixels.colours.data, width, height, 4 * width, kind)
            self._key = key
        self._pixels.update(self.state.cells, access_table(canvas.theme))

    def _grow(self) -> None:
        """Take in new entries and repaint their columns only."""
        columns = self._pixels.update(self.state.cells, access_table(current()))
        if columns is None:
            return
        window, plot = self._pixels.window, self.plot
        left, right = (self.span.x(window.first + c * window.step_bin, plot) for c in columns)
        self.update(QRectF(left - 1, plot.top(), right - left + 2, plot.height()).toAlignedRect())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Live columns are painted alone; otherwise everything but marks and cursor is kept as one bitmap."""
        plot, strip = self.plot, QRectF(event.rect())
        if self.state is None:
            return super().paintEvent(event)
        painter = QPainter(self)
        painter.setClipRegion(QRegion(event.region()))
        canvas = Canvas(painter, current(), self.font())
        grid = self.grid()
        if (
            self._pixels is not None
            and strip.width() < plot.width() / 2
            and plot.adjusted(-2, -2, 2, 2).contains(strip)
        ):
            painter.fillRect(strip, canvas.colour(canvas.theme.panel))
            self._draw_cells(canvas, grid, strip)
        else:
            painter.drawPixmap(0, 0, self._bitmap())
        if self.state.rows:
            painter.setClipRect(plot.adjusted(-0.5, -0.5, 0.5, 0.5), Qt.ClipOperation.IntersectClip)
            self._draw_moving(canvas, grid)
        painter.setClipping(False)
        if self.hasFocus():
            canvas.outline(plot.adjusted(-3, -3, 3, 2), canvas.theme.accent, 3.0)
        painter.end()

    def _bitmap(self) -> QPixmap:
        """Everything that stays while the pointer and the cursor move."""
        ratio = self.devicePixelRatioF()
        place = (self.span, self.row_view, self.size().toTuple(), ratio, self.font().toString(), self.heading)
        key = (self.state.version, self.state.count, self.state.rows, self.state.detail, current().name, *place)
        if self._still is None or self._still[0] != key:
            still = QPixmap((QSizeF(self.size()) * ratio).toSize())
            still.setDevicePixelRatio(ratio)
            painter = QPainter(still)
            self._is_still = True
            self.paint(painter, QSizeF(self.size()), current())
            self._is_still = False
            painter.end()
            self._still = (key, still)
        return self._still[1]

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        plot = plot_of(area.adjusted(0, 0, 0, -1.3 * canvas.unit), canvas.unit)
        grid, painter = self.grid(plot, canvas.unit), canvas.painter
        draw_step_axis(canvas, self.span, plot, plot.bottom() + 0.1 * canvas.unit, self.state.steps)
        if self.state.rows == 0:
            canvas.paragraph(plot, tr("Nothing was written or read"), canvas.theme.muted)
            return
        self._draw_addresses(canvas, grid)
        painter.save()
        painter.setClipRect(plot.adjusted(-0.5, -0.5, 0.5, 0.5), Qt.ClipOperation.IntersectClip)
        self._draw_cells(canvas, grid, plot)
        if not self._is_still:
            self._draw_moving(canvas, grid)
        painter.restore()

    def _draw_cells(self, canvas: Canvas, grid: Grid, strip: QRectF) -> None:
        self._ready(grid, canvas)
        painter, window, plot = canvas.painter, self._pixels.window, grid.plot
        top, bottom = grid.y(window.top), grid.y(window.bottom)
        left, right = self.span.x(window.first, plot), self.span.x(window.last, plot)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.drawImage(QRectF(left, top, right - left, bottom - top), self._image)
        self._draw_gaps(canvas, grid, strip)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)

    def _draw_moving(self, canvas: Canvas, grid: Grid) -> None:
        plot = grid.plot
        if self.state.parting >= 0:
            x = self.span.x(self.state.parting, plot)
            canvas.line(QPointF(x, plot.top()), QPointF(x, plot.bottom()), canvas.theme.bad, 1.5, 1.0, (3.0, 2.0))
        draw_cursor(canvas, self.span, plot, self.position, plot.top(), plot.bottom())
        draw_marks(canvas, grid, self.marks)
        if self.cell_row >= 0:
            cell = grid.cell(self.position, self.cell_row)
            canvas.outline(cell.adjusted(-1.5, -1.5, 1.5, 1.5), canvas.theme.text, 2.0, 1.6)
        if self.marks.row >= 0:
            self._draw_address(canvas, grid, self.marks.row, True)

    def _draw_gaps(self, canvas: Canvas, grid: Grid, strip: QRectF) -> None:
        """Space between cells that are large enough to have some, with a faint line along each row."""
        window, plot, panel = self._pixels.window, grid.plot, canvas.theme.panel
        cell = self.span.cell(plot)
        if cell >= GAP and window.step_bin == 1:
            gap = 2 if cell >= 9 else 1
            bottom = min(plot.bottom(), grid.y(self.state.rows))
            for step in range(window.first, window.last + 1):
                x = round(self.span.x(step, plot))
                if strip.left() - gap <= x <= strip.right() + gap:
                    canvas.fill(QRectF(x - gap + 1, plot.top(), gap, bottom - plot.top()), panel)
        if grid.row_height >= GAP and window.row_bin == 1:
            gap = 2 if grid.row_height >= 9 else 1
            for row in range(window.top, min(window.bottom, self.state.rows) + 1):
                y = round(grid.y(row))
                canvas.fill(QRectF(strip.left(), y - gap + 1, strip.width(), gap), panel)
                canvas.fill(QRectF(strip.left(), y, strip.width(), 1), canvas.theme.track, 0, 0.8)

    def _draw_addresses(self, canvas: Canvas, grid: Grid) -> None:
        """Slot numbers at the left, as many as there is room for."""
        for row in self._numbered(grid, canvas.unit):
            self._draw_address(canvas, grid, row, False)

    def _numbered(self, grid: Grid, unit: float) -> range:
        top, bottom = self.rows_shown
        every = spacing(bottom - top, (bottom - top) * grid.row_height, 1.05 * unit)
        start = -(-int(np.floor(top)) // every) * every
        return range(max(start, 0), min(int(np.ceil(bottom)), self.state.rows), every)

    def _draw_address(self, canvas: Canvas, grid: Grid, row: int, marked: bool) -> None:
        unit, plot, theme = canvas.unit, grid.plot, canvas.theme

        def place_of(number: int) -> QRectF:
            y = grid.y(number + 0.5)
            return QRectF(plot.left() - 5 * unit, y - 0.55 * unit, 4.6 * unit, 1.1 * unit)

        place = place_of(row)
        if not plot.top() <= place.center().y() <= plot.bottom():
            return
        if marked:  # what it would touch is covered whole: half a number can be read as another one
            canvas.painter.setClipping(False)
            near = (
                place_of(number) for number in self._numbered(grid, unit) if abs(number - row) * grid.row_height < unit
            )
            for other in (place, *near):
                canvas.fill(other, theme.panel)
        colour = theme.accent if marked else theme.muted
        canvas.text(place, f"{self.state.slot(row):,}", colour, align=RIGHT, small=True, bold=marked)
