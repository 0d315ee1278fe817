"""The hidden structure of an Alchemy episode, and its exact prior.

Source: Wang et al. 2021, "Alchemy: a benchmark and analysis toolkit for meta-RL agents" (arXiv 2102.02926), and the
reference implementation google-deepmind/dm_alchemy, whose order of topologies, maps and rotations is kept so that the
same seed gives the same episodes.

Conventions used everywhere in this package:

- *vertex*: latent stone, 0..7; bit k is set if latent coordinate k is +1; vertex 7 is the best stone;
- *potion*: latent potion type, 0..5, equal to ``2 * axis + (direction == +1)``;
- *colour*: perceived potion, 0..5, equal to ``2 * pair + (perceived direction == +1)``;
- *appearance*: perceived stone, three values in {-1, 0, +1}: colour, size, roundness.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

STONES = 3  # stones in a trial
POTIONS = 12  # potions in a trial
TRIALS = 10  # trials in an episode
STEPS = 20  # steps in a trial at most
CHEMISTRIES = 167_424  # 48 potion maps x 8 stone maps x 109 graphs x 4 rotations

COLOUR_NAMES = ("red", "green", "orange", "yellow", "pink", "turquoise")
AXIS_WORDS = (("purple", "blurple", "blue"), ("small", "medium", "large"), ("pointy", "somewhat pointy", "round"))

COORDINATES: NDArray[np.int8] = np.array([[1 if v >> k & 1 else -1 for k in range(3)] for v in range(8)], np.int8)
"""Latent coordinates of each vertex, int8 [8, 3]; also the eight sign patterns of stone map and potion directions."""

REWARDS: NDArray[np.int8] = np.array([c.sum() + (12 if v == 7 else 0) for v, c in enumerate(COORDINATES)], np.int8)
"""What the cauldron pays for each vertex, int8 [8]: -3, -1, +1 or 15."""

INDICATORS: NDArray[np.int8] = COORDINATES.sum(axis=1, dtype=np.int8)
"""The value shown on a stone (the reward without the bonus), int8 [8]: -3, -1, 1 or 3."""

EDGES: tuple[tuple[int, int], ...] = tuple(
    (i, j) for i in range(8) for j in range(i + 1, 8) if (i ^ j).bit_count() == 1
)
"""The twelve edges of the cube as (lower, higher) vertex, in the order of every 12-vector."""

EDGE_OF: NDArray[np.int8] = np.array(
    [[EDGES.index((min(v, v ^ 1 << d), max(v, v ^ 1 << d))) for d in range(3)] for v in range(8)], np.int8
)
"""Index of the edge that leaves vertex v along axis d, int8 [8, 3]."""

PERMUTATIONS: NDArray[np.int8] = np.array(list(itertools.permutations(range(3))), np.int8)
"""The six assignments pair -> latent axis in lexicographic order, int8 [6, 3]."""

ROTATIONS: NDArray[np.int8] = np.array(
    [
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [[1, 1, 0], [-1, 1, 0], [0, 0, 1]],
        [[1, 0, -1], [0, 1, 0], [1, 0, 1]],
        [[1, 0, 0], [0, 1, 1], [0, -1, 1]],
    ],
    np.int8,
)
"""Matrices R with aligned appearance = R @ perceived appearance, int8 [4, 3, 3]; index 0 is no rotation."""


def _topologies() -> tuple[NDArray[np.bool_], NDArray[np.int8]]:
    """All connected topologies in the reference's order: open edges [109, 12] and number of constraints [109].

    Each axis may require -1, +1 or nothing (0) of each of the two other axes; an edge exists where all requirements of
    its axis hold. Of the 729 candidates those are kept that leave the cube connected.
    """
    patterns = list(itertools.product((-1, 1, 0), repeat=2))
    signs = COORDINATES.tolist()
    # Once for each axis and pattern rather than for each candidate: whoever imports this module waits for it.
    open_edges: dict[tuple[int, tuple[int, ...]], set[int]] = {}
    for axis, pattern in itertools.product(range(3), patterns):
        others = [d for d in range(3) if d != axis]
        open_edges[axis, pattern] = {
            e
            for e, (i, j) in enumerate(EDGES)
            if i ^ j == 1 << axis and all(r in (0, signs[i][d]) for r, d in zip(pattern, others, strict=True))
        }
    kept, constraints = [], []
    for candidate in itertools.product(patterns, repeat=3):
        found = set.union(*(open_edges[axis, pattern] for axis, pattern in enumerate(candidate)))
        if len(found) < 7:  # eight vertices need at least seven edges
            continue
        is_open = [e in found for e in range(len(EDGES))]
        reached = {0}
        for _ in range(7):
            reached |= {b for e, (i, j) in enumerate(EDGES) if is_open[e] for a, b in ((i, j), (j, i)) if a in reached}
        if len(reached) == 8:
            kept.append(is_open)
            constraints.append(sum(r != 0 for pattern in candidate for r in pattern))
    return np.array(kept, bool), np.array(constraints, np.int8)


GRAPHS, GRAPH_CONSTRAINTS = _topologies()

GRAPH_PRIOR: NDArray[np.float64] = 0.25 / np.bincount(GRAPH_CONSTRAINTS)[GRAPH_CONSTRAINTS]
"""Prior over topologies, float64 [109]: the number of constraints (0..3) is uniform, then uniform inside the class."""


@dataclass(frozen=True, slots=True)
class Chemistry:
    """One hidden chemistry, as indices into the tables of this module.

    Attributes: ``potion_map`` 0..47 (8 * permutation + directions), ``stone_map`` 0..7, ``graph`` 0..108,
    ``rotation`` 0..3. Raises ValueError for an index out of range.
    """

    potion_map: int
    stone_map: int
    graph: int
    rotation: int = 0

    def __post_init__(self) -> None:
        for name, size in (("potion_map", 48), ("stone_map", 8), ("graph", len(GRAPHS)), ("rotation", 4)):
            value = getattr(self, name)
            if not 0 <= value < size:
                raise ValueError(f"{name} must be 0 to {size - 1}, not {value}")

    @property
    def dim_map(self) -> tuple[int, ...]:
        """Latent axis of each colour pair."""
        return tuple(int(d) for d in PERMUTATIONS[self.potion_map // 8])

    @property
    def dir_map(self) -> tuple[int, ...]:
        """Sign between perceived and latent direction, indexed by the *latent* axis."""
        return tuple(int(s) for s in COORDINATES[self.potion_map % 8])

    @property
    def edges_open(self) -> NDArray[np.bool_]:
        """Which of the twelve edges exist, bool [12]."""
        edges: NDArray[np.bool_] = GRAPHS[self.graph]
        return edges

    def to_json(self) -> dict[str, Any]:
        """The chemistry in the words of the published episode files."""
        return {
            "potion_dim_map": list(self.dim_map),
            "potion_dir_map": list(self.dir_map),
            "stone_map": [int(s) for s in COORDINATES[self.stone_map]],
            "edges_open": [int(e) for e in self.edges_open],
            "rotation": self.rotation,
        }


def sample_items(random: np.random.RandomState) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Vertices [3] and latent potions [12] of one trial, drawn as the reference draws them."""
    stones = [random.randint(8) for _ in range(STONES)]
    potions = [random.randint(6) for _ in range(POTIONS)]
    return np.array(stones, np.int8), np.array(potions, np.int8)


@lru_cache(maxsize=1)
def colour_to_potion() -> NDArray[np.int8]:
    """Latent potion of each colour under each potion map, int8 [48, 6]."""
    table = np.empty((48, 6), np.int8)
    for index in range(48):
        dims, directions = PERMUTATIONS[index // 8], COORDINATES[index % 8]
        for colour in range(6):
            axis, perceived = dims[colour // 2], 1 if colour % 2 else -1
            table[index, colour] = 2 * axis + (perceived * directions[axis] == 1)
    return table


@lru_cache(maxsize=1)
def vertex_to_appearance() -> NDArray[np.int8]:
    """Perceived appearance of each vertex, int8 [4 rotations, 8 stone maps, 8 vertices, 3]."""
    aligned = COORDINATES[:, None, :] * COORDINATES[None, :, :]  # [map, vertex, 3]: a_k = c_k * m_k
    inverse = np.linalg.inv(ROTATIONS.astype(float))
    appearances: NDArray[np.int8] = np.rint(np.einsum("rij,mvj->rmvi", inverse, aligned)).astype(np.int8)
    return appearances


@lru_cache(maxsize=1)
def transitions() -> NDArray[np.int8]:
    """Vertex after a latent potion on a vertex in each graph, int8 [109 graphs, 8 vertices, 6 potions]."""
    table = np.empty((len(GRAPHS), 8, 6), np.int8)
    for vertex in range(8):
        for potion in range(6):
            axis, direction = potion // 2, 1 if potion % 2 else -1
            moves = COORDINATES[vertex, axis] == -direction
            edge_open = GRAPHS[:, EDGE_OF[vertex, axis]]
            table[:, vertex, potion] = np.where(moves & edge_open, vertex ^ 1 << axis, vertex)
    return table
