"""The search oracle is the ceiling: equal to its recording trial by trial."""

import numpy as np
import pytest

from engine.agents.oracle import SearchOracle
from engine.agents.play import play
from engine.alchemy.episodes import read_episodes, read_recordings, sample_episode
from engine.alchemy.levels import EVALUATION, Level
from engine.alchemy.planning import optimal_plan
from engine.data.folders import find
from engine.errors import BadInput


def test_equal_to_its_recording_and_wastes_nothing():
    try:
        path = find("alchemy_evaluation_200.jsonl.gz")
    except BadInput as missing:
        pytest.skip(str(missing))
    level = Level.parse(EVALUATION)
    for episode, recorded in list(zip(read_episodes(path), read_recordings(path), strict=True))[:15]:
        result = play(episode, SearchOracle(0, level), level=level)
        assert tuple(result.trial_scores) == recorded["search_oracle"].rewards
        assert not result.no_effect.any()
        assert [len(a) for a in result.actions] == [len(a) for a in recorded["search_oracle"].actions]


def test_rotated_episodes_too():
    episode = sample_episode(np.random.RandomState(4), Level())
    result = play(episode, SearchOracle(0, Level()))
    values = [optimal_plan(episode.chemistry, s, p).value for s, p in zip(episode.stones, episode.potions, strict=True)]
    assert result.trial_scores.tolist() == values


def test_short_trials_are_planned_to_their_end():
    episode = sample_episode(np.random.RandomState(9), Level())
    for steps in (1, 2, 4):
        result = play(episode, SearchOracle(0, Level()), steps=steps)
        plans = zip(episode.stones, episode.potions, strict=True)
        assert result.trial_scores.tolist() == [optimal_plan(episode.chemistry, s, p, steps).value for s, p in plans]
