"""Training games are the game, and the teacher's posterior is the exact one."""

import numpy as np
import pytest

from engine.agents.learned.facts import GONE, NOTHING, STOP, Moments, features, remember, transition
from engine.agents.learned.games import Games, graph_by_signs
from engine.agents.learned.teacher import certain, demonstrate, hindsight, teach
from engine.agents.play import learn, look, see_items
from engine.alchemy.actions import NO_OP, encode
from engine.alchemy.belief import Belief
from engine.alchemy.chemistry import Chemistry, colour_to_potion
from engine.alchemy.environment import AlchemyEnvironment
from engine.alchemy.episodes import Episode
from engine.alchemy.levels import EVALUATION, Level
from engine.alchemy.planning import optimal_plan


def episode_of(games, b):
    """The same game as an episode of the environment."""
    signs = int(games.labels.signs[b])
    seen = colour_to_potion()[games.labels.potions[b]]
    latent = np.array([p ^ (1 - (signs >> (p // 2) & 1)) for p in seen])
    potion_map = int(np.flatnonzero((colour_to_potion() == latent).all(axis=1))[0])
    graph = int(graph_by_signs()[games.labels.graph[b], signs])
    stones = (games._stones[b] ^ 7 ^ signs).astype(np.int8)
    potions = np.array([np.repeat(latent, counts) for counts in games._potions[b]], np.int8)
    return Episode(Chemistry(potion_map, signs, graph), stones, potions)


def replay(games, b, actions):
    """Play the type actions of one game in the environment; its trial scores, and views and actions along the way."""
    episode, environment = episode_of(games, b), AlchemyEnvironment(end_trial=True)
    environment.reset(episode)
    scores, path = np.zeros(episode.trials), []
    for action in actions:
        state = environment.state
        view = look(episode, state)
        path.append(view)
        if action == STOP:
            for stone in np.flatnonzero(view.present & (view.indicators > 0)):
                scores[state.trial] += environment.step(encode(int(stone), -1) + 1)[0]
            environment.step(NO_OP)
        else:
            slots = np.flatnonzero(view.colours == action % 6)
            environment.step(encode(int(action) // 6, int(slots[0])) + 1 if len(slots) else 1)
    return scores, path


def test_the_games_are_those_of_the_environment():
    games = Games(np.random.default_rng(3), 6)
    rollout, _ = demonstrate(games, np.full(6, 3.0), 0)
    for b in range(6):
        scores, path = replay(games, b, rollout.actions[rollout.active[:, b], b])
        assert scores.tolist() == rollout.scores[b].tolist()
        for t, view in enumerate(path):
            looks = (view.appearances > 0) @ np.array([1, 2, 4])
            assert (rollout.moments.stones[t, b] // 4).tolist() == looks.tolist()
            assert (2 * (rollout.moments.stones[t, b] % 4) - 3).tolist() == view.indicators.tolist()
            assert np.bincount(view.colours[view.colours >= 0], minlength=6).tolist() == (
                rollout.moments.counts[t, b].tolist()
            )


def test_the_posterior_is_the_exact_one():
    games = Games(np.random.default_rng(4), 3)
    rollout, lesson = demonstrate(games, np.full(3, 0.5), 0)
    for b in range(3):
        actions = rollout.actions[rollout.active[:, b], b]
        _, path = replay(games, b, actions)
        belief = see_items(Belief.prior(Level.parse(EVALUATION)), path[0])
        for t, view in enumerate(path):
            axes = belief.potion_map_marginal().reshape(6, 8).sum(axis=1)
            np.testing.assert_allclose(lesson.potions[t, b].reshape(6, 8).sum(axis=1), axes, atol=1e-5)
            np.testing.assert_allclose(lesson.signs[t, b], belief.stone_map_marginal(), atol=1e-5)
            if t + 1 < len(path):
                slots = np.flatnonzero(view.colours == actions[t] % 6)
                action = NO_OP if actions[t] == STOP else encode(int(actions[t]) // 6, int(slots[0]))
                following = learn(belief, view, action, path[t + 1])
                assert lesson.informative[t + 1, b] == (following.remaining < belief.remaining)
                belief = following


def test_teaching_afterwards_says_the_same_of_the_chemistry():
    games = Games(np.random.default_rng(5), 8, gone=0.1)
    rollout, lesson = demonstrate(games, np.zeros(8), 1)
    again = teach(rollout.moments, 2)
    for name in ("potions", "graph", "signs", "informative"):
        first, second = getattr(lesson, name), getattr(again, name)
        np.testing.assert_allclose(first[rollout.active], second[rollout.active], atol=1e-5)


def test_hindsight_of_the_true_chemistry_is_optimal_play():
    games = Games(np.random.default_rng(6), 20)
    best = [
        sum(optimal_plan(e.chemistry, s, p).value for s, p in zip(e.stones, e.potions, strict=True))
        for e in (episode_of(games, b) for b in range(20))
    ]
    while not games.over.all():
        losses = hindsight(games.moments(), games.labels)
        games.step(np.where(np.isnan(losses), -99, losses).argmax(axis=1))
    assert games.scores.sum(axis=1).tolist() == best


def test_the_teacher_plays_nearly_as_well_as_one_who_knows():
    games = Games(np.random.default_rng(7), 200)
    rollout, _ = demonstrate(games, np.zeros(200), 0)
    assert rollout.scores.sum(axis=1).mean() > 270
    assert rollout.active.sum() / 200 < 75


def test_facts_are_written_once_and_found_by_key():
    rows, known = np.full((1, 56), NOTHING), np.zeros((1, 56), np.int64)
    written = np.zeros(1, np.int64)
    fact = transition(0, 3, 2)
    facts = np.array([[NOTHING], [fact], [fact]])
    stones = np.array([[[0, 0, GONE]], [[0, 9, GONE]], [[0, 9, GONE]]])
    assert remember(facts, stones, rows, known, written).ravel().tolist() == [1, 3, 3]
    assert rows[0, :4].tolist() == [192, fact, 192 + 9, NOTHING]


def test_features_of_a_batch_are_those_of_its_members():
    games = Games(np.random.default_rng(8), 5)
    games.step(np.arange(5))
    moments = games.moments()
    one = [features(Moments(*(field[b : b + 1] for field in moments)))[0] for b in range(5)]
    np.testing.assert_array_equal(features(moments), one)


def test_certainty_is_one_hot():
    games = Games(np.random.default_rng(9), 4)
    for part, truth in zip(certain(games.labels), games.labels, strict=True):
        assert part.argmax(axis=1).tolist() == truth.tolist()
        assert part.sum(axis=1).tolist() == [1.0] * 4


@pytest.mark.parametrize("signs", [0, 3, 7])
def test_exchanging_looks_and_vertices_twice_changes_nothing(signs):
    table = graph_by_signs()
    assert table[table[:, signs], signs].tolist() == list(range(109))
