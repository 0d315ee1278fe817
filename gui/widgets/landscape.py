"""Energies on the plane through two stored patterns and a query, with the path of the read."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPolygonF, Qt

from gui.translation import tr
from gui.widgets.canvas import RIGHT, Canvas
from gui.widgets.patterns import VIRIDIS, heat_image
from gui.widgets.picture import Picture, Region


@dataclass(frozen=True)
class LandscapeState:
    """``energy`` [rows from below, columns] at the shown write step, on a scale that all steps share;
    ``extent`` left, right, bottom, top; ``points`` named places; ``path`` [steps, 2] up to the cursor.
    """

    version: tuple
    low: float
    high: float
    extent: tuple[float, float, float, float]
    points: tuple[tuple[str, float, float], ...]
    words: str = ""
    energy: NDArray[np.float32] = field(compare=False, default_factory=lambda: np.zeros((1, 1), np.float32))
    path: NDArray[np.float32] = field(compare=False, default_factory=lambda: np.zeros((0, 2), np.float32))


class Landscape(Picture):
    """Shows one :class:`LandscapeState`; dark is low."""

    heading = tr("Energy landscape")
    columns = 12
    rows = 10

    def note(self) -> str:
        return self.state.words

    def describe(self) -> str:
        lowest = np.unravel_index(self.state.energy.argmin(), self.state.energy.shape)
        return tr(
            "energies {low:.3g} to {high:.3g}, lowest at row {row}, column {column}",
            low=self.state.low,
            high=self.state.high,
            row=lowest[0],
            column=lowest[1],
        )

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        left, right, bottom, top = state.extent
        plot = area.adjusted(0, 0, -3.6 * unit, 0)
        scale = min(plot.width() / (right - left), plot.height() / (top - bottom))
        place = QRectF(0, 0, (right - left) * scale, (top - bottom) * scale)
        place.moveCenter(plot.center())
        canvas.painter.setRenderHint(canvas.painter.RenderHint.SmoothPixmapTransform, True)
        canvas.painter.drawImage(
            place, heat_image(state.energy[::-1].astype(np.float64), state.low, state.high, VIRIDIS)
        )

        def at(x: float, y: float) -> QPointF:
            return QPointF(place.left() + (x - left) * scale, place.bottom() - (y - bottom) * scale)

        canvas.painter.save()
        canvas.painter.setClipRect(place, Qt.ClipOperation.IntersectClip)
        if len(state.path) > 1:
            line = QPolygonF([at(float(x), float(y)) for x, y in state.path])
            for colour, width in (("#000000", 0.34), ("#ffffff", 0.16)):
                canvas.painter.setPen(canvas.pen(colour, width * unit))
                canvas.painter.drawPolyline(line)
        if len(state.path):
            canvas.painter.setPen(canvas.pen("#000000", 0.1 * unit))
            canvas.painter.setBrush(canvas.colour("#ffffff"))
            canvas.painter.drawEllipse(at(*map(float, state.path[-1])), 0.3 * unit, 0.3 * unit)
            canvas.painter.setBrush(Qt.BrushStyle.NoBrush)
        canvas.painter.restore()
        for k, (name, x, y) in enumerate(state.points):
            point = at(x, y)
            canvas.painter.setPen(canvas.pen("#ffffff", 0.12 * unit))
            canvas.painter.drawLine(point + QPointF(-0.3 * unit, 0), point + QPointF(0.3 * unit, 0))
            canvas.painter.drawLine(point + QPointF(0, -0.3 * unit), point + QPointF(0, 0.3 * unit))
            width = canvas.metrics(small=True).horizontalAdvance(name) + 0.5 * unit
            box = QRectF(point.x() + 0.3 * unit, point.y() + (0.25, -1.2)[k % 2] * unit, width, 0.95 * unit)
            if box.right() > place.right():
                box.moveRight(min(point.x() - 0.3 * unit, place.right()))
            canvas.fill(box, "#14161a", 2, 0.75)
            canvas.text(box.adjusted(0.25 * unit, 0, 0, 0), name, "#ffffff", small=True)
            self.regions.append(Region(box, ("point", name), name))
        bar = QRectF(area.right() - 3.2 * unit, area.top() + 0.5 * unit, 0.6 * unit, max(area.height() - unit, unit))
        canvas.painter.drawImage(bar, heat_image(np.linspace(1, 0, 64)[:, None], 0.0, 1.0, VIRIDIS))
        for value, y in ((state.high, bar.top()), (state.low, bar.bottom())):
            box = QRectF(bar.right() + 0.1 * unit, y - 0.55 * unit, 2.4 * unit, 1.1 * unit)
            canvas.text(box, f"{value:.3g}".replace("-", "−"), theme.muted, align=RIGHT, small=True)
