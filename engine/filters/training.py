"""Meta-training: the weights learn, over very many sets, how to write a set and ask it [Rae et al. 2019, algorithm 2].

The loss is binary cross entropy, as the text has it (line 10 of the printed algorithm is not). Gradients pass through
reads and writes. Ours: Adam; half of the questions are members (their codes are those of the write, not made twice);
half of the negatives are near a member; where members are alike, a sample of each set is written.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor
from torch.nn import functional

from engine.errors import BadInput
from engine.filters.network import SetMemory
from engine.filters.tasks import Keys


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train: ``steps`` of ``sets`` sets of ``least`` .. ``most`` keys.

    At most ``written`` keys of each are written where members are alike; at most ``asked`` members and as many others
    are asked. ``rate``: step size of Adam, falling to nothing along a cosine; ``shift``: pixels by which pictures are
    moved about.
    """

    steps: int
    sets: int
    least: int
    most: int
    written: int
    asked: int
    rate: float
    shift: int = 0


@dataclass(frozen=True, slots=True)
class Update:
    """One step: loss in bits a question, share of questions answered right at logit 0, sizes of the sets."""

    step: int
    loss: float
    right: float
    n: int


def train(
    network: SetMemory,
    keys: Keys,
    plan: Plan,
    random: Generator,
    updated: Callable[[Update], None],
    stopping: Callable[[], bool],
    optimiser: torch.optim.Optimizer,
    first: int = 0,
) -> int:
    """Train in place from step ``first`` until ``plan.steps`` or ``stopping()``; returns the steps done.

    Raises BadInput if the loss is not finite.
    """
    network.train()
    features = network.features(keys.names)
    step = first
    while step < plan.steps and not stopping():
        for group in optimiser.param_groups:
            group["lr"] = plan.rate * 0.5 * (1 + math.cos(math.pi * step / plan.steps))
        n = round(math.exp(random.uniform(math.log(plan.least), math.log(plan.most))))
        member_rows, other_rows = _draw(keys, plan, random, n)
        held = member_rows.shape[1]
        rows, asked = np.concatenate([member_rows, other_rows], 1), other_rows.shape[1]
        shown = np.ascontiguousarray(_moved(features[rows.ravel()], plan.shift, random))
        codes = network.codes(torch.from_numpy(shown)).view(*rows.shape, -1)
        logits = network.logits(network.memorise(codes[:, :held]), codes[:, held - asked :])
        truth = torch.zeros_like(logits)
        truth[:, :asked] = 1
        loss = functional.binary_cross_entropy_with_logits(logits, truth)
        if not loss.isfinite():
            raise BadInput(f"Training stopped at step {step}: the loss is not finite; a lower rate may help")
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0)
        optimiser.step()
        step += 1
        right = ((logits > 0) == (truth > 0.5)).float().mean().item()
        updated(Update(step, loss.item() / math.log(2), right, n))
    network.eval()
    return step


def _draw(keys: Keys, plan: Plan, random: Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of members [sets, written], in random order, and of negatives [sets, asked]."""
    written = min(n, plan.written) if keys.alike else n
    asked = min(written, plan.asked)
    members, others = [], []
    for _ in range(plan.sets):
        drawn = keys.draw(random, n)
        near = keys.near(random, drawn, asked // 2)
        others.append(np.concatenate([near, keys.others(random, drawn, asked - len(near))]))
        members.append(random.permutation(drawn)[:written])
    return np.stack(members), np.stack(others)


def _moved(pixels: np.ndarray, most: int, random: Generator) -> np.ndarray:
    """Pictures moved by up to ``most`` pixels each way, so that few drawings teach more."""
    if not most:
        return pixels
    padded = np.pad(pixels, ((0, 0), (most, most), (most, most)))
    side = pixels.shape[1]
    windows = np.lib.stride_tricks.sliding_window_view(padded, (side, side), axis=(1, 2))
    down, right = random.integers(0, 2 * most + 1, (2, len(pixels)))
    moved: np.ndarray = windows[np.arange(len(pixels)), down, right]
    return moved


@torch.no_grad()
def all_codes(network: SetMemory, names: Sequence[bytes], block: int = 2048) -> Tensor:
    """Codes of many keys [n, c], a block at a time."""
    network.eval()
    features = network.features(names)
    parts = [
        network.codes(torch.from_numpy(np.ascontiguousarray(features[i : i + block])))
        for i in range(0, len(features), block)
    ]
    return torch.cat(parts)
