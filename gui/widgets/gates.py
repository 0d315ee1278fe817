"""Gates, strengths, ages and links over time: one lane each with an axis of its own, under the raster."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPolygonF, Qt

from gui.translation import tr
from gui.widgets.access_colours import as_image, ramp
from gui.widgets.canvas import RIGHT, Canvas
from gui.widgets.strip import Strip

DASHES: tuple[tuple[float, ...], ...] = ((), (4.0, 2.0), (1.2, 1.6))


@dataclass(frozen=True)
class Lane:
    """One quantity over the steps.

    ``values`` [lines, steps] from ``low`` to ``high`` (nan: nothing), or with ``heat`` [rows, steps] as opacities from
    ``low`` (clear) to ``high``. ``parts`` names what the lines are where they are several things with as many
    heads each; ``bold`` is the head drawn strong (-1 none, all alike).
    """

    name: str
    values: NDArray[np.float32] = field(compare=False)
    low: float = 0.0
    high: float = 1.0
    heat: bool = False
    bold: int = -1
    parts: tuple[str, ...] = ("",)


@dataclass(frozen=True)
class GatesState:
    """All lanes; arrays of one ``version`` never differ."""

    version: tuple
    steps: int
    lanes: tuple[Lane, ...]
    words: str = ""


def figure(value: float) -> str:
    """A number at the end of an axis."""
    return f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.2g}"


class Gates(Strip):
    """Shows one :class:`GatesState`."""

    heading = tr("Gates")
    rows = 7

    def note(self) -> str:
        return self.state.words

    def describe(self) -> str:
        return ", ".join(self.value_words(lane, self.position) for lane in self.state.lanes)

    def value_words(self, lane: Lane, step: int) -> str:
        """The values of a lane at a step, as words."""
        if not 0 <= step < lane.values.shape[1]:
            return f"{lane.name} –"
        column = lane.values[:, step]
        shown = column[np.isfinite(column)]
        if lane.heat or not len(shown):
            return tr("{name} up to {max:.3g}", name=lane.name, max=shown.max()) if len(shown) else f"{lane.name} –"
        return f"{lane.name} " + ", ".join(f"{value:.3g}" for value in shown[:8])

    def lane_areas(self, plot: QRectF, unit: float) -> list[QRectF]:
        """Where each lane is."""
        count = max(len(self.state.lanes), 1)
        gap = 0.35 * unit
        height = (plot.height() - gap * (count - 1)) / count
        return [QRectF(plot.left(), plot.top() + k * (height + gap), plot.width(), height) for k in range(count)]

    def draw_still(self, canvas: Canvas, plot: QRectF) -> None:
        if not self.state.lanes:
            canvas.paragraph(plot, tr("This trace has no gates"), canvas.theme.muted)
            return
        for index, (lane, area) in enumerate(zip(self.state.lanes, self.lane_areas(plot, canvas.unit), strict=True)):
            self._draw_axis(canvas, lane, area)
            canvas.painter.save()
            canvas.painter.setClipRect(area.adjusted(-1, -1, 1, 1))
            if lane.heat:
                self._draw_heat(canvas, lane, area)
            else:
                self._draw_lines(canvas, lane, area, canvas.theme.data[index % len(canvas.theme.data)])
            canvas.painter.restore()

    def _draw_axis(self, canvas: Canvas, lane: Lane, area: QRectF) -> None:
        theme, unit = canvas.theme, canvas.unit
        for y in (area.top(), area.bottom()):
            canvas.fill(QRectF(area.left(), round(y), area.width(), 1), theme.track)
        words, tall = lane.name.removesuffix(" gate") if len(lane.name) > 12 else lane.name, area.height() >= 1.9 * unit
        name = QRectF(area.left() - 5.8 * unit, area.center().y() - 0.55 * unit, 5.4 * unit, 1.1 * unit)
        canvas.text(name.translated(0, -0.5 * unit if tall else 0), words, theme.text, align=RIGHT, small=True)
        if tall:
            ends = tr("{low} to {high}", low=figure(lane.low), high=figure(lane.high))
            canvas.text(name.translated(0, 0.5 * unit), ends, theme.muted, align=RIGHT, small=True, factor=0.95)

    def _visible(self, lane: Lane) -> tuple[int, int]:
        first = max(int(self.span.first) - 1, 0)
        return first, min(int(np.ceil(self.span.last)) + 1, lane.values.shape[1])

    def _draw_heat(self, canvas: Canvas, lane: Lane, area: QRectF) -> None:
        first, last = self._visible(lane)
        if last <= first or not len(lane.values):
            return
        part = np.nan_to_num(lane.values[:, first:last])
        share = np.clip((part - lane.low) / max(lane.high - lane.low, 1e-9), 0, 1)
        rows = max(int(area.height()), 1)
        if len(share) > rows:  # pooled by maximum, as the raster is
            size = -(-len(share) // rows)
            padded = np.zeros((-(-len(share) // size) * size, share.shape[1]), share.dtype)
            padded[: len(share)] = share
            share = padded.reshape(-1, size, share.shape[1]).max(1)
        image = as_image(ramp(canvas.theme.data[3])[np.ceil(255 * share).astype(np.uint8)])
        canvas.painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        left, right = self.span.x(first, area), self.span.x(last, area)
        canvas.painter.drawImage(QRectF(left, area.top(), right - left, area.height()), image)

    def _draw_lines(self, canvas: Canvas, lane: Lane, area: QRectF, colour: str) -> None:
        first, last = self._visible(lane)
        if last <= first:
            return
        x = np.array([self.span.x(step + 0.5, area) for step in range(first, last)])
        scale = area.height() / max(lane.high - lane.low, 1e-9)
        canvas.painter.setBrush(Qt.BrushStyle.NoBrush)
        heads = max(len(lane.values) // len(lane.parts), 1)
        for number, line in enumerate(lane.values[:, first:last]):
            part, head = divmod(number, heads)
            strong = lane.bold in (-1, head)
            sparse = area.width() > 3 * (last - first)  # thick lines hide each other where steps are close
            width = 0.11 * canvas.unit if sparse and (lane.bold == head or heads == 1) else 1.0
            dash = DASHES[part % len(DASHES)]
            canvas.painter.setPen(canvas.pen(colour, width, 1.0 if strong else 0.4, dash))
            y = area.bottom() - (np.clip(line, lane.low, lane.high) - lane.low) * scale
            good = np.isfinite(line)
            breaks = np.flatnonzero(np.diff(good.astype(np.int8))) + 1
            for piece in np.split(np.arange(len(line)), breaks):
                if good[piece[0]]:
                    points = [QPointF(a, b) for a, b in zip(x[piece], y[piece], strict=True)]
                    if len(points) == 1:
                        canvas.painter.drawPoint(points[0])
                    canvas.painter.drawPolyline(QPolygonF(points))
