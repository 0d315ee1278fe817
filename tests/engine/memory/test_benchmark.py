"""The benchmark measures in processes of its own and refuses what does not fit."""

from __future__ import annotations

import pytest

from engine.errors import BadInput
from engine.memory.benchmark import Row, measure, steps_that_fit, summary


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


def test_ratios_compare_the_same_memory_and_say_what_was_extrapolated():
    rows = [
        Row("sam", 64, False, 0.5, 2.0, 100, 100),
        Row("sam", 1024, False, 1.0, 1.0, 100, 100),
        Row("sam", 1024, True, 9.0, 9.0, 100, 100),
        Row("sam", 4096, False, 0.75, 1.5, 100, 100),
        Row("ntm", 64, False, 2.0, 4.0, 100, 100),
        Row("ntm", 1024, False, 30.0, 400.0, 100, 50),
        Row("dnc", 64, False, 5.0, 50.0, 10, 10),
        Row("sdnc", 64, False, 5.0, 50.0, 100, 100),
    ]
    found = summary(rows)
    (ratio,) = found["ratios"]  # the DNC ran another number of steps than the SDNC
    assert (ratio["dense"], ratio["sparse"], ratio["slots"]) == ("ntm", "sam", 1024)
    assert (ratio["time"], ratio["growth"], ratio["extrapolated"]) == (30.0, 400.0, True)
    sam = found["cold"][0]
    assert (sam["most_ms"], sam["time_ratio"], sam["spread_mb"]) == (1.0, 2.0, 1.0)
