"""Regret by task and method: bars with the single seeds as dots and the 95 % interval of their mean."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from PySide6.QtCore import QPointF, QRectF, Qt

from gui.translation import tr
from gui.widgets.canvas import CENTRE, RIGHT, Canvas
from gui.widgets.picture import Picture, Region


@dataclass(frozen=True)
class Bar:
    """One method on one task: ``mean``, its interval (nan: none) and the ``seeds`` it comes from."""

    title: str
    short: str
    colour: int
    mean: float
    low: float
    high: float
    seeds: tuple[float, ...]


@dataclass(frozen=True)
class RegretState:
    """Groups (task, bars) from left to right; ``words`` say against what regret is measured."""

    groups: tuple[tuple[str, tuple[Bar, ...]], ...]
    words: str = ""


class RegretBars(Picture):
    """Shows one :class:`RegretState`."""

    heading = tr("Regret")
    columns = 18
    rows = 9

    def note(self) -> str:
        return self.state.words

    def describe(self) -> str:
        return ". ".join(
            f"{name}: " + ", ".join(f"{bar.title} {bar.mean:.4g}" for bar in bars) for name, bars in self.state.groups
        )

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        unit, theme, state = canvas.unit, canvas.theme, self.state
        values = [
            value
            for _, bars in state.groups
            for bar in bars
            for value in (bar.mean, bar.high, *bar.seeds)
            if isfinite(value)
        ]
        if not values:
            canvas.paragraph(area, tr("No regret is known yet"), theme.muted)
            return
        high = max(max(values), 1e-9) * 1.08
        plot = area.adjusted(2.8 * unit, 1.2 * unit, 0, -2.6 * unit)
        for share in (0.0, 0.5, 1.0):
            y = plot.bottom() - share * plot.height()
            canvas.fill(QRectF(plot.left(), round(y), plot.width(), 1), theme.track)
            canvas.text(QRectF(area.left(), y - 0.6 * unit, 2.5 * unit, 1.2 * unit), f"{share * high:.2g}", theme.muted,
                        align=RIGHT, small=True)  # fmt: skip
        width = plot.width() / len(state.groups)
        for k, (name, bars) in enumerate(state.groups):
            group = QRectF(plot.left() + k * width + 0.3 * unit, plot.top(), width - 0.6 * unit, plot.height())
            place = QRectF(group.left(), plot.bottom() + 1.3 * unit, group.width(), 1.2 * unit)
            canvas.text(place, name, theme.text, align=CENTRE, small=True)
            self._draw_group(canvas, group, bars, high)

    def _draw_group(self, canvas: Canvas, group: QRectF, bars: tuple[Bar, ...], high: float) -> None:
        unit, theme = canvas.unit, canvas.theme
        each = min(group.width() / max(len(bars), 1), 3.2 * unit)
        left = group.center().x() - each * len(bars) / 2
        scale = group.height() / high
        for k, bar in enumerate(bars):
            place = QRectF(left + k * each, group.top(), each, group.height())
            tip = f"{bar.title}: {bar.mean:.4g}"
            if isfinite(bar.low):
                tip += tr(
                    " ({low:.4g} to {high:.4g}, 95 % of {seeds} seeds)",
                    low=bar.low,
                    high=bar.high,
                    seeds=len(bar.seeds),
                )
            self.regions.append(Region(place, bar.title, tip))
            below = QRectF(place.left() - unit, group.bottom() + 0.1 * unit, each + 2 * unit, 1.2 * unit)
            if canvas.metrics(small=True).horizontalAdvance(bar.short) < 1.05 * each:
                canvas.text(below, bar.short, theme.muted, align=CENTRE, small=True)
            if not isfinite(bar.mean):
                continue
            height = max(bar.mean, 0.0) * scale
            colour = theme.data[bar.colour]
            thick = 0.68 * each
            x = place.center().x()
            canvas.fill(
                QRectF(x - thick / 2, group.bottom() - max(height, 1.5), thick, max(height, 1.5)), colour, 0, 0.85
            )
            figure = "0" if abs(bar.mean) < 5e-6 else f"{bar.mean:.2g}"
            if canvas.metrics(small=True).horizontalAdvance(figure) < each + 2:
                top = group.bottom() - max(height, bar.high * scale if isfinite(bar.high) else 0.0)
                above = QRectF(below.left(), top - 1.25 * unit, below.width(), 1.2 * unit)
                canvas.text(above, figure, theme.text, align=CENTRE, small=True)
            canvas.painter.setPen(Qt.PenStyle.NoPen)
            canvas.painter.setBrush(canvas.colour(theme.text, 0.75))
            for number, value in enumerate(bar.seeds if len(bar.seeds) > 1 else ()):
                off = (number - (len(bar.seeds) - 1) / 2) * thick / (len(bar.seeds) + 1)
                canvas.painter.drawEllipse(QPointF(x + off, group.bottom() - max(value, 0) * scale), 2.0, 2.0)
            if isfinite(bar.low) and isfinite(bar.high):
                ends = [group.bottom() - max(value, 0) * scale for value in (bar.low, bar.high)]
                canvas.line(QPointF(x, ends[0]), QPointF(x, ends[1]), theme.text, 0.12 * unit)
