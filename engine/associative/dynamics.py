"""Writing and reading: a few gradient steps on the weights, a few on the pattern, with learned step sizes."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.associative.energy import EnergyNetwork, Fast

CLAMP = 3.0  # inner gradients much longer than this are shortened to it, or the meta-gradient explodes


class Schedule(nn.Module):
    """Learned step sizes and weights of the writing loss; ``gamma`` and ``mu`` [reads], ``eta`` [writes, tensors].

    Stored so that every real number stands for an allowed value: softplus for sizes, sigmoid for momentum.
    """

    def __init__(self, reads: int, writes: int, tensors: int, *, gamma: float, eta: float) -> None:
        super().__init__()
        self.raw_gamma = nn.Parameter(torch.full((reads,), _inverse_softplus(gamma)))
        self.raw_mu = nn.Parameter(torch.full((reads,), -1.0))
        self.raw_eta = nn.Parameter(torch.full((writes, tensors), _inverse_softplus(eta)))
        self.raw_alpha = nn.Parameter(torch.tensor(_inverse_softplus(1.0)))
        self.raw_beta = nn.Parameter(torch.tensor(_inverse_softplus(0.01)))

    @property
    def gamma(self) -> Tensor:
        """Read step sizes."""
        return functional.softplus(self.raw_gamma)

    @property
    def mu(self) -> Tensor:
        """Read momenta."""
        return self.raw_mu.sigmoid()

    @property
    def eta(self) -> Tensor:
        """Write step sizes, one a step and tensor."""
        return functional.softplus(self.raw_eta)

    @property
    def alpha(self) -> Tensor:
        """Weight of the squared slope in the writing loss."""
        return functional.softplus(self.raw_alpha)

    @property
    def beta(self) -> Tensor:
        """Weight of the squared distance to the start in the writing loss."""
        return functional.softplus(self.raw_beta)

    def values(self) -> dict[str, list[float]]:
        """All of them as numbers, for people."""
        named = {"gamma": self.gamma, "mu": self.mu, "eta": self.eta, "alpha": self.alpha, "beta": self.beta}
        return {name: value.detach().reshape(-1).tolist() for name, value in named.items()}


def _inverse_softplus(value: float) -> float:
    return math.log(math.expm1(value))


def write(network: EnergyNetwork, schedule: Schedule, patterns: Tensor) -> list[Fast]:
    """The weights before and after every write step; ``patterns`` [tasks, n, d] are written together [EBMM, eq. 4].

    Differentiable with respect to everything learned where gradients are enabled.
    """
    fast = network.start(len(patterns))
    found = [fast]
    start, eta, alpha, beta = fast, schedule.eta, schedule.alpha, schedule.beta
    for t in range(len(eta)):
        gradient = network.write_gradient(patterns, fast, alpha)
        if t:  # the distance to the start has no slope at the start
            gradient = tuple(g + 2 * beta * (w - s) for g, w, s in zip(gradient, fast, start, strict=True))
        norm = torch.stack([g.flatten(1).square().sum(1) for g in gradient]).sum(0)
        scale = (1 + norm / CLAMP**2).rsqrt()
        fast = tuple(
            w - (eta[t, i] * scale).view(-1, *[1] * (g.dim() - 1)) * g
            for i, (w, g) in enumerate(zip(fast, gradient, strict=True))
        )
        found.append(fast)
    return found


def read(
    network: EnergyNetwork, schedule: Schedule, fast: Fast, queries: Tensor, *, steps: int | None = None
) -> list[Tensor]:
    """The pattern before and after every read step, from ``queries`` [tasks, n, d] on [EBMM, 3 and appendix B].

    Gradient descent with momentum, projected onto the box [-1, 1]. Beyond the learned schedule (``steps`` larger than
    it) the last step size and momentum go on. Nothing tells the read which part of a query is damaged.
    """
    gamma, mu = schedule.gamma, schedule.mu
    x, velocity = queries, torch.zeros_like(queries)
    found = [x]
    for k in range(len(gamma) if steps is None else steps):
        at = min(k, len(gamma) - 1)
        slope = network.slope(x + mu[at] * velocity, fast)
        slope = slope * (1 + slope.square().sum(-1, keepdim=True) / CLAMP**2).rsqrt()
        velocity = mu[at] * velocity - gamma[at] * slope
        x = (x + velocity).clamp(-1, 1)
        found.append(x)
    return found
