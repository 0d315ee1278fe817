"""Energies along the timeline: while patterns are written into the weights, then while one query is read."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPolygonF, Qt

from gui.translation import tr
from gui.widgets.canvas import CENTRE, RIGHT, Canvas
from gui.widgets.picture import Picture, Region

GROUPS = {"stored": tr("stored"), "unseen": tr("unseen"), "damaged": tr("damaged")}


@dataclass(frozen=True)
class EnergiesState:
    """``groups``: name -> energies [patterns, write steps + 1]; ``reads`` [queries, read steps + 1], nan where shorter.

    ``chosen`` read (-1 none); ``position`` on the timeline: write steps from 0, then read steps.
    """

    version: tuple
    position: int
    chosen: int
    words: str = ""
    groups: dict[str, NDArray[np.float32]] = field(compare=False, default_factory=dict)
    reads: NDArray[np.float32] = field(compare=False, default_factory=lambda: np.zeros((0, 0), np.float32))


class Energies(Picture):
    """Shows one :class:`EnergiesState`: a line for the mean of each group, a band from its least to its largest."""

    heading = tr("Energy")
    columns = 16
    rows = 9

    def note(self) -> str:
        return self.state.words

    def describe(self) -> str:
        ends = [
            f"{GROUPS[name]} {values[:, -1].mean():.4g}" for name, values in self.state.groups.items() if len(values)
        ]
        return tr("mean energy after the write: ") + ", ".join(ends)

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        groups = {name: values for name, values in state.groups.items() if len(values)}
        if not groups:
            canvas.paragraph(area, tr("Nothing has been written yet"), theme.muted)
            return
        writes = next(iter(groups.values())).shape[1]
        total = writes + state.reads.shape[1]
        every = np.concatenate([*(values.ravel() for values in groups.values()), state.reads.ravel()])
        low, high = float(np.nanmin(every)), float(np.nanmax(every))
        high = high if high > low else low + 1
        plot = area.adjusted(3.2 * unit, 1.2 * unit, -0.3 * unit, -1.2 * unit)

        def place(position: float, energy: float) -> QPointF:
            x = plot.left() + plot.width() * (position + 0.5) / total
            return QPointF(x, plot.bottom() - plot.height() * (energy - low) / (high - low))

        for value in np.linspace(low, high, 4):
            y = place(0, float(value)).y()
            canvas.fill(QRectF(plot.left(), round(y), plot.width(), 1), theme.track)
            box = QRectF(area.left(), y - 0.55 * unit, 2.9 * unit, 1.1 * unit)
            canvas.text(box, f"{value:.3g}".replace("-", "−"), theme.muted, align=RIGHT, small=True)
        x = area.left() + 3.2 * unit
        for k, (name, values) in enumerate(groups.items()):
            colour = theme.data[(2, 7, 1)[k % 3]]
            self._draw_group(canvas, values, colour, place, name)
            head = QRectF(x, area.top() - 0.2 * unit, 8 * unit, 1.1 * unit)
            canvas.fill(QRectF(x, head.center().y() - 0.1 * unit, 0.9 * unit, 0.2 * unit), colour)
            x += (
                1.2 * unit
                + canvas.text(head.adjusted(1.1 * unit, 0, 0, 0), GROUPS[name], theme.text, small=True)
                + 0.9 * unit
            )
        for k, line in enumerate(state.reads):
            good = np.isfinite(line)
            points = QPolygonF([place(writes + n, float(line[n])) for n in np.flatnonzero(good)])
            bold = k == state.chosen
            canvas.painter.setBrush(Qt.BrushStyle.NoBrush)
            canvas.painter.setPen(
                canvas.pen(
                    theme.accent if bold else theme.data[1], (0.18 if bold else 0.06) * unit, 1.0 if bold else 0.5
                )
            )
            canvas.painter.drawPolyline(points)
        border = place(writes - 0.5, low).x()
        canvas.line(QPointF(border, plot.top()), QPointF(border, plot.bottom()), theme.border, 1.0, 1.0, (3.0, 3.0))
        for name, start, stop in ((tr("write steps"), 0, writes), (tr("read steps"), writes, total)):
            if stop > start:
                left, right = place(start - 0.5, low).x(), place(stop - 0.5, low).x()
                box = QRectF(left, plot.bottom() + 0.15 * unit, right - left, unit)
                canvas.text(box, name, theme.muted, align=CENTRE, small=True)
        cursor = place(state.position, low).x()
        canvas.line(QPointF(cursor, plot.top()), QPointF(cursor, plot.bottom()), theme.text, 0.08 * unit)

    def _draw_group(self, canvas: Canvas, values: NDArray[np.float32], colour: str, place, name: str) -> None:
        steps = range(values.shape[1])
        upper = [place(k, float(values[:, k].max())) for k in steps]
        lower = [place(k, float(values[:, k].min())) for k in steps]
        canvas.painter.setPen(Qt.PenStyle.NoPen)
        canvas.painter.setBrush(canvas.colour(colour, 0.16))
        canvas.painter.drawPolygon(QPolygonF([*upper, *reversed(lower)]))
        canvas.painter.setBrush(Qt.BrushStyle.NoBrush)
        canvas.painter.setPen(canvas.pen(colour, 0.14 * canvas.unit))
        middle = [place(k, float(values[:, k].mean())) for k in steps]
        canvas.painter.drawPolyline(QPolygonF(middle))
        for k, point in enumerate(middle):
            area = QRectF(point.x() - 6, point.y() - 6, 12, 12)
            mean, least, most = values[:, k].mean(), values[:, k].min(), values[:, k].max()
            tip = tr(
                "{name} after {k} write steps\nenergy {mean:.4g}, from {least:.4g} to {most:.4g}",
                name=GROUPS[name],
                k=k,
                mean=mean,
                least=least,
                most=most,
            )
            self.regions.append(Region(area, (name, k), tip))
