"""What went in, what should come out and what came out, step by step, with the parts of the sequence named."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from gui.translation import tr
from gui.widgets.access_colours import grey_image
from gui.widgets.canvas import RIGHT, Canvas
from gui.widgets.strip import Strip


@dataclass(frozen=True)
class Part:
    """A named stretch of steps, ``start`` up to ``stop``."""

    name: str
    start: int
    stop: int


@dataclass(frozen=True)
class SequenceState:
    """``inputs`` [steps, values], ``targets`` and ``outputs`` [steps, values] (probabilities), ``scored`` [steps],
    ``wrong`` outputs [steps, values]; arrays of one ``version`` never differ.
    """

    version: tuple
    steps: int
    inputs: NDArray[np.float32] = field(compare=False)
    targets: NDArray[np.float32] = field(compare=False)
    outputs: NDArray[np.float32] = field(compare=False)
    scored: NDArray[np.bool_] = field(compare=False)
    wrong: NDArray[np.bool_] = field(compare=False)
    parts: tuple[Part, ...] = ()
    words: str = ""
    parting: int = -1


class Sequence(Strip):
    """Shows one :class:`SequenceState`: three strips of values from 0 (light) to 1 (dark), wrong bits ringed."""

    heading = tr("Input · target · output")
    rows = 6

    def note(self) -> str:
        return self.state.words

    def describe(self) -> str:
        parts = ", ".join(
            tr("{name} steps {start} to {stop}", name=part.name, start=part.start, stop=part.stop - 1)
            for part in self.state.parts
        )
        return tr("{steps} steps: {parts}. {words}", steps=self.state.steps, parts=parts, words=self.state.words)

    def draw_still(self, canvas: Canvas, plot: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        names = 1.15 * unit
        strips = [(tr("in"), state.inputs), (tr("target"), state.targets), (tr("out"), state.outputs)]
        gap = 0.35 * unit
        height = plot.height() - names - gap * len(strips)
        shares = [part.shape[1] ** 0.5 for _, part in strips]  # so that a few outputs show beside a hundred inputs
        self._draw_parts(canvas, QRectF(plot.left(), plot.top() - 0.25 * unit, plot.width(), names))
        top = plot.top() + names
        painter = canvas.painter
        for (name, part), share in zip(strips, shares, strict=True):
            values = max(part.shape[1], 1)
            row = min(height * share / max(sum(shares), 1) / values, 0.62 * unit)
            area = QRectF(plot.left(), top, plot.width(), row * values)
            label = QRectF(area.left() - 5 * unit, area.center().y() - 0.55 * unit, 4.6 * unit, 1.1 * unit)
            canvas.text(label, name, theme.muted, align=RIGHT, small=True)
            painter.save()
            painter.setClipRect(area)
            self._draw_values(canvas, area, part, row)
            if part is state.outputs:
                self._draw_wrong(canvas, area, row)
            painter.restore()
            top = area.bottom() + gap
        if state.parting >= 0:
            x = self.span.x(state.parting, plot)
            canvas.line(QPointF(x, plot.top()), QPointF(x, plot.bottom()), theme.bad, 1.5, 1.0, (3.0, 2.0))

    def _draw_parts(self, canvas: Canvas, area: QRectF) -> None:
        unit = canvas.unit
        for part in self.state.parts:
            left = max(self.span.x(part.start, area), area.left())
            right = min(self.span.x(part.stop, area), area.right())
            if right - left < 3:
                continue
            canvas.fill(QRectF(left + 1, area.bottom() - 0.3 * unit, right - left - 2, 1.5), canvas.theme.border)
            place = QRectF(left + 2, area.top(), right - left - 4, 0.8 * unit)
            if place.width() > 2 * unit:
                canvas.text(place, part.name, canvas.theme.muted, small=True)

    def _draw_values(self, canvas: Canvas, area: QRectF, values: NDArray[np.float32], row: float) -> None:
        first, last = max(int(self.span.first), 0), min(int(np.ceil(self.span.last)), len(values))
        if last <= first or not values.shape[1]:
            return
        painter = canvas.painter
        image = grey_image(np.ascontiguousarray(values[first:last].T), canvas.theme)
        left, right = self.span.x(first, area), self.span.x(last, area)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, row < 1)
        painter.drawImage(QRectF(left, area.top(), right - left, area.height()), image)
        cell = self.span.cell(area)
        if cell >= 5:
            for step in range(first, last + 1):
                canvas.fill(
                    QRectF(round(self.span.x(step, area)) - 1, area.top(), 2, area.height()), canvas.theme.panel
                )
        if row >= 4:
            for k in range(1, values.shape[1]):
                canvas.fill(QRectF(left, area.top() + k * row - 0.5, right - left, 1), canvas.theme.panel)

    def _draw_wrong(self, canvas: Canvas, area: QRectF, row: float) -> None:
        for step, bit in np.argwhere(self.state.wrong).tolist():
            if self.span.first - 1 <= step <= self.span.last:
                place = QRectF(self.span.x(step, area), area.top() + bit * row, max(self.span.cell(area), 2), row)
                canvas.outline(place.adjusted(0.5, 0.5, -1, -1), canvas.theme.bad, 1.5, 1.6)
