"""The teacher: exact posterior over what a game has shown, and hindsight averaging over it.

In the frame of appearances what has been seen splits the posterior into two independent parts: (potion map, graph),
5,232 hypotheses told apart by what potions did, and the stone map, 8 told apart by the indicators on stones. For each
decision the teacher draws chemistries from this posterior, asks of each what every action would lose if it were known
from now on, and averages: the stand-in for the ideal observer of ``engine.agents.ideal_observer`` (its search
one potion deep), a thousand times cheaper. Where all remaining hypotheses agree this is optimal play.
"""

# mypy: disable-error-code="untyped-decorator,no-any-return"

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from engine.agents.learned.facts import GONE, NOTHING, Moments
from engine.agents.learned.games import Arrays, Games, Labels, Rollout, act, graph_by_signs
from engine.alchemy.chemistry import GRAPH_PRIOR, GRAPHS, INDICATORS, colour_to_potion, transitions
from engine.alchemy.planning_kernels import Scene, known_score
from engine.alchemy.planning_tables import options

DRAWS = 8


class Lesson(NamedTuple):
    """What the teacher says of moments [T, B].

    ``losses`` float32 [T, B, 19]: expected points lost by each action against the best possible with the chemistry
    known, 0 or less; nan where an action does nothing. ``potions`` [T, B, 48], ``graph`` [T, B, 109], ``signs``
    [T, B, 8] float32: exact posterior in the frame of appearances. ``informative`` bool [T, B]: whether what was new
    at this decision changed it.
    """

    losses: NDArray[np.float32]
    potions: NDArray[np.float32]
    graph: NDArray[np.float32]
    signs: NDArray[np.float32]
    informative: NDArray[np.bool_]


def planning_scene() -> Scene:
    """The planner's tables, as its compiled functions want them."""
    table, none = options(), np.zeros(0, np.int64)
    return Scene(
        none,
        none.reshape(0, 6),
        none,
        np.zeros(0),
        np.zeros(0, np.uint64),
        none.reshape(0, 9),
        np.zeros(4),
        np.zeros(4),
        table.number,
        table.score,
        table.need,
        table.cost,
        table.after,
    )


def sign_words() -> NDArray[np.int64]:
    """Stone maps under which a look shows an indicator, as bits, int64 [33 stone numbers]; all for a gone stone."""
    words = np.full(33, 255, np.int64)
    for number in range(32):
        look, place = divmod(number, 4)
        words[number] = sum(1 << signs for signs in range(8) if INDICATORS[look ^ 7 ^ signs] == 2 * place - 3)
    return words


def _blank(steps: int, batch: int) -> Lesson:
    return Lesson(
        np.full((steps, batch, 19), np.nan, np.float32),
        np.zeros((steps, batch, 48), np.float32),
        np.zeros((steps, batch, len(GRAPHS)), np.float32),
        np.zeros((steps, batch, 8), np.float32),
        np.zeros((steps, batch), np.bool_),
    )


def teach(moments: Moments, seed: int, draws: int = DRAWS) -> Lesson:
    """The lesson of whole games from their beginning: moments [T, B] (repeating the last one past a game's end)."""
    lesson = _blank(*moments.fact.shape)
    nobody = Games(np.random.default_rng(0), 1).arrays()
    still = np.zeros(moments.fact.shape[1])
    actions = np.zeros((1, 1), np.int64)
    _teach(planning_scene(), _tables(), moments, lesson, draws, seed, False, nobody, still, actions)
    return lesson


def demonstrate(
    games: Games, temperature: NDArray[np.float64], seed: int, draws: int = DRAWS
) -> tuple[Rollout, Lesson]:
    """The teacher plays games itself, to their end.

    ``temperature`` float64 [B] points: each game's actions are drawn from the softmax of losses / temperature; at 0
    the best is taken.
    """
    steps, batch = games.trials * 13, games.batch
    moments = Moments(
        np.full((steps, batch), NOTHING),
        np.full((steps, batch, 3), GONE),
        np.zeros((steps, batch, 6), np.int64),
    )
    lesson, actions = _blank(steps, batch), np.full((steps, batch), -1)
    arrays = games.arrays()
    _teach(planning_scene(), _tables(), moments, lesson, draws, seed, True, arrays, temperature, actions)
    used = int((actions >= 0).any(axis=1).sum())
    moments = Moments(*(field[:used] for field in moments))
    lesson = Lesson(*(field[:used] for field in lesson))  # type: ignore[arg-type]
    return Rollout(moments, actions[:used] >= 0, actions[:used], games.labels, games.scores), lesson


def hindsight(moments: Moments, labels: Labels) -> NDArray[np.float32]:
    """As ``Lesson.losses`` but for one chemistry each, moments and labels of shape [n]: what its oracle would say."""
    result = np.zeros((len(moments.fact), 19), np.float64)
    scene, graphs, meaning = planning_scene(), graph_by_signs(), colour_to_potion().astype(np.int64)
    for n in range(len(result)):
        stones, counts = moments.stones[n], moments.counts[n]
        potions = meaning[labels.potions[n]]
        _lose(scene, graphs[labels.graph[n], labels.signs[n]], labels.signs[n], potions, stones, counts, result[n], 1.0)
    return result.astype(np.float32)


def certain(labels: Labels) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """The belief of who knows the chemistry: one-hot [B, 48], [B, 109] and [B, 8] float32."""
    sizes = (48, len(GRAPHS), 8)
    potions, graph, signs = (np.eye(size, dtype=np.float32)[part] for size, part in zip(sizes, labels, strict=True))
    return potions, graph, signs


@njit(cache=True, nogil=True)
def _points(score: int) -> float:
    points = (score + 63) // 64
    return points - 0.1 * (64 * points - score)


@njit(cache=True, nogil=True)
def _lose(
    scene: Scene,
    graph: int,
    signs: int,
    meaning: NDArray[np.int64],
    stones: NDArray[np.int64],
    counts: NDArray[np.int64],
    losses: NDArray[np.float64],
    weight: float,
) -> None:
    """Add to ``losses`` float64 [19] what each action loses in one chemistry (``graph`` between vertices)."""
    held = np.uint64(0)
    potion = np.empty(6, np.int64)
    vertex = np.empty(3, np.int64)
    cash = 0
    for c in range(6):
        axis = meaning[c] // 2
        potion[c] = meaning[c] ^ (1 - (signs >> axis & 1))
        held += np.uint64(counts[c]) << np.uint64(8 * potion[c])
    for i in range(3):
        vertex[i] = 8 if stones[i] == 32 else (stones[i] // 4) ^ 7 ^ signs
        place = stones[i] % 4
        if stones[i] < 32 and place > 1:
            cash += 15 if place == 3 else 1
    score, _ = known_score(scene, graph, vertex[0], vertex[1], vertex[2], held, 15)
    best = _points(score)
    for i in range(3):
        for c in range(6):
            if vertex[i] == 8 or counts[c] == 0:
                losses[6 * i + c] = np.nan
                continue
            after = scene.after[graph, vertex[i], potion[c]]
            rest = held - (np.uint64(1) << np.uint64(8 * potion[c]))
            x, y, z = vertex[0], vertex[1], vertex[2]
            if i == 0:
                x = after
            elif i == 1:
                y = after
            else:
                z = after
            score, _ = known_score(scene, graph, x, y, z, rest, 15)
            losses[6 * i + c] += weight * (_points(score) - 0.1 - best)
    losses[18] += weight * (cash - best)


class Tables(NamedTuple):
    """Constants: ``after`` [109, 8, 6], ``meaning`` [48, 6], ``prior`` [109], ``words`` [33], ``graphs`` [109, 8]."""

    after: NDArray[np.int64]
    meaning: NDArray[np.int64]
    prior: NDArray[np.float64]
    words: NDArray[np.int64]
    graphs: NDArray[np.int64]


def _tables() -> Tables:
    meaning = colour_to_potion().astype(np.int64)
    return Tables(transitions().astype(np.int64), meaning, GRAPH_PRIOR, sign_words(), graph_by_signs())


@njit(cache=True, nogil=True)
def _restrict(alive: NDArray[np.int64], tables: Tables, fact: int) -> NDArray[np.int64]:
    """The hypotheses among ``alive`` (109 * potion map + graph) that agree with a transition."""
    look, colour, axis = fact // 24, fact // 4 % 6, fact % 4
    reached = look if axis == 3 else look ^ (1 << axis)
    left = 0
    kept = np.empty_like(alive)
    for hypothesis in alive:
        if tables.after[hypothesis % 109, look, tables.meaning[hypothesis // 109, colour]] == reached:
            kept[left] = hypothesis
            left += 1
    return kept[:left]


@njit(cache=True, nogil=True)
def _average(
    scene: Scene,
    tables: Tables,
    alive: NDArray[np.int64],
    cumulative: NDArray[np.float64],
    possible: NDArray[np.int64],
    stones: NDArray[np.int64],
    counts: NDArray[np.int64],
    draws: int,
) -> NDArray[np.float64]:
    """Losses [19] averaged over a systematic sample of what is possible."""
    losses = np.zeros(19)
    rounds = min(draws, alive.size * possible.size)
    start, turn = np.random.random(), np.random.randint(possible.size)
    for d in range(rounds):
        aim = (d + start) / rounds * cumulative[-1]
        chosen = alive[min(np.searchsorted(cumulative, aim), alive.size - 1)]
        sign = possible[(d + turn) % possible.size]
        graph, meaning = tables.graphs[chosen % 109, sign], tables.meaning[chosen // 109]
        _lose(scene, graph, sign, meaning, stones, counts, losses, 1.0 / rounds)
    return losses


@njit(cache=True, nogil=True)
def _choose(losses: NDArray[np.float64], temperature: float) -> int:
    """The best action, or one drawn from the softmax of losses / temperature; stopping where nothing is better."""
    chosen, best = 18, -np.inf
    for k in range(19):
        action = 18 - k
        if not np.isnan(losses[action]):
            value = losses[action]
            if temperature > 0:
                value -= temperature * np.log(-np.log(max(1e-300, np.random.random())))
            if value > best:
                chosen, best = action, value
    return chosen


@njit(cache=True, nogil=True)
def _teach(
    scene: Scene,
    tables: Tables,
    moments: Moments,
    lesson: Lesson,
    draws: int,
    seed: int,
    lead: bool,
    games: Arrays,
    temperature: NDArray[np.float64],
    actions: NDArray[np.int64],
) -> None:
    """Fill ``lesson``; where the teacher leads also ``moments`` and ``actions``, playing ``games`` to their end."""
    np.random.seed(seed)
    steps, batch = moments.fact.shape
    for b in range(batch):
        alive = np.arange(48 * 109)
        cumulative = np.zeros(alive.size)
        signs, possible = 255, np.arange(8)
        for t in range(steps):
            if lead:
                if games.trial[b] >= games.stones.shape[1]:
                    break
                moments.fact[t, b] = games.fact[b]
                moments.counts[t, b] = games.counts[b]
                for i in range(3):
                    look = games.looks[b, i]
                    vertex = look ^ 7 ^ games.labels.signs[b]
                    ups = (vertex & 1) + (vertex >> 1 & 1) + (vertex >> 2 & 1)
                    moments.stones[t, b, i] = 32 if look == 8 else 4 * look + ups
            size, before = alive.size, signs
            if moments.fact[t, b] < 192:
                alive = _restrict(alive, tables, moments.fact[t, b])
            for i in range(3):
                signs &= tables.words[moments.stones[t, b, i]]
            lesson.informative[t, b] = alive.size < size or signs != before
            if t == 0 or alive.size < size:
                cumulative = np.cumsum(tables.prior[alive % 109])
                for hypothesis in alive:
                    share = tables.prior[hypothesis % 109] / cumulative[-1]
                    lesson.graph[t, b, hypothesis % 109] += share
                    lesson.potions[t, b, hypothesis // 109] += share
            else:
                lesson.graph[t, b] = lesson.graph[t - 1, b]
                lesson.potions[t, b] = lesson.potions[t - 1, b]
            if signs != before:
                possible = np.array([s for s in range(8) if signs >> s & 1])
            for s in possible:
                lesson.signs[t, b, s] = 1.0 / possible.size
            losses = _average(
                scene, tables, alive, cumulative, possible, moments.stones[t, b], moments.counts[t, b], draws
            )
            lesson.losses[t, b] = losses
            if lead:
                actions[t, b] = _choose(losses, temperature[b])
                act(games, b, actions[t, b])
