"""Regret of each method against the mixture, on a log axis: where each way of composing fails."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPolygonF

from gui.translation import tr
from gui.widgets.canvas import CENTRE, RIGHT, Canvas
from gui.widgets.picture import Picture, Region

LEAST, MOST = 1e-4, 1e2  # a fixed scale; what is smaller is drawn on the lower edge


@dataclass(frozen=True)
class MixtureCurve:
    """Regret ``values`` [n] at mixtures ``at`` [n], rising."""

    title: str
    colour: int
    at: NDArray[np.float64] = field(compare=False)
    values: NDArray[np.float64] = field(compare=False)


@dataclass(frozen=True)
class MixtureState:
    """Curves of one ``version`` never differ; ``mixture`` is where the slider is."""

    version: tuple
    curves: tuple[MixtureCurve, ...]
    mixture: float


class MixtureCurves(Picture):
    """Shows one :class:`MixtureState`."""

    heading = tr("Regret by mixture")
    columns = 18
    rows = 8

    def note(self) -> str:
        return tr("log scale; below 0.0001 on the edge")

    def describe(self) -> str:
        return ". ".join(
            tr("{title}: largest {max:.3g} at {at:.2f}", title=c.title, max=c.values.max(), at=c.at[c.values.argmax()])
            for c in self.state.curves
        )

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        unit, theme, state = canvas.unit, canvas.theme, self.state
        plot = area.adjusted(3.2 * unit, 0.3 * unit, -0.5 * unit, -2.2 * unit)
        decades = int(np.log10(MOST / LEAST))
        for k in range(decades + 1):
            y = plot.bottom() - k / decades * plot.height()
            canvas.fill(QRectF(plot.left(), round(y), plot.width(), 1), theme.track)
            if k % 2 == 0:
                place = QRectF(area.left(), y - 0.6 * unit, 2.9 * unit, 1.2 * unit)
                canvas.text(place, f"{LEAST * 10**k:g}", theme.muted, align=RIGHT, small=True)
        for b in (0.0, 0.5, 1.0):
            x = plot.left() + b * plot.width()
            canvas.text(QRectF(x - 2 * unit, plot.bottom() + 0.1 * unit, 4 * unit, 1.1 * unit), f"{b:g}", theme.muted,
                        align=CENTRE, small=True)  # fmt: skip
        below = QRectF(plot.left(), plot.bottom() + 1.1 * unit, plot.width(), 1.1 * unit)
        canvas.text(below, tr("weight of the first task"), theme.muted, align=CENTRE, small=True)
        canvas.painter.setBrush(Qt.BrushStyle.NoBrush)
        for curve in state.curves:
            share = np.log10(np.clip(curve.values, LEAST, MOST) / LEAST) / decades
            x, y = plot.left() + curve.at * plot.width(), plot.bottom() - share * plot.height()
            canvas.painter.setPen(canvas.pen(theme.data[curve.colour], 0.14 * unit))
            canvas.painter.drawPolyline(QPolygonF([QPointF(a, b) for a, b in zip(x, y, strict=True)]))
        for at in state.curves[0].at.tolist() if state.curves else ():
            x = plot.left() + at * plot.width()
            tip = "\n".join(f"{c.title} {np.interp(at, c.at, c.values):.3g}" for c in state.curves)
            half = plot.width() / max(len(state.curves[0].at), 1) / 2
            self.regions.append(
                Region(
                    QRectF(x - half, plot.top(), 2 * half, plot.height()),
                    at,
                    tr("mixture {at:.2f}\n{tip}", at=at, tip=tip),
                )
            )
        x = plot.left() + state.mixture * plot.width()
        canvas.line(QPointF(x, plot.top()), QPointF(x, plot.bottom()), theme.accent, 0.1 * unit)
