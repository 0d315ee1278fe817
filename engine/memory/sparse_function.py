"""The compiled sparse memory as one node of torch's graph."""

from __future__ import annotations

from copy import copy
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.autograd.function import once_differentiable

from engine.errors import BadInput
from engine.memory.sparse_access import empty_tape
from engine.memory.sparse_index import Index, put_many
from engine.memory.sparse_memory import SMALLEST_NORM, TOUCHED, Memory, empty_memory, lazy_zeros, set_words
from engine.memory.sparse_sequence import Activity, Weights, backward, forward

Array = NDArray[Any]


class CompiledMemory:
    """The one copy of the memory that the states of a sequence share; changed in place, restored by backward.

    ``time`` is the number of steps so far, ``steps`` how many of them wait for a backward pass. ``usable`` turns False
    when links could not be brought back to where a backward pass ended.
    """

    def __init__(self, batch: int, slots: int, word: int, links: int, dtype: torch.dtype, exact_links: bool = False):
        self.memory: Memory = empty_memory(
            batch, slots, word, links, np.float64 if dtype == torch.float64 else np.float32
        )
        self.dtype = dtype
        self.exact_links = exact_links
        self.time = 0
        self.steps = 0
        self.usable = True
        self.latest = np.empty((batch, 0), np.int32)
        self._gradient_rows: list[NDArray[np.int32]] = []

    def taken(self, b: int, writers: int) -> Tensor:
        """Words cleared by the latest step for batch element ``b``, int [V]."""
        return torch.from_numpy(self.latest[b, :writers])

    def rows(self, b: int, slots: Tensor) -> Tensor:
        """Contents of ``slots`` [n] now, [n, W]."""
        return torch.from_numpy(self.memory.words[b, slots.numpy()])

    def precedence(self, b: int) -> tuple[Tensor, Tensor]:
        """Slots [n] and weights [n] of the precedence."""
        links = self.memory.links
        return torch.from_numpy(links.precedence[b] - 1), torch.from_numpy(links.precedence_value[b].copy())

    def build_index(self, buckets: int, probes: int, seed: int = 0) -> None:
        """From now on look for words in the ``probes`` likeliest of ``buckets`` buckets, see ``sparse_index``.

        Worth it above some 250,000 words in use; raises BadInput if there are fewer words in use than buckets.
        """
        words, used = self.memory.words, self.memory.ring.ends[:, TOUCHED]
        if not 1 <= probes <= buckets <= used.min():
            raise BadInput(f"an index needs 1 <= probes <= buckets <= {used.min()} words in use")
        batch, slots, _ = words.shape
        random = np.random.default_rng(seed)
        sample = np.stack([w[random.choice(n, buckets, replace=False)] for w, n in zip(words, used, strict=True)])
        index = Index(
            directions=sample / (np.linalg.norm(sample, axis=2, keepdims=True) + SMALLEST_NORM),
            members=lazy_zeros((batch, buckets, min(slots, 4 * -(-slots // buckets))), np.int32),
            filled=np.zeros((batch, buckets), np.int32),
            where=lazy_zeros((batch, slots), np.int32),
            probes=np.array([probes]),
        )
        for b in range(batch):
            put_many(index, b, words[b], int(used[b]))
        self.memory = self.memory._replace(buckets=index)

    def fork(self) -> CompiledMemory:
        """A copy that goes on by itself, without the tape."""
        twin = copy(self)
        batch, slots, word = self.memory.words.shape
        twin.memory = empty_memory(batch, slots, word, self.memory.links.precedence.shape[1], self.memory.words.dtype)
        ends = self.memory.ring.ends
        for new, old in zip(_tables(twin.memory), _tables(self.memory), strict=True):
            for b in range(min(batch, old.shape[0])):
                used = ends[b, TOUCHED] if old.shape[1] == slots else old.shape[1]
                new[b, :used] = old[b, :used]
        index = self.memory.buckets
        if index.where.size:
            twin.memory = twin.memory._replace(buckets=Index._make(table.copy() for table in index))
        twin.steps = 0
        twin._gradient_rows = []
        return twin

    def overwrite(self, slots: Tensor, rows: Tensor) -> None:
        """Put ``rows`` [n, W] into ``slots`` [n] of every batch element, by hand."""
        if 2 * len(slots) > self.memory.words.shape[1]:  # a memory in full use is searched faster in large pages
            self.memory = self.memory._replace(words=self.memory.words.copy(), inverse=self.memory.inverse.copy())
        for b in range(self.memory.words.shape[0]):
            set_words(self.memory, b, slots.long().numpy(), rows.detach().to(self.dtype).contiguous().numpy())

    def finish(self, steps: int, read_slots: NDArray[np.int32], touched: NDArray[np.int64]) -> None:
        """After ``steps`` were reversed: forget gradients of rows once nothing waits for them, and clear the links.

        read_slots [steps + 1, batch, heads, reads]; touched [batch] words in use before the reversal.
        """
        self.time -= steps
        self.steps -= steps
        self._gradient_rows.append(read_slots)
        if self.steps == 0:
            for slots in self._gradient_rows:
                for b in range(slots.shape[1]):
                    rows = slots[:, b]
                    self.memory.gradient[b, rows[rows >= 0]] = 0
            self._gradient_rows.clear()
        links = self.memory.links
        if links.precedence.size:
            self.usable = not self.memory.ring.ends.any()
            for b, used in enumerate(touched):
                for table in (links.before, links.before_value, links.after, links.after_value):
                    table[b, :used] = 0
            links.precedence[:] = 0
            links.precedence_value[:] = 0


class SparseSequence(torch.autograd.Function):
    """Controller and memory over T steps.

    The memory is not part of the graph; its gradient travels inside ``CompiledMemory``, which is right because the read
    weights passed from step to step make torch reverse the steps in exact order.
    """

    @staticmethod
    def forward(  # type: ignore[override]
        ctx: Any,
        shared: CompiledMemory,
        taped: bool,
        sums: Tensor,
        hidden_weight: Tensor,
        read_weight: Tensor,
        output_weight: Tensor,
        bias: Tensor,
        hidden: Tensor,
        cell: Tensor,
        read: Tensor,
        weights: Tensor,
        slots: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Sums [T, B, 4 C] of the input (overwritten: the caller's own), weights as in ``Weights``, state.

        ``taped``: a backward pass will come.
        Returns hidden [T, B, C], reads [T, B, H W], activated outputs [T, B, P], and of the last step: cell [B, C],
        read weights [B, H, K], slots int32 [B, H, K]. The activated outputs are for recording, they pass no gradient.
        """
        if not shared.usable:
            raise RuntimeError("this memory's links were cleared by a backward pass: begin again with initial_state")
        steps, batch, _ = sums.shape
        memory = shared.memory
        heads, k = slots.shape[1], slots.shape[2]
        size = memory.words.shape[2]
        links = memory.links.before.shape[2]
        writers = (output_weight.shape[0] - heads * size - heads * (4 if links else 1)) // (size + 2)
        tape = empty_tape(steps, batch, heads, writers, k, size, links > 0, memory.words.dtype)
        tape.read_slots[0] = slots.numpy()
        tape.read_weights[0] = weights.detach().numpy()
        activity = Activity(
            gates=sums.detach().numpy(),
            cells=_after(cell, steps),
            hidden=_after(hidden, steps),
            reads=_after(read, steps),
            outputs=np.empty((steps, batch, output_weight.shape[0]), memory.words.dtype),
        )
        arrays = [weight.detach().contiguous().numpy() for weight in (hidden_weight, read_weight, output_weight)]
        hidden_t, read_t, output_t = (np.ascontiguousarray(array.T) for array in arrays)
        all_weights = Weights(arrays[0], hidden_t, arrays[1], read_t, arrays[2], output_t, bias.detach().numpy())
        forward(activity, all_weights, memory, tape, shared.exact_links)
        shared.time += steps
        shared.latest = tape.slots[-1].copy()
        ctx.parts = (shared, activity, all_weights, tape)
        shared.steps += steps if taped else 0
        ctx.end = shared.steps
        final_slots = torch.from_numpy(tape.read_slots[-1].copy())
        outputs = torch.from_numpy(activity.outputs)
        ctx.mark_non_differentiable(final_slots, outputs)
        return (
            torch.from_numpy(activity.hidden[1:]),
            torch.from_numpy(activity.reads[1:]),
            outputs,
            torch.from_numpy(activity.cells[-1]),
            torch.from_numpy(tape.read_weights[-1].copy()),
            final_slots,
        )

    @staticmethod
    @once_differentiable  # type: ignore[untyped-decorator]
    def backward(ctx: Any, dhidden: Tensor, dreads: Tensor, _: Any, dcell: Tensor, dweights: Tensor, __: Any) -> Any:
        """Consumes the tape: a second backward pass over the same graph is an error."""
        if ctx.parts is None:
            raise RuntimeError("the tape of this sequence was already consumed by a backward pass")
        shared, activity, weights, tape = ctx.parts
        ctx.parts = None
        if shared.steps != ctx.end:
            raise RuntimeError("steps must be reversed in the opposite order of the forward pass, all of them")
        steps, batch, _size = activity.gates.shape
        touched = shared.memory.ring.ends[:, 2].copy()
        state = [np.zeros(activity.hidden.shape[1:], activity.hidden.dtype), np.zeros_like(activity.reads[0])]
        state += [_own(dcell), _own(dweights)]
        backward(activity, weights, shared.memory, tape, _plain(dhidden), _plain(dreads), *state)
        shared.finish(steps, tape.read_slots, touched)
        sums, outputs = (torch.from_numpy(a).flatten(0, 1) for a in (activity.gates, activity.outputs))
        before, reads = (torch.from_numpy(a[:-1]).flatten(0, 1) for a in (activity.hidden, activity.reads))
        after = torch.from_numpy(activity.hidden[1:]).flatten(0, 1)
        dhidden_0, dread_0, dcell_0, dweights_0 = (torch.from_numpy(array) for array in state)
        return (
            None,
            None,
            sums.view(steps, batch, -1),
            sums.t() @ before,
            sums.t() @ reads,
            outputs.t() @ after,
            outputs.sum(0),
            dhidden_0,
            dcell_0,
            dread_0,
            dweights_0,
            None,
        )


def _tables(memory: Memory) -> list[Array]:
    """Every table whose first dimension is the batch; the gradient is left out."""
    return [memory.words, memory.inverse, *memory.ring, *memory.links[:6]]


def _after(first: Tensor, steps: int) -> Array:
    """Room for ``steps`` + 1 rows with the first filled."""
    start = first.detach().numpy()
    rows = np.empty((steps + 1, *start.shape), start.dtype)
    rows[0] = start
    return rows


def _plain(gradient: Tensor) -> Array:
    array: Array = gradient.contiguous().numpy()
    return array


def _own(gradient: Tensor) -> Array:
    return np.array(gradient.numpy(), order="C")
