"""A filter of one set: a network's memory, a threshold, and a backup filter. Never a false negative.

The contract is kept by construction, whatever the network does: once the memory is final every inserted key is asked,
and each one whose logit does not clear the threshold by a margin goes into the backup filter. The margin (a thousandth)
is far above what float32 sums differ between a batch and a single key, or between two machines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.string_keys import clean_keys
from engine.filters.bloom import (
    COUNTERS,
    BloomFilter,
    Fingerprints,
    Hashes,
    Space,
    backup_bits,
    hash_keys,
    make_backup,
)
from engine.filters.calibration import Calibration, Choice
from engine.filters.network import SetMemory

MARGIN = 1e-3
BLOCK = 8192
PRECISIONS = (32, 16, 8)


def quantised(memory: NDArray[np.float32], precision: int) -> NDArray[np.float32]:
    """The memory as it comes back from 32 or 16-bit floats, or 8-bit whole numbers and one scale."""
    if precision == 32:
        return memory.astype(np.float32)
    if precision == 16:
        return np.clip(memory, -65504, 65504).astype(np.float16).astype(np.float32)
    scale = max(float(np.abs(memory).max(initial=0)), 1e-30) / 127
    return (np.round(memory / scale) * scale).astype(np.float32)


def memory_bits(numbers: int, precision: int) -> int:
    """Bits of so many numbers; at 8 bits the scale is counted too."""
    return numbers * precision + (32 if precision == 8 else 0)


@dataclass(frozen=True)
class Answer:
    """Why a key was answered as it was: ``logit`` against ``threshold``, then the backup."""

    logit: float
    threshold: float
    network: bool
    backup: bool

    @property
    def yes(self) -> bool:
        """The filter's answer."""
        return self.network or self.backup


class SetFilter:
    """A sealed filter. Attributes: ``network``, ``memory`` float32 [numbers] as it is stored, ``choice`` of threshold
    and rates, ``n`` inserted keys, ``missed`` of them in the backup, ``precision`` bits a number, ``later``: filters of
    keys that came after sealing (the memory is left alone then, so that no earlier answer changes).
    """

    def __init__(
        self,
        network: SetMemory,
        memory: NDArray[np.float32],
        choice: Choice,
        n: int,
        missed: int,
        backup: BloomFilter | Fingerprints | None,
        precision: int = 32,
    ):
        self.network, self.memory, self.choice = network, memory, choice
        self.n, self.missed, self.backup, self.precision = n, missed, backup, precision
        self.later: list[BloomFilter] = []
        self._held = torch.from_numpy(memory)[None]
        network.eval()

    @property
    def space(self) -> Space:
        """Bits of this filter."""
        backup = self.backup.bits if self.backup is not None else 0
        backup += sum(filter.bits for filter in self.later)
        return Space(memory_bits(len(self.memory), self.precision), COUNTERS, backup)

    @torch.inference_mode()
    def logits(self, codes: Tensor) -> NDArray[np.float32]:
        """float32 [n]: what the network says of keys with these codes."""
        parts = [self.network.logits(self._held, part[None])[0].numpy() for part in torch.split(codes, BLOCK)]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)

    def answers(self, codes: Tensor, hashes: Hashes) -> NDArray[np.bool_]:
        """Bool [n] for keys whose codes and hashes are known."""
        return (self.logits(codes) >= self.choice.threshold) | self.in_backup(hashes)

    def in_backup(self, hashes: Hashes) -> NDArray[np.bool_]:
        """Bool [n]: what the backup filters say."""
        found = np.zeros(len(hashes), np.bool_)
        for filter in (self.backup, *self.later):
            if filter is not None:
                found |= filter.contains(hashes)
        return found

    def contains(self, keys: Iterable[str | bytes]) -> NDArray[np.bool_]:
        """Bool [n]; True for every key ever inserted. Raises BadInput for keys that cannot be keys."""
        ready = [key.encode() if isinstance(key, str) else key for key in keys]
        clean_keys(ready)
        return self.answers(codes_of(self.network, ready), hash_keys(ready))

    def explain(self, key: str | bytes) -> Answer:
        """Why one key is answered as it is."""
        ready = clean_keys([key])
        logit = float(self.logits(codes_of(self.network, ready))[0])
        backup = bool(self.in_backup(hash_keys(ready))[0])
        return Answer(logit, self.choice.threshold, logit >= self.choice.threshold, backup)

    def insert(self, keys: Iterable[str | bytes]) -> int:
        """Insert keys after sealing; returns how many were not yet answered yes and went into a filter of their own."""
        ready = clean_keys(keys)
        new = [key for key, inside in zip(ready, self.contains(ready), strict=True) if not inside]
        if new:
            extra = BloomFilter(len(new), self.choice.backup_rate)
            extra.add(hash_keys(new))
            self.later.append(extra)
        self.n += len(ready)
        return len(new)


@torch.inference_mode()
def codes_of(network: SetMemory, keys: Sequence[bytes]) -> Tensor:
    """Codes [n, c] of keys, a block at a time; raises BadInput for keys that the encoder cannot take."""
    parts = []
    for start in range(0, len(keys), BLOCK):
        shown = network.features(keys[start : start + BLOCK])
        parts.append(network.codes(torch.from_numpy(np.ascontiguousarray(shown))))
    return torch.cat(parts) if parts else torch.zeros(0, 1)


def seal(
    network: SetMemory,
    calibration: Calibration,
    codes: Tensor,
    hashes: Hashes,
    fpr: float,
    precision: int = 32,
    others: Tensor | None = None,
) -> SetFilter:
    """The smallest filter that these keys make at a rate of ``fpr``: writes, chooses the threshold, builds the backup.

    Of the thresholds known for a set of this size the one is taken that costs least in all. ``others``: codes of keys
    that are asked and are not in the set, where those are not the keys the thresholds were chosen on; thresholds that
    they exceed too often are left out, and if need be the backup filter holds everything. Raises BadInput for a rate
    that no filter can be made for.
    """
    n = len(hashes)
    with torch.inference_mode():
        memory = quantised(network.memorise(codes[None])[0].numpy(), precision)
    memory = np.nan_to_num(memory)
    bare = SetFilter(network, memory, Choice(np.inf, 0.0, fpr), n, 0, None, precision)
    choices, logits = calibration.choices(n, fpr), bare.logits(codes)
    if others is not None:
        asked = bare.logits(others)
        choices = [c for c in choices if (asked >= c.threshold).mean() <= c.network_rate] if len(asked) else []
        choices.append(bare.choice)
    best: tuple[int, Choice] | None = None
    for choice in choices:
        cost = backup_bits(int((~_clears(logits, choice)).sum()), choice.backup_rate)
        if best is None or cost < best[0]:
            best = cost, choice
    assert best is not None
    choice = best[1]
    low = ~_clears(logits, choice)
    made = SetFilter(
        network, memory, choice, n, int(low.sum()), make_backup(hashes[low], choice.backup_rate), precision
    )
    assert made.answers(codes, hashes).all(), "a key is missing right after its filter was built"
    return made


def make_filter(
    network: SetMemory,
    calibration: Calibration,
    keys: Iterable[str | bytes],
    fpr: float,
    precision: int = 32,
    others: Iterable[str | bytes] | None = None,
) -> SetFilter:
    """The filter of these keys, each counted once; see ``seal``. Raises BadInput."""
    ready = clean_keys(keys)
    asked = None if others is None else codes_of(network, clean_keys(others))
    return seal(network, calibration, codes_of(network, ready), hash_keys(ready), fpr, precision, asked)


def _clears(logits: NDArray[np.float32], choice: Choice) -> NDArray[np.bool_]:
    """Whether a logit is above the threshold by the margin; not a number is not."""
    return logits >= choice.threshold + MARGIN * (1 + abs(choice.threshold))
