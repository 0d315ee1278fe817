"""Memories that keep patterns, or codes of them, in slots: what an energy-based memory has to beat.

A query is matched by its trimmed distance: squared differences without the largest ones, as many as may be damaged.
That tells a stored pattern from the others without being told where the damage is. Slots that are too few keep the
first patterns; the others are lost, and for them the best answer is the query as it came.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SOFTNESS = 20.0  # inverse temperature of the modern Hopfield network on unit-length patterns


def trimmed(queries: Floats, kept: Floats, damaged: float) -> NDArray[np.float64]:
    """Squared distance without the largest share ``damaged`` of differences: [q, d], [k, d] -> [q, k]."""
    squared = np.square(queries[:, None] - kept[None], dtype=np.float32)
    stay = squared.shape[-1] - round(damaged * squared.shape[-1])
    found: NDArray[np.float64] = np.partition(squared, stay - 1, axis=-1)[..., :stay].sum(-1, dtype=np.float64)
    return found


def raw_slots(patterns: Floats, queries: Floats, *, floats: int, damaged: float, slack: float = 1e-6) -> Floats:
    """Nearest kept pattern where it explains all but the damage, else the query: [n, d], [q, d] -> [q, d].

    ``slack``: trimmed distance up to which it explains a query.
    """
    kept = patterns[: floats // patterns.shape[1]]
    if not len(kept):
        return queries
    distance = trimmed(queries, kept, damaged)
    best = distance.argmin(1)
    explains = distance[np.arange(len(queries)), best] < slack
    return np.where(explains[:, None], kept[best], queries)


def modern_hopfield(patterns: Floats, queries: Floats, *, floats: int) -> Floats:
    """One step of the modern Hopfield network [Ramsauer et al. 2020]: a softmax mean of kept patterns."""
    kept = patterns[: floats // patterns.shape[1]]
    if not len(kept):
        return queries
    scores = SOFTNESS * (queries @ kept.T) / patterns.shape[1]
    weights = np.exp(scores - scores.max(1, keepdims=True))
    mean: Floats = (weights / weights.sum(1, keepdims=True)) @ kept
    return mean


@dataclass(frozen=True)
class Principal:
    """Principal components of a training set: ``mean`` [d], ``components`` [k, d], orthonormal, largest first.

    They are slow, shared knowledge, like an energy network's static weights, and not counted as memory.
    """

    mean: Floats
    components: Floats

    def reduced(self, patterns: Floats, size: int) -> Floats:
        """What codes of ``size`` values keep of patterns [n, d]."""
        basis = self.components[:size]
        return (self.mean + (patterns - self.mean) @ basis.T @ basis).astype(np.float32)

    @classmethod
    def of(cls, train: Floats, most: int) -> Principal:
        """At most ``most`` components of ``train`` [n, d]: of at most 5,000 rows, of large patterns 1,000."""
        size = train.shape[1]
        some = train[:: max(1, -(-len(train) // (5000 if size <= 1000 else 1000)))].astype(np.float64)
        mean = some.mean(0)
        rows = some - mean
        if len(rows) >= size:
            _, vectors = np.linalg.eigh(rows.T @ rows)
            components = vectors.T[::-1][:most]
        else:  # fewer rows than values: the same directions from the smaller matrix
            values, vectors = np.linalg.eigh(rows @ rows.T)
            kept = [k for k in range(len(rows) - 1, -1, -1) if values[k] > 1e-9 * values[-1]][:most]
            components = (rows.T @ (vectors[:, kept] / np.sqrt(values[kept]))).T
        return cls(mean.astype(np.float32), components.astype(np.float32))


def pca_codes(principal: Principal, patterns: Floats, queries: Floats, *, floats: int, damaged: float) -> Floats:
    """Each pattern kept as the largest code that fits; the nearest decoded pattern is the answer."""
    size = min(floats // len(patterns), len(principal.components))
    if not size:
        return np.broadcast_to(principal.mean, queries.shape)
    decoded = principal.reduced(patterns, size)
    answer: Floats = decoded[trimmed(queries, decoded, damaged).argmin(1)]
    return answer


def memory_network(principal: Principal, patterns: Floats, queries: Floats, *, floats: int, damaged: float) -> Floats:
    """The same codes in as many slots, read by attention: a softmax of trimmed distances [Weston et al. 2015]."""
    size = min(floats // len(patterns), len(principal.components))
    if not size:
        return np.broadcast_to(principal.mean, queries.shape)
    decoded = principal.reduced(patterns, size)
    distance = trimmed(queries, decoded, damaged)
    scores = SOFTNESS * (distance.min(1, keepdims=True) - distance) / max(float(distance.mean()), 1e-9)
    weights = np.exp(scores).astype(np.float32)
    answer: Floats = (weights / weights.sum(1, keepdims=True)) @ decoded
    return answer


def mean_fill(train_mean: Floats, queries: Floats, mask: NDArray[np.bool_]) -> Floats:
    """The mean training pattern pasted where the damage is: told the mask, no memory."""
    return np.where(mask, train_mean, queries)


def nearest_fill(train: Floats, queries: Floats, mask: NDArray[np.bool_]) -> Floats:
    """The nearest training pattern pasted where the damage is: told the mask, no memory of the task."""
    rows = train[:: max(1, len(train) // 2000)]
    answer = queries.copy()
    for query, hidden, out in zip(queries, mask, answer, strict=True):
        seen = ~hidden
        best = np.square(rows[:, seen] - query[seen]).sum(1).argmin()
        out[hidden] = rows[best, hidden]
    return answer
