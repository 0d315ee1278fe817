"""The ring, the exact search and the lazily allocated arrays."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.memory.sparse_access import nearest
from engine.memory.sparse_memory import access, empty_memory, take_oldest, undo_access
from engine.memory.sparse_torch import largest


def order_of(ring, b=0):
    """Slots from least to most recently accessed."""
    found, slot = [], ring.ends[b, 0]
    while slot:
        found.append(int(slot - 1))
        slot = ring.newer[b, slot - 1]
    return found


@pytest.mark.parametrize("slots", [1, 2, 37])
def test_ring_is_the_brute_force_order_of_last_access_and_can_be_undone(slots):
    ring, random = empty_memory(1, slots, 1, 0, np.float64).ring, np.random.default_rng(0)
    last, clock, undo = {}, 0, []
    for _ in range(10_000):
        if random.random() < 0.5 or not last:
            unused = [i for i in range(slots) if i not in last]
            expected = unused[0] if unused else max(last, key=lambda i: clock - last[i])  # U2 is largest
            slot, before = take_oldest(ring, 0)
            assert slot == expected
        else:
            slot = int(random.choice(list(last)))
            before = access(ring, 0, slot)
        undo.append((slot, before))
        last[slot], clock = clock, clock + 1
    assert order_of(ring) == sorted(last, key=lambda i: last[i])
    for slot, before in reversed(undo):
        undo_access(ring, 0, slot, before)
    assert not any(array.any() for array in ring)


@pytest.mark.parametrize("rows", [0, 1, 3, 127, 128, 129, 1000])
def test_nearest_is_a_full_sort(rows):
    random = np.random.default_rng(rows)
    words, queries = random.normal(size=(1000, 8)), random.normal(size=(7, 8))  # four at once, two, one
    inverse = 1 / np.linalg.norm(words, axis=1)
    slots, scores = np.empty((7, 4), np.int32), np.empty((7, 4))
    nearest(words, inverse, rows, queries, slots, scores)
    full = queries @ words[:rows].T * inverse[:rows]
    for h in range(7):
        order = np.argsort(-full[h], kind="stable")[:4]
        np.testing.assert_array_equal(slots[h, : len(order)], order)
        np.testing.assert_allclose(scores[h, : len(order)], full[h, order], atol=1e-14)
        assert (slots[h, len(order) :] == -1).all()


@pytest.mark.parametrize("size", [4, 512, 513, 5000])
def test_two_level_top_k_is_topk(size):
    scores = torch.randn(2, 3, size, generator=torch.Generator().manual_seed(size))
    values, indices = largest(scores, 4)
    expected = scores.topk(4, dim=-1)
    assert torch.equal(values, expected.values)
    assert torch.equal(indices, expected.indices)


def test_equal_words_are_found_in_index_order():
    words = np.ones((300, 4))
    slots, scores = np.empty((5, 3), np.int32), np.empty((5, 3))
    nearest(words, np.full(300, 0.5), 300, np.ones((5, 4)), slots, scores)
    np.testing.assert_array_equal(slots, 5 * [[0, 1, 2]])


def test_a_memory_of_a_billion_values_costs_nothing():
    psutil = pytest.importorskip("psutil")
    process = psutil.Process()
    before = process.memory_info().rss
    memory = empty_memory(8, 1 << 20, 32, 8, np.float32)
    memory.words[3, 1 << 19] = 1
    assert process.memory_info().rss - before < 4 << 20
