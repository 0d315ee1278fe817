"""The backward pass of a sparse memory: old rows put back one after the other until the memory is as it was before."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

from gui.translation import tr
from gui.widgets.access_colours import read_colour
from gui.widgets.canvas import RIGHT, Canvas
from gui.widgets.picture import Picture, Region


@dataclass(frozen=True)
class RollbackState:
    """``restored`` rows put back at each step [steps]; the memory's hash ``before`` and ``after``; ``position`` of the
    cursor: steps from there on are already taken back.
    """

    version: tuple
    restored: NDArray[np.int64] = field(compare=False)
    before: str = ""
    after: str = ""
    identical: bool = False
    milliseconds: float = 0.0
    position: int = 0


class Rollback(Picture):
    """Shows one :class:`RollbackState`."""

    heading = tr("Rollback")
    columns = 16
    rows = 6

    def note(self) -> str:
        state = self.state
        return tr(
            "backward pass, step {restored} → 0 in {milliseconds:.1f} ms",
            restored=max(len(state.restored) - 1, 0),
            milliseconds=state.milliseconds,
        )

    def describe(self) -> str:
        state = self.state
        same = "identical" if state.identical else "different"
        return tr("{sum} rows restored, memory hash before and after {same}", sum=int(state.restored.sum()), same=same)

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        steps = max(len(state.restored), 1)
        top = max(int(state.restored.max(initial=0)), 1)
        strip = QRectF(area.left(), area.top() + 0.1 * unit, area.width(), max(area.height() - 2.7 * unit, unit))
        cell = strip.width() / steps
        for step, rows in enumerate(state.restored.tolist()):
            place = QRectF(
                strip.left() + step * cell, strip.top(), max(cell - (1 if cell > 3 else 0), 0.7), strip.height()
            )
            height = strip.height() * (0.25 + 0.75 * rows / top) if rows else 0
            done = step >= state.position
            canvas.fill(place, theme.track)
            bar = QRectF(place.left(), place.bottom() - height, place.width(), height)
            canvas.fill(bar, read_colour(theme) if done else theme.muted, 0, 0.9 if done else 0.35)
            self.regions.append(
                Region(place, ("step", step), tr("step {step}\n{rows} rows restored", step=step, rows=rows))
            )
        back = int(state.restored[state.position :].sum())
        row = QRectF(area.left(), strip.bottom() + 0.25 * unit, area.width(), 1.2 * unit)
        used = canvas.text(
            row,
            tr("{back:,} of {sum:,} rows restored", back=back, sum=int(state.restored.sum())),
            theme.muted,
            small=True,
        )
        canvas.text(
            row.adjusted(used + unit, 0, 0, 0),
            tr("at the cursor, step {position}", position=state.position),
            theme.muted,
            align=RIGHT,
            small=True,
        )
        line = QRectF(area.left(), row.bottom(), area.width(), 1.2 * unit)
        used = canvas.text(
            line,
            tr("memory hash before {before} after {after}  ", before=state.before[:8], after=state.after[:8]),
            theme.muted,
            small=True,
        )
        words, colour = ("identical", theme.good) if state.identical else ("different", theme.bad)
        canvas.text(line.adjusted(used, 0, 0, 0), words, colour, small=True, bold=True)
