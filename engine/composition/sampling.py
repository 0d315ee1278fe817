"""Integrals over a box of actions by importance sampling: uniform draws and learned proposals, mixed.

"Adaptive importance sampling for Boltzmann policies": integrals of exp(X / alpha) are estimated with draws from the
proposals of both old policies and of the mixture, and from the whole box, so that weights stay bounded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.composition.networks import Proposal, TruncatedNormals


@dataclass(frozen=True)
class Draws:
    """Actions [m, N, d] with the log density [m, N] they were drawn from, and that of each proposal, with gradient."""

    actions: Tensor
    log_density: Tensor
    proposals: tuple[Tensor, ...]

    def soft_value(self, values: Tensor, alpha: float) -> Tensor:
        """Estimate of alpha log INT exp(X / alpha) da, [..., m] from X [..., m, N]."""
        lifted = torch.logsumexp(values / alpha - self.log_density, -1)
        return alpha * (lifted - math.log(values.shape[-1]))

    def shares(self, values: Tensor, alpha: float) -> Tensor:
        """Probabilities [..., m, N] that make the draws a sample of exp(X / alpha)."""
        return torch.softmax(values / alpha - self.log_density, -1)


def draw(
    proposal: Proposal, observed: Tensor, mixture: Tensor, each: int, uniform: int, random: torch.Generator
) -> Draws:
    """``each`` draws from the proposals of task 1, task 2 and the mixture [m], and ``uniform`` from the box."""
    count, size = len(observed), proposal.sizes[1]
    ends = torch.stack([torch.ones_like(mixture), torch.zeros_like(mixture), mixture])  # b = 1 is the first task
    together = proposal(observed.repeat(3, 1), ends.reshape(-1))
    parts = [
        TruncatedNormals(*(x[k * count : (k + 1) * count] for x in (together.log_share, together.mean, together.scale)))
        for k in range(3)
    ]
    drawn = [part.sample(each, random) for part in parts]
    drawn.append(_spread(count, uniform, size, random))
    actions = torch.cat(drawn, 1)
    densities = tuple(part.log_density(actions) for part in parts)
    with torch.no_grad():
        total = 3 * each + uniform
        box = torch.full_like(densities[0], -size * math.log(2) + math.log(uniform / total))
        log_density = torch.logsumexp(torch.stack([*(d + math.log(each / total) for d in densities), box]), 0)
    return Draws(actions, log_density, densities)


def _spread(count: int, samples: int, size: int, random: torch.Generator) -> Tensor:
    """Uniform actions [m, samples, d], one in each of ``samples`` slices along every axis (a Latin hypercube)."""
    order = torch.rand(count, samples, size, generator=random).argsort(1)
    return (order + torch.rand(count, samples, size, generator=random)) * (2 / samples) - 1
