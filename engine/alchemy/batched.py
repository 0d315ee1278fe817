"""Thousands of symbolic Alchemy episodes in step.

The same game as ``environment.py``, in arrays: one row a game, trials and episodes follow each other inside ``step``.
A compiled kernel walks the rows and rewrites only what an action changed; ``compiled=False`` runs the plain numpy
definition, which gives exactly the same.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.alchemy import batched_numpy
from engine.alchemy.actions import ACTIONS
from engine.alchemy.chemistry import POTIONS, STEPS, STONES, TRIALS, Chemistry
from engine.alchemy.encodings import OBSERVATION, ground_truth
from engine.alchemy.episodes import Episode, Level

if TYPE_CHECKING:
    import torch


class BatchedAlchemy:
    """A batch of games in which every step takes one action in each.

    Parameters
    ----------
    batch : number of games.
    level, seed, trials : where episodes come from. Row b's n-th episode depends on (seed, b, n) alone; they are drawn
        from the level's prior by a counter-based generator, so they are not the reference's episodes of that seed.
    episodes : plays these instead: row b takes episode b, then b + batch, ..., starting over at the end of the list.
        All must have the same number of trials, which replaces ``trials``; ValueError else.
    end_trial : with the action that ends a trial (41 actions instead of 40).
    steps : steps of a trial.
    compiled : use the compiled kernel (else plain numpy).

    Attributes
    ----------
    observations : float32 [batch, 39], rewards : float32 [batch], dones : bool [batch]. Rewritten in place by ``step``:
        copy what you keep. Where ``dones`` is set, ``observations`` already shows the next episode.
    trial, step_in_trial : int32 [batch], of what ``observations`` shows.
    stones : int8 [batch, 3] vertices (-1 gone), potions : int8 [batch, 12] latent potions (-1 used).
    chemistry : int32 [batch, 4]: potion map, stone map, graph, rotation.
    """

    def __init__(
        self,
        batch: int,
        level: Level | None = None,
        seed: int = 0,
        *,
        trials: int = TRIALS,
        episodes: Sequence[Episode] | None = None,
        end_trial: bool = False,
        steps: int = STEPS,
        compiled: bool = True,
    ) -> None:
        self.actions = ACTIONS + end_trial
        self.end_trial = end_trial
        self.steps = steps
        self.observations = np.empty((batch, OBSERVATION), np.float32)
        self.rewards = np.zeros(batch, np.float32)
        self.dones = np.zeros(batch, np.bool_)
        self.trial = np.zeros(batch, np.int32)
        self.step_in_trial = np.zeros(batch, np.int32)
        self.stones = np.empty((batch, STONES), np.int8)
        self.potions = np.empty((batch, POTIONS), np.int8)
        self.chemistry = np.empty((batch, 4), np.int32)
        self._games = batched_numpy.Games(
            self.observations,
            self.rewards,
            self.dones,
            self.trial,
            self.step_in_trial,
            self.stones,
            self.potions,
            self.chemistry,
            np.full(batch, -1, np.int64),
        )
        self._tables = batched_numpy.tables()
        if episodes is None:
            self._source = batched_numpy.drawn(level or Level(), trials, seed)
        else:
            self._source = batched_numpy.given(episodes)
        self._functions: Any = batched_numpy
        if compiled:
            from engine.alchemy import batched_kernel  # only now: the compiler takes a moment to load

            self._functions = batched_kernel
        self.reset()

    def reset(self) -> NDArray[np.float32]:
        """Start the next episode in every game; returns ``observations``."""
        self.rewards[:] = 0
        self.dones[:] = False
        self._functions.reset(self._games, self._tables, self._source)
        return self.observations

    def step(self, actions: NDArray[np.integer]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
        """Take one action in each game; returns ``observations``, ``rewards`` and ``dones``.

        ``actions`` holds integers [batch]. Raises ValueError for a wrong shape or an integer that is no action;
        nothing has changed then.
        """
        actions = np.asarray(actions)
        if actions.shape != self.trial.shape or not np.issubdtype(actions.dtype, np.integer):
            raise ValueError(f"actions must be {len(self.trial)} integers, not {actions.dtype} {actions.shape}")
        actions = actions.astype(np.int64, copy=False)
        if actions.size and not (actions.min() >= 0 and actions.max() < self.actions):
            raise ValueError(f"every action must be 0 to {self.actions - 1}")
        self._functions.step(self._games, self._tables, self._source, actions, self.end_trial, self.steps)
        return self.observations, self.rewards, self.dones

    def ground_truth(self) -> NDArray[np.float32]:
        """Ground-truth chemistry vectors, float32 [batch, 28]."""
        return ground_truth(*self.chemistry.T)

    def chemistry_of(self, row: int) -> Chemistry:
        """The chemistry of one game."""
        return Chemistry(*(int(index) for index in self.chemistry[row]))

    def tensors(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """``observations``, ``rewards`` and ``dones`` as torch tensors on the same memory."""
        import torch

        return torch.from_numpy(self.observations), torch.from_numpy(self.rewards), torch.from_numpy(self.dones)


def env_steps_per_second(batches: Sequence[int], seconds: float = 0.5) -> dict[int, float]:
    """Steps per second on one core, observations and resets included, for each batch size.

    Uniformly random actions at the benchmark level; drawing them is not counted. The best of five windows, because
    other programs can only slow it down.
    """
    speeds = {}
    for batch in batches:
        games = BatchedAlchemy(batch)
        pool = np.random.default_rng(0).integers(0, games.actions, (64, batch))
        games.step(pool[0])
        best = 0.0
        for _ in range(5):
            taken, start = 0, time.perf_counter()
            while (elapsed := time.perf_counter() - start) < seconds / 5:
                games.step(pool[taken % len(pool)])
                taken += 1
            best = max(best, taken * batch / elapsed)
        speeds[batch] = best
    return speeds
