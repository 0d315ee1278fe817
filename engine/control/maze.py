"""The water maze: somewhere in a pool there is a platform under water; whoever stands on it is soon thrown elsewhere.

After Heess et al. 2015, section "water maze", whose geometry is not published; the constants are ours. Order of a step:
accelerate, limit the speed, move, wall, look whether on the platform, count, teleport. A trial runs from the start, or
from a teleport, to the first contact with the platform.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.control.environment import Draw, Environment, number
from engine.errors import BadInput

POOL, ACCELERATION, FASTEST, STAY = 1.0, 0.03, 0.1, 5
START = 0.95  # starts lie within this radius
RING = 0.7  # platforms of the centre-start maze lie on this circle
TELEPORTS, CANDIDATES = 41, 8  # an episode of 200 steps has room for 40


class WaterMaze(Environment):
    """``task.options``: ``radius`` of the platform; ``centre`` start and platform on a circle, else anywhere; ``dense``
    reward; ``probe``: teleports after which the platform is gone (0: it stays); ``shown`` never, first or always.

    Attributes
    ----------
    on
        bool [N]: on the platform after the last step, before a teleport.
    trial
        int64 [N]: teleports so far.
    """

    def draw(self, random: np.random.Generator) -> Draw:
        """Platform, and candidates for every start: the first that is not on the platform counts."""
        turn, radius = random.uniform(-np.pi, np.pi), (POOL - self.task.options["radius"]) * np.sqrt(random.uniform())
        if self.task.options["centre"]:
            radius = RING
        angles = random.uniform(-np.pi, np.pi, (TELEPORTS, CANDIDATES))
        radii = START * np.sqrt(random.uniform(size=(TELEPORTS, CANDIDATES)))
        starts = np.stack((radii * np.cos(angles), radii * np.sin(angles)), -1)
        return {"platform": radius * np.array([np.cos(turn), np.sin(turn)]), "starts": starts}

    def begin(self, draws: dict[str, Tensor]) -> None:
        """At rest at the first start."""
        self.platform, self._starts = draws["platform"], draws["starts"]
        count = len(self.platform)
        self.radius = float(self.task.options["radius"])
        self.present = torch.ones(count, dtype=torch.bool)
        self.trial = torch.zeros(count, dtype=torch.long)
        self.stayed = torch.zeros(count, dtype=torch.long)
        self.on = torch.zeros(count, dtype=torch.bool)
        self.velocity = torch.zeros(count, 2, dtype=torch.float64)
        self.place = self._start()

    def _start(self) -> Tensor:
        """Where each episode's present trial begins [N, 2]."""
        if self.task.options["centre"]:
            return torch.zeros_like(self.platform)
        number = self.trial.clamp(max=TELEPORTS - 1)
        candidates = self._starts[torch.arange(len(number)), number]
        off = (candidates - self.platform[:, None]).norm(dim=2) >= self.radius
        return candidates[torch.arange(len(number)), off.int().argmax(1)]

    def advance(self, actions: Tensor) -> Tensor:
        """One step in the order of the module's description."""
        velocity = self.velocity + ACCELERATION * actions
        speed = velocity.norm(dim=1, keepdim=True)
        velocity = velocity * (FASTEST / speed.clamp(min=FASTEST))
        place = self.place + velocity
        distance = place.norm(dim=1, keepdim=True)
        outside = distance > POOL
        place = torch.where(outside, place * (POOL / distance.clamp(min=POOL)), place)
        velocity = torch.where(outside, torch.zeros_like(velocity), velocity)
        away = (place - self.platform).norm(dim=1)
        self.on = (away < self.radius) & self.present
        reward = self.on.double()
        if self.task.options.get("dense"):
            reward = reward + 0.1 * (1.0 - away)
        self.stayed = torch.where(self.on, self.stayed + 1, 0)
        self.teleported = self.stayed >= STAY
        self.place, self.velocity = place, velocity
        if bool(self.teleported.any()):
            thrown = self.teleported[:, None]
            self.trial = self.trial + self.teleported.long()
            self.place = torch.where(thrown, self._start(), place)
            self.velocity = torch.where(thrown, torch.zeros_like(velocity), velocity)
            self.stayed = torch.where(self.teleported, 0, self.stayed)
            if probe := self.task.options.get("probe", 0):
                self.present = self.present & (self.trial < probe)
        return reward

    def observation(self) -> Tensor:
        """Place, whether on the platform (0 right after a teleport); where it is, if the task shows that."""
        seen = [self.place, (self.on & ~self.teleported)[:, None].double()]
        shown = self.task.options.get("shown", "never")
        if shown != "never":
            visible = float(shown == "always" or self.step_number == 0)
            seen += [visible * self.platform]
        return torch.cat(seen, 1).float()

    def removed(self) -> Tensor:
        """Velocity (in top speeds) and the platform."""
        return torch.cat((self.velocity / FASTEST, self.platform), 1).float()

    def state(self) -> Tensor:
        """Place, platform, its radius (0 where it is gone), on, trial."""
        radius = self.radius * self.present.double()
        rest = torch.stack((radius, self.on.double(), self.trial.double()), 1)
        return torch.cat((self.place, self.platform, rest), 1)

    def hidden(self) -> Tensor:
        """The platform."""
        return self.platform

    def change(self, kind: str, values: Mapping[str, Any]) -> None:
        """``platform`` or ``agent``: {x, y}: moves; ``remove``, ``restore``: the platform goes or comes back;
        ``radius``: {radius}.
        """
        if kind in ("platform", "agent"):
            place = torch.tensor([number(values, key, -POOL, POOL) for key in ("x", "y")], dtype=torch.float64)
            if place.norm() > POOL:
                raise BadInput(f"The {kind} must lie inside the pool, whose radius is {POOL:g}")
            if kind == "platform":
                self.platform = place.expand_as(self.platform)
            else:
                self.place, self.velocity = place.expand_as(self.place), torch.zeros_like(self.velocity)
            self.stayed = torch.zeros_like(self.stayed)
        elif kind in ("remove", "restore"):
            self.present = torch.full_like(self.present, kind == "restore")
        elif kind == "radius":
            self.radius = number(values, "radius", 0.05, 0.5)
        else:
            super().change(kind, values)
