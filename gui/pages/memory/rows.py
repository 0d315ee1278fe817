"""Rows of a growing table by trace: only what is looked at is read from disk, only what is new is read again. No Qt."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.runs.files import RecordError
from gui.translation import tr

if TYPE_CHECKING:
    from engine.runs import Record, TableReader

KEPT = 6  # traces whose rows stay in memory


class TraceRows:
    """One table; ``problem`` says why it cannot be used (empty while it can).

    ``columns`` are those that must be there. A record that has no such table (yet) has no rows.
    """

    def __init__(self, name: str, columns: tuple[str, ...]) -> None:
        self.name = name
        self.columns = columns
        self.problem = ""
        self._seen = 0
        self._runs: dict[int, list[tuple[int, int]]] = {}  # where each trace's rows lie: start and stop in the table
        self._kept: OrderedDict[int, NDArray[np.void]] = OrderedDict()
        self._table: TableReader | None = None

    def refresh(self, record: Record) -> set[int]:
        """Note what was appended; returns the traces that grew."""
        if self.problem or not self._open(record):
            return set()
        now = len(self._table)
        if now <= self._seen:
            return set()
        numbers = self._table.column("trace", self._seen, now)
        edges = np.flatnonzero(np.diff(numbers)) + 1
        starts = np.concatenate([[0], edges])
        for start, stop in zip(starts.tolist(), [*edges.tolist(), len(numbers)], strict=True):
            runs = self._runs.setdefault(int(numbers[start]), [])
            if runs and runs[-1][1] == self._seen + start:
                runs[-1] = (runs[-1][0], self._seen + stop)
            else:
                runs.append((self._seen + start, self._seen + stop))
        self._seen += len(numbers)
        return set(np.unique(numbers).tolist())

    def _open(self, record: Record) -> bool:
        if self._table is None:
            try:
                table = record.table(self.name)
            except RecordError:
                return False
            missing = [name for name in self.columns if name not in (table.dtype.names or ())]
            if missing:
                self.problem = tr("The table {name} has no column {missing}", name=self.name, missing=missing[0])
                return False
            self._table = table
        return True

    def count(self, trace: int) -> int:
        """Rows of a trace so far."""
        return sum(stop - start for start, stop in self._runs.get(trace, ()))

    def of(self, trace: int) -> NDArray[np.void]:
        """All rows of a trace in the order written; a structured array with the table's dtype (empty without one)."""
        if self._table is None:
            return np.zeros(0)
        kept = self._kept.pop(trace, np.zeros(0, self._table.dtype))
        skip = len(kept)
        parts = [kept]
        for start, stop in self._runs.get(trace, ()):
            if skip >= stop - start:
                skip -= stop - start
                continue
            parts.append(self._table.read(start + skip, stop))
            skip = 0
        rows = np.concatenate(parts) if len(parts) > 1 else kept
        self._kept[trace] = rows
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return rows
