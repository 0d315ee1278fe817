"""Where the ticks of an axis stand, and what is written at them."""

from __future__ import annotations

import itertools
from math import ceil, floor, isfinite, log10


def nice_ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers between two limits, ``most`` at most: multiples of 1, 2 or 5 times a power of ten."""
    if not (isfinite(low) and isfinite(high)) or high <= low:
        return []
    rough = (high - low) / max(most, 1)
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first = ceil(low / step - 1e-9)
    return [number * step for number in range(first, floor(high / step + 1e-9) + 1)][: most + 2]


def tick_words(tick: float, ticks: list[float]) -> str:
    """A tick in as few letters as tell it from its neighbours: 0.25, 200, 1.5 M."""
    step = min((b - a for a, b in itertools.pairwise(ticks)), default=abs(tick) or 1.0)
    largest = max((abs(value) for value in ticks), default=abs(tick))
    for limit, unit in ((1e9, " G"), (1e6, " M"), (1e4, " k")):
        if largest >= limit:
            size = 1e3 if unit == " k" else limit
            return "0" if tick == 0 else f"{tick / size:.{_places(step / size)}f}{unit}".replace("-", "−")
    if largest < 1e-3 and largest > 0:
        return f"{tick:.1e}".replace("-", "−")
    return f"{tick:.{_places(step)}f}".replace("-", "−")


def _places(step: float) -> int:
    """Digits after the point that a step needs: 0 for 50, 1 for 0.5, 2 for 0.25."""
    if step <= 0:
        return 0
    places = max(0, min(8, -floor(log10(step) + 1e-9)))
    return places if abs(round(step, places) - step) < 1e-9 * step else min(places + 1, 8)
