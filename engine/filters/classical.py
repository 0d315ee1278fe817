"""Sizes of classical filters by their formulas, and maintained packages behind one small interface.

Formulas: Rae et al. 2019, 2 (bound, Bloom, cuckoo); Graf and Lemire 2020 and 2022 (xor 23 % above the bound, binary
fuse 13 %); Dillinger and Walzer 2021 (ribbon, under 10 %). The packages come with the extra ``filters``.
"""

from __future__ import annotations

import importlib.util
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.filters.bloom import BloomFilter, bloom_bits, hash_keys


def formula_bits(n: int, fpr: float) -> dict[str, float]:
    """Bits of n keys at a rate, by name; ``bound`` is what sets without structure need at least."""
    bound = n * math.log2(1 / fpr)
    return {
        "bound": bound,
        "bloom": bloom_bits(n, fpr),
        "cuckoo": n * (math.log2(1 / fpr) + 2) / 0.955,
        "xor": 1.23 * bound,
        "fuse": 1.13 * bound,
        "ribbon": 1.10 * bound,
    }


@dataclass(frozen=True, slots=True)
class Package:
    """A filter of another package: ``build(keys, fpr)`` gives (bits, contains(key) -> bool)."""

    name: str
    module: str
    build: Callable[[Sequence[str], float], tuple[int, Callable[[str], bool]]]

    @property
    def installed(self) -> bool:
        """Whether the package is there."""
        return importlib.util.find_spec(self.module) is not None


def _rbloom(keys: Sequence[str], fpr: float) -> tuple[int, Callable[[str], bool]]:
    from rbloom import Bloom

    made: Any = Bloom(max(len(keys), 1), fpr)
    made.update(keys)
    return int(made.size_in_bits), made.__contains__


def _abloom(keys: Sequence[str], fpr: float) -> tuple[int, Callable[[str], bool]]:
    from abloom import BloomFilter as Block

    made: Any = Block(max(len(keys), 1), fpr)
    made.update(keys)
    return int(made.bit_count), made.__contains__


def _fuse8(keys: Sequence[str], fpr: float) -> tuple[int, Callable[[str], bool]]:
    from pyfusefilter import Fuse8

    made: Any = Fuse8(max(len(keys), 1))
    made.populate(list(keys))
    return 8 * int(made.size_in_bytes()), made.contains


def _xor8(keys: Sequence[str], fpr: float) -> tuple[int, Callable[[str], bool]]:
    from pyfusefilter import Xor8

    made: Any = Xor8(max(len(keys), 1))
    made.populate(list(keys))
    return 8 * int(made.size_in_bytes()), made.contains


def _reference(keys: Sequence[str], fpr: float) -> tuple[int, Callable[[str], bool]]:
    made = BloomFilter(max(len(keys), 1), fpr)
    made.add(hash_keys(key.encode() for key in keys))
    return made.bits, lambda key: bool(made.contains(hash_keys([key.encode()]))[0])


PACKAGES = (
    Package("Bloom, reference", "engine", _reference),
    Package("rbloom (Bloom)", "rbloom", _rbloom),
    Package("abloom (split-block Bloom)", "abloom", _abloom),
    Package("pyfusefilter (binary fuse, 8 bits)", "pyfusefilter", _fuse8),
    Package("pyfusefilter (xor, 8 bits)", "pyfusefilter", _xor8),
)


def measure(package: Package, keys: Sequence[str], others: Sequence[str], fpr: float) -> dict[str, Any]:
    """Bits, wrong answers, and keys a second of building and of asking one by one, as a program would."""
    started = time.process_time()
    bits, contains = package.build(keys, fpr)
    built = time.process_time()
    wrong = sum(map(contains, others))
    asked = time.process_time()
    return {
        "name": package.name,
        "bits": bits,
        "false_negatives": len(keys) - sum(map(contains, keys)),
        "fpr_measured": wrong / max(len(others), 1),
        "inserts_per_second": len(keys) / (built - started),
        "queries_per_second": len(others) / (asked - built),
    }
