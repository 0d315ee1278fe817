"""Bits against the size of the set at several rates, and the rate of every single set."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10

from PySide6.QtCore import QPointF, QRectF

from gui.translation import tr
from gui.widgets.canvas import CENTRE, RIGHT, Canvas
from gui.widgets.picture import Picture, Region


@dataclass(frozen=True)
class SizeSeries:
    """A method at one rate: points (n, bits); ``colour`` indexes the theme's data colours; ``dashed`` for formulas."""

    name: str
    fpr: float
    points: tuple[tuple[int, float], ...]
    colour: int
    dashed: bool = False


@dataclass(frozen=True)
class SizeCurvesState:
    """Series of all rates; each rate gets a field of its own. ``trained`` sizes are shaded."""

    series: tuple[SizeSeries, ...]
    trained: tuple[int, int] = (0, 0)


class SizeCurves(Picture):
    """Shows one :class:`SizeCurvesState`, both axes logarithmic."""

    heading = tr("Bits against keys")
    columns = 20
    rows = 10

    def describe(self) -> str:
        return ". ".join(
            tr("{name} at {fpr:g} %: ", name=s.name, fpr=100 * s.fpr)
            + ", ".join(tr("{n} keys {bits:,.0f} bits", n=n, bits=bits) for n, bits in s.points)
            for s in self.state.series
        )

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        names = dict.fromkeys((s.name, s.colour, s.dashed) for s in state.series)
        x = area.left()
        for name, colour, dashed in names:
            y = area.top() + 0.55 * unit
            canvas.line(QPointF(x, y), QPointF(x + 1.2 * unit, y), theme.data[colour], 0.14 * unit, 1.0,
                        (2.0, 1.5) if dashed else ())  # fmt: skip
            x += 1.5 * unit + canvas.text(QRectF(x + 1.4 * unit, area.top(), area.right() - x, 1.1 * unit), name,
                                          theme.muted, small=True) + 0.6 * unit  # fmt: skip
        rates = list(dict.fromkeys(s.fpr for s in state.series))
        every = [point for s in state.series for point in s.points if point[1] > 0]
        if not every:
            return
        span_x = (log10(min(n for n, _ in every)) - 0.05, log10(max(n for n, _ in every)) + 0.05)
        span_y = (floor(log10(min(b for _, b in every)) * 2) / 2, ceil(log10(max(b for _, b in every)) * 2) / 2)
        gap = 0.8 * unit
        left = area.left() + 2.6 * unit
        width = (area.right() - left - gap * (len(rates) - 1)) / len(rates)
        for i, rate in enumerate(rates):
            plot = QRectF(left + i * (width + gap), area.top() + 2.7 * unit, width, area.height() - 4.2 * unit)
            self._field(canvas, plot, rate, span_x, span_y, i == 0)

    def _field(self, canvas: Canvas, plot: QRectF, rate: float, span_x, span_y, first: bool) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme

        def place(n: float, bits: float) -> QPointF:
            x = (log10(n) - span_x[0]) / max(span_x[1] - span_x[0], 1e-9)
            y = (log10(bits) - span_y[0]) / max(span_y[1] - span_y[0], 1e-9)
            return QPointF(plot.left() + x * plot.width(), plot.bottom() - y * plot.height())

        title = QRectF(plot.left(), plot.top() - 1.3 * unit, plot.width(), 1.1 * unit)
        canvas.text(title, f"{100 * rate:g} %", theme.muted, small=True, align=CENTRE, bold=True)
        low, high = state.trained
        if 0 < low <= high:
            ends = [min(max(place(n, 10 ** span_y[0]).x(), plot.left()), plot.right()) for n in (low, high)]
            shaded = QRectF(ends[0], plot.top(), ends[1] - ends[0], plot.height())
            canvas.fill(shaded, theme.accent_soft, 0, 0.6)
            self.regions.append(
                Region(shaded, ("trained", rate), tr("sizes of training\n{low:,} to {high:,} keys", low=low, high=high))
            )
        for power in range(ceil(span_y[0]), floor(span_y[1]) + 1):
            y = place(10 ** span_x[0], 10.0**power).y()
            canvas.fill(QRectF(plot.left(), y, plot.width(), 1), theme.border)
            if first:
                name = QRectF(plot.left() - 2.6 * unit, y - 0.6 * unit, 2.3 * unit, 1.2 * unit)
                canvas.text(name, _short(10.0**power), theme.muted, small=True, align=RIGHT)
        last = -1e9
        for n in sorted({n for s in state.series if s.fpr == rate for n, _ in s.points}):
            x = place(n, 10 ** span_y[0]).x()
            if x - last > 2.4 * unit:
                last = x
                canvas.fill(QRectF(x, plot.top(), 1, plot.height()), theme.border, 0, 0.5)
                name = QRectF(x - 2 * unit, plot.bottom() + 0.1 * unit, 4 * unit, 1.1 * unit)
                canvas.text(name, _short(n), theme.muted, small=True, align=CENTRE)
        for s in (s for s in state.series if s.fpr == rate):
            points = [(n, bits, place(n, bits)) for n, bits in s.points if bits > 0]
            for before, after in pairwise(points):
                canvas.line(before[2], after[2], theme.data[s.colour], 0.12 * unit, 1.0, (2.0, 1.5) if s.dashed else ())
            for n, bits, point in points:
                dot = QRectF(point.x() - 0.22 * unit, point.y() - 0.22 * unit, 0.44 * unit, 0.44 * unit)
                if not s.dashed:
                    canvas.fill(dot, theme.data[s.colour], 0.22 * unit)
                tip = tr(
                    "{name} at {rate:g} %\n{n:,} keys, {bits:,.0f} bits", name=s.name, rate=100 * rate, n=n, bits=bits
                )
                self.regions.append(Region(dot.adjusted(-3, -3, 3, 3), (s.name, rate, n), tip))


def _short(value: float) -> str:
    return f"{value / 1e6:g} M" if value >= 1e6 else f"{value / 1e3:g} k" if value >= 1e3 else f"{value:g}"


@dataclass(frozen=True)
class SetRatesState:
    """Rates of single sets by rate asked for: (asked, colour, the measured share of each set)."""

    columns: tuple[tuple[float, int, tuple[float, ...]], ...]
    method: str = "neural"


class SetRates(Picture):
    """Shows one :class:`SetRatesState`: a dot a set, a line for the rate asked for, a bar for the mean."""

    heading = tr("False positives by set")
    columns = 14
    rows = 10

    def note(self) -> str:
        sets = max((len(values) for _, _, values in self.state.columns), default=0)
        return tr("{sets} sets", sets=sets)

    def describe(self) -> str:
        return ". ".join(
            tr(
                "asked {asked:g} %: mean {mean:.3g} %, worst {worst:.3g} %",
                asked=100 * asked,
                mean=100 * sum(v) / len(v),
                worst=100 * max(v),
            )
            for asked, _, v in self.state.columns
            if v
        )

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        top = log10(max([0.2, *(max(v, default=0) for _, _, v in state.columns)]) * 1.2)
        bottom = -4.3  # what no set was wrong in is drawn at the foot
        plot = area.adjusted(3.4 * unit, 0.3 * unit, 0, -1.5 * unit)

        def y_of(share: float) -> float:
            value = max(log10(share), bottom) if share > 0 else bottom
            return plot.bottom() - (value - bottom) / (top - bottom) * plot.height()

        for power in range(-4, 0):
            y = y_of(10.0**power)
            canvas.fill(QRectF(plot.left(), y, plot.width(), 1), theme.border)
            name = QRectF(area.left(), y - 0.6 * unit, 3.1 * unit, 1.2 * unit)
            canvas.text(name, f"{100 * 10.0**power:g} %", theme.muted, small=True, align=RIGHT)
        width = plot.width() / max(len(state.columns), 1)
        for i, (asked, colour, values) in enumerate(state.columns):
            left = plot.left() + i * width
            for number, value in enumerate(values):
                x = left + width * (0.2 + 0.6 * ((number * 0.618034) % 1.0))
                dot = QRectF(x - 0.2 * unit, y_of(value) - 0.2 * unit, 0.4 * unit, 0.4 * unit)
                canvas.fill(dot, theme.data[colour], 0.2 * unit, 0.75)
                self.regions.append(
                    Region(
                        dot,
                        (asked, number),
                        tr("set {number}\n{value:.3g} % false positives", number=number, value=100 * value),
                    )
                )
            y = y_of(asked)
            canvas.line(QPointF(left + 0.1 * width, y), QPointF(left + 0.9 * width, y), theme.text, 0.1 * unit, 1.0,
                        (3.0, 2.0))  # fmt: skip
            if values:
                mean = y_of(sum(values) / len(values))
                canvas.line(QPointF(left + 0.25 * width, mean), QPointF(left + 0.75 * width, mean), theme.accent,
                            0.18 * unit)  # fmt: skip
            name = QRectF(left, plot.bottom() + 0.2 * unit, width, 1.2 * unit)
            canvas.text(name, f"{100 * asked:g} %", theme.muted, small=True, align=CENTRE)
