"""An output layer with the Hebbian rule in it, to be put where a linear layer and cross entropy were."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.softmax.rule import Overwritten, Rule, overwrite

MEAN_RATE = 0.01  # of the running mean of activations, in batches


class HebbianSoftmax(nn.Module):
    """Logits, loss, and after each optimiser step `imprint`.

    Attributes
    ----------
    weight
        Float32 [classes, d]; pass the embedding's own parameter as ``weight`` to tie them.
    bias
        Float32 [classes] or None.
    counts
        Int64 [classes], occurrences so far; saved with the weights, reset only with them.
    mean, batches
        Float32 [d], running mean of the activations, and int64, over how many batches.
    rule
        None: an ordinary softmax that counts.
    """

    counts: Tensor
    mean: Tensor
    batches: Tensor

    def __init__(
        self,
        classes: int,
        size: int,
        rule: Rule | None = None,
        *,
        weight: Tensor | None = None,
        bias: Tensor | None = None,
        cosine: bool = False,
        ignore: int = -1,
    ) -> None:
        """``cosine``: logits are cosines times a learned scale, so that one bound row cannot shout down the others.

        ``bias`` is the start of a trained bias. ``ignore`` is a class that is never counted or bound.
        """
        super().__init__()
        self.weight = nn.Parameter(torch.randn(classes, size) / math.sqrt(size)) if weight is None else weight
        self.bias = None if bias is None else nn.Parameter(bias.clone())
        self.sharpness = nn.Parameter(torch.tensor(math.log(10.0))) if cosine else None
        self.register_buffer("counts", torch.zeros(classes, dtype=torch.int64))
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("batches", torch.zeros((), dtype=torch.int64))
        self.rule, self.ignore = rule, ignore

    def features(self, activations: Tensor) -> Tensor:
        """What is compared with the rows, and bound: of unit norm with cosine logits."""
        return activations if self.sharpness is None else functional.normalize(activations, dim=1)

    def forward(self, activations: Tensor, classes: int | None = None) -> Tensor:
        """Logits [batch, classes] of activations [batch, d]; only of the first ``classes`` where others come later."""
        weight = self.weight[:classes]
        if self.sharpness is not None:
            return self.sharpness.exp() * (self.features(activations) @ functional.normalize(weight, dim=1).T)
        logits = activations @ weight.T
        return logits if self.bias is None else logits + self.bias[:classes]

    @torch.no_grad()
    def imprint(self, activations: Tensor, targets: Tensor) -> Overwritten | None:
        """Count targets int64 [batch] and overwrite their rows with activations [batch, d]; None without a rule."""
        found = self.features(activations.detach())
        self.batches += 1
        self.mean.lerp_(found.mean(0), max(1 / int(self.batches), MEAN_RATE))
        if self.rule is None:
            kept = targets[targets != self.ignore]
            self.counts.index_add_(0, kept, torch.ones_like(kept))
            return None
        return overwrite(self.weight, found, targets, self.counts, self.rule, ignore=self.ignore, mean=self.mean)
