"""The environment against the reference: a golden case, recorded rollouts and recorded policies."""

import gzip
import json
from functools import cache

import numpy as np
import pytest
from numpy.random import RandomState

from engine.alchemy.actions import ACTIONS, decode, encode
from engine.alchemy.encodings import ground_truth, observe
from engine.alchemy.environment import AlchemyEnvironment, State, apply, deal
from engine.alchemy.episodes import Level, read_episodes, read_recordings, sample_episode
from engine.data.folders import find
from engine.errors import BadInput

BENCHMARK = Level()


@cache
def data(name):
    try:
        return find(name)
    except BadInput as missing:
        pytest.skip(str(missing))


def test_seed_314_is_the_tutorial_of_the_reference():
    game = AlchemyEnvironment()
    game.reset(sample_episode(RandomState(314), BENCHMARK))
    before = game.observation()
    assert before[:5].tolist() == pytest.approx([-1, -1, 0, -1 / 3, 0])
    assert before[15:17].tolist() == pytest.approx([2 / 3, 0])
    game.step(encode(0, 0))
    after = game.observation()
    assert after[:5].tolist() == pytest.approx([-1, 1, 0, -1, 0])
    assert after[15:17].tolist() == [1, 1]
    np.testing.assert_array_equal(np.delete(after, [*range(5), 15, 16]), np.delete(before, [*range(5), 15, 16]))


@pytest.mark.parametrize("row", range(16))
def test_recorded_rollouts_of_the_reference(row):
    path = data("alchemy_rollouts_rotated.jsonl.gz")
    with gzip.open(path) as file:
        rollout = json.loads(file.readlines()[row])
    episode = read_episodes(path)[row]
    chemistry = episode.chemistry
    truth = ground_truth(chemistry.potion_map, chemistry.stone_map, chemistry.graph, chemistry.rotation)
    np.testing.assert_array_equal(truth, rollout["ground_truth"])
    game = AlchemyEnvironment(end_trial=rollout["end_trial_action"])
    game.reset(episode)
    np.testing.assert_allclose(game.observation(), rollout["first_obs"], atol=6e-5)
    for action, reward, new_trial, observation in rollout["steps"]:
        assert not game.done
        trial = game.state.trial
        assert game.step(action)[0] == reward
        assert (game.state.trial != trial) == new_trial
        np.testing.assert_allclose(game.observation(), observation, atol=6e-5)
    assert game.done


def test_recorded_policies_score_exactly_as_published():
    path = data("alchemy_evaluation_200.jsonl.gz")
    totals = {}
    for episode, recordings in zip(read_episodes(path), read_recordings(path), strict=True):
        for name, recording in recordings.items():
            game = AlchemyEnvironment(end_trial=True)
            game.reset(episode)
            for actions, expected in zip(recording.actions, recording.rewards, strict=True):
                assert sum(game.step(action + 1)[0] for action in actions) == expected
                if len(actions) < game.steps:
                    game.step(0)
            assert game.done
            totals[name] = totals.get(name, 0) + sum(recording.rewards)
    assert totals == {
        "ideal_observer": 57240,
        "search_oracle": 58010,
        "baseline": 31542,
        "belief_state_predict": 53364,
        "ground_truth_predict": 56729,
    }


def slow_draw(seed: int):
    """Items of seeded episodes by the order of draws alone, with nothing shared with the sampler but numpy."""
    random = RandomState(seed)
    prior = np.array([1 / 4 / {0: 1, 1: 12, 2: 48, 3: 48}[c] for c in _constraints()], np.float32)
    head = random.randint(48), random.randint(8), random.choice(109, p=prior), random.choice(4)
    return head, [[random.randint(8) for _ in range(3)] + [random.randint(6) for _ in range(12)] for _ in range(10)]


def _constraints():
    from itertools import product

    from engine.alchemy.chemistry import EDGES

    patterns, counts = list(product((-1, 1, 0), repeat=2)), []
    for axes in product(patterns, repeat=3):
        near = {v: set() for v in range(8)}
        for low, high in EDGES:
            axis = (low ^ high).bit_length() - 1
            others = [2 * (low >> d & 1) - 1 for d in range(3) if d != axis]
            if all(r in (0, o) for r, o in zip(axes[axis], others, strict=True)):
                near[low].add(high)
                near[high].add(low)
        reached = frontier = {0}
        while frontier:
            frontier = set().union(*(near[v] for v in frontier)) - reached
            reached = reached | frontier
        if len(reached) == 8:
            counts.append(sum(r != 0 for pattern in axes for r in pattern))
    return counts


@pytest.mark.parametrize("seed", [*range(12), 314, 2**32 - 1])
def test_a_seed_gives_the_same_draws_in_the_same_order(seed):
    head, items = slow_draw(seed)
    episode = sample_episode(RandomState(seed), BENCHMARK)
    c = episode.chemistry
    assert (c.potion_map, c.stone_map, c.graph, c.rotation) == head
    assert np.hstack([episode.stones, episode.potions]).tolist() == items


def test_actions_that_cannot_do_anything_change_only_the_step():
    episode = sample_episode(RandomState(1), BENCHMARK)
    state = deal(episode, 0)
    gone = State(0, 0, np.array([-1, 3, 4], np.int8), np.where(np.arange(12) == 2, -1, state.potions).astype(np.int8))
    for action in (0, encode(0, -1), encode(0, 5), encode(1, 2)):
        after, reward = apply(episode.chemistry, gone, action)
        assert reward == 0
        assert after.step == 1
        np.testing.assert_array_equal(after.stones, gone.stones)
        np.testing.assert_array_equal(after.potions, gone.potions)


def test_the_outcome_of_a_trials_last_action_is_kept():
    game = AlchemyEnvironment(steps=1)
    episode = sample_episode(RandomState(3), BENCHMARK)
    game.reset(episode)
    game.step(encode(2, 7))
    assert game.before_reset.potions[7] == -1
    assert game.before_reset.trial == 0
    assert game.state.trial == 1
    np.testing.assert_array_equal(game.state.potions, episode.potions[1])
    np.testing.assert_array_equal(game.observation(), observe(episode.chemistry, episode.stones[1], episode.potions[1]))


def test_states_are_never_changed_in_place():
    episode = sample_episode(RandomState(4), BENCHMARK)
    stones, potions = episode.stones.copy(), episode.potions.copy()
    game, random = AlchemyEnvironment(), np.random.default_rng(0)
    game.reset(episode)
    while not game.done:
        game.step(int(random.integers(ACTIONS)))
    np.testing.assert_array_equal(episode.stones, stones)
    np.testing.assert_array_equal(episode.potions, potions)


def test_wrong_use_is_refused():
    game = AlchemyEnvironment()
    with pytest.raises(RuntimeError, match="reset"):
        game.step(0)
    game.reset(sample_episode(RandomState(0), BENCHMARK))
    for action in (-1, ACTIONS):
        with pytest.raises(ValueError, match="action must be"):
            game.step(action)


def test_action_integers_of_the_reference():
    assert encode(1, 5) == 20
    assert [encode(*decode(action)) for action in range(1, ACTIONS)] == list(range(1, ACTIONS))
    assert decode(0) == (None, None)
    for stone, slot in ((3, 0), (-1, 0), (0, 12), (0, -2)):
        with pytest.raises(ValueError, match="no stone"):
            encode(stone, slot)
