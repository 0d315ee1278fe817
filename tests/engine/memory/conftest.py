"""SAM written the slow way: loops over heads and words, memory copied at every write, gradients by autograd."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

DELTA = 0.005


def run(network: Any, inputs: Tensor) -> tuple[Tensor, list[list[list[int]]], Tensor]:
    """Outputs [T, B, outputs], the words read at the last step and the last memory [B, N, W]."""
    runs = [_run_one(network, inputs[:, b]) for b in range(inputs.shape[1])]
    return torch.stack([r[0] for r in runs], 1), [r[1] for r in runs], torch.stack([r[2] for r in runs])


def _cosine(query: Tensor, word: Tensor) -> Tensor:
    if word.detach().norm() < 1e-6 or query.detach().norm() < 1e-6:
        return (0 * query).sum()
    return (query @ word) / (query.norm() * word.norm())


def _run_one(network: Any, inputs: Tensor) -> tuple[Tensor, list[list[int]], Tensor]:
    sizes = network.sizes
    n, size, heads, k = sizes.slots, sizes.word, sizes.heads, sizes.reads
    hidden = cell = inputs.new_zeros(1, sizes.hidden)
    reads = inputs.new_zeros(heads, size)
    memory = [inputs.new_zeros(size) for _ in range(n)]
    last_access = [-n + i for i in range(n)]  # below 0: never accessed, in index order
    clock = 0
    chosen: list[list[int]] = [[] for _ in range(heads)]
    weights: list[list[Tensor]] = [[] for _ in range(heads)]
    outputs = []
    for x in inputs:
        hidden, cell = network.controller(torch.cat([x, reads.flatten()])[None], (hidden, cell))
        p = network.interface(hidden)[0]
        queries, adds = p[: heads * size].view(heads, size), p[heads * size : 2 * heads * size].view(heads, size)
        beta = 1 + functional.softplus(p[2 * heads * size :][:heads])
        alpha, gamma = p[2 * heads * size + heads :].sigmoid().view(2, heads)
        order = sorted(range(n), key=lambda i: last_access[i])[:heads]
        accessed = list(order)
        changed = [0 * word if i in order else word for i, word in enumerate(memory)]
        for h in range(heads):
            for slot, weight in zip(chosen[h], weights[h], strict=True):
                w = alpha[h] * gamma[h] * weight
                changed[slot] = changed[slot] + w * adds[h]
                if w > DELTA:
                    accessed.append(slot)
            changed[order[h]] = changed[order[h]] + alpha[h] * (1 - gamma[h]) * adds[h]
        memory = changed
        for slot in accessed:
            last_access[slot] = clock
            clock += 1
        words = []
        for h in range(heads):
            scores = {i: _cosine(queries[h], memory[i]) for i in range(n) if last_access[i] >= 0}
            chosen[h] = sorted(scores, key=lambda i: (-scores[i].item(), i))[:k]
            weights[h] = list((beta[h] * torch.stack([scores[i] for i in chosen[h]])).softmax(0))
            words.append(sum(w * memory[i] for w, i in zip(weights[h], chosen[h], strict=True)))
            for w, i in zip(weights[h], chosen[h], strict=True):
                if w > DELTA:
                    last_access[i] = clock
                    clock += 1
        reads = torch.stack(words)
        outputs.append(network.output(torch.cat([hidden[0], reads.flatten()])))
    return torch.stack(outputs), chosen, torch.stack(memory)


@pytest.fixture
def slow_sam() -> Any:
    """The slow reference: (network, inputs) -> outputs, words read last, memory."""
    return run
