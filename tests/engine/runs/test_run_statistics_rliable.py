"""Against rliable on the same resamples, against plain loops, and the paired tests against scipy's."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.errors import BadInput
from engine.runs import statistics

REFERENCE = json.loads((Path(__file__).parents[2] / "fixtures" / "rliable.json").read_text())
X, Y = np.array(REFERENCE["x"]), np.array(REFERENCE["y"])
OPTIONS = {"repetitions": REFERENCE["repetitions"], "seed": 0}


def test_intervals_are_those_of_rliable() -> None:
    found = statistics.bootstrap_interval(X, **OPTIONS)
    assert tuple(found) == pytest.approx(REFERENCE["iqm"], abs=1e-6)
    found = statistics.bootstrap_interval(X, statistics.means, **OPTIONS)
    assert tuple(found) == pytest.approx(REFERENCE["mean"], abs=1e-6)
    found = statistics.probability_of_improvement(X, Y, **OPTIONS)
    assert tuple(found) == pytest.approx(REFERENCE["improvement"], abs=1e-6)
    wanted = REFERENCE["profile"]
    profile = statistics.performance_profile(X, wanted["thresholds"], **OPTIONS)
    for name in ("fraction", "low", "high"):
        assert getattr(profile, name) == pytest.approx(wanted[name], abs=1e-6)


def slow_iqm(scores: np.ndarray) -> float:
    ordered = sorted(float(value) for value in scores.ravel())
    cut = len(ordered) // 4
    kept = ordered[cut : len(ordered) - cut]
    return sum(kept) / len(kept)


def slow_percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def test_the_interval_is_what_a_plain_loop_over_the_same_draws_gives() -> None:
    runs, tasks = X.shape
    draws = np.random.default_rng(3).integers(0, runs, (200, runs, tasks))
    estimates = []
    for draw in draws:
        resample = [[X[draw[run, task], task] for task in range(tasks)] for run in range(runs)]
        estimates.append(slow_iqm(np.array(resample)))
    wanted = (slow_iqm(X), slow_percentile(estimates, 0.05), slow_percentile(estimates, 0.95))
    assert tuple(statistics.bootstrap_interval(X, level=0.9, repetitions=200, seed=3)) == pytest.approx(
        wanted, abs=1e-9
    )


@given(hnp.arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 3)), elements=st.integers(-3, 3).map(float)))
@settings(max_examples=50)
def test_profiles_fall_from_one_to_nothing(scores: np.ndarray) -> None:
    at = np.linspace(-4, 4, 17)
    found = statistics.performance_profile(scores, at, repetitions=30)
    wanted = [np.mean([value > threshold for value in scores.ravel()]) for threshold in at]
    assert found.fraction == pytest.approx(wanted)
    assert found.fraction[0] == 1
    assert found.fraction[-1] == 0
    assert (np.diff(found.fraction) <= 1e-12).all()
    if len(scores) > 1:
        assert (found.low <= found.high).all()
    else:
        assert np.isnan(found.low).all()


def test_a_band_is_made_of_the_runs_that_are_there() -> None:
    random = np.random.default_rng(0)
    values = random.normal(5, 1, (8, 30))
    values[3, 20:] = np.nan  # ended early
    values[:7, 28] = np.nan  # one run alone
    values[:, 29] = np.nan
    found = statistics.band(values, repetitions=2000)
    assert found.runs.tolist() == [8] * 20 + [7] * 8 + [1, 0]
    for step in range(28):
        there = values[:, step][np.isfinite(values[:, step])]
        assert found.mean[step] == pytest.approx(there.mean())
        half = 1.96 * there.std() / np.sqrt(len(there))
        assert found.high[step] - found.low[step] == pytest.approx(2 * half, rel=0.15)
    assert found.mean[28] == values[7, 28]
    assert np.isnan(found.low[28])
    assert np.isnan(found.mean[29])
    for bad in ([], [1.0, 2.0], np.zeros((0, 3))):
        with pytest.raises(BadInput, match="steps"):
            statistics.band(bad)


def test_sign_flips_tried_one_by_one() -> None:
    random = np.random.default_rng(1)
    a, b = random.normal(0.4, 1, 9), random.normal(0, 1, 9)
    difference = a - b
    extreme = [
        abs(np.dot(signs, difference)) >= abs(difference.sum()) - 1e-9 for signs in itertools.product((-1, 1), repeat=9)
    ]
    assert statistics.sign_flip_test(a, b) == pytest.approx(np.mean(extreme))
    assert statistics.sign_flip_test(a, a) == 1


def test_sign_flips_drawn_at_random_agree_with_the_t_test() -> None:
    random = np.random.default_rng(2)
    luck = random.normal(0, 50, 200)
    a, b = luck + random.normal(0.15, 1, 200), luck
    assert statistics.sign_flip_test(a, b) == pytest.approx(scipy.stats.ttest_rel(a, b).pvalue, abs=0.01)
    assert statistics.sign_flip_test(a, b) == statistics.sign_flip_test(a, b)
    assert statistics.sign_flip_test(luck + 10, luck) == 1 / statistics.FLIPS
    with pytest.raises(BadInput, match="one shape"):
        statistics.sign_flip_test([1.0, 2.0], [1.0])
    with pytest.raises(BadInput, match="finite"):
        statistics.sign_flip_test([1.0, np.nan], [1.0, 2.0])


def test_holm_by_hand() -> None:
    assert statistics.holm([0.01, 0.04, 0.03]).tolist() == pytest.approx([0.03, 0.06, 0.06])
    assert statistics.holm([0.5, 0.9]).tolist() == [1.0, 1.0]
    assert statistics.holm([]).tolist() == []
