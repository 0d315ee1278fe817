"""Losses of a language model on documents in order, by how often each word was seen in training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from engine.softmax.cache import cache_probabilities
from engine.softmax.language_model import LanguageModel, State

UNROLL = 35
EDGES = (1, 5, 10, 50, 500)
"""Least training count of each bucket; the first holds words seen 1-4 times, the last those seen 500 times or more."""
PIECE = 500  # words of a document that count as one when intervals are estimated


def bucket_of(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Bucket of words with these training counts, -1 for words never seen."""
    return np.searchsorted(EDGES, counts, side="right") - 1


def bucket_names() -> list[str]:
    """Buckets in words: "1-4", ..., "500+"."""
    return [*(f"{low}-{high - 1}" for low, high in pairwise(EDGES)), f"{EDGES[-1]}+"]


@dataclass(frozen=True, slots=True)
class Scored:
    """Every word of some documents in order: ``document`` and ``target`` int64, ``loss`` float64 (nats), all [words],
    and ``activations`` float32 [words, d] before each.
    """

    document: NDArray[np.int64]
    target: NDArray[np.int64]
    loss: NDArray[np.float64]
    activations: Tensor

    def perplexity(self, loss: NDArray[np.float64] | None = None) -> float:
        """Of all words, or with other losses."""
        return float(np.exp((self.loss if loss is None else loss).mean()))

    def pieces(self, counts: NDArray[np.int64], loss: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Words and summed loss by piece and bucket, float64 [pieces, buckets, 2]; unknown words (number 0) are left
        out. A piece is up to ``PIECE`` words of one document.
        """
        values = self.loss if loss is None else loss
        bucket = np.where(self.target == 0, -1, bucket_of(counts[self.target]))
        starts = np.flatnonzero(np.diff(self.document, prepend=-1))
        place = np.arange(len(values)) - starts[np.searchsorted(starts, np.arange(len(values)), side="right") - 1]
        piece = np.cumsum((place % PIECE) == 0) - 1
        shape = int(piece[-1]) + 1, len(EDGES)
        kept = bucket >= 0
        place = piece[kept] * len(EDGES) + bucket[kept]
        words = np.bincount(place, minlength=shape[0] * shape[1]).reshape(shape)
        lost = np.bincount(place, values[kept], minlength=shape[0] * shape[1]).reshape(shape)
        return np.stack([words.astype(np.float64), lost], axis=2)

    def cached(self, window: int, kappas: Sequence[float]) -> NDArray[np.float64]:
        """What a cache over each document gives each word, float64 [kappas, words]."""
        found = [
            cache_probabilities(self.activations[rows], torch.from_numpy(self.target[rows]), window, kappas)
            for rows in (np.flatnonzero(self.document == number) for number in np.unique(self.document))
        ]
        return torch.cat(found, dim=1).double().numpy()


@torch.no_grad()
def score(model: LanguageModel, documents: Sequence[NDArray[np.int32]]) -> Scored:
    """Losses of all words but the first of each document; a document's state starts at zero and runs to its end."""
    training = model.training
    model.eval()
    longest = max(len(document) for document in documents)
    padded = np.zeros((longest, len(documents)), np.int64)
    for number, document in enumerate(documents):
        padded[: len(document), number] = document
    words = torch.from_numpy(padded)
    loss = torch.zeros(longest - 1, len(documents))
    activations = torch.zeros(longest - 1, len(documents), model.sizes.size)
    state: State | None = None
    for start in range(0, longest - 1, UNROLL):
        stop = min(start + UNROLL, longest - 1)
        _, clean, state = model(words[start:stop], state)
        target = words[start + 1 : stop + 1].flatten()
        loss[start:stop] = functional.cross_entropy(model.output(clean), target, reduction="none").view(
            stop - start, -1
        )
        activations[start:stop] = clean.view(stop - start, len(documents), -1)
    model.train(training)
    rows = [range(len(document) - 1) for document in documents]
    return Scored(
        np.repeat(np.arange(len(documents)), [len(row) for row in rows]),
        np.concatenate([document[1:] for document in documents]).astype(np.int64),
        torch.cat([loss[: len(row), number] for number, row in enumerate(rows)]).double().numpy(),
        torch.cat([activations[: len(row), number] for number, row in enumerate(rows)]),
    )
