"""SAM and SDNC: networks whose steps touch a constant number of words [Rae et al. 2016].

    x_t, r_{t-1} -> LSTM -> h_t -> p_t = Linear(h_t): per head q, beta, a, alpha, gamma (SDNC also pi)
    write (w^R_{t-1} and the least recently accessed words), read (K nearest words of M_t), y_t = Linear([h_t, r_t])

Settled where the paper is silent: beta = 1 + softplus(.); head h clears and takes the h-th least recently accessed
word; all these words are cleared before anything is added; words never written are not read, so that the first steps
read fewer than K words; SDNC has one writer, as the DNC does, that follows the mean of its heads' reads.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.errors import BadInput
from engine.memory.interface import MemoryNetwork, Sizes
from engine.memory.recorder import ERASE, PRECEDENCE, READ, WRITE, Recorder
from engine.memory.sparse_function import CompiledMemory, SparseSequence
from engine.memory.sparse_torch import TensorMemory, sparse_steps

CHUNK = 256  # steps a tape covers where no gradient is wanted, so that length costs no memory


class SparseState(NamedTuple):
    """State of SAM and SDNC.

    ``hidden``, ``cell`` [B, C]; ``read`` r [B, H W]; ``weights`` w^R [B, H, K] at ``slots`` int32 [B, H, K] (-1 none);
    ``memory``: the one copy of M, shared by all states of the sequence and changed in place; ``time``: steps so far.
    """

    hidden: Tensor
    cell: Tensor
    read: Tensor
    weights: Tensor
    slots: Tensor
    memory: CompiledMemory | TensorMemory
    time: int


class SparseNetwork(MemoryNetwork[SparseState]):
    """SAM, or with ``linked`` the SDNC, whose links are as published or, with ``exact_links``, as in the dense DNC."""

    def __init__(self, sizes: Sizes, linked: bool = False, exact_links: bool = False):
        super().__init__(sizes)
        self.links = sizes.links if linked else 0
        self.writers = 1 if linked else sizes.heads
        self.exact_links = exact_links
        self.read_size = sizes.heads * sizes.word
        self.controller = nn.LSTMCell(sizes.inputs + self.read_size, sizes.hidden)
        interface = self.read_size + self.writers * (sizes.word + 2) + sizes.heads * (4 if linked else 1)
        self.interface = nn.Linear(sizes.hidden, interface)
        self.output = nn.Linear(sizes.hidden + self.read_size, sizes.outputs)

    def initial_state(self, batch: int, compiled: bool | None = None) -> SparseState:
        """An empty memory; ``compiled`` chooses the kernels (CPU) or plain torch (any device), None by the device.

        Raises BadInput for a memory that this machine has no room for.
        """
        sizes, like = self.sizes, self.output.weight
        if compiled is None:
            compiled = like.device.type == "cpu"
        memory: CompiledMemory | TensorMemory
        try:
            if compiled:
                memory = CompiledMemory(batch, sizes.slots, sizes.word, self.links, like.dtype, self.exact_links)
            else:
                memory = TensorMemory(batch, sizes.slots, sizes.word, self.links, like, self.exact_links)
        except (OSError, MemoryError, torch.OutOfMemoryError) as problem:
            raise BadInput(
                f"{sizes.slots:,} slots of {sizes.word} values in a batch of {batch} are more than this machine "
                "has room for; fewer slots or a smaller batch would do"
            ) from problem
        reads = (batch, sizes.heads, sizes.reads)
        return SparseState(
            hidden=like.new_zeros(batch, sizes.hidden),
            cell=like.new_zeros(batch, sizes.hidden),
            read=like.new_zeros(batch, self.read_size),
            weights=like.new_zeros(reads),
            slots=torch.full(reads, -1, dtype=torch.int32, device=like.device),
            memory=memory,
            time=0,
        )

    def forward(
        self, input: Tensor, state: SparseState, recorder: Recorder | None = None
    ) -> tuple[Tensor, SparseState]:
        """One step, see ``MemoryNetwork``."""
        outputs, state = self._run(input[None], state, recorder)
        return outputs[0], state

    def sequence(
        self, inputs: Tensor, state: SparseState, recorder: Recorder | None = None
    ) -> tuple[Tensor, SparseState]:
        """Many steps in one call, see ``MemoryNetwork``."""
        if recorder is not None:
            return super().sequence(inputs, state, recorder)
        if torch.is_grad_enabled():
            return self._run(inputs, state, None)
        outputs = []
        for chunk in torch.split(inputs, CHUNK):
            output, state = self._run(chunk, state, None)
            outputs.append(output)
        return torch.cat(outputs), state

    def fork(self, state: SparseState) -> SparseState:
        """See ``MemoryNetwork``; copies the words in use."""
        return state._replace(memory=state.memory.fork())

    def rows(self, state: SparseState, slots: Tensor) -> Tensor:
        """See ``MemoryNetwork``."""
        return torch.stack([state.memory.rows(b, slots) for b in range(len(state.hidden))])

    def overwrite(self, state: SparseState, slots: Tensor, rows: Tensor) -> SparseState:
        """See ``MemoryNetwork``; the words count as used from now on, their age stays."""
        changed = self.fork(state)
        changed.memory.overwrite(slots, rows)
        return changed

    def _run(self, inputs: Tensor, state: SparseState, recorder: Recorder | None) -> tuple[Tensor, SparseState]:
        """``inputs`` [T, B, inputs]; records only single steps."""
        if state.time != state.memory.time:
            raise RuntimeError(
                f"this is the state after step {state.time}, but its memory stands at {state.memory.time}"
            )
        cell, previous = self.controller, state.slots
        input_weight, read_weight = cell.weight_ih[:, : self.sizes.inputs], cell.weight_ih[:, self.sizes.inputs :]
        sums = functional.linear(inputs, input_weight, cell.bias_ih + cell.bias_hh)
        run: Any = SparseSequence.apply if isinstance(state.memory, CompiledMemory) else sparse_steps
        hidden, reads, p, last_cell, weights, slots = run(
            state.memory,
            torch.is_grad_enabled(),
            sums,
            cell.weight_hh,
            read_weight,
            self.interface.weight,
            self.interface.bias,
            state.hidden,
            state.cell,
            state.read,
            state.weights,
            state.slots,
        )
        if recorder is not None:
            self._record(recorder, p[0], state.weights, previous, weights, slots, state.memory)
        after = SparseState(hidden[-1], last_cell, reads[-1], weights, slots, state.memory, state.memory.time)
        return self.output(torch.cat([hidden, reads], dim=-1)), after

    def _record(
        self,
        recorder: Recorder,
        p: Tensor,
        before: Tensor,
        previous: Tensor,
        weights: Tensor,
        slots: Tensor,
        memory: CompiledMemory | TensorMemory,
    ) -> None:
        """Accesses of one step, from the activated controller output ``p`` [B, P] and the reads before and after."""
        heads, writers, b = self.sizes.heads, self.writers, recorder.element
        strengths = (heads + writers) * self.sizes.word
        parts = [heads, writers, writers, 3 * heads if self.links else 0]
        beta, alpha, gamma, modes = torch.split(p[:, strengths:], parts, 1)
        taken = memory.taken(b, writers)
        follow = (alpha * gamma * (writers / heads))[b, :, None] * before[b].reshape(writers, -1)
        for v, (slot, old) in enumerate(zip(taken, previous[b].reshape(writers, -1), strict=True)):
            recorder.access(ERASE, v, slot[None], torch.ones(1))
            written = torch.cat([(alpha * (1 - gamma))[b, v : v + 1], follow[v]])
            recorder.access(WRITE, v, torch.cat([slot[None], old]), written)
        for h in range(heads):
            recorder.access(READ, h, slots[b, h], weights[b, h])
        changed = torch.cat([taken, previous[b].flatten().to(taken.dtype)])
        changed = torch.unique(changed[changed >= 0])
        recorder.words(changed, memory.rows(b, changed))
        recorder.signal("write gate", alpha)
        recorder.signal("interpolation gate", gamma)
        recorder.signal("key strength", beta)
        if self.links:
            recorder.signal("read modes", modes.reshape(-1, heads, 3))
            recorder.access(PRECEDENCE, 0, *memory.precedence(b))
        recorder.advance()
