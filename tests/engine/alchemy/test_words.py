"""Words against the reference's names."""

import numpy as np
import pytest
from numpy.random import RandomState

from engine.agents.play import look
from engine.alchemy.actions import ACTIONS, encode
from engine.alchemy.environment import apply, deal
from engine.alchemy.episodes import Level, sample_episode
from engine.alchemy.words import action_words, appearance_words, outcome_words, potion_words, stone_words


def test_names_of_the_reference():
    assert appearance_words([-1, 0, 1]) == "purple medium round"
    assert appearance_words([0, 1, 0]) == "blurple large somewhat pointy"
    assert stone_words([1, -1, -1], 3) == "blue small pointy stone (+15)"
    assert stone_words([1, -1, -1], -3) == "blue small pointy stone (−3)"
    assert [potion_words(c) for c in (0, 1, 4, 5, -1)] == [
        "red potion",
        "green potion",
        "pink potion",
        "turquoise potion",
        "used potion",
    ]
    assert action_words(0) == "Wait"
    assert action_words(encode(1, -1)) == "Stone 2 into the cauldron"
    assert action_words(20) == "Stone 2 into potion 6"
    assert action_words(20, [0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0]) == "Stone 2 into the yellow potion (slot 6)"
    with pytest.raises(ValueError, match="no appearance"):
        appearance_words([2, 2, 2])
    with pytest.raises(ValueError, match="action must be"):
        action_words(ACTIONS)


def test_outcomes_say_what_happened():
    said = set()
    for seed in range(40):
        episode = sample_episode(RandomState(seed), Level())
        state = deal(episode, 0)
        random = np.random.default_rng(seed)
        for _ in range(20):
            action, before = int(random.integers(ACTIONS)), look(episode, state)
            after_state, reward = apply(episode.chemistry, state, action)
            after = look(episode, after_state)
            words = outcome_words(action, before.appearances, after.appearances, after.indicators, reward)
            changed = (before.appearances != after.appearances).any()
            assert words.startswith(("Becomes a", "+", "−")) == bool(changed)
            if words.startswith("Becomes"):
                assert appearance_words(after.appearances[(action - 1) // 13]) in words
            said.add(words.split()[0])
            state = after_state
    assert said >= {"Becomes", "No", "Nothing", "+1", "−1"}
