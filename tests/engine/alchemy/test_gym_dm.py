"""The adapters: Gymnasium's and dm_env's own checkers, and the same game underneath."""

from unittest import TestCase

import gymnasium
import numpy as np
import pytest
from dm_env import StepType
from dm_env.test_utils import EnvironmentTestMixin
from gymnasium.utils.env_checker import check_env
from numpy.random import RandomState

import engine.alchemy.gym as alchemy_gym
from engine.alchemy.dm import AlchemyDm
from engine.alchemy.environment import AlchemyEnvironment
from engine.alchemy.episodes import Level, sample_episode
from engine.errors import BadInput


@pytest.mark.parametrize("options", [{}, {"end_trial": True, "used_flags": False}])
def test_gymnasium_is_content(options):
    check_env(gymnasium.make(alchemy_gym.ID, **options).unwrapped)  # its warnings are errors here


def test_gym_plays_the_reference_episodes_of_a_seed():
    env, game, random = gymnasium.make(alchemy_gym.ID), AlchemyEnvironment(), RandomState(314)
    actions = np.random.default_rng(0)
    observation, _ = env.reset(seed=314)
    for _ in range(2):
        game.reset(sample_episode(random, Level()))
        done = False
        while not done:
            np.testing.assert_array_equal(observation, game.observation())
            action = actions.integers(40)
            observation, reward, done, truncated, info = env.step(action)
            assert (reward, done) == game.step(int(action))
            assert not truncated
            np.testing.assert_array_equal(info["before_reset"]["stones"], game.before_reset.stones)
        observation, _ = env.reset()


def test_gym_takes_given_episodes_and_refuses_unknown_levels():
    episode = sample_episode(RandomState(8), Level(), trials=1)
    env = gymnasium.make(alchemy_gym.ID)
    observation, _ = env.reset(options={"episode": episode})
    game = AlchemyEnvironment()
    game.reset(episode)
    np.testing.assert_array_equal(observation, game.observation())
    with pytest.raises(BadInput):
        gymnasium.make(alchemy_gym.ID, level="chess")


class TestDm(EnvironmentTestMixin, TestCase):
    """dm_env's own tests of an environment."""

    def make_object_under_test(self):
        return AlchemyDm(seed=1, trials=2)

    def make_action_sequence(self):
        random = np.random.default_rng(0)
        for _ in range(200):
            yield int(random.integers(40))


def test_dm_follows_the_reference_seed_and_starts_anew_after_the_end():
    env = AlchemyDm(seed=314, trials=1)
    first = env.reset().observation["symbolic_obs"]
    assert first[:5].tolist() == pytest.approx([-1, -1, 0, -1 / 3, 0])
    steps = [env.step(0) for _ in range(20)]
    assert steps[-1].step_type is StepType.LAST
    assert steps[-1].discount == 0
    again = env.step(5)
    assert again.step_type is StepType.FIRST
    assert not np.array_equal(again.observation["symbolic_obs"], first)
