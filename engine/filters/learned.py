"""The learned index of Kraska et al. 2018: a classifier trained on one set by gradient steps; it is the filter itself.

Here: eight hidden units over the raw key (pixels, or the first 16 bytes), 200 steps of Adam on this set and as many
keys that are not in it. Every weight is counted at 32 bits, keys it misses go to a backup filter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from engine.filters.bloom import COUNTERS, hash_keys, make_backup
from engine.filters.encoders import WINDOW, window_of
from engine.filters.evaluation import Outcome
from engine.filters.tasks import Indices, Keys

HIDDEN = 8
STEPS = 200


def raw(names: Sequence[bytes], pictures: bool) -> Tensor:
    """float32 [n, pixels or 16], 0..1."""
    if pictures:
        rows = np.frombuffer(b"".join(names), np.uint8).reshape(len(names), -1)
    else:
        rows = window_of(names).view(np.uint8).reshape(len(names), WINDOW)
    return torch.from_numpy(rows.astype(np.float32) / 255)


def fit(members: Tensor, others: Tensor, seed: int) -> nn.Module:
    """A classifier of one set, trained anew."""
    torch.manual_seed(seed)
    network = nn.Sequential(nn.Linear(members.shape[1], HIDDEN), nn.LeakyReLU(0.2), nn.Linear(HIDDEN, 1))
    inputs = torch.cat([members, others])
    truth = torch.cat([torch.ones(len(members)), torch.zeros(len(others))])
    optimiser = torch.optim.Adam(network.parameters(), 0.02)
    for _ in range(STEPS):
        loss = functional.binary_cross_entropy_with_logits(network(inputs)[:, 0], truth)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return network.eval()


@torch.inference_mode()
def scores(network: nn.Module, inputs: Tensor) -> NDArray[np.float32]:
    """Logits [n]."""
    found: NDArray[np.float32] = network(inputs)[:, 0].numpy()
    return found


def weight_bits(network: nn.Module) -> int:
    """Size of the classifier."""
    return 32 * sum(weight.numel() for weight in network.parameters())


def learned_outcomes(
    keys: Keys, tune: Keys, n: int, fpr: float, sets: int, asked: int, random: Generator
) -> Iterator[Outcome]:
    """One outcome a set: trained on its keys and on tuning keys, its threshold taken from further tuning keys."""
    pictures = bool(keys.labels[0] >= 0)
    own, shared = raw(keys.names, pictures), raw(tune.names, pictures)
    hashes = hash_keys(keys.names)
    for number in range(sets):
        members = keys.draw(random, n)
        others = keys.others(random, members, asked)
        apart = _apart(keys, tune, members, random)
        network = fit(own[members], shared[apart[: len(apart) // 2][:n]], number)
        threshold = float(np.quantile(scores(network, shared[apart[len(apart) // 2 :]]), 1 - fpr / 2))
        high, low = scores(network, own[others]) > threshold, scores(network, own[members]) <= threshold
        backup = make_backup(hashes[members[low]], fpr / 2)
        wrong = high | (backup.contains(hashes[others]) if backup is not None else np.zeros(asked, bool))
        size, held = weight_bits(network), backup.bits if backup is not None else 0
        yield Outcome("learned", size + held + COUNTERS, size, held, int(low.sum()), 0, float(wrong.mean()))


def _apart(keys: Keys, tune: Keys, members: Indices, random: Generator) -> Indices:
    """Tuning keys that are no members of this set's kind: of other classes, or outside the range of the set."""
    if keys.labels[0] >= 0:
        fit = np.flatnonzero(tune.labels != keys.labels[members[0]])
    else:
        low, high = keys.names[int(members.min())], keys.names[int(members.max())]
        fit = np.array([i for i, name in enumerate(tune.names) if not low <= name <= high])
    return random.permutation(fit)
