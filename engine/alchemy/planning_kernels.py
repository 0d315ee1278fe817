"""Compiled inner loops of the planner; importing this module imports numba (the engine process only)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile with numba and keep the machine code on disk, so that only the first use on a machine pays for it."""
    return cast(F, numba.njit(cache=True, nogil=True)(function))


class Scene(NamedTuple):
    """The hypotheses of one search and everything constant during it.

    ``graph`` int64 [K]; ``potion`` int64 [K, 6] latent potion of each colour; ``row`` int64 [K] (stone map, rotation) row of
    ``label``; ``weight`` float64 [K]; ``mark`` uint64 [K] random words that identify sets of hypotheses; ``label`` int64
    [32, 9] what vertex looks like: 4 * appearance code + place of its indicator, -1 gone; ``pay`` float64 [4] reward by place
    of the indicator; then the fields of ``planning_tables.Options``.
    """

    graph: NDArray[np.int64]
    potion: NDArray[np.int64]
    row: NDArray[np.int64]
    weight: NDArray[np.float64]
    mark: NDArray[np.uint64]
    label: NDArray[np.int64]
    pay: NDArray[np.float64]
    count: NDArray[np.int64]
    score: NDArray[np.int64]
    need: NDArray[np.uint64]
    cost: NDArray[np.int64]
    after: NDArray[np.int64]
    coef: NDArray[np.float64]


class Scratch(NamedTuple):
    """Work space: particles and vertices of the node at each depth, transpositions, counters."""

    ids: NDArray[np.int64]
    vertex: NDArray[np.int64]
    keys: NDArray[np.uint64]
    memo: NDArray[np.float64]
    spent: NDArray[np.int64]
    root: NDArray[np.float64]
    bound: NDArray[np.float64]


@compiled
def known_score(scene, graph, a, b, c, held, moves):
    high = np.uint64(0x808080808080)
    best = np.int64(0)
    score, need, cost, count = scene.score, scene.need, scene.cost, scene.count
    top_b, top_c = score[graph, b, 0], score[graph, c, 0]
    for x in range(count[graph, a]):
        sx = score[graph, a, x]
        if sx + top_b + top_c <= best:
            break
        left_a = (held | high) - need[graph, a, x]
        if left_a & high != high:
            continue
        left_a ^= high
        for y in range(count[graph, b]):
            sy = sx + score[graph, b, y]
            if sy + top_c <= best:
                break
            left_b = (left_a | high) - need[graph, b, y]
            if left_b & high != high:
                continue
            left_b ^= high
            for z in range(count[graph, c]):
                sz = sy + score[graph, c, z]
                if sz <= best:
                    break
                if ((left_b | high) - need[graph, c, z]) & high != high:
                    continue
                if moves < 15 and cost[graph, a, x] + cost[graph, b, y] + cost[graph, c, z] > moves:
                    continue
                best = sz
                break
    return best


@compiled
def cash(scene, l0, l1, l2, moves):
    total, paying = 0.0, 0
    least = 100.0
    for label in (l0, l1, l2):
        if label >= 0 and scene.pay[label & 3] > 0:
            total += scene.pay[label & 3]
            least = min(least, scene.pay[label & 3])
            paying += 1
    if paying > moves:  # so few steps are left that not even these can all be cashed
        total = 0.0
        for _ in range(moves):
            top = 0.0
            for label in (l0, l1, l2):
                if label >= 0:
                    top = max(top, scene.pay[label & 3])
            total += top  # stones of equal value first; exact for one step, an upper bound for two
    return total


EPS = 1e-6


@compiled
def leaf_value(scene, upper, stop, mass, wlog):
    bits = max(0.0, scene.coef[0] + np.log2(mass) - wlog / mass)
    value = upper - (upper - stop) * min(1.0, scene.coef[1] * bits) - scene.coef[3] * bits
    return max(stop - scene.coef[2] * bits, value)


@compiled
def search(scene, scratch, depth, n, moves, left, l0, l1, l2, held, key):
    """Expected points from here; the particles of the node are row ``depth`` of the scratch arrays."""
    ids, vertex = scratch.ids, scratch.vertex
    mass = 0.0
    wlog = 0.0
    for j in range(n):
        w = scene.weight[ids[depth, j]]
        mass += w
        wlog += w * np.log2(w)
    bits = max(0.0, scene.coef[0] + np.log2(mass) - wlog / mass)
    stop = cash(scene, l0, l1, l2, moves) - scene.coef[2] * bits
    best = stop
    if held == 0 or moves < 2:
        return best
    labels = (l0, l1, l2)
    slot = 0
    if depth > 0:
        kk = key ^ (np.uint64(left * 31 + moves) * np.uint64(0x9E3779B97F4A7C15)) ^ (held * np.uint64(0xC2B2AE3D27D4EB4F))
        a, b, c = min(l0, l1, l2), 0, max(l0, l1, l2)
        b = l0 + l1 + l2 - a - c
        kk ^= np.uint64((a + 1) + 128 * (b + 1) + 16384 * (c + 1)) * np.uint64(0x165667B19E3779F9)
        kk ^= kk >> np.uint64(29)
        kk *= np.uint64(0xBF58476D1CE4E5B9)
        kk ^= kk >> np.uint64(32)
        slot = np.int64(kk & np.uint64(scratch.keys.shape[0] - 1))
        if scratch.keys[slot] == kk:
            return scratch.memo[slot]
    else:
        kk = np.uint64(0)
    out_label = np.empty((18, 12), np.int64)
    out_mass = np.empty((18, 12))
    out_value = np.empty((18, 12))
    out_log = np.empty((18, 12))
    outs = np.zeros(18, np.int64)
    upper = np.full(18, -1e9)
    q = np.full(18, -1e9)
    heldp = np.empty(n, np.uint64)
    for j in range(n):
        k = ids[depth, j]
        h = np.uint64(0)
        for c in range(6):
            h |= (held >> np.uint64(8 * c) & np.uint64(255)) << np.uint64(8 * scene.potion[k, c])
        heldp[j] = h
    for i in range(3):
        if labels[i] < 0 or (i > 0 and labels[0] == labels[i]) or (i == 2 and labels[1] == labels[2]):
            continue
        o1, o2 = (i + 1) % 3, (i + 2) % 3
        for c in range(6):
            if not held >> np.uint64(8 * c) & np.uint64(255):
                continue
            action = 6 * i + c
            total = 0.0
            used = 0
            effect = False
            for j in range(n):
                k = ids[depth, j]
                g = scene.graph[k]
                p = scene.potion[k, c]
                v = vertex[depth, j, i]
                nv = scene.after[g, v, p]
                if nv != v:
                    effect = True
                s = known_score(scene, g, nv, vertex[depth, j, o1], vertex[depth, j, o2], heldp[j] - (np.uint64(1) << np.uint64(8 * p)), moves - 1)
                value = np.float64((s + 63) >> 6)
                value -= EPS * (64 * value - s + 1)
                w = scene.weight[k]
                lab = scene.label[scene.row[k], nv]
                o = 0
                while o < used and out_label[action, o] != lab:
                    o += 1
                if o == used:
                    used += 1
                    out_label[action, o] = lab
                    out_mass[action, o] = 0.0
                    out_value[action, o] = 0.0
                    out_log[action, o] = 0.0
                out_log[action, o] += w * np.log2(w)
                out_mass[action, o] += w
                out_value[action, o] += w * value
                total += w * value
            scratch.spent[0] += n
            if effect:
                upper[action] = total / mass
                outs[action] = used
                est = 0.0
                for o in range(used):
                    lab = out_label[action, o]
                    pay = cash(scene, lab if i == 0 else l0, lab if i == 1 else l1, lab if i == 2 else l2, moves - 1)
                    out_value[action, o] = leaf_value(scene, out_value[action, o] / out_mass[action, o], pay, out_mass[action, o], out_log[action, o])
                    est += out_value[action, o] * out_mass[action, o]
                q[action] = est / mass
            else:
                q[action] = -1e8
    if depth == 0:
        scratch.bound[:] = q
    order = np.argsort(-q)
    for place in range(18):
        action = order[place]
        if q[action] < -1e7 or (q[action] <= best - scene.coef[4] and depth > 0):
            break
        if upper[action] <= best and depth > 0:
            continue
        i, c = action // 6, action % 6
        value = 0.0
        nheld = held - (np.uint64(1) << np.uint64(8 * c))
        for o in range(outs[action]):
            lab = out_label[action, o]
            m0 = lab if i == 0 else l0
            m1 = lab if i == 1 else l1
            m2 = lab if i == 2 else l2
            if left > 1:
                count = 0
                nkey = np.uint64(0)
                for j in range(n):
                    k = ids[depth, j]
                    nv = scene.after[scene.graph[k], vertex[depth, j, i], scene.potion[k, c]]
                    if scene.label[scene.row[k], nv] == lab:
                        ids[depth + 1, count] = k
                        for x in range(3):
                            vertex[depth + 1, count, x] = vertex[depth, j, x]
                        vertex[depth + 1, count, i] = nv
                        nkey ^= scene.mark[k]
                        count += 1
                if count == 1:
                    child = out_value[action, o]
                else:
                    child = search(scene, scratch, depth + 1, count, moves - 1, left - 1, m0, m1, m2, nheld, nkey) - EPS
            else:
                child = out_value[action, o]
            value += child * out_mass[action, o]
        value /= mass
        if depth == 0:
            scratch.root[action] = value
        best = max(best, value)
    if depth > 0:
        scratch.keys[slot] = kk
        scratch.memo[slot] = best
    return best
