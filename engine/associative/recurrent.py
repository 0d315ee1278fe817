"""The gated recurrent energy for bit patterns: one writable layer that sees the pattern [EBMM, appendix C.1]."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.associative.energy import EnergyNetwork, Fast
from engine.errors import BadInput

HOPS = 5


class RecurrentEnergy(EnergyNetwork):
    """Five hops of state <- u tanh([Wx + b, static]) + (1 - u) state, then E = w . state; W and b are written.

    The published size is d = 128, hidden 1024 and width 64, which writes 8,256 floats: as many as a Hopfield network
    of 128 units has weights and thresholds.
    """

    written = ("memory_weight", "memory_bias")

    def __init__(self, inputs: int, width: int, hidden: int) -> None:
        super().__init__()
        if width >= hidden:
            raise BadInput(f"hidden must be above {width}, the units that these floats make, not {hidden}")
        memory = nn.Linear(inputs, width)
        self.memory_weight = nn.Parameter(memory.weight.detach().clone())
        self.memory_bias = nn.Parameter(memory.bias.detach().clone()[None])
        self.static = nn.Linear(inputs + hidden, hidden - width)
        self.gate = nn.Linear(inputs + hidden, hidden)
        self.out = nn.Parameter(nn.Linear(hidden, 1).weight.detach().clone()[0])

    def energy(self, patterns: Tensor, fast: Fast) -> Tensor:
        """See EnergyNetwork."""
        weight, bias = fast
        memory = torch.baddbmm(bias, patterns, weight.mT)  # the same at every hop: it sees the pattern only
        state = patterns.new_zeros(*patterns.shape[:2], len(self.out))
        for _ in range(HOPS):
            seen = torch.cat([patterns, state], -1)
            open_ = self.gate(seen).sigmoid()
            state = open_ * torch.cat([memory, self.static(seen)], -1).tanh() + (1 - open_) * state
        return state @ self.out
