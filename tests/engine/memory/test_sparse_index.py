"""The approximate index: exact when it looks everywhere, measured recall otherwise, restored by backward."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.errors import BadInput
from engine.memory import Sizes
from engine.memory.sparse_network import SparseNetwork

SLOTS = 4096


def warm(buckets=0, probes=0):
    torch.manual_seed(0)
    network = SparseNetwork(Sizes(inputs=4, outputs=3, slots=SLOTS, word=16, heads=2))
    state = network.initial_state(2)
    state.memory.overwrite(torch.arange(SLOTS), torch.randn(SLOTS, 16))
    if buckets:
        state.memory.build_index(buckets, probes)
    return network, state


def inputs(steps=20):
    return torch.randn(steps, 2, 4, generator=torch.Generator().manual_seed(1))


def consistent(memory):
    """Every word is in exactly one bucket, at the place noted for it."""
    index = memory.buckets
    for b in range(2):
        room = index.members.shape[2]
        found = [
            (c * room + i + 1, slot)
            for c, n in enumerate(index.filled[b])
            for i, slot in enumerate(index.members[b, c, :n])
        ]
        assert sorted(slot for _, slot in found) == list(range(SLOTS))
        assert all(index.where[b, slot] == where for where, slot in found)


def test_looking_into_every_bucket_is_exact():
    network, state = warm()
    _, indexed = warm(32, 32)
    with torch.no_grad():
        expected, last = network.sequence(inputs(), state)
        outputs, found = network.sequence(inputs(), indexed)
    torch.testing.assert_close(outputs, expected)
    assert torch.equal(last.slots, found.slots)
    consistent(indexed.memory.memory)


def test_few_buckets_find_most_neighbours():
    _, state = warm(64, 16)
    memory = state.memory.memory
    from engine.memory.sparse_access import nearest
    from engine.memory.sparse_index import nearest_in_buckets

    queries = np.random.default_rng(0).normal(size=(50, 16)).astype(np.float32)
    exact, near = np.empty((50, 4), np.int32), np.empty((50, 4), np.int32)
    scores = np.empty((50, 4), np.float32)
    nearest(memory.words[0], memory.inverse[0], SLOTS, queries, exact, scores)
    nearest_in_buckets(memory.buckets, 0, memory.words[0], memory.inverse[0], queries, near, scores)
    recall = np.mean([len(set(a) & set(b)) / 4 for a, b in zip(exact, near, strict=True)])
    assert recall > 0.75  # random words, the worst case; a quarter of the buckets


def test_backward_restores_words_and_index():
    network, state = warm(32, 4)
    memory = state.memory.memory
    before, count = memory.words.copy(), memory.buckets.filled.copy()
    outputs, _ = network.sequence(inputs(), state)
    consistent(memory)
    outputs.sum().backward()
    consistent(memory)
    assert memory.words.tobytes() == before.tobytes()
    np.testing.assert_array_equal(memory.buckets.filled, count)


def test_an_index_over_too_few_words_is_bad_input():
    _, state = warm()
    with pytest.raises(BadInput, match="4096 words in use"):
        state.memory.build_index(SLOTS + 1, 4)
