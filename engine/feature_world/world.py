"""Feature World: objects with visible features, and a hidden rule that pays for some of them.

Source: Ke et al. 2024, "Can foundation models actively gather information in interactive environments to test
hypotheses?" (arXiv 2412.06438). Its exact parameters are not public; the formulation here is stated in full:

- an object has one of ``values`` values in each of ``dimensions`` dimensions;
- the pool is *full* (every combination, features are shared) or *unique* (``values`` objects, object j carries value j
  in every dimension, so that some rules cannot be told apart);
- the rule pays for one value (*single*) or for two values of different dimensions together (*conjunction*), uniform;
- a step proposes an object and shows whether it pays;
- the game ends when only one rule, or rules that no object tells apart, is left (*identify*), or at the first reward
  or once it is certain that none will come (*find*).
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInput

Kind = Literal["single", "conjunction"]
Goal = Literal["identify", "find"]
Pool = Literal["full", "unique"]

MAX_OBJECTS = 4096

DIMENSION_WORDS = ("colour", "shape", "texture", "size", "material", "pattern")
VALUE_WORDS = (
    ("red", "blue", "green", "yellow", "purple", "orange", "black", "white"),
    ("cube", "ball", "cone", "ring", "star", "prism", "disc", "arch"),
    ("smooth", "rough", "woolly", "ribbed", "sticky", "spiky", "waxy", "grainy"),
    ("tiny", "small", "medium", "large", "huge", "giant", "thin", "thick"),
    ("wood", "glass", "steel", "clay", "paper", "stone", "cork", "ice"),
    ("plain", "striped", "dotted", "checked", "wavy", "zigzag", "starry", "mottled"),
)

Feature = tuple[int, int]
"""Dimension and value."""


@dataclass(frozen=True)
class World:
    """One variant of the game; the hidden rule is an index into ``rules``.

    Raises BadInput for a conjunction in one dimension, and for more than 4,096 objects.
    """

    dimensions: int = 2
    values: int = 4
    kind: Kind = "single"
    goal: Goal = "identify"
    pool: Pool = "full"

    def __post_init__(self) -> None:
        if not (1 <= self.dimensions <= len(DIMENSION_WORDS) and 2 <= self.values <= len(VALUE_WORDS[0])):
            raise BadInput(f"dimensions may be 1 to {len(DIMENSION_WORDS)} and values 2 to {len(VALUE_WORDS[0])}")
        if self.kind == "conjunction" and self.dimensions < 2:
            raise BadInput("dimensions must be at least 2 for a conjunction")
        if self.pool == "full" and self.values**self.dimensions > MAX_OBJECTS:
            raise BadInput(f"values to the power of dimensions may be at most {MAX_OBJECTS}, the number of objects")

    @cached_property
    def objects(self) -> NDArray[np.int8]:
        """Value of each object in each dimension, int8 [objects, dimensions]."""
        if self.pool == "unique":
            return np.repeat(np.arange(self.values, dtype=np.int8)[:, None], self.dimensions, axis=1)
        return np.array(list(itertools.product(range(self.values), repeat=self.dimensions)), np.int8)

    @cached_property
    def rules(self) -> tuple[tuple[Feature, ...], ...]:
        """What may be rewarded: one feature or two of different dimensions, each equally likely."""
        features = list(itertools.product(range(self.dimensions), range(self.values)))
        if self.kind == "single":
            return tuple((feature,) for feature in features)
        return tuple(pair for pair in itertools.combinations(features, 2) if pair[0][0] != pair[1][0])

    @cached_property
    def rewards(self) -> NDArray[np.bool_]:
        """Whether an object pays under a rule, bool [rules, objects]."""
        return np.array(
            [np.logical_and.reduce([self.objects[:, d] == v for d, v in rule]) for rule in self.rules], np.bool_
        )

    @cached_property
    def pays(self) -> tuple[int, ...]:
        """For each object the set of rules under which it pays, as bits of a whole number."""
        return tuple(sum(1 << int(rule) for rule in np.flatnonzero(column)) for column in self.rewards.T)

    @cached_property
    def everything(self) -> int:
        """The set of all rules."""
        return (1 << len(self.rules)) - 1

    @cached_property
    def never(self) -> int:
        """The set of rules under which no object pays."""
        return sum(1 << int(rule) for rule in np.flatnonzero(~self.rewards.any(axis=1)))

    def hidden_rule(self, seed: int) -> int:
        """The rule of a game played by hand: uniform, the same for the same seed in every process."""
        return random.Random(seed).randrange(len(self.rules))

    def over(self, possible: int) -> bool:
        """Whether the game ends while these rules are possible and nothing was rewarded in *find*."""
        if self.goal == "find":
            return possible & ~self.never == 0
        return all(possible & pays in (0, possible) for pays in self.pays)

    def alike(self, rule: int, other: int) -> bool:
        """Whether no object tells two rules apart."""
        return bool((self.rewards[rule] == self.rewards[other]).all())

    def object_words(self, index: int) -> str:
        """An object, such as "red cube, smooth"."""
        words = [VALUE_WORDS[d][int(v)] for d, v in enumerate(self.objects[index])]
        return " ".join(words[:2]) + "".join(", " + word for word in words[2:])

    def rule_words(self, index: int) -> str:
        """A rule, such as "colour red and shape cube"."""
        return " and ".join(f"{DIMENSION_WORDS[d]} {VALUE_WORDS[d][v]}" for d, v in self.rules[index])


@dataclass(frozen=True)
class Situation:
    """What a player knows.

    Attributes: ``possible`` rules as bits, ``tried`` objects in order, ``rewarded`` what each of them paid.
    """

    possible: int
    tried: tuple[int, ...] = ()
    rewarded: tuple[bool, ...] = ()

    def after(self, world: World, chosen: int, paid: bool) -> Situation:
        """The situation after ``chosen`` was proposed and did or did not pay."""
        pays = world.pays[chosen]
        return Situation(self.possible & (pays if paid else ~pays), (*self.tried, chosen), (*self.rewarded, paid))

    def over(self, world: World) -> bool:
        """Whether the game has ended."""
        return (world.goal == "find" and any(self.rewarded)) or world.over(self.possible)
