"""Posterior (Thompson) sampling: act as if one chemistry drawn from the posterior were true, until it is refuted."""

from __future__ import annotations

import numpy as np

from engine.agents.oracle import follow, plan_for
from engine.agents.protocol import Decision, View
from engine.alchemy.hypotheses import hypothesis
from engine.alchemy.levels import Level
from engine.errors import BadInput


class Thompson:
    """Keeps one hypothesis as long as the posterior allows it and plays its optimal plan."""

    name = "thompson"
    needs_belief = True

    def __init__(self, seed: int, level: Level) -> None:
        self._random = np.random.RandomState(seed & 0xFFFFFFFF)
        self._hypothesis = -1

    def reset(self, view: View) -> None:
        """A new chemistry: whatever was believed is void."""
        self._hypothesis = -1

    def decide(self, view: View) -> Decision:
        """First action of the plan for the hypothesis, which is drawn anew if it has been refuted."""
        if view.belief is None:
            raise BadInput("Thompson sampling needs the exact belief")
        if self._hypothesis < 0 or not view.belief.possible(self._hypothesis):
            self._hypothesis = int(view.belief.sample(self._random, 1)[0])
        return follow(plan_for(view, hypothesis(self._hypothesis)))

    def observe(self, view_before: View, action: int, reward: float, view_after: View) -> None:
        """The belief in the view has learned already."""
