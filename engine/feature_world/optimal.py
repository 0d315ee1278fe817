"""The exact best player: expected steps by dynamic programming over sets of rules.

With ``S`` the rules still possible and ``P(o)`` those under which object o pays,

    steps(S) = min over o of 1 + |S & P(o)| / |S| * steps(S & P(o)) + |S - P(o)| / |S| * steps(S - P(o)),

where in *find* the first reward ends the game. Objects that tell nothing are left out, sets are looked up by their
representative (``canonical``), and objects whose bound cannot beat the best found so far are skipped, which changes no
result.
"""

from __future__ import annotations

import math
from functools import lru_cache

from engine.errors import BadInput
from engine.feature_world.canonical import canonical
from engine.feature_world.world import World

MAX_SETS = 60_000
"""Sets of rules looked at before a world is refused as too large for exact planning."""

_TINY = 1e-12


class Planner:
    """Expected steps under best play, for one world; keeps what it has worked out."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._known: dict[int, float] = {}
        self._largest = max(pays.bit_count() for pays in world.pays)
        for size in range(len(world.rules) + 1):  # from small to large, so that nothing recurses deeply
            _relaxed(size, self._largest, world.goal)
            _relaxed(size, self._largest, "identify")

    def steps(self, possible: int) -> float:
        """Expected steps from here; raises BadInput where the world is too large."""
        if self.world.over(possible):
            return 0.0
        key = canonical(self.world, possible)
        if key not in self._known:
            if len(self._known) >= MAX_SETS:
                raise BadInput(
                    "This world is too large for exact optimal play; choose fewer dimensions or values, or the agent "
                    "greedy-information"
                )
            self._known[key] = self._search(key)[0]
        return self._known[key]

    def best(self, possible: int) -> int:
        """A best object to propose, always the same one; 0 where the game is over."""
        return self._search(possible)[1]

    def cost(self, possible: int, chosen: int) -> float:
        """Expected steps when ``chosen`` is proposed now and best play follows."""
        return self._cost(possible, possible & self.world.pays[chosen])

    def _search(self, possible: int) -> tuple[float, int]:
        """Least expected steps and an object that needs them."""
        found: dict[int, int] = {}
        for chosen, pays in enumerate(self.world.pays):
            if possible & pays and (possible & ~pays or self.world.goal == "find"):
                found.setdefault(possible & pays, chosen)
        best, choice = math.inf, 0
        for bound, _, chosen, paid in sorted(
            (self._bound(possible, paid), -paid.bit_count(), chosen, paid) for paid, chosen in found.items()
        ):
            if bound >= best - _TINY:
                break
            cost = self._cost(possible, paid)
            if cost < best - _TINY:
                best, choice = cost, chosen
        return best, choice

    def _cost(self, possible: int, paid: int) -> float:
        size, rewarded = possible.bit_count(), paid.bit_count()
        if not paid:
            return 1 + self.steps(possible)
        missed = (size - rewarded) / size * self.steps(possible & ~paid) if rewarded < size else 0.0
        if self.world.goal == "find":
            return 1 + missed
        return 1 + rewarded / size * self.steps(paid) + missed

    def _bound(self, possible: int, paid: int) -> float:
        """At most the cost of an object: as if every set of rules up to the largest could be tested."""
        size, rewarded = possible.bit_count(), paid.bit_count()
        if self.world.pool == "unique":
            return 1.0  # rules that no object tells apart need fewer steps than the bound below assumes
        missed = (size - rewarded) / size * _relaxed(size - rewarded, self._largest, self.world.goal)
        if self.world.goal == "find":
            return 1 + missed
        return 1 + rewarded / size * _relaxed(rewarded, self._largest, "identify") + missed


@lru_cache(maxsize=100_000)
def _relaxed(size: int, largest: int, goal: str) -> float:
    """Expected steps if any test set of at most ``largest`` rules were there; never more than the truth."""
    if size == 0 or (goal == "identify" and size == 1):
        return 0.0
    if goal == "find":
        return 1 + max(0, size - largest) / size * _relaxed(max(0, size - largest), largest, goal)
    return min(
        1 + (j * _relaxed(j, largest, goal) + (size - j) * _relaxed(size - j, largest, goal)) / size
        for j in range(1, min(largest, size - 1) + 1)
    )


@lru_cache(maxsize=8)
def planner(world: World) -> Planner:
    """The planner of a world, made once."""
    return Planner(world)
