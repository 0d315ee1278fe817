"""Feature World: how many steps a player needs to find the feature that pays, beside the exact best player.

Source: Ke et al. 2024 (arXiv 2412.06438), Feature World; the exact formulation is in ``engine.feature_world.world``.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from pydantic import Field

from engine.alchemy.levels import Level
from engine.errors import BadInput
from engine.experiments.context import Context
from engine.experiments.feature_world_settings import WorldConfiguration
from engine.feature_world.expectation import expected_steps
from engine.feature_world.interviewed import Messages, play_in_words
from engine.feature_world.pictures import objects_png
from engine.feature_world.players import Choose, find_player
from engine.feature_world.recorder import Outcome, Recorder
from engine.feature_world.world import Situation, World
from engine.language.interview import Episode, Interview
from engine.language.settings import ModelConfiguration, form_of, open_source
from engine.language.wording import WORDINGS


class FeatureWorldConfiguration(WorldConfiguration, ModelConfiguration):
    """Settings of a Feature World evaluation; those of the model count for the agent *language* alone."""

    agent: str = Field(
        "optimal",
        description="Who proposes objects",
        json_schema_extra={"choices": "engine.feature_world.players:PLAYERS"},
    )
    episodes: int = Field(1000, ge=1, le=1_000_000, description="How many games", json_schema_extra={"unit": "games"})
    most_steps: int = Field(1000, ge=1, le=1_000_000, description="A game ends there at the latest")
    rule_told: bool = Field(True, description="Tell the model whether one value or two together are rewarded")
    images: bool = Field(
        False, description="Show the model the objects as a picture instead of in words; its endpoint must take images"
    )
    traced: int = Field(
        100, ge=0, le=100_000, description="Record every step of this many games", json_schema_extra={"unit": "games"}
    )


def run(configuration: FeatureWorldConfiguration, context: Context) -> dict[str, Any]:
    """Play the games and sum up."""
    player = find_player(configuration.agent)
    world = configuration.world()
    games = Games(configuration, context, world)
    result = games.interview() if player.choose is None else games.play(player.choose)
    exact = {
        "steps_exact": expected_steps(world, configuration.agent, context.check),
        "steps_optimal": expected_steps(world, "optimal", context.check),
    }
    return {**result, **exact, "rules": len(world.rules), "objects": len(world.objects)}


class Games:
    """The games of a run. The hidden rules go round all rules in random order, so that each is met equally often."""

    def __init__(self, configuration: FeatureWorldConfiguration, context: Context, world: World) -> None:
        self._configuration, self._context, self._world = configuration, context, world
        self._recorder = Recorder(context, world)
        self._outcomes: list[Outcome] = []
        self._right = 0
        order = context.rng("rules")
        self._rules: list[int] = []
        while len(self._rules) < configuration.episodes:
            self._rules += [int(rule) for rule in order.permutation(len(world.rules))]

    def play(self, choose: Choose) -> dict[str, Any]:
        """Let a player that needs no words play all games."""
        random, world = self._context.rng("player"), self._world
        for episode in range(self._configuration.episodes):
            rule, situation, steps = self._rules[episode], Situation(world.everything), 0
            while not situation.over(world) and steps < self._configuration.most_steps:
                self._context.check()
                chosen = choose(world, situation, random)
                after = situation.after(world, chosen, bool(world.rewards[rule, chosen]))
                self._wrote(episode, steps, situation, chosen, after)
                situation, steps = after, steps + 1
            self._ended(episode, Outcome(steps, situation.over(world)))
        return self._summary()

    def interview(self) -> dict[str, Any]:
        """Ask a language model, several games at once."""
        configuration = self._configuration
        if configuration.model.startswith("scripted/"):
            raise BadInput("model may be local/... or endpoint/... in Feature World; scripted agents play Alchemy only")
        if configuration.images and not configuration.model.startswith("endpoint/"):
            raise BadInput("images needs a model behind an endpoint; those on this computer read words only")
        picture = objects_png(self._world) if configuration.images else b""
        if picture:
            self._context.event("picture", {"png": base64.b64encode(picture).decode("ascii")})
        source = open_source(configuration, self._context, Level(), WORDINGS["paper"])
        legal = form_of("auto", source) == "legal"

        def games() -> Iterator[Episode]:
            for number in range(configuration.episodes):
                messages = Messages(self._context.record, number)
                seed = int(self._context.rng("model", number).integers(2**31))
                asks = play_in_words(
                    self._world,
                    self._rules[number],
                    messages,
                    partial(self._wrote, number),
                    partial(self._ended, number),
                    told=configuration.rule_told,
                    legal=legal,
                    most_steps=configuration.most_steps,
                    max_tokens=configuration.max_tokens,
                    seed=seed,
                    picture=picture,
                )
                yield Episode(number, asks, source.open(number, seed), messages)

        interview = Interview(source, self._context, configuration.budget())
        interview.run(games(), lambda number: self._context.flush())
        paid = {"cost": interview.paid.cost, "tokens_paid": interview.paid.tokens}
        steps = sum(outcome.steps for outcome in self._outcomes)
        return {
            **self._summary(),
            "invalid_rate": sum(outcome.invalid for outcome in self._outcomes) / steps if steps else None,
            "named_share": self._right / len(self._outcomes) if self._outcomes else None,
            "tokens": interview.used.tokens,
            **paid,
            "budget_spent": interview.budget_spent,
        }

    def _wrote(self, episode: int, step: int, before: Situation, chosen: int | None, after: Situation) -> None:
        if episode < self._configuration.traced:
            self._recorder.step(episode, step, before, chosen, after)

    def _ended(self, episode: int, outcome: Outcome) -> None:
        rule = self._rules[episode]
        right = outcome.named is not None and self._world.alike(rule, outcome.named)
        self._recorder.end(episode, rule, outcome, right)
        self._outcomes.append(outcome)
        self._right += right
        self._context.progress(len(self._outcomes), self._configuration.episodes, "games")

    def _summary(self) -> dict[str, Any]:
        steps = np.array([outcome.steps for outcome in self._outcomes], float)
        count = len(steps)
        return {
            "steps_mean": float(steps.mean()) if count else None,
            "steps_sem": float(steps.std(ddof=1) / math.sqrt(count)) if count > 1 else None,
            "solved_share": sum(outcome.solved for outcome in self._outcomes) / count if count else None,
            "episodes": count,
        }
