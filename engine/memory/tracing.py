"""Everything a network did over a sequence, as rows of a record.

Tables ``trace_steps``, ``accesses``, ``words``, ``signals``, ``usage``; events ``traces``, one for each sequence or
branch; the rows of a trace are written before its event.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.memory_tasks import Batch
from engine.memory.interface import Sizes
from engine.memory.lives import Life
from engine.runs.schema import Column
from engine.runs.table import Table
from engine.runs.writer import RecordWriter

NOTICEABLE = 1e-3  # smaller changes of a dense memory's words and usage are left out until they add up
PARTS = {"read modes": ("by content", "forward", "backward"), "shift": ("back", "stay", "on")}
"""Signals of several values a head, and the names of these."""

TRACE = Column("trace", "i4", description="number in the events traces")
STEP = Column("step", "i4", description="from 0")


class Tracer:
    """Writes traces of one kind of network on one task; ``count`` is the number the next trace gets."""

    def __init__(self, record: RecordWriter, model: str, task: str, sizes: Sizes) -> None:
        self.count = 0
        self._record = record
        self._about = {"model": model, "task": task, "slots": sizes.slots if model != "lstm" else 0}
        self._about |= {"word": sizes.word, "heads": sizes.heads, "reads": sizes.reads}
        slot = Column("slot", "i4", description="word in memory, from 0")
        head = Column("head", "u1", description="from 0")
        self._steps = record.table(
            "trace_steps",
            (
                TRACE,
                STEP,
                Column("input", "f4", (sizes.inputs,)),
                Column("target", "f4", (sizes.outputs,)),
                Column("output", "f4", (sizes.outputs,), description="probabilities"),
                Column("mask", "b1", description="whether an answer is asked for"),
                Column("error_bits", "f4", unit="bits", description="wrong bits, or 1 for a wrong answer"),
            ),
        )
        kind = Column("kind", "u1", description="0 read, 1 write, 2 erase, 3 precedence")
        weight = Column("weight", "f4", description="0 to 1")
        self._accesses = record.table("accesses", (TRACE, STEP, kind, head, slot, weight))
        content = Column("word", "f4", (sizes.word,), description="content after the write of the step")
        self._words = record.table("words", (TRACE, STEP, slot, content))
        signal = Column("signal", "u2", description="index in the trace's signals")
        self._signals = record.table("signals", (TRACE, STEP, signal, head, Column("value", "f4")))
        self._usage = record.table("usage", (TRACE, STEP, slot, Column("value", "f4", description="0: free")))

    def write(
        self,
        life: Life,
        *,
        title: str,
        spans: Sequence[dict[str, Any]],
        level: int,
        seed: int,
        training_step: int | None = None,
        parent: int | None = None,
    ) -> int:
        """Write one trace; returns its number. ``parent``: the trace it branches from, by the last of its changes."""
        number, self.count = self.count, self.count + 1
        batch, steps = life.batch, len(life.output)
        every = np.arange(steps)
        self._extend(
            self._steps, number, every, batch.inputs[:, 0], batch.targets[:, 0], life.output, batch.asked, life.wrong
        )
        rows = life.accesses
        self._extend(self._accesses, number, *(rows[name] for name in ("step", "kind", "head", "slot", "weight")))
        self._extend(self._words, number, *noticeable(*life.recorder.changes()))
        names = self._write_signals(number, life)
        change = life.changes[-1] if life.changes else None
        self._record.event(
            "traces",
            {
                "trace": number,
                "title": title,
                **self._about,
                "level": level,
                "steps": steps,
                "training_step": training_step,
                "parent": parent,
                "from_step": change.step if change else None,
                "change": change.to_json() if change else None,
                "spans": list(spans),
                "signals": names,
                "bits_wrong": float(life.wrong.sum()),
                "seed": seed,
            },
        )
        return number

    def _write_signals(self, number: int, life: Life) -> list[str]:
        """Rows of ``signals`` and ``usage``; returns the names of the signals."""
        names: list[str] = []
        for name, values in life.recorder.signals.items():
            if name == "usage":
                steps, slots = np.divmod(np.arange(values.size), values.shape[1])
                kept = noticeable(steps, slots, values.reshape(-1, 1))
                self._extend(self._usage, number, kept[0], kept[1], kept[2][:, 0])
                continue
            by_head = values.reshape(*values.shape[:2], -1)  # [steps, heads, parts]
            for part in range(by_head.shape[2]):
                known = PARTS.get(name, ())
                names.append(f"{name}, {known[part]}" if part < len(known) else name)
                steps, heads = np.divmod(np.arange(by_head[..., part].size), by_head.shape[1])
                self._extend(self._signals, number, steps, len(names) - 1, heads, by_head[..., part].ravel())
        return names

    def _extend(self, table: Table, trace: int, *columns: NDArray[Any] | int) -> None:
        """Append rows, their columns after ``trace`` in the table's order."""
        if not np.size(columns[0]):
            return
        rows = np.zeros(np.size(columns[0]), table.dtype)
        for name, values in zip(table.dtype.names or (), (trace, *columns), strict=True):
            rows[name] = values
        table.extend(rows)


def noticeable(
    steps: NDArray[Any], slots: NDArray[Any], values: NDArray[np.float32]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.float32]]:
    """Rows (steps [n], slots [n], values [n, m]) that differ from the last kept one of their slot, zeros at first."""
    shown: dict[int, NDArray[np.float32]] = {}
    kept = np.zeros(len(steps), bool)
    for i, slot in enumerate(slots.tolist()):
        last = shown.get(slot)
        if np.abs(values[i] - (0 if last is None else last)).max(initial=0) > NOTICEABLE:
            shown[slot], kept[i] = values[i], True
    return steps[kept], slots[kept], values[kept]


def spans(task: str, batch: Batch, level: int) -> list[dict[str, Any]]:
    """Parts of the first episode in words: what is shown, asked and answered."""
    asked = batch.asked if batch.asked.ndim == 1 else batch.asked[:, 0]
    steps = len(asked)
    if task == "omniglot":
        return [{"name": f"{level} characters, 10 times each", "start": 0, "stop": steps}]
    if task == "babi":
        ends = [0, *(np.flatnonzero(asked) + 1).tolist()]
        parts = [(f"question {i}", a, b) for i, (a, b) in enumerate(pairwise(ends), start=1)]
    else:
        first = int(asked.argmax())
        parts = [(f"show {level} vectors", 0, first), ("answer", first, steps)]
        if task == "recall":
            length = steps - first
            query = first - length - 2
            parts = [(f"store {level} items", 0, query), ("query", query, first), ("answer", first, steps)]
    return [{"name": name, "start": start, "stop": stop} for name, start, stop in parts]
