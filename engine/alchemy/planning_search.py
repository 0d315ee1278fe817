"""Planning a trial under uncertainty: from a belief and the things on the table to the value of every action."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.alchemy import planning_kernels as kernels
from engine.alchemy.belief import Belief
from engine.alchemy.chemistry import INDICATORS, colour_to_potion
from engine.alchemy.hypotheses import GRAPH_ORDER, RANK_WEIGHTS, appearance_code, vertex_codes
from engine.alchemy.planning_tables import BEST_BONUS, GONE, options
from engine.errors import BadInput

DEPTHS = 14  # a trial has twelve potions
MEMO = 1 << 15
NO_LOOK = -1


@dataclass(frozen=True, slots=True)
class Table:
    """What lies on the table: ``looks`` of the three stones (``look``; -1 gone), potions ``held`` of each colour, ``moves`` left."""

    looks: tuple[int, int, int]
    held: tuple[int, ...]
    moves: int

    def without(self, stone: int) -> Table:
        """The same table after a stone went into the cauldron."""
        looks = [NO_LOOK if i == stone else look for i, look in enumerate(self.looks)]
        return Table((looks[0], looks[1], looks[2]), self.held, self.moves - 1)


@dataclass(frozen=True, slots=True)
class Worth:
    """Value of a table.

    Attributes: ``points`` expected points of the rest of the trial, ``bonus`` worth in points of later trials of what will be
    known then (0 or less: the cost of not knowing); ``actions`` float64 [3 stones, 6 colours, 2] the same of each potion use,
    nan where impossible, certainly useless or a repetition of an equal stone; ``stop`` points for cashing at once and
    ``stop_bonus`` with it; ``complete`` whether the search ended at the end of the trial everywhere; ``evaluations`` its cost.
    """

    points: float
    bonus: float
    actions: NDArray[np.float64]
    stop: float
    stop_bonus: float
    complete: bool
    evaluations: int


def look(appearance: NDArray[np.int8], indicator: int) -> int:
    """Number of what a stone looks like: 4 * appearance code + place of its indicator in (-3, -1, 1, 3)."""
    return 4 * int(appearance_code(appearance)) + (int(indicator) + 3) // 2


@lru_cache(maxsize=1)
def _look_table() -> NDArray[np.int64]:
    """Look of each vertex, int64 [32 (stone map, rotation), 9 vertices]; the last is a stone that is gone."""
    table = np.full((32, 9), NO_LOOK, np.int64)
    table[:, :8] = 4 * vertex_codes().astype(np.int64) + (INDICATORS + 3) // 2
    return table


class Planner:
    """Searches with at most ``particles`` hypotheses and about ``budget`` evaluations.

    Where more hypotheses are possible, a systematic sample of the posterior stands for it. Deepens the search by one potion at
    a time while the budget allows; ``strict`` demands a complete search of all hypotheses instead and raises BadInput
    where the budget does not allow it. ``discount`` and ``bit_worth`` as in ``worth``; ``best_bonus`` is what the best stone pays on top of 3.
    """

    def __init__(
        self,
        particles: int,
        budget: int,
        *,
        depth: int = 1,
        discount: float = 0.0,
        strict: bool = False,
        best_bonus: int = BEST_BONUS,
    ) -> None:
        self.particles, self.budget, self.depth, self.discount, self.strict = particles, budget, depth, discount, strict
        self._options = options(best_bonus)
        self._pay = np.array([-3.0, -1.0, 1.0, 3.0 + best_bonus])
        self._mark = np.random.RandomState(0).randint(1, 2**63, particles, dtype=np.uint64)
        self._scratch = kernels.Scratch(
            np.zeros((DEPTHS, particles), np.int64),
            np.zeros((DEPTHS, particles, 3), np.int64),
            np.zeros(MEMO, np.uint64),
            np.zeros((MEMO, 2)),
            np.zeros(3, np.int64),
            np.zeros((kernels.ACTIONS, 2)),
        )

    def worth(self, belief: Belief, table: Table, *, offset: float = 0.5, bit_worth: float = 0.0) -> Worth:
        """Value of a table.

        Parameters
        ----------
        belief : exact posterior that has seen the stones on the table.
        offset : 0 to 1, where the systematic sample starts.
        bit_worth : what a bit still unknown at the end of the trial will cost in later trials, in points.

        Raises BadInput if the belief excludes the table, or if the planner is strict and the search is too long.
        """
        indices, weight = self._sample(belief, offset)
        word, row = np.divmod(indices, 32)
        rank, potion_map = np.divmod(word, 48)
        n = len(indices)
        missing = max(0.0, belief.entropy().total + float(weight @ np.log2(weight))) if n < belief.remaining else 0.0
        for stone, seen in enumerate(table.looks):
            matches = _look_table()[row] == seen
            if seen != NO_LOOK and not matches.any(axis=1).all():
                raise BadInput("No possible chemistry agrees with the stones on the table: let the belief see them first")
            self._scratch.vertex[0, :n, stone] = GONE if seen == NO_LOOK else matches.argmax(axis=1)
        self._scratch.ids[0, :n] = np.arange(n)
        graph, potion = GRAPH_ORDER[rank].astype(np.int64), colour_to_potion()[potion_map].astype(np.int64)
        setting = np.array([missing, self.discount, bit_worth, bit_worth / 2])
        scene = kernels.Scene(
            graph, potion, row, weight, self._mark, _look_table(), self._pay, setting, *self._options[:4], self._options.after
        )
        return self._deepen(scene, n, table)

    def _sample(self, belief: Belief, offset: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        indices = belief.indices()
        weight = RANK_WEIGHTS[indices // 1536].astype(np.float64)
        if len(indices) > self.particles:
            if self.strict:
                raise BadInput(f"Exact planning takes at most {self.particles} possible chemistries, here are {len(indices)}")
            cumulative = np.cumsum(weight)
            places = (np.arange(self.particles) + offset) / self.particles * cumulative[-1]
            chosen = np.minimum(np.searchsorted(cumulative, places, side="right"), len(indices) - 1)
            indices, counts = np.unique(indices[chosen], return_counts=True)
            weight = counts.astype(np.float64)
        return indices, weight / weight.sum()

    def _deepen(self, scene: kernels.Scene, n: int, table: Table) -> Worth:
        scratch = self._scratch
        held = np.uint64(sum(count << 8 * colour for colour, count in enumerate(table.held)))
        potions = max(1, min(sum(table.held), table.moves))
        left = potions if self.strict else min(self.depth, potions)
        spent = 0
        while True:
            scratch.keys[:] = 0
            scratch.tally[:] = 0, self.budget if self.strict else 1 << 60, 0
            scratch.root[:] = np.nan
            points, bonus = kernels.search(scene, scratch, 0, n, table.moves, left, table.looks, held, np.uint64(0))
            cost, cut = int(scratch.tally[0]), int(scratch.tally[2])
            spent += cost
            if self.strict and cost > self.budget:
                raise BadInput(
                    f"Exact planning of {sum(table.held)} potions with {n} possible chemistries takes more than "
                    f"{self.budget:,} evaluations; use the ideal observer that is not exact"
                )
            complete = cut == 0 or left >= potions
            if complete or spent + 4 * cost > self.budget:  # one potion deeper costs about four times as much
                break
            left += 1
        stop = float(kernels.cash(scene, table.looks, table.moves))
        bits = kernels.entropy(scene, 1.0, float(scene.weight @ np.log2(scene.weight)))
        root = scratch.root.reshape(3, 6, 2).copy()
        return Worth(float(points), float(bonus), root, stop, float(-scene.setting[2] * bits), complete, spent)
