"""Neural Turing machine with an LSTM controller [Graves et al. 2014]: dense, addressed by content and location."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.memory.addressing import circular_shift, content_weights, read_words, sharpen
from engine.memory.interface import MemoryNetwork, Sizes
from engine.memory.recorder import READ, WRITE, Recorder

START = 1e-6  # value of an empty memory; a constant start learns faster and more surely [Collier and Beel 2018]


class NTMState(NamedTuple):
    """``hidden``, ``cell`` [B, C]; ``read`` [B, H W]; ``memory`` M [B, N, W]; ``writing``, ``reading`` w [B, H, N]."""

    hidden: Tensor
    cell: Tensor
    read: Tensor
    memory: Tensor
    writing: Tensor
    reading: Tensor


class NTM(MemoryNetwork[NTMState]):
    """H write heads, then H read heads, which see what was just written."""

    def __init__(self, sizes: Sizes):
        super().__init__(sizes)
        heads, word = sizes.heads, sizes.word
        self.controller = nn.LSTMCell(sizes.inputs + heads * word, sizes.hidden)
        # Per head k [W], beta, g, s [3], gamma; write heads also e [W], a [W].
        self.addresses = nn.Linear(sizes.hidden, 2 * heads * (word + 6))
        self.changes = nn.Linear(sizes.hidden, 2 * heads * word)
        self.output = nn.Linear(sizes.hidden + heads * word, sizes.outputs)

    def initial_state(self, batch: int) -> NTMState:
        """Constant memory, all heads at slot 0, the rest zero."""
        sizes, like = self.sizes, self.output.weight
        zeros = like.new_zeros(batch, sizes.hidden)
        at_first = like.new_zeros(batch, sizes.heads, sizes.slots)
        at_first[..., 0] = 1
        memory = like.new_full((batch, sizes.slots, sizes.word), START)
        return NTMState(zeros, zeros, like.new_zeros(batch, sizes.heads * sizes.word), memory, at_first, at_first)

    def rows(self, state: NTMState, slots: Tensor) -> Tensor:
        """See ``MemoryNetwork``."""
        return state.memory[:, slots]

    def overwrite(self, state: NTMState, slots: Tensor, rows: Tensor) -> NTMState:
        """See ``MemoryNetwork``."""
        memory = state.memory.index_copy(1, slots, rows.expand(state.memory.shape[0], -1, -1))
        return state._replace(memory=memory)

    def forward(self, input: Tensor, state: NTMState, recorder: Recorder | None = None) -> tuple[Tensor, NTMState]:
        """One step, see ``MemoryNetwork``."""
        heads, word = self.sizes.heads, self.sizes.word
        hidden, cell = self.controller(torch.cat([input, state.read], 1), (state.hidden, state.cell))
        write_address, read_address = self.addresses(hidden).unflatten(1, (2, heads, word + 6)).unbind(1)
        erase, add = self.changes(hidden).unflatten(1, (2, heads, word)).unbind(1)

        writing = address(state.memory, state.writing, write_address)  # w^W [B, H, N]
        memory = state.memory
        for h in range(heads):
            weight = writing[:, h, :, None]
            memory = memory * (1 - weight * erase[:, h, None].sigmoid()) + weight * add[:, h, None]  # eq 3, 4
        reading = address(memory, state.reading, read_address)  # w^R [B, H, N]
        read = read_words(memory, reading)
        if recorder is not None:
            recorder.dense(WRITE, writing)
            recorder.dense(READ, reading)
            recorder.words(torch.arange(self.sizes.slots), memory[recorder.element])
            recorder.signal("key strength", 1 + functional.softplus(read_address[..., word]))
            recorder.signal("interpolation gate", read_address[..., word + 1].sigmoid())
            recorder.signal("shift", read_address[..., word + 2 : word + 5].softmax(-1))
            recorder.advance()
        return self.output(torch.cat([hidden, read], 1)), NTMState(hidden, cell, read, memory, writing, reading)


def address(memory: Tensor, before: Tensor, emitted: Tensor) -> Tensor:
    """Weights of every head [B, H, N] from what the controller emitted [B, H, W + 6] [Graves et al. 2014, eq 5-9]."""
    key, rest = emitted[..., :-6], emitted[..., -6:]
    strength, gate = 1 + functional.softplus(rest[..., 0]), rest[..., 1:2].sigmoid()  # beta, g
    weights = gate * content_weights(memory, key, strength) + (1 - gate) * before
    weights = circular_shift(weights, rest[..., 2:5].softmax(-1))
    return sharpen(weights, 1 + functional.softplus(rest[..., 5]))
