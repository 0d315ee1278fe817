"""Symbolic Alchemy as a dm_env environment, with the names and specs of the reference (extra ``dm``)."""

from __future__ import annotations

import dm_env
import numpy as np
from dm_env import specs
from numpy.random import RandomState

from engine.alchemy.actions import ACTIONS
from engine.alchemy.chemistry import POTIONS, STEPS, STONES, TRIALS
from engine.alchemy.encodings import OBSERVATION
from engine.alchemy.environment import AlchemyEnvironment
from engine.alchemy.episodes import Level, sample_episode
from engine.alchemy.levels import BENCHMARK


class AlchemyDm(dm_env.Environment):  # type: ignore[misc]
    """One episode of symbolic Alchemy after another; the parameters are those of the Gymnasium environment.

    ``seed`` fixes the whole sequence of episodes; None draws a fresh one. Observations are {"symbolic_obs": float32
    [39] or [27]}.
    """

    def __init__(
        self,
        level: str = BENCHMARK,
        seed: int | None = None,
        end_trial: bool = False,
        used_flags: bool = True,
        trials: int = TRIALS,
        steps: int = STEPS,
    ) -> None:
        self.level = Level.parse(level)
        self.random = RandomState(seed)
        self.trials = trials
        self.game = AlchemyEnvironment(end_trial=end_trial, used_flags=used_flags, steps=steps)

    def _observation(self) -> dict[str, np.ndarray]:
        return {"symbolic_obs": self.game.observation()}

    def reset(self) -> dm_env.TimeStep:
        """Start the next episode."""
        self.game.reset(sample_episode(self.random, self.level, self.trials))
        return dm_env.restart(self._observation())

    def step(self, action: int) -> dm_env.TimeStep:
        """Take an action; after the end of an episode the next one starts and the action is ignored."""
        if self.game.done:
            return self.reset()
        reward, done = self.game.step(int(action))
        make = dm_env.termination if done else dm_env.transition
        return make(reward=float(reward), observation=self._observation())

    def observation_spec(self) -> dict[str, specs.Array]:
        """Shape and type of observations."""
        size = OBSERVATION if self.game.used_flags else OBSERVATION - STONES - POTIONS
        return {"symbolic_obs": specs.Array((size,), np.float32, "symbolic_obs")}

    def action_spec(self) -> specs.DiscreteArray:
        """The action integers."""
        return specs.DiscreteArray(ACTIONS + self.game.end_trial, name="action")
