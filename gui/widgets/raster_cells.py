"""Accesses as pixels: sparse (step, row, kind, weight) entries pooled by maximum into the pixels there are. No Qt.

Pooling takes the largest weight that falls into a pixel, so a single access among a million slots is still a pixel.
Scattering a quarter of a million entries takes under a millisecond, so every zoom is pooled anew from the entries
themselves; only what is appended to an unchanged view is added to the pixels that are already there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

READ, WRITE = 0, 1
ENTRY = np.dtype([("step", "<i4"), ("row", "<i4"), ("kind", "u1"), ("level", "u1")])


class Cells:
    """Entries, growing; ``rows`` and ``steps`` are the extent of the picture they belong to."""

    def __init__(self) -> None:
        self._buffer = np.zeros(256, ENTRY)
        self.count = 0
        self.rows = self.steps = 0

    @property
    def entries(self) -> NDArray[np.void]:
        """All entries so far, dtype ENTRY; ``level`` is the weight in 255ths, at least 1 where there was any."""
        return self._buffer[: self.count]

    def extend(
        self, step: NDArray[np.int32], row: NDArray[np.int32], kind: NDArray[np.uint8], weight: NDArray[np.float32]
    ) -> None:
        """Add entries [n] in any order; weights outside 0..1 are clipped."""
        needed = self.count + len(step)
        if needed > len(self._buffer):
            grown = np.zeros(2 * needed, ENTRY)
            grown[: self.count] = self.entries
            self._buffer = grown
        fresh = self._buffer[self.count : needed]
        fresh["step"], fresh["row"], fresh["kind"] = step, row, kind
        fresh["level"] = np.ceil(255 * np.clip(weight, 0, 1)).astype(np.uint8)
        self.count = needed


@dataclass(frozen=True)
class Window:
    """The cells on screen: rows ``top`` to ``bottom``, steps ``first`` to ``last`` (not included), pooled by
    ``row_bin`` x ``step_bin`` (powers of two, so that pixels do not shimmer while the view moves).
    """

    top: int
    bottom: int
    first: int
    last: int
    row_bin: int
    step_bin: int

    @classmethod
    def fit(cls, rows: tuple[float, float], steps: tuple[float, float], height: float, width: float) -> Window:
        """Cover the rows and steps with at most as many cells as there are pixels."""
        row_bin, step_bin = _bin(rows[1] - rows[0], height), _bin(steps[1] - steps[0], width)
        top, first = int(rows[0]) // row_bin * row_bin, int(steps[0]) // step_bin * step_bin
        bottom = top + -(-(int(np.ceil(rows[1])) - top) // row_bin) * row_bin
        last = first + -(-(int(np.ceil(steps[1])) - first) // step_bin) * step_bin
        return cls(top, bottom, first, last, row_bin, step_bin)

    @property
    def shape(self) -> tuple[int, int]:
        """Cells down and across."""
        return (self.bottom - self.top) // self.row_bin, (self.last - self.first) // self.step_bin


def _bin(length: float, pixels: float) -> int:
    size = 1
    while length / size > max(pixels, 1.0):
        size *= 2
    return size


class Pixels:
    """The pooled weights of one window, uint8 [2 kinds, rows, columns], and their colours, uint32 [rows, columns]."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.taken = 0
        height, width = window.shape
        self.levels = np.zeros((2, height, width), np.uint8)
        self.colours = np.zeros((height, width), np.uint32)
        self._index = (self.levels.ravel(), height * width, width)

    def update(self, cells: Cells, table: NDArray[np.uint32]) -> tuple[int, int] | None:
        """Take in entries that came since the last call; returns the changed columns (first, past the last)."""
        fresh = cells.entries[self.taken :]
        self.taken = cells.count
        if not len(fresh):
            return None
        window = self.window
        inside = (fresh["step"] >= window.first) & (fresh["step"] < window.last)
        inside &= (fresh["row"] >= window.top) & (fresh["row"] < window.bottom) & (fresh["kind"] <= WRITE)
        if not inside.all():
            fresh = fresh[inside]
        if not len(fresh):
            return None
        flat, plane, width = self._index
        column = (fresh["step"] - window.first) // window.step_bin
        row = (fresh["row"] - window.top) // window.row_bin
        index = fresh["kind"].astype(np.intp) * plane + row.astype(np.intp) * width + column
        np.maximum.at(flat, index, fresh["level"])
        changed = int(column.min()), int(column.max()) + 1
        self.recolour(table, *changed)
        return changed

    def recolour(self, table: NDArray[np.uint32], first: int = 0, last: int | None = None) -> None:
        """Colour columns ``first`` to ``last`` by ``table`` (entry 256 * write + read)."""
        part = self.levels[:, :, first:last]
        self.colours[:, first:last] = table[(part[WRITE].astype(np.uint16) << 8) | part[READ]]
