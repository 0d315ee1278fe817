"""How long each trial of a water maze took, and whether the second was quicker than the first.

Second trials exist only where the first ended early, so that even a random agent seems to become quicker. Both ratios
here are taken over the same episodes for both trials; the capped one errs against the claim of memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

CAP, LATEST_START, TRIALS = 60, 140, 8
"""Steps at which a latency is cut off, step by which trial 2 must have begun, and trials reported."""


@dataclass(frozen=True, slots=True)
class Trials:
    """``start`` and ``latency`` int64 [N, TRIALS], steps; -1 where there was no such trial or no contact in it."""

    start: NDArray[np.int64]
    latency: NDArray[np.int64]


def trials_of(on: Tensor, teleported: Tensor) -> Trials:
    """Trials of N episodes from bool [T, N] of a :class:`engine.control.episodes.Play`."""
    felt, thrown = on.numpy(), teleported.numpy()
    count = felt.shape[1]
    start = np.full((count, TRIALS), -1, np.int64)
    latency = np.full((count, TRIALS), -1, np.int64)
    for n in range(count):
        begins = [0, *(np.flatnonzero(thrown[:, n]) + 1)]
        ends = [*begins[1:], len(felt)]
        for k, (begin, end) in enumerate(zip(begins[:TRIALS], ends[:TRIALS], strict=True)):
            start[n, k] = begin
            contact = np.flatnonzero(felt[begin:end, n])
            if len(contact):
                latency[n, k] = contact[0] + 1
    return Trials(start, latency)


def summary(trials: Trials) -> dict[str, Any]:
    """What ``athanor run control`` says of a maze.

    ``latency``: mean steps of each trial over the episodes with a contact in it (None: none); ``latency_capped``: over
    eligible episodes, a missing contact counting as the cap; ``latency_ratio``: capped trial 2 over capped trial 1;
    ``latency_ratio_paired``: over the episodes with both contacts; ``found``: share of episodes with any contact.
    """
    latency, start = trials.latency, trials.start
    eligible = (start[:, 1] >= 0) & (start[:, 1] <= LATEST_START)
    capped = np.where(latency < 0, CAP, np.minimum(latency, CAP)).astype(float)
    both = (latency[:, 0] > 0) & (latency[:, 1] > 0)
    means = [_mean(column[column > 0].astype(float)) for column in latency.T]
    censored = [int(((latency[:, k] < 0) & (start[:, k] >= 0)).sum()) for k in range(TRIALS)]
    return {
        "latency": means,
        "latency_capped": [_mean(capped[eligible & (start[:, k] >= 0), k]) for k in range(3)],
        "latency_ratio": _ratio(capped[eligible, 1], capped[eligible, 0]),
        "latency_ratio_paired": _ratio(latency[both, 1].astype(float), latency[both, 0].astype(float)),
        "eligible": int(eligible.sum()),
        "censored": censored,
        "found": float((latency[:, 0] > 0).mean()),
    }


def _mean(values: NDArray[np.float64]) -> float | None:
    return float(values.mean()) if len(values) else None


def _ratio(upper: NDArray[np.float64], lower: NDArray[np.float64]) -> float | None:
    return float(upper.mean() / lower.mean()) if len(upper) else None
