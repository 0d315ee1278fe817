"""A whole sequence of SAM or SDNC, controller and memory, forward and backward in one call each.

One call a sequence instead of some forty tensor operators a step: at these sizes the operators' overhead is ten times
the arithmetic. The file lists every step in the order of the paper, so it is also the place to read the model.
Symbols as in ``sparse_access``; C hidden units, P controller outputs.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.memory.compiled import inner, kernel
from engine.memory.sparse_access import (
    Tape,
    content,
    nearest,
    read,
    read_backward,
    touched,
    write,
    write_backward,
)
from engine.memory.sparse_index import nearest_in_buckets
from engine.memory.sparse_links import read_links, update_links
from engine.memory.sparse_memory import Memory, add_scaled, assign, fill

Array = NDArray[Any]


class Activity(NamedTuple):
    """What the controller did in T steps; row 0 of the [T + 1, ...] arrays is from before the first step.

    ``gates`` [T, B, 4 C] activated LSTM gates (input, forget, cell, output), ``cells`` and ``hidden`` [T + 1, B, C],
    ``reads`` [T + 1, B, H W] words read, ``outputs`` [T, B, P] activated p_t. The backward pass replaces gates and
    outputs by their gradients before activation.
    """

    gates: Array
    cells: Array
    hidden: Array
    reads: Array
    outputs: Array


class Weights(NamedTuple):
    """Weights, and their transposes: ``hidden`` [4 C, C], ``read`` [4 C, H W], ``output`` [P, C], ``bias`` [P]."""

    hidden: Array
    hidden_t: Array
    read: Array
    read_t: Array
    output: Array
    output_t: Array
    bias: Array


@inner
def add_product(out: Array, x: Array, weight: Array) -> None:
    """``out`` [B, n] += ``x`` [B, m] @ ``weight`` [m, n], four rows of weight at a time so that they stay in cache."""
    inner = x.shape[1]
    whole = inner - inner % 4
    for i in range(0, whole, 4):
        for b in range(x.shape[0]):
            x0, x1, x2, x3 = x[b, i], x[b, i + 1], x[b, i + 2], x[b, i + 3]
            for j in range(out.shape[1]):
                out[b, j] += (x0 * weight[i, j] + x1 * weight[i + 1, j]) + (
                    x2 * weight[i + 2, j] + x3 * weight[i + 3, j]
                )
    for i in range(whole, inner):
        for b in range(x.shape[0]):
            for j in range(out.shape[1]):
                out[b, j] += x[b, i] * weight[i, j]


@inner
def sigmoid(x: Any) -> Any:
    """Logistic function."""
    return 1 / (1 + math.exp(-x))


@inner
def cell_forward(gates: Array, cell_before: Array, cell: Array, hidden: Array) -> None:
    """LSTM cell: ``gates`` [B, 4 C] holds the sums and receives their activations; fills cell and hidden [B, C]."""
    size = cell.shape[1]
    for b in range(gates.shape[0]):
        for c in range(size):
            i, f = sigmoid(gates[b, c]), sigmoid(gates[b, size + c])
            g, o = math.tanh(gates[b, 2 * size + c]), sigmoid(gates[b, 3 * size + c])
            gates[b, c], gates[b, size + c], gates[b, 2 * size + c], gates[b, 3 * size + c] = i, f, g, o
            cell[b, c] = f * cell_before[b, c] + i * g
            hidden[b, c] = o * math.tanh(cell[b, c])


@inner
def cell_backward(gates: Array, cell_before: Array, cell: Array, dhidden: Array, dcell: Array) -> None:
    """Replaces ``gates`` by the gradient of their sums and ``dcell`` by that of the cell a step earlier."""
    size = cell.shape[1]
    for b in range(gates.shape[0]):
        for c in range(size):
            i, f, g, o = gates[b, c], gates[b, size + c], gates[b, 2 * size + c], gates[b, 3 * size + c]
            squashed = math.tanh(cell[b, c])
            d = dcell[b, c] + dhidden[b, c] * o * (1 - squashed * squashed)
            gates[b, c] = d * g * i * (1 - i)
            gates[b, size + c] = d * cell_before[b, c] * f * (1 - f)
            gates[b, 2 * size + c] = d * i * (1 - g * g)
            gates[b, 3 * size + c] = dhidden[b, c] * squashed * o * (1 - o)
            dcell[b, c] = d * f


@inner
def activate(p: Array, heads: int, writers: int, vectors: int) -> None:
    """Squash the last part of p_t, which follows ``vectors`` values of queries and add vectors, in place."""
    for h in range(heads):
        x = p[vectors + h]
        p[vectors + h] = 1 + max(x, 0) + math.log1p(math.exp(-abs(x)))  # beta = 1 + softplus(x)
    for v in range(2 * writers):
        p[vectors + heads + v] = sigmoid(p[vectors + heads + v])
    for start in range(vectors + heads + 2 * writers, p.shape[0], 3):
        largest = max(p[start], p[start + 1], p[start + 2])
        total = p.dtype.type(0)
        for m in range(3):
            p[start + m] = math.exp(p[start + m] - largest)
            total += p[start + m]
        for m in range(3):
            p[start + m] /= total


@kernel
def forward(activity: Activity, weights: Weights, memory: Memory, tape: Tape, exact_links: bool) -> None:
    """Run T steps. ``activity.gates`` holds W_x x_t + bias on entry; all else of step 1..T is filled."""
    steps, batch = activity.gates.shape[0], activity.gates.shape[1]
    size = memory.words.shape[2]
    heads, k = tape.read_slots.shape[2], tape.read_slots.shape[3]
    writers = tape.slots.shape[2] - heads * k
    has_links = tape.place.size > 0
    vectors = (heads + writers) * size
    written = np.empty(tape.slots.shape[2], memory.words.dtype)
    for t in range(steps):
        gates = activity.gates[t]
        add_product(gates, activity.reads[t], weights.read_t)
        add_product(gates, activity.hidden[t], weights.hidden_t)
        cell_forward(gates, activity.cells[t], activity.cells[t + 1], activity.hidden[t + 1])
        outputs = activity.outputs[t]
        for b in range(batch):
            assign(outputs[b], weights.bias)
        add_product(outputs, activity.hidden[t + 1], weights.output_t)
        for b in range(batch):
            p = outputs[b]
            activate(p, heads, writers, vectors)
            write(memory, tape, t, b, p, heads, writers, written)
            if has_links:
                update_links(memory.links, b, tape.slots[t, b], written, exact_links)
            queries = p[: heads * size].reshape(heads, size)
            words, inverse = memory.words[b], memory.inverse[b]
            if memory.buckets.where.size > 0:
                slots, cosines = tape.content_slots[t, b], tape.cosines[t, b]
                nearest_in_buckets(memory.buckets, b, words, inverse, queries, slots, cosines)
            else:
                nearest(words, inverse, touched(memory, b), queries, tape.content_slots[t, b], tape.cosines[t, b])
            content(memory, tape, t, b, p, heads)
            if has_links:
                read_links(memory.links, tape, t, b, p[vectors + heads + 2 * writers :])
            read(memory, tape, t, b, activity.reads[t + 1, b].reshape(heads, size))


@kernel
def backward(
    activity: Activity,
    weights: Weights,
    memory: Memory,
    tape: Tape,
    dhidden: Array,
    dread: Array,
    dhidden_last: Array,
    dread_last: Array,
    dcell: Array,
    dweights: Array,
) -> None:
    """Reverse T steps, restoring memory and ring on the way.

    dhidden [T, B, C], dread [T, B, H W]: dL/dh_t, dL/dr_t from the outputs. The others arrive as gradients of the
    state after the last step and leave as gradients of the state before the first: dhidden_last [B, C],
    dread_last [B, H W], dcell [B, C], dweights [B, H, K].
    """
    steps, batch = activity.gates.shape[0], activity.gates.shape[1]
    heads = tape.read_slots.shape[2]
    size = memory.words.shape[2]
    dp = np.empty(activity.outputs.shape[2], memory.words.dtype)
    for t in range(steps - 1, -1, -1):
        outputs = activity.outputs[t]
        for b in range(batch):
            add_scaled(dhidden_last[b], 1.0, dhidden[t, b])
            add_scaled(dread_last[b], 1.0, dread[t, b])
            dr = dread_last[b].reshape(heads, size)
            read_backward(memory, tape, t, b, outputs[b], dp, dr, dweights[b], heads)
            write_backward(memory, tape, t, b, outputs[b], dp, dweights[b], heads)
            assign(outputs[b], dp)
        add_product(dhidden_last, outputs, weights.output)
        gates = activity.gates[t]
        cell_backward(gates, activity.cells[t], activity.cells[t + 1], dhidden_last, dcell)
        for b in range(batch):
            fill(dhidden_last[b], 0.0)
            fill(dread_last[b], 0.0)
        add_product(dhidden_last, gates, weights.hidden)
        add_product(dread_last, gates, weights.read)
