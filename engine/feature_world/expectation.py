"""Exact expected steps of the simple players, by enumeration rather than by playing.

Every rule is equally likely. *Optimal* is in ``optimal``; this module has greedy information gain and random choice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from engine.errors import BadInput
from engine.feature_world.canonical import canonical
from engine.feature_world.optimal import planner
from engine.feature_world.world import World

MAX_WORK = {"single": 1_000_000, "conjunction": 80_000}
"""Sets of rules times objects worked out before a player's expectation is given up, some 15 s for each kind."""


def expected_steps(world: World, agent: str, check: Callable[[], None] = lambda: None) -> float | None:
    """Expected steps of the agent called so, exact to rounding; None where they take too long to work out.

    ``check`` is called again and again on the way; what it raises ends the work.
    """
    try:
        match agent:
            case "optimal":
                return planner(world).steps(world.everything)
            case "greedy-information":
                return _follow(world, lambda possible: greedy_choice(world, possible))
            case "random":
                return _find_with(world) if world.goal == "find" else _identify_with(world, check)
            case "random-without-replacement":
                return _find_without(world) if world.goal == "find" else _identify_without(world, check)
    except BadInput:
        return None
    return None


def greedy_choice(world: World, possible: int) -> int:
    """The object whose answer tells most, which splits the possible rules most evenly.

    Of equals the one that is likelier to pay, then the lowest-numbered.
    """
    size = possible.bit_count()

    def order(chosen: int) -> tuple[int, int]:
        paid = (possible & world.pays[chosen]).bit_count()
        return abs(2 * paid - size), -paid

    return min(range(len(world.pays)), key=order)


def _follow(world: World, choose: Callable[[int], int]) -> float:
    """Expected steps of a player whose choice depends on nothing but what is possible."""

    def steps(possible: int) -> float:
        if world.over(possible):
            return 0.0
        paid = possible & world.pays[choose(possible)]
        missed = possible & ~paid
        if not paid or (not missed and world.goal == "identify"):
            raise BadInput("This player proposes an object that tells nothing")
        later = 0.0 if world.goal == "find" else paid.bit_count() * steps(paid)
        return 1 + (later + (missed.bit_count() * steps(missed) if missed else 0.0)) / possible.bit_count()

    return steps(world.everything)


def _answers(world: World, possible: int) -> Counter[int]:
    """How many objects split the possible rules in each way that tells something, by the part that pays."""
    counts: Counter[int] = Counter()
    for pays in world.pays:
        if possible & pays not in (0, possible):
            counts[possible & pays] += 1
    return counts


def _identify_with(world: World, check: Callable[[], None]) -> float:
    known: dict[int, float] = {}
    objects = len(world.pays)

    def steps(possible: int) -> float:
        if world.over(possible):
            return 0.0
        key = canonical(world, possible)
        if key not in known:
            check()
            _refuse_large(world, len(known) * objects)
            answers = _answers(world, key)
            size, later = key.bit_count(), 0.0
            for paid, count in answers.items():
                split = paid.bit_count() * steps(paid) + (size - paid.bit_count()) * steps(key & ~paid)
                later += count * split / size
            known[key] = (objects + later) / answers.total()
        return known[key]

    return steps(world.everything)


def _identify_without(world: World, check: Callable[[], None]) -> float:
    """As above, by the number of objects tried already: those that still tell something are certainly untried."""
    known: dict[int, list[float]] = {}
    objects = len(world.pays)

    def steps(possible: int) -> list[float]:
        if world.over(possible):
            return [0.0] * (objects + 1)
        key = canonical(world, possible)
        if key not in known:
            check()
            _refuse_large(world, len(known) * objects)
            answers = _answers(world, key)
            telling, size = answers.total(), key.bit_count()
            splits = [(count, paid.bit_count(), steps(paid), steps(key & ~paid)) for paid, count in answers.items()]
            values = [0.0] * (objects + 1)
            for tried in range(objects - telling, -1, -1):
                later = sum(
                    count * (paid * yes[tried + 1] + (size - paid) * no[tried + 1]) / size
                    for count, paid, yes, no in splits
                )
                rest = objects - tried
                values[tried] = 1 + (later + (rest - telling) * values[tried + 1]) / rest
            known[key] = values
        return known[key]

    return steps(world.everything)[0]


def _find_with(world: World) -> float:
    """Geometric for rules that some object rewards; every useful object must turn up for the others."""
    objects = len(world.pays)
    paying = world.rewards.sum(axis=1)
    useful = int(world.rewards.any(axis=0).sum())
    all_seen = sum(objects / left for left in range(1, useful + 1))
    return sum(objects / int(count) if count else all_seen for count in paying) / len(paying)


def _find_without(world: World) -> float:
    """Expected place of the first of ``r`` paying objects among all in random order: (objects + 1) / (r + 1)."""
    objects = len(world.pays)
    paying = world.rewards.sum(axis=1)
    return sum((objects + 1) / (int(count) + 1) if count else float(objects) for count in paying) / len(paying)


def _refuse_large(world: World, work: int) -> None:
    if work > MAX_WORK[world.kind]:
        raise BadInput("The expected steps of this player take too long to work out in a world so large")
