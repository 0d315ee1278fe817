"""Symbolic Alchemy as a Gymnasium environment; importing this module registers ``athanor/Alchemy-v0``."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.random import RandomState
from numpy.typing import NDArray

from engine.alchemy.actions import ACTIONS
from engine.alchemy.chemistry import POTIONS, STEPS, STONES, TRIALS
from engine.alchemy.encodings import NO_APPEARANCE, OBSERVATION, ground_truth
from engine.alchemy.environment import AlchemyEnvironment
from engine.alchemy.episodes import Episode, Level, sample_episode
from engine.alchemy.levels import BENCHMARK

ID = "athanor/Alchemy-v0"


class AlchemyGym(gymnasium.Env[NDArray[np.float32], np.int64]):
    """One episode of symbolic Alchemy per reset.

    Parameters: ``level`` reference level name, ``end_trial`` with the action that ends a trial (41 actions instead of
    40), ``used_flags`` observations of 39 floats instead of 27, ``trials``, ``steps`` of a trial. Raises BadInput for
    an unknown level.

    ``reset(seed=s)`` gives the reference's episodes of that seed, ``reset(options={"episode": episode})`` a given
    one. The info of each step holds ``trial`` and ``step`` of the observation, ``before_reset`` (stones and potions
    right after the action, before a new trial was dealt) and ``ground_truth`` (float32 [28]).
    """

    metadata = {"render_modes": []}

    def __init__(
        self,
        level: str = BENCHMARK,
        end_trial: bool = False,
        used_flags: bool = True,
        trials: int = TRIALS,
        steps: int = STEPS,
    ) -> None:
        self.level = Level.parse(level)
        self.trials = trials
        self.game = AlchemyEnvironment(end_trial=end_trial, used_flags=used_flags, steps=steps)
        size = OBSERVATION if used_flags else OBSERVATION - STONES - POTIONS
        self.observation_space = spaces.Box(-1, NO_APPEARANCE, (size,), np.float32)
        self.action_space = spaces.Discrete(ACTIONS + end_trial)
        self.random: RandomState | None = None

    def _info(self) -> dict[str, Any]:
        state, chemistry = self.game.before_reset, self.game.episode.chemistry
        truth = ground_truth(chemistry.potion_map, chemistry.stone_map, chemistry.graph, chemistry.rotation)
        return {
            "trial": self.game.state.trial,
            "step": self.game.state.step,
            "before_reset": {"stones": state.stones.copy(), "potions": state.potions.copy()},
            "ground_truth": truth,
        }

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """Start the given or the next episode."""
        super().reset(seed=seed)
        if seed is not None:
            self.random = RandomState(seed % 2**32)
        elif self.random is None:
            self.random = RandomState(int(self.np_random.integers(2**32)))
        given = (options or {}).get("episode")
        episode = given if isinstance(given, Episode) else sample_episode(self.random, self.level, self.trials)
        self.game.reset(episode)
        return self.game.observation(), self._info()

    def step(self, action: np.int64) -> tuple[NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        """Take an action; the episode terminates with its last trial and is never truncated."""
        reward, done = self.game.step(int(action))
        return self.game.observation(), float(reward), done, False, self._info()


if ID not in gymnasium.registry:
    gymnasium.register(ID, entry_point="engine.alchemy.gym:AlchemyGym")
