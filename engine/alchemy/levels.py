"""Levels: what is hidden, and from which prior it is drawn.

Source: level names and order of random draws of google-deepmind/dm_alchemy (symbolic_alchemy.py, graphs.py), so that
a seed gives the reference's episodes; Wang et al. 2021, section 3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from engine.alchemy.chemistry import COORDINATES, EDGES, GRAPH_PRIOR, GRAPHS, Chemistry
from engine.errors import BadInput

BENCHMARK = "alchemy/perceptual_mapping_randomized_with_rotation_and_random_bottleneck"
EVALUATION = "alchemy/perceptual_mapping_randomized_with_random_bottleneck"
LEVELS = (
    BENCHMARK,
    EVALUATION,
    "alchemy/perceptual_mapping_randomized_with_rotation",
    "alchemy/perceptual_mapping_randomized",
    "alchemy/perceptual_mapping_randomized_with_bottleneck1",
    "alchemy/perceptual_mapping_randomized_with_bottleneck2",
    "alchemy/perceptual_mapping_randomized_with_bottleneck3",
    "alchemy/all_fixed",
)
"""The useful ones, to choose from; ``Level.parse`` takes any name of the reference's pattern."""

IDENTITY_MAP = 7  # potion map (0, 1, 2), directions +++; also the stone map +++


@lru_cache(maxsize=1)
def _graph_of_edges() -> dict[bytes, int]:
    return {edges.tobytes(): index for index, edges in enumerate(GRAPHS)}


def graph_index(edges_open: NDArray[np.bool_]) -> int:
    """Index of the topology with these open edges, bool [12]; raises ValueError where none of the 109 has them."""
    index = _graph_of_edges().get(np.asarray(edges_open, bool).tobytes())
    if index is None:
        raise ValueError("no admissible graph has exactly these open edges")
    return index


def constrained_graph(requirements: dict[tuple[int, int], int]) -> int:
    """Index of the topology in which axis d has an edge only where coordinate e is s, for each ``{(d, e): s}``."""
    edges = []
    for low, high in EDGES:
        axis = (low ^ high).bit_length() - 1
        edges.append(all(COORDINATES[low][e] == s for (d, e), s in requirements.items() if d == axis))
    return graph_index(np.array(edges))


FULL_CUBE = constrained_graph({})
_BOTTLENECKS = {
    "bottleneck1": constrained_graph({(0, 1): -1, (0, 2): 1}),
    "bottleneck2": constrained_graph({(0, 1): -1}),
    "bottleneck3": constrained_graph({(0, 1): -1, (0, 2): 1, (2, 1): -1}),
}
_WORDS = re.compile(
    r"alchemy/|perceptual_mapping_randomized|all_fixed|random_bottleneck|bottleneck[123]|rotation|with|and|_"
)


@dataclass(frozen=True, slots=True)
class Level:
    """What is hidden in a level.

    Attributes: ``random_maps`` whether potion and stone map are drawn (else both identity), ``graph`` the fixed graph
    or None for the 109-graph prior, ``random_rotation`` whether one of the four rotations is drawn (else identity).
    """

    random_maps: bool = True
    graph: int | None = None
    random_rotation: bool = True

    @classmethod
    def parse(cls, name: str) -> Level:
        """The level that the reference makes of this name, which it reads by substring.

        Raises BadInput for a name with anything else in it.
        """
        if not name or _WORDS.sub("", name):
            raise BadInput(
                f"There is no Alchemy level {name[:200]!r}; a name may contain perceptual_mapping_randomized or "
                "all_fixed, rotation, and random_bottleneck, bottleneck1, bottleneck2 or bottleneck3"
            )
        graph: int | None = FULL_CUBE
        if "random_bottleneck" in name:
            graph = None
        else:
            graph = next((index for word, index in _BOTTLENECKS.items() if word in name), FULL_CUBE)
        return cls("perceptual_mapping_randomized" in name, graph, "rotation" in name)

    def admits(self, chemistry: Chemistry) -> bool:
        """Whether this chemistry can occur in the level."""
        return (
            (self.random_maps or (chemistry.potion_map, chemistry.stone_map) == (IDENTITY_MAP, IDENTITY_MAP))
            and self.graph in (None, chemistry.graph)
            and (self.random_rotation or chemistry.rotation == 0)
        )

    @property
    def name(self) -> str:
        """The reference's name of this level; ValueError for a fixed graph that no name stands for."""
        bottleneck = {None: "random_bottleneck", FULL_CUBE: ""} | {index: word for word, index in _BOTTLENECKS.items()}
        if self.graph not in bottleneck:
            raise ValueError("no level of the reference has this fixed graph")
        extras = [word for word in ("rotation" * self.random_rotation, bottleneck[self.graph]) if word]
        base = "perceptual_mapping_randomized" if self.random_maps else "all_fixed"
        return "alchemy/" + base + ("_with_" + "_and_".join(extras) if extras else "")


def sample_chemistry(random: RandomState, level: Level) -> Chemistry:
    """A chemistry from the level's prior, drawn in the reference's order (potion map, stone map, graph, rotation)."""
    potion_map = random.randint(48) if level.random_maps else IDENTITY_MAP
    stone_map = random.randint(8) if level.random_maps else IDENTITY_MAP
    if level.graph is None:
        graph = int(random.choice(len(GRAPHS), p=GRAPH_PRIOR.astype(np.float32)))
    else:
        random.choice(1, p=np.ones(1, np.float32))  # the reference chooses among one graph, which uses up a draw
        graph = level.graph
    rotation = int(random.choice(4)) if level.random_rotation else 0
    return Chemistry(int(potion_map), int(stone_map), graph, rotation)
