"""Rivals against their definitions, and the accountant."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.associative import hopfield, kanerva, stores
from engine.associative.examination import draw, verdict
from engine.associative.rivals import examine
from engine.data.patterns import load


def bits(seed: int, tasks: int, count: int, size: int) -> np.ndarray:
    return load("bits", size).sample(np.random.default_rng(seed), tasks, count)


def test_storkey_equals_its_definition_term_by_term() -> None:
    x = bits(0, 1, 3, 6)
    size = 6
    weights = np.zeros((size, size))
    for pattern in x[0].astype(float):
        added = np.zeros_like(weights)
        for i in range(size):
            for j in range(size):
                h_ij = sum(weights[i, k] * pattern[k] for k in range(size) if k not in (i, j))
                h_ji = sum(weights[j, k] * pattern[k] for k in range(size) if k not in (i, j))
                added[i, j] = (pattern[i] * pattern[j] - pattern[i] * h_ji - h_ij * pattern[j]) / size
        weights += added
    np.fill_diagonal(weights, 0)
    np.testing.assert_allclose(hopfield.store("storkey", x)[0], weights, atol=1e-12)


@pytest.mark.parametrize("rule", hopfield.RULES)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000))
def test_few_patterns_are_fixed_points_and_weights_are_symmetric(rule: hopfield.RuleName, seed: int) -> None:
    x = bits(seed, 2, 2, 40)
    weights = hopfield.store(rule, x)
    np.testing.assert_allclose(weights, weights.swapaxes(1, 2), atol=1e-12)
    np.testing.assert_array_equal(hopfield.recall(np.random.default_rng(seed), weights, x), x)


def test_hopfield_simulation_within_a_bit_of_known_values() -> None:
    """d = 128, half the bits random, the others clamped: Hebb 5.1, Storkey 0.1, pseudo-inverse 0.0 wrong at N = 32."""
    data, random = load("bits", 128), np.random.default_rng(1)
    exam = draw(data, random, 5, 32, "noise", 0.5)
    for rule, clamped, free in (("hebb", 5.12, 39.1), ("storkey", 0.08, 16.0), ("pseudo-inverse", 0.0, 14.8)):
        weights = hopfield.store(rule, exam.patterns)  # type: ignore[arg-type]
        told = hopfield.recall(random, weights, exam.queries, free=exam.mask)
        alone = hopfield.recall(random, weights, exam.queries)
        assert data.error(told, exam.patterns).mean() == pytest.approx(clamped, abs=1.0)
        assert data.error(alone, exam.patterns).mean() == pytest.approx(free, abs=3.0)
        assert (told == exam.queries)[~exam.mask].all()


def test_clamped_units_never_change() -> None:
    exam = draw(load("bits", 32), np.random.default_rng(0), 3, 20, "noise", 0.5)
    found = hopfield.recall(
        np.random.default_rng(0), hopfield.store("hebb", exam.patterns), exam.queries, free=exam.mask
    )
    assert (found == exam.queries)[~exam.mask].all()


def test_raw_slots_are_perfect_with_room_and_keep_the_query_without() -> None:
    exam = draw(load("digits"), np.random.default_rng(0), 2, 8, "block", 0.5)
    x, q = exam.patterns[0], exam.queries[0]
    np.testing.assert_array_equal(stores.raw_slots(x, q, floats=8 * 64, damaged=exam.damaged), x)
    half = stores.raw_slots(x, q, floats=4 * 64 + 63, damaged=exam.damaged)
    np.testing.assert_array_equal(half[:4], x[:4])
    np.testing.assert_array_equal(half[4:], q[4:])
    np.testing.assert_array_equal(stores.raw_slots(x, q, floats=63, damaged=exam.damaged), q)


def test_half_random_bits_are_still_found_in_slots() -> None:
    """64 slots hold 16 of 16 patterns; with 8 slots half are lost, and their queries stay a quarter wrong."""
    data = load("bits", 128)
    exam = draw(data, np.random.default_rng(0), 4, 16, "noise", 0.5)
    found = examine(data, exam, 64 * 128, np.random.default_rng(1))
    assert found["raw_slots"].errors.mean() == 0
    half = examine(data, exam, 8 * 128, np.random.default_rng(1))
    assert half["raw_slots"].errors.mean() == pytest.approx(16, abs=2)
    assert half["raw_slots"].floats == 8 * 128


def test_full_codes_lose_nothing() -> None:
    data = load("digits")
    assert data.train is not None
    exam = draw(data, np.random.default_rng(0), 1, 6, "block", 0.5)
    full = stores.Principal.of(data.train, 64)
    found = stores.pca_codes(full, exam.patterns[0], exam.queries[0], floats=6 * 64, damaged=exam.damaged)
    np.testing.assert_allclose(found, exam.patterns[0], atol=1e-4)


def test_the_accountant_never_exceeds_the_budget_and_says_who_was_told() -> None:
    data = load("digits")
    exam = draw(data, np.random.default_rng(0), 32, 16, "block", 0.5)
    found = examine(data, exam, 260, np.random.default_rng(1))
    assert all(method.floats <= 260 for method in found.values())
    assert {name for name, method in found.items() if method.told} == {"mean_fill", "nearest_fill"}
    assert found["raw_slots"].errors.mean() == pytest.approx(2.89, abs=0.25)
    assert found["pca"].errors.mean() == pytest.approx(1.59, abs=0.25)
    assert found["mean_fill"].errors.mean() == pytest.approx(1.64, abs=0.25)


def test_hopfield_takes_part_only_where_its_matrix_fits() -> None:
    exam = draw(load("bits", 32), np.random.default_rng(0), 2, 4, "noise", 0.5)
    small = examine(load("bits", 32), exam, 527, np.random.default_rng(1))
    assert not any(name.startswith("hopfield_") for name in small)
    assert "hopfield_hebb" in examine(load("bits", 32), exam, 528, np.random.default_rng(1))


def test_a_model_that_fails_a_control_is_called_a_denoiser() -> None:
    assert verdict(1.0, 2.0, 2.0) == "memory"
    assert verdict(1.9, 2.0, 3.0) == "denoiser"
    assert verdict(1.9, 3.0, 2.0) == "denoiser"


def test_a_kanerva_machine_with_room_gives_stored_patterns_back() -> None:
    data = load("digits")
    assert data.train is not None
    principal, prior = stores.Principal.of(data.train, 64), data.train[:64]
    x = data.sample(np.random.default_rng(0), 1, 4, held_out=True)[0]
    answer, used = kanerva.recall(principal, x, x, prior, floats=4000)
    assert used <= 4000
    assert data.error(answer, x).mean() < 0.1
    small, used = kanerva.recall(principal, x, x, prior, floats=60)
    assert used <= 60
    assert data.error(small, x).mean() > 10 * data.error(answer, x).mean()


def test_writing_into_a_kanerva_machine_is_bayes_rule() -> None:
    """One write of a code against the posterior of a linear Gaussian model, by its textbook formula."""
    random = np.random.default_rng(0)
    memory, z, weights = random.normal(size=(3, 2)), random.normal(size=2), random.normal(size=3)
    written, after = kanerva.write(memory, np.eye(3), weights, z)
    precision = np.eye(3) + np.outer(weights, weights) / kanerva.NOISE**2
    mean = np.linalg.solve(precision, memory + np.outer(weights, z) / kanerva.NOISE**2)
    np.testing.assert_allclose(written, mean)
    np.testing.assert_allclose(after, np.linalg.inv(precision), atol=1e-12)


def test_components_are_the_same_from_either_matrix() -> None:
    rows = np.random.default_rng(0).normal(size=(30, 30)).astype(np.float32) * np.arange(1, 31, dtype=np.float32)
    tall, wide = stores.Principal.of(rows, 5), stores.Principal.of(rows[:29], 5)
    direct = np.linalg.svd(rows[:29] - rows[:29].mean(0))[2][:5]
    np.testing.assert_allclose(np.abs(wide.components @ direct.T), np.eye(5), atol=1e-3)
    np.testing.assert_allclose(tall.components @ tall.components.T, np.eye(5), atol=1e-4)
