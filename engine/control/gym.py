"""Every task as a Gymnasium environment; importing this module registers ``athanor/NAME-v0``, NAME as in TASKS."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray

from engine.control.catalogue import make
from engine.control.tasks import TASKS, find_task

Floats = NDArray[np.float32]


class ControlGym(gymnasium.Env[Floats, Floats]):
    """One episode per reset; ``task``: a name of TASKS (BadInput for another).

    ``reset(seed=s)`` gives the episode of that seed, a later ``reset()`` the next ones of its sequence. Actions are
    float32 [m] and clipped to [-1, 1]. An episode is truncated at the task's horizon, or terminates there where the
    task says that this is an end. The info holds ``state`` and ``hidden``, float64, which no agent should see.
    """

    metadata = {"render_modes": []}

    def __init__(self, task: str = "pendulum-p") -> None:
        self.task = find_task(task)
        self.game = make(self.task)
        self.game.reset([(0,)])
        size = self.game.observation().shape[1]
        self.observation_space = spaces.Box(-np.inf, np.inf, (size,), np.float32)
        self.action_space = spaces.Box(-1.0, 1.0, (len(self.task.actions),), np.float32)
        self._seed: int | None = None
        self._episode = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Floats, dict[str, Any]]:
        """Begin the episode of a seed, or the next one."""
        super().reset(seed=seed)
        if seed is not None:
            self._seed, self._episode = seed, 0
        elif self._seed is None:
            self._seed = int(self.np_random.integers(2**32))
        else:
            self._episode += 1
        self.game.reset([(self._seed, self._episode)])
        return self._observation(), self._info()

    def step(self, action: Floats) -> tuple[Floats, float, bool, bool, dict[str, Any]]:
        """Take one action."""
        given = torch.from_numpy(np.asarray(action, np.float32).reshape(1, -1))
        reward = self.game.step(given).item()
        over = self.game.step_number >= self.task.horizon
        return self._observation(), reward, over and self.task.terminal, over and not self.task.terminal, self._info()

    def _observation(self) -> Floats:
        seen: Floats = self.game.observation()[0].numpy()
        return seen

    def _info(self) -> dict[str, Any]:
        return {"state": self.game.state()[0].numpy(), "hidden": self.game.hidden()[0].numpy()}


for _name in TASKS:
    if f"athanor/{_name}-v0" not in gymnasium.registry:
        gymnasium.register(f"athanor/{_name}-v0", entry_point="engine.control.gym:ControlGym", kwargs={"task": _name})
