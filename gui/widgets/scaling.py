"""Cost of a step against the number of slots, both axes logarithmic; what was extrapolated is hollow and says so."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

from PySide6.QtCore import QPointF, QRectF, Qt

from gui.translation import tr
from gui.widgets.canvas import CENTRE, RIGHT, Canvas
from gui.widgets.picture import Picture, Region


@dataclass(frozen=True)
class Measured:
    """One point: ``slots``, ``value`` in the chart's unit, and whether it was extrapolated rather than measured."""

    slots: int
    value: float
    extrapolated: bool = False


@dataclass(frozen=True)
class Network:
    """The points of one network in order of slots; ``warm``: after every slot has been written."""

    name: str
    points: tuple[Measured, ...]
    warm: bool = False


@dataclass(frozen=True)
class ScalingState:
    """``networks`` to compare; ``unit`` "ms" or "MB"; ``words`` what was measured."""

    networks: tuple[Network, ...]
    unit: str
    words: str = ""


def slots_words(slots: float) -> str:
    """A number of slots in short: 64, 4k, 1M."""
    for size, letter in ((1 << 20, "M"), (1 << 10, "k")):
        if slots >= size:
            return f"{slots / size:.0f}{letter}"
    return f"{slots:.0f}"


def value_words(value: float, unit: str) -> str:
    """A value with the unit people would say it in."""
    if unit == "ms":
        return (
            f"{value / 1000:g} s"
            if value >= 1000
            else tr("{value:g} ms", value=value)
            if value >= 1
            else f"{value * 1000:g} µs"
        )
    return (
        tr("{value:g} GB", value=value / 1000)
        if value >= 1000
        else tr("{value:g} MB", value=value)
        if value >= 1
        else tr("{value:g} kB", value=value * 1000)
    )


class Scaling(Picture):
    """Shows one :class:`ScalingState`."""

    heading = tr("Cost against slots")
    columns = 16
    rows = 11

    def note(self) -> str:
        return self.state.words

    def describe(self) -> str:
        rows = []
        for network in self.state.networks:
            last = network.points[-1]
            made = "extrapolated" if last.extrapolated else "measured"
            cost = value_words(float(f"{last.value:.3g}"), self.state.unit)
            rows.append(
                tr(
                    "{name} {cost} at {slots:,} slots, {made}",
                    name=network.name,
                    cost=cost,
                    slots=last.slots,
                    made=made,
                )
            )
        return "; ".join(rows)

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        points = [p for n in state.networks for p in n.points if p.slots > 0 and p.value > 0 and isfinite(p.value)]
        if not points:
            canvas.paragraph(area, tr("No point has been measured yet"), theme.muted)
            return
        low, high = floor(log10(min(p.value for p in points))), ceil(log10(max(p.value for p in points)) + 1e-9)
        first, last = (log10(f(p.slots for p in points)) for f in (min, max))
        high, last = max(high, low + 1), max(last, first + 0.3)
        plot = area.adjusted(3.4 * unit, 0.3 * unit, -2.6 * unit, -2.6 * unit)

        def place(slots: float, value: float) -> QPointF:
            x = plot.left() + plot.width() * (log10(slots) - first) / (last - first)
            return QPointF(x, plot.bottom() - plot.height() * (log10(value) - low) / (high - low))

        for power in range(low, high + 1):
            y = place(10**first, 10.0**power).y()
            canvas.fill(QRectF(plot.left(), round(y), plot.width(), 1), theme.track)
            words = value_words(10.0**power, state.unit)
            canvas.text(
                QRectF(area.left(), y - 0.55 * unit, 3.1 * unit, 1.1 * unit),
                words,
                theme.muted,
                align=RIGHT,
                small=True,
            )
        free = -1e9
        for slots in sorted({p.slots for p in points}):
            x = place(slots, 10.0**low).x()
            if x - free >= 2.2 * unit:
                box = QRectF(x - 1.5 * unit, plot.bottom() + 0.2 * unit, 3 * unit, unit)
                canvas.text(box, slots_words(slots), theme.muted, align=CENTRE, small=True)
                free = x
        taken: list[float] = []
        for k, network in enumerate(state.networks):
            self._draw_network(canvas, network, theme.data[k % len(theme.data)], place, plot, taken)
        words = "slots" + (tr(", hollow = extrapolated") if any(p.extrapolated for p in points) else "")
        box = QRectF(plot.left(), plot.bottom() + 1.3 * unit, plot.width(), unit)
        canvas.text(box, words, theme.muted, align=CENTRE, small=True)

    def _draw_network(
        self, canvas: Canvas, network: Network, colour: str, place, plot: QRectF, taken: list[float]
    ) -> None:
        unit, painter = canvas.unit, canvas.painter
        shown = [p for p in network.points if p.slots > 0 and p.value > 0 and isfinite(p.value)]
        for before, after in itertools.pairwise(shown):
            dash = (3.0, 2.0) if before.extrapolated or after.extrapolated else (1.2, 1.6) if network.warm else ()
            a, b = place(before.slots, before.value), place(after.slots, after.value)
            canvas.line(a, b, colour, 0.12 * unit, 1.0, dash)
        for point in shown:
            centre = place(point.slots, point.value)
            painter.setPen(canvas.pen(colour, 0.12 * unit))
            painter.setBrush(canvas.colour(canvas.theme.panel) if point.extrapolated else canvas.colour(colour))
            painter.drawEllipse(centre, 0.24 * unit, 0.24 * unit)
            cost = value_words(float(f"{point.value:.3g}"), self.state.unit)
            made = "extrapolated" if point.extrapolated else "measured"
            area = QRectF(centre.x() - 0.5 * unit, centre.y() - 0.5 * unit, unit, unit)
            tip = tr(
                "{name}, {slots:,} slots\n{cost}, {made}", name=network.name, slots=point.slots, cost=cost, made=made
            )
            self.regions.append(Region(area, (network.name, network.warm, point.slots), tip))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if shown:
            end = place(shown[-1].slots, shown[-1].value)
            y = end.y()
            while any(abs(y - other) < 0.95 * unit for other in taken):
                y -= 0.5 * unit
            taken.append(y)
            name = network.name + (" warm" if network.warm else "")
            box = QRectF(end.x() + 0.4 * unit, y - 0.55 * unit, plot.right() + 2.6 * unit - end.x(), 1.1 * unit)
            canvas.text(box, name, colour, small=True, bold=True)
