"""Long curves thinned to what a screen shows, without losing a peak: least and greatest value of ever larger blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FIRST = 4  # values in a block of the finest level; below that the values themselves are drawn


class Pyramid:
    """A curve y(x), x rising, that can be drawn at any width in a time that depends on the width alone.

    Attributes: ``x``, ``y`` float64 [n] as given; nan in ``y`` is a gap.
    """

    def __init__(self, x: NDArray, y: NDArray) -> None:
        self.x, self.y = np.asarray(x, np.float64), np.asarray(y, np.float64)
        self._levels: list[tuple[int, Floats, Floats]] = []
        low = high = self.y
        stride = 1
        while len(low) > 512:
            step = FIRST if stride == 1 else 2
            stride *= step
            low, high = _blocks(low, step, np.fmin), _blocks(high, step, np.fmax)
            self._levels.append((stride, low, high))

    def span(self, first: float, last: float) -> tuple[float, float]:
        """Lowest and highest value between two x; (nan, nan) where there is none."""
        _, low, high = self._visible(first, last, 256)
        if not len(low) or np.isnan(low).all():
            return float("nan"), float("nan")
        return float(np.nanmin(low)), float(np.nanmax(high))

    def line(self, first: float, last: float, pixels: int) -> tuple[Floats, Floats]:
        """Points (x, y) of a line that looks the same as the whole curve between two x on that many pixels.

        Blocks are fixed to the data, not to the window, so that a curve does not shimmer while it is moved.
        """
        x, low, high = self._visible(first, last, pixels)
        if low is high:
            return x, low
        points = np.empty(2 * len(x))
        points[0::2], points[1::2] = low, high
        return np.repeat(x, 2), points

    def _visible(self, first: float, last: float, pixels: int) -> tuple[Floats, Floats, Floats]:
        start = max(0, int(np.searchsorted(self.x, first)) - 1)
        stop = min(len(self.x), int(np.searchsorted(self.x, last, side="right")) + 1)
        fitting = [level for level in self._levels if level[0] * pixels <= 2 * (stop - start)]
        if not fitting:
            y = self.y[start:stop]
            return self.x[start:stop], y, y
        stride, low, high = fitting[-1]
        begin, end = start // stride, -(-stop // stride)
        return self.x[begin * stride : end * stride : stride], low[begin:end], high[begin:end]


def _blocks(values: Floats, size: int, function: np.ufunc) -> Floats:
    with np.errstate(invalid="ignore"):
        return function.reduceat(values, np.arange(0, len(values), size))
