"""The neural Bloom filter: a learned address, an additive write, one logit per question.

Source: Rae, Bartunov and Lillicrap 2019 (arXiv 1906.04304), 3, algorithm 1 and appendix A. Shapes: z [dz], query q
[dq], addresses A [dq, m], address a [m], word w [d], memory M [d, m].

    z = f_enc(x);  q = f_q(z);  a = softmax(q A);  w = f_w(z)
    write: M <- M + w a^T          read: r = flatten(M . a), o = f_out([r, w, z])

M is kept as that sum. What the reader sees is M / n times m: its inputs then have one size for every n and m, so that
one network serves sets of many sizes (n is counted as part of the filter). Layer normalisation follows the hidden layer
of f_q and f_w; of the word itself it would leave two values at d = 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from engine.errors import BadInput
from engine.filters.encoders import SLOPE, EncoderName, make_encoder
from engine.filters.sphering import MovingZCA

ModelName = Literal["nbf", "lstm", "dnc", "memnet", "learned"]


WIDEST, LARGEST = 1024, 1 << 22  # units of a layer, numbers of a memory in a file: more is a mistake, or meant to harm


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes and switches of a set memory; raises BadInput for those that cannot work.

    ``side`` of the pictures; ``hidden`` units (or filters) of the encoder; ``code`` size of z; ``slots`` m; ``word`` d;
    ``query`` dq; ``top`` slots a sparse address keeps (0: all); ``fixed``: addresses drawn once and never trained, with
    sphered queries if ``sphering``; ``read_sum``: r = M a instead of M . a; ``word_one``: every word is 1 [5.3];
    ``match``: f_out also sees w . M a, how much of the key's own word its own slots hold (ours: keys without structure
    are not learned from r alone in the time there is).
    For the rivals ``slots`` and ``word`` are the numbers of the DNC and MemNet, ``word`` x ``slots`` those of the LSTM.
    """

    encoder: EncoderName = "image-cnn"
    side: int = 8
    hidden: int = 32
    code: int = 64
    slots: int = 8
    word: int = 4
    query: int = 16
    top: int = 0
    fixed: bool = False
    sphering: bool = False
    read_sum: bool = False
    word_one: bool = False
    match: bool = False

    def __post_init__(self) -> None:
        if self.top > self.slots:
            raise BadInput(f"top must be at most the number of slots ({self.slots}), not {self.top}")
        if self.word_one and self.word != 1:
            raise BadInput(f"word must be 1 where every word is one, not {self.word}")

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Any) -> Sizes:
        """The sizes; raises TypeError or ValueError for values of another kind than theirs."""
        for entry in fields(cls):
            value = values.get(entry.name, entry.default)
            if type(value) is not type(entry.default) or (type(value) is int and value < 0):
                raise ValueError(f"{entry.name} cannot be {value!r}")
        made = cls(**values)
        wide = max(made.side, made.hidden, made.code, made.query, made.word)
        if wide > WIDEST or made.slots * max(made.query, made.word) > LARGEST:
            raise ValueError("no set memory has such sizes")
        return made


class SetMemory(nn.Module):
    """What the neural Bloom filter and its rivals have in common: codes of keys, a memory of a set, logits.

    ``codes`` are made once per key and serve for writing and asking. ``numbers`` is how many numbers a memory of n keys
    holds; ``sums`` whether the memory is a sum over keys divided by n, so that keys can be added one by one.
    """

    sums = False

    def __init__(self, sizes: Sizes):
        super().__init__()
        self.sizes = sizes
        self.encoder = make_encoder(sizes.encoder, sizes.side, sizes.hidden, sizes.code)

    def features(self, keys: Sequence[bytes]) -> NDArray[Any]:
        """What ``codes`` takes, one row a key. Raises BadInput for keys that this encoder cannot take."""
        return self.encoder.features(keys)

    def codes(self, features: Tensor) -> Tensor:
        """Features [n, ...] -> codes [n, c]."""
        found: Tensor = self.encoder(features)
        return found

    def memorise(self, codes: Tensor) -> Tensor:
        """Codes of whole sets [sets, n, c] -> memories [sets, numbers]."""
        raise NotImplementedError

    def logits(self, memory: Tensor, codes: Tensor) -> Tensor:
        """Memories [sets, numbers] and codes of questions [sets, q, c] -> logits [sets, q]."""
        raise NotImplementedError

    def numbers(self, n: int) -> int:
        """Numbers in the memory of a set of n keys."""
        raise NotImplementedError


def two_layers(inputs: int, outputs: int) -> nn.Sequential:
    """One hidden layer of 128 with layer normalisation."""
    return nn.Sequential(nn.Linear(inputs, 128), nn.LeakyReLU(SLOPE), nn.LayerNorm(128), nn.Linear(128, outputs))


class Reader(nn.Module):
    """f_out: three layers with residual connections, one logit."""

    def __init__(self, inputs: int, hidden: int = 128):
        super().__init__()
        self.first, self.second = nn.Linear(inputs, hidden), nn.Linear(hidden, hidden)
        self.third, self.out = nn.Linear(hidden, hidden), nn.Linear(hidden, 1)

    def forward(self, inputs: Tensor) -> Tensor:
        """[..., inputs] -> [...]."""
        state = functional.leaky_relu(self.first(inputs), SLOPE)
        state = state + functional.leaky_relu(self.second(state), SLOPE)
        state = state + functional.leaky_relu(self.third(state), SLOPE)
        found: Tensor = self.out(state)[..., 0]
        return found


class NeuralBloomFilter(SetMemory):
    """Codes are [z, a, w] side by side; a memory is M / n, flattened row by row [d m]."""

    sums = True

    def __init__(self, sizes: Sizes):
        super().__init__(sizes)
        self.ask, self.say = two_layers(sizes.code, sizes.query), two_layers(sizes.code, sizes.word)
        addresses = torch.randn(sizes.query, sizes.slots)
        if sizes.fixed:
            self.register_buffer("addresses", addresses)
        else:
            self.addresses = nn.Parameter(addresses / sizes.query**0.5)
        self.sphere = MovingZCA(sizes.query) if sizes.sphering else None
        read = sizes.word * (1 if sizes.read_sum else sizes.slots)
        self.read = Reader(read + sizes.word + sizes.code + sizes.match)

    def codes(self, features: Tensor) -> Tensor:
        """Features [n, ...] -> [n, dz + m + d]."""
        z: Tensor = self.encoder(features)
        return torch.cat([z, self.address(z), self.words(z)], -1)

    def address(self, z: Tensor) -> Tensor:
        """A [n, m]; with ``top`` all but the largest are exactly zero."""
        query = self.ask(z)
        if self.sphere is not None:
            query = self.sphere(query)
        likeness = query @ self.addresses
        if self.sizes.top:
            best, where = likeness.topk(self.sizes.top, -1)
            kept: Tensor = torch.zeros_like(likeness).scatter(-1, where, best.softmax(-1))
            return kept
        dense: Tensor = likeness.softmax(-1)
        return dense

    def words(self, z: Tensor) -> Tensor:
        """W [n, d]."""
        if self.sizes.word_one:
            return z.new_ones(*z.shape[:-1], 1)
        found: Tensor = self.say(z)
        return found

    def parts(self, codes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """z, a and w of codes."""
        z, a, w = torch.split(codes, [self.sizes.code, self.sizes.slots, self.sizes.word], -1)
        return z, a, w

    def memorise(self, codes: Tensor) -> Tensor:
        """The mean of w a^T over each set: one matrix product, whatever the order of the keys."""
        _, a, w = self.parts(codes)
        return (w.transpose(-1, -2) @ a).flatten(-2) / codes.shape[-2]

    def logits(self, memory: Tensor, codes: Tensor) -> Tensor:
        """See ``SetMemory``."""
        z, a, w = self.parts(codes)
        held = memory.view(-1, 1, self.sizes.word, self.sizes.slots) * self.sizes.slots
        found = held * a[..., None, :]  # [sets, q, d, m]
        inputs = [found.sum(-1) if self.sizes.read_sum else found.flatten(-2), w, z]
        if self.sizes.match:
            inputs.append((found.sum(-1) * w).sum(-1, keepdim=True))
        logits: Tensor = self.read(torch.cat(inputs, -1))
        return logits

    def numbers(self, n: int) -> int:
        """D m, for every n."""
        return self.sizes.word * self.sizes.slots
