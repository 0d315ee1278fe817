"""Build filters of many sets and ask them: bits, misses and rates of each set, beside baselines of the same sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from engine.filters.baselines import FENCE_BYTES, Built, Fence, Label, prior
from engine.filters.bloom import BloomFilter, Hashes, hash_keys
from engine.filters.calibration import Calibration
from engine.filters.filter import seal
from engine.filters.network import SetMemory
from engine.filters.tasks import CLUSTERS, Indices, Keys, OneClass, Ranges
from engine.filters.training import all_codes

NEURAL, BLOOM = "neural", "bloom"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One method on one set at one rate: bits in all and where they are, members in the backup, false negatives, and
    the share of non-members answered yes.
    """

    method: str
    bits: int
    memory: int
    backup: int
    missed: int
    false_negatives: int
    wrong: float


class Arena:
    """The test keys of a task with everything known of them in advance: codes, hashes, fences, guesses."""

    def __init__(self, network: SetMemory, calibration: Calibration, keys: Keys, train: Keys, precision: int = 32):
        self.network, self.calibration, self.keys, self.precision = network, calibration, keys, precision
        self.codes: Tensor = all_codes(network, keys.names)
        self.hashes: Hashes = hash_keys(keys.names)
        self._fence = Fence(keys.names) if keys.labels[0] < 0 else None
        self._guesses: Indices | None = None
        if isinstance(keys, OneClass):
            shared = all_codes(network, train.names)
            self._guesses = Label(shared, train.labels).guess(self.codes)

    def sets(self, random: Generator, n: int, count: int, asked: int) -> Iterator[tuple[Indices, Indices]]:
        """Members and non-members of so many sets."""
        for _ in range(count):
            members = self.keys.draw(random, n)
            yield members, self.keys.others(random, members, asked)

    def all(self, members: Indices, others: Indices, rates: Sequence[float]) -> Iterator[tuple[float, Outcome]]:
        """Every method on one set at every rate; keys that are asked several times count as often."""
        asked, times = np.unique(others, return_counts=True)
        weights = times / times.sum()
        own, hashes = self.codes[members], self.hashes[members]
        logits: NDArray[np.float32] | None = None
        for rate in rates:
            made = seal(self.network, self.calibration, own, hashes, rate, self.precision)
            if logits is None:  # the memory is the same for every rate
                logits = made.logits(self.codes[asked])
            lost = int((~made.answers(own, hashes)).sum())
            wrong = (logits >= made.choice.threshold) | made.in_backup(self.hashes[asked])
            space = made.space
            share = float(wrong @ weights)
            yield rate, Outcome(NEURAL, space.total, space.memory, space.backup, made.missed, lost, share)
            bloom = BloomFilter(len(members), rate)
            bloom.add(hashes)
            lost = int((~bloom.contains(hashes)).sum())
            share = float(bloom.contains(self.hashes[asked]) @ weights)
            yield rate, Outcome(BLOOM, bloom.bits, bloom.bits, 0, 0, lost, share)
            for name, built in self._baselines(members, rate):
                wrong_share = built.wrong_rate(others)
                yield rate, Outcome(name, built.bits, built.bits, 0, built.missed, 0, wrong_share)

    def _baselines(self, members: Indices, fpr: float) -> Iterator[tuple[str, Built]]:
        """Those that apply to the task."""
        if self._fence is not None:
            for width in FENCE_BYTES:
                yield f"fence, {width} bytes", self._fence.build(members, width, 1, fpr)
            if not isinstance(self.keys, Ranges):
                for width in FENCE_BYTES:
                    yield f"{CLUSTERS} fences, {width} bytes", self._fence.build(members, width, CLUSTERS, fpr)
        if self._guesses is not None:
            yield "label", Label.build(self._guesses, members, fpr)
        if (made := prior(self.keys, members, fpr)) is not None:
            yield "prior", made


@dataclass(frozen=True, slots=True)
class Summary:
    """A method over sets: mean bits and where they are, misses, and the rate with its worst set and its 95 % interval
    (of the mean over sets).
    """

    method: str
    bits: float
    memory: float
    backup: float
    missed: float
    false_negatives: int
    wrong: float
    worst: float
    interval: tuple[float, float]


def summarise(outcomes: list[Outcome]) -> list[Summary]:
    """One summary a method, in order of first appearance."""
    found = []
    for method in dict.fromkeys(outcome.method for outcome in outcomes):
        own = [outcome for outcome in outcomes if outcome.method == method]
        rates = np.array([outcome.wrong for outcome in own])
        half = 1.96 * float(rates.std(ddof=1)) / len(own) ** 0.5 if len(own) > 1 else 0.0
        mean = float(rates.mean())

        def average(value: Callable[[Outcome], int], own: list[Outcome] = own) -> float:
            return float(np.mean([value(outcome) for outcome in own]))

        found.append(
            Summary(
                method,
                average(lambda o: o.bits),
                average(lambda o: o.memory),
                average(lambda o: o.backup),
                average(lambda o: o.missed),
                sum(outcome.false_negatives for outcome in own),
                mean,
                float(rates.max()),
                (max(mean - half, 0.0), mean + half),
            )
        )
    return found


def best_baseline(summaries: list[Summary], fpr: float) -> Summary | None:
    """The smallest method without a memory whose measured rate is at most ``fpr``; chosen afterwards, in its favour."""
    usable = [s for s in summaries if s.method not in (NEURAL, BLOOM) and s.wrong <= fpr]
    return min(usable, key=lambda s: s.bits, default=None)


def auc(network: SetMemory, codes: Tensor, members: Indices, others: Indices) -> float:
    """Area under the ROC curve of one set: how often a member's logit is above a non-member's."""
    memory = network.memorise(codes[members][None])
    high = network.logits(memory, codes[members][None])[0].detach().numpy()
    low = np.sort(network.logits(memory, codes[others][None])[0].detach().numpy())
    below = np.searchsorted(low, high, "left") + np.searchsorted(low, high, "right")
    return float(below.mean() / (2 * len(low)))
