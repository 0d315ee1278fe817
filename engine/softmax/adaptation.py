"""Memory-based parameter adaptation of the output layer: before each word, a few gradient steps on its neighbours.

Source: Sprechmann et al. 2018 (arXiv 1802.10542), section 2: the nearest stored activations h_k with their words v_k
are looked up, the output layer takes some steps up sum_k w_k log p(v_k | h_k), predicts, and is put back.

Only the layer's weights (and bias) adapt, so a step changes the logits of an activation h by
rate * sum_k w_k (h_k . h + 1) (onehot(v_k) - p_k): everything is computed on logits, exactly, and no weight is touched.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


@torch.no_grad()
def adapted_loss(
    query: Tensor,
    target: Tensor,
    keys: Tensor,
    words: Tensor,
    weight: Tensor,
    bias: Tensor,
    *,
    neighbours: int = 16,
    steps: int = 1,
    rate: float = 0.1,
) -> float:
    """Loss in nats of ``target`` after adapting to the neighbours of ``query`` among stored pairs.

    Parameters
    ----------
    query
        Float32 [d].
    target
        Int64 scalar.
    keys, words
        Float32 [n, d] and int64 [n], n > 0: what was seen before.
    weight, bias
        Float32 [classes, d] and [classes] of the output layer.
    neighbours, steps, rate
        How many stored pairs, how many gradient steps, and their size.
    """
    distances = (keys - query).square().sum(1)
    nearest = distances.topk(min(neighbours, len(keys)), largest=False)
    close, follow = keys[nearest.indices], words[nearest.indices]
    kernel = 1 / (nearest.values + 1e-3)
    shares = kernel / kernel.sum()
    points = torch.cat((close, query[None]))
    logits = torch.addmm(bias, points, weight.T)
    alike = (points @ close.T + 1) * shares  # how far a step at each neighbour carries to each point
    for _ in range(steps):
        wrong = -logits[:-1].softmax(1)
        wrong[torch.arange(len(follow)), follow] += 1
        logits = logits + rate * (alike @ wrong)
    return float(functional.cross_entropy(logits[-1:], target[None]))
