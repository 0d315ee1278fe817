"""What a network does with its memory, in one vocabulary for all networks; costs nothing where nobody records."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

READ, WRITE, ERASE, PRECEDENCE = range(4)
KINDS = ("read", "write", "erase", "precedence")

ACCESS = np.dtype([("step", "<i4"), ("kind", "u1"), ("head", "u1"), ("slot", "<i4"), ("weight", "<f4")])
"""One access: at ``step`` (0-based), ``head`` did ``KINDS[kind]`` to ``slot`` with ``weight`` in 0..1.

Erase means that the word was cleared; precedence, how much the word counts as the last one written (DNC, SDNC).
"""


class Recorder:
    """Collects accesses, changed words and gate values of one batch element, step by step.

    ``element``: which one; ``threshold``: dense weights below it are left out. Made by the caller, passed to
    ``MemoryNetwork.forward`` or ``.sequence``.
    """

    def __init__(self, element: int = 0, threshold: float = 1e-3):
        self.element = element
        self.threshold = threshold
        self.step = 0
        self._accesses: list[NDArray[Any]] = []
        self._words: list[tuple[int, NDArray[np.int64], NDArray[np.float32]]] = []
        self._signals: dict[str, list[NDArray[np.float32]]] = {}

    def access(self, kind: int, head: int, slots: Tensor, weights: Tensor) -> None:
        """Sparse accesses of one head: ``slots`` int [n] (-1 none) with ``weights`` [n]."""
        index, weight = slots.detach().cpu().numpy(), weights.detach().cpu().numpy()
        kept = index >= 0
        rows = np.empty(int(kept.sum()), ACCESS)
        rows["step"], rows["kind"], rows["head"] = self.step, kind, head
        rows["slot"], rows["weight"] = index[kept], weight[kept]
        self._accesses.append(rows)

    def dense(self, kind: int, weights: Tensor) -> None:
        """Dense accesses: ``weights`` [batch, heads, slots]; those below the threshold are left out."""
        for head, row in enumerate(weights[self.element].detach()):
            slots = (row >= self.threshold).nonzero()[:, 0]
            self.access(kind, head, slots, row[slots])

    def words(self, slots: Tensor, rows: Tensor) -> None:
        """Contents after this step's write: ``slots`` int [n], ``rows`` [n, word]."""
        self._words.append((self.step, slots.detach().cpu().numpy().astype(np.int64), _float32(rows)))

    def signal(self, name: str, values: Tensor) -> None:
        """A value of each head (gate, strength, ...): ``values`` [batch, ...]."""
        self._signals.setdefault(name, []).append(_float32(values[self.element]))

    def advance(self) -> None:
        """The step is complete."""
        self.step += 1

    @property
    def accesses(self) -> NDArray[Any]:
        """All accesses so far, in order, dtype ``ACCESS``."""
        return np.concatenate(self._accesses) if self._accesses else np.empty(0, ACCESS)

    @property
    def signals(self) -> dict[str, NDArray[np.float32]]:
        """Each signal as float32 [steps, ...]."""
        return {name: np.stack(values) for name, values in self._signals.items()}

    def memory_at(self, step: int, slots: int) -> NDArray[np.float32]:
        """Memory after ``step``, replayed from the empty one, float32 [slots, word]."""
        size = self._words[0][2].shape[1] if self._words else 0
        memory = np.zeros((slots, size), np.float32)
        for at, index, rows in self._words:
            if at > step:
                break
            memory[index] = rows
        return memory

    def changes(self) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.float32]]:
        """Changed words in order: steps [n], slots [n], contents [n, word]; what a view replays memory from."""
        if not self._words:
            return np.empty(0, np.int32), np.empty(0, np.int64), np.empty((0, 0), np.float32)
        steps = np.concatenate([np.full(len(index), at, np.int32) for at, index, _ in self._words])
        return steps, np.concatenate([w[1] for w in self._words]), np.concatenate([w[2] for w in self._words])


def _float32(values: Tensor) -> NDArray[np.float32]:
    return values.detach().cpu().numpy().astype(np.float32)
