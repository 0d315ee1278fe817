"""Hopfield networks: three rules for storing bits, and asynchronous recall.

Source: Hopfield 1982; Storkey 1997; Personnaz et al. 1985 (pseudo-inverse). Patterns are rows of -1 and 1.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

RuleName = Literal["hebb", "storkey", "pseudo-inverse"]
RULES: tuple[RuleName, ...] = ("hebb", "storkey", "pseudo-inverse")
SWEEPS = 20

Floats = NDArray[np.float64]


def floats(size: int) -> int:
    """Numbers in a symmetric weight matrix without diagonal, and thresholds."""
    return size * (size - 1) // 2 + size


def store(rule: RuleName, patterns: NDArray[np.float32]) -> Floats:
    """Weights of each task, [tasks, n, d] -> [tasks, d, d], zero diagonal."""
    x = patterns.astype(np.float64)
    tasks, _, size = x.shape
    weights: Floats
    if rule == "hebb":
        weights = x.swapaxes(1, 2) @ x / size
    elif rule == "pseudo-inverse":
        weights = np.linalg.pinv(x) @ x
    else:
        weights = np.zeros((tasks, size, size))
        for pattern in x.swapaxes(0, 1):
            weights += _storkey(weights, pattern)
    weights[:, np.arange(size), np.arange(size)] = 0
    return weights


def _storkey(weights: Floats, x: Floats) -> Floats:
    """One pattern's addition: (x_i x_j - x_i h_ji - h_ij x_j) / d, h_ij the field at i without units i and j."""
    size = x.shape[1]
    own = np.diagonal(weights, axis1=1, axis2=2) * x
    field = (weights @ x[..., None])[..., 0] - own
    h = field[:, :, None] - weights * x[:, None, :]  # [tasks, i, j]
    h[:, np.arange(size), np.arange(size)] += own  # i = j is left out once, not twice
    outer = x[:, :, None] * x[:, None, :]
    added: Floats = (outer - x[:, :, None] * h.swapaxes(1, 2) - h * x[:, None, :]) / size
    return added


def recall(
    random: Generator, weights: Floats, queries: NDArray[np.float32], *, free: NDArray[np.bool_] | None = None
) -> NDArray[np.float32]:
    """Queries [tasks, n, d] after asynchronous sign updates in random order, until none changes or SWEEPS sweeps.

    ``free``: which units may change (told the mask); None: all of them.
    """
    x = queries.astype(np.float64)
    for _ in range(SWEEPS):
        before = x.copy()
        for unit in random.permutation(x.shape[-1]):
            field = np.einsum("tnd,td->tn", x, weights[:, unit])
            new = np.where(field == 0, x[..., unit], np.sign(field))
            x[..., unit] = new if free is None else np.where(free[..., unit], new, x[..., unit])
        if (x == before).all():
            break
    return x.astype(np.float32)
