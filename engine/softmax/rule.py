"""The rule of the Hebbian softmax: a row of the output layer is partly overwritten by the activation before its class.

Source: Rae, Dyer, Dayan, Lillicrap 2018 (arXiv 1803.10049), section 3 and algorithm 1. With c[i] the number of times
class i has been a target, h the mean activation of its targets in this batch, and theta_hat the row after an ordinary
gradient step on everything,

    rate[i]  = max(1 / c[i], gamma) while c[i] < T, else 0
    theta[i] = (1 - rate[i]) theta_hat[i] + rate[i] h

for the classes that were targets; all other rows are those of the gradient step. Nothing is differentiated through it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

Weighting = Literal["occurrence", "batch"]
Scale = Literal["none", "target", "rows"]
TINY = 1e-8


@dataclass(frozen=True, slots=True)
class Rule:
    """Limits of the rule.

    Attributes
    ----------
    gamma
        Least mixing rate while the rule acts.
    limit
        T: a class seen this often is left to gradient descent.
    weighting
        "occurrence": 1 / c as published; "batch": n / c with n occurrences in the batch, which keeps the exact running
        mean where a class comes more than once in a batch.
    scale
        "none": activations as they are; "target": each has the norm of its target's row; "rows": each has the mean norm
        of the rows that the rule has left (of all rows before there are any).
    strength
        Factor on the activations that are written.
    centred
        Whether the running mean of all activations is taken off first: what every context shares says nothing about a
        word (our addition, as in linear discriminant analysis).
    """

    gamma: float = 0.01
    limit: int = 500
    weighting: Weighting = "batch"
    scale: Scale = "none"
    strength: float = 1.0
    centred: bool = False

    def rate(self, counts: Tensor, seen: Tensor) -> Tensor:
        """Mixing rates float32 [n] of classes with ``counts`` occurrences in all (these included), ``seen`` now."""
        share = (seen if self.weighting == "batch" else torch.ones_like(seen)) / counts
        return torch.where(counts < self.limit, share.clamp(self.gamma, 1.0), torch.zeros_like(share))


@dataclass(frozen=True, slots=True)
class Overwritten:
    """What one call wrote: ``rows`` int64 [n] ascending, ``counts`` and ``seen`` int64 [n], ``rates`` float32 [n] (all
    above 0), ``activations`` [n, d] as mixed in, ``before`` [n, d] the rows as the gradient step left them.
    """

    rows: Tensor
    counts: Tensor
    seen: Tensor
    rates: Tensor
    activations: Tensor
    before: Tensor


@torch.no_grad()
def overwrite(
    weight: Tensor,
    activations: Tensor,
    targets: Tensor,
    counts: Tensor,
    rule: Rule,
    *,
    ignore: int = -1,
    mean: Tensor | None = None,
) -> Overwritten:
    """Count the targets and overwrite their rows, in place; call it after the optimiser's step.

    Parameters
    ----------
    weight
        Float [classes, d], changed.
    activations
        Float [batch, d], what entered the layer, without dropout.
    targets
        Int64 [batch].
    counts
        Int64 [classes], occurrences so far, changed.
    rule
        Rates and limits.
    ignore
        A target that is neither counted nor bound: padding, unknown words.
    mean
        Float [d], taken off the activations where the rule is centred.
    """
    kept = targets != ignore
    activations, targets = activations[kept], targets[kept]
    rows, place, seen = torch.unique(targets, return_inverse=True, return_counts=True)
    counts[rows] += seen  # assignment by index: an in-place method on counts[rows] would change a copy
    rates = rule.rate(counts[rows], seen)
    values = activations.to(weight.dtype)
    if rule.centred and mean is not None:
        values = values - mean
    if rule.scale != "none":
        norms = weight.norm(dim=1)
        wanted = norms[targets, None] if rule.scale == "target" else _settled(norms, counts, rule)
        values = values * (wanted / values.norm(dim=1, keepdim=True).clamp_min(TINY))
    bound = torch.zeros(len(rows), weight.shape[1], dtype=weight.dtype, device=weight.device)
    bound.index_add_(0, place, values).mul_(rule.strength / seen[:, None])
    acts = rates > 0
    rows, rates, bound = rows[acts], rates[acts], bound[acts]
    before = weight[rows]
    weight[rows] = (1 - rates[:, None]) * before + rates[:, None] * bound
    return Overwritten(rows, counts[rows], seen[acts], rates, bound, before)


def _settled(norms: Tensor, counts: Tensor, rule: Rule) -> Tensor:
    """Mean norm of rows beyond the limit: that of bound rows would feed on itself where ``strength`` is above 1."""
    settled = norms[counts >= rule.limit]
    return settled.mean() if len(settled) else norms.mean()


Update = Callable[[Tensor, Tensor, Tensor, Tensor], object]


def takes_effect(update: Update) -> bool:
    """Whether ``update(weight, activations, targets, counts)`` binds a new class: tells a rule that edits a copy.

    ``weight[mask].add_(...)`` changes what indexing returned, not the weight; a public implementation of this rule does
    so and trains exactly like a plain softmax. The probe binds one class of three, whose row must become its
    activation, while the others stay.
    """
    weight, activation = torch.zeros(3, 2), torch.tensor([[3.0, 4.0]])
    update(weight, activation, torch.tensor([1]), torch.zeros(3, dtype=torch.int64))
    return bool(torch.equal(weight, torch.tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 0.0]])))
