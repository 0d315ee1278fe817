"""DAM: SAM with dense reads and usage, to tell what sparsity itself does [Rae et al. 2016, 3.2]."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.memory.addressing import content_weights, read_words
from engine.memory.interface import MemoryNetwork, Sizes
from engine.memory.recorder import ERASE, READ, WRITE, Recorder

DISCOUNT = 0.99  # lambda of the usage; the paper gives none, this is the one of Santoro et al. 2016


class DAMState(NamedTuple):
    """State of DAM.

    ``hidden``, ``cell`` [B, C]; ``read`` [B, H W]; ``memory`` M [B, N, W]; ``reading`` w^R [B, H, N];
    ``usage`` U [B, N].
    """

    hidden: Tensor
    cell: Tensor
    read: Tensor
    memory: Tensor
    reading: Tensor
    usage: Tensor


class DAM(MemoryNetwork[DAMState]):
    """H heads, each writing where it read before and into the h-th least used word."""

    def __init__(self, sizes: Sizes):
        super().__init__(sizes)
        heads, word = sizes.heads, sizes.word
        self.controller = nn.LSTMCell(sizes.inputs + heads * word, sizes.hidden)
        self.interface = nn.Linear(sizes.hidden, heads * (2 * word + 3))  # per head q [W], a [W], beta, alpha, gamma
        self.output = nn.Linear(sizes.hidden + heads * word, sizes.outputs)

    def initial_state(self, batch: int) -> DAMState:
        """Empty memory, nothing read."""
        sizes, like = self.sizes, self.output.weight
        zeros = like.new_zeros(batch, sizes.hidden)
        memory = like.new_zeros(batch, sizes.slots, sizes.word)
        reading = like.new_zeros(batch, sizes.heads, sizes.slots)
        return DAMState(zeros, zeros, like.new_zeros(batch, sizes.heads * sizes.word), memory, reading, memory[:, :, 0])

    def rows(self, state: DAMState, slots: Tensor) -> Tensor:
        """See ``MemoryNetwork``."""
        return state.memory[:, slots]

    def overwrite(self, state: DAMState, slots: Tensor, rows: Tensor) -> DAMState:
        """See ``MemoryNetwork``."""
        memory = state.memory.index_copy(1, slots, rows.expand(state.memory.shape[0], -1, -1))
        return state._replace(memory=memory)

    def forward(self, input: Tensor, state: DAMState, recorder: Recorder | None = None) -> tuple[Tensor, DAMState]:
        """One step, see ``MemoryNetwork``."""
        heads, word = self.sizes.heads, self.sizes.word
        hidden, cell = self.controller(torch.cat([input, state.read], 1), (state.hidden, state.cell))
        emitted = self.interface(hidden).unflatten(1, (heads, 2 * word + 3))
        query, add, beta, alpha, gamma = emitted.split([word, word, 1, 1, 1], -1)
        beta, alpha, gamma = 1 + functional.softplus(beta[..., 0]), alpha.sigmoid(), gamma.sigmoid()

        least_used = state.usage.sort(dim=1, stable=True).indices[:, :heads]  # [B, H], equal ones in index order
        fresh = torch.zeros_like(state.reading).scatter(2, least_used[..., None], 1.0)  # I^U, one word a head
        writing = alpha * (gamma * state.reading + (1 - gamma) * fresh)  # w^W, eq 5
        kept = 1 - fresh.sum(1)[..., None]
        memory = state.memory * kept + writing.transpose(1, 2) @ add  # eq 3
        reading = content_weights(memory, query, beta)
        read = read_words(memory, reading)
        usage = DISCOUNT * state.usage + (writing + reading).detach().sum(1)  # U1
        if recorder is not None:
            for head in range(heads):
                recorder.access(ERASE, head, least_used[recorder.element, head, None], torch.ones(1))
            recorder.dense(WRITE, writing)
            recorder.dense(READ, reading)
            recorder.words(torch.arange(self.sizes.slots), memory[recorder.element])
            recorder.signal("write gate", alpha[..., 0])
            recorder.signal("interpolation gate", gamma[..., 0])
            recorder.signal("key strength", beta)
            recorder.signal("usage", usage)
            recorder.advance()
        return self.output(torch.cat([hidden, read], 1)), DAMState(hidden, cell, read, memory, reading, usage)
