"""What can be done with no memory at all: a few bits of obvious structure, with the same backup and accountant.

Each structured task of Rae et al. 2019 has such a baseline, and none is in the paper. They need to know what the
structure is (sorted keys, how popular a picture is, what a digit is); a neural filter has to learn it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.filters.bloom import backup_bits
from engine.filters.tasks import Indices, Keys, Skewed

FENCE_BYTES = (1, 2, 3, 4)
COUNT_BITS = 16  # keys in the backup filter


@dataclass(frozen=True, slots=True)
class Built:
    """A baseline for one set.

    ``bits`` in all; keys ``missed``, all in its backup; ``accepted`` bool [keys] of the whole universe by structure
    alone; the ``backup_rate`` at which the rest is accepted by mistake.
    """

    bits: int
    missed: int
    accepted: NDArray[np.bool_]
    backup_rate: float

    def wrong_rate(self, others: Indices) -> float:
        """Share of these non-members that are answered yes: by structure, or by the backup as it is expected to."""
        share = float(self.accepted[others].mean())
        return share + (1 - share) * (self.backup_rate if self.missed else 0.0)


class Fence:
    """First bytes of the smallest and the largest key of each dense piece; everything between is accepted.

    ``pieces`` 1 is the plain fence, which never misses a member. With more, a piece is a run of neighbours that holds
    at least a twentieth of the set, and keys outside all pieces go to a backup filter at ``fpr`` / 2.
    """

    def __init__(self, names: Sequence[bytes]):
        self._heads = {b: np.array([name[:b].ljust(b, b"\0") for name in names], f"S{b}") for b in FENCE_BYTES}

    def build(self, members: Indices, width: int, pieces: int, fpr: float) -> Built:
        """The fence of these members with ``width`` bytes a post."""
        places = np.sort(members)
        spans = [(places[0], places[-1])]
        if pieces > 1:
            runs = np.split(places, np.flatnonzero(np.diff(places) > 3) + 1)
            large = sorted((run for run in runs if len(run) * 20 >= len(places)), key=len, reverse=True)[:pieces]
            spans = [(run[0], run[-1]) for run in large]
        heads = self._heads[width]
        accepted = np.zeros(len(heads), np.bool_)
        for low, high in spans:  # heads are sorted like the keys
            accepted[np.searchsorted(heads, heads[low], "left") : np.searchsorted(heads, heads[high], "right")] = True
        missed = int((~accepted[members]).sum())
        bits = 2 * 8 * width * len(spans) + (COUNT_BITS if pieces > 1 else 0) + backup_bits(missed, fpr / 2)
        return Built(bits, missed, accepted, fpr / 2)


def prior(keys: Keys, members: Indices, fpr: float) -> Built | None:
    """Accept the most popular keys, as many as cost least in all; the other members go to the backup filter.

    None for a task in which no key is more popular than another.
    """
    if not isinstance(keys, Skewed):
        return None
    count = len(keys.names)
    inside = np.zeros(count, bool)
    inside[members] = True
    best: Built | None = None
    for taken in np.unique(np.geomspace(1, count, 200).astype(int)):
        hits = int(inside[:taken].sum())
        rate = (taken - hits) / (count - len(members))
        if rate >= fpr:
            break
        delta = (fpr - rate) / (1 - rate)
        bits = 2 * COUNT_BITS + backup_bits(len(members) - hits, delta)
        if best is None or bits < best.bits:
            best = Built(bits, len(members) - hits, np.arange(count) < taken, delta)
    return best


class Label:
    """Store the class (4 bits) and let a classifier shared by all filters decide; its misses go to the backup filter.

    The classifier is ridge regression from a network's codes of the training pictures to their digits.
    """

    def __init__(self, codes: Tensor, labels: Indices):
        x = torch.cat([codes, torch.ones(len(codes), 1)], 1).double()
        y = torch.nn.functional.one_hot(torch.from_numpy(labels)).double() * 2 - 1
        ridge = 1e-3 * len(x) * torch.eye(x.shape[1], dtype=torch.float64)
        self._weights = torch.linalg.solve(x.T @ x + ridge, x.T @ y)

    def guess(self, codes: Tensor) -> Indices:
        """The digit of each key [n]."""
        x = torch.cat([codes, torch.ones(len(codes), 1)], 1).double()
        found: Indices = (x @ self._weights).argmax(1).numpy()
        return found

    @staticmethod
    def build(guesses: Indices, members: Indices, fpr: float) -> Built:
        """The baseline for one set: ``guesses`` [keys] of the whole universe."""
        label = np.bincount(guesses[members]).argmax()
        accepted = guesses == label
        missed = int((~accepted[members]).sum())
        return Built(4 + COUNT_BITS + backup_bits(missed, fpr / 2), missed, accepted, fpr / 2)
