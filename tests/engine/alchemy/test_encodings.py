"""Observations for networks against slow definitions written out in full."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import RandomState

from engine.alchemy.actions import ACTIONS, decode, useful
from engine.alchemy.batched import BatchedAlchemy
from engine.alchemy.chemistry import INDICATORS
from engine.alchemy.encodings import TYPE_ACTIONS, friendly, ground_truth, observe, slot_actions, type_mask
from engine.alchemy.environment import AlchemyEnvironment, apply
from engine.alchemy.episodes import Level, sample_episode


def played(seed: int, steps: int) -> AlchemyEnvironment:
    game, random = AlchemyEnvironment(), np.random.default_rng(seed)
    game.reset(sample_episode(RandomState(seed), Level()))
    for _ in range(steps):
        game.step(int(random.integers(ACTIONS)))
    return game


games = st.builds(played, st.integers(0, 2**32 - 1), st.integers(0, 19))


def slow_colour(chemistry, potion: int) -> int:
    """Perceived colour of a latent potion, from the definition of the potion map."""
    axis, direction = potion // 2, 1 if potion % 2 else -1
    return 2 * chemistry.dim_map.index(axis) + (direction * chemistry.dir_map[axis] == 1)


@given(games)
def test_observation_follows_the_definition(game):
    state, chemistry = game.state, game.episode.chemistry
    seen = game.observation()
    for i, vertex in enumerate(state.stones):
        if vertex < 0:
            assert seen[5 * i : 5 * i + 5].tolist() == [2, 2, 2, 2, 1]
        else:
            assert seen[5 * i + 3] == pytest.approx(INDICATORS[vertex] / 3)
            assert seen[5 * i + 4] == 0
    for j, potion in enumerate(state.potions):
        expected = [1, 1] if potion < 0 else [slow_colour(chemistry, potion) / 3 - 1, 0]
        assert seen[15 + 2 * j : 17 + 2 * j].tolist() == pytest.approx(expected)
    plain = observe(chemistry, state.stones, state.potions, used_flags=False)
    flags = [4, 9, 14, *range(16, 39, 2)]
    np.testing.assert_array_equal(plain, np.delete(seen, flags))


@given(games)
def test_friendly_counts_potions(game):
    chemistry = game.episode.chemistry
    colours = [slow_colour(chemistry, p) for p in game.state.potions if p >= 0]
    encoded = friendly(game.observation())
    np.testing.assert_array_equal(encoded[:15], game.observation()[:15])
    np.testing.assert_allclose(encoded[15:] * 12, [colours.count(c) for c in range(6)], atol=1e-5)


@given(games)
def test_type_actions_do_what_they_say(game):
    state, chemistry, seen = game.state, game.episode.chemistry, game.observation()
    slots = slot_actions(np.tile(seen, (TYPE_ACTIONS, 1)), np.arange(TYPE_ACTIONS))
    mask = type_mask(seen)
    assert slots[0] == 0
    assert mask[0]
    for kind in range(1, TYPE_ACTIONS):
        stone, colour = divmod(kind - 1, 7)
        there = state.stones[stone] >= 0
        held = [slow_colour(chemistry, p) if p >= 0 else -1 for p in state.potions]
        if colour == 6:
            assert decode(int(slots[kind])) == (stone, -1)
            assert mask[kind] == there
        elif colour in held:
            assert decode(int(slots[kind])) == (stone, held.index(colour))
            assert mask[kind] == there
        else:
            assert slots[kind] == 0
            assert not mask[kind]


@given(games)
def test_useful_actions_are_those_that_change_something(game):
    state, chemistry = game.state, game.episode.chemistry
    mask = useful(state.stones >= 0, state.potions)
    for action in range(1, ACTIONS):
        after, _ = apply(chemistry, state, action)
        same = np.array_equal(after.stones, state.stones) and np.array_equal(after.potions, state.potions)
        assert mask[action] == (not same)


def test_encodings_of_a_batch_are_those_of_its_rows():
    batch = BatchedAlchemy(5, seed=3)
    random = np.random.default_rng(0)
    for _ in range(30):
        batch.step(random.integers(0, ACTIONS, 5))
    types = random.integers(0, TYPE_ACTIONS, 5)
    for b in range(5):
        row = batch.observations[b]
        np.testing.assert_array_equal(friendly(batch.observations)[b], friendly(row))
        np.testing.assert_array_equal(type_mask(batch.observations)[b], type_mask(row))
        assert slot_actions(batch.observations, types)[b] == slot_actions(row, types[b])
        c = batch.chemistry_of(b)
        np.testing.assert_array_equal(
            batch.ground_truth()[b], ground_truth(c.potion_map, c.stone_map, c.graph, c.rotation)
        )
