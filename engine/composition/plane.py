"""A point in the plane, solved nearly exactly: the yardstick of the learned versions.

A velocity-controlled point on [-1, 1]^2, x' = clip(x + 0.2 a), a in [-1, 1]^2, that never ends; reward depends on the
current x. V is bilinear between the nodes of a grid, integrals over actions are Gauss-Legendre sums; within one such
discretisation the divergence correction equals the optimum to rounding. The construction is ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.composition.dynamics import Floats, Indexed
from engine.composition.tabular import Problem, boltzmann, masses
from engine.errors import BadInput

STRIDE = 0.2
WIDTH = 0.2  # of a region, as the standard deviation of its bump
GAMMA, ALPHA = 0.95, 0.2
STEPS = 45  # of a rollout
NEAR = 0.4  # a rollout ends at a target if it is this close
SHARED = np.array([0.7, 0.7])
TARGETS: dict[str, Floats] = {
    "left-right": np.array([[-0.7, 0.0], [0.7, 0.0]]),
    "left-up": np.array([[-0.7, np.nan], [np.nan, 0.7]]),
    "tricky": np.array([[-0.7, 0.7], [0.7, -0.7]]),
}
"""Centre of each task's own region; nan: a band across the whole plane."""


def plane_rewards(pair: str, points: Floats) -> Floats:
    """Rewards [..., 2] of both tasks at points [..., 2]."""
    if pair not in TARGETS:
        raise BadInput(f"pair may be one of {', '.join(TARGETS)}, not {pair!r}")
    paid = np.stack([_bump(points, centre) for centre in TARGETS[pair]], -1)
    return paid + 0.75 * _bump(points, SHARED)[..., None] if pair == "tricky" else paid


def _bump(points: Floats, centre: Floats) -> Floats:
    away = np.where(np.isnan(centre), 0.0, points - np.where(np.isnan(centre), 0.0, centre))
    bump: Floats = np.exp(-(away**2).sum(-1) / (2 * WIDTH**2))
    return bump


@dataclass(frozen=True)
class Plane:
    """A discretisation: ``side`` nodes along each axis and ``order`` quadrature points along each action axis."""

    pair: str = "tricky"
    side: int = 33
    order: int = 9

    @cached_property
    def nodes(self) -> Floats:
        """Points [side^2, 2] of the states; the first coordinate varies slowest."""
        axis = np.linspace(-1, 1, self.side)
        return np.stack(np.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 2)

    @cached_property
    def quadrature(self) -> tuple[Floats, Floats]:
        """Actions [order^2, 2] and their weights [order^2], which sum to the volume 4."""
        points, weight = np.polynomial.legendre.leggauss(self.order)
        actions = np.stack(np.meshgrid(points, points, indexing="ij"), -1).reshape(-1, 2)
        return actions, np.outer(weight, weight).ravel()

    def corners(self, points: Floats) -> Indexed:
        """The four nodes [..., 4] around each point and their bilinear weights, as successors."""
        place = np.clip((points + 1) / 2 * (self.side - 1), 0, self.side - 1)
        low = np.minimum(place.astype(np.intp), self.side - 2)
        part = place - low
        index, weight = [], []
        for i in (0, 1):
            for j in (0, 1):
                index.append((low[..., 0] + i) * self.side + low[..., 1] + j)
                weight.append(np.abs(1 - i - part[..., 0]) * np.abs(1 - j - part[..., 1]))
        return Indexed(np.stack(index, -1), np.stack(weight, -1))

    def problem(self, gamma: float = GAMMA, alpha: float = ALPHA) -> Problem:
        """The tabular world of this discretisation."""
        actions, weight = self.quadrature
        ahead = np.clip(self.nodes[:, None] + STRIDE * actions, -1, 1)
        paid = plane_rewards(self.pair, self.nodes)
        rewards = np.repeat(paid.T[:, :, None], len(actions), 2)
        return Problem(self.corners(ahead), rewards, gamma, alpha, np.log(weight))

    def rollouts(
        self, problem: Problem, action_values: Floats, starts: Floats, steps: int, random: np.random.Generator
    ) -> Floats:
        """Points [steps + 1, m, 2] of runs of the policy exp(Q / alpha) from ``starts`` [m, 2]."""
        actions, _ = self.quadrature
        path = [starts]
        for _ in range(steps):
            law = self.corners(path[-1])
            here = (action_values[law.next] * law.weight[..., None]).sum(1)  # [m, A]
            total = masses(problem, boltzmann(problem, here)).cumsum(1)
            chosen = (random.random((len(starts), 1)) * total[:, -1:] < total).argmax(1)
            path.append(np.clip(path[-1] + STRIDE * actions[chosen], -1, 1))
        return np.stack(path)


def share_near(ends: Floats, target: Floats = SHARED) -> float:
    """Share of end points [m, 2] within NEAR of the target."""
    return float((np.linalg.norm(ends - target, axis=-1) < NEAR).mean())
