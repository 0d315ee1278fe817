"""Points by trial: bars for the shown lines, marks for the agents to compare with, totals."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from gui.translation import tr
from gui.widgets.alchemy_words import number
from gui.widgets.canvas import CENTRE, RIGHT, Canvas, blend, ink_on
from gui.widgets.picture import Picture, Region

DASHES: tuple[tuple[float, ...], ...] = ((), (4.0, 2.0), (1.2, 1.6), (6.0, 2.0, 1.2, 2.0))


@dataclass(frozen=True)
class Series:
    """Points by trial of one line or agent; ``colour`` indexes the theme's data colours, ``total`` so far or at the
    end.
    """

    title: str
    scores: tuple[float, ...]
    colour: int
    total: float


@dataclass(frozen=True)
class ScoresState:
    """``lines`` are drawn as bars (one or two), ``references`` as marks; ``trial`` the one under the cursor, of
    ``trials``.
    """

    lines: tuple[Series, ...]
    references: tuple[Series, ...]
    trial: int
    trials: int


class Scores(Picture):
    """Shows one :class:`ScoresState`."""

    heading = tr("Points by trial")
    columns = 22
    rows = 9

    def note(self) -> str:
        if len(self.state.lines) == 2:
            first, second = self.state.lines
            return tr("difference {total} points", total=number(first.total - second.total))
        return tr("points")

    def describe(self) -> str:
        every = self.state.lines + self.state.references
        return ". ".join(f"{s.title} {number(s.total, 1)}: " + ", ".join(number(v, 1) for v in s.scores) for s in every)

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        beside = area.width() > 27 * unit
        entries = len(state.lines) + len(state.references)
        if beside:
            legend = area.adjusted(area.width() - min(14.5 * unit, 0.45 * area.width()), 0, 0, 0)
            plot = area.adjusted(2.0 * unit, 0.6 * unit, -legend.width() - unit, -1.3 * unit)
        else:
            legend = area.adjusted(0, area.height() - -(-entries // 2) * 1.25 * unit, 0, 0)
            plot = area.adjusted(2.0 * unit, 0.6 * unit, 0, -legend.height() - 1.6 * unit)
        every = [v for s in state.lines + state.references for v in s.scores]
        top = max(45.0, max(every, default=0.0))
        bottom = min(0.0, min(every, default=0.0))
        scale = plot.height() / (top - bottom)
        zero = plot.bottom() + bottom * scale
        for value in (0, 15, 30, 45):
            y = zero - value * scale
            canvas.fill(QRectF(plot.left(), y, plot.width(), 1), theme.border)
            label = QRectF(area.left(), y - 0.6 * unit, 1.7 * unit, 1.2 * unit)
            canvas.text(label, str(value), theme.muted, align=RIGHT, small=True)
        cell = plot.width() / max(state.trials, 1)
        count = max(len(state.lines), 1)
        for trial in range(state.trials):
            x = plot.left() + trial * cell
            label = QRectF(x - 0.5 * unit, plot.bottom() + 0.1 * unit, cell + unit, 1.2 * unit)
            at = trial == state.trial
            canvas.text(label, str(trial + 1), theme.accent if at else theme.muted, align=CENTRE, small=True, bold=at)
            bar = 0.64 * cell / count
            for k, line in enumerate(state.lines):
                if trial < len(line.scores):
                    self._draw_bar(canvas, QRectF(x + 0.18 * cell + k * bar, zero, bar, 0), line, trial, scale)
            for k, reference in enumerate(state.references):
                if trial < len(reference.scores):
                    y = zero - reference.scores[trial] * scale
                    pen = canvas.pen(theme.data[reference.colour], 0.13 * unit, 1.0, DASHES[k % len(DASHES)])
                    canvas.painter.setPen(pen)
                    canvas.painter.drawLine(QPointF(x + 0.08 * cell, y), QPointF(x + 0.92 * cell, y))
            tip = "\n".join(
                f"{s.title} {number(s.scores[trial], 1)}"
                for s in state.lines + state.references
                if trial < len(s.scores)
            )
            self.regions.append(
                Region(
                    QRectF(x, plot.top(), cell, plot.height()),
                    trial,
                    tr("Trial {trial}\n{tip}", trial=trial + 1, tip=tip),
                )
            )
        self._draw_legend(canvas, legend, 1 if beside else 2)

    def _draw_bar(self, canvas: Canvas, bar: QRectF, line: Series, trial: int, scale: float) -> None:
        value = line.scores[trial]
        height = value * scale
        zero = bar.top()
        bar.setTop(zero - max(height, 0))
        bar.setBottom(zero + max(-height, 0) + (1.5 if height == 0 else 0))
        fill, share = canvas.theme.data[line.colour], 1.0 if trial <= self.state.trial else 0.5
        canvas.fill(bar.adjusted(0.5, 0, -0.5, 0), fill, 0, share)
        unit = canvas.unit
        if bar.width() > 0.9 * unit:
            inside = bar.height() > 1.4 * unit
            label = QRectF(bar.left() - unit, bar.bottom() - 1.3 * unit, bar.width() + 2 * unit, 1.1 * unit)
            if not inside:
                label.moveBottom(bar.top())
            ink = ink_on(blend(fill, canvas.theme.panel, share)) if inside else canvas.theme.text
            canvas.text(label, number(value), ink, align=CENTRE, small=True)

    def _draw_legend(self, canvas: Canvas, area: QRectF, columns: int) -> None:
        theme, unit = canvas.theme, canvas.unit
        rows = [(s, True, 0) for s in self.state.lines] + [(s, False, k) for k, s in enumerate(self.state.references)]
        for index, (series, is_line, dash) in enumerate(rows):
            width, height = area.width() / columns, (1.35 if columns == 1 else 1.25) * unit
            line, column = divmod(index, columns)
            row = QRectF(area.left() + column * width, area.top() + line * height, width - (columns - 1) * unit, height)
            if row.bottom() > area.bottom() + 1:
                return
            centre = row.center().y()
            if is_line:
                canvas.fill(
                    QRectF(row.left() + 0.3 * unit, centre - 0.35 * unit, 0.7 * unit, 0.7 * unit),
                    theme.data[series.colour],
                )
            else:
                canvas.painter.setPen(
                    canvas.pen(theme.data[series.colour], 0.13 * unit, 1.0, DASHES[dash % len(DASHES)])
                )
                canvas.painter.drawLine(QPointF(row.left(), centre), QPointF(row.left() + 1.3 * unit, centre))
            figure = number(series.total, 0 if float(series.total).is_integer() else 1)
            used = canvas.metrics(small=True, bold=is_line).horizontalAdvance(figure)
            canvas.text(
                row.adjusted(1.7 * unit, 0, -used - 0.4 * unit, 0), series.title, theme.text, small=True, bold=is_line
            )
            canvas.text(row, figure, theme.text, align=RIGHT, small=True, bold=is_line)
