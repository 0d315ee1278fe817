"""Thresholds: chosen on sets of keys kept for that, stored with the network, shared by all its filters.

For an overall rate alpha the network may be wrong at a rate eps and the backup filter at delta, with eps + (1 - eps)
delta <= alpha [Rae et al. 2019, 5.1, takes eps = delta = alpha / 2]. Here eps is any of a few shares of alpha; a filter
takes the one that makes it smallest and counts 8 bits for saying which.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import BadInput
from engine.filters.bloom import check_rate
from engine.filters.network import SetMemory
from engine.filters.tasks import Keys

SHARES = (0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9)
RATES = tuple(float(rate) for rate in np.geomspace(2e-5, 0.5, 60))


@dataclass(frozen=True, slots=True)
class Choice:
    """A threshold, the rate at which the network is expected to be wrong above it, and the backup's own rate."""

    threshold: float
    network_rate: float
    backup_rate: float


@dataclass(frozen=True)
class Calibration:
    """``thresholds`` [sizes][rates]: logits that a share ``RATES`` of non-members exceed in sets of ``sizes`` keys."""

    sizes: tuple[int, ...]
    thresholds: tuple[tuple[float, ...], ...]

    def choices(self, n: int, fpr: float) -> list[Choice]:
        """What a filter of n keys at an overall rate may choose from. Raises BadInput for an impossible rate."""
        check_rate(fpr)
        found = []
        row = [np.interp(math.log(max(n, 1)), np.log(self.sizes), column) for column in zip(*self.thresholds)]  # noqa: B905
        for share in SHARES:
            eps = share * fpr
            threshold = float(np.interp(math.log(eps), np.log(RATES), row))
            found.append(Choice(threshold, eps, (fpr - eps) / (1 - eps)))
        return [choice for choice in found if choice.backup_rate >= 2.0**-16] or [Choice(math.inf, 0.0, fpr)]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        rounded = [[round(value, 4) for value in row] for row in self.thresholds]
        return {"sizes": list(self.sizes), "thresholds": rounded}

    @classmethod
    def from_json(cls, values: Any) -> Calibration:
        """The thresholds; raises BadInput."""
        try:
            sizes = tuple(int(size) for size in values["sizes"])
            thresholds = tuple(tuple(float(value) for value in row) for row in values["thresholds"])
            if len(sizes) != len(thresholds) or not sizes or any(len(row) != len(RATES) for row in thresholds):
                raise ValueError("they have the wrong shape")
        except (KeyError, TypeError, ValueError, OverflowError) as problem:
            raise BadInput(f"Thresholds cannot be read: {problem}") from problem
        return cls(sizes, thresholds)


@torch.inference_mode()
def calibrate(
    network: SetMemory,
    keys: Keys,
    codes: Tensor,
    sizes: tuple[int, ...],
    random: Generator,
    sets: int = 60,
    asked: int = 4000,
) -> Calibration:
    """Thresholds for sets of these sizes, from ``asked`` non-members of each of ``sets`` sets of the tuning keys.

    Sizes that the tuning keys cannot fill are taken as the largest that they can. The memories of whole sets are used.
    """
    rows = []
    for n in sizes:
        logits = []
        for _ in range(sets):
            members = keys.draw(random, min(n, keys.most))
            memory = network.memorise(codes[members][None])
            others = keys.others(random, members, asked)
            different, where = np.unique(others, return_inverse=True)  # few tuning keys are asked many times
            logits.append(network.logits(memory, codes[different][None])[0].numpy()[where])
        rows.append(_thresholds(np.stack(logits)))
    return Calibration(sizes, tuple(rows))


def _thresholds(logits: NDArray[np.float32]) -> tuple[float, ...]:
    """For each of RATES the lowest threshold at which the mean rate over sets, and twice its standard error more, is at
    most that; ``logits`` [sets, asked]. Few tuning sets must not make a filter promise what it cannot keep.
    """
    levels = np.quantile(logits, 1 - np.array(RATES)).astype(np.float64)
    rates = np.stack([(logits >= level).mean(1) for level in levels])  # [levels, sets]
    upper = rates.mean(1) + 2 * rates.std(1, ddof=1) / math.sqrt(rates.shape[1])
    upper = np.maximum.accumulate(np.maximum(upper, 1e-9)) * (1 + 1e-9 * np.arange(len(upper)))
    found = np.interp(np.log(RATES), np.log(upper), levels)
    found[np.array(RATES) < upper[0]] = levels[0] + 1.0  # rarer than was ever seen: only the very surest
    return tuple(float(value) for value in found)
