"""A set that grows key by key, and the filter it would make now: what the bench shows of every step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from engine.filters.baselines import FENCE_BYTES, Label
from engine.filters.bloom import Hashes, backup_bits, hash_keys
from engine.filters.calibration import Calibration
from engine.filters.filter import SetFilter, codes_of, seal
from engine.filters.network import NeuralBloomFilter


@dataclass(frozen=True, slots=True)
class Written:
    """What one insertion did: address [m], word [d], memory M [d, m] after it (the sum, as published)."""

    address: NDArray[np.float32]
    word: NDArray[np.float32]
    memory: NDArray[np.float32]


class LiveSet:
    """Keys inserted so far. Attributes: ``keys`` in order, ``memory`` float64 [d, m], the sum of w a^T."""

    def __init__(self, network: NeuralBloomFilter, calibration: Calibration):
        network.eval()
        self.network, self.calibration = network, calibration
        self.keys: dict[bytes, None] = {}
        self.memory = np.zeros((network.sizes.word, network.sizes.slots))
        self._codes: list[Tensor] = []
        self._hashes: list[Hashes] = []

    def insert(self, keys: Sequence[bytes]) -> list[Written]:
        """Insert keys that are not yet there, in order; one entry each."""
        fresh = [key for key in dict.fromkeys(keys) if key not in self.keys]
        if not fresh:
            return []
        codes = codes_of(self.network, fresh)
        _, addresses, words = (part.numpy() for part in self.network.parts(codes))
        found = []
        for address, word in zip(addresses, words, strict=True):
            self.memory += np.outer(word, address)
            found.append(Written(address, word, self.memory.astype(np.float32)))
        self.keys |= dict.fromkeys(fresh)
        self._codes.append(codes)
        self._hashes.append(hash_keys(fresh))
        return found

    @property
    def codes(self) -> Tensor:
        """Of all keys [n, c]."""
        if len(self._codes) > 1:
            self._codes = [torch.cat(self._codes)]
        return self._codes[0]

    @property
    def hashes(self) -> Hashes:
        """Of all keys [n, 16]."""
        if len(self._hashes) > 1:
            self._hashes = [np.concatenate(self._hashes)]
        return self._hashes[0]

    def seal(self, fpr: float, precision: int, count: int | None = None) -> SetFilter:
        """The filter of the first ``count`` keys (none: all); every one of them is answered yes."""
        return seal(self.network, self.calibration, self.codes[:count], self.hashes[:count], fpr, precision)

    def shuffled_difference(self, random: Generator) -> float:
        """Largest difference of any number in M when all keys are written in another order."""
        _, a, w = (part.numpy().astype(np.float64) for part in self.network.parts(self.codes))
        again = np.zeros_like(self.memory)
        for i in random.permutation(len(a)):
            again += np.outer(w[i], a[i])
        return float(np.abs(again - self.memory).max())


def lookalikes(keys: Sequence[bytes], random: Generator, count: int) -> list[bytes]:
    """Made-up keys that look like these: the head of one and the tail of another; never one of them."""
    own, found = set(keys), set[bytes]()
    for _ in range(20 * count):
        if len(found) == count:
            break
        first, second = (keys[i] for i in random.integers(0, len(keys), 2))
        head, tail = int(random.integers(1, len(first) + 1)), int(random.integers(0, len(second)))
        key = first[:head] + second[tail:]
        if random.random() < 0.3:
            key = key[:-1] + bytes([97 + int(random.integers(26))])
        if key and key not in own:
            found.add(key)
    return sorted(found)


def string_fence(keys: Sequence[bytes], others: Sequence[bytes], fpr: float) -> tuple[float, float]:
    """Bits and wrong rate of the shortest fence that is wrong in at most ``fpr`` of these others; nan if none is."""
    low, high = min(keys), max(keys)
    for width in FENCE_BYTES:
        first, last = low[:width], high[:width]
        wrong = float(np.mean([first <= key[:width] <= last for key in others]))
        if wrong <= fpr:
            return 16.0 * width, wrong
    return float("nan"), wrong


def label_size(label: Label, members: Tensor, others: Tensor, fpr: float) -> tuple[float, float]:
    """Bits and wrong rate of storing the class alone; nan where the classifier is wrong more often than allowed."""
    guesses = label.guess(members)
    digit = np.bincount(guesses).argmax()
    wrong = float((label.guess(others) == digit).mean())
    missed = int((guesses != digit).sum())
    bits = 4.0 + 16 + backup_bits(missed, fpr / 2)
    return (bits if wrong <= fpr else float("nan")), wrong
