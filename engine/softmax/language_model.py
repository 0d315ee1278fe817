"""A word-level LSTM language model whose output layer may follow the Hebbian rule.

The published model [Rae et al. 2018, section 4] has one LSTM layer of 2,048 units and ties the rows of its output layer
to the input embedding (512 numbers); the sizes here are settings, so that a computer without a GPU learns one too.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.softmax.layer import HebbianSoftmax
from engine.softmax.rule import Rule

State = tuple[Tensor, Tensor]


@dataclass(frozen=True, slots=True)
class Sizes:
    """``words`` in the vocabulary, ``size`` of embedding and output rows, ``hidden`` LSTM units, ``dropout`` share."""

    words: int
    size: int = 64
    hidden: int = 64
    dropout: float = 0.3
    tied: bool = False

    def to_json(self) -> dict[str, float]:
        """JSON form."""
        return asdict(self)


class LanguageModel(nn.Module):
    """Embedding, LSTM, a projection where sizes differ, and the output layer ``output``."""

    def __init__(self, sizes: Sizes, rule: Rule | None = None, log_unigram: Tensor | None = None) -> None:
        """``log_unigram`` float32 [words]: where the output bias starts."""
        super().__init__()
        self.sizes = sizes
        self.embedding = nn.Embedding(sizes.words, sizes.size)
        nn.init.normal_(self.embedding.weight, std=0.1)
        self.lstm = nn.LSTM(sizes.size, sizes.hidden)
        self.projection = nn.Linear(sizes.hidden, sizes.size) if sizes.hidden != sizes.size else nn.Identity()
        tied = self.embedding.weight if sizes.tied else None
        bias = torch.zeros(sizes.words) if log_unigram is None else log_unigram
        self.output = HebbianSoftmax(sizes.words, sizes.size, rule, weight=tied, bias=bias, ignore=0)
        if not sizes.tied:
            nn.init.normal_(self.output.weight, std=0.1)

    def forward(self, words: Tensor, state: State | None = None) -> tuple[Tensor, Tensor, State]:
        """Words int64 [time, batch] to activations [time * batch, size] as the output layer gets them, the same without
        dropout (what the rule stores), and the state.
        """
        inputs = functional.dropout(self.embedding(words), self.sizes.dropout, self.training)
        hidden, state = self.lstm(inputs, state)
        clean = self.projection(hidden).flatten(0, 1)
        return (
            functional.dropout(clean, self.sizes.dropout, self.training),
            clean,
            (state[0].detach(), state[1].detach()),
        )
