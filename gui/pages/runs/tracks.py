"""One record as a thing that can be replayed: what it says at each place of a time axis. No Qt in here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gui.translation import tr
from gui.words import value_words

if TYPE_CHECKING:
    from engine.runs import Record

MOST_FIELDS = 40
BOOKKEEPING = ("parent", "episode", "agent", "done")  # of the tree of situations, not of the game
MOST_NUMBERS = 12  # of a cell that is shown in full


@dataclass
class Track:
    """A record on a time axis of whole numbers.

    Attributes: ``record``, ``name`` of the table that is replayed ("" for curves alone), ``end`` of the axis.
    """

    record: Record
    name: str
    end: int
    situations: Any = None
    path: Any = None

    @classmethod
    def open(cls, folder: Path) -> Track:
        """Open a record; RecordError where it cannot be read or has nothing to replay."""
        from engine.runs import Record, RecordError

        record = Record.open(folder)
        if "nodes" in record.tables():
            from gui.pages.alchemy.model import Situations

            situations = Situations(record)
            situations.refresh()
            found = cls(record, "nodes", 0, situations)
            if found.episodes:
                found.choose(found.episodes[0])
                return found
        sizes = {name: len(record.table(name)) for name in record.tables() if name != "scalars"}
        name = max(sizes, key=lambda each: sizes[each], default="")
        if name and sizes[name]:
            return cls(record, name, sizes[name] - 1)
        steps = [record.scalars(each)[0] for each in record.scalar_names()]
        last = max((int(each[-1]) for each in steps if len(each)), default=-1)
        if last < 0:
            raise RecordError(tr("{id} has nothing to replay: no table and no curve", id=record.id))
        return cls(record, "", last)

    @property
    def episodes(self) -> list[int]:
        """Episodes that can be stepped through, where there are any."""
        return sorted({line.episode for line in self.situations.lines.values()}) if self.situations else []

    def choose(self, episode: int) -> None:
        """Replay another episode."""
        line = next(line for line in self.situations.lines.values() if line.episode == episode)
        self.path = self.situations.path(line.leaf)
        self.end = self.path.positions[-1] if self.path.positions else 0

    @property
    def reached(self) -> int:
        """Places on the axis, the first included."""
        return self.end + 1

    def bench(self, position: int) -> Any:
        """The state of the bench at a place, None where this is no game of Alchemy."""
        if self.situations is None or not self.path.rows:
            return None
        from gui.pages.alchemy.states import bench_state

        return bench_state(self.situations, self.path, self.path.index(position))

    def fields(self, position: int) -> dict[str, str]:
        """Names and values at a place, in words; the last ones there are after the end."""
        found: dict[str, str] = {}
        if self.name:
            row = self.path.rows[self.path.index(position)] if self.situations else min(position, self.end)
            table = self.record.table(self.name)
            values = table.read(row, row + 1)
            for column in table.columns[:MOST_FIELDS] if len(values) else ():
                if column.size <= MOST_NUMBERS and column.name not in BOOKKEEPING:
                    unit = f" ({column.unit})" if column.unit else ""
                    found[column.name.replace("_", " ") + unit] = _words(values[column.name][0])
        if not self.situations:
            for name in self.record.scalar_names()[: MOST_FIELDS - len(found)]:
                steps, numbers = self.record.scalars(name)
                at = int(np.searchsorted(steps, position, side="right")) - 1
                found[name] = value_words(float(numbers[at])) if at >= 0 else "–"
        return found


def _words(value: Any) -> str:
    plain = value.tolist() if isinstance(value, np.generic | np.ndarray) else value
    return value_words(plain)


def parting(first: Track, second: Track) -> int:
    """The first place at which two tracks differ, -1 where they do not or cannot be compared row by row."""
    from engine.runs.difference import table_difference

    if first.situations and second.situations:
        keys = ("action", "appearances", "indicators", "colours", "score")
        for a, b in zip(first.path.rows, second.path.rows, strict=False):
            one, two = first.situations.nodes[a], second.situations.nodes[b]
            if any(not np.array_equal(one[key], two[key]) for key in keys):
                return first.situations.position(a)
        return -1
    if not first.name or first.name != second.name:
        return -1
    found = table_difference(first.record, second.record, first.name, {})
    return found.step if found else -1
