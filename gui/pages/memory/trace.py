"""One trace as arrays: the sequence, the accesses in rows of slots, the words, the gates. No Qt in here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from gui.pages.memory.model import TraceInfo

READ, WRITE, ERASE, PRECEDENCE = range(4)
ACCESS = np.dtype([("step", "<i4"), ("kind", "u1"), ("head", "u1"), ("slot", "<i4"), ("weight", "<f4")])
LEAST = 0.005  # an access below this does not count as one [Rae et al. 2016, 3.2]


class Trace:
    """A trace as far as it has been written.

    Attributes: ``info``; ``accesses`` (dtype ACCESS, in the order written) and how many rows were ``dropped`` because
    they lie outside the trace or are not numbers; ``slots`` int64, every slot that was read, written or cleared with at
    least LEAST, in order of first touch; ``steps`` rows of the sequence; ``words``, ``signals``, ``usage`` rows as
    recorded; ``version`` grows with every change.
    """

    def __init__(self, info: TraceInfo) -> None:
        self.info = info
        self.accesses = np.zeros(0, ACCESS)
        self.slots = np.zeros(0, np.int64)
        self.steps: NDArray[np.void] = np.zeros(0)
        self.words: NDArray[np.void] = np.zeros(0)
        self.signals: NDArray[np.void] = np.zeros(0)
        self.usage: NDArray[np.void] = np.zeros(0)
        self.dropped = 0
        self.version = 0
        self._taken = 0
        self._sorted, self._rows = np.zeros(0, np.int64), np.zeros(0, np.int64)

    @property
    def length(self) -> int:
        """Steps of the trace: what its event says, or as many as have been written where that is more."""
        return max(self.info.steps, len(self.steps), 1)

    @property
    def _limit(self) -> int:
        return self.info.steps or 1 << 24

    @property
    def reached(self) -> int:
        """Steps that have been written."""
        return len(self.steps) or (int(self.accesses["step"].max()) + 1 if len(self.accesses) else 0)

    def grow(self, tables: dict[str, NDArray[np.void]]) -> None:
        """Take in the rows of each table (all of them, in the order written)."""
        before = (self._taken, len(self.steps), len(self.words), len(self.signals), len(self.usage))
        for name in ("steps", "words", "signals", "usage"):
            if name in tables and len(tables[name]) != len(getattr(self, name)):
                setattr(self, name, self._within(tables[name]))
        rows = tables.get("accesses")
        if rows is not None and len(rows) > self._taken:
            self._take(rows[self._taken :])
            self._taken = len(rows)
        after = (self._taken, len(self.steps), len(self.words), len(self.signals), len(self.usage))
        self.version += before != after

    def _within(self, rows: NDArray[np.void]) -> NDArray[np.void]:
        good = (rows["step"] >= 0) & (rows["step"] < self._limit)
        return rows if good.all() else rows[good]

    def _take(self, fresh: NDArray[np.void]) -> None:
        good = (
            (fresh["step"] >= 0) & (fresh["step"] < self._limit) & (fresh["slot"] >= 0) & np.isfinite(fresh["weight"])
        )
        good &= fresh["slot"] < (self.info.slots or np.iinfo(np.int32).max)
        kept = fresh[good]
        self.dropped += len(fresh) - len(kept)
        taken = np.empty(len(kept), ACCESS)
        for name in ACCESS.names:
            taken[name] = kept[name]
        self.accesses = np.concatenate([self.accesses, taken])
        touched = taken["slot"][(taken["weight"] >= LEAST) & (taken["kind"] != PRECEDENCE)].astype(np.int64)
        slots, first = np.unique(touched, return_index=True)
        new = np.sort(first[~np.isin(slots, self.slots)])
        if len(new):
            self.slots = np.concatenate([self.slots, touched[new]])
            order = np.argsort(self.slots)
            self._sorted, self._rows = self.slots[order], order

    def row_of(self, slots: NDArray[np.int64]) -> NDArray[np.int64]:
        """Row in order of first touch of each of ``slots`` [n], -1 where it was never touched."""
        if not len(self._sorted):
            return np.full(len(slots), -1)
        place = np.minimum(np.searchsorted(self._sorted, slots), len(self._sorted) - 1)
        return np.where(self._sorted[place] == slots, self._rows[place], -1)

    def row(self, slot: int) -> int:
        """As above for one slot."""
        return int(self.row_of(np.array([slot]))[0])

    def at(self, slot: int) -> NDArray[np.void]:
        """All accesses of one slot, in order."""
        return self.accesses[self.accesses["slot"] == slot]

    def during(self, step: int) -> NDArray[np.void]:
        """All accesses of one step."""
        return self.accesses[self.accesses["step"] == step]

    # Words

    @property
    def has_words(self) -> bool:
        return len(self.words) > 0

    @property
    def limit(self) -> float:
        """A round number that no finite value of a word exceeds: the end of the colour scale, fixed for the trace."""
        values = np.abs(self.words["word"]) if self.has_words else np.zeros(1)
        top = float(np.max(values, initial=0.0, where=np.isfinite(values)))
        if top <= 0:
            return 1.0
        power = 10.0 ** np.floor(np.log10(top))
        return float(next(n * power for n in (1, 2, 5, 10) if n * power >= top * (1 - 1e-9)))

    def history(self, slot: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Steps [n] and contents [n, word] of the changes of one word."""
        if not self.has_words:
            return np.zeros(0, np.int32), np.zeros((0, max(self.info.word, 1)), np.float32)
        rows = self.words[self.words["slot"] == slot]
        return rows["step"], rows["word"]

    def word(self, slot: int, step: int) -> NDArray[np.float32]:
        """Content of a word after ``step``, zeros before the first change, float32 [word]."""
        steps, contents = self.history(slot)
        before = np.flatnonzero(steps <= step)
        return contents[before[-1]] if len(before) else np.zeros(contents.shape[1], np.float32)

    def memory(self, step: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Touched slots [n] that have a word after ``step``, in order of first touch, and their contents [n, word]."""
        if not self.has_words:
            return np.zeros(0, np.int64), np.zeros((0, 1), np.float32)
        upto = self.words["step"] <= step
        rows = self.row_of(self.words["slot"].astype(np.int64))
        index = np.flatnonzero(upto & (rows >= 0))
        latest = np.full(len(self.slots), -1)
        latest[rows[index]] = index  # of several changes of one row the last one stays
        shown = np.flatnonzero(latest >= 0)
        return self.slots[shown], self.words["word"][latest[shown]]
