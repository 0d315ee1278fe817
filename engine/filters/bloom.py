"""Bloom's filter as a reference, written to be read, and the backup filter of a learned one.

Hashes are the same in every process and on every machine: 16 independent 32-bit words of BLAKE2b of the key.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInput

HASHES = 16
Hashes = NDArray[np.uint32]
"""[n, 16], one row a key."""


def hash_keys(keys: Iterable[bytes]) -> Hashes:
    """uint32 [n, 16]."""
    data = b"".join(hashlib.blake2b(key, digest_size=4 * HASHES).digest() for key in keys)
    return np.frombuffer(data, "<u4").reshape(-1, HASHES)


def bloom_bits(n: int, fpr: float) -> float:
    """N log2(1 / fpr) log2(e): the size at which Bloom's filter of n keys reaches a rate [Bloom 1970]."""
    return n * math.log2(1 / fpr) * math.log2(math.e)


def check_rate(fpr: float) -> None:
    """Raises BadInput for a rate that no filter here can be made for."""
    if not 2.0**-HASHES <= fpr < 1:
        raise BadInput(f"fpr must be at least {2.0**-HASHES:.6f} and below 1, not {fpr}")


class BloomFilter:
    """An array of bits and k hash functions, sized for ``n`` keys at rate ``fpr``.

    Attributes: ``array`` bool [bits], ``k``. Raises BadInput for a rate it cannot be made for.
    """

    def __init__(self, n: int, fpr: float):
        check_rate(fpr)
        self.k = max(1, round(math.log2(1 / fpr)))
        self.array: NDArray[np.bool_] = np.zeros(max(1, math.ceil(bloom_bits(n, fpr))), np.bool_)

    @property
    def bits(self) -> int:
        """Size."""
        return len(self.array)

    def places(self, hashes: Hashes) -> NDArray[np.int64]:
        """The k bits of each key [n, k]."""
        return (hashes[:, : self.k] % np.uint32(self.bits)).astype(np.int64)

    def add(self, hashes: Hashes) -> None:
        """Insert keys."""
        self.array[self.places(hashes)] = True

    def contains(self, hashes: Hashes) -> NDArray[np.bool_]:
        """Whether all k bits of a key are set [n]."""
        return np.asarray(self.array[self.places(hashes)].all(1))


class Fingerprints:
    """A sorted list of short hashes: smaller than Bloom's filter for fewer than some ten keys."""

    def __init__(self, n: int, fpr: float):
        self.width = fingerprint_width(n, fpr)
        self.room = n
        self.values = np.zeros(0, np.uint64)

    @property
    def bits(self) -> int:
        """Size."""
        return self.room * self.width

    def _short(self, hashes: Hashes) -> NDArray[np.uint64]:
        wide = hashes[:, 0].astype(np.uint64) << np.uint64(32) | hashes[:, 1]
        return wide >> np.uint64(64 - self.width)

    def add(self, hashes: Hashes) -> None:
        """Insert keys; at most as many as there is room for."""
        self.values = np.unique(np.concatenate([self.values, self._short(hashes)]))

    def contains(self, hashes: Hashes) -> NDArray[np.bool_]:
        """Whether a key's fingerprint is in the list [n]."""
        return np.isin(self._short(hashes), self.values)


def fingerprint_width(n: int, fpr: float) -> int:
    """Bits of a fingerprint so that n of them answer wrongly at a rate of at most ``fpr``."""
    return min(max(1, math.ceil(math.log2(max(n, 1) / fpr))), 63)


def backup_bits(n: int, fpr: float) -> int:
    """Bits of the backup filter for n keys, rounded up, without its header; 0 for none."""
    if n == 0:
        return 0
    return min(math.ceil(bloom_bits(n, fpr)), n * fingerprint_width(n, fpr))


def make_backup(hashes: Hashes, fpr: float) -> BloomFilter | Fingerprints | None:
    """The smaller of a list of fingerprints and a Bloom filter that holds these keys; None for no keys."""
    n = len(hashes)
    if n == 0:
        return None
    small = n * fingerprint_width(n, fpr) <= bloom_bits(n, fpr)
    made = Fingerprints(n, fpr) if small else BloomFilter(n, fpr)
    made.add(hashes)
    return made


@dataclass(frozen=True, slots=True)
class Space:
    """Where the bits of one filter are: ``memory`` numbers, ``counters`` (n, keys in the backup, threshold's number),
    ``backup``. Weights shared by all filters are not counted; ``break_even`` says how many filters repay them.
    """

    memory: int
    counters: int
    backup: int

    @property
    def total(self) -> int:
        """All bits."""
        return self.memory + self.counters + self.backup


COUNTERS = 16 + 16 + 8
"""n, keys in the backup filter (its size, kind and hashes follow from it), which threshold."""


def break_even(weights: int, saved: float) -> float | None:
    """How many filters it takes until the shared weights (32 bits each) are repaid; None if nothing is saved."""
    return weights * 32 / saved if saved > 0 else None
