"""What the Recall page knows of one record: its writes, reads, landscapes, controls and sizes. No Qt in here."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gui.translation import tr

if TYPE_CHECKING:
    from engine.runs import Record

STREAMS = ("memory", "traces", "controls", "methods", "refused")
TABLES: dict[str, tuple[str, ...]] = {
    "patterns": ("trace", "role", "of", "values"),
    "writing": ("trace", "step", "pattern", "energy"),
    "weights": ("trace", "step", "change", "norm"),
    "reading": ("trace", "pattern", "step", "values", "energy", "error", "swapped", "nearest", "distance"),
    "landscapes": ("trace", "first", "second", "query", "origin", "axes", "extent", "energy"),
    "attractors": ("trace", "values", "starts", "energy", "nearest", "distance", "spurious"),
    "sizes": ("method", "floats", "patterns", "error", "sem"),
}


@dataclass(frozen=True)
class About:
    """What the memory is; ``made`` commands and figures of its training, empty where the record does not say."""

    data: str = ""
    form: str = ""
    shape: tuple[int, int, int] = (1, 1, 1)
    floats: int = 0
    patterns: int = 0
    unit: str = ""
    source: str = ""
    damage: str = "block"
    binary: bool = False
    twin: bool = False
    made: dict[str, Any] | None = None


@dataclass(frozen=True)
class TraceInfo:
    """One write: rows of the *stored* and *unseen* patterns, shapes of the written *tensors*."""

    number: int
    title: str
    updates: int
    stored: tuple[int, ...]
    unseen: tuple[int, ...]
    tensors: tuple[tuple[str, tuple[int, ...]], ...]
    schedule: dict[str, list[float]]


class RecallRecord:
    """One record, read as it grows.

    Attributes: ``traces`` by number, ``controls`` by trace (-1: of the whole run), ``tables`` all rows so far by name,
    ``refused`` why commands were not carried out (whoever tells the person empties it), ``version`` grows with every
    change, ``problems`` tables that cannot be used, each in a sentence.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        self.about = About()
        self.traces: dict[int, TraceInfo] = {}
        self.controls: dict[int, dict[str, Any]] = {}
        self.methods: dict[int, tuple[str, str, bool]] = {}
        self.refused: list[str] = []
        self.problems: list[str] = []
        self.version = 0
        self.tables: dict[str, NDArray[np.void]] = {}
        self._seen = dict.fromkeys(STREAMS, 0)
        self._readers: dict[str, Any] = {}

    def refresh(self) -> bool:
        """Take in what was appended since the last call; true where anything came."""
        came = self._read_tables()  # rows are written before the event that names them
        for stream in STREAMS:
            events = self.record.events(stream, self._seen[stream])
            self._seen[stream] += len(events)
            for event in events:
                try:
                    getattr(self, f"_take_{stream}")(event)
                except (KeyError, TypeError, ValueError):
                    self.problems.append(tr("An event of {stream} is damaged and was left out", stream=stream))
            came |= bool(events)
        came |= self._read_tables()
        self.version += came
        return came

    def _read_tables(self) -> bool:
        came = False
        for name in set(TABLES) & set(self.record.tables()):
            if name not in self._readers:
                reader = self.record.table(name)
                missing = [column for column in TABLES[name] if column not in (reader.dtype.names or ())]
                if missing:
                    self.problems.append(
                        tr(
                            "The table {name} has no column {missing} and cannot be shown",
                            name=name,
                            missing=missing[0],
                        )
                    )
                self._readers[name] = None if missing else reader
            reader = self._readers[name]
            if reader is None:
                continue
            before = self.tables.get(name)
            known = 0 if before is None else len(before)
            if len(reader) > known:
                fresh = reader.read(known)
                self.tables[name] = fresh if before is None else np.concatenate([before, fresh])
                came = True
        return came

    def _take_memory(self, event: dict[str, Any]) -> None:
        height, width, channels = (max(int(n), 1) for n in event["shape"])
        made = event.get("made")
        self.about = About(
            str(event.get("data", "")),
            str(event.get("form", "")),
            (height, width, channels),
            int(event.get("floats", 0)),
            int(event.get("patterns", 0)),
            str(event.get("unit", "")),
            str(event.get("source", "")),
            str(event.get("damage", "block")),
            bool(event.get("binary")),
            bool(event.get("twin")),
            made if isinstance(made, dict) else None,
        )

    def _take_traces(self, event: dict[str, Any]) -> None:
        number = int(event["trace"])
        tensors = tuple((str(name), tuple(int(n) for n in shape)) for name, shape in event["tensors"])
        schedule = event.get("schedule")
        self.traces[number] = TraceInfo(
            number,
            str(event.get("title") or tr("write {number}", number=number)),
            int(event.get("updates", -1)),
            tuple(int(row) for row in event["stored"]),
            tuple(int(row) for row in event["unseen"]),
            tensors,
            schedule if isinstance(schedule, dict) else {},
        )

    def _take_controls(self, event: dict[str, Any]) -> None:
        self.controls[int(event.get("trace", -1))] = event

    def _take_methods(self, event: dict[str, Any]) -> None:
        self.methods[int(event["index"])] = (str(event["name"]), str(event["title"]), bool(event["told"]))

    def _take_refused(self, event: dict[str, Any]) -> None:
        self.refused.append(str(event.get("reason", "")))

    # What one trace holds

    def rows(self, table: str, trace: int) -> NDArray[np.void]:
        """Rows of a table that belong to a trace; none where the table is missing."""
        found = self.tables.get(table)
        return np.zeros(0) if found is None else found[found["trace"] == trace]

    def values(self, row: int) -> NDArray[np.float32] | None:
        """A pattern by its row."""
        found = self.tables.get("patterns")
        return None if found is None or not 0 <= row < len(found) else found["values"][row]

    def of(self, row: int) -> int:
        """Row of the stored pattern that a query came from, -1 none."""
        found = self.tables.get("patterns")
        return -1 if found is None or not 0 <= row < len(found) else int(found["of"][row])

    def queries(self, trace: int) -> list[int]:
        """Rows of what was read from a trace, in order."""
        rows = self.rows("reading", trace)
        return list(dict.fromkeys(rows["pattern"].tolist())) if len(rows) else []

    def writes(self, trace: int) -> int:
        """Write steps made."""
        rows = self.rows("weights", trace)
        return int(rows["step"].max()) if len(rows) else 0

    def reads(self, trace: int) -> int:
        """Most read steps made from a trace, -1 where nothing was read."""
        rows = self.rows("reading", trace)
        return int(rows["step"].max()) if len(rows) else -1

    def change(self, trace: int, step: int) -> list[tuple[str, float, NDArray[np.float32]]]:
        """Name, length and change as a matrix of each tensor after ``step`` write steps."""
        rows = self.rows("weights", trace)
        rows = rows[rows["step"] == step] if len(rows) else rows
        if not len(rows):
            return []
        found, start = [], 0
        for (name, shape), norm in zip(self.traces[trace].tensors, rows[0]["norm"], strict=False):
            size = prod(shape)
            part = rows[0]["change"][start : start + size]
            if len(part) < size:
                break
            found.append((name, float(norm), part.reshape(shape[0], -1)))
            start += size
        return found

    def judged(self, trace: int) -> dict[str, Any]:
        """Errors that belong beside each other: of this trace, else of the whole run, else of the shipped training."""
        if trace in self.controls:
            return self.controls[trace]
        if -1 in self.controls:
            return self.controls[-1]
        figures = (self.about.made or {}).get("figures")
        return figures if isinstance(figures, dict) else {}


def figure(value: Any) -> str:
    """A number in three digits, "not trained" where there is none."""
    return f"{value:#.3g}".rstrip(".") if isinstance(value, (int, float)) and isfinite(value) else tr("not trained")
