"""Optimal plans against an exhaustive search and the recorded search oracle."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.alchemy.actions import CAULDRON, decode
from engine.alchemy.chemistry import REWARDS, Chemistry, transitions
from engine.alchemy.episodes import read_episodes, read_recordings
from engine.alchemy.planning import optimal_plan
from engine.data.folders import find
from engine.errors import BadInput


def exhaustive(graph, stones, potions, steps):
    """Best sum of rewards by trying every potion on every stone."""
    table = transitions()[graph]

    @cache
    def value(stones, potions, steps):
        best = sum(sorted((max(0, int(REWARDS[v])) for v in stones), reverse=True)[:steps])
        if steps > 1:
            for i, vertex in enumerate(stones):
                for kind in set(potions):
                    after = int(table[vertex, kind])
                    if after != vertex:
                        rest = list(potions)
                        rest.remove(kind)
                        changed = tuple(sorted(stones[:i] + (after,) + stones[i + 1 :]))
                        best = max(best, value(changed, tuple(rest), steps - 1))
        return best

    return value(tuple(sorted(stones)), tuple(sorted(potions)), steps)


def follow(chemistry, stones, potions, actions):
    """Score of a plan, played by the rules; every potion must change its stone."""
    stones, potions, score = list(stones), list(potions), 0
    for action in actions:
        stone, slot = decode(action)
        if slot == CAULDRON:
            score += int(REWARDS[stones[stone]])
            stones[stone] = -1
        else:
            after = transitions()[chemistry.graph, stones[stone], potions[slot]]
            assert after != stones[stone]
            assert potions[slot] >= 0
            stones[stone], potions[slot] = int(after), -1
    return score


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 108),
    st.lists(st.integers(0, 7), min_size=1, max_size=3),
    st.lists(st.integers(0, 5), max_size=7),
    st.integers(0, 9),
)
def test_plan_equals_exhaustive_search(graph, stones, potions, steps):
    chemistry = Chemistry(7, 7, graph)
    table = np.array(stones + [-1] * (3 - len(stones)), np.int8)
    held = np.array(potions + [-1] * (12 - len(potions)), np.int8)
    plan = optimal_plan(chemistry, table, held, steps)
    assert plan.value == exhaustive(graph, tuple(stones), tuple(potions), steps)
    assert len(plan.actions) <= steps
    assert follow(chemistry, table, held, plan.actions) == plan.value


def test_equal_to_the_recorded_oracle():
    try:
        path = find("alchemy_evaluation_200.jsonl.gz")
    except BadInput as missing:
        pytest.skip(str(missing))
    values, lengths, recorded_lengths = [], 0, 0
    for episode, recorded in zip(read_episodes(path), read_recordings(path), strict=True):
        plans = [optimal_plan(episode.chemistry, s, p) for s, p in zip(episode.stones, episode.potions, strict=True)]
        oracle = recorded["search_oracle"]
        assert tuple(plan.value for plan in plans) == oracle.rewards
        values.append(sum(oracle.rewards))
        lengths += sum(len(plan.actions) for plan in plans)
        recorded_lengths += sum(len(actions) for actions in oracle.actions)
    assert np.mean(values) == 290.05
    assert lengths == recorded_lengths  # ties use no more potions than the recorded oracle
