"""Planning a trial under uncertainty: from a belief and the things on the table to the value of every action."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.alchemy import planning_kernels as kernels
from engine.alchemy.belief import Belief
from engine.alchemy.chemistry import INDICATORS, STEPS, colour_to_potion
from engine.alchemy.hypotheses import GRAPH_ORDER, RANK_WEIGHTS, appearance_code, vertex_codes
from engine.alchemy.planning_tables import BEST_BONUS, GONE, options
from engine.errors import BadInput

DEPTHS = 14  # a trial has twelve potions
MEMO = 1 << 15
NO_LOOK = -1


@dataclass(frozen=True, slots=True)
class Table:
    """What lies on the table.

    Attributes: ``looks`` of the stones (as of ``look``; -1 gone), potions ``held`` of each colour, ``moves`` left.
    """

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

    Attributes: ``points`` expected points of the rest of the trial, ``bonus`` worth in points of later trials of what
    will be known then (0 or less: the cost of not knowing); ``actions`` float64 [3 stones, 6 colours, 2] the same of
    each potion use, nan where impossible or a repetition of an equal stone (what cannot be best is only estimated);
    ``stop`` points for cashing at once and ``stop_bonus`` with it; ``complete`` whether the search ended at the end
    of the trial everywhere; ``evaluations`` its cost.
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


def _vertices(row: NDArray[np.int64], table: Table) -> NDArray[np.int64]:
    """Vertex of each stone under each hypothesis, int64 [K, 3]; raises BadInput where one has no such stone."""
    vertex = np.full((len(row), 3), GONE, np.int64)
    for stone, seen in enumerate(table.looks):
        if seen != NO_LOOK:
            matches = (_look_table() == seen)[row]
            if not matches.any(axis=1).all():
                raise BadInput(
                    "No possible chemistry agrees with the stones on the table: let the belief see them first"
                )
            vertex[:, stone] = matches.argmax(axis=1)
    return vertex


def _entropy(weight: NDArray[np.float64]) -> float:
    return float(-(weight @ np.log2(weight)))


def warm_up() -> None:
    """Compile the search or load its machine code: 8 s at the first use on a computer, 0.3 s later."""
    corner = np.ones(3, np.int8)
    table = Table((NO_LOOK, NO_LOOK, look(corner, 1)), (1, 1, 0, 0, 0, 0), STEPS)
    Planner(8, 1).worth(Belief.prior().see(corner, 1), table)


class Planner:
    """Searches with at most ``particles`` hypotheses and about ``budget`` evaluations.

    Hypotheses that predict the same for everything on the table are searched as one. Where more are different, a
    systematic sample of the posterior stands for it. The search starts ``depth`` potions deep and deepens by one at a
    time while the budget allows; behind it, gains are discounted by ``discount`` for each bit not yet known. ``strict``
    demands a complete search of all hypotheses instead and raises BadInput where the budget does not allow it.
    ``best_bonus`` is what the best stone pays on top of 3. One planner serves one thread: it keeps its work space.
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

    def worth(
        self, belief: Belief, table: Table, *, offset: float = 0.5, bit_worth: float = 0.0, glance: bool = False
    ) -> Worth:
        """Value of a table.

        Parameters
        ----------
        belief
            Exact posterior that has seen the stones on the table.
        table
            What lies on the table.
        offset
            0 to 1, where the systematic sample starts.
        bit_worth
            What a bit still unknown at the end of the trial will cost in later trials, in points.
        glance
            Search one potion deep only (ignored by a strict planner).

        Raises
        ------
        BadInput : the belief excludes the table, or the planner is strict and the search is too long.
        """
        if not any(seen != NO_LOOK for seen in table.looks):
            return Worth(0.0, 0.0, np.full((3, 6, 2), np.nan), 0.0, 0.0, True, 0)
        indices = belief.indices()
        weight = RANK_WEIGHTS[indices // 1536] / belief.mass
        word, row = np.divmod(indices, 32)
        rank, potion_map = np.divmod(word, 48)
        graph, potion = GRAPH_ORDER[rank].astype(np.int64), colour_to_potion()[potion_map].astype(np.int64)
        vertex = _vertices(row, table)
        held = np.uint64(sum(count << 8 * colour for colour, count in enumerate(table.held)))
        hashes = kernels.signatures(graph, potion, row, vertex, held, _look_table(), self._options.after)
        _, chosen, groups = np.unique(hashes, return_index=True, return_inverse=True)
        weight = np.asarray(np.bincount(groups, weight), np.float64)
        bits = _entropy(weight)
        hopeless = belief.entropy().total - bits  # nothing on the table can reveal these
        if len(weight) > self.particles:
            order = np.argsort(chosen)  # neighbours are alike, so that a systematic sample is a stratified one
            picked, share = self._sample(weight[order], offset)
            chosen, weight = chosen[order][picked], share
        n = len(chosen)
        self._scratch.vertex[0, :n], self._scratch.ids[0, :n] = vertex[chosen], np.arange(n)
        setting = np.array([max(0.0, bits - _entropy(weight)), self.discount, bit_worth, bit_worth / 2])
        scene = kernels.Scene(
            graph[chosen],
            potion[chosen],
            row[chosen],
            weight,
            self._mark,
            _look_table(),
            self._pay,
            setting,
            *self._options[:4],
            self._options.after,
        )
        return self._deepen(scene, n, table, held, glance, -bit_worth * max(0.0, hopeless))

    def _sample(self, weight: NDArray[np.float64], offset: float) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Places and weights of a systematic sample with about ``particles`` members."""
        if self.strict:
            raise BadInput(
                f"Exact planning takes at most {self.particles} different chemistries, here are {len(weight)}"
            )
        cumulative = np.cumsum(weight)
        aims = (np.arange(self.particles) + offset) / self.particles * cumulative[-1]
        places = np.minimum(np.searchsorted(cumulative, aims, side="right"), len(weight) - 1)
        picked, counts = np.unique(places, return_counts=True)
        return picked, counts / counts.sum()

    def _deepen(
        self, scene: kernels.Scene, n: int, table: Table, held: np.uint64, glance: bool, unknowable: float
    ) -> Worth:
        scratch = self._scratch
        potions = max(1, min(sum(table.held), table.moves))
        left = potions if self.strict else min(1 if glance else self.depth, potions)
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
            if complete or glance or spent + 4 * cost > self.budget:  # one potion deeper costs about four times as much
                break
            left += 1
        stop = float(kernels.cash(scene, table.looks, table.moves))
        bits = scene.setting[0] + _entropy(scene.weight)
        root = scratch.root.reshape(3, 6, 2) + np.array([0.0, unknowable])
        stop_bonus = unknowable - float(scene.setting[2] * bits)
        return Worth(float(points), float(bonus) + unknowable, root, stop, stop_bonus, complete, spent)
