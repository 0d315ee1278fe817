"""Recurrent networks with an external memory on the same tasks: they see the patterns one by one, then the queries.

Counted is the memory: slots times word, for a plain LSTM its two state vectors. [Santoro et al. 2016 (MANN); Graves et
al. 2016 (DNC); EBMM 5.]
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from engine.associative.rivals import Exam, Method
from engine.associative.training import Lessons
from engine.errors import BadInput
from engine.memory.catalogue import build
from engine.memory.interface import MemoryNetwork, Sizes

WORD, HIDDEN = 20, 100
TITLES = {"lstm": "LSTM", "ntm": "NTM (MANN)", "dnc": "DNC"}


def sizes_for(name: str, size: int, floats: int) -> tuple[Sizes, int]:
    """Sizes of the network ``name`` for patterns of ``size`` values, and the floats it uses; raises BadInput."""
    if name == "lstm":
        if floats < 2:
            raise BadInput("An LSTM needs at least 2 floats")
        return Sizes(size + 1, size, floats // 2, 1, 1, 1, 1), floats // 2 * 2
    if floats < WORD:
        raise BadInput(f"A memory with words of {WORD} values needs at least {WORD} floats, not {floats}")
    slots = floats // WORD
    return Sizes(size + 1, size, HIDDEN, slots, WORD, 1, min(4, slots)), slots * WORD


def answers(network: MemoryNetwork[Any], patterns: Tensor, queries: Tensor) -> Tensor:
    """What the network says to each query after it has seen all patterns: [tasks, n, d] each -> [tasks, n, d]."""
    tasks, count, size = patterns.shape
    inputs = patterns.new_zeros(2 * count, tasks, size + 1)
    inputs[:count, :, :size], inputs[count:, :, :size] = patterns.swapaxes(0, 1), queries.swapaxes(0, 1)
    inputs[count:, :, size] = 1
    outputs, _ = network.sequence(inputs, network.initial_state(tasks))
    return outputs[count:].swapaxes(0, 1).tanh()


def learn(
    name: str, lessons: Lessons, floats: int, updates: int, seed: int, checked: Callable[[], None]
) -> MemoryNetwork[Any]:
    """Train a network on squared error with Adam; ``checked()`` is called before each update and may raise."""
    sizes, _ = sizes_for(name, lessons.data.size, floats)
    torch.manual_seed(seed)
    network, random = build(name, sizes), np.random.default_rng(seed)
    optimiser = torch.optim.Adam(network.parameters(), 1e-3)
    for _ in range(updates):
        checked()
        count = int(random.integers(lessons.fewest, lessons.patterns + 1))
        drawn = lessons.data.sample(random, lessons.batch, count)
        damaged, _ = lessons.data.damage(random, drawn, lessons.damage, lessons.amount)
        patterns, queries = torch.from_numpy(drawn), torch.from_numpy(damaged)
        loss = (answers(network, patterns, queries) - patterns).square().sum(-1).mean() / 4
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 10.0)
        optimiser.step()
    return network


def method(name: str, network: MemoryNetwork[Any], lessons: Lessons, exam: Exam, floats: int) -> Method:
    """Its errors on the examination's tasks."""
    with torch.no_grad():
        found = answers(network, torch.from_numpy(exam.patterns), torch.from_numpy(exam.queries)).numpy()
    _, used = sizes_for(name, lessons.data.size, floats)
    return Method(TITLES[name], False, used, lessons.data.error(found, exam.patterns))
