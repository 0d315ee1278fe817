"""The benchmark measures in processes of its own and refuses what does not fit."""

from __future__ import annotations

import pytest

from engine.errors import BadInput
from engine.memory.benchmark import measure, steps_that_fit


def test_a_row_of_the_sparse_network():
    row = measure("sam", 100_000, steps=20)
    assert 0 < row.ms_per_step < 50
    assert row.growth_mb < 20
    assert row.steps_measured == 20


def test_dense_memories_beyond_the_machine_are_refused_at_once():
    with pytest.raises(BadInput, match=r"dnc with 10,000,000 slots needs .* GiB a step"):
        measure("dnc", 10_000_000)
    assert steps_that_fit("sam", 10_000_000, 8, 100) == 100


def test_unknown_models_are_refused():
    with pytest.raises(BadInput, match="model must be one of"):
        measure("perceptron", 64)
