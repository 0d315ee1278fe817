"""Batches of games against the single environment and against the plain numpy definition, exactly."""

import numpy as np
import pytest
from numpy.random import RandomState
from scipy.stats import chisquare

from engine.alchemy.batched import BatchedAlchemy, env_steps_per_second
from engine.alchemy.environment import AlchemyEnvironment
from engine.alchemy.episodes import Level, sample_episode
from engine.alchemy.levels import EVALUATION, IDENTITY_MAP

BATCH = 5


def some_episodes(count: int, trials: int = 3):
    random = RandomState(11)
    return [sample_episode(random, Level(), trials) for _ in range(count)]


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("end_trial", [True, False])
def test_given_episodes_play_as_in_the_single_environment(compiled, end_trial):
    episodes = some_episodes(7)
    batch = BatchedAlchemy(BATCH, episodes=episodes, end_trial=end_trial, compiled=compiled)
    games = [AlchemyEnvironment(end_trial=end_trial) for _ in range(BATCH)]
    begun = [0] * BATCH
    for b, game in enumerate(games):
        game.reset(episodes[b])
    random = np.random.default_rng(1)
    for _ in range(400):
        actions = random.integers(0, batch.actions, BATCH)
        observations, rewards, dones = batch.step(actions)
        for b, game in enumerate(games):
            reward, done = game.step(int(actions[b]))
            assert (rewards[b], dones[b]) == (reward, done)
            if done:
                begun[b] += 1
                game.reset(episodes[(b + BATCH * begun[b]) % len(episodes)])
            np.testing.assert_array_equal(observations[b], game.observation())
            np.testing.assert_array_equal(batch.stones[b], game.state.stones)
            np.testing.assert_array_equal(batch.potions[b], game.state.potions)
            assert (batch.trial[b], batch.step_in_trial[b]) == (game.state.trial, game.state.step)
    assert min(begun) >= 6


@pytest.mark.parametrize("level", [Level(), Level.parse(EVALUATION), Level.parse("alchemy/all_fixed_bottleneck1")])
@pytest.mark.parametrize("end_trial", [True, False])
def test_the_kernel_equals_its_definition(level, end_trial):
    options = {"level": level, "seed": 2**64 + 5, "trials": 2, "end_trial": end_trial}
    one, other = BatchedAlchemy(16, **options), BatchedAlchemy(16, **options, compiled=False)
    random = np.random.default_rng(2)
    for _ in range(200):
        actions = random.integers(0, one.actions, 16)
        one.step(actions)
        other.step(actions)
        for name in ("observations", "rewards", "dones", "trial", "step_in_trial", "stones", "potions", "chemistry"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


def test_episodes_depend_on_seed_and_row_alone():
    small, large = BatchedAlchemy(3, seed=4), BatchedAlchemy(50, seed=4)
    for _ in range(401):
        np.testing.assert_array_equal(small.observations, large.observations[:3])
        small.step(np.zeros(3, int))
        large.step(np.zeros(50, int))
    assert not np.array_equal(BatchedAlchemy(3, seed=5).observations, BatchedAlchemy(3, seed=4).observations)


def test_items_are_uniform_and_independent_of_their_slot():
    batch = BatchedAlchemy(20_000, seed=9)
    batch.step(np.zeros(20_000, int))
    for _ in range(19):  # the second trial, to see what auto-reset deals
        batch.step(np.zeros(20_000, int))
    for column in batch.stones.T:
        assert chisquare(np.bincount(column, minlength=8)).pvalue > 1e-4
    for column in batch.potions.T:
        assert chisquare(np.bincount(column, minlength=6)).pvalue > 1e-4
    pairs = np.bincount(6 * batch.potions[:, 5].astype(int) + batch.potions[:, 6], minlength=36)
    assert chisquare(pairs).pvalue > 1e-4


def test_levels_fix_what_they_fix():
    fixed = BatchedAlchemy(100, Level.parse("alchemy/all_fixed"))
    assert np.unique(fixed.chemistry, axis=0).tolist() == [[IDENTITY_MAP, IDENTITY_MAP, 108, 0]]
    assert np.unique(BatchedAlchemy(100, Level.parse(EVALUATION)).chemistry[:, 3]).tolist() == [0]


def test_observations_share_memory_with_tensors():
    batch = BatchedAlchemy(4)
    observations, rewards, dones = batch.tensors()
    before = observations.clone()
    batch.step(np.full(4, 2))
    assert not bool((observations == before).all())
    assert observations.data_ptr() == batch.observations.ctypes.data
    assert rewards.shape == dones.shape == (4,)


@pytest.mark.parametrize(
    "actions", [np.zeros(3, int), np.zeros((4, 1), int), np.zeros(4), [0, 0, 0, 40], [-1, 0, 0, 0]]
)
def test_wrong_actions_are_refused_and_change_nothing(actions):
    batch = BatchedAlchemy(4)
    with pytest.raises(ValueError, match="action"):
        batch.step(actions)
    assert batch.step_in_trial.tolist() == [0] * 4


def test_episodes_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="shape"):
        BatchedAlchemy(2, episodes=[*some_episodes(1), *some_episodes(1, trials=4)])


def test_speed_is_worth_the_kernel():
    assert env_steps_per_second([256], seconds=0.1)[256] > 300_000
