"""What the Memory page knows of one record: its traces, rollbacks, costs and training curves. No Qt in here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite, nan
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gui.pages.memory.rows import TraceRows
from gui.pages.memory.trace import Trace
from gui.translation import tr

if TYPE_CHECKING:
    from engine.runs import Record

CHOICES = ("omniglot", "babi")  # tasks in which each answer is one of the outputs
STREAMS = ("traces", "rollback", "refused", "models")


@dataclass(frozen=True)
class Rollback:
    """One backward pass: memory hashes, and [step, slot] of each row put back, newest first, int64 [n, 2]."""

    before: str
    after: str
    identical: bool
    rows: NDArray[np.int64]
    milliseconds: float


@dataclass(frozen=True)
class Span:
    """A named part of a sequence, steps ``start`` up to ``stop``."""

    name: str
    start: int
    stop: int


@dataclass(frozen=True)
class TraceInfo:
    """What a ``traces`` event says; sizes are at least 0, texts may be empty, ``level`` 0 where it does not say.
    ``change`` is None for a trace that is not a branch.
    """

    number: int
    title: str
    model: str = ""
    task: str = ""
    slots: int = 0
    word: int = 0
    heads: int = 0
    reads: int = 0
    steps: int = 0
    training_step: int | None = None
    parent: int | None = None
    from_step: int | None = None
    change: dict[str, Any] | None = None
    spans: tuple[Span, ...] = ()
    signals: tuple[str, ...] = ()
    bits_wrong: float = nan
    seed: int = 0
    level: int = 0

    @property
    def unit(self) -> str:
        """What is right or wrong: answers, where one of the outputs is the answer, else bits."""
        return "answers" if self.task in CHOICES else "bits"

    def wrong_words(self) -> str:
        """How much is wrong, empty where that is not known."""
        wrong = self.bits_wrong
        if wrong != wrong:
            return ""
        return tr("{wrong:g} {unit} wrong", wrong=wrong, unit=self.unit.removesuffix("s") if wrong == 1 else self.unit)

    def said(self, outputs: NDArray[np.float32]) -> NDArray[np.bool_]:
        """What ``outputs`` [n, values] answer: the likeliest of them, or each bit by itself."""
        if self.unit == "bits" or not outputs.shape[1]:
            return outputs >= 0.5
        return np.arange(outputs.shape[1]) == outputs.argmax(1)[:, None]


def _whole(value: Any, default: int = 0) -> int:
    return int(value) if isinstance(value, (int, float)) and isfinite(value) and value >= 0 else default


def _maybe(value: Any) -> int | None:
    return _whole(value) if isinstance(value, (int, float)) and isfinite(value) and value >= 0 else None


def read_info(event: dict[str, Any]) -> TraceInfo | None:
    """A ``traces`` event as values of known types; None where it does not name a trace."""
    number = _maybe(event.get("trace"))
    if number is None:
        return None
    steps = _whole(event.get("steps"))
    spans = tuple(
        Span(str(span.get("name", "")), _whole(span.get("start")), _whole(span.get("stop")))
        for span in event.get("spans") or ()
        if isinstance(span, dict) and _whole(span.get("stop")) > _whole(span.get("start"))
    )
    wrong, change = event.get("bits_wrong"), event.get("change")
    kind = change.get("kind") if isinstance(change, dict) else None
    return TraceInfo(
        number=number,
        title=str(event.get("title") or tr("trace {number}", number=number)),
        model=str(event.get("model") or ""),
        task=str(event.get("task") or ""),
        slots=_whole(event.get("slots")),
        word=_whole(event.get("word")),
        heads=_whole(event.get("heads")),
        reads=_whole(event.get("reads")),
        steps=steps,
        training_step=_maybe(event.get("training_step")),
        parent=_maybe(event.get("parent")),
        from_step=_maybe(event.get("from_step")),
        change=change if kind and kind != "none" else None,
        spans=spans,
        signals=tuple(str(name) for name in event.get("signals") or ()),
        bits_wrong=float(wrong) if isinstance(wrong, (int, float)) else nan,
        seed=_whole(event.get("seed")),
        level=_whole(event.get("level")),
    )


class MemoryRecord:
    """One record, read as it grows.

    Attributes: ``traces`` by number in order of appearance, ``rollbacks`` by trace, ``models`` names by index,
    ``scaling`` all rows of the cost table, ``refused`` why commands were not carried out (whoever tells the person
    empties it), ``version`` grows with every change.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        self.traces: dict[int, TraceInfo] = {}
        self.rollbacks: dict[int, Rollback] = {}
        self.models: dict[int, str] = {}
        self.refused: list[str] = []
        self.scaling: NDArray[np.void] = np.zeros(0)
        self.version = 0
        self._seen = dict.fromkeys(STREAMS, 0)
        self._tables = {
            "steps": TraceRows("trace_steps", ("trace", "step", "input", "target", "output", "mask")),
            "accesses": TraceRows("accesses", ("trace", "step", "kind", "head", "slot", "weight")),
            "words": TraceRows("words", ("trace", "step", "slot", "word")),
            "signals": TraceRows("signals", ("trace", "step", "signal", "head", "value")),
            "usage": TraceRows("usage", ("trace", "step", "slot", "value")),
        }
        self._shown: dict[int, Trace] = {}

    @property
    def problems(self) -> list[str]:
        """Tables that cannot be used, each in a sentence."""
        return [table.problem for table in self._tables.values() if table.problem]

    def refresh(self) -> bool:
        """Take in what was appended since the last call; true where anything came."""
        came = False
        for stream in STREAMS:
            events = self.record.events(stream, self._seen[stream])
            self._seen[stream] += len(events)
            for event in events:
                getattr(self, f"_take_{stream}")(event)
            came |= bool(events)
        for table in self._tables.values():
            came |= bool(table.refresh(self.record))
        came |= self._read_scaling()
        self.version += came
        return came

    def _take_traces(self, event: dict[str, Any]) -> None:
        info = read_info(event)
        if info is not None:
            parent = self.traces.get(info.parent) if info.parent is not None else None
            if parent is not None and (change := info.title.removeprefix(f"{parent.title}, ")) != info.title:
                info = replace(info, title=change)  # the parent stands beside it: what differs is enough
            self.traces[info.number] = info
            self._shown.pop(info.number, None)

    def _take_rollback(self, event: dict[str, Any]) -> None:
        rows = np.array([row for row in event.get("rows_restored") or () if len(row) == 2], np.int64).reshape(-1, 2)
        before, after = str(event.get("hash_before", "")), str(event.get("hash_after", ""))
        same = bool(event.get("identical", before == after)) and before == after
        self.rollbacks[_whole(event.get("trace"))] = Rollback(
            before, after, same, rows, float(event.get("milliseconds") or 0.0)
        )

    def _take_refused(self, event: dict[str, Any]) -> None:
        self.refused.append(str(event.get("reason", "")))

    def _take_models(self, event: dict[str, Any]) -> None:
        self.models[_whole(event.get("index"))] = str(event.get("name", ""))

    def _read_scaling(self) -> bool:
        if "scaling" not in self.record.tables():
            return False
        table = self.record.table("scaling")
        if len(table) == len(self.scaling):
            return False
        self.scaling = table.read()
        return True

    def trace(self, number: int) -> Trace:
        """A trace as far as it has been written; the same object until more of it arrives, then the same one grown."""
        found = self._shown.get(number)
        if found is None:
            if len(self._shown) >= 6:
                self._shown.pop(next(iter(self._shown)))
            found = self._shown[number] = Trace(self.traces[number])
        found.grow({name: table.of(number) for name, table in self._tables.items() if table.count(number)})
        return found

    def counts(self, number: int) -> tuple[int, ...]:
        """Rows of a trace in each table: changes exactly when the trace does."""
        return tuple(table.count(number) for table in self._tables.values())
