"""One interface for networks with an external memory: LSTM (none), NTM, DNC, DAM, SAM and SDNC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from engine.errors import BadInput
from engine.memory.recorder import Recorder

State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes of a network; raises BadInput for sizes that cannot work.

    ``inputs``, ``outputs``: values a step; ``hidden``: LSTM units C; ``slots``: words in memory N; ``word``: values in
    a word W; ``heads``: access heads H; ``reads``: words a sparse head reads K; ``links``: temporal links kept a word
    K_L (SDNC). Networks ignore sizes they have no use for. Defaults: Rae et al. 2016, supplement C and E.
    """

    inputs: int
    outputs: int
    hidden: int = 100
    slots: int = 128
    word: int = 32
    heads: int = 4
    reads: int = 4
    links: int = 8

    def __post_init__(self) -> None:
        for name in ("inputs", "outputs", "hidden", "slots", "word", "heads", "reads", "links"):
            if getattr(self, name) < 1:
                raise BadInput(f"{name} must be at least 1, not {getattr(self, name)}")
        if self.reads > self.slots:
            raise BadInput(f"reads must be at most the number of slots ({self.slots}), not {self.reads}")
        if self.heads > self.slots:
            raise BadInput(f"heads must be at most the number of slots ({self.slots}), not {self.heads}")
        if self.slots >= 2**31 - 1:
            raise BadInput(f"slots must be below {2**31 - 1:,}, not {self.slots:,}")


class MemoryNetwork(nn.Module, Generic[State]):
    """A recurrent network that reads and writes an external memory.

    Use: ``state = network.initial_state(batch)``, then ``output, state = network(input, state)`` for each step, or
    ``outputs, state = network.sequence(inputs, state)`` for many. Where the memory is changed in place (SAM, SDNC),
    only the newest state of a sequence can go on, and backward takes the memory back to where the sequence began.
    """

    def __init__(self, sizes: Sizes):
        super().__init__()
        self.sizes = sizes

    def initial_state(self, batch: int) -> State:
        """State before the first step: an empty memory for each of ``batch`` sequences."""
        raise NotImplementedError

    def forward(self, input: Tensor, state: State, recorder: Recorder | None = None) -> tuple[Tensor, State]:
        """One step: ``input`` [batch, inputs] -> output [batch, outputs] (logits) and the next state."""
        raise NotImplementedError

    def sequence(self, inputs: Tensor, state: State, recorder: Recorder | None = None) -> tuple[Tensor, State]:
        """Many steps: ``inputs`` [steps, batch, inputs] -> outputs [steps, batch, outputs] and the last state."""
        outputs = []
        for input in inputs:
            output, state = self(input, state, recorder)
            outputs.append(output)
        return torch.stack(outputs), state

    def fork(self, state: State) -> State:
        """A state that goes on by itself, so that two futures can be compared; passes no gradient."""
        return state

    def rows(self, state: State, slots: Tensor) -> Tensor:
        """Contents of ``slots`` int [n] now, [batch, n, word]."""
        raise BadInput("this network has no external memory")

    def overwrite(self, state: State, slots: Tensor, rows: Tensor) -> State:
        """A fork in which the words ``slots`` int [n] of every sequence hold ``rows`` [n, word] (zeros erase them)."""
        raise BadInput("this network has no external memory")
