"""Two tiny tasks that isolate one thing each: a cue to keep, and a wind to find out.

The passive T-maze is that of Ni et al. 2023 (arXiv 2307.03864); Wind is that of Ni, Eysenbach & Salakhutdinov
2022 (arXiv 2110.05038).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.control.environment import Draw, Environment, number

STRONGEST, GOAL_RADIUS = 0.08, 0.03


class TMaze(Environment):
    """A cue of +1 or -1 at the first step; the sign of the last action must be the cue's. It earns 1 or 0."""

    def draw(self, random: np.random.Generator) -> Draw:
        """The cue."""
        return {"cue": np.array(random.choice([-1.0, 1.0]))}

    def begin(self, draws: dict[str, Tensor]) -> None:
        """Show the cue."""
        self.cue = draws["cue"]
        self.side = torch.zeros_like(self.cue)

    def advance(self, actions: Tensor) -> Tensor:
        """Walk on; at the end choose."""
        if self.step_number < self.task.horizon:
            return torch.zeros_like(self.cue)
        self.side = actions[:, 0].sign()
        return (self.side == self.cue).double()

    def observation(self) -> Tensor:
        """The cue at the first step, and whether it is time to choose."""
        first, last = float(self.step_number == 0), float(self.step_number >= self.task.horizon - 1)
        return torch.stack((first * self.cue, torch.full_like(self.cue, last)), 1).float()

    def removed(self) -> Tensor:
        """The cue."""
        return self.cue[:, None].float()

    def state(self) -> Tensor:
        """Share of the corridor walked, cue, side chosen."""
        walked = torch.full_like(self.cue, min(1.0, self.step_number / self.task.horizon))
        return torch.stack((walked, self.cue, self.side), 1)

    def hidden(self) -> Tensor:
        """The cue."""
        return self.cue[:, None]


class Wind(Environment):
    """A point walks to a goal at (0, 1) against a constant wind that it cannot see."""

    def draw(self, random: np.random.Generator) -> Draw:
        """The wind."""
        return {"wind": random.uniform(-STRONGEST, STRONGEST, 2)}

    def begin(self, draws: dict[str, Tensor]) -> None:
        """At the origin."""
        self.wind = draws["wind"]
        self.place = torch.zeros_like(self.wind)

    def advance(self, actions: Tensor) -> Tensor:
        """Own step and the wind's; 1 within the goal's radius."""
        self.place = self.place + 0.1 * actions + self.wind
        away: Tensor = (self.place - self._goal()).norm(dim=1)
        return (away < GOAL_RADIUS).double()

    def _goal(self) -> Tensor:
        return torch.tensor([0.0, 1.0], dtype=torch.float64)

    def observation(self) -> Tensor:
        """The way to the goal, limited to [-3, 3]."""
        return (self._goal() - self.place).clamp(-3.0, 3.0).float()

    def removed(self) -> Tensor:
        """The wind, in units of the strongest."""
        return (self.wind / STRONGEST).float()

    def state(self) -> Tensor:
        """Place and wind."""
        return torch.cat((self.place, self.wind), 1)

    def hidden(self) -> Tensor:
        """The wind."""
        return self.wind

    def change(self, kind: str, values: Mapping[str, Any]) -> None:
        """``wind``: {x, y}: turns."""
        if kind != "wind":
            return super().change(kind, values)
        blown = [number(values, key, -0.1, 0.1) for key in ("x", "y")]
        self.wind = torch.tensor(blown, dtype=torch.float64).expand_as(self.wind)
