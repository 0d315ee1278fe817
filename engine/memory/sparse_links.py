"""Sparse temporal links of the SDNC [Rae et al. 2016, D], kept as one sparse matrix seen by rows and by columns.

L(i, j) is how strongly word i was written right after word j. Definition of a step, with p the precedence:

    L(i, j) <- (1 - w^W(i) - d w^W(j)) L(i, j) + w^W(i) p(j) for i != j,  then the K_L largest of each row, then of
    each column;   p <- (1 - sum w^W) p + w^W, then the K_L largest;   f = L w^R_{t-1},  b = L^T w^R_{t-1}

with d = 1 in the exact variant (the dense DNC where K_L reaches the number of slots) and d = 0 as published (its two
recursions, eq 19 and 20, are each other's transpose). The cost is O(|S| K_L^2), S being the words written.
No gradient passes through the links, as published; the read modes learn from f and b as constants.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.memory.compiled import inner, kernel
from engine.memory.sparse_access import Tape
from engine.memory.sparse_index import keep_best
from engine.memory.sparse_memory import Links

Array = NDArray[Any]
Slots = NDArray[np.int32]


@inner
def find(row: Slots, key: int) -> int:
    """Place of ``key`` in a short row, -1 if absent."""
    for e in range(row.shape[0]):
        if row[e] == key:
            return e
    return -1


@inner
def remove(row: Slots, values: Array, key: int) -> None:
    """Delete an entry that is there."""
    place = find(row, key)
    row[place] = 0
    values[place] = 0


@inner
def smallest(row: Slots, values: Array) -> int:
    """A free place, else the place of the smallest value."""
    best = 0
    for e in range(row.shape[0]):
        if row[e] == 0:
            return e
        if values[e] < values[best]:
            best = e
    return best


@inner
def scale(links: Links, b: int, i: int, j: int, factor: float) -> None:
    """Multiply entry (i, j) in both views; an entry that vanishes is deleted."""
    before, after = links.before[b, i], links.after[b, j]
    place, other = find(before, j + 1), find(after, i + 1)
    value = links.before_value[b, i, place] * factor
    if value > 0:
        links.before_value[b, i, place] = links.after_value[b, j, other] = value
    else:
        remove(before, links.before_value[b, i], j + 1)
        remove(after, links.after_value[b, j], i + 1)


@inner
def insert_link(links: Links, b: int, i: int, j: int, value: float) -> None:
    """Enter a new link into row i if it is among the largest there; the column follows in ``settle``."""
    before, values = links.before[b, i], links.before_value[b, i]
    place = smallest(before, values)
    if before[place] and values[place] >= value:
        return
    if before[place]:
        gone = before[place] - 1
        if find(links.after[b, gone], i + 1) >= 0:
            remove(links.after[b, gone], links.after_value[b, gone], i + 1)
    before[place] = j + 1
    values[place] = value


@inner
def settle(links: Links, b: int, i: int) -> None:
    """Enter the new links of row i into their columns, or drop them where the column holds larger ones."""
    before, values = links.before[b, i], links.before_value[b, i]
    for e in range(before.shape[0]):
        j = before[e] - 1
        if j < 0 or find(links.after[b, j], i + 1) >= 0:
            continue
        after, column = links.after[b, j], links.after_value[b, j]
        place = smallest(after, column)
        if after[place] and column[place] >= values[e]:
            before[e] = 0
            values[e] = 0
            continue
        if after[place]:
            gone = after[place] - 1
            remove(links.before[b, gone], links.before_value[b, gone], j + 1)
        after[place] = i + 1
        column[place] = values[e]


@kernel
def update_links(links: Links, b: int, slots: Slots, weights: Array, exact: bool) -> None:
    """One step of links and precedence, given the words written: ``slots`` [S] (-1 none), ``weights`` [S]."""
    written, weight = np.empty_like(slots), np.zeros_like(weights)  # each word once
    count = 0
    total = 0.0
    for s in range(slots.shape[0]):
        if slots[s] < 0 or weights[s] <= 0:
            continue
        total += weights[s]
        place = find(written[:count], slots[s])
        if place < 0:
            place = count
            written[place] = slots[s]
            count += 1
        weight[place] += weights[s]
    precedence, value = links.precedence[b], links.precedence_value[b]
    for s in range(count):
        i = written[s]
        for e in range(links.before.shape[2]):
            j = links.before[b, i, e] - 1
            if j >= 0:
                earlier = find(written[:count], j) if exact else -1
                scale(links, b, i, j, 1 - weight[s] - (weight[earlier] if earlier >= 0 else 0.0))
        if exact:
            for e in range(links.after.shape[2]):
                later = links.after[b, i, e] - 1
                if later >= 0 and find(written[:count], later) < 0:
                    scale(links, b, later, i, 1 - weight[s])
    for s in range(count):
        i = written[s]
        for e in range(precedence.shape[0]):
            j = precedence[e] - 1
            if j >= 0 and j != i:
                place = find(links.before[b, i], j + 1)
                if place >= 0:
                    links.before_value[b, i, place] += weight[s] * value[e]
                    links.after_value[b, j, find(links.after[b, j], i + 1)] += weight[s] * value[e]
    for s in range(count):
        for e in range(precedence.shape[0]):
            j = precedence[e] - 1
            if j >= 0 and j != written[s] and find(links.before[b, written[s]], j + 1) < 0:
                insert_link(links, b, written[s], j, weight[s] * value[e])
    for s in range(count):
        settle(links, b, written[s])
    slots_best, value_best = np.zeros_like(precedence), np.zeros_like(value)
    for e in range(precedence.shape[0]):
        if precedence[e] and find(written[:count], precedence[e] - 1) < 0:
            keep_best(slots_best, value_best, precedence[e], (1 - total) * value[e])
    for s in range(count):
        place = find(precedence, written[s] + 1)
        old = (1 - total) * value[place] if place >= 0 else 0.0
        keep_best(slots_best, value_best, written[s] + 1, old + weight[s])
    for e in range(precedence.shape[0]):
        precedence[e], value[e] = slots_best[e], value_best[e]


@inner
def read_links(links: Links, tape: Tape, t: int, b: int, modes: Array) -> None:
    """Mix content, forward and backward weights by ``modes`` pi [3 H] and keep the K largest, not renormalised.

    Fills read_slots, read_weights, linked and place of the tape.
    """
    heads, k = tape.content_slots.shape[2], tape.content_slots.shape[3]
    room = k + 2 * k * links.before.shape[2]
    union = np.empty(room, np.int32)
    best = np.empty(k, np.int32)
    for h in range(heads):
        parts = np.zeros((room, 3), tape.read_weights.dtype)
        count = 0
        for e in range(k):
            slot = tape.content_slots[t, b, h, e]
            if slot >= 0:
                union[count] = slot
                parts[count, 0] = tape.content_weights[t, b, h, e]
                count += 1
                links.mark[slot] = count
        contents = count
        for e in range(k):
            slot, weight = tape.read_slots[t, b, h, e], tape.read_weights[t, b, h, e]
            if slot < 0:
                continue
            for way in range(2):
                row = links.after[b, slot] if way == 0 else links.before[b, slot]
                values = links.after_value[b, slot] if way == 0 else links.before_value[b, slot]
                for j in range(row.shape[0]):
                    if row[j]:
                        place = links.mark[row[j] - 1]
                        if place == 0:
                            union[count] = row[j] - 1
                            count += 1
                            place = links.mark[row[j] - 1] = count
                        parts[place - 1, 1 + way] += weight * values[j]
        slots, weights = tape.read_slots[t + 1, b, h], tape.read_weights[t + 1, b, h]
        for e in range(k):
            best[e] = -1
            weights[e] = 0
        pi = modes[3 * h : 3 * h + 3]
        for e in range(count):
            links.mark[union[e]] = 0
            keep_best(best, weights, e, pi[0] * parts[e, 0] + pi[1] * parts[e, 1] + pi[2] * parts[e, 2])
        for e in range(k):
            slots[e] = tape.place[t, b, h, e] = -1
            if best[e] >= 0:
                slots[e] = union[best[e]]
                tape.linked[t, b, h, e, 0] = parts[best[e], 1]
                tape.linked[t, b, h, e, 1] = parts[best[e], 2]
                if best[e] < contents:
                    tape.place[t, b, h, e] = best[e]
