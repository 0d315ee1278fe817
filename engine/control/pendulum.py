"""Pendulum swing-up: Gymnasium's Pendulum, with parts of what it shows taken away, and with unknown length.

Heess et al. 2015 hide the angular speed. The three versions (F: all, P: positions, V: speed) are those of Ni,
Eysenbach & Salakhutdinov 2022 (arXiv 2110.05038).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.control.environment import Draw, Environment, number, wrap
from engine.control.pixels import draw_pole

GRAVITY, MASS, DT, TORQUE, FASTEST = 10.0, 1.0, 0.05, 2.0, 8.0
SHORTEST, LONGEST = 0.2, 2.0


class Pendulum(Environment):
    """``task.options``: ``view`` F, P, V or pixels; ``lengths``: range of the rod's length, drawn once an episode."""

    def draw(self, random: np.random.Generator) -> Draw:
        """Angle, angular speed and length."""
        angle, speed = random.uniform(-np.pi, np.pi), random.uniform(-1.0, 1.0)
        return {"start": np.array([angle, speed, random.uniform(*self.task.options.get("lengths", (1.0, 1.0)))])}

    def begin(self, draws: dict[str, Tensor]) -> None:
        """Start at the drawn angle and speed."""
        self.angle, self.speed, self.length = draws["start"].unbind(1)

    def advance(self, actions: Tensor) -> Tensor:
        """Gymnasium's equations, with the length kept in."""
        torque = TORQUE * actions[:, 0]
        reward = -(wrap(self.angle).square() + 0.1 * self.speed.square() + 0.001 * torque.square())
        pull = 3 * GRAVITY / (2 * self.length) * self.angle.sin() + 3 / (MASS * self.length.square()) * torque
        self.speed = (self.speed + pull * DT).clamp(-FASTEST, FASTEST)
        self.angle = self.angle + self.speed * DT
        return reward

    def observation(self) -> Tensor:
        """By ``view``; the angular speed is divided by 8."""
        view = self.task.options["view"]
        if view == "pixels":
            return draw_pole(torch.zeros_like(self.angle), self.angle, 0.75 * self.length).flatten(1)
        position, speed = (self.angle.cos(), self.angle.sin()), (self.speed / FASTEST,)
        return torch.stack({"F": position + speed, "P": position, "V": speed}[view], 1).float()

    def removed(self) -> Tensor:
        """Whatever ``view`` leaves out, and the length where it varies."""
        view = self.task.options["view"]
        position, speed = (self.angle.cos(), self.angle.sin()), (self.speed / FASTEST,)
        rest = {"F": (), "P": speed, "V": position, "pixels": position + speed}[view]
        if "lengths" in self.task.options:
            rest = (*rest, self.length - 1.0)
        return torch.stack(rest, 1).float() if rest else torch.zeros(len(self.angle), 0)

    def state(self) -> Tensor:
        """Angle (0 upright), angular speed, length."""
        return torch.stack((wrap(self.angle), self.speed, self.length), 1)

    def hidden(self) -> Tensor:
        """Angular speed, or with view V the position; the length where it varies."""
        parts = (self.angle.cos(), self.angle.sin()) if self.task.options["view"] == "V" else (self.speed,)
        if "lengths" in self.task.options:
            parts = (*parts, self.length)
        return torch.stack(parts, 1)

    def change(self, kind: str, values: Mapping[str, Any]) -> None:
        """``length``: {length}; ``push``: {speed}: the rod gets another length or speed."""
        if kind == "length":
            self.length = torch.full_like(self.length, number(values, "length", SHORTEST, LONGEST))
        elif kind == "push":
            self.speed = torch.full_like(self.speed, number(values, "speed", -FASTEST, FASTEST))
        else:
            super().change(kind, values)
