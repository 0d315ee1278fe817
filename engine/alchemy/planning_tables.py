"""What a stone can become in a known chemistry, and which potions that takes.

With the chemistry known, stones only compete for potions: each stone follows a path through the open edges, and a set
of paths can be walked if the potions suffice, in whatever order. So per graph and vertex only few *options* matter: the
Pareto-minimal potion needs for each reward (five at most, section 5.3 of the specification notes on Wang et al.
2021), and the optimal value of a trial is the best affordable combination of one option a stone.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.alchemy.chemistry import EDGE_OF, GRAPHS, REWARDS, transitions

GONE = 8  # vertex of a stone that is no longer on the table
MOST = 6  # options of a stone at most, leaving it where it is without cashing it included
BEST_BONUS = 12  # extra reward of the best stone
STRIDE = 64  # an option's score is STRIDE * reward - potions, so that ties prefer fewer potions


class Options(NamedTuple):
    """Options of every stone in every graph, best score first; entries beyond ``number`` are zero.

    ``number`` int64 [109, 9 vertices (8 is gone)]; ``score`` int64, ``need`` uint64 (one byte per latent potion,
    lowest first), ``cost`` int64 (steps: potions + cauldron) [109, 9, 6]; ``path`` int8 [109, 9, 6, 7] latent potions
    in order, -1 after the last; ``after`` int64 [109, 9, 6 potions] the vertex that a potion leads to.
    """

    number: NDArray[np.int64]
    score: NDArray[np.int64]
    need: NDArray[np.uint64]
    cost: NDArray[np.int64]
    path: NDArray[np.int8]
    after: NDArray[np.int64]


def _simple_paths(start: int) -> list[tuple[int, int, tuple[int, ...]]]:
    """(end vertex, edges used as bits, latent potions in order) of all paths of the cube without a repeated vertex."""
    found: list[tuple[int, int, tuple[int, ...]]] = []

    def extend(vertex: int, visited: int, edges: int, potions: tuple[int, ...]) -> None:
        found.append((vertex, edges, potions))
        for axis in range(3):
            following = vertex ^ 1 << axis
            if not visited >> following & 1:
                potion = 2 * axis + (following >> axis & 1)
                extend(following, visited | 1 << following, edges | 1 << int(EDGE_OF[vertex, axis]), (*potions, potion))

    extend(start, 1 << start, 0, ())
    return found


def _packed(potions: tuple[int, ...]) -> int:
    return sum(1 << 8 * potion for potion in potions)


def _covers(larger: int, smaller: int) -> bool:
    """Whether every byte of ``larger`` is at least that of ``smaller``."""
    high = 0x808080808080
    return (larger | high) - smaller & high == high


@lru_cache(maxsize=2)
def options(bonus: int = BEST_BONUS) -> Options:
    """Options where the best stone pays 3 + ``bonus`` (12 in the game); 0.1 s when first needed."""
    rewards = [int(r) for r in REWARDS[:7]] + [3 + bonus]
    table = Options(
        np.ones((109, 9), np.int64),
        np.zeros((109, 9, MOST), np.int64),
        np.zeros((109, 9, MOST), np.uint64),
        np.zeros((109, 9, MOST), np.int64),
        np.full((109, 9, MOST, 7), -1, np.int8),
        np.full((109, 9, 6), GONE, np.int64),
    )
    table.after[:, :8] = transitions()
    closed = [sum(1 << e for e in range(12) if not graph[e]) for graph in GRAPHS]
    for vertex in range(8):
        paths = [path for path in _simple_paths(vertex) if rewards[path[0]] > 0]
        scored = sorted(
            ((STRIDE * rewards[end] - len(way), _packed(way), edges, way) for end, edges, way in paths), reverse=True
        )
        for graph, missing in enumerate(closed):
            kept: list[tuple[int, int, int, tuple[int, ...]]] = []
            for option in scored:
                if not option[2] & missing and not any(_covers(option[1], other[1]) for other in kept):
                    kept.append(option)
            for place, (score, need, _, way) in enumerate(kept):
                table.score[graph, vertex, place], table.need[graph, vertex, place] = score, need
                table.cost[graph, vertex, place] = len(way) + 1
                table.path[graph, vertex, place, : len(way)] = way
            table.number[graph, vertex] = len(kept) + 1  # the last one leaves the stone on the table
    return table
