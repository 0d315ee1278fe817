"""What a language comparison leaves in its record while it learns, and how a resumed one takes that over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.vocabulary import Vocabulary
from engine.experiments.context import Context
from engine.experiments.softmax_tables import (
    KTH,
    OVERWRITES,
    PERPLEXITIES,
    PIECES,
    WATCHED,
    overwritten_rows,
    watched_columns,
)
from engine.runs.record import Record
from engine.runs.schema import row_dtype
from engine.softmax.evaluation import Scored, bucket_of
from engine.softmax.twins import Occurrences, Twin, Update

LEAST, MOST = 3, 12  # training occurrences of a watched word


class Journal:
    """Tables of one language comparison; ``watched`` int64 [words] are the rare words that are followed."""

    def __init__(self, context: Context, vocabulary: Vocabulary, size: int) -> None:
        self._context, self._counts = context, vocabulary.counts
        columns = {
            "overwrites": OVERWRITES,
            "perplexities": PERPLEXITIES,
            "pieces": PIECES,
            "kth": KTH,
            "watched": watched_columns(size),
        }
        self._tables = {name: context.table(name, kept) for name, kept in columns.items()}
        self.watched = torch.from_numpy(watch_list(vocabulary))

    def take_over(self, parent: Path, seed: int, step: int) -> None:
        """Copy the parent's rows up to a step of a seed: a resumed record is as complete as one that was not."""
        record = Record.open(parent)
        for name, table in self._tables.items():
            if name not in record.tables():
                continue
            rows = record.table(name).read()
            if rows.dtype != table.dtype:
                continue
            kept = np.ones(len(rows), bool)
            names = rows.dtype.names or ()
            if "seed" in names:
                kept = rows["seed"] < seed
                kept |= (rows["seed"] == seed) & (rows["step"] <= step if "step" in names else step > 0)
            elif seed == 0:
                kept = rows["step"] <= step
            table.extend(rows[kept])

    def watch(self, arm: int, step: int, twin: Twin, update: Update, before: Tensor) -> None:
        """Follow the watched words that were met in this step; ``before`` float32 [watched, d] their rows then."""
        rows = twin.model.output.weight.detach()
        for place in torch.isin(self.watched, update.targets).nonzero()[:, 0].tolist():
            word = self.watched[place]
            met = (update.targets == word).nonzero()[:, 0]
            after = twin.model.output(update.activations[met]).detach().softmax(1)[:, word]
            rate, activation = 0.0, update.activations[met].mean(0)
            if update.written is not None and len(own := (update.written.rows == word).nonzero()[:, 0]):
                rate, activation = float(update.written.rates[own[0]]), update.written.activations[own[0]]
            self._tables["watched"].append(
                arm=arm, step=step, word=int(word), count=int(twin.model.output.counts[word]), rate=rate,
                before=float((-update.loss[met]).exp().mean()), after=float(after.mean()),
                row_before=before[place].numpy(), activation=activation.numpy(), row_after=rows[word].numpy(),
            )  # fmt: skip

    def overwritten(self, step: int, update: Update) -> None:
        """What the rule wrote in this step."""
        if update.written is not None:
            overwritten_rows(self._tables["overwrites"], step, update.written, update.moved)

    def perplexity(self, arm: int, seed: int, step: int, scored: Scored) -> None:
        """How the validation text is predicted now, by bucket."""
        bucket = np.where(scored.target == 0, -1, bucket_of(self._counts[scored.target]))
        self._row("perplexities", arm=arm, seed=seed, step=step, bucket=-1, words=len(bucket), loss=scored.loss.sum())
        for number in np.unique(bucket[bucket >= 0]).tolist():
            own = scored.loss[bucket == number]
            self._row("perplexities", arm=arm, seed=seed, step=step, bucket=number, words=len(own), loss=own.sum())

    def pieces(self, arm: int, seed: int, plain: NDArray[np.float64], cached: NDArray[np.float64]) -> None:
        """Test losses [pieces, buckets, 2] without and with the cache."""
        piece, bucket = np.nonzero(plain[:, :, 0])
        rows = np.zeros(len(piece), row_dtype(PIECES))
        rows["arm"], rows["seed"], rows["piece"], rows["bucket"] = arm, seed, piece, bucket
        rows["words"], rows["loss"] = plain[piece, bucket].T
        rows["cached"] = cached[piece, bucket, 1]
        self._tables["pieces"].extend(rows)

    def kth(self, arm: int, seed: int, met: Occurrences) -> None:
        """Mean loss at the k-th meeting so far."""
        rows = np.zeros(len(met.loss), row_dtype(KTH))
        rows["arm"], rows["seed"], rows["k"] = arm, seed, np.arange(len(rows))
        rows["words"], rows["loss"] = met.words.numpy(), met.loss.numpy()
        self._tables["kth"].extend(rows)

    def _row(self, table: str, **values: Any) -> None:
        self._tables[table].append(**values)


def watch_list(vocabulary: Vocabulary) -> NDArray[np.int64]:
    """Rare words to follow, int64 [at most 24]: of 3 to 12 training occurrences, spread over the vocabulary."""
    rare = (vocabulary.counts >= LEAST) & (vocabulary.counts <= MOST)
    found = [number for number in np.flatnonzero(rare).tolist() if vocabulary.words[number].isalpha() and number]
    chosen = np.unique(np.linspace(0, len(found) - 1, min(WATCHED, len(found))).astype(np.int64))
    return np.array([found[place] for place in chosen], np.int64)
