"""Sphering of queries by a moving ZCA, so that they spread over fixed random addresses [Rae et al. 2019, A.2, G]."""

from __future__ import annotations

import torch
from torch import Tensor, nn

RIDGE = 1e-5
EVERY = 20  # steps between decompositions; the decay of the transform is rescaled for it
WARM_UP = 100  # steps of statistics alone, so that the first transform is that of many batches


class MovingZCA(nn.Module):
    """q = (s - mu) theta with running mean, covariance and ZCA matrix; updated in training only, frozen afterwards.

    As corrected from the printed algorithm: the covariance is E[s^T s] - mu^T mu, the ZCA matrix U diag(1 / sqrt(lambda
    + 1e-5)) U^T, and its input is the raw query. The mean is subtracted, which the printed last line leaves out.
    No gradient passes through the statistics; it does pass through s theta.
    """

    mean: Tensor
    second: Tensor
    transform: Tensor
    steps: Tensor

    def __init__(self, size: int, decay: float = 0.95):
        super().__init__()
        self.decay = decay
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("second", torch.eye(size))
        self.register_buffer("transform", torch.eye(size))
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))

    def forward(self, raw: Tensor) -> Tensor:
        """Raw queries [..., size] -> sphered queries of the same shape."""
        if self.training:
            self._learn(raw.detach().flatten(0, -2))
        return (raw - self.mean) @ self.transform

    @torch.no_grad()
    def _learn(self, raw: Tensor) -> None:
        decay = self.decay if self.steps > 0 else 0.0
        self.mean.mul_(decay).add_(raw.mean(0), alpha=1 - decay)
        self.second.mul_(decay).add_(raw.T @ raw / len(raw), alpha=1 - decay)
        self.steps += 1
        if self.steps >= WARM_UP and self.steps % EVERY == 0:
            covariance = (self.second - torch.outer(self.mean, self.mean)).double()
            values, vectors = torch.linalg.eigh(covariance)
            whitening = vectors @ torch.diag((values.clamp(min=0) + RIDGE).rsqrt()) @ vectors.T
            decay = self.decay / EVERY if self.steps > WARM_UP else 0.0
            self.transform.mul_(decay).add_(whitening.to(self.transform), alpha=1 - decay)
