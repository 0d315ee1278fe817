"""Compiled step of a batch of games: the numpy definition in ``batched_numpy.py`` row by row, writing only changes."""

# mypy: disable-error-code="untyped-decorator,no-any-return"

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from engine.alchemy.batched_numpy import (
    DRAW_STRIDE,
    EPISODE_STRIDE,
    MIX_1,
    MIX_2,
    ROW_STRIDE,
    Games,
    Source,
    Tables,
)
from engine.alchemy.levels import IDENTITY_MAP

# numba turns a mix of uint64 and signed integers into floats, so every constant is a uint64.
ONE, TWO, THREE, FIVE, SIX, SEVEN = (np.uint64(n) for n in (1, 2, 3, 5, 6, 7))
HALF = np.uint64(32)
LOW = np.uint64(0xFFFFFFFF)
S30, S27, S31, MAPS = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(48)


@njit(cache=True, nogil=True, inline="always")
def _mix(x: np.uint64) -> np.uint64:
    x = (x ^ (x >> S30)) * MIX_1
    x = (x ^ (x >> S27)) * MIX_2
    return x ^ (x >> S31)


@njit(cache=True, nogil=True)
def _word(seed: np.uint64, row: int, episode: int, draw: np.uint64) -> np.uint64:
    x = _mix(seed + ROW_STRIDE * (np.uint64(row) + ONE))
    return _mix(_mix(x + EPISODE_STRIDE * (np.uint64(episode) + ONE)) + DRAW_STRIDE * (draw + ONE))


@njit(cache=True, nogil=True)
def _deal(games: Games, tables: Tables, source: Source, b: int) -> None:
    trial, episode = games.trial[b], games.episode[b]
    stones, potions = games.stones[b], games.potions[b]
    if source.given:
        index = (b + episode * games.trial.size) % source.stones.shape[0]
        stones[:] = source.stones[index, trial]
        potions[:] = source.potions[index, trial]
    else:
        draw = TWO * np.uint64(trial) + TWO
        for half in range(2):
            bits = _word(source.seed, b, episode, draw + np.uint64(half))
            if half == 0:
                stones[0] = np.int8(bits & SEVEN)
                stones[1] = np.int8((bits >> THREE) & SEVEN)
                stones[2] = np.int8((bits >> SIX) & SEVEN)
            fraction = bits >> HALF
            for j in range(6):
                product = fraction * SIX
                potions[6 * half + j] = np.int8(product >> HALF)
                fraction = product & LOW
    seen = games.observations[b]
    stone_rows = tables.stones[games.chemistry[b, 3], games.chemistry[b, 1]]
    potion_rows = tables.potions[games.chemistry[b, 0]]
    for i in range(3):
        for k in range(5):
            seen[5 * i + k] = stone_rows[stones[i], k]
    for j in range(12):
        seen[15 + 2 * j] = potion_rows[potions[j], 0]
        seen[16 + 2 * j] = potion_rows[potions[j], 1]


@njit(cache=True, nogil=True)
def _begin(games: Games, tables: Tables, source: Source, b: int) -> None:
    games.episode[b] += 1
    games.trial[b] = 0
    episode, chemistry = games.episode[b], games.chemistry[b]
    if source.given:
        chemistry[:] = source.chemistry[(b + episode * games.trial.size) % source.stones.shape[0]]
    else:
        first = _word(source.seed, b, episode, np.uint64(0))
        second = _word(source.seed, b, episode, ONE)
        constraints = np.int64(first & THREE)
        inside = ((second >> HALF) * np.uint64(tables.graph_count[constraints])) >> HALF
        chemistry[0] = chemistry[1] = IDENTITY_MAP
        if source.random_maps:
            chemistry[0] = np.int32(((first >> HALF) * MAPS) >> HALF)
            chemistry[1] = np.int32((first >> TWO) & SEVEN)
        chemistry[2] = source.graph
        if source.graph < 0:
            chemistry[2] = tables.graphs[tables.graph_start[constraints] + np.int64(inside)]
        chemistry[3] = np.int32((first >> FIVE) & THREE) if source.random_rotation else 0
    _deal(games, tables, source, b)


@njit(cache=True, nogil=True)
def reset(games: Games, tables: Tables, source: Source) -> None:
    """Start the next episode in every row."""
    for b in range(games.trial.size):
        games.step[b] = 0
        _begin(games, tables, source, b)


@njit(cache=True, nogil=True)
def step(games: Games, tables: Tables, source: Source, actions: NDArray[np.int64], end_trial: bool, steps: int) -> None:
    """One action in every row; actions are valid integers."""
    shift = 1 if end_trial else 0
    for b in range(actions.size):
        action = actions[b] - shift
        reward = np.float32(0)
        if action > 0:
            stone, slot = tables.stone_of[action], tables.slot_of[action]
            vertex = games.stones[b, stone]
            if vertex >= 0:
                seen = games.observations[b]
                if slot < 0:
                    reward = np.float32(tables.rewards[vertex])
                    games.stones[b, stone] = -1
                    for k in range(4):
                        seen[5 * stone + k] = 2
                    seen[5 * stone + 4] = 1
                elif games.potions[b, slot] >= 0:
                    after = tables.transitions[games.chemistry[b, 2], vertex, games.potions[b, slot]]
                    games.potions[b, slot] = -1
                    seen[15 + 2 * slot] = 1
                    seen[16 + 2 * slot] = 1
                    if after != vertex:
                        games.stones[b, stone] = after
                        look = tables.stones[games.chemistry[b, 3], games.chemistry[b, 1], after]
                        for k in range(4):
                            seen[5 * stone + k] = look[k]
        games.rewards[b] = reward
        games.dones[b] = False
        games.step[b] += 1
        if action < 0 or games.step[b] >= steps:
            games.step[b] = 0
            games.trial[b] += 1
            if games.trial[b] >= source.trials:
                games.dones[b] = True
                _begin(games, tables, source, b)
            else:
                _deal(games, tables, source, b)
