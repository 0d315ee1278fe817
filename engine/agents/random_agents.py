"""Players that learn nothing: the floors that every agent is compared with.

Source: dm_alchemy, symbolic_alchemy_bots.py (``RandomActionBot`` is the random heuristic); published 145.7 per episode.
"""

from __future__ import annotations

import numpy as np

from engine.agents.protocol import Decision, View
from engine.alchemy.actions import ACTIONS, CAULDRON, NO_OP, encode
from engine.alchemy.episodes import Level

BEST = 3  # indicator of the stone that pays 15


def cash(view: View) -> Decision:
    """Put the first positive stone into the cauldron; done when none is left."""
    positive = np.flatnonzero(view.present & (view.indicators > 0))
    if not positive.size:
        return Decision(NO_OP, done=True)
    return Decision(encode(int(positive[0]), CAULDRON), done=positive.size == 1)


class _Memoryless:
    """An agent that decides from what it sees now."""

    def __init__(self, seed: int, level: Level) -> None:
        self.random = np.random.default_rng(seed)

    def reset(self, view: View) -> None:
        """Nothing is remembered between episodes."""

    def observe(self, view_before: View, action: int, reward: float, view_after: View) -> None:
        """Nothing is learned."""


class Uniform(_Memoryless):
    """Any of the 40 actions, whether it can do something or not."""

    name = "uniform"

    def decide(self, view: View) -> Decision:
        """Draw one of the 40 integers."""
        return Decision(int(self.random.integers(ACTIONS)), probabilities=np.full(ACTIONS, 1 / ACTIONS, np.float32))


class RandomHeuristic(_Memoryless):
    """Random potions on random stones that are not yet the best; when either runs out, cashes what is positive."""

    name = "random-heuristic"

    def decide(self, view: View) -> Decision:
        """Draw a stone and a potion slot, each uniformly."""
        stones = np.flatnonzero(view.present & (view.indicators < BEST))
        slots = np.flatnonzero(view.colours >= 0)
        if not stones.size or not slots.size:
            return cash(view)
        probabilities = np.zeros(ACTIONS, np.float32)
        probabilities[(13 * stones[:, None] + slots + 2).ravel()] = 1 / (stones.size * slots.size)
        action = encode(int(self.random.choice(stones)), int(self.random.choice(slots)))
        return Decision(action, probabilities=probabilities)


class CashOnly(_Memoryless):
    """Uses no potion."""

    name = "cash-only"

    def decide(self, view: View) -> Decision:
        """Cash the next positive stone."""
        return cash(view)
