"""Optimal play of a trial whose chemistry is known: the search oracle.

Exact (section 5.3 of the specification notes on Wang et al. 2021): the best affordable combination of one path a
stone. Ties prefer fewer potions, as the recorded oracle does. Trials are independent once the chemistry is known, so
the sum over trials is the ceiling of an episode.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.alchemy.actions import CAULDRON, encode
from engine.alchemy.chemistry import STEPS, Chemistry
from engine.alchemy.planning_tables import GONE, STRIDE, options


class Plan(NamedTuple):
    """Points of the rest of the trial and the actions 1..39 that earn them: each stone's potions, then the cauldron."""

    value: int
    actions: tuple[int, ...]


def optimal_plan(chemistry: Chemistry, stones: NDArray[np.int8], potions: NDArray[np.int8], steps: int = STEPS) -> Plan:
    """Best plan for the rest of a trial.

    Parameters
    ----------
    chemistry
        The true chemistry; only its graph matters, as stones and potions are latent here.
    stones
        int8 [3] vertices, -1 where the stone is gone.
    potions
        int8 [12] latent potions, -1 where used.
    steps
        Actions left in the trial.

    Returns
    -------
    The plan; it is empty where nothing can be earned.
    """
    table = options()
    graph = chemistry.graph
    vertices = [int(v) if v >= 0 else GONE for v in stones]
    held = [int(np.count_nonzero(potions == potion)) for potion in range(6)]
    best, chosen = 0, tuple(int(table.number[graph, v]) - 1 for v in vertices)
    for picks in itertools.product(*(range(int(table.number[graph, v])) for v in vertices)):
        pairs = list(zip(vertices, picks, strict=True))
        score = sum(int(table.score[graph, v, k]) for v, k in pairs)
        need = sum(int(table.need[graph, v, k]) for v, k in pairs)
        cost = sum(int(table.cost[graph, v, k]) for v, k in pairs)
        if score > best and cost <= steps and all(need >> 8 * p & 255 <= held[p] for p in range(6)):
            best, chosen = score, picks
    slots = [list(np.flatnonzero(potions == potion)) for potion in range(6)]
    actions = []
    for stone, (vertex, pick) in enumerate(zip(vertices, chosen, strict=True)):
        way = table.path[graph, vertex, pick]
        actions += [encode(stone, int(slots[potion].pop(0))) for potion in way[way >= 0]]
        if table.cost[graph, vertex, pick]:
            actions.append(encode(stone, CAULDRON))
    return Plan(-(-best // STRIDE), tuple(actions))
