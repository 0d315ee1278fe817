"""Plain LSTM: the control without an external memory."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from engine.memory.interface import MemoryNetwork, Sizes
from engine.memory.recorder import Recorder


class LSTMState(NamedTuple):
    """``hidden``, ``cell`` [B, C]."""

    hidden: Tensor
    cell: Tensor


class LSTM(MemoryNetwork[LSTMState]):
    """One layer of LSTM units and a linear output."""

    def __init__(self, sizes: Sizes):
        super().__init__(sizes)
        self.controller = nn.LSTMCell(sizes.inputs, sizes.hidden)
        self.output = nn.Linear(sizes.hidden, sizes.outputs)

    def initial_state(self, batch: int) -> LSTMState:
        """Zeros."""
        zeros = self.output.weight.new_zeros(batch, self.sizes.hidden)
        return LSTMState(zeros, zeros)

    def forward(self, input: Tensor, state: LSTMState, recorder: Recorder | None = None) -> tuple[Tensor, LSTMState]:
        """One step, see ``MemoryNetwork``; there are no accesses to record."""
        hidden, cell = self.controller(input, state)
        if recorder is not None:
            recorder.advance()
        return self.output(hidden), LSTMState(hidden, cell)
