"""Runs of a sweep as lines across one axis a setting, coloured by what came out."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPolygonF

from gui.translation import tr
from gui.widgets.canvas import CENTRE, Canvas
from gui.widgets.grid_map import shade_of
from gui.widgets.picture import Picture, Region
from gui.widgets.ticks import nice_ticks, tick_words


@dataclass(frozen=True)
class Axis:
    """A setting: numbers on a scale from ``low`` to ``high`` (logarithmic if told; ``whole``
    numbers), or ``names`` at equal distances.
    """

    title: str
    low: float = 0.0
    high: float = 1.0
    names: tuple[str, ...] = ()
    log: bool = False
    whole: bool = False

    def share(self, value: float | str) -> float:
        """How far up the axis a value lies, 0 to 1; nan where it has no place there."""
        from math import log

        if self.names:
            return (
                self.names.index(str(value)) / max(len(self.names) - 1, 1) if str(value) in self.names else float("nan")
            )
        if not isinstance(value, int | float) or not isfinite(value):
            return float("nan")
        if self.high == self.low:
            return 0.5
        if self.log:
            return (log(value) - log(self.low)) / (log(self.high) - log(self.low)) if value > 0 else float("nan")
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class ParallelState:
    """``axes`` from left to right, the last of them the value; ``lines``: a value for each axis, and a title."""

    axes: tuple[Axis, ...]
    lines: tuple[tuple[str, tuple[float | str, ...]], ...]
    words: str = ""


class Parallel(Picture):
    """Shows one :class:`ParallelState`."""

    heading = tr("Parallel coordinates")
    columns = 20
    rows = 9

    def note(self) -> str:
        return self.state.words

    def describe(self) -> str:
        return tr(
            "{lines} runs over {axes}",
            lines=len(self.state.lines),
            axes=", ".join(axis.title for axis in self.state.axes),
        )

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        if len(state.axes) < 2 or not state.lines:
            canvas.paragraph(area, tr("Runs of the sweep appear here as they end"), theme.muted)
            return
        plot = area.adjusted(3.2 * unit, 1.6 * unit, -3.2 * unit, -0.6 * unit)
        apart = plot.width() / (len(state.axes) - 1)
        for title, values in state.lines:
            shares = [axis.share(value) for axis, value in zip(state.axes, values, strict=True)]
            points = [
                QPointF(plot.left() + k * apart, plot.bottom() - share * plot.height())
                for k, share in enumerate(shares)
                if isfinite(share)
            ]
            has_value = isfinite(shares[-1])
            colour = shade_of(self._seen(shares[-1], theme.is_dark)) if has_value else theme.muted
            canvas.painter.setPen(canvas.pen(colour, 0.1 * unit, 0.85, () if has_value else (3.0, 2.0)))
            canvas.painter.drawPolyline(QPolygonF(points))
            if points:
                end = QRectF(points[-1].x() - 0.4 * unit, points[-1].y() - 0.4 * unit, 0.8 * unit, 0.8 * unit)
                self.regions.append(Region(end, title, title if has_value else tr("{title}\nno value", title=title)))
        for k, axis in enumerate(state.axes):
            x = plot.left() + k * apart
            canvas.fill(QRectF(round(x), plot.top(), 1, plot.height()), theme.border)
            box = QRectF(x - 0.5 * apart, area.top(), apart, 1.2 * unit) if 0 < k < len(state.axes) - 1 else QRectF(
                x - 3.2 * unit, area.top(), 6.4 * unit, 1.2 * unit)  # fmt: skip
            canvas.text(box, axis.title, theme.text, align=CENTRE, small=True, bold=True)
            for share, words in self._marks(axis, plot.height() / (2.2 * unit)):
                y = plot.bottom() - share * plot.height()
                used = canvas.metrics(small=True).horizontalAdvance(words)
                back = QRectF(x - used / 2 - 2, y - 0.55 * unit, used + 4, 1.1 * unit)
                canvas.fill(back, theme.panel, 2, 0.8)
                canvas.text(back, words, theme.muted, align=CENTRE, small=True)

    def _seen(self, share: float, is_dark: bool) -> float:
        """The part of the map that stands out against the panel."""
        return 0.3 + 0.7 * share if is_dark else 0.85 * share

    def _marks(self, axis: Axis, most: float) -> list[tuple[float, str]]:
        if axis.names:
            return [(axis.share(name), name) for name in axis.names]
        if axis.log or axis.high == axis.low:
            return [(axis.share(value), f"{value:.3g}") for value in dict.fromkeys((axis.low, axis.high))]
        ticks = nice_ticks(axis.low, axis.high, max(2, int(most)))
        if axis.whole:
            ticks = [float(value) for value in dict.fromkeys(round(tick) for tick in ticks)]
        return [(axis.share(tick), tick_words(tick, ticks)) for tick in ticks]
