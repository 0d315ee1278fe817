"""Estimates with their intervals, one row a group: the point, the 95 % interval around it, and of how many it is."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from PySide6.QtCore import QPointF, QRectF

from gui.translation import tr
from gui.widgets.canvas import CENTRE, RIGHT, Canvas
from gui.widgets.picture import Picture, Region
from gui.widgets.plot import data_colour
from gui.widgets.ticks import nice_ticks, tick_words


@dataclass(frozen=True)
class IntervalRow:
    """``estimate`` (nan: none), ``low`` and ``high`` (nan: no interval), ``count`` as "5 of 6", ``why`` for the tip."""

    title: str
    estimate: float
    low: float
    high: float
    colour: int | str
    count: str
    why: str = ""


@dataclass(frozen=True)
class IntervalsState:
    """Rows from top to bottom on one scale; ``unit`` names the axis."""

    rows_shown: tuple[IntervalRow, ...]
    unit: str = ""
    words: str = ""


class Intervals(Picture):
    """Shows one :class:`IntervalsState`."""

    columns = 16
    rows = 8

    def __init__(self, heading: str, parent=None) -> None:
        self.heading = heading
        super().__init__(parent)

    def note(self) -> str:
        return self.state.words

    def describe(self) -> str:
        return ". ".join(_words(row) for row in self.state.rows_shown)

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        values = [v for row in state.rows_shown for v in (row.estimate, row.low, row.high) if isfinite(v)]
        if not values:
            canvas.paragraph(area, tr("No run has a value"), theme.muted)
            return
        small = canvas.metrics(small=True)
        names = min(0.4 * area.width(), max(small.horizontalAdvance(row.title) for row in state.rows_shown) + unit)
        counts = max(small.horizontalAdvance(row.count) for row in state.rows_shown) + 0.8 * unit
        plot = area.adjusted(names, 0, -counts, -2.3 * unit)
        room = 0.06 * (max(values) - min(values)) or abs(values[0]) * 0.05 or 1.0
        low, high = min(values) - room, max(values) + room
        scale = plot.width() / (high - low)
        ticks = nice_ticks(low, high, max(2, int(plot.width() / (4.5 * unit))))
        for tick in ticks:
            x = plot.left() + (tick - low) * scale
            canvas.fill(QRectF(round(x), plot.top(), 1, plot.height()), theme.track)
            box = QRectF(x - 2.5 * unit, plot.bottom() + 0.1 * unit, 5 * unit, 1.1 * unit)
            canvas.text(box, tick_words(tick, ticks), theme.muted, align=CENTRE, small=True)
        box = QRectF(plot.left(), plot.bottom() + 1.1 * unit, plot.width(), 1.1 * unit)
        canvas.text(box, state.unit, theme.muted, align=CENTRE, small=True)
        height = min(2.4 * unit, plot.height() / len(state.rows_shown))
        for number, row in enumerate(state.rows_shown):
            line = QRectF(area.left(), plot.top() + number * height, area.width(), height)
            middle = line.center().y()
            colour = data_colour(theme, row.colour)
            canvas.text(QRectF(area.left(), line.top(), names - 0.6 * unit, height), row.title, theme.text, align=RIGHT,
                        small=True)  # fmt: skip
            canvas.text(QRectF(plot.right(), line.top(), counts, height), row.count, theme.muted, align=RIGHT,
                        small=True)  # fmt: skip
            half = min(0.36 * height, 0.75 * unit)
            if isfinite(row.low) and isfinite(row.high):
                left, right = (plot.left() + (value - low) * scale for value in (row.low, row.high))
                canvas.fill(QRectF(left, middle - half, max(right - left, 2), 2 * half), colour, 2, 0.4)
            if isfinite(row.estimate):
                x = plot.left() + (row.estimate - low) * scale
                canvas.line(QPointF(x, middle - half), QPointF(x, middle + half), colour, 0.2 * unit)
            self.regions.append(Region(line, row.title, _words(row)))


def _words(row: IntervalRow) -> str:
    if not isfinite(row.estimate):
        return tr("{title}: no value\n{why}", title=row.title, why=row.why or row.count)
    interval = (
        tr(" ({low:.5g} to {high:.5g})", low=row.low, high=row.high)
        if isfinite(row.low)
        else tr(", one run: no interval")
    )
    return f"{row.title}: {row.estimate:.5g}{interval}\n{row.why or row.count}"
