"""Players of Feature World by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.errors import BadInput
from engine.feature_world.expectation import greedy_choice
from engine.feature_world.optimal import planner
from engine.feature_world.world import Situation, World

Choose = Callable[[World, Situation, np.random.Generator], int]
"""Takes the world, what is known and a random generator, and gives the number of the object to propose."""


@dataclass(frozen=True, slots=True)
class Player:
    """One player; ``choose`` is None for the language model, which is asked in words."""

    title: str
    summary: str
    choose: Choose | None


def _optimal(world: World, situation: Situation, random: np.random.Generator) -> int:
    return planner(world).best(situation.possible)


def _greedy(world: World, situation: Situation, random: np.random.Generator) -> int:
    return greedy_choice(world, situation.possible)


def _random(world: World, situation: Situation, random: np.random.Generator) -> int:
    return int(random.integers(len(world.objects)))


def _without_replacement(world: World, situation: Situation, random: np.random.Generator) -> int:
    untried = np.setdiff1d(np.arange(len(world.objects)), situation.tried)
    return int(random.choice(untried if untried.size else np.arange(len(world.objects))))


PLAYERS: dict[str, Player] = {
    "optimal": Player("Optimal", "fewest expected steps, by exact dynamic programming", _optimal),
    "greedy-information": Player("Greedy information", "the object whose answer tells most", _greedy),
    "random": Player("Random", "any object, tried before or not", _random),
    "random-without-replacement": Player("Random, no repeats", "any object not tried yet", _without_replacement),
    "language": Player("Language model", "the model of the settings, asked in words", None),
}


def find_player(name: str) -> Player:
    """The player called so; raises BadInput that lists the names."""
    if name not in PLAYERS:
        raise BadInput(f"agent may be one of {', '.join(PLAYERS)}, not {name!r}")
    return PLAYERS[name]
