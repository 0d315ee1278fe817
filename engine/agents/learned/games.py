"""Many Alchemy games at once for training, in the frame of appearances.

The same game as ``engine.alchemy.environment`` (a test plays both), reduced to the decisions that matter: 18 uses of a
potion colour on a stone, and ending the trial, which cashes every positive stone. Steps are never scarce: twelve
potions and three stones need fifteen of twenty. Rotation is left out; an agent undoes it before it looks.
"""

# mypy: disable-error-code="untyped-decorator,no-any-return"

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from engine.agents.learned.facts import GONE, NOTHING, STOP, Moments
from engine.alchemy.chemistry import EDGES, GRAPH_PRIOR, GRAPHS, INDICATORS, TRIALS, colour_to_potion, transitions
from engine.alchemy.levels import graph_index


class Labels(NamedTuple):
    """The chemistry of each game in the frame of appearances, int64 [B]: ``potions`` 0..47, ``graph``, ``signs`` 0..7.

    ``potions`` and ``graph`` say what colours do to looks; ``signs`` is the stone map: look -> vertex.
    """

    potions: NDArray[np.int64]
    graph: NDArray[np.int64]
    signs: NDArray[np.int64]


@lru_cache(maxsize=1)
def graph_by_signs() -> NDArray[np.int64]:
    """The graph as it appears under each stone map, int64 [109, 8]: edges between looks instead of vertices."""
    places = {edge: number for number, edge in enumerate(EDGES)}
    table = np.empty((len(GRAPHS), 8), np.int64)
    for signs in range(8):
        flip = 7 ^ signs
        moved = [places[min(i ^ flip, j ^ flip), max(i ^ flip, j ^ flip)] for i, j in EDGES]
        for graph, edges in enumerate(GRAPHS):
            appears = np.empty(12, bool)
            appears[moved] = edges
            table[graph, signs] = graph_index(appears)
    return table


def draw(random: np.random.Generator, batch: int) -> Labels:
    """Chemistries from the prior without rotation, which looks the same in either frame."""
    graph = random.choice(len(GRAPHS), batch, p=GRAPH_PRIOR / GRAPH_PRIOR.sum())
    return Labels(random.integers(0, 48, batch), graph.astype(np.int64), random.integers(0, 8, batch))


class Rollout(NamedTuple):
    """Games [T, B] played to their end.

    ``moments`` (whatever past a game's end), ``active`` bool [T, B] until when a game went on, ``actions`` int64
    [T, B]; ``labels`` the chemistries; ``scores`` float64 [B, trials].
    """

    moments: Moments
    active: NDArray[np.bool_]
    actions: NDArray[np.int64]
    labels: Labels
    scores: NDArray[np.float64]


class Arrays(NamedTuple):
    """The games' arrays, as compiled functions take them (see ``Games``)."""

    trial: NDArray[np.int64]
    fact: NDArray[np.int64]
    looks: NDArray[np.int64]
    counts: NDArray[np.int64]
    stones: NDArray[np.int64]
    potions: NDArray[np.int64]
    labels: Labels
    after: NDArray[np.int8]
    meaning: NDArray[np.int8]
    scores: NDArray[np.float64]


class Games:
    """A batch of games that all begin together; ``gone`` is the share of stones missing when a trial begins.

    Attributes: ``labels``; ``trial`` int64 [B] (TRIALS where the game is over), ``looks`` int64 [B, 3] (8 gone),
    ``counts`` int64 [B, 6]; ``scores`` float64 [B, 10].
    """

    def __init__(self, random: np.random.Generator, batch: int, gone: float = 0.0, trials: int = TRIALS) -> None:
        self.labels = draw(random, batch)
        self.batch, self.trials = batch, trials
        self._stones = random.integers(0, 8, (batch, trials, 3))
        self._stones[random.random((batch, trials, 3)) < gone] = 8
        colours = random.integers(0, 6, (batch, trials, 12))
        self._potions = (colours[..., None] == np.arange(6)).sum(axis=2)
        self.trial = np.zeros(batch, np.int64)
        self.fact = np.full(batch, NOTHING, np.int64)
        self.looks, self.counts = self._stones[:, 0].copy(), self._potions[:, 0].copy()
        self.scores = np.zeros((batch, trials))

    @property
    def over(self) -> NDArray[np.bool_]:
        """Which games are over, bool [B]."""
        return self.trial >= self.trials

    def moments(self) -> Moments:
        """What each agent is told now."""
        return Moments(self.fact.copy(), stone_numbers(self.looks, self.labels.signs), self.counts.copy())

    def legal(self) -> NDArray[np.bool_]:
        """Which of the 19 actions do anything, bool [B, 19]."""
        uses = (self.looks < 8)[:, :, None] & (self.counts > 0)[:, None, :]
        return np.concatenate([uses.reshape(-1, STOP), np.ones((self.batch, 1), bool)], axis=1)

    def arrays(self) -> Arrays:
        """Everything, for compiled functions."""
        return Arrays(
            self.trial,
            self.fact,
            self.looks,
            self.counts,
            self._stones,
            self._potions,
            self.labels,
            transitions(),
            colour_to_potion(),
            self.scores,
        )

    def step(self, actions: NDArray[np.int64]) -> NDArray[np.float64]:
        """Take one action in each game; rewards in points, float64 [B]. Games that are over ignore it."""
        rewards = np.zeros(self.batch)
        _step(self.arrays(), actions, rewards)
        return rewards


def stone_numbers(looks: NDArray[np.int64], signs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Stone numbers int64 [..., 3] of looks int64 [..., 3] under stone maps int64 [...]."""
    vertex = looks ^ 7 ^ signs[..., None]
    place = (INDICATORS[vertex & 7].astype(np.int64) + 3) // 2
    return np.where(looks == 8, GONE, 4 * looks + place)


@njit(cache=True, nogil=True)
def act(arrays: Arrays, b: int, action: int) -> float:
    """Take an action in game ``b``, which is not over; the reward in points."""
    looks, counts, trial = arrays.looks, arrays.counts, arrays.trial
    labels, stones = arrays.labels, arrays.stones
    arrays.fact[b] = 224
    if action == 18:
        reward = 0.0
        for i in range(3):
            if looks[b, i] < 8:
                vertex = looks[b, i] ^ 7 ^ labels.signs[b]
                ups = (vertex & 1) + (vertex >> 1 & 1) + (vertex >> 2)
                reward += 15.0 if ups == 3 else (1.0 if ups == 2 else 0.0)
        arrays.scores[b, trial[b]] = reward
        trial[b] += 1
        if trial[b] < stones.shape[1]:
            looks[b] = stones[b, trial[b]]
            counts[b] = arrays.potions[b, trial[b]]
        return reward
    i, colour = action // 6, action % 6
    look = looks[b, i]
    if look < 8 and counts[b, colour] > 0:
        counts[b, colour] -= 1
        reached = arrays.after[labels.graph[b], look, arrays.meaning[labels.potions[b], colour]]
        change = look ^ reached
        arrays.fact[b] = 4 * (6 * look + colour) + (3 if change == 0 else change >> 1)
        looks[b, i] = reached
    return 0.0


@njit(cache=True, nogil=True)
def _step(arrays: Arrays, actions: NDArray[np.int64], rewards: NDArray[np.float64]) -> None:
    for b in range(actions.size):
        if arrays.trial[b] < arrays.stones.shape[1]:
            rewards[b] = act(arrays, b, actions[b])
