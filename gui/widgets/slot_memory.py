"""The memory of a set: slots across, the numbers of a word down, and what one key adds to or sees of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSizeF

from gui.translation import tr
from gui.widgets.canvas import CENTRE, RIGHT, Canvas, blend, ink_on
from gui.widgets.picture import Picture, Region


@dataclass(frozen=True)
class SlotMemoryState:
    """``memory`` [d, m] after the step; ``address`` [m] and ``word`` [d] of the key; ``limit`` the end of the colour
    scale, ``part_limit`` that of the right grid; ``inserted``: whether w a^T was added, else the memory is seen through
    the address. ``version`` tells states apart.
    """

    version: tuple
    memory: NDArray[np.float32] = field(compare=False)
    address: NDArray[np.float32] = field(compare=False)
    word: NDArray[np.float32] = field(compare=False)
    limit: float = 1.0
    part_limit: float = 1.0
    inserted: bool = True
    keys: int = 0

    @property
    def part(self) -> NDArray[np.float32]:
        """What this key adds, w a^T, or what it reads, M / n times its address."""
        if self.inserted:
            return np.outer(self.word, self.address)
        return self.memory / max(self.keys, 1) * self.address


def colour(theme, value: float, limit: float) -> str:
    """Diverging: negative and positive in two colours, zero in that of the panel; the scale is fixed by ``limit``."""
    share = min(abs(value) / max(limit, 1e-12), 1.0)
    return blend(theme.data[1] if value > 0 else theme.data[0], theme.track, share**0.8)


def _short(value: float) -> str:
    """Three digits that count, without an exponent where that can be."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


class SlotMemory(Picture):
    """Shows one :class:`SlotMemoryState`."""

    heading = tr("Memory")
    columns = 24
    rows = 12

    def note(self) -> str:
        d, m = self.state.memory.shape
        return tr("{slots} slots x {numbers} numbers = {bits:,} bits", slots=m, numbers=d, bits=32 * m * d)

    def describe(self) -> str:
        state = self.state
        strongest = int(state.address.argmax())
        verb = tr("adds to") if state.inserted else "reads"
        return tr(
            "{note}. The key {verb} slot {strongest} most, with weight {address:.2f}; {keys} keys are in the set",
            note=self.note(),
            verb=verb,
            strongest=strongest,
            address=state.address[strongest],
            keys=state.keys,
        )

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        unit, state = canvas.unit, self.state
        gap = 1.2 * unit
        width = (area.width() - gap) / 2
        left = QRectF(area.topLeft(), QSizeF(width, area.height()))
        right = left.translated(width + gap, 0)
        self._grid(canvas, left, state.memory, state.limit, tr("M, the sum over all keys"), "memory", state.inserted)
        words = tr("this key adds w aᵀ") if state.inserted else tr("this key reads M/n · a")
        self._grid(canvas, right, state.part, state.part_limit, words, "part", False)

    def _grid(
        self, canvas: Canvas, area: QRectF, values: NDArray, limit: float, title: str, key: str, mark: bool
    ) -> None:
        """Title, address bars, the numbers as colours, and the scale."""
        unit, theme, state = canvas.unit, canvas.theme, self.state
        canvas.text(QRectF(area.left(), area.top(), area.width(), 1.3 * unit), title, theme.text, small=True)
        bars = QRectF(area.left() + 1.6 * unit, area.top() + 1.6 * unit, area.width() - 1.6 * unit, 2.2 * unit)
        grid = QRectF(bars.left(), bars.bottom() + 1.3 * unit, bars.width(), area.bottom() - bars.bottom() - 3.1 * unit)
        d, m = values.shape
        cell_w, cell_h = grid.width() / m, min(grid.height() / d, 9.0 * unit)
        canvas.text(QRectF(area.left(), bars.top(), 1.4 * unit, bars.height()), "a", theme.muted, align=CENTRE)
        for slot in range(m):
            x = grid.left() + slot * cell_w
            weight = float(state.address[slot])
            track = QRectF(x + 1, bars.top(), cell_w - 2, bars.height())
            canvas.fill(track, theme.track, 2.0, 0.5)
            height = bars.height() * min(max(weight, 0.0), 1.0)
            canvas.fill(QRectF(track.left(), track.bottom() - height, track.width(), height), theme.accent, 1.0)
            self.regions.append(
                Region(
                    track, (key, "address", slot), tr("address of slot {slot}\n{weight:.4f}", slot=slot, weight=weight)
                )
            )
            if cell_w > 1.4 * unit:
                name = QRectF(x, bars.bottom(), cell_w, 1.2 * unit)
                canvas.text(name, str(slot), theme.muted, align=CENTRE, small=True)
            for row in range(d):
                value = float(values[row, slot])
                place = QRectF(x, grid.top() + row * cell_h, cell_w, cell_h).adjusted(1, 1, -1, -1)
                fill = colour(theme, value, limit)
                canvas.fill(place, fill, 2.0)
                if mark and weight > 0.05:
                    canvas.outline(place, theme.accent, 2.0, 0.6 + 2.4 * weight)
                if cell_w > 3.4 * unit and cell_h > 1.2 * unit:
                    words = _short(value) if abs(value) > 1e-4 * limit else "0"
                    canvas.text(place, words, ink_on(fill), align=CENTRE, small=True)
                tip = tr("slot {slot}, number {row}\n{value:.5g}", slot=slot, row=row, value=value)
                self.regions.append(Region(place, (key, row, slot), tip))
        for row in range(d):
            name = QRectF(area.left(), grid.top() + row * cell_h, 1.4 * unit, cell_h)
            if cell_h > 0.9 * unit:
                canvas.text(name, f"{row}", theme.muted, align=CENTRE, small=True)
        self._scale(canvas, QRectF(grid.left(), area.bottom() - 1.2 * unit, grid.width(), 1.1 * unit), limit)

    def _scale(self, canvas: Canvas, area: QRectF, limit: float) -> None:
        unit, theme = canvas.unit, canvas.theme
        strip = QRectF(area.center().x() - 3 * unit, area.top() + 0.25 * unit, 6 * unit, 0.6 * unit)
        for i in range(30):
            place = QRectF(strip.left() + i * strip.width() / 30, strip.top(), strip.width() / 30 + 0.6, strip.height())
            canvas.fill(place, colour(theme, (i - 14.5) / 14.5, 1.0))
        low = QRectF(strip.left() - 4.3 * unit, area.top(), 4 * unit, area.height())
        high = QRectF(strip.right() + 0.3 * unit, area.top(), 4 * unit, area.height())
        canvas.text(low, f"−{_short(limit)}", theme.muted, align=RIGHT, small=True)
        canvas.text(high, f"+{_short(limit)}", theme.muted, small=True)
