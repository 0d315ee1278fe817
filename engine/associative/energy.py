"""What an energy network is: a scalar for each pattern, given weights of which some are written per task.

Any network will do that gives ``energy``: the two derivatives that reading and writing need come from automatic
differentiation. Networks whose derivatives are written out by hand override them; both forms are compared in the tests.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

Fast = tuple[Tensor, ...]
"""The writable weights of each task, every tensor [tasks, ...]."""


class EnergyNetwork(nn.Module):
    """E(x; fast), with ``fast`` the tensors named by ``written``; everything else is slow and shared [EBMM, 3 and 4].

    Attributes
    ----------
    written
        Names of the parameters that a write changes; their values are the start of every write.
    """

    written: tuple[str, ...]

    def start(self, tasks: int) -> Fast:
        """The writable weights before a write, for each task the same: a view, nothing is copied."""
        return tuple(value.expand(tasks, *value.shape) for value in self.start_values())

    def start_values(self) -> Fast:
        """The meta-learned start, without the task axis."""
        return tuple(self.get_parameter(name) for name in self.written)

    @property
    def floats(self) -> int:
        """Numbers that a write may change: the memory's size."""
        return sum(value.numel() for value in self.start_values())

    def energy(self, patterns: Tensor, fast: Fast) -> Tensor:
        """Energy of each pattern: [tasks, n, d] -> [tasks, n]."""
        raise NotImplementedError

    def slope(self, patterns: Tensor, fast: Fast) -> Tensor:
        """Gradient of the energy with respect to the pattern, [tasks, n, d]."""
        keep = torch.is_grad_enabled()
        with torch.enable_grad():
            x = patterns if keep and patterns.requires_grad else patterns.detach().requires_grad_()
            return torch.autograd.grad(self.energy(x, fast).sum(), x, create_graph=keep)[0]

    def write_gradient(self, patterns: Tensor, fast: Fast, alpha: Tensor) -> Fast:
        """Gradient with respect to ``fast`` of the mean over patterns of E + alpha |slope|^2 [EBMM, 4]."""
        keep = torch.is_grad_enabled()
        with torch.enable_grad():
            x = patterns.detach().requires_grad_()
            weights = fast if keep else tuple(value.detach().requires_grad_() for value in fast)
            energy = self.energy(x, weights)
            slope = torch.autograd.grad(energy.sum(), x, create_graph=True)[0]
            loss = (energy + alpha * slope.square().sum(-1)).mean(1).sum()
            return torch.autograd.grad(loss, weights, create_graph=keep)


def bent(slope: Tensor, value: Tensor) -> Tensor:
    """The chain rule at a tanh that gave ``value``: slope (1 - value^2), in one operation."""
    found: Tensor = torch.ops.aten.tanh_backward(slope, value)
    return found
