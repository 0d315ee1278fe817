"""Cognitive models: their published order and means, their knowledge, and the nine probes."""

import numpy as np
import pytest
from numpy.random import RandomState

from engine.agents.catalogue import make_agent
from engine.agents.cognitive import Level2
from engine.agents.microprobes import PROBES, run_probe
from engine.agents.play import look, play
from engine.alchemy.chemistry import ROTATIONS
from engine.alchemy.environment import deal
from engine.alchemy.episodes import Level, sample_episode
from engine.alchemy.levels import EVALUATION

PUBLISHED = {"model-free": 219.49, "level-0": 214.14, "level-1": 226.95, "level-2": 237.66, "level-3": 241.48}


@pytest.fixture(scope="module")
def scores():
    level, random = Level.parse(EVALUATION), RandomState(1)
    episodes = [sample_episode(random, level) for _ in range(40)]
    agents = {name: make_agent(name, 0, level) for name in PUBLISHED}
    return {name: np.array([play(episode, agent).score for episode in episodes]) for name, agent in agents.items()}


@pytest.mark.parametrize("name", PUBLISHED)
def test_means_are_near_the_published_ones(scores, name):
    error = scores[name].std() / len(scores[name]) ** 0.5
    assert abs(scores[name].mean() - PUBLISHED[name]) < 3 * error


@pytest.mark.parametrize(("better", "worse"), [("level-1", "level-0"), ("level-2", "level-1")])
def test_more_knowledge_scores_more(scores, better, worse):
    gain = scores[better] - scores[worse]
    assert gain.mean() > 2 * gain.std() / len(gain) ** 0.5


def test_rotation_is_worked_out_from_what_was_seen():
    found = 0
    for seed in range(12):
        episode = sample_episode(RandomState(seed), Level())
        agent = make_agent("level-3", 0, Level())
        play(episode, agent)
        assert isinstance(agent, Level2)
        aligned = np.array(sorted(agent.seen)) @ ROTATIONS[agent.rotation].T
        assert (np.abs(aligned) == 1).all()
        found += agent.rotation == episode.chemistry.rotation
    assert found >= 11


def test_pairs_are_known_to_level_3_alone():
    episode = sample_episode(RandomState(0), Level.parse("alchemy/all_fixed"))
    view = look(episode, deal(episode, 0))
    low, high = (-1, -1, -1), (1, -1, -1)
    for name, outcomes in (("level-2", [-1, 1, 1, -3]), ("level-3", [-1, -3])):
        agent = make_agent(name, 0, Level())
        agent.reset(view)
        agent.learn(low, -3, 1, high, 2)
        assert agent.outcomes(high, -1, 1) == [-1]
        assert agent.outcomes((-1, 1, 1), 1, 1) == [1, 3]
        assert agent.outcomes(high, -1, 0) == outcomes
        assert agent.outcomes(low, -3, 0) == ([-3] if name == "level-3" else [-3, -1, -1, -1])


# Published pattern of significant passes; the null agent of a probe is not compared with itself.
KNOWN = {
    "random-heuristic": ["gold", "values"],
    "model-free": ["gold", "values", "bad-potions", "same-stone", "one-shot"],
    "level-1": ["gold", "values", "bad-potions", "same-stone", "one-shot"],
    "level-2": ["gold", "values", "bad-potions", "same-stone", "one-shot", "different-stone", "three-trials-back"],
    "level-3": [name for name in PROBES if name != "bottleneck"],
}


@pytest.mark.parametrize("name", KNOWN)
def test_probes_tell_what_an_agent_knows(name):
    compared = [probe for probe in PROBES if PROBES[probe].null != name]
    results = {probe: run_probe(probe, lambda seed: make_agent(name, seed, Level()), 14, seed=3) for probe in compared}
    assert [probe for probe, result in results.items() if result.knows] == KNOWN[name]


def test_probes_are_nine_and_playable():
    assert len(PROBES) == 9
    for probe in PROBES.values():
        assert play(probe.episode(), make_agent("cash-only", 0, Level())).trial_scores.shape == (len(probe.stones),)
