"""Exact regret of what was learned on the plane, in the near-exact discretisation."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import torch

from engine.composition.compose import Composition, Skills
from engine.composition.dynamics import Floats
from engine.composition.learning import LEARNED, Learner
from engine.composition.plane import Plane
from engine.composition.tabular import boltzmann, evaluate

CHUNK = 121  # nodes evaluated at once, so that arrays stay in the cache


class Yardstick:
    """Near-exact solution of a pair for one mixture, and the regret of learned policies against it."""

    def __init__(self, pair: str, mixture: float) -> None:
        self.plane = Plane(pair)
        self.mixture = mixture

    @cached_property
    def skills(self) -> Skills:
        """The base tasks, solved."""
        return Skills(self.plane.problem())

    @cached_property
    def solution(self) -> Composition:
        """Every method, exactly."""
        return self.skills.compose(self.weights)

    @property
    def weights(self) -> Floats:
        """Weights [2] of the tasks."""
        return np.array([self.mixture, 1 - self.mixture])

    def action_values(self, learner: Learner) -> dict[str, Floats]:
        """Method -> learned action values [S, A] at the nodes and quadrature actions."""
        actions = torch.from_numpy(self.plane.quadrature[0]).float()
        nodes = torch.from_numpy(self.plane.nodes).float()
        parts = []
        for part in torch.split(nodes, CHUNK):
            mixture = torch.full((len(part),), self.mixture)
            seen = learner.body.observe(part)
            with torch.no_grad():
                found = learner.values(seen, mixture, actions.expand(len(part), -1, -1))
                parts.append([found.method(name) for name in LEARNED])
        return {
            name: torch.cat(pieces).double().numpy()
            for name, pieces in zip(LEARNED, zip(*parts, strict=True), strict=True)
        }

    def measure(self, found: dict[str, Floats]) -> dict[str, Floats]:
        """Method -> exact value [S] of its policy on the mixed reward."""
        problem = self.skills.problem
        policies = boltzmann(problem, np.stack(list(found.values())))
        rewards = np.broadcast_to(problem.mixed(self.weights), policies.shape)
        return dict(zip(found, evaluate(problem, rewards, policies)[1], strict=True))

    def base_regrets(self, found: dict[str, Floats]) -> list[float]:
        """Regret of each learned base policy on its own task."""
        problem = self.skills.problem
        policies = boltzmann(problem, np.stack([found["base_1"], found["base_2"]]))
        _, values = evaluate(problem, problem.rewards, policies)
        return [float(one) for one in (self.skills.values - values).mean(-1)]
