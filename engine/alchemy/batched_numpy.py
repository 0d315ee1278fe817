"""The arrays of a batch of games, and their plain numpy definition that the compiled kernel must equal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.alchemy.actions import CAULDRON, SLOT_OF, STONE_OF
from engine.alchemy.chemistry import GRAPH_CONSTRAINTS, REWARDS, transitions
from engine.alchemy.encodings import potion_tables, stone_tables
from engine.alchemy.episodes import Episode
from engine.alchemy.levels import IDENTITY_MAP, Level

Words = NDArray[np.uint64]

# Constants of SplitMix64 (Steele, Lea & Flood 2014) and three odd strides that keep rows, episodes and draws apart.
MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
MIX_2 = np.uint64(0x94D049BB133111EB)
ROW_STRIDE = np.uint64(0x9E3779B97F4A7C15)
EPISODE_STRIDE = np.uint64(0xD1342543DE82EF95)
DRAW_STRIDE = np.uint64(0xF1357AEA2E62A9C5)


class Games(NamedTuple):
    """State of ``batch`` games, all rewritten in place; shapes and types as in ``BatchedAlchemy``."""

    observations: NDArray[np.float32]
    rewards: NDArray[np.float32]
    dones: NDArray[np.bool_]
    trial: NDArray[np.int32]
    step: NDArray[np.int32]
    stones: NDArray[np.int8]
    potions: NDArray[np.int8]
    chemistry: NDArray[np.int32]  # [batch, 4]: potion map, stone map, graph, rotation
    episode: NDArray[np.int64]  # how many episodes the row has begun, less one


class Tables(NamedTuple):
    """What every game shares."""

    transitions: NDArray[np.int8]  # [109, 8, 6]
    rewards: NDArray[np.int8]  # [8]
    stones: NDArray[np.float32]  # [4, 8, 9, 5]
    potions: NDArray[np.float32]  # [48, 7, 2]
    stone_of: NDArray[np.int8]  # [40]
    slot_of: NDArray[np.int8]  # [40]
    graphs: NDArray[np.int32]  # [109] sorted by number of constraints
    graph_start: NDArray[np.int32]  # [4] where each number of constraints begins in ``graphs``
    graph_count: NDArray[np.int32]  # [4]


class Source(NamedTuple):
    """Where episodes come from: drawn from a level's prior, or a list of given ones (then ``given``)."""

    given: bool
    trials: int
    seed: np.uint64
    random_maps: bool
    graph: int  # -1 draws one
    random_rotation: bool
    chemistry: NDArray[np.int32]  # [episodes, 4]
    stones: NDArray[np.int8]  # [episodes, trials, 3]
    potions: NDArray[np.int8]  # [episodes, trials, 12]


def tables() -> Tables:
    """The shared tables."""
    counts = np.bincount(GRAPH_CONSTRAINTS)
    return Tables(
        transitions(),
        REWARDS,
        stone_tables(),
        potion_tables(),
        STONE_OF,
        SLOT_OF,
        np.argsort(GRAPH_CONSTRAINTS, kind="stable").astype(np.int32),
        (np.cumsum(counts) - counts).astype(np.int32),
        counts.astype(np.int32),
    )


def drawn(level: Level, trials: int, seed: int) -> Source:
    """Episodes from the prior of a level."""
    graph = -1 if level.graph is None else level.graph
    empty = (np.empty((0, 4), np.int32), np.empty((0, 0, 3), np.int8), np.empty((0, 0, 12), np.int8))
    return Source(False, trials, np.uint64(seed % 2**64), level.random_maps, graph, level.random_rotation, *empty)


def given(episodes: Sequence[Episode]) -> Source:
    """These episodes; raises ValueError where they have different numbers of trials."""
    chemistries = [e.chemistry for e in episodes]
    indices = np.array([(c.potion_map, c.stone_map, c.graph, c.rotation) for c in chemistries], np.int32)
    stones, potions = np.stack([e.stones for e in episodes]), np.stack([e.potions for e in episodes])
    return Source(True, stones.shape[1], np.uint64(0), False, 0, False, indices, stones, potions)


def mix(x: Words) -> Words:
    """The output function of SplitMix64."""
    x = (x ^ (x >> np.uint64(30))) * MIX_1
    x = (x ^ (x >> np.uint64(27))) * MIX_2
    return x ^ (x >> np.uint64(31))


def word(seed: np.uint64, rows: Words, episodes: Words, draw: Words) -> Words:
    """64 random bits that depend on nothing but the arguments, uint64 [n]."""
    x = mix(seed + ROW_STRIDE * (rows + np.uint64(1)))
    return mix(mix(x + EPISODE_STRIDE * (episodes + np.uint64(1))) + DRAW_STRIDE * (draw + np.uint64(1)))


def _digits(fraction: Words, base: int, count: int) -> NDArray[np.int8]:
    """``count`` digits of 32-bit fractions, int8 [n, count]; near enough uniform while base**count << 2**32."""
    digits = []
    for _ in range(count):
        product = fraction * np.uint64(base)
        digits.append(product >> np.uint64(32))
        fraction = product & np.uint64(0xFFFFFFFF)
    return np.stack(digits, axis=1).astype(np.int8)


def _deal(games: Games, source: Source, rows: NDArray[np.int64]) -> None:
    """Put the items of the present trial on the tables of these rows."""
    if source.given:
        index = (rows + games.episode[rows] * len(games.trial)) % len(source.stones)
        games.stones[rows] = source.stones[index, games.trial[rows]]
        games.potions[rows] = source.potions[index, games.trial[rows]]
        return
    keys = source.seed, rows.astype(np.uint64), games.episode[rows].astype(np.uint64)
    draw = np.uint64(2) * games.trial[rows].astype(np.uint64)
    first, second = word(*keys, draw + np.uint64(2)), word(*keys, draw + np.uint64(3))
    games.stones[rows] = (first[:, None] >> np.array([0, 3, 6], np.uint64)) & np.uint64(7)
    games.potions[rows, :6] = _digits(first >> np.uint64(32), 6, 6)
    games.potions[rows, 6:] = _digits(second >> np.uint64(32), 6, 6)


def _begin(games: Games, tables: Tables, source: Source, rows: NDArray[np.int64]) -> None:
    """Start the next episode in these rows."""
    games.episode[rows] += 1
    games.trial[rows] = 0
    if source.given:
        games.chemistry[rows] = source.chemistry[(rows + games.episode[rows] * len(games.trial)) % len(source.stones)]
    else:
        keys = source.seed, rows.astype(np.uint64), games.episode[rows].astype(np.uint64)
        first, second = word(*keys, np.zeros_like(keys[1])), word(*keys, np.ones_like(keys[1]))
        constraints = (first & np.uint64(3)).astype(np.int64)
        inside = ((second >> np.uint64(32)) * tables.graph_count[constraints].astype(np.uint64)) >> np.uint64(32)
        graph = tables.graphs[tables.graph_start[constraints] + inside.astype(np.int64)]
        maps = source.random_maps
        games.chemistry[rows, 0] = _digits(first >> np.uint64(32), 48, 1)[:, 0] if maps else IDENTITY_MAP
        games.chemistry[rows, 1] = (first >> np.uint64(2)) & np.uint64(7) if maps else IDENTITY_MAP
        games.chemistry[rows, 2] = graph if source.graph < 0 else source.graph
        games.chemistry[rows, 3] = (first >> np.uint64(5)) & np.uint64(3) if source.random_rotation else 0
    _deal(games, source, rows)


def _observe(games: Games, tables: Tables) -> None:
    """Write all observations."""
    potion_map, stone_map, _, rotation = (column[:, None] for column in games.chemistry.T)
    games.observations[:, :15] = tables.stones[rotation, stone_map, games.stones].reshape(-1, 15)
    games.observations[:, 15:] = tables.potions[potion_map, games.potions].reshape(-1, 24)


def reset(games: Games, tables: Tables, source: Source) -> None:
    """Start the next episode in every row."""
    games.step[:] = 0
    _begin(games, tables, source, np.arange(len(games.trial)))
    _observe(games, tables)


def step(games: Games, tables: Tables, source: Source, actions: NDArray[np.int64], end_trial: bool, steps: int) -> None:
    """One action in every row; actions are valid integers."""
    rows = np.arange(len(actions))
    ends = end_trial & (actions == 0)
    action = np.where(ends, 0, actions - end_trial)
    stone, slot = tables.stone_of[action], tables.slot_of[action]
    vertex = np.where(stone >= 0, games.stones[rows, stone], -1)
    potion = np.where(slot >= 0, games.potions[rows, slot], -1)
    cashes = (vertex >= 0) & (slot == CAULDRON)
    moves = (vertex >= 0) & (potion >= 0)
    games.rewards[:] = np.where(cashes, tables.rewards[vertex], 0)
    games.stones[rows[cashes], stone[cashes]] = -1
    graph = games.chemistry[moves, 2]
    games.stones[rows[moves], stone[moves]] = tables.transitions[graph, vertex[moves], potion[moves]]
    games.potions[rows[moves], slot[moves]] = -1
    games.step[:] += 1
    over = ends | (games.step >= steps)
    games.step[over] = 0
    games.trial[over] += 1
    games.dones[:] = games.trial >= source.trials
    _deal(games, source, rows[over & ~games.dones])
    _begin(games, tables, source, rows[games.dones])
    _observe(games, tables)
