"""Exact solvers against closed forms, slow loops, and what the theorems promise, on random worlds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.composition.compose import Skills, conditional_values
from engine.composition.dynamics import Dense, Indexed
from engine.composition.grids import standard_grid
from engine.composition.tabular import (
    Problem,
    boltzmann,
    correction,
    correction_sweeps,
    evaluate,
    masses,
    regret_density,
    soft_optimal,
    soft_value,
    successor_features,
)


def random_problem(seed, tasks=2, states=6, actions=3, gamma=0.9, alpha=0.3, ends=0.1):
    random = np.random.default_rng(seed)
    law = random.dirichlet(np.full(states, 0.5), (states, actions)) * random.uniform(1 - ends, 1, (states, actions, 1))
    return Problem(Dense(law), random.normal(size=(tasks, states, actions)), gamma, alpha, np.zeros(actions))


def slow_soft_optimal(problem, reward):
    """Plain value iteration, one number at a time."""
    states, actions = reward.shape
    law = problem.dynamics.probabilities
    values = np.zeros(states)
    for _ in range(600):
        q = [[reward[s, a] + problem.gamma * (law[s, a] @ values) for a in range(actions)] for s in range(states)]
        values = np.array([problem.alpha * np.log(sum(np.exp(x / problem.alpha) for x in row)) for row in q])
    return np.array(q), values


mixtures = st.integers(0, 20).map(lambda k: np.array([k / 20, 1 - k / 20]))


@given(st.integers(0, 10**6))
@settings(max_examples=5, deadline=None)
def test_the_soft_optimum_equals_slow_value_iteration(seed):
    problem = random_problem(seed, alpha=1.0)
    q, v = soft_optimal(problem, problem.rewards)
    slow_q, slow_v = slow_soft_optimal(problem, problem.rewards[0])
    np.testing.assert_allclose(q[0], slow_q, atol=1e-10)
    np.testing.assert_allclose(v[0], slow_v, atol=1e-10)


def test_one_step_worlds_have_closed_forms():
    rewards = np.array([[[1.0, 3.0], [0.0, 0.0]], [[2.0, 0.0], [5.0, 1.0]]])
    problem = Problem(Dense(np.zeros((2, 2, 2))), rewards, 0.9, 0.5, np.zeros(2))
    found = Skills(problem).compose(np.array([0.25, 0.75]))
    wanted = 0.25 * rewards[0] + 0.75 * rewards[1]
    for name in ("optimal", "dc", "co"):  # after one step everything is over: optimism is no mistake
        np.testing.assert_allclose(found.action_values[name], wanted, atol=1e-13)
    np.testing.assert_allclose(found.values["optimal"], 0.5 * np.log(np.exp(wanted / 0.5).sum(1)), atol=1e-13)
    assert (found.correction == 0).all()


def test_a_lone_action_earns_a_geometric_series():
    problem = Problem(Dense(np.ones((1, 1, 1))), np.full((1, 1, 1), 2.0), 0.75, 1.0, np.zeros(1))
    assert soft_optimal(problem, problem.rewards)[1][0, 0] == pytest.approx(8, abs=1e-12)


@given(st.integers(0, 10**6), mixtures, st.sampled_from([0.01, 0.1, 1.0, 30.0]), st.sampled_from([0.0, 0.5, 0.95]))
@settings(max_examples=60, deadline=None)
def test_theorems_hold_on_random_worlds(seed, weights, alpha, gamma):
    problem = random_problem(seed, alpha=alpha, gamma=gamma)
    skills = Skills(problem)
    found = skills.compose(weights)
    q, v = found.action_values, found.values
    assert np.abs(q["dc"] - q["optimal"]).max() <= 1e-9
    assert (q["optimal"] - q["co"]).max() <= 1e-9
    assert (q["gpi"] - q["optimal"]).max() <= 1e-9
    law = boltzmann(problem, q["gpi"])
    of_gpi, _ = evaluate(problem, problem.mixed(weights)[None], law[None])
    assert (q["gpi"] - of_gpi[0]).max() <= 1e-9  # theorem 3.1
    assert found.correction.min() >= -1e-9
    for name in v:
        assert (v[name] - v["optimal"]).max() <= 1e-9


@pytest.mark.parametrize("tasks", [2, 3, 4])
@pytest.mark.parametrize("weights", ["simplex", "off the simplex"])
def test_dc_is_exact_for_several_tasks_also_off_the_simplex(tasks, weights):
    problem = random_problem(tasks, tasks, gamma=0.95)
    random = np.random.default_rng(tasks)
    skills = Skills(problem)
    drawn = random.dirichlet(np.ones(tasks), 21) if weights == "simplex" else random.normal(size=(21, tasks))
    optimal = conditional_values(problem, drawn)
    dc = np.tensordot(drawn, skills.action_values, 1) - skills.corrections(drawn)
    assert np.abs(dc - optimal).max() <= 1e-9


def test_ends_symmetry_and_concavity_of_the_correction():
    problem = random_problem(5)
    skills, turned = Skills(problem), Skills(Problem(problem.dynamics, problem.rewards[::-1], 0.9, 0.3, np.zeros(3)))
    b = np.linspace(0, 1, 11)
    weights = np.stack([b, 1 - b], 1)
    found = skills.corrections(weights)
    assert np.abs(found[[0, -1]]).max() <= 1e-12
    np.testing.assert_allclose(found, turned.corrections(weights[:, ::-1]), atol=1e-11)
    assert (found[2:] - 2 * found[1:-1] + found[:-2]).max() <= 1e-11


def test_sweeps_from_zero_rise_to_the_fixed_point_by_gamma_a_sweep():
    problem = random_problem(3, ends=0.0)
    skills = Skills(problem)
    advantages = (skills.action_values - skills.values[..., None]).mean(0)
    exact = correction(problem, advantages[None])[0]
    found, changes = correction_sweeps(problem, advantages, 300)
    np.testing.assert_allclose(found, exact, atol=1e-10)
    assert (changes[1:] <= 0.9 * changes[:-1] + 1e-14).all()
    # The first sweep is gamma alpha (1 - b) times the Renyi divergence of order b.
    p, q = np.exp(skills.log_policies)
    renyi = -2 * np.log(np.sqrt(p * q).sum(1))
    first, _ = correction_sweeps(problem, advantages, 1)
    np.testing.assert_allclose(first, 0.9 * 0.3 * 0.5 * problem.dynamics.expect(renyi), atol=1e-12)


def test_shaping_and_scale_leave_the_correction_what_it_was():
    problem = random_problem(8, ends=0.0)
    potential = np.random.default_rng(1).normal(size=6)
    shaped = problem.rewards.copy()
    shaped[0] += 0.9 * problem.dynamics.expect(potential) - potential[:, None]
    weights = np.array([[0.3, 0.7]])
    plain = Skills(problem).corrections(weights)
    moved = Skills(Problem(problem.dynamics, shaped, 0.9, 0.3, np.zeros(3))).corrections(weights)
    scaled = Skills(Problem(problem.dynamics, 4 * problem.rewards, 0.9, 1.2, np.zeros(3))).corrections(weights)
    np.testing.assert_allclose(moved, plain, atol=1e-9)
    np.testing.assert_allclose(scaled, 4 * plain, atol=1e-9)


def test_pairs_can_be_nested():
    problem = random_problem(4, tasks=3)
    weights = np.array([0.2, 0.3, 0.5])
    direct = Skills(problem).corrections(weights[None])
    first = problem.mixed(np.array([[0.4, 0.6, 0.0]]))
    pair = Problem(problem.dynamics, np.concatenate([first, problem.rewards[2:]]), 0.9, 0.3, np.zeros(3))
    inner = Skills(problem).corrections(np.array([[0.4, 0.6, 0.0]]))
    outer = Skills(pair).corrections(np.array([[0.5, 0.5]]))
    np.testing.assert_allclose(direct, 0.5 * inner + outer, atol=1e-9)


def test_regret_is_discounted_divergence_from_the_optimal_policy():
    problem = random_problem(6)
    found = Skills(problem).compose(np.array([0.5, 0.5]))
    start = np.random.default_rng(0).dirichlet(np.ones(6))
    laws = {name: boltzmann(problem, q) for name, q in found.action_values.items()}
    for name, law in laws.items():
        density = regret_density(problem, law, laws["optimal"], start)
        assert density.sum() == pytest.approx(start @ (found.values["optimal"] - found.values[name]), abs=1e-9)


def test_successor_features_give_values_for_any_weights():
    problem = random_problem(7, tasks=3)
    law = boltzmann(problem, problem.rewards[0])
    psi, entropy = successor_features(problem, problem.rewards, law)
    weights = np.array([2.0, -1.0, 0.4])
    exact, _ = evaluate(problem, problem.mixed(weights)[None], law[None])
    np.testing.assert_allclose(np.tensordot(weights, psi, 1) + entropy, exact[0], atol=1e-12)


def test_cold_and_long_sighted_worlds_keep_their_digits():
    base = standard_grid("tricky").problem(0.99, 0.001)
    found = Skills(base).compose(np.array([0.35, 0.65]))
    assert np.abs(found.action_values["dc"] - found.action_values["optimal"]).max() <= 1e-9
    assert masses(base, boltzmann(base, found.action_values["co"])).sum(1) == pytest.approx(1, abs=1e-12)
    assert np.isfinite(soft_value(base, found.action_values["co"])).all()


def test_sparse_and_dense_laws_agree():
    problem = standard_grid("left-up", slip=0.1).problem(0.95, 0.1)
    law = problem.dynamics
    assert isinstance(law, Indexed)
    dense = Dense(law.dense())
    values, policy = np.random.default_rng(0).normal(size=(3, 64)), np.full((2, 64, 4), 0.25)
    np.testing.assert_allclose(law.expect(values), dense.expect(values), atol=1e-13)
    np.testing.assert_allclose(law.under(policy), dense.under(policy), atol=1e-13)


def test_sampled_backups_of_the_correction_come_near_it():
    """Temporal differences on slippery 8 by 8 worlds: worst error 0.1 and regret 2e-3 after 1.0e6 backups."""
    random = np.random.default_rng(0)
    for pair in ("left-right", "left-up", "tricky"):
        problem = standard_grid(pair, slip=0.1).problem(0.95, 0.1)
        skills, weights = Skills(problem), np.array([0.5, 0.5])
        advantages, law = np.tensordot(weights, skills.action_values - skills.values[..., None], 1), problem.dynamics
        assert isinstance(law, Indexed)
        likely = law.weight[0, 0].cumsum()
        found = np.zeros((64, 4))
        for k in range(4000):
            which = (random.random((64, 4, 1)) > likely).sum(2).clip(max=4)
            reached = np.take_along_axis(law.next, which[..., None], 2)[..., 0]
            target = -0.95 * soft_value(problem, advantages - found)[reached]
            found += (target - found) / (1 + k * 0.05)
        composed = skills.compose(weights)
        assert np.abs(found - composed.correction).max() <= 0.1
        learned = boltzmann(problem, composed.action_values["co"] - found)
        value = evaluate(problem, problem.mixed(weights)[None], learned[None])[1]
        assert (composed.values["optimal"] - value).mean() <= 2e-3
