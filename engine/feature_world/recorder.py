"""Every step of Feature World, written so that it can be stepped through.

Event ``world``: ``dimensions``, ``values``, ``kind``, ``goal``, ``pool``, ``features`` (for each dimension its name and
the names of its values), ``objects`` (values of each), ``rules`` (in words) and ``features_of_rules`` ([dimension,
value] pairs). Tables: ``steps`` (one row for each proposal) and ``episodes`` (one row for each game).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from engine.errors import BadInput
from engine.experiments.context import Context
from engine.feature_world.optimal import planner
from engine.feature_world.world import DIMENSION_WORDS, VALUE_WORDS, Situation, World
from engine.language.model import Usage
from engine.runs.schema import Column

EPISODES = (
    Column("episode", "i4", description="number of the game, from 0"),
    Column("rule", "i4", description="the hidden rule, index into the rules of the event world"),
    Column("steps", "i4", unit="steps", description="proposals, unreadable ones among them"),
    Column("solved", "b1", description="the game ended by itself, not at the most steps"),
    Column("invalid", "i4", description="answers that proposed no object"),
    Column("named", "i4", description="the rule the player named at the end, -1 none or not asked"),
    Column("named_right", "b1", description="that is the hidden rule, or one no object tells from it"),
    Column("prompt_tokens", "i8", unit="tokens"),
    Column("completion_tokens", "i8", unit="tokens"),
)


def step_columns(world: World) -> tuple[Column, ...]:
    """Columns of the table ``steps``."""
    return (
        Column("episode", "i4", description="number of the game, from 0"),
        Column("step", "i4", description="from 0"),
        Column("object", "i4", description="what was proposed, -1 for an answer that proposed nothing"),
        Column("rewarded", "b1"),
        Column("remaining", "i4", description="rules still possible after it"),
        Column("entropy", "f4", unit="bits", description="over rules after it"),
        Column("information", "f4", unit="bits", description="gained"),
        Column("expected_information", "f4", unit="bits", description="of this object beforehand"),
        Column("best_information", "f4", unit="bits", description="of the most informative object beforehand"),
        Column(
            "regret", "f4", unit="steps", description="expected steps lost by not proposing a best object, nan unknown"
        ),
        Column("steps_left", "f4", unit="steps", description="expected under best play after it, nan unknown"),
        Column("done", "b1", description="the game is over"),
        Column("possible", "b1", (len(world.rules),), description="which rules are possible after it"),
    )


@dataclass
class Outcome:
    """How a game went."""

    steps: int
    solved: bool
    invalid: int = 0
    named: int | None = None
    usage: Usage = field(default_factory=Usage)


class Recorder:
    """Writes the games of one world."""

    def __init__(self, context: Context, world: World) -> None:
        self._world = world
        self._steps = context.table("steps", step_columns(world))
        self._episodes = context.table("episodes", EPISODES)
        names = [
            {"name": DIMENSION_WORDS[d], "values": list(VALUE_WORDS[d][: world.values])}
            for d in range(world.dimensions)
        ]
        context.event(
            "world",
            {
                "dimensions": world.dimensions,
                "values": world.values,
                "kind": world.kind,
                "goal": world.goal,
                "pool": world.pool,
                "features": names,
                "objects": world.objects,
                "rules": [world.rule_words(rule) for rule in range(len(world.rules))],
                "features_of_rules": world.rules,
            },
        )

    def step(self, episode: int, number: int, before: Situation, chosen: int | None, after: Situation) -> None:
        """A proposal; ``chosen`` is None for an answer that proposed nothing."""
        world = self._world
        size, left = before.possible.bit_count(), after.possible.bit_count()
        splits = [_bits((before.possible & pays).bit_count(), size) for pays in world.pays]
        self._steps.append(
            episode=episode,
            step=number,
            object=-1 if chosen is None else chosen,
            rewarded=chosen is not None and after.rewarded[-1],
            remaining=left,
            entropy=math.log2(left),
            information=math.log2(size / left),
            expected_information=0.0 if chosen is None else splits[chosen],
            best_information=max(splits),
            regret=self._regret(before, chosen),
            steps_left=self._left(after),
            done=after.over(world),
            possible=possible_flags(world, after.possible),
        )

    def end(self, episode: int, rule: int, outcome: Outcome, right: bool) -> None:
        """The end of a game; ``right`` whether the rule that was named is the hidden one."""
        self._episodes.append(
            episode=episode,
            rule=rule,
            steps=outcome.steps,
            solved=outcome.solved,
            invalid=outcome.invalid,
            named=-1 if outcome.named is None else outcome.named,
            named_right=right,
            prompt_tokens=outcome.usage.prompt,
            completion_tokens=outcome.usage.completion,
        )

    def _regret(self, before: Situation, chosen: int | None) -> float:
        try:
            best = planner(self._world).steps(before.possible)
            return 1.0 if chosen is None else max(0.0, planner(self._world).cost(before.possible, chosen) - best)
        except BadInput:
            return math.nan

    def _left(self, after: Situation) -> float:
        if after.over(self._world):
            return 0.0
        try:
            return planner(self._world).steps(after.possible)
        except BadInput:
            return math.nan


def possible_flags(world: World, possible: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """A set of rules as bool [rules]."""
    return np.array([possible >> rule & 1 for rule in range(len(world.rules))], np.bool_)


def _bits(rewarded: int, size: int) -> float:
    """Entropy of an answer that is yes under so many of the rules."""
    if rewarded in (0, size):
        return 0.0
    share = rewarded / size
    return -share * math.log2(share) - (1 - share) * math.log2(1 - share)
