"""The definition of SAM's and SDNC's step in plain torch, for any device: what the kernels are tested against.

Same symbols, same order and same results as ``sparse_sequence``. Memory is changed in place and restored by backward
here too; the search and the least recently accessed word scan all slots, and links are dense matrices, which suits a
GPU, where a scan of a million words takes less than a millisecond and launches dominate.
"""

from __future__ import annotations

from copy import copy
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from engine.memory.sparse_access import DELTA
from engine.memory.sparse_memory import SMALLEST_NORM

BLOCK = 128


def largest(scores: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """Exact top k along the last dimension in two levels, several times faster than ``topk`` for small k on a CPU.

    The k largest lie in the k blocks with the largest maxima. scores [..., n] -> values, indices [..., k].
    """
    size = scores.shape[-1]
    if size <= k * BLOCK:
        return torch.topk(scores, k, dim=-1)
    blocks = functional.pad(scores, (0, -size % BLOCK), value=-torch.inf)
    blocks = blocks.view(*scores.shape[:-1], -1, BLOCK)
    chosen = blocks.amax(-1).topk(k, dim=-1).indices
    candidates = blocks.gather(-2, chosen[..., None].expand(*chosen.shape, BLOCK)).flatten(-2)
    values, place = candidates.topk(k, dim=-1)
    return values, chosen.gather(-1, place // BLOCK) * BLOCK + place % BLOCK


class TensorMemory:
    """``words`` M, ``gradient`` dL/dM [B, N, W]; ``last_access`` int64 [B, N], negative where never accessed.

    ``link`` L [B, N, N] and ``precedence`` p [B, N] where there are links (K_L = ``links`` > 0).
    """

    def __init__(self, batch: int, slots: int, word: int, links: int, like: Tensor, exact_links: bool = False):
        self.words = like.new_zeros(batch, slots, word)
        self.gradient = like.new_zeros(batch, slots, word)
        self.last_access = torch.arange(-slots, 0, device=like.device).repeat(batch, 1)
        self.clock = 0
        self.links = links
        self.exact_links = exact_links
        side = slots if links else 0
        self.link = like.new_zeros(batch, side, side)
        self.precedence_weights = like.new_zeros(batch, side)
        self.time = 0
        self.latest = torch.empty(batch, 0, dtype=torch.int64)

    def fork(self) -> TensorMemory:
        """A copy that goes on by itself."""
        twin = copy(self)
        for name in ("words", "gradient", "last_access", "link", "precedence_weights"):
            setattr(twin, name, getattr(self, name).clone())
        return twin

    def overwrite(self, slots: Tensor, rows: Tensor) -> None:
        """Put ``rows`` [n, W] into ``slots`` [n] of every batch element, by hand."""
        self.words[:, slots] = rows.to(self.words)
        unused = torch.arange(self.words.shape[1], device=slots.device)[None] <= slots.max()
        fresh = unused & (self.last_access < 0)
        order = self.clock + torch.arange(self.words.shape[1], device=slots.device)
        self.last_access = torch.where(fresh, order, self.last_access)
        self.clock += self.words.shape[1]

    def stamp(self, slots: Tensor, used: Tensor) -> None:
        """Note accesses to ``slots`` [B, n] in order, where ``used``."""
        time = self.clock + torch.arange(slots.shape[1], device=slots.device)
        self.clock += slots.shape[1]
        self.last_access.scatter_reduce_(1, slots, torch.where(used, time, -(2**62)), "amax")

    def inverse(self, rows: Tensor) -> Tensor:
        """1 / |row| along the last dimension, 0 where it is too short to have a direction."""
        square = rows.square().sum(-1)
        return torch.where(square < SMALLEST_NORM**2, 0, square.clamp(min=SMALLEST_NORM**2).rsqrt())

    def taken(self, b: int, writers: int) -> Tensor:
        """Words cleared by the latest step for batch element ``b``, int [V]."""
        return self.latest[b, :writers]

    def rows(self, b: int, slots: Tensor) -> Tensor:
        """Contents of ``slots`` [n] now, [n, W]."""
        return self.words[b, slots]

    def precedence(self, b: int) -> tuple[Tensor, Tensor]:
        """Slots [n] and weights [n] of the precedence."""
        slots = self.precedence_weights[b].nonzero()[:, 0]
        return slots, self.precedence_weights[b, slots]

    def update_links(self, slots: Tensor, weights: Tensor) -> None:
        """One step of ``sparse_links``' definition: words ``slots`` [B, S] were written with ``weights`` [B, S]."""
        written = torch.zeros_like(self.precedence_weights).scatter_add_(1, slots, weights)
        later, earlier = written[:, :, None], written[:, None, :]
        decay = 1 - later - (earlier if self.exact_links else 0)
        link = (decay * self.link).clamp(min=0) + later * self.precedence_weights[:, None, :]
        link.diagonal(dim1=1, dim2=2).zero_()
        link = keep_largest(keep_largest(link, self.links, 2), self.links, 1)
        left = (1 - written.sum(1, keepdim=True)) * self.precedence_weights
        self.link, self.precedence_weights = link, keep_largest(left + written, self.links, 1)


def keep_largest(values: Tensor, k: int, dim: int) -> Tensor:
    """Zero all but the k largest along one dimension."""
    best = values.topk(min(k, values.shape[dim]), dim=dim)
    return torch.zeros_like(values).scatter_(dim, best.indices, best.values)


class SparseStep(torch.autograd.Function):
    """Write and read of one step; the controller around it is left to autograd."""

    @staticmethod
    def forward(  # type: ignore[override]
        ctx: Any,
        memory: TensorMemory,
        query: Tensor,
        add: Tensor,
        beta: Tensor,
        alpha: Tensor,
        gamma: Tensor,
        modes: Tensor,
        weights: Tensor,
        slots: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Query [B, H, W], add [B, V, W], beta [B, H], alpha, gamma [B, V], modes [B, H, 3 or 0], w^R, slots [B, H, K].

        Returns r [B, H, W], w^R_t [B, H, K] and its slots.
        """
        batch, heads, k = weights.shape
        writers, size = add.shape[1:]
        words = memory.words
        previous = slots.long().flatten(1)
        valid = previous >= 0
        taken = memory.last_access.topk(writers, dim=1, largest=False).indices
        memory.latest = taken
        memory.time += 1
        touched = torch.cat([taken, previous.clamp(min=0)], 1)
        old_rows, old_access = gather(words, touched), memory.last_access.gather(1, touched)
        memory.stamp(taken, torch.ones_like(taken, dtype=torch.bool))
        fresh = alpha * (1 - gamma)
        follow = (alpha * gamma * (writers / heads))[..., None] * weights.reshape(batch, writers, -1)
        follow = follow.flatten(1) * valid
        words.scatter_(1, taken[..., None].expand(-1, -1, size), 0.0)
        adds = torch.cat([add, add.repeat_interleave(heads * k // writers, 1)], 1)
        written = torch.cat([fresh, follow], 1)
        words.scatter_add_(1, touched[..., None].expand(-1, -1, size), written[..., None] * adds)
        memory.stamp(previous.clamp(min=0), valid & (follow > DELTA))

        inverse = memory.inverse(words)
        scores = torch.einsum("bhw,bnw->bhn", query, words) * inverse[:, None]
        scores, found = largest(scores.masked_fill(memory.last_access[:, None] < 0, -torch.inf), k)
        missing = scores.isinf()
        cosines = torch.where(missing, 0, scores * memory.inverse(query)[..., None])
        content = torch.where(missing, -torch.inf, beta[..., None] * cosines).softmax(-1)
        read_slots, read_weights, linked = found, content, None
        if memory.links:
            memory.update_links(touched, written)
            dense = torch.zeros(batch, heads, words.shape[1], dtype=words.dtype, device=words.device)
            before = dense.scatter_add(2, slots.long().clamp(min=0), weights * (slots >= 0))
            follow_read, back_read = before @ memory.link.transpose(1, 2), before @ memory.link
            parts = torch.stack([dense.scatter(2, found, content), follow_read, back_read], -1)
            read_weights, read_slots = (parts * modes[:, :, None]).sum(-1).topk(k, dim=-1)
            linked = parts.gather(2, read_slots[..., None].expand(-1, -1, -1, 3))
            missing = read_weights <= 0
        read_weights = torch.where(missing, 0, read_weights)
        flat = read_slots.flatten(1)
        rows = gather(words, flat).view(batch, heads, k, size)
        read = (read_weights[..., None] * rows).sum(2)
        read_access = memory.last_access.gather(1, flat)
        memory.stamp(flat, read_weights.flatten(1) > DELTA)
        ctx.memory = memory
        ctx.tape = (touched, valid, old_rows, old_access, found, cosines, content, read_slots, linked, read_access)
        ctx.save_for_backward(query, add, beta, alpha, gamma, modes, weights, read_weights)
        final = torch.where(missing, -1, read_slots).int()
        ctx.mark_non_differentiable(final)
        return read, read_weights, final

    @staticmethod
    @once_differentiable  # type: ignore[untyped-decorator]
    def backward(ctx: Any, dread: Tensor, dweights: Tensor, _: Any) -> Any:
        """Gradient of read, then of write, then M_t becomes M_{t-1} [A.2, A.3]."""
        memory: TensorMemory = ctx.memory
        touched, valid, old_rows, old_access, found, cosines, content, read_slots, linked, read_access = ctx.tape
        query, add, beta, alpha, gamma, modes, weights, read_weights = ctx.saved_tensors
        words, gradient = memory.words, memory.gradient
        batch, heads, k = weights.shape
        writers, size = add.shape[1:]

        flat = read_slots.flatten(1)
        dweights = dweights + (gather(words, flat).view(batch, heads, k, size) * dread[:, :, None]).sum(-1)
        dweights = dweights * (read_weights > 0)
        scatter_add(gradient, flat, (read_weights[..., None] * dread[:, :, None]).flatten(1, 2))
        dmodes = torch.zeros_like(modes)
        if linked is None:
            dcontent = dweights
        else:
            dmodes = (linked * dweights[..., None]).sum(2)
            same = found[..., :, None] == read_slots[..., None, :]  # [B, H, content word, read word]
            dcontent = modes[..., :1] * (same * dweights[..., None, :]).sum(-1)
        dscores = content * (dcontent - (content * dcontent).sum(-1, keepdim=True))
        dbeta = (dscores * cosines).sum(-1)
        e = beta[..., None] * dscores
        rows = gather(words, found.flatten(1)).view(batch, heads, k, size)
        inverse, inverse_query = memory.inverse(rows), memory.inverse(query)[..., None]
        both = (e * inverse * inverse_query)[..., None]
        e = e * cosines * (inverse > 0) * (inverse_query > 0)
        dquery = (both * rows).sum(2) - (e * inverse_query.square()).sum(-1, keepdim=True) * query
        drows = both * query[:, :, None] - (e * inverse.square())[..., None] * rows
        scatter_add(gradient, found.flatten(1), drows.flatten(1, 2))

        taken = touched[:, :writers]
        drow = gather(gradient, touched)
        dfresh, dfollow = drow[:, :writers], drow[:, writers:].reshape(batch, writers, -1, size)
        scale = writers / heads
        by_writer = weights.reshape(batch, writers, -1) * valid.view(batch, writers, -1) * scale
        fresh = (add * dfresh).sum(-1)
        x = (add[:, :, None] * dfollow).sum(-1) * valid.view(batch, writers, -1)
        followed = (by_writer * x).sum(-1)
        dadd = (alpha * (1 - gamma))[..., None] * dfresh
        dadd = dadd + ((alpha * gamma)[..., None] * by_writer)[..., None].mul(dfollow).sum(2)
        dalpha = gamma * followed + (1 - gamma) * fresh
        dgamma = alpha * (followed - fresh)
        dprevious = ((alpha * gamma * scale)[..., None] * x).view(batch, heads, k)

        gradient.scatter_(1, taken[..., None].expand(-1, -1, size), 0.0)
        memory.last_access.scatter_(1, flat, read_access)
        words.scatter_(1, touched[..., None].expand(-1, -1, size), old_rows)  # absent reads stand for word 0, saved too
        memory.last_access.scatter_(1, touched, old_access)
        memory.time -= 1
        return None, dquery, dadd, dbeta, dalpha, dgamma, dmodes, dprevious, None


def gather(words: Tensor, slots: Tensor) -> Tensor:
    """Rows ``slots`` [B, n] of [B, N, W] -> [B, n, W]."""
    return words.gather(1, slots[..., None].expand(-1, -1, words.shape[2]))


def scatter_add(words: Tensor, slots: Tensor, rows: Tensor) -> None:
    """Add ``rows`` [B, n, W] to rows ``slots`` [B, n] of [B, N, W]."""
    words.scatter_add_(1, slots[..., None].expand(-1, -1, words.shape[2]), rows)


def sparse_steps(
    memory: TensorMemory,
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
    """What ``SparseSequence`` does, step by step in torch; same arguments and results (``taped`` is autograd's)."""
    heads, size = slots.shape[1], memory.words.shape[2]
    modes_size = 3 * heads if memory.links else 0
    writers = (output_weight.shape[0] - heads * size - heads - modes_size) // (size + 2)
    parts = [heads * size, writers * size, heads, writers, writers, modes_size]
    all_hidden, reads, outputs = [], [], []
    for t in range(sums.shape[0]):
        gates = sums[t] + read @ read_weight.t() + hidden @ hidden_weight.t()
        i, f, g, o = gates.chunk(4, 1)
        cell = f.sigmoid() * cell + i.sigmoid() * g.tanh()
        hidden = o.sigmoid() * cell.tanh()
        query, add, beta, alpha, gamma, modes = torch.split(functional.linear(hidden, output_weight, bias), parts, 1)
        beta, alpha, gamma = 1 + functional.softplus(beta), alpha.sigmoid(), gamma.sigmoid()
        modes = modes.reshape(len(hidden), heads, modes_size // heads).softmax(-1)
        word, weights, slots = SparseStep.apply(  # type: ignore[no-untyped-call]
            memory,
            query.view(-1, heads, size),
            add.view(-1, writers, size),
            beta,
            alpha,
            gamma,
            modes,
            weights,
            slots,
        )
        read = word.flatten(1)
        all_hidden.append(hidden)
        reads.append(read)
        outputs.append(torch.cat([query, add, beta, alpha, gamma, modes.flatten(1)], 1).detach())
    return torch.stack(all_hidden), torch.stack(reads), torch.stack(outputs), cell, weights, slots
