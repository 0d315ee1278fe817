"""A square of numbers from 0 to 1, row against column: how probably one beats the other."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from PySide6.QtCore import QRectF

from gui.translation import tr
from gui.widgets.canvas import CENTRE, RIGHT, Canvas, blend, ink_on
from gui.widgets.picture import Picture, Region
from gui.widgets.plot import data_colour


@dataclass(frozen=True)
class MatrixState:
    """``values[i][j]``: (estimate, low, high), or None where there is none. ``titles`` and ``colours`` of the rows."""

    titles: tuple[str, ...]
    colours: tuple[int | str, ...]
    values: tuple[tuple[tuple[float, float, float] | None, ...], ...]
    words: str = tr("row beats column")


class Matrix(Picture):
    """Shows one :class:`MatrixState`: blue above one half, orange below, and white where neither wins."""

    heading = tr("Probability of improvement")
    columns = 16
    rows = 7

    def note(self) -> str:
        return self.state.words

    def describe(self) -> str:
        state, parts = self.state, []
        for i, row in enumerate(state.values):
            parts += [
                tr(
                    "{row} beats {column} with {found:.2f}",
                    row=state.titles[i],
                    column=state.titles[j],
                    found=found[0],
                )
                for j, found in enumerate(row)
                if found
            ]
        return ". ".join(parts)

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        count = len(state.titles)
        if count < 2:
            canvas.paragraph(area, tr("Two groups are needed: group the runs, or tick some"), theme.muted)
            return
        small = canvas.metrics(small=True)
        names = min(0.38 * area.width(), max(map(small.horizontalAdvance, state.titles)) + unit)
        high = 1.2 * unit
        width = (area.width() - names) / count
        height = min(2.6 * unit, (area.height() - high) / count)
        for i, title in enumerate(state.titles):
            y = area.top() + high + i * height
            colour = data_colour(theme, state.colours[i])
            canvas.text(QRectF(area.left(), y, names - 0.6 * unit, height), title, theme.text, align=RIGHT, small=True)
            canvas.fill(QRectF(area.left() + names - 0.35 * unit, y + 0.15 * height, 3, 0.7 * height), colour)
            head = QRectF(area.left() + names + i * width, area.top(), width - 2, high)
            canvas.text(head, title, theme.muted, align=CENTRE, small=True)
            for j in range(count):
                cell = QRectF(area.left() + names + j * width, y, width - 2, height - 2)
                found = state.values[i][j]
                if found is None:
                    canvas.fill(cell, theme.raised)
                    canvas.text(cell, "·" if i == j else "–", theme.muted, align=CENTRE, small=True)
                    continue
                share = abs(found[0] - 0.5) * 2
                fill = blend(theme.data[0] if found[0] >= 0.5 else theme.data[1], theme.raised, 0.15 + 0.75 * share)
                canvas.fill(cell, fill)
                canvas.text(cell, f"{found[0]:.2f}", ink_on(fill), align=CENTRE, small=True)
                ends = (
                    tr("\n95 % interval {found:.2f} to {high:.2f}", found=found[1], high=found[2])
                    if isfinite(found[1])
                    else tr("\none run: no interval")
                )
                tip = tr(
                    "{title} beats {titles} with probability {found:.3f}{ends}",
                    title=title,
                    titles=state.titles[j],
                    found=found[0],
                    ends=ends,
                )
                self.regions.append(Region(cell, (i, j), tip))
