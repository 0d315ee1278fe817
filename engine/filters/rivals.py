"""The rivals of the paper: LSTM and DNC that read the set one key after the other, and a memory network with a slot a
key [Rae et al. 2019, 5 and D]. All bits that a set carries are counted, the LSTM's cell state too.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.filters.network import ModelName, NeuralBloomFilter, Reader, SetMemory, Sizes
from engine.memory.dnc import DNC
from engine.memory.interface import Sizes as MemorySizes


class LSTMFilter(SetMemory):
    """The memory is the LSTM's last state, hidden and cell: slots x word numbers in all."""

    def __init__(self, sizes: Sizes):
        super().__init__(sizes)
        units = max(1, sizes.slots * sizes.word // 2)
        self.lstm = nn.LSTM(sizes.code, units, batch_first=True)
        self.read = Reader(2 * units + sizes.code)

    def memorise(self, codes: Tensor) -> Tensor:
        """See ``SetMemory``; the order of the keys matters."""
        _, (hidden, cell) = self.lstm(codes)
        return torch.cat([hidden[0], cell[0]], -1)

    def logits(self, memory: Tensor, codes: Tensor) -> Tensor:
        """See ``SetMemory``."""
        held = memory[:, None].expand(-1, codes.shape[1], -1)
        logits: Tensor = self.read(torch.cat([held, codes], -1))
        return logits

    def numbers(self, n: int) -> int:
        """Hidden and cell state."""
        return 2 * self.lstm.hidden_size


class DNCFilter(SetMemory):
    """The memory is all that a DNC carries: its words, its LSTM's state, and what it read last."""

    def __init__(self, sizes: Sizes):
        super().__init__(sizes)
        self.dnc = DNC(MemorySizes(sizes.code, 1, hidden=16, slots=sizes.slots, word=sizes.word, heads=1, reads=1))
        self.read = Reader(self.numbers(0) + sizes.code)

    def memorise(self, codes: Tensor) -> Tensor:
        """See ``SetMemory``; links and usage serve writing only and are dropped with it."""
        state = self.dnc.initial_state(codes.shape[0])
        for code in codes.unbind(1):
            _, state = self.dnc(code, state)
        return torch.cat([state.memory.flatten(1), state.hidden, state.cell, state.read], -1)

    def logits(self, memory: Tensor, codes: Tensor) -> Tensor:
        """See ``SetMemory``."""
        held = memory[:, None].expand(-1, codes.shape[1], -1)
        logits: Tensor = self.read(torch.cat([held, codes], -1))
        return logits

    def numbers(self, n: int) -> int:
        """Words, hidden and cell state, last read."""
        return self.sizes.slots * self.sizes.word + 2 * 16 + self.sizes.word


class MemNetFilter(SetMemory):
    """A slot a key; familiarity is the largest content attention before its softmax. Word size as ``word``."""

    def __init__(self, sizes: Sizes):
        super().__init__(sizes)
        self.key, self.sharpness = nn.Linear(sizes.code, sizes.word), nn.Parameter(torch.tensor(1.0))
        self.bias = nn.Parameter(torch.tensor(0.0))

    def memorise(self, codes: Tensor) -> Tensor:
        """See ``SetMemory``."""
        found: Tensor = self.key(codes).flatten(1)
        return found

    def logits(self, memory: Tensor, codes: Tensor) -> Tensor:
        """Minus the squared distance to the nearest slot, scaled."""
        slots = memory.view(len(memory), -1, self.sizes.word)
        nearest = torch.cdist(self.key(codes), slots).square().min(-1).values
        logits: Tensor = self.bias - self.sharpness.exp() * nearest
        return logits

    def numbers(self, n: int) -> int:
        """N words."""
        return n * self.sizes.word


def build(model: ModelName, sizes: Sizes) -> SetMemory:
    """A network with fresh weights."""
    match model:
        case "lstm":
            return LSTMFilter(sizes)
        case "dnc":
            return DNCFilter(sizes)
        case "memnet":
            return MemNetFilter(sizes)
    return NeuralBloomFilter(sizes)
