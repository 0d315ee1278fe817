"""A game of Feature World as it is shown: one a person plays, or one from a record. No Qt in here."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import BadInput
from engine.feature_world.world import VALUE_WORDS, Goal, Kind, Situation, World
from gui.pages.language.transcripts import Message, message_of
from gui.translation import tr
from gui.widgets.objects import BoardState
from gui.widgets.rules import RulesState

if TYPE_CHECKING:
    from engine.runs import Record

WORK_S = 1.0  # how long exact figures of a large world may take before they are left out
REFERENCES = (
    ("optimal", tr("Best player")),
    ("random-without-replacement", tr("Random, no repeats")),
    ("random", tr("Random")),
)

YOU, LANGUAGE = "you", "language"
PLAYERS = {
    "person": tr("played by hand"),
    "optimal": tr("best player"),
    "greedy-information": tr("greedy information"),
    "random-without-replacement": tr("random, no repeats"),
    "random": tr("random"),
    LANGUAGE: tr("language model"),
}


def rule_words(world: World, rule: int) -> str:
    """A rule by the names of its values, such as "red and cube"; the names of the features go without saying."""
    return " and ".join(VALUE_WORDS[dimension][value] for dimension, value in world.rules[rule])


def exact_steps(world: World) -> dict[str, float]:
    """Expected steps of the best player and of random ones, exactly; nan where that takes too long."""
    from engine.feature_world.expectation import expected_steps

    found = {}
    for name, _ in REFERENCES:
        end = time.monotonic() + WORK_S

        def check(end: float = end) -> None:
            if time.monotonic() > end:
                raise BadInput(tr("this takes too long"))

        try:
            value = expected_steps(world, name, check)
            found[name] = math.nan if value is None else value
        except BadInput:
            found[name] = math.nan
    return found


def bits_of(world: World, possible: int) -> tuple[float, ...]:
    """What proposing each object would tell, in bits."""
    size = possible.bit_count()
    shares = [(possible & pays).bit_count() / max(size, 1) for pays in world.pays]
    return tuple(0.0 if s in (0.0, 1.0) else -s * math.log2(s) - (1 - s) * math.log2(1 - s) for s in shares)


@dataclass(frozen=True)
class Game:
    """A game: ``world``, the ``hidden`` rule, what is known, and who plays it.

    Values, so that a step back is the game before.
    """

    world: World
    hidden: int
    situation: Situation
    player: str = YOU

    @classmethod
    def begin(cls, dimensions: int, values: int, kind: Kind, goal: Goal, seed: int) -> Game:
        """A new game with a rule drawn at random; raises BadInput."""
        world = World(dimensions, values, kind, goal)
        return cls(world, world.hidden_rule(seed), Situation(world.everything))

    @property
    def own(self) -> bool:
        """Whether a person plays it."""
        return self.player == YOU

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.situation.over(self.world)

    @property
    def steps(self) -> int:
        """Proposals so far."""
        return len(self.situation.tried)

    def propose(self, chosen: int) -> Game:
        """The game after a proposal; the same game where it is over or the object was tried before."""
        if self.over or chosen in self.situation.tried:
            return self
        paid = bool(self.world.rewards[self.hidden, chosen])
        return replace(self, situation=self.situation.after(self.world, chosen, paid))

    def board(self, *, hint: bool = False) -> BoardState:
        """The objects."""
        world, situation = self.world, self.situation
        bits = bits_of(world, situation.possible)
        untried = [k for k in range(len(bits)) if k not in situation.tried]
        best = max(untried, key=lambda k: bits[k]) if hint and untried and not self.over else -1
        return BoardState(
            objects=tuple(tuple(int(v) for v in values) for values in world.objects),
            words=tuple(world.object_words(k) for k in range(len(world.objects))),
            tried=situation.tried,
            paid=situation.rewarded,
            bits=bits,
            best=best,
            enabled=self.own and not self.over,
            place=tr("{player}, step {steps}", player=self.player, steps=self.steps)
            + (tr(", over") if self.over else ""),
            caption=self._caption(),
        )

    def _caption(self) -> str:
        if self.over:
            return tr(
                "Found in {steps} steps: {world} pays", steps=self.steps, world=rule_words(self.world, self.hidden)
            )
        if not self.steps:
            wanted = tr("find out which feature pays") if self.world.goal == "identify" else tr("get a reward")
            return (
                tr("Propose an object: {wanted} in as few steps as you can", wanted=wanted)
                if self.own
                else tr("Nothing was proposed yet")
            )
        words, paid = self.world.object_words(self.situation.tried[-1]), self.situation.rewarded[-1]
        return tr("{words} pays", words=words) if paid else tr("{words} pays nothing", words=words)

    def rules(self) -> RulesState:
        """What may pay."""
        words = tuple(rule_words(self.world, k) for k in range(len(self.world.rules)))
        flags = tuple(bool(self.situation.possible >> k & 1) for k in range(len(words)))
        return RulesState(words, flags, self.hidden if self.over or not self.own else -1)


class Recorded:
    """Games of a record; raises BadInput for a record that holds none.

    Attributes: ``agent`` who played, ``count`` of games with their steps so far.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        settings: dict[str, Any] = record.metadata.configuration
        self.agent = str(settings.get("agent", "person"))
        try:
            self.world = World(
                *(settings[name] for name in ("dimensions", "values", "kind", "goal")), settings.get("pool", "full")
            )
        except (KeyError, TypeError) as problem:
            raise BadInput(tr("{id} does not say which world it was played in", id=record.id)) from problem
        self._steps = np.zeros(0)

    def refresh(self) -> bool:
        """Take in new steps; true where any came."""
        if "steps" not in self.record.tables():
            return False
        table = self.record.table("steps")
        if len(table) == len(self._steps):
            return False
        self._steps = table.read()
        return True

    @property
    def count(self) -> int:
        """Games with recorded steps."""
        return int(self._steps["episode"].max()) + 1 if len(self._steps) else 0

    def talk(self, episode: int) -> list[Message]:
        """What was said in a game with a language model, nothing for other players."""
        if self.agent != LANGUAGE:
            return []
        events = enumerate(self.record.events("transcript"))
        found = [message_of(number, event) for number, event in events if event.get("episode") == episode]
        return [message for message in found if message is not None]

    def games(self, episode: int) -> list[Game]:
        """A game after each of its steps, from none to all."""
        rows = self._steps[self._steps["episode"] == episode] if len(self._steps) else ()
        game = Game(
            self.world, self._rule(episode), Situation(self.world.everything), PLAYERS.get(self.agent, self.agent)
        )
        games = [game]
        for row in rows:
            chosen = int(row["object"])
            if not 0 <= chosen < len(self.world.objects):
                continue  # an answer that proposed nothing
            game = replace(game, situation=game.situation.after(self.world, chosen, bool(row["rewarded"])))
            games.append(game)
        return games

    def _rule(self, episode: int) -> int:
        if "episodes" in self.record.tables():
            rows = self.record.table("episodes").read()
            found = rows["rule"][rows["episode"] == episode]
            if len(found) and 0 <= found[0] < len(self.world.rules):
                return int(found[0])
        return -1
