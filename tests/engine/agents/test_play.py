"""Agents through the common loop: what they may see, and that recorded and published scores come out."""

import itertools

import numpy as np
import pytest
from numpy.random import RandomState

from engine.agents.catalogue import AGENTS, find_agent, make_agent
from engine.agents.play import Replay, look, play
from engine.agents.protocol import Decision
from engine.alchemy.actions import ACTIONS, NO_OP, encode
from engine.alchemy.environment import apply, deal
from engine.alchemy.episodes import Level, read_episodes, read_recordings, sample_episode
from engine.alchemy.levels import EVALUATION
from engine.data.folders import find
from engine.errors import BadInput

OWN = ["uniform", "random-heuristic", "cash-only", "model-free", "level-0", "level-1", "level-2", "level-3"]


class Watcher:
    """Takes random actions and keeps everything it is shown."""

    name = "watcher"

    def __init__(self, seed=0):
        self.random = np.random.default_rng(seed)
        self.seen, self.outcomes = [], []

    def reset(self, view):
        self.seen.append(view)

    def decide(self, view):
        assert view is self.seen[-1]
        return Decision(int(self.random.integers(ACTIONS)))

    def observe(self, view_before, action, reward, view_after):
        assert view_before is self.seen[-1]
        self.seen.append(view_after)
        self.outcomes.append((action, reward))


def test_views_are_fair_and_in_step_with_the_game():
    episode, agent = sample_episode(RandomState(2), Level(), trials=2), Watcher()
    result = play(episode, agent)
    state = deal(episode, 0)
    for shown, (action, reward), after in zip(agent.seen, agent.outcomes, agent.seen[1:], strict=False):
        expected = look(episode, state)
        assert shown.chemistry is None
        assert shown.belief is None
        for name in ("appearances", "indicators", "present", "colours"):
            np.testing.assert_array_equal(getattr(shown, name), getattr(expected, name))
        assert (shown.appearances[~shown.present] == 2).all()
        state, paid = apply(episode.chemistry, state, action)
        assert paid == reward
        if state.step == 20 and state.trial == 0:
            state = deal(episode, 1)
        assert (after.trial, after.step) == (state.trial, state.step)
    assert len(agent.outcomes) == 40
    assert sum(reward for _, reward in agent.outcomes) == result.score


def test_done_ends_the_trial_like_no_ops():
    class Brief(Watcher):
        def decide(self, view):
            super().decide(view)
            if view.trial == 0:
                return Decision(NO_OP, done=True)
            return Decision(encode(0, -1), done=True)

    episode, agent = sample_episode(RandomState(3), Level(), trials=3), Brief()
    result = play(episode, agent)
    assert result.actions == ((), (1,), (1,))
    assert [(view.trial, view.step) for view in agent.seen[:3]] == [(0, 0), (1, 0), (2, 0)]
    assert len(agent.seen) == 4
    assert result.trial_scores[1] == apply(episode.chemistry, deal(episode, 1), encode(0, -1))[1]


def test_only_privileged_agents_see_the_chemistry():
    class Knowing(Watcher):
        privileged = True

    episode = sample_episode(RandomState(4), Level(), trials=1)
    agent = Knowing()
    play(episode, agent)
    assert all(view.chemistry == episode.chemistry for view in agent.seen)
    assert [name for name, entry in AGENTS.items() if entry.privileged] == ["search-oracle"]


def test_beliefs_never_lose_the_truth():
    class Believer(Watcher):
        needs_belief = True

    for seed in range(5):
        agent = Believer(seed)
        play(sample_episode(RandomState(seed), Level()), agent)
        remaining = [view.belief.remaining for view in agent.seen]
        assert remaining[0] < 167_424
        assert all(later <= earlier for earlier, later in itertools.pairwise(remaining))
        assert 1 <= remaining[-1] < remaining[0]


def test_replay_gives_the_recorded_scores():
    try:
        path = find("alchemy_evaluation_200.jsonl.gz")
    except BadInput as missing:
        pytest.skip(str(missing))
    for episode, recordings in list(zip(read_episodes(path), read_recordings(path), strict=True))[:15]:
        for recording in recordings.values():
            result = play(episode, Replay(recording.actions))
            assert result.trial_scores.tolist() == list(recording.rewards)
            assert result.actions == recording.actions
        assert play(episode, Replay(recordings["search_oracle"].actions)).no_effect.sum() == 0


@pytest.mark.parametrize("name", OWN)
def test_agents_repeat_with_their_seed_and_give_sound_decisions(name):
    episode = sample_episode(RandomState(5), Level(), trials=2)

    def run(seed):
        return play(episode, make_agent(name, seed, Level())).actions

    assert run(1) == run(1)
    if name not in ("cash-only",):
        assert any(run(1) != run(seed) for seed in (2, 3, 4))
    agent, view = make_agent(name, 0, Level()), look(episode, deal(episode, 0))
    agent.reset(view)
    decision = agent.decide(view)
    assert agent.name == name
    if decision.probabilities is not None:
        assert decision.probabilities.sum() == pytest.approx(1, abs=1e-5)
        assert decision.probabilities[decision.action] > 0


@pytest.mark.parametrize(
    ("name", "episodes", "published"),
    [("uniform", 300, 17.8), ("random-heuristic", 100, 145.7), ("cash-only", 300, 67.5)],
)
def test_floors_score_as_published(name, episodes, published):
    level, random = Level.parse(EVALUATION), RandomState(0)
    agent = make_agent(name, 0, level)
    scores = np.array([play(sample_episode(random, level), agent).score for _ in range(episodes)])
    assert abs(scores.mean() - published) < 2 * scores.std() / episodes**0.5


def test_unknown_agents_are_answered_with_the_names():
    with pytest.raises(BadInput, match="random-heuristic, cash-only"):
        find_agent("alphago")
    assert find_agent("random") is AGENTS["uniform"]
