"""Sparse write, read and their reversal for one batch element and one step [Rae et al. 2016, 3.1-3.4, A].

Symbols: H read heads, V writers (SAM: one per head; SDNC: one for all), R = H / V heads a writer follows, K words a
head reads, W word size, S = V + H K words a step writes. ``p`` is the controller's output of this step, activated:
queries q [H, W], add vectors a [V, W], strengths beta [H], write gates alpha [V], interpolation gates gamma [V] and,
with links, read modes pi [H, 3] (content, forward, backward).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.memory.compiled import inner, kernel
from engine.memory.sparse_index import keep_best, similarity
from engine.memory.sparse_memory import (
    TOUCHED,
    Memory,
    access,
    add_scaled,
    assign,
    fill,
    inverse_norm,
    refresh,
    take_oldest,
    undo_access,
)

DELTA = 0.005  # accesses with a smaller weight do not count as use [Rae et al. 2016, 3.2]
BLOCK = 128  # rows whose similarities are compared with the K-th best at once

Array = NDArray[Any]


class Tape(NamedTuple):
    """All that the backward pass needs to know of T steps; nothing in it depends on the number of slots.

    ``slots`` int32 [T, B, S] words written (the V least recently accessed ones, then the previously read ones; -1
    none), ``rows`` [T, B, S, W] what they held before; ``moves`` int32 [T, B, V + 2 H K, 2]
    and ``moved`` [T, B] accesses as (slot, old neighbour); ``read_slots`` int32 and ``read_weights`` [T + 1, B, H, K],
    row 0 from before the first step; ``content_slots``, ``content_weights``, ``cosines`` [T, B, H, K] (content look-up;
    without links the first two are views of the reads). With links only: ``linked`` [T, B, H, K, 2] forward and
    backward weight of each word read, ``place`` int32 [T, B, H, K] its place among the content words (-1 none).
    """

    slots: NDArray[np.int32]
    rows: Array
    moves: NDArray[np.int32]
    moved: NDArray[np.int32]
    read_slots: NDArray[np.int32]
    read_weights: Array
    content_slots: NDArray[np.int32]
    content_weights: Array
    cosines: Array
    linked: Array
    place: NDArray[np.int32]


def empty_tape(steps: int, batch: int, heads: int, writers: int, k: int, word: int, links: bool, dtype: Any) -> Tape:
    """Room for ``steps`` steps; the sizes are those of the module's symbols."""
    writes = writers + heads * k
    reads = (steps + 1, batch, heads, k)
    read_slots, read_weights = np.full(reads, -1, np.int32), np.zeros(reads, dtype)
    content = (steps, batch, heads, k)
    return Tape(
        slots=np.empty((steps, batch, writes), np.int32),
        rows=np.empty((steps, batch, writes, word), dtype),
        moves=np.empty((steps, batch, writes + heads * k, 2), np.int32),
        moved=np.zeros((steps, batch), np.int32),
        read_slots=read_slots,
        read_weights=read_weights,
        content_slots=np.empty(content, np.int32) if links else read_slots[1:],
        content_weights=np.empty(content, dtype) if links else read_weights[1:],
        cosines=np.empty(content, dtype),
        linked=np.empty((*content, 2) if links else (0, 0, 0, 0, 2), dtype),
        place=np.empty(content if links else (0, 0, 0, 0), np.int32),
    )


@inner
def write(memory: Memory, tape: Tape, t: int, b: int, p: Array, heads: int, writers: int, written: Array) -> None:
    """M_t = M_{t-1} with the least recently accessed words cleared, then w^W a added [eq 3, 5].

    Fills ``written`` [S] with the weights of ``tape.slots[t, b]``. Old rows go to the tape before any is changed.
    """
    words = memory.words[b]
    slots = tape.slots[t, b]
    size = words.shape[1]
    reads = tape.read_slots.shape[3] * heads
    each = reads // writers
    follow = written.dtype.type(writers / heads)
    adds = heads * size
    gates = adds + writers * size + heads
    moved = 0
    for v in range(writers):
        slot, before = take_oldest(memory.ring, b)
        slots[v] = slot
        tape.moves[t, b, moved, 0], tape.moves[t, b, moved, 1] = slot, before
        moved += 1
    previous, weights = tape.read_slots[t, b].ravel(), tape.read_weights[t, b].ravel()
    for j in range(reads):
        slots[writers + j] = previous[j]
    for s in range(slots.shape[0]):
        if slots[s] >= 0:
            assign(tape.rows[t, b, s], words[slots[s]])
    for v in range(writers):
        fill(words[slots[v]], 0.0)
    for v in range(writers):
        a = p[adds + v * size : adds + (v + 1) * size]
        alpha, gamma = p[gates + v], p[gates + writers + v]
        written[v] = alpha * (1 - gamma)
        add_scaled(words[slots[v]], written[v], a)
        for j in range(v * each, (v + 1) * each):
            written[writers + j] = alpha * gamma * follow * weights[j]
            if previous[j] >= 0:
                add_scaled(words[previous[j]], written[writers + j], a)
    for s in range(slots.shape[0]):
        if slots[s] >= 0:
            refresh(memory, b, int(slots[s]))
    for j in range(reads):
        if written[writers + j] > DELTA:
            tape.moves[t, b, moved, 0], tape.moves[t, b, moved, 1] = (
                previous[j],
                access(memory.ring, b, int(previous[j])),
            )
            moved += 1
    tape.moved[t, b] = moved


@kernel
def nearest(words: Array, inverse: Array, rows: int, queries: Array, slots: NDArray[np.int32], scores: Array) -> None:
    """The K of the first ``rows`` words most similar to each query, exactly: fills ``slots``, ``scores`` [H, K].

    queries [H, W]; scores are q . M(i) / |M(i)|, best first, earlier word first among equals; -1 and -inf where there
    are fewer than K words. Only blocks whose best word beats the K-th best so far are looked at word by word.
    """
    heads, k = slots.shape
    for h in range(heads):
        for i in range(k):
            slots[h, i] = -1
            scores[h, i] = -np.inf
    block = np.empty((heads, BLOCK), words.dtype)
    for start in range(0, rows, BLOCK):
        size = min(BLOCK, rows - start)
        fours = heads - heads % 4
        for h in range(0, fours, 4):
            four_products(words, start, size, queries[h : h + 4], block[h : h + 4])
        for h in range(fours, heads, 2):
            inner_products(words, start, size, queries[h], queries[min(h + 1, heads - 1)], block, h)
        for h in range(heads):
            best = words.dtype.type(-np.inf)
            for i in range(size):
                block[h, i] *= inverse[start + i]
                best = max(best, block[h, i])
            if best > scores[h, k - 1]:
                for i in range(size):
                    keep_best(slots[h], scores[h], start + i, block[h, i])


@inner
def four_products(words: Array, start: int, size: int, queries: Array, out: Array) -> None:
    """Rows start.. of words with four ``queries`` [4, W], into ``out`` [4, BLOCK].

    Eight sums at a time, as below, but each row is loaded only once: 1.6 times as fast for four heads.
    """
    query_a, query_b, query_c, query_d = queries[0], queries[1], queries[2], queries[3]
    whole = size - size % 2
    for i in range(0, whole, 2):
        first, second = words[start + i], words[start + i + 1]
        a0 = a1 = b0 = b1 = c0 = c1 = d0 = d1 = words.dtype.type(0)
        for j in range(first.shape[0]):
            w0, w1 = first[j], second[j]
            a0, a1 = a0 + query_a[j] * w0, a1 + query_a[j] * w1
            b0, b1 = b0 + query_b[j] * w0, b1 + query_b[j] * w1
            c0, c1 = c0 + query_c[j] * w0, c1 + query_c[j] * w1
            d0, d1 = d0 + query_d[j] * w0, d1 + query_d[j] * w1
        out[0, i], out[1, i], out[2, i], out[3, i] = a0, b0, c0, d0
        out[0, i + 1], out[1, i + 1], out[2, i + 1], out[3, i + 1] = a1, b1, c1, d1
    if whole < size:
        for h in range(4):
            out[h, whole] = similarity(words[start + whole], queries[h])


@inner
def inner_products(words: Array, start: int, size: int, query: Array, other: Array, out: Array, h: int) -> None:
    """Rows start.. of words with two queries, into rows h and h + 1 (if there is one) of ``out`` [H, BLOCK].

    Eight sums at a time: each row is loaded once for both queries, each query once for four rows.
    """
    last = min(h + 1, out.shape[0] - 1)
    whole = size - size % 4
    for i in range(0, whole, 4):
        row = start + i
        a0 = a1 = a2 = a3 = b0 = b1 = b2 = b3 = words.dtype.type(0)
        for j in range(query.shape[0]):
            w0, w1, w2, w3 = words[row, j], words[row + 1, j], words[row + 2, j], words[row + 3, j]
            a0, a1, a2, a3 = a0 + query[j] * w0, a1 + query[j] * w1, a2 + query[j] * w2, a3 + query[j] * w3
            b0, b1, b2, b3 = b0 + other[j] * w0, b1 + other[j] * w1, b2 + other[j] * w2, b3 + other[j] * w3
        out[last, i], out[last, i + 1], out[last, i + 2], out[last, i + 3] = b0, b1, b2, b3
        out[h, i], out[h, i + 1], out[h, i + 2], out[h, i + 3] = a0, a1, a2, a3
    for i in range(whole, size):
        out[last, i] = similarity(words[start + i], other)
        out[h, i] = similarity(words[start + i], query)


@inner
def content(memory: Memory, tape: Tape, t: int, b: int, p: Array, heads: int) -> None:
    """w~ = softmax over the K nearest words of beta cos(q, M(i)) [eq 2, 4]; the slots are already in the tape."""
    size = memory.words.shape[2]
    strengths = (heads + tape.slots.shape[2] - heads * tape.read_slots.shape[3]) * size  # H + V vectors
    for h in range(heads):
        inverse_query = inverse_norm(p[h * size : (h + 1) * size])
        slots, weights, cosines = tape.content_slots[t, b, h], tape.content_weights[t, b, h], tape.cosines[t, b, h]
        beta = p[strengths + h]
        total = weights.dtype.type(0)
        for k in range(slots.shape[0]):
            weights[k] = 0
            if slots[k] >= 0:
                cosines[k] *= inverse_query
                weights[k] = math.exp(beta * (cosines[k] - cosines[0]))  # best first, so the largest exponent is 0
                total += weights[k]
            else:
                cosines[k] = 0
        for k in range(slots.shape[0]):
            if slots[k] >= 0:
                weights[k] /= total


@inner
def read(memory: Memory, tape: Tape, t: int, b: int, out: Array) -> None:
    """Reads r = sum_k w~(s_k) M(s_k) [eq 4] into ``out`` [H, W]; words read with more than delta become recent."""
    moved = tape.moved[t, b]
    for h in range(out.shape[0]):
        fill(out[h], 0.0)
        slots, weights = tape.read_slots[t + 1, b, h], tape.read_weights[t + 1, b, h]
        for k in range(slots.shape[0]):
            slot = slots[k]
            if slot >= 0:
                add_scaled(out[h], weights[k], memory.words[b, slot])
                if weights[k] > DELTA:
                    tape.moves[t, b, moved, 0], tape.moves[t, b, moved, 1] = slot, access(memory.ring, b, int(slot))
                    moved += 1
    tape.moved[t, b] = moved


@inner
def read_backward(
    memory: Memory, tape: Tape, t: int, b: int, p: Array, dp: Array, dread: Array, dweights: Array, heads: int
) -> None:
    """Gradient of the read while memory holds M_t: adds to dL/dM and writes dq, dbeta, dpi into ``dp``.

    dread [H, W] is dL/dr_t; dweights [H, K] is what the next step's write sends to w^R_t. Strength and mode
    gradients are with respect to the values before their activation.
    """
    words, gradient, inverse = memory.words[b], memory.gradient[b], memory.inverse[b]
    size, k = words.shape[1], tape.read_slots.shape[3]
    writers = tape.slots.shape[2] - heads * k
    strengths = (heads + writers) * size
    modes = strengths + heads + 2 * writers
    has_links = tape.place.size > 0
    dcontent = np.empty(k, words.dtype)
    for h in range(heads):
        query, dquery = p[h * size : (h + 1) * size], dp[h * size : (h + 1) * size]
        fill(dquery, 0.0)
        fill(dcontent, 0.0)
        slots, weights = tape.read_slots[t + 1, b, h], tape.read_weights[t + 1, b, h]
        dmode_0, dmode_1, dmode_2 = words.dtype.type(0), words.dtype.type(0), words.dtype.type(0)
        for i in range(k):
            if slots[i] < 0:
                continue
            dweight = dweights[h, i]
            for j in range(size):
                dweight += words[slots[i], j] * dread[h, j]
            add_scaled(gradient[slots[i]], weights[i], dread[h])
            if has_links:
                place = tape.place[t, b, h, i]
                if place >= 0:
                    dcontent[place] = p[modes + 3 * h] * dweight
                    dmode_0 += tape.content_weights[t, b, h, place] * dweight
                dmode_1 += tape.linked[t, b, h, i, 0] * dweight
                dmode_2 += tape.linked[t, b, h, i, 1] * dweight
            else:
                dcontent[i] = dweight
        if has_links:
            pi = p[modes + 3 * h : modes + 3 * h + 3]
            mean = pi[0] * dmode_0 + pi[1] * dmode_1 + pi[2] * dmode_2
            dp[modes + 3 * h] = pi[0] * (dmode_0 - mean)
            dp[modes + 3 * h + 1] = pi[1] * (dmode_1 - mean)
            dp[modes + 3 * h + 2] = pi[2] * (dmode_2 - mean)
        slots, weights, cosines = tape.content_slots[t, b, h], tape.content_weights[t, b, h], tape.cosines[t, b, h]
        mean = words.dtype.type(0)
        for i in range(k):
            mean += weights[i] * dcontent[i]
        beta = p[strengths + h]
        dbeta = words.dtype.type(0)
        inverse_query = inverse_norm(query)
        for i in range(k):
            if slots[i] < 0:
                continue
            dscore = weights[i] * (dcontent[i] - mean)
            dbeta += dscore * cosines[i]
            row, scale = words[slots[i]], inverse[slots[i]]
            if scale == 0 or inverse_query == 0:
                continue
            e = beta * dscore
            both, query_part = e * inverse_query * scale, e * cosines[i] * inverse_query * inverse_query
            row_part = e * cosines[i] * scale * scale
            drow = gradient[slots[i]]
            for j in range(size):
                dquery[j] += both * row[j] - query_part * query[j]
                drow[j] += both * query[j] - row_part * row[j]
        dp[strengths + h] = dbeta * (1 - math.exp(1 - beta))  # beta = 1 + softplus(x): the sigmoid of x


@inner
def write_backward(
    memory: Memory, tape: Tape, t: int, b: int, p: Array, dp: Array, dweights: Array, heads: int
) -> None:
    """Gradient of the write from dL/dM_t, then M_t becomes M_{t-1}, bit for bit, and so does the ring.

    Writes da, dalpha, dgamma (before activation) into ``dp`` and dL/dw^R_{t-1} into ``dweights`` [H, K].
    """
    words, gradient = memory.words[b], memory.gradient[b]
    size, reads = words.shape[1], tape.read_slots.shape[3] * heads
    slots = tape.slots[t, b]
    writers = slots.shape[0] - reads
    each = reads // writers
    follow = words.dtype.type(writers / heads)
    adds = heads * size
    gates = adds + writers * size + heads
    weights, dprevious = tape.read_weights[t, b].ravel(), dweights.ravel()
    for v in range(writers):
        a, da = p[adds + v * size : adds + (v + 1) * size], dp[adds + v * size : adds + (v + 1) * size]
        alpha, gamma = p[gates + v], p[gates + writers + v]
        drow = gradient[slots[v]]
        fresh = words.dtype.type(0)
        for j in range(size):
            fresh += a[j] * drow[j]
            da[j] = alpha * (1 - gamma) * drow[j]
        followed = words.dtype.type(0)
        for i in range(v * each, (v + 1) * each):
            dprevious[i] = 0
            if slots[writers + i] < 0:
                continue
            drow = gradient[slots[writers + i]]
            weight = alpha * gamma * follow * weights[i]
            x = words.dtype.type(0)
            for j in range(size):
                x += a[j] * drow[j]
                da[j] += weight * drow[j]
            followed += follow * weights[i] * x
            dprevious[i] = alpha * gamma * follow * x
        dp[gates + v] = (gamma * followed + (1 - gamma) * fresh) * alpha * (1 - alpha)
        dp[gates + writers + v] = alpha * (followed - fresh) * gamma * (1 - gamma)
    for v in range(writers):
        fill(gradient[slots[v]], 0.0)  # cleared before it was written: nothing earlier reaches it
    for s in range(slots.shape[0]):
        if slots[s] >= 0:
            assign(words[slots[s]], tape.rows[t, b, s])
            refresh(memory, b, int(slots[s]))
    for move in range(tape.moved[t, b] - 1, -1, -1):
        undo_access(memory.ring, b, int(tape.moves[t, b, move, 0]), int(tape.moves[t, b, move, 1]))


@inner
def touched(memory: Memory, b: int) -> int:
    """Number of words that may hold something: the search looks no further."""
    return int(memory.ring.ends[b, TOUCHED])
