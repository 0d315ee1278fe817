"""The rows of an output layer against training steps: which were overwritten when, and how strongly."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QImage, QMouseEvent

from gui.translation import tr
from gui.widgets.canvas import RIGHT, Canvas, shade
from gui.widgets.step_range import draw_cursor, draw_step_axis
from gui.widgets.strip import Strip

FADES = 5  # steps for which an overwritten row is still lit in the margin


@dataclass(frozen=True)
class OverwritesState:
    """``steps``, ``rows``, ``rates`` [n] of each overwriting in order of steps; ``total`` rows of the layer, the most
    frequent class first; ``version`` grows with the arrays; ``chosen`` row (-1 none); ``words`` at the heading.
    """

    total: int
    version: int
    chosen: int = -1
    words: str = ""
    what: str = "class"
    steps: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32), compare=False)
    rows: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32), compare=False)
    rates: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32), compare=False)
    names: tuple[str, ...] = field(default=(), compare=False)


class Overwrites(Strip):
    """Shows one :class:`OverwritesState`; rows flash in the margin as the cursor passes. A click asks for the step, and
    ``row_wanted`` for the row overwritten nearest to it.
    """

    heading = tr("Output rows overwritten")
    columns = 24
    rows = 10
    row_wanted = Signal(int)

    def note(self) -> str:
        return self.state.words

    def describe(self) -> str:
        state = self.state
        now = self.at(self.position)
        words = ", ".join(self.name(row) for row in state.rows[now][:8].tolist())
        return tr(
            "{rows:,} overwritings of {total:,} rows; at step {position}: {words}",
            rows=len(state.rows),
            total=state.total,
            position=self.position,
            words=words or tr("none"),
        )

    def name(self, row: int) -> str:
        """What a row stands for."""
        names = self.state.names
        return names[row] if row < len(names) else f"{self.state.what} {row + 1:,}"

    def at(self, step: int) -> slice:
        """Overwritings in one step."""
        low, high = np.searchsorted(self.state.steps, [step, step + 1])
        return slice(int(low), int(high))

    def draw_still(self, canvas: Canvas, plot: QRectF) -> None:
        unit, theme = canvas.unit, canvas.theme
        plot = self._inner(plot, unit)
        canvas.fill(plot, theme.track, 0, 0.35)
        if plot.width() < 2 or plot.height() < 2:
            return
        canvas.painter.drawImage(plot, self._image(int(plot.width()), int(plot.height()), theme.accent))
        state = self.state
        for share in (0.0, 0.5, 1.0):
            row = round(share * (state.total - 1))
            y = plot.top() + share * plot.height()
            place = QRectF(plot.left() - 5.6 * unit, min(max(y - 0.55 * unit, plot.top() - 0.2 * unit),
                                                        plot.bottom() - unit), 4.0 * unit, 1.1 * unit)  # fmt: skip
            canvas.text(place, f"{row + 1:,}", theme.muted, align=RIGHT, small=True)
        draw_step_axis(canvas, self.span, plot, plot.bottom() + 0.1 * unit, int(self.span.last))

    def _inner(self, plot: QRectF, unit: float) -> QRectF:
        return plot.adjusted(0, 0, 0, -1.5 * unit)

    def _image(self, width: int, height: int, colour: str) -> QImage:
        """Strongest rate in each pixel as the opacity of one colour."""
        state, span = self.state, self.span
        width, height = max(min(width, int(span.length)), 1), max(min(height, state.total), 1)
        grid = np.zeros((height, width), np.float32)
        x = np.floor((state.steps - span.first) * (width / span.length) + 1e-6).astype(np.int64)
        y = (state.rows.astype(np.int64) * height) // max(state.total, 1)
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        np.maximum.at(grid, (y[inside], x[inside]), state.rates[inside])
        ink = shade(colour).getRgb()[:3]
        pixels = np.zeros((height, width, 4), np.uint8)
        pixels[..., :3] = ink[::-1]
        pixels[..., 3] = np.where(grid > 0, 60 + 195 * np.sqrt(np.clip(grid, 0, 1)), 0).astype(np.uint8)
        return QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_ARGB32).copy()

    def draw_moving(self, canvas: Canvas, plot: QRectF) -> None:
        unit, theme, state = canvas.unit, canvas.theme, self.state
        plot = self._inner(plot, unit)
        margin = QRectF(plot.left() - 1.3 * unit, plot.top(), 1.0 * unit, plot.height())
        canvas.fill(margin, theme.track)
        low, high = np.searchsorted(state.steps, [self.position - FADES + 1, self.position + 1])
        thick = max(plot.height() / max(state.total, 1), 1.0)
        for k in range(int(low), int(high)):
            age = self.position - int(state.steps[k])
            y = plot.top() + (int(state.rows[k]) + 0.5) / state.total * plot.height()
            light = (1 - age / FADES) * (0.35 + 0.65 * float(state.rates[k]))
            flash = QRectF(margin.left(), y - thick / 2, margin.width(), thick)
            canvas.fill(flash, theme.accent if age else theme.text, 0, light)
        if state.chosen >= 0:
            y = plot.top() + (state.chosen + 0.5) / state.total * plot.height()
            canvas.line(QPointF(plot.left(), y), QPointF(plot.right(), y), theme.text, 1.0, 0.5, (2.0, 3.0))
        draw_cursor(canvas, self.span, plot, self.position, plot.top() - 2, plot.bottom() + 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if self.state is None or not len(self.state.rows):
            return
        plot = self._inner(self.plot, float(self.fontMetrics().height()))
        row = (event.position().y() - plot.top()) / max(plot.height(), 1) * self.state.total
        step = self.step_at(event.position().x())
        near = (
            np.abs(self.state.steps - step) / max(self.span.length, 1)
            + np.abs(self.state.rows - row) / self.state.total
        )
        self.row_wanted.emit(int(self.state.rows[int(near.argmin())]))
