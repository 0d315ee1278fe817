"""Two-link arms: a target that is shown only at the beginning, and a payload that is never shown.

The reacher follows the hidden-target variant of Gym's Reacher by Yang & Nguyen 2021 (arXiv 2110.12628), with simple
joint dynamics of our own; the arm is locked while the target is shown, so that nobody can carry it in a velocity. The
payload arm is our own version of the task that Heess et al. 2015 describe.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.control.environment import Draw, Environment, number
from engine.errors import BadInput

LINK, REACH, SHOWN = 0.1, 0.2, 2  # m, m, decisions during which the target is seen
DT, FASTEST = 0.02, 8.0
FRICTION, DRIVE = 0.8, 4.0  # with these, the best plan for a known target costs 4.4, as in Gym's Reacher


class Reacher(Environment):
    """``task.options``: ``delay``: decisions between the target's disappearance and the arm's release.

    Locked decisions earn nothing: the 50 that follow are what is scored.
    """

    def draw(self, random: np.random.Generator) -> Draw:
        """Joints nearly stretched, the target uniform in the disc."""
        radius, turn = REACH * np.sqrt(random.uniform()), random.uniform(-np.pi, np.pi)
        joints, speeds = random.uniform(-0.1, 0.1, 2), random.uniform(-0.005, 0.005, 2)
        return {"start": np.concatenate([joints, speeds]), "target": radius * np.array([np.cos(turn), np.sin(turn)])}

    def begin(self, draws: dict[str, Tensor]) -> None:
        """Start where drawn."""
        self.joints, self.speeds = draws["start"][:, :2], draws["start"][:, 2:]
        self.target = draws["target"]

    def tip(self) -> Tensor:
        """Where the hand is [N, 2], in metres."""
        first, both = self.joints[:, 0], self.joints.sum(1)
        return LINK * torch.stack((first.cos() + both.cos(), first.sin() + both.sin()), 1)

    def advance(self, actions: Tensor) -> Tensor:
        """Friction, drive, then the distance that remains."""
        if self.step_number <= SHOWN + self.task.options["delay"]:
            return torch.zeros(len(actions), dtype=torch.float64)
        self.speeds = (FRICTION * self.speeds + DRIVE * actions).clamp(-FASTEST, FASTEST)
        self.joints = self.joints + self.speeds * DT
        away: Tensor = (self.tip() - self.target).norm(dim=1)
        return -away - actions.square().sum(1)

    def observation(self) -> Tensor:
        """Joints, speeds, the hand's place (in reaches), whether the target is shown, and the target while it is."""
        shown = torch.full((len(self.joints), 1), float(self.step_number < SHOWN), dtype=torch.float64)
        parts = (self.joints.cos(), self.joints.sin(), self.speeds / FASTEST, self.tip() / REACH)
        return torch.cat((*parts, shown, self.target / REACH * shown), 1).float()

    def removed(self) -> Tensor:
        """The target, and whether the arm is free."""
        free = float(self.step_number >= SHOWN + self.task.options["delay"])
        return torch.cat((self.target / REACH, torch.full((len(self.target), 1), free)), 1).float()

    def state(self) -> Tensor:
        """Joints, target, whether it is shown."""
        shown = torch.full((len(self.joints), 1), float(self.step_number < SHOWN), dtype=torch.float64)
        return torch.cat((self.joints, self.target, shown), 1)

    def hidden(self) -> Tensor:
        """The target."""
        return self.target

    def change(self, kind: str, values: Mapping[str, Any]) -> None:
        """``target``: {x, y} in metres: moves, whether anybody sees it or not."""
        if kind != "target":
            return super().change(kind, values)
        place = torch.tensor([number(values, key, -REACH, REACH) for key in ("x", "y")], dtype=torch.float64)
        if place.norm() > REACH:
            raise BadInput(f"The target must lie within the arm's reach of {REACH:g} m")
        self.target = place.expand_as(self.target)


class PayloadArm(Environment):
    """A two-link arm in a vertical plane carries an unknown mass to a place that is seen; velocities are hidden."""

    LENGTH, ROD, GRAVITY, STEP, REPEAT, HEAVIEST = 0.5, 1.0, 9.81, 0.01, 5, 1.0
    TORQUES, FRICTION = (30.0, 15.0), 1.0

    def draw(self, random: np.random.Generator) -> Draw:
        """Hanging down; mass and place."""
        radius, turn = random.uniform(0.4, 0.9), random.uniform(-np.pi / 3, np.pi / 3)
        place = radius * np.array([np.cos(turn), np.sin(turn)])
        start = np.array([-np.pi / 2, 0.0]) + random.uniform(-0.2, 0.2, 2)
        return {"start": start, "target": place, "mass": np.array(random.uniform(0.0, self.HEAVIEST))}

    def begin(self, draws: dict[str, Tensor]) -> None:
        """Start at rest."""
        self.joints, self.target, self.mass = draws["start"], draws["target"], draws["mass"]
        self.speeds = torch.zeros_like(self.joints)

    def tip(self) -> Tensor:
        """Where the payload is [N, 2], in metres."""
        first, both = self.joints[:, 0], self.joints.sum(1)
        return self.LENGTH * torch.stack((first.cos() + both.cos(), first.sin() + both.sin()), 1)

    def advance(self, actions: Tensor) -> Tensor:
        """Semi-implicit Euler steps of the manipulator equations for two uniform rods and a point mass."""
        rod, mass, length, half = self.ROD, self.mass, self.LENGTH, self.LENGTH / 2
        inertia = rod * length**2 / 12
        torques = actions * torch.tensor(self.TORQUES, dtype=torch.float64)
        for _ in range(self.REPEAT):
            cosine, sine = self.joints[:, 1].cos(), self.joints[:, 1].sin()
            outer = rod * half**2 + inertia + mass * length**2
            coupling = (rod * half + mass * length) * length
            inner = rod * half**2 + inertia + (rod + mass) * length**2
            m11, m12, m22 = inner + outer + 2 * coupling * cosine, outer + coupling * cosine, outer
            first, second = self.speeds[:, 0], self.speeds[:, 1]
            weight = (rod * half + mass * length) * self.GRAVITY * self.joints.sum(1).cos()
            lower = (rod * half + (rod + mass) * length) * self.GRAVITY * self.joints[:, 0].cos()
            whirl = coupling * sine
            t1 = torques[:, 0] - self.FRICTION * first + whirl * second * (2 * first + second) - lower - weight
            t2 = torques[:, 1] - self.FRICTION * second - whirl * first.square() - weight
            root = m11 * m22 - m12.square()
            pull = torch.stack(((m22 * t1 - m12 * t2) / root, (m11 * t2 - m12 * t1) / root), 1)
            self.speeds = (self.speeds + pull * self.STEP).clamp(-20.0, 20.0)
            self.joints = self.joints + self.speeds * self.STEP
        away: Tensor = (self.tip() - self.target).norm(dim=1)
        return -away - 0.01 * actions.square().sum(1)

    def observation(self) -> Tensor:
        """Joints and the place to go to."""
        return torch.cat((self.joints.cos(), self.joints.sin(), self.target), 1).float()

    def removed(self) -> Tensor:
        """Speeds and mass."""
        return torch.cat((self.speeds / 10.0, self.mass[:, None]), 1).float()

    def state(self) -> Tensor:
        """Joints, target, mass."""
        return torch.cat((self.joints, self.target, self.mass[:, None]), 1)

    def hidden(self) -> Tensor:
        """Mass and speeds."""
        return torch.cat((self.mass[:, None], self.speeds), 1)

    def change(self, kind: str, values: Mapping[str, Any]) -> None:
        """``mass``: {mass}: another payload."""
        if kind != "mass":
            return super().change(kind, values)
        self.mass = torch.full_like(self.mass, number(values, "mass", 0.0, 2 * self.HEAVIEST))
