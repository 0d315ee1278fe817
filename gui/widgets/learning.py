"""Training curves as small multiples: one scalar each over training steps, with the newest value in figures."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPolygonF, Qt

from gui.translation import tr
from gui.widgets.canvas import RIGHT, Canvas
from gui.widgets.gates import figure
from gui.widgets.picture import Picture


@dataclass(frozen=True)
class Curve:
    """``values`` [n] at training ``steps`` [n], in order; values that are not finite are gaps and are counted."""

    name: str
    count: int
    steps: NDArray[np.int64] = field(compare=False)
    values: NDArray[np.float64] = field(compare=False)


@dataclass(frozen=True)
class LearningState:
    """All curves; ``words`` where the run stands."""

    curves: tuple[Curve, ...]
    words: str = ""


class Learning(Picture):
    """Shows one :class:`LearningState`."""

    heading = tr("Training")
    columns = 16
    rows = 9

    def note(self) -> str:
        return self.state.words

    def describe(self) -> str:
        return ", ".join(
            tr("{name} {values:.4g} at step {steps}", name=c.name, values=c.values[-1], steps=c.steps[-1])
            for c in self.state.curves
            if c.count
        )

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        unit = canvas.unit
        shown = [curve for curve in self.state.curves if curve.count]
        if not shown:
            canvas.paragraph(area, tr("No value has been logged yet"), canvas.theme.muted)
            return
        height = area.height() / len(shown)
        for k, curve in enumerate(shown):
            part = QRectF(area.left(), area.top() + k * height, area.width(), height - 0.5 * unit)
            self._draw_curve(canvas, part, curve, canvas.theme.data[k % len(canvas.theme.data)])

    def _draw_curve(self, canvas: Canvas, area: QRectF, curve: Curve, colour: str) -> None:
        unit, theme = canvas.unit, canvas.theme
        head = QRectF(area.left(), area.top() - 0.2 * unit, area.width(), 1.1 * unit)
        used = canvas.text(head, curve.name, theme.muted, small=True)
        good = np.isfinite(curve.values)
        lost = int((~good).sum())
        last = tr("{values:.4g} at step {steps:,}", values=curve.values[-1], steps=curve.steps[-1]) + (
            tr(", {lost} not a number", lost=lost) if lost else ""
        )
        canvas.text(head.adjusted(used + unit, 0, 0, 0), last, theme.bad if lost else colour, align=RIGHT, small=True)
        plot = area.adjusted(3 * unit, 1.1 * unit, 0, 0)
        if not good.any() or plot.height() < 0.5 * unit:
            return
        steps, values = curve.steps[good].astype(float), curve.values[good]
        low, high = min(float(values.min()), 0.0), float(values.max())
        high = high if high > low else low + 1.0
        for y, value in ((plot.top(), high), (plot.bottom(), low)):
            canvas.fill(QRectF(plot.left(), round(y), plot.width(), 1), theme.track)
            place = QRectF(area.left(), y - 0.55 * unit, 2.7 * unit, 1.1 * unit)
            canvas.text(place, figure(value), theme.muted, align=RIGHT, small=True, factor=0.95)
        if len(values) > 2 * plot.width():  # keep the extremes of each pixel
            steps, values = _thinned(steps, values, int(plot.width()))
        x = plot.left() + plot.width() * (steps - steps[0]) / max(steps[-1] - steps[0], 1e-9)
        y = plot.bottom() - plot.height() * (values - low) / (high - low)
        canvas.painter.setBrush(Qt.BrushStyle.NoBrush)
        canvas.painter.setPen(canvas.pen(colour, 0.1 * unit))
        canvas.painter.drawPolyline(QPolygonF([QPointF(a, b) for a, b in zip(x, y, strict=True)]))


def _thinned(steps: NDArray[np.float64], values: NDArray[np.float64], pixels: int) -> tuple[NDArray, NDArray]:
    """The smallest and largest value of each pixel, in order."""
    size = -(-len(values) // max(pixels, 1))
    count = len(values) // size
    blocks = values[: count * size].reshape(count, size)
    start = np.arange(count) * size
    index = np.unique(np.concatenate([start + blocks.argmin(1), start + blocks.argmax(1), [len(values) - 1]]))
    return steps[index], values[index]
