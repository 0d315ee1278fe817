"""The bits of a classical Bloom filter, those of one key outlined."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

from gui.translation import tr
from gui.widgets.canvas import Canvas
from gui.widgets.picture import Picture, Region

MOST = 6000  # cells; of a larger array its beginning is shown


@dataclass(frozen=True)
class BitArrayState:
    """``bits`` bool [m] after the step; ``places`` of the key's bits; ``fresh`` of them were set by this key; whether
    the filter says ``yes``; for how many keys it was ``planned``, and how many it holds now (``keys``).
    """

    version: tuple
    bits: NDArray[np.bool_] = field(compare=False)
    places: tuple[int, ...] = ()
    fresh: int = 0
    yes: bool = True
    keys: int = 0
    planned: int = 0


class BitArray(Picture):
    """Shows one :class:`BitArrayState`."""

    heading = tr("Bloom filter beside it")
    columns = 14
    rows = 8

    def note(self) -> str:
        return tr("{bits:,} bits", bits=len(self.state.bits))

    def describe(self) -> str:
        state = self.state
        return tr(
            "{ones:,} of {bits:,} bits set by {keys} of {planned} keys; this key has bits {places}: {what}",
            ones=int(state.bits.sum()),
            bits=len(state.bits),
            keys=state.keys,
            planned=state.planned,
            places=", ".join(map(str, state.places)),
            what=tr("yes") if state.yes else tr("no"),
        )

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        words = tr(
            "{ones:,} set by {keys:,} of {planned:,} planned keys",
            ones=int(state.bits.sum()),
            keys=state.keys,
            planned=state.planned,
        )
        line = QRectF(area.left(), area.top(), area.width(), 1.2 * unit)
        canvas.text(line, words, theme.muted, small=True)
        answer = tr("all its bits are set: yes") if state.yes else tr("a bit is not set: no")
        canvas.text(line.translated(0, 1.15 * unit), answer, theme.text, small=True)
        grid = area.adjusted(0, 2.7 * unit, 0, 0)
        shown = min(len(state.bits), MOST)
        if shown == 0 or grid.height() < unit:
            return
        columns = max(1, round(sqrt(shown * grid.width() / max(grid.height(), 1.0))))
        cell = min(grid.width() / columns, grid.height() / ceil(shown / columns), 1.4 * unit)
        gap = 1.0 if cell > 4 else 0.3
        own = set(state.places)
        for i in range(shown):
            row, column = divmod(i, columns)
            place = QRectF(grid.left() + column * cell, grid.top() + row * cell, cell - gap, cell - gap)
            on = bool(state.bits[i])
            if i in own:
                canvas.fill(place, theme.accent if on else theme.bad)
                canvas.outline(place.adjusted(-0.5, -0.5, 0.5, 0.5), theme.text, 0.0, 1.2)
            else:
                canvas.fill(place, theme.data[0] if on else theme.track)
            if cell > 3 or i in own:
                tip = tr("bit {i}\n{what}", i=i, what=tr("set") if on else tr("not set")) + (
                    tr(", one of this key's") if i in own else ""
                )
                self.regions.append(Region(place, i, tip))
