"""Who wrote the word that is read here, from which input, and who read it later. No Qt in here.

A word is the sum of the changes made to it since it was last cleared. Each change is one write's share of the word as
it is read: share_i = <change_i, word> / <word, word>, which add up to one. Where no words were recorded, the shares
are the write weights since the word was last cleared, each discounted by what later writes cover.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gui.pages.memory.trace import ERASE, LEAST, READ, WRITE, Trace

FAINT = 0.05  # reads and shares below this are not drawn as arcs
MOST = 24


@dataclass(frozen=True)
class Source:
    """One write behind a word: at ``step`` with ``weight`` (of the heads together), ``share`` of the word."""

    step: int
    weight: float
    share: float


@dataclass(frozen=True)
class Life:
    """Steps at which a slot was written, read and cleared, and the weights of the first two."""

    writes: tuple[tuple[int, float], ...]
    reads: tuple[tuple[int, float], ...]
    clears: tuple[int, ...]


def _by_step(rows: NDArray[np.void]) -> list[tuple[int, float]]:
    """(step, largest weight) in order."""
    steps, start = np.unique(rows["step"], return_inverse=True)
    weights = np.zeros(len(steps), np.float32)
    np.maximum.at(weights, start, rows["weight"])
    return list(zip(steps.tolist(), weights.tolist(), strict=True))


def life(trace: Trace, slot: int) -> Life:
    """Everything that happened to a slot with a weight of at least LEAST."""
    rows = trace.at(slot)
    rows = rows[rows["weight"] >= LEAST]
    return Life(
        tuple(_by_step(rows[rows["kind"] == WRITE])),
        tuple(_by_step(rows[rows["kind"] == READ])),
        tuple(np.unique(rows["step"][rows["kind"] == ERASE]).tolist()),
    )


def sources(trace: Trace, slot: int, step: int) -> tuple[Source, ...]:
    """The writes that made the word as it is read at ``step`` (reads come after the writes of their step), by share,
    largest first; empty where nothing was written since the word was last cleared.
    """
    rows = trace.at(slot)
    rows = rows[rows["step"] <= step]
    clears = rows["step"][(rows["kind"] == ERASE) & (rows["weight"] >= 0.5)]
    cleared = int(clears.max()) if len(clears) else -1
    writes = rows[(rows["kind"] == WRITE) & (rows["step"] >= cleared) & (rows["weight"] > 0)]
    weights = dict(_by_step(writes))
    if not weights:
        return ()
    shares = _word_shares(trace, slot, step, cleared) or _weight_shares(weights)
    found = [Source(at, weight, shares.get(at, 0.0)) for at, weight in weights.items()]
    return tuple(sorted(found, key=lambda source: (-source.share, -source.step)))


def _word_shares(trace: Trace, slot: int, step: int, cleared: int) -> dict[int, float]:
    steps, words = trace.history(slot)
    upto = (steps <= step) & (steps >= cleared)
    steps, words = steps[upto], words[upto].astype(np.float64)
    if not len(steps) or not np.isfinite(words).all():
        return {}
    total = float(words[-1] @ words[-1])
    if total < 1e-12:
        return {}
    changes = np.diff(words, axis=0, prepend=np.zeros((1, words.shape[1])))
    shares: dict[int, float] = {}
    for at, share in zip(steps.tolist(), (changes @ words[-1] / total).tolist(), strict=True):
        shares[at] = shares.get(at, 0.0) + share
    return shares


def _weight_shares(weights: dict[int, float]) -> dict[int, float]:
    left, shares = 1.0, {}
    for at in sorted(weights, reverse=True):
        shares[at] = left * weights[at]
        left *= 1 - min(weights[at], 1.0)
    total = sum(shares.values()) or 1.0
    return {at: share / total for at, share in shares.items()}


def readers(trace: Trace, slot: int, step: int) -> tuple[tuple[int, float], ...]:
    """Reads (step, weight) of the word that a write at ``step`` put there, until the slot is cleared again."""
    rows = trace.at(slot)
    clears = rows["step"][(rows["kind"] == ERASE) & (rows["step"] > step) & (rows["weight"] >= 0.5)]
    until = int(clears.min()) if len(clears) else np.iinfo(np.int32).max
    found = rows[(rows["kind"] == READ) & (rows["step"] >= step) & (rows["step"] < until) & (rows["weight"] >= FAINT)]
    return tuple(sorted(_by_step(found), key=lambda read: -read[1])[:MOST])


def reads_at(trace: Trace, step: int, head: int = -1, least: float = FAINT) -> tuple[tuple[int, float], ...]:
    """Slots read at a step (by ``head``, -1 any) with their largest weight, largest first."""
    rows = trace.during(step)
    rows = rows[(rows["kind"] == READ) & (rows["weight"] >= least)]
    if head >= 0:
        rows = rows[rows["head"] == head]
    best: dict[int, float] = {}
    for slot, weight in zip(rows["slot"].tolist(), rows["weight"].tolist(), strict=True):
        best[slot] = max(best.get(slot, 0.0), weight)
    return tuple(sorted(best.items(), key=lambda item: -item[1]))
