"""Differentiable neural computer [Graves et al. 2016]: dense, with allocation by usage and temporal links."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.memory.addressing import allocation, content_weights, read_words
from engine.memory.interface import MemoryNetwork, Sizes
from engine.memory.recorder import PRECEDENCE, READ, WRITE, Recorder


class DNCState(NamedTuple):
    """State of the DNC.

    ``hidden``, ``cell`` [B, C]; ``read`` [B, H W]; ``memory`` M [B, N, W]; ``usage`` u [B, N]; ``link`` L [B, N, N],
    L(i, j): i was written after j; ``precedence`` p [B, N]; ``writing`` w^W [B, 1, N]; ``reading`` w^R [B, H, N].
    """

    hidden: Tensor
    cell: Tensor
    read: Tensor
    memory: Tensor
    usage: Tensor
    link: Tensor
    precedence: Tensor
    writing: Tensor
    reading: Tensor


class DNC(MemoryNetwork[DNCState]):
    """H read heads and one write head."""

    def __init__(self, sizes: Sizes):
        super().__init__(sizes)
        heads, word = sizes.heads, sizes.word
        self.controller = nn.LSTMCell(sizes.inputs + heads * word, sizes.hidden)
        # Per read head k [W], beta, free gate, modes [3]; write head k, e, v [W], beta, allocation gate, write gate.
        self.reader = nn.Linear(sizes.hidden, heads * (word + 5))
        self.writer = nn.Linear(sizes.hidden, 3 * word + 3)
        self.output = nn.Linear(sizes.hidden + heads * word, sizes.outputs)

    def initial_state(self, batch: int) -> DNCState:
        """Empty memory, no links, nothing read."""
        sizes, like = self.sizes, self.output.weight
        zeros = like.new_zeros(batch, sizes.hidden)
        slots = like.new_zeros(batch, sizes.slots)
        return DNCState(
            hidden=zeros,
            cell=zeros,
            read=like.new_zeros(batch, sizes.heads * sizes.word),
            memory=like.new_zeros(batch, sizes.slots, sizes.word),
            usage=slots,
            link=like.new_zeros(batch, sizes.slots, sizes.slots),
            precedence=slots,
            writing=slots[:, None],
            reading=like.new_zeros(batch, sizes.heads, sizes.slots),
        )

    def rows(self, state: DNCState, slots: Tensor) -> Tensor:
        """See ``MemoryNetwork``."""
        return state.memory[:, slots]

    def overwrite(self, state: DNCState, slots: Tensor, rows: Tensor) -> DNCState:
        """See ``MemoryNetwork``."""
        memory = state.memory.index_copy(1, slots, rows.expand(state.memory.shape[0], -1, -1))
        return state._replace(memory=memory)

    def forward(self, input: Tensor, state: DNCState, recorder: Recorder | None = None) -> tuple[Tensor, DNCState]:
        """One step, see ``MemoryNetwork``."""
        heads, word = self.sizes.heads, self.sizes.word
        hidden, cell = self.controller(torch.cat([input, state.read], 1), (state.hidden, state.cell))
        keys, beta, free, modes = self.reader(hidden).unflatten(1, (heads, word + 5)).split([word, 1, 1, 3], -1)
        beta, free, modes = 1 + functional.softplus(beta[..., 0]), free.sigmoid(), modes.softmax(-1)
        key, erase, value, gates = self.writer(hidden).split([word, word, word, 3], -1)
        write_beta, (allocate, write) = 1 + functional.softplus(gates[:, :1]), gates[:, 1:].sigmoid().split(1, 1)

        before = state.writing[:, 0].detach()  # as in the authors' code: usage passes no gradient to the writes
        retention = (1 - free * state.reading).prod(1)  # psi
        usage = (state.usage + before - state.usage * before) * retention
        by_content = content_weights(state.memory, key[:, None], write_beta)[:, 0]
        writing = write * (allocate * allocation(usage) + (1 - allocate) * by_content)  # w^W [B, N]
        memory = (
            state.memory * (1 - writing[..., None] * erase.sigmoid()[:, None]) + writing[..., None] * value[:, None]
        )

        link, precedence = next_links(state.link, state.precedence, writing)
        forward, backward = state.reading @ link.transpose(1, 2), state.reading @ link  # f, b [B, H, N]
        by_key = content_weights(memory, keys, beta)
        reading = modes[..., :1] * backward + modes[..., 1:2] * by_key + modes[..., 2:] * forward  # w^R
        read = read_words(memory, reading)
        if recorder is not None:
            recorder.dense(WRITE, writing[:, None])
            recorder.dense(READ, reading)
            recorder.dense(PRECEDENCE, precedence[:, None])
            recorder.words(torch.arange(self.sizes.slots), memory[recorder.element])
            recorder.signal("write gate", write)
            recorder.signal("allocation gate", allocate)
            recorder.signal("free gate", free[..., 0])
            recorder.signal("key strength", beta)
            recorder.signal("read modes", modes[..., [1, 2, 0]])  # content, forward, backward: as the SDNC's
            recorder.signal("usage", usage)
            recorder.advance()
        after = DNCState(hidden, cell, read, memory, usage, link, precedence, writing[:, None], reading)
        return self.output(torch.cat([hidden, read], 1)), after


def next_links(link: Tensor, precedence: Tensor, writing: Tensor) -> tuple[Tensor, Tensor]:
    """Links and precedence after a write w: link [B, N, N], precedence and writing [B, N].

    L(i, j) <- (1 - w(i) - w(j)) L(i, j) + w(i) p(j) with a zero diagonal, then p <- (1 - sum w) p + w.
    """
    later, earlier = writing[:, :, None], writing[:, None, :]
    link = (1 - later - earlier) * link + later * precedence[:, None]
    diagonal = torch.eye(link.shape[1], dtype=torch.bool, device=link.device)
    return link.masked_fill(diagonal, 0), (1 - writing.sum(1, keepdim=True)) * precedence + writing
