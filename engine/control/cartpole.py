"""Cart-pole swing-up with hidden velocities, also with unknown length.

Equations of the public re-implementation by Yang & Nguyen 2021 (arXiv 2110.12628): a uniform rod on a cart with
friction; a positive angle leans to the left. Each decision lasts four steps of 10 ms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.control.environment import Draw, Environment, number, wrap
from engine.control.pixels import draw_pole

CART, POLE, GRAVITY, FRICTION, FORCE, DT, REPEAT = 0.5, 0.5, 9.82, 0.1, 10.0, 0.01, 4
LENGTH = 0.6
SHORTEST, LONGEST = 0.1, 1.2
FASTEST = 10.0  # by which an angular speed is divided before a full-information agent sees it


class CartPole(Environment):
    """``task.options``: ``view`` F, P or pixels; ``lengths``: range of the pole's length, drawn once an episode."""

    def draw(self, random: np.random.Generator) -> Draw:
        """Hanging down, a little disturbed."""
        start = random.normal(0.0, 0.2, 4) + np.array([0.0, 0.0, np.pi, 0.0])
        return {"start": np.append(start, random.uniform(*self.task.options.get("lengths", (LENGTH, LENGTH))))}

    def begin(self, draws: dict[str, Tensor]) -> None:
        """Start where drawn."""
        self.x, self.velocity, self.angle, self.speed, self.length = draws["start"].unbind(1)

    def advance(self, actions: Tensor) -> Tensor:
        """Euler steps; the reward is the sum over the steps of one decision."""
        force = FORCE * actions[:, 0]
        total = CART + POLE
        reward = torch.zeros_like(self.x)
        for _ in range(REPEAT):
            reward -= 0.1 * (wrap(self.angle).square() + 0.01 * self.speed.square() + self.x.square())
            sine, cosine = self.angle.sin(), self.angle.cos()
            spin = self.length * self.speed.square() * sine
            root = 4 * total - 3 * POLE * cosine.square()
            drive = force - FRICTION * self.velocity
            x_pull = (-2 * POLE * spin + 3 * POLE * GRAVITY * sine * cosine + 4 * drive) / root
            turn = -3 * POLE * spin * cosine + 6 * total * GRAVITY * sine + 6 * drive * cosine
            self.x = self.x + self.velocity * DT
            self.angle = self.angle + self.speed * DT
            self.velocity = self.velocity + x_pull * DT
            self.speed = self.speed + turn / (self.length * root) * DT
        return reward

    def observation(self) -> Tensor:
        """Place and direction; velocities only with view F."""
        view = self.task.options["view"]
        if view == "pixels":
            return draw_pole(0.35 * self.x, -self.angle, 1.2 * self.length).flatten(1)
        seen = (self.x, self.angle.cos(), self.angle.sin())
        return torch.stack(seen + self._velocities() if view == "F" else seen, 1).float()

    def _velocities(self) -> tuple[Tensor, ...]:
        return (self.velocity / 3.0, self.speed / FASTEST)

    def removed(self) -> Tensor:
        """Velocities, what an image blurs, and the length where it varies."""
        view = self.task.options["view"]
        rest = () if view == "F" else self._velocities()
        if view == "pixels":
            rest = (self.x, self.angle.cos(), self.angle.sin(), *rest)
        if "lengths" in self.task.options:
            rest = (*rest, 3 * (self.length - LENGTH))
        return torch.stack(rest, 1).float() if rest else torch.zeros(len(self.x), 0)

    def state(self) -> Tensor:
        """Place, velocity, angle (0 upright), angular speed, length."""
        return torch.stack((self.x, self.velocity, wrap(self.angle), self.speed, self.length), 1)

    def hidden(self) -> Tensor:
        """Velocity and angular speed; the length where it varies."""
        parts = (self.velocity, self.speed)
        return torch.stack((*parts, self.length) if "lengths" in self.task.options else parts, 1)

    def change(self, kind: str, values: Mapping[str, Any]) -> None:
        """``length``: {length}; ``push``: {speed}: the pole gets another length or angular speed."""
        if kind == "length":
            self.length = torch.full_like(self.length, number(values, "length", SHORTEST, LONGEST))
        elif kind == "push":
            self.speed = torch.full_like(self.speed, number(values, "speed", -FASTEST, FASTEST))
        else:
            super().change(kind, values)
