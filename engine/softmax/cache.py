"""A neural cache over a trained language model: words that followed similar activations become more likely.

Source: Grave, Joulin, Usunier 2017 (arXiv 1612.04426), equations 2 and 3:

    p_cache(w) = sum over i with w_i = w of softmax_i(kappa h_t . h_i),   p = (1 - share) p_model + share p_cache

over the last ``window`` pairs of an activation and the word that followed it. It looks back only: the pair of the word
that is being predicted is never among them, and the mixture is fixed before a word is scored.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

BLOCK = 256
SHARES = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4)
KAPPAS = (0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6)


@dataclass(frozen=True, slots=True)
class Mixture:
    """``share`` of the cache in the mixture, ``kappa`` sharpness, ``window`` pairs kept."""

    share: float
    kappa: float
    window: int


@torch.no_grad()
def cache_probabilities(activations: Tensor, targets: Tensor, window: int, kappas: Sequence[float]) -> Tensor:
    """Probability that a cache gives each target of one document in order; float32 [kappas, words].

    ``activations`` float32 [words, d] before each of ``targets`` int64 [words]; 0 where the cache is still empty.
    """
    found = torch.zeros(len(kappas), len(targets))
    for start in range(0, len(targets), BLOCK):
        stop, first = min(start + BLOCK, len(targets)), max(start - window, 0)
        scores = activations[start:stop] @ activations[first:stop].T
        query, key = torch.arange(start, stop)[:, None], torch.arange(first, stop)
        seen = (key < query) & (key >= query - window)
        same = (targets[first:stop] == targets[start:stop, None]) & seen
        for number, kappa in enumerate(kappas):
            weights = (kappa * scores).masked_fill(~seen, -math.inf).softmax(1)
            found[number, start:stop] = torch.nan_to_num(weights).mul_(same).sum(1)
    return found


def mixed_loss(loss: NDArray[np.float64], cached: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Losses in nats of the mixture, from the model's losses and the cache's probabilities."""
    mixed: NDArray[np.float64] = -np.log((1 - share) * np.exp(-loss) + share * cached)
    return mixed


def choose_mixture(loss: NDArray[np.float64], cached: NDArray[np.float64], window: int) -> Mixture:
    """The best of ``SHARES`` and ``KAPPAS`` for losses [words] and probabilities [KAPPAS, words] of validation text."""
    tried = [
        (float(mixed_loss(loss, cached[number], share).mean()), share, kappa)
        for number, kappa in enumerate(KAPPAS)
        for share in SHARES
    ]
    _, share, kappa = min(tried)
    return Mixture(share, kappa, window)
