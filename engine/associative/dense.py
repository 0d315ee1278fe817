"""A fully-connected energy whose first layer is the memory, with its derivatives written out.

The write needs the gradient of |dE/dx|^2 with respect to the memory. For a fixed direction v, the derivative of
v . dE/dx is the derivative along v of dE/dmemory; with v = dE/dx this gives half the gradient wanted. So one pass
forward and backward with values, and one with their tangents along v, do what automatic differentiation does in three
nested passes, in a fraction of the time and with a graph that the meta-gradient goes back through only once.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.associative.energy import EnergyNetwork, Fast, bent
from engine.errors import BadInput


class DenseEnergy(EnergyNetwork):
    """m = tanh(W U x + b); h = tanh(A m + B x + c); E = w . (h + tanh(C h + e)), with W and b written.

    tanh bounds the energy from below, as the read needs. U is a learned projection onto ``code`` values, or absent
    (``code`` 0): fewer values a unit make more units of the same memory. ``width`` (code or d, + 1) floats are written.
    """

    written = ("memory_weight", "memory_bias")

    def __init__(self, inputs: int, width: int, hidden: int, code: int = 0) -> None:
        super().__init__()
        self.code = nn.Parameter(nn.Linear(inputs, code).weight.detach().clone() * 3**0.5) if code else None
        memory, outer, inner = (
            nn.Linear(code or inputs, width),
            nn.Linear(inputs + width, hidden),
            nn.Linear(hidden, hidden),
        )
        self.memory_weight = nn.Parameter(memory.weight.detach().clone())  # [width, code]
        self.memory_bias = nn.Parameter(memory.bias.detach().clone()[None])  # [1, width]
        self.from_memory = nn.Parameter(outer.weight.detach()[:, :width].clone())  # [hidden, width]
        self.from_input = nn.Parameter(outer.weight.detach()[:, width:].clone())  # [hidden, inputs]
        self.outer_bias = nn.Parameter(outer.bias.detach().clone())
        self.inner_weight = nn.Parameter(inner.weight.detach().clone())
        self.inner_bias = nn.Parameter(inner.bias.detach().clone())
        self.out = nn.Parameter(1.1 * nn.Linear(hidden, 1).weight.detach().clone()[0])

    @torch.no_grad()
    def dig_wells(self, depth: float) -> None:
        """Begin with an energy that is lowest, by some 1.3 ``depth``, where each memory unit has decided for -1 or 1.

        Pairs of hidden units make tanh(2 m + 1) - tanh(2 m - 1), a hill over m = 0. A write, which lowers the energy,
        then turns each unit further to where its pattern already turns it, as a Hebbian memory does; short weights
        of the memory let what is written outweigh what was there. Raises BadInput for fewer than two hidden units
        a memory unit.
        """
        hidden, width = self.from_memory.shape
        pairs = hidden // (2 * width)
        if not pairs:
            raise BadInput(f"wells need at least {2 * width} hidden units for {width} of the memory, not {hidden}")
        for weights in (self.from_memory, self.from_input, self.outer_bias, self.inner_weight):
            weights.mul_(0.3)
        self.memory_weight.mul_(0.5)
        for first in range(0, 2 * width * pairs, 2):
            self.from_memory[first : first + 2, first // 2 % width] += 2
            self.outer_bias[first : first + 2] += torch.tensor([1.0, -1.0])
            self.out[first : first + 2] = torch.tensor([1.0, -1.0]) * (depth / pairs)

    def energy(self, patterns: Tensor, fast: Fast) -> Tensor:
        """See EnergyNetwork."""
        _, hidden, inner = self._forward(patterns, fast)
        return (hidden + inner) @ self.out

    def _coded(self, x: Tensor) -> Tensor:
        return x if self.code is None else x @ self.code.T

    def _down(self, at_hidden: Tensor, at_memory: Tensor, fast: Fast) -> Tensor:
        """The slope, from the derivatives at the units that see the pattern."""
        direct = at_hidden @ self.from_input
        if self.code is None:
            return torch.baddbmm(direct, at_memory, fast[0])
        return direct + torch.bmm(at_memory, fast[0]) @ self.code

    def _forward(self, x: Tensor, fast: Fast) -> tuple[Tensor, Tensor, Tensor]:
        weight, bias = fast
        memory = torch.baddbmm(bias, self._coded(x), weight.mT).tanh()
        hidden = (functional.linear(x, self.from_input, self.outer_bias) + memory @ self.from_memory.T).tanh()
        return memory, hidden, functional.linear(hidden, self.inner_weight, self.inner_bias).tanh()

    def slope(self, patterns: Tensor, fast: Fast) -> Tensor:
        """See EnergyNetwork."""
        memory, hidden, inner = self._forward(patterns, fast)
        to_hidden = bent(self.out.expand_as(inner), inner) @ self.inner_weight + self.out
        at_hidden = bent(to_hidden, hidden)
        return self._down(at_hidden, bent(at_hidden @ self.from_memory, memory), fast)

    def write_gradient(self, patterns: Tensor, fast: Fast, alpha: Tensor) -> Fast:
        """See EnergyNetwork."""
        memory, hidden, inner = self._forward(patterns, fast)
        to_hidden = bent(self.out.expand_as(inner), inner) @ self.inner_weight + self.out
        at_hidden = bent(to_hidden, hidden)
        to_memory = at_hidden @ self.from_memory
        at_memory = bent(to_memory, memory)
        slope = self._down(at_hidden, at_memory, fast)
        coded_, coded = self._coded(slope), self._coded(patterns)
        # tangents along the slope
        memory_ = bent(torch.bmm(coded_, fast[0].mT), memory)
        hidden_ = bent(functional.linear(slope, self.from_input) + memory_ @ self.from_memory.T, hidden)
        inner_ = bent(functional.linear(hidden_, self.inner_weight), inner)
        to_hidden_ = (inner * inner_) @ (-2 * self.out[:, None] * self.inner_weight)
        at_hidden_ = torch.addcmul(bent(to_hidden_, hidden), to_hidden * hidden, hidden_, value=-2)
        at_memory_ = bent(at_hidden_ @ self.from_memory, memory)
        at_memory_ = torch.addcmul(at_memory_, to_memory * memory, memory_, value=-2)
        count = patterns.shape[1]
        both = at_memory + 2 * alpha * at_memory_
        for_weight = torch.baddbmm(torch.bmm(both.mT, coded), at_memory.mT, coded_ * (2 * alpha))
        return for_weight / count, both.mean(1, keepdim=True)
