"""Sparse links: equal to the dense DNC's where nothing is trimmed, to the definition where something is."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.memory.dnc import next_links
from engine.memory.sparse_links import update_links
from engine.memory.sparse_memory import empty_memory
from engine.memory.sparse_torch import TensorMemory


def writes(slots, count, seed):
    """A sparse write: ``count`` slots, one of them twice and one absent, with weights that sum to less than 1."""
    random = np.random.default_rng(seed)
    chosen = random.choice(slots, count, replace=False).astype(np.int32)
    chosen[-1] = chosen[0]
    weights = random.dirichlet(np.ones(count)) * random.uniform(0.3, 1)
    chosen[1], weights[1] = -1, 0.0
    return chosen, weights


def dense_of(rows, values, slots):
    link = np.zeros((slots, slots))
    for i in range(slots):
        for j, value in zip(rows[i], values[i], strict=True):
            if j:
                link[i, j - 1] += value
    return link


@pytest.mark.parametrize("seed", range(5))
def test_without_trimming_the_exact_variant_is_the_dense_dnc(seed):
    slots = 9
    links = empty_memory(1, slots, 1, slots, np.float64).links
    dense, precedence = torch.zeros(1, slots, slots, dtype=torch.float64), torch.zeros(1, slots, dtype=torch.float64)
    for step in range(40):
        chosen, weights = writes(slots, 5, 100 * seed + step)
        written = torch.zeros(1, slots, dtype=torch.float64)
        for slot, weight in zip(chosen, weights, strict=True):
            if slot >= 0:
                written[0, slot] += weight
        dense, precedence = next_links(dense, precedence, written)
        update_links(links, 0, chosen, weights, True)
        np.testing.assert_allclose(dense_of(links.before[0], links.before_value[0], slots), dense[0], atol=1e-14)
        np.testing.assert_allclose(dense_of(links.after[0], links.after_value[0], slots), dense[0].T, atol=1e-14)
        sparse_precedence = np.zeros(slots)
        used = links.precedence[0] > 0
        sparse_precedence[links.precedence[0][used] - 1] = links.precedence_value[0][used]
        np.testing.assert_allclose(sparse_precedence, precedence[0], atol=1e-14)


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("kept", [1, 2, 4])
def test_trimmed_links_follow_the_definition(exact, kept):
    slots = 12
    links = empty_memory(1, slots, 1, kept, np.float64).links
    definition = TensorMemory(1, slots, 1, kept, torch.zeros(0, dtype=torch.float64), exact)
    for step in range(60):
        chosen, weights = writes(slots, 5, step)
        index = torch.from_numpy(np.maximum(chosen, 0)).long()[None]
        definition.update_links(index, torch.from_numpy(weights)[None])
        update_links(links, 0, chosen, weights, exact)
        rows = dense_of(links.before[0], links.before_value[0], slots)
        np.testing.assert_allclose(rows, definition.link[0], atol=1e-14)
        np.testing.assert_array_equal(rows, dense_of(links.after[0], links.after_value[0], slots).T)
        assert (links.before[0] > 0).sum(1).max() <= kept


def test_published_recursions_are_each_others_transpose():
    """Rae et al. 2016, eq 19 and 20, written out densely: P = N^T, so one sparse matrix with two views is enough."""
    slots, random = 7, np.random.default_rng(0)
    n, p, precedence = np.zeros((slots, slots)), np.zeros((slots, slots)), np.zeros(slots)
    for _ in range(30):
        w = random.dirichlet(np.ones(slots)) * random.uniform()
        n = (1 - w)[:, None] * n + w[:, None] * precedence[None]
        p = (1 - w)[None] * p + w[None] * precedence[:, None]
        precedence = (1 - w.sum()) * precedence + w
    np.testing.assert_allclose(p, n.T, atol=1e-15)
