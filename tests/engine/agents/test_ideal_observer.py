"""The ideal observers: near the recorded one, near the exact one, and honest about their values."""

from dataclasses import replace

import numpy as np
import pytest

from engine.agents.ideal_observer import ExactIdealObserver, IdealObserver
from engine.agents.play import look, play, see_items
from engine.alchemy.belief import Belief
from engine.alchemy.environment import AlchemyEnvironment
from engine.alchemy.episodes import read_episodes, read_recordings, sample_episode
from engine.alchemy.levels import EVALUATION, Level
from engine.alchemy.planning import optimal_plan
from engine.data.folders import find
from engine.errors import BadInput

LEVEL = Level.parse(EVALUATION)


def first_view(seed, potions, level=LEVEL):
    """What a new episode shows, with only the first few potions."""
    episode = sample_episode(np.random.RandomState(seed), level)
    view = look(episode, AlchemyEnvironment().reset(episode))
    colours = np.where(np.arange(12) < potions, view.colours, np.int8(-1))
    return episode, replace(view, colours=colours, belief=see_items(Belief.prior(level), view))


def test_close_to_the_recorded_ideal_observer():
    try:
        path = find("alchemy_evaluation_200.jsonl.gz")
    except BadInput as missing:
        pytest.skip(str(missing))
    agent, differences, last = IdealObserver(0, LEVEL), [], []
    for episode, recorded in list(zip(read_episodes(path), read_recordings(path), strict=True))[:5]:
        scores = play(episode, agent, level=LEVEL).trial_scores
        differences.append(scores.sum() - sum(recorded["ideal_observer"].rewards))
        last.append(scores[5:].sum() - sum(recorded["search_oracle"].rewards[5:]))
    assert np.mean(differences) > -7  # standard error 3 here; all 200: python -m engine.agents.measure ideal-observer
    assert np.mean(last) > -0.5  # from the sixth trial on nobody can do better


def test_plays_the_rotated_benchmark():
    regret = []
    for seed in range(3):
        episode = sample_episode(np.random.RandomState(seed), Level())
        plans = zip(episode.stones, episode.potions, strict=True)
        ceiling = sum(optimal_plan(episode.chemistry, s, p).value for s, p in plans)
        regret.append(ceiling - play(episode, IdealObserver(0, Level())).score)
    assert 0 <= np.mean(regret) < 15


def test_same_seed_same_advice():
    _, view = first_view(1, 12)
    one, other = IdealObserver(7, LEVEL), IdealObserver(7, LEVEL)
    one.advise(first_view(2, 12)[1])  # what came before must not matter
    np.testing.assert_array_equal(one.advise(view).values, other.advise(view).values)


@pytest.mark.parametrize("potions", [0, 3, 12])
def test_values_of_all_forty_actions(potions):
    _, view = first_view(3, potions)
    agent = IdealObserver(0, LEVEL)
    advice, decision = agent.advise(view), agent.decide(view)
    useful = np.concatenate([[True], *[[True] * (1 + potions) + [False] * (12 - potions)] * 3])
    assert np.array_equal(np.isfinite(advice.values), useful)
    total = advice.values + advice.bonuses
    assert total[advice.action] == pytest.approx(np.nanmax(total), abs=1e-4)
    assert (advice.bonuses[useful] <= 0).all()
    assert decision.action == advice.action
    assert decision.probabilities[advice.action] == decision.probabilities.sum() == 1
    np.testing.assert_array_equal(decision.values, advice.values)


@pytest.mark.parametrize("seed", range(4))
def test_near_observer_is_close_to_the_exact_one(seed):
    _, view = first_view(seed, 3)
    view = replace(view, trial=9)  # no trial follows, so that both value the same thing
    near, exact = IdealObserver(0, LEVEL).advise(view), ExactIdealObserver(0, LEVEL).advise(view)
    assert exact.complete
    best = np.nanmax(exact.values)
    assert best - exact.values[near.action] < 1.0
    assert abs(np.nanmax(near.values) - best) < 1.5


def test_exact_observer_gives_up_in_words(monkeypatch):
    monkeypatch.setattr("engine.agents.ideal_observer.EXACT_BUDGET", 50_000)
    _, view = first_view(5, 12)
    with pytest.raises(BadInput, match="use the ideal observer that is not exact"):
        ExactIdealObserver(0, LEVEL).decide(view)


def test_stops_when_nothing_is_left_to_gain():
    _, view = first_view(6, 0)
    agent = IdealObserver(0, LEVEL)
    positive = int((view.indicators > 0).sum())
    decision = agent.decide(view)
    assert decision.done == (positive == 0)
    assert decision.stop_value == sum(15 if i == 3 else 1 for i in view.indicators if i > 0)


def test_belief_is_required():
    _, view = first_view(0, 3)
    with pytest.raises(BadInput, match="needs the exact belief"):
        IdealObserver(0, LEVEL).decide(replace(view, belief=None))
