"""Bars of one number by trial, or one for each agent, beside dashed references."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from PySide6.QtCore import QPointF, QRectF

from gui.translation import tr
from gui.widgets.alchemy_words import number
from gui.widgets.canvas import CENTRE, RIGHT, Canvas
from gui.widgets.picture import Picture, Region
from gui.widgets.scores import DASHES


@dataclass(frozen=True)
class Series:
    """One agent: ``values`` by trial (nan: none yet, or no contact), ``means`` over many episodes (nan: not known)."""

    title: str
    colour: int
    values: tuple[float, ...]
    means: tuple[float, ...] = ()


@dataclass(frozen=True)
class LatencyState:
    """``references``: title and value by trial; ``words`` at the right of the heading."""

    series: tuple[Series, ...]
    references: tuple[tuple[str, tuple[float, ...]], ...]
    words: str
    current: int = -1


class Latencies(Picture):
    """Shows one :class:`LatencyState`: steps until the platform is felt, by trial."""

    heading = tr("Steps to the platform, by trial")
    columns = 18
    rows = 9

    def note(self) -> str:
        return self.state.words

    def describe(self) -> str:
        return ". ".join(f"{s.title}: " + ", ".join(number(v, 0) for v in s.values) for s in self.state.series)

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        trials = max([len(s.values) for s in state.series] + [2])
        trials = min(trials, 12)
        every = [v for s in state.series for v in (*s.values[:trials], *s.means) if isfinite(v)]
        every += [v for _, values in state.references for v in values if isfinite(v)]
        top = max([*every, 10.0]) * 1.08
        lines = (len(state.series) + len(state.references) + 1) // 2  # in two columns
        legend = area.adjusted(0, area.height() - lines * 1.2 * unit, 0, 0)
        plot = area.adjusted(2.4 * unit, 0.2 * unit, -0.3 * unit, -legend.height() - 1.8 * unit)
        if plot.height() < 2 * unit:
            plot = area.adjusted(2.4 * unit, 0.2 * unit, -0.3 * unit, -1.5 * unit)
            legend = QRectF()
        step = next(s for s in (5, 10, 20, 50, 100) if top / s < 6)
        for k in range(int(top / step) + 1):
            y = plot.bottom() - plot.height() * k * step / top
            canvas.fill(QRectF(plot.left(), round(y), plot.width(), 1), theme.track)
            canvas.text(QRectF(area.left(), y - 0.6 * unit, 2.0 * unit, 1.2 * unit), str(k * step), theme.muted,
                        align=RIGHT, small=True)  # fmt: skip
        cell = plot.width() / trials
        width = 0.8 * cell / max(len(state.series), 1)
        for trial in range(trials):
            left = plot.left() + trial * cell
            words = QRectF(left, plot.bottom() + 0.1 * unit, cell, 1.1 * unit)
            if trial == state.current:
                canvas.fill(words, theme.accent_soft, 3.0)
            canvas.text(words, str(trial + 1), theme.muted, align=CENTRE, small=True)
            tips = []
            for k, series in enumerate(state.series):
                value = series.values[trial] if trial < len(series.values) else float("nan")
                mean = series.means[trial] if trial < len(series.means) else float("nan")
                colour = theme.data[series.colour % len(theme.data)]
                x = left + 0.1 * cell + k * width
                if isfinite(value):
                    high = plot.height() * value / top
                    canvas.fill(QRectF(x + 1, plot.bottom() - high, max(width - 2, 1), high), colour, 2.0)
                    tips.append(tr("{title} {value:.0f} steps", title=series.title, value=value))
                elif trial < len(series.values):
                    canvas.text(QRectF(x, plot.bottom() - 1.2 * unit, width, unit), "–", colour, align=CENTRE)
                    tips.append(tr("{title} no contact", title=series.title))
                if isfinite(mean):
                    y = plot.bottom() - plot.height() * mean / top
                    canvas.line(QPointF(x + 1, y), QPointF(x + width - 1, y), theme.text, 2.0)
                    tips.append(tr("{title}, mean of the evaluation {mean:.1f} steps", title=series.title, mean=mean))
            region = QRectF(left, plot.top(), cell, plot.height())
            self.regions.append(Region(region, trial, "\n".join([tr("Trial {trial}", trial=trial + 1), *tips])))
        for k, (_, values) in enumerate(state.references):
            self._draw_reference(canvas, plot, values[:trials], cell, top, k)
        self._draw_legend(canvas, legend)

    def _draw_reference(self, canvas: Canvas, plot: QRectF, values: tuple[float, ...], cell: float, top: float,
                        place: int) -> None:  # fmt: skip
        colour = canvas.theme.muted
        for trial, value in enumerate(values):
            y = plot.bottom() - plot.height() * value / top
            x = plot.left() + trial * cell
            canvas.line(QPointF(x, y), QPointF(x + cell, y), colour, 1.6, 1.0, DASHES[1 + place % 3])

    def _draw_legend(self, canvas: Canvas, area: QRectF) -> None:
        unit, theme = canvas.unit, canvas.theme
        rows = [(s.title, theme.data[s.colour % len(theme.data)], ()) for s in self.state.series]
        rows += [(title, theme.muted, DASHES[1 + k % 3]) for k, (title, _) in enumerate(self.state.references)]
        if area.isEmpty():
            return
        lines = (len(rows) + 1) // 2
        for k, (title, colour, dash) in enumerate(rows):
            column, line = divmod(k, lines)
            half = area.width() / 2
            row = QRectF(area.left() + column * half, area.top() + line * 1.2 * unit, half - 0.5 * unit, 1.2 * unit)
            y = row.center().y()
            canvas.line(QPointF(row.left(), y), QPointF(row.left() + 1.6 * unit, y), colour, 3.0 if not dash else 1.6,
                        1.0, dash)  # fmt: skip
            canvas.text(row.adjusted(2.0 * unit, 0, 0, 0), title, theme.text, small=True)
