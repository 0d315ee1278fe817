"""How dense memories are addressed: by content, by location, by age [Graves et al. 2014, 2016]."""

from __future__ import annotations

import torch
from torch import Tensor

SQUARE_EPSILON = 1e-6  # added to squared norms: an empty word has similarity 0 and a bounded gradient


def unit(vectors: Tensor) -> Tensor:
    """Vectors along the last dimension divided by their (slightly enlarged) length."""
    return vectors * (vectors.square().sum(-1, keepdim=True) + SQUARE_EPSILON).rsqrt()


def content_weights(memory: Tensor, keys: Tensor, strengths: Tensor) -> Tensor:
    """Softmax over slots of beta cos(k, M(i)): memory [B, N, W], keys [B, H, W], strengths [B, H] -> [B, H, N]."""
    cosines = unit(keys) @ unit(memory).transpose(1, 2)
    return (strengths[..., None] * cosines).softmax(-1)


def circular_shift(weights: Tensor, shift: Tensor) -> Tensor:
    """w~(i) = sum_d s(d) w(i - d) over d = -1, 0, 1 [Graves et al. 2014, eq 8]: weights [B, H, N], shift [B, H, 3]."""
    back, stay, on = shift.unsqueeze(-2).unbind(-1)
    return back * weights.roll(-1, -1) + stay * weights + on * weights.roll(1, -1)


def sharpen(weights: Tensor, exponent: Tensor) -> Tensor:
    """w^gamma / sum w^gamma [Graves et al. 2014, eq 9]: weights [B, H, N] >= 0, exponent [B, H] >= 1."""
    powers = (weights + 1e-12) ** exponent[..., None]  # the derivative of 0^gamma in gamma is not a number
    return powers / powers.sum(-1, keepdim=True)


def allocation(usage: Tensor) -> Tensor:
    """Least used slots first, a[phi_j] = (1 - u[phi_j]) prod_{i<j} u[phi_i] [Graves et al. 2016, eq 1]: [B, N] both."""
    usage = SQUARE_EPSILON + (1 - SQUARE_EPSILON) * usage  # keeps gradients of the product away from 0/0
    ascending, order = usage.sort(dim=-1, stable=True)
    product = torch.cat([torch.ones_like(ascending[:, :1]), ascending[:, :-1]], -1).cumprod(-1)
    return torch.zeros_like(usage).scatter(-1, order, (1 - ascending) * product)


def read_words(memory: Tensor, weights: Tensor) -> Tensor:
    """Reads r = sum_i w(i) M(i) for every head, side by side: memory [B, N, W], weights [B, H, N] -> [B, H W]."""
    return (weights @ memory).flatten(1)
