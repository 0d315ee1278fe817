"""The Kanerva machine: a Gaussian matrix memory with least-squares addresses and a Bayesian write.

Source: Wu, Wayne, Graves and Lillicrap 2018 (arXiv 1804.01756) and, for addressing by least squares and iterated
reading, Wu et al. 2018 (arXiv 1811.09556). Codes are principal components instead of a trained network's, so the
machine is exact as it stands and needs no training.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.associative.stores import Floats, Principal

NOISE = 0.1  # standard deviation of a code around what is read, in units of the codes' own
RIDGE = 1e-3
READS = 5


def rows_for(floats: int, code: int) -> int:
    """Most rows whose means (rows x code) and covariance (rows x rows) fit into ``floats``; at least 0."""
    return int((np.sqrt(code * code + 4 * floats) - code) / 2)


def recall(
    principal: Principal, patterns: Floats, queries: Floats, prior: Floats, *, floats: int
) -> tuple[Floats, int]:
    """Write ``patterns`` [n, d] one after another into a prior made of training codes, read ``queries`` [q, d].

    ``prior`` [m, d]: training patterns whose codes are the first rows' means. Returns answers [q, d] and floats used.
    """
    code = min(len(principal.components), max(1, floats // (2 * len(patterns))))
    rows = min(rows_for(floats, code), len(prior), len(patterns))  # more rows than patterns would fit the damage too
    if not rows:
        return np.broadcast_to(principal.mean, queries.shape), 0
    basis = principal.components[:code].astype(np.float64)
    written, asked, memory = (
        (x - principal.mean).astype(np.float64) @ basis.T for x in (patterns, queries, prior[:rows])
    )
    scale = max(float(written.std()), 1e-6)
    covariance = np.eye(rows)
    for z in written:
        memory, covariance = write(memory, covariance, _address(memory, z), z)
    found = asked
    for _ in range(READS):
        found = np.stack([_address(memory, z, scale) @ memory for z in found])
    answer: Floats = (principal.mean + found @ basis).astype(np.float32)
    return answer, rows * (code + rows)


def write(
    memory: NDArray[np.float64], covariance: NDArray[np.float64], weights: NDArray[np.float64], z: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The posterior mean and row covariance of a memory after code ``z`` was seen at the address ``weights``."""
    uncertain = weights @ covariance
    gain = uncertain / (uncertain @ weights + NOISE**2)
    after = covariance - np.outer(gain, uncertain)
    np.fill_diagonal(after, np.maximum(np.diagonal(after), 1e-6))
    return memory + np.outer(gain, z - weights @ memory), after


def _address(memory: NDArray[np.float64], z: NDArray[np.float64], scale: float = 1.0) -> NDArray[np.float64]:
    """Least-squares weights of the rows that make up a code."""
    gram = memory @ memory.T
    ridge = RIDGE * scale * scale * np.trace(gram) / len(gram) + 1e-9
    found: NDArray[np.float64] = np.linalg.solve(gram + ridge * np.eye(len(gram)), memory @ z)
    return found
