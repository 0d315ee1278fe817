"""A figure in rows: for each condition its score with error, improvement, effect of a change, and what it took."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import isfinite, nan

from PySide6.QtCore import QPointF, QRectF, Qt

from gui.translation import tr
from gui.widgets.alchemy_words import number, signed
from gui.widgets.canvas import LEFT, RIGHT, Canvas
from gui.widgets.picture import Picture, Region

ROW = 2.5  # line heights
HEADINGS = (
    (tr("share of the oracle"), 9.0),
    (tr("improved"), 4.6),
    (tr("before, at, after change"), 9.0),
    (tr("invalid"), 3.8),
    (tr("tokens"), 4.2),
    (tr("time"), 4.2),
    (tr("cost"), 4.2),
)


@dataclass(frozen=True)
class ConditionRow:
    """One row; all figures are means of an episode, nan where not known.

    Attributes: ``share`` of the oracle's score with standard ``error``, ``improvement`` trials 6 to 10 minus trial 1,
    share ``before``, ``at`` and ``after`` a change of chemistry, ``invalid`` share of answers not carried out,
    ``tokens``, ``seconds``, ``cost`` in US dollars; ``published`` marks a figure of others, ``reference`` an agent.
    """

    title: str
    words: str
    episodes: int
    share: float
    error: float = nan
    improvement: float = nan
    before: float = nan
    at: float = nan
    after: float = nan
    invalid: float = nan
    tokens: float = nan
    seconds: float = nan
    cost: float = nan
    colour: int = 0
    published: bool = False
    reference: bool = False


@dataclass(frozen=True)
class ConditionsState:
    """``rows`` from top to bottom, ``notes`` below them."""

    rows: tuple[ConditionRow, ...]
    notes: tuple[str, ...] = ()


class Conditions(Picture):
    """Shows one :class:`ConditionsState`."""

    heading = tr("Conditions")
    columns = 44
    rows = 12

    def note(self) -> str:
        return tr("means of an episode, with standard error")

    def describe(self) -> str:
        return ". ".join(
            tr("{title}, {words}: {share} of the oracle", title=row.title, words=row.words, share=percent(row.share))
            + (tr(", published") if row.published else "")
            for row in self.state.rows
        )

    def needed(self) -> int:
        """Height in pixels that shows every row."""
        unit = self.fontMetrics().height()
        state = self.state
        if state is None:
            return self.rows * unit
        published = any(row.published for row in state.rows)
        return round((4.6 + ROW * len(state.rows) + 1.2 * published + 1.4 * len(state.notes)) * unit)

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        used = sum(width for _, width in HEADINGS) * unit
        names = min(max(area.width() - used, 10 * unit), max(0.3 * area.width(), 18 * unit))
        spread = (area.width() - names) / used
        lefts, x = [], area.left() + names
        for _, width in HEADINGS:
            lefts.append(x)
            x += width * unit * spread
        for (words, width), left in zip(HEADINGS, lefts, strict=True):
            place = QRectF(left + 0.4 * unit, area.top(), width * unit * spread - 0.4 * unit, 1.2 * unit)
            align = LEFT if words == HEADINGS[0][0] else RIGHT
            canvas.text(place, words, theme.muted, align=align, small=True)
        y, said = area.top() + 1.6 * unit, False
        for row in state.rows:
            if row.published and not said:
                said = True
                canvas.fill(QRectF(area.left(), y, area.width(), 1), theme.border)
                y += 0.2 * unit
                canvas.text(
                    QRectF(area.left(), y, area.width(), unit), tr("published"), theme.accent, bold=True, small=True
                )
                y += unit
            line = QRectF(area.left(), y, area.width(), ROW * unit)
            if line.bottom() > area.bottom() + unit:
                return
            self._draw_row(canvas, line, row, names, lefts, spread)
            y += ROW * unit
        y += 0.3 * unit
        for words in state.notes:
            canvas.text(QRectF(area.left(), y, area.width(), 1.2 * unit), words, theme.muted, small=True)
            y += 1.3 * unit

    def _draw_row(
        self, canvas: Canvas, line: QRectF, row: ConditionRow, names: float, lefts: list[float], spread: float
    ) -> None:
        unit, theme = canvas.unit, canvas.theme
        colour = theme.muted if row.published else theme.data[row.colour % len(theme.data)]
        name = QRectF(line.left() + unit, line.top() + 0.15 * unit, names - 1.4 * unit, 1.1 * unit)
        canvas.fill(QRectF(line.left(), name.top() + 0.15 * unit, 0.3 * unit, 1.9 * unit), colour, 2)
        ink = theme.muted if row.published else theme.text
        canvas.text(name, row.title, ink, bold=not row.published)
        words = (
            tr("{words} · {episodes} episodes", words=row.words, episodes=row.episodes)
            if row.episodes != 1
            else tr("{words} · 1 episode", words=row.words)
        )
        canvas.text(name.translated(0, 1.1 * unit), words, theme.muted, small=True)
        self.regions.append(Region(line, (row.title, row.words), self._tip(row)))
        widths = [width * unit * spread for _, width in HEADINGS]
        middle = line.center().y()
        self._draw_share(canvas, QRectF(lefts[0] + 0.4 * unit, middle - unit, widths[0] - 0.8 * unit, 2 * unit), row,
                         colour)  # fmt: skip
        figures = {
            1: (f"{signed(100 * row.improvement)} %", row.improvement),
            3: (f"{100 * row.invalid:.1f} %", row.invalid),
            4: (short(row.tokens), row.tokens),
            5: (clock(row.seconds), row.seconds),
            6: (f"${row.cost:,.3f}", row.cost),
        }
        for column, (words, value) in figures.items():
            place = QRectF(lefts[column], middle - 0.6 * unit, widths[column], 1.2 * unit)
            known = isfinite(value)
            bad = column == 3 and known and value > 0.05
            ink = theme.bad if bad else theme.text if known and value else theme.muted
            canvas.text(place, words if known else "–", ink, align=RIGHT, small=True)
        self._draw_change(
            canvas, QRectF(lefts[2] + 1.2 * unit, middle - unit, widths[2] - 1.2 * unit, 2 * unit), row, colour
        )

    def _draw_share(self, canvas: Canvas, area: QRectF, row: ConditionRow, colour: str) -> None:
        unit, theme, painter = canvas.unit, canvas.theme, canvas.painter
        figure = canvas.text(area, percent(row.share), theme.text if not row.published else theme.muted, align=RIGHT,
                             small=True)  # fmt: skip
        plot = area.adjusted(0, 0, -max(figure, 2.4 * unit) - 0.6 * unit, 0)
        y = plot.center().y()
        canvas.fill(QRectF(plot.left(), y - 0.1 * unit, plot.width(), 0.2 * unit), theme.track, 0.1 * unit)
        if not isfinite(row.share):
            return

        def at(value: float) -> float:
            return plot.left() + plot.width() * min(max(value, 0.0), 1.0)

        if isfinite(row.error):
            low, high = at(row.share - row.error), at(row.share + row.error)
            canvas.line(QPointF(low, y), QPointF(high, y), colour, 0.22 * unit, 0.6)
        hollow = row.published or row.reference
        painter.setPen(canvas.pen(colour, 1.5) if hollow else Qt.PenStyle.NoPen)
        painter.setBrush(canvas.colour(theme.panel if hollow else colour))
        painter.drawEllipse(QPointF(at(row.share), y), 0.32 * unit, 0.32 * unit)

    def _draw_change(self, canvas: Canvas, area: QRectF, row: ConditionRow, colour: str) -> None:
        unit, theme = canvas.unit, canvas.theme
        values = (row.before, row.at, row.after)
        if not all(isfinite(value) for value in values):
            canvas.text(area, "–", theme.muted, align=RIGHT, small=True)
            return
        figures = " → ".join(f"{100 * value:.0f}" for value in values) + " %"
        used = canvas.text(area, figures, theme.text, align=RIGHT, small=True)
        plot = area.adjusted(0, 0.45 * unit, -max(used, 6.6 * unit) - 0.8 * unit, -0.45 * unit)
        points = [
            QPointF(plot.left() + k * plot.width() / 2, plot.bottom() - min(max(value, 0.0), 1.0) * plot.height())
            for k, value in enumerate(values)
        ]
        for start, end in pairwise(points):
            canvas.line(start, end, colour, 0.11 * unit)
        for point in points:
            canvas.fill(QRectF(point.x() - 0.18 * unit, point.y() - 0.18 * unit, 0.36 * unit, 0.36 * unit), colour, 2)

    def _tip(self, row: ConditionRow) -> str:
        lines = [row.title, row.words, tr("{share} of the oracle's score", share=percent(row.share))]
        if isfinite(row.error):
            lines[-1] += f" ± {100 * row.error:.1f} %"
        if row.published:
            lines.append(tr("published by others, on other episodes"))
        return "\n".join(lines)


def percent(share: float) -> str:
    """A share as people write it."""
    return f"{100 * share:.0f} %" if isfinite(share) else "–"


def short(count: float) -> str:
    """A count with three digits that matter."""
    if not isfinite(count) or count < 10_000:
        return number(count) if isfinite(count) else "–"
    return f"{count / 1e6:.1f} M" if count >= 1e6 else f"{count / 1e3:.0f} k"


def clock(seconds: float) -> str:
    """Seconds or minutes."""
    if not isfinite(seconds):
        return "–"
    return f"{seconds:.1f} s" if seconds < 100 else tr("{seconds:.0f} min", seconds=seconds / 60)
