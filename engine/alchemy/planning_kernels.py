"""Compiled inner loops of the planner under uncertainty. Importing this module imports numba: the engine process only.

A node of the search is a set of hypotheses ("particles") with the vertex of each stone under each of them, the looks of
the three stones, and the potions held. An action sends every particle to a known vertex; particles whose stone then
looks the same stay together. Searched as expectimax; unsearched nodes are valued from the average over their
particles of the optimal value with the chemistry known, which is an upper bound (hindsight averaging, section 5.6 of
the notes).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

F = TypeVar("F", bound=Callable[..., Any])

HIGH = np.uint64(0x808080808080)  # guard bit of each potion count
BYTE = np.uint64(255)
ONE = np.uint64(1)
EIGHT = np.uint64(8)
SMALL = 1e-8  # cost of a potion in points, so that equal plans prefer fewer actions and stopping
ACTIONS = 18  # 6 * stone + colour
OUTCOMES = 12  # looks that one potion can give one stone, at most


def compiled(function: F) -> F:
    """Compile with numba and keep the machine code on disk, so that only the first use on a machine pays for it."""
    return cast(F, numba.njit(cache=True, nogil=True)(function))


class Scene(NamedTuple):
    """What is constant during one search.

    ``graph``, ``row`` int64 [K], ``potion`` int64 [K, 6] (latent potion of each colour), ``weight`` float64 [K],
    ``mark`` uint64 [K] (random words that identify sets of particles); ``label`` int64 [32 rows, 9 vertices] looks of
    a vertex: 4 * appearance code + place of the indicator, -1 gone; ``pay`` float64 [4] reward by place of the
    indicator; ``setting`` float64 [4]: entropy in bits that the particles leave out, discount of unsearched gains per
    bit, worth of a bit at the end of the trial, worth of a bit at unsearched nodes; then fields of
    ``planning_tables.Options``.
    """

    graph: NDArray[np.int64]
    potion: NDArray[np.int64]
    row: NDArray[np.int64]
    weight: NDArray[np.float64]
    mark: NDArray[np.uint64]
    label: NDArray[np.int64]
    pay: NDArray[np.float64]
    setting: NDArray[np.float64]
    number: NDArray[np.int64]
    score: NDArray[np.int64]
    need: NDArray[np.uint64]
    cost: NDArray[np.int64]
    after: NDArray[np.int64]


class Scratch(NamedTuple):
    """Work space of a search.

    ``ids`` int64 [depth, K] and ``vertex`` int64 [depth, K, 3]: particles of the node at each depth; ``keys`` uint64
    [M] and ``memo`` float64 [M, 2]: values of nodes already searched; ``tally`` int64 [3]: evaluations so far,
    evaluations allowed, nodes cut off by depth; ``root`` float64 [18, 2]: points and bonus of each action at the root.
    """

    ids: NDArray[np.int64]
    vertex: NDArray[np.int64]
    keys: NDArray[np.uint64]
    memo: NDArray[np.float64]
    tally: NDArray[np.int64]
    root: NDArray[np.float64]


@compiled
def known_score(scene: Scene, graph: int, a: int, b: int, c: int, held: np.uint64, moves: int) -> tuple[int, np.uint64]:
    """Best score (64 * points - potions) of stones at a, b, c with the chemistry known, and the potions left over."""
    score, need, cost, number = scene.score, scene.need, scene.cost, scene.number
    best, spare = 0, held
    top_b, top_c = score[graph, b, 0], score[graph, c, 0]
    for x in range(number[graph, a]):
        score_a = score[graph, a, x]
        if score_a + top_b + top_c <= best:
            break
        rest_a = (held | HIGH) - need[graph, a, x]
        if rest_a & HIGH != HIGH:
            continue
        rest_a ^= HIGH
        for y in range(number[graph, b]):
            score_b = score_a + score[graph, b, y]
            if score_b + top_c <= best:
                break
            rest_b = (rest_a | HIGH) - need[graph, b, y]
            if rest_b & HIGH != HIGH:
                continue
            rest_b ^= HIGH
            for z in range(number[graph, c]):
                total = score_b + score[graph, c, z]
                if total <= best:
                    break
                rest_c = (rest_b | HIGH) - need[graph, c, z]
                if rest_c & HIGH != HIGH:
                    continue
                if moves < 15 and cost[graph, a, x] + cost[graph, b, y] + cost[graph, c, z] > moves:
                    continue
                best, spare = total, rest_c ^ HIGH
                break
    return best, spare


@compiled
def cash(scene: Scene, looks: tuple[int, int, int], moves: int) -> float:
    """Points for cashing now whatever is positive, the best first if fewer moves than stones are left."""
    pays = np.zeros(3)
    for i in range(3):
        if looks[i] >= 0:
            pays[i] = max(0.0, scene.pay[looks[i] & 3])
    pays.sort()
    total = 0.0
    for i in range(min(3, moves)):
        total += pays[2 - i]
    return total


@compiled
def entropy(scene: Scene, mass: float, weighted_log: float) -> float:
    """Bits left in a set of particles of total ``mass`` with ``weighted_log`` = sum of w log2 w."""
    return float(max(0.0, scene.setting[0] + np.log2(mass) - weighted_log / mass))


@compiled
def replaced(looks: tuple[int, int, int], stone: int, look: int) -> tuple[int, int, int]:
    """The looks of the stones after one of them changed."""
    return (look if stone == 0 else looks[0], look if stone == 1 else looks[1], look if stone == 2 else looks[2])


@compiled
def node_key(looks: tuple[int, int, int], moves: int, left: int, held: np.uint64, particles: np.uint64) -> np.uint64:
    """Number that identifies a node whatever path led to it; the order of the stones does not matter."""
    low, high = min(looks), max(looks)
    middle = looks[0] + looks[1] + looks[2] - low - high
    key = (
        particles ^ np.uint64(left * 32 + moves) * np.uint64(0x9E3779B97F4A7C15) ^ held * np.uint64(0xC2B2AE3D27D4EB4F)
    )
    key ^= np.uint64((low + 1) + 128 * (middle + 1) + 16384 * (high + 1)) * np.uint64(0x165667B19E3779F9)
    key ^= key >> np.uint64(29)
    key *= np.uint64(0xBF58476D1CE4E5B9)
    return np.uint64(key ^ key >> np.uint64(32))


@compiled
def signatures(
    graph: NDArray[np.int64],
    potion: NDArray[np.int64],
    row: NDArray[np.int64],
    vertex: NDArray[np.int64],
    held: np.uint64,
    label: NDArray[np.int64],
    after: NDArray[np.int64],
) -> NDArray[np.uint64]:
    """Hash of all that each hypothesis predicts for the stones and colours on the table, uint64 [K].

    Hypotheses with equal hashes give the same looks for every sequence of actions: one can stand for all of them.
    """
    result = np.zeros(len(graph), np.uint64)
    for k in range(len(graph)):
        reached = 0
        for stone in range(3):
            if vertex[k, stone] < 8:
                reached |= 1 << vertex[k, stone]
        done = 0
        while reached != done:
            for v in range(8):
                if reached & ~done & 1 << v:
                    done |= 1 << v
                    for c in range(6):
                        if held >> np.uint64(8 * c) & BYTE:
                            w = after[graph[k], v, potion[k, c]]
                            reached |= 1 << w
                            mixed = np.uint64((label[row[k], v] * 8 + c) * 128 + label[row[k], w] + 1)
                            mixed *= np.uint64(0x9E3779B97F4A7C15)
                            mixed ^= mixed >> np.uint64(29)
                            mixed *= np.uint64(0xBF58476D1CE4E5B9)
                            result[k] += mixed ^ mixed >> np.uint64(32)
    return result


@compiled
def look_ahead(
    scene: Scene, scratch: Scratch, depth: int, n: int, moves: int, looks: tuple[int, int, int], held: np.uint64
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Outcomes of all actions at a node, each valued without search.

    Returns number of outcomes int64 [18] (0: impossible, a repetition or, below the root, certain to
    change nothing), looks int64 [18, 12], then (mass, points,
    bonus, upper bound of the points) float64 [18, 12, 4] of each outcome, and (estimate, upper bound of the points)
    float64 [18, 2] of each action.
    """
    number = np.zeros(ACTIONS, np.int64)
    look = np.empty((ACTIONS, OUTCOMES), np.int64)
    outcome = np.empty((ACTIONS, OUTCOMES, 4))
    logs = np.empty(OUTCOMES)
    estimate = np.full((ACTIONS, 2), -1e9)
    own = np.empty(n, np.uint64)  # potions held in each particle's latent types
    idle = np.empty(n, np.int64)  # score of wasting a step
    spare = np.empty(n, np.uint64)  # potions that nothing is lost by wasting as well
    for j in range(n):
        k = scratch.ids[depth, j]
        own[j] = 0
        for c in range(6):
            own[j] |= (held >> np.uint64(8 * c) & BYTE) << np.uint64(8 * scene.potion[k, c])
        at = scratch.vertex[depth, j]
        idle[j], spare[j] = known_score(scene, scene.graph[k], at[0], at[1], at[2], own[j], moves - 1)
    for action in range(ACTIONS):
        i, c = action // 6, action % 6
        if looks[i] < 0 or not held >> np.uint64(8 * c) & BYTE:
            continue
        if (i > 0 and looks[0] == looks[i]) or (i == 2 and looks[1] == looks[2]):
            continue
        used = 0
        effect = False
        scratch.tally[0] += n
        for j in range(n):
            k = scratch.ids[depth, j]
            graph, potion, weight = scene.graph[k], scene.potion[k, c], scene.weight[k]
            before = scratch.vertex[depth, j, i]
            after = scene.after[graph, before, potion]
            effect |= after != before
            if after == before and spare[j] >> np.uint64(8 * potion) & BYTE:
                score = idle[j]
            else:
                rest = own[j] - (ONE << np.uint64(8 * potion))
                others = scratch.vertex[depth, j, (i + 1) % 3], scratch.vertex[depth, j, (i + 2) % 3]
                score, _ = known_score(scene, graph, after, others[0], others[1], rest, moves - 1)
            paid = (score + 63) >> 6
            seen = scene.label[scene.row[k], after]
            o = 0
            while o < used and look[action, o] != seen:
                o += 1
            if o == used:
                used += 1
                look[action, o] = seen
                outcome[action, o, 0] = 0.0
                outcome[action, o, 1] = 0.0
                logs[o] = 0.0
            outcome[action, o, 0] += weight
            outcome[action, o, 1] += weight * (paid - SMALL * (64 * paid - score + 1))
            logs[o] += weight * np.log2(weight)
        if not effect and depth > 0:
            continue
        number[action] = used
        mass, upper, worth = 0.0, 0.0, 0.0
        for o in range(used):
            part = outcome[action, o, 0]
            bound = outcome[action, o, 1] / part
            bits = entropy(scene, part, logs[o])
            now = cash(scene, replaced(looks, i, look[action, o]), moves - 1) - SMALL
            points = bound - max(0.0, bound - now) * min(1.0, scene.setting[1] * bits)
            bonus = -scene.setting[3] * bits
            if now - scene.setting[2] * bits > points + bonus:
                points, bonus = now, -scene.setting[2] * bits
            outcome[action, o, 1], outcome[action, o, 2], outcome[action, o, 3] = points, bonus, bound
            mass += part
            upper += part * bound
            worth += part * (points + bonus)
        if effect:
            estimate[action, 0], estimate[action, 1] = worth / mass, upper / mass
    return number, look, outcome, estimate


@compiled
def descend(
    scene: Scene, scratch: Scratch, depth: int, n: int, stone: int, colour: int, look: int
) -> tuple[int, np.uint64]:
    """Fill the next depth with the particles for which this action gives this look; their number and key."""
    count = 0
    key = np.uint64(0)
    for j in range(n):
        k = scratch.ids[depth, j]
        after = scene.after[scene.graph[k], scratch.vertex[depth, j, stone], scene.potion[k, colour]]
        if scene.label[scene.row[k], after] == look:
            scratch.ids[depth + 1, count] = k
            for x in range(3):
                scratch.vertex[depth + 1, count, x] = scratch.vertex[depth, j, x]
            scratch.vertex[depth + 1, count, stone] = after
            key ^= scene.mark[k]
            count += 1
    return count, key


@compiled
def search(
    scene: Scene,
    scratch: Scratch,
    depth: int,
    n: int,
    moves: int,
    left: int,
    looks: tuple[int, int, int],
    held: np.uint64,
    particles: np.uint64,
) -> tuple[float, float]:
    """Expected (points, bonus) from a node whose ``n`` particles are row ``depth`` of the scratch arrays.

    ``left`` is how many more potions are searched. The play that it values maximises points + bonus.
    """
    mass, weighted_log = 0.0, 0.0
    for j in range(n):
        weight = scene.weight[scratch.ids[depth, j]]
        mass += weight
        weighted_log += weight * np.log2(weight)
    points, bonus = cash(scene, looks, moves), -scene.setting[2] * entropy(scene, mass, weighted_log)
    if held == 0 or moves < 2 or scratch.tally[0] > scratch.tally[1]:
        return points, bonus
    key = node_key(looks, moves, left, held, particles)
    slot = np.int64(key & np.uint64(scratch.keys.shape[0] - 1))
    if depth > 0 and scratch.keys[slot] == key:
        return scratch.memo[slot, 0], scratch.memo[slot, 1]
    number, look, outcome, estimate = look_ahead(scene, scratch, depth, n, moves, looks, held)
    for action in np.argsort(-estimate[:, 0]):
        if number[action] == 0:
            continue
        searched = estimate[action, 1] > points + bonus  # else it cannot be better, whatever is behind it
        if not searched and depth > 0:
            continue
        i, c = action // 6, action % 6
        rest = held - (ONE << np.uint64(8 * c))
        action_points, action_bonus, hope = 0.0, 0.0, estimate[action, 1] * mass
        for o in range(number[action]):
            part, child_points, child_bonus, bound = outcome[action, o]
            if searched and left > 1:
                count, child_key = descend(scene, scratch, depth, n, i, c, look[action, o])
                if count > 1:
                    seen = replaced(looks, i, look[action, o])
                    child_points, child_bonus = search(
                        scene, scratch, depth + 1, count, moves - 1, left - 1, seen, rest, child_key
                    )
                    child_points -= SMALL
            elif searched:
                scratch.tally[2] += 1
            action_points += part * child_points
            action_bonus += part * child_bonus
            hope -= part * (bound - child_points - child_bonus)
            if depth > 0 and hope <= (points + bonus) * mass:
                searched = False
                break
        action_points /= mass
        action_bonus /= mass
        if not searched:  # only estimated, and too hopefully where the estimate is higher than what was searched
            action_points -= max(0.0, action_points + action_bonus - points - bonus) + SMALL
        if depth == 0:
            scratch.root[action, 0], scratch.root[action, 1] = action_points, action_bonus
        if searched and action_points + action_bonus > points + bonus:
            points, bonus = action_points, action_bonus
    if depth > 0:
        scratch.keys[slot] = key
        scratch.memo[slot, 0], scratch.memo[slot, 1] = points, bonus
    return points, bonus
