"""The recall room by hand: patterns are written into a trained memory and read back from what is left of them.

The session waits for commands (JSON objects with ``command``):

- ``write``: ``patterns``, a list of lists of d values in [-1, 1]; or ``files``, paths of pictures; or ``count`` and
  ``seed``, examples of unseen classes. A new trace;
- ``damage``: ``trace``, optionally ``kind``, ``amount``, ``seed``: damage every stored pattern at random and read;
- ``read``: ``trace``, ``values`` (d values), ``of`` (index of the stored pattern it came from, -1 none), ``steps``;
- ``landscape``: ``trace``, ``first``, ``second`` (indices of stored patterns), ``query`` (row in *patterns*);
- ``attractors``: ``trace``, ``starts``, ``seed``: where reads from random patterns end;
- ``finish``: end the session.

A command that makes no sense is answered with an event ``refused``; it never ends the session.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.associative.examination import draw, examine, mean, verdict
from engine.associative.files import open_source
from engine.associative.recorder import Recorder, Trace
from engine.data.patterns import DamageName, Floats
from engine.data.pictures import read_picture
from engine.errors import BadInput
from engine.experiments.context import Context
from engine.experiments.energy_memory_settings import RecallConfiguration

MOST = 256  # patterns of a write, queries of a read
STARTS = 256  # random starts
LONG = 40  # read steps after which an attractor is reached or never


def run(configuration: RecallConfiguration, context: Context) -> dict[str, Any]:
    """Write and read an example, then do as told until told to finish."""
    torch.set_num_threads(1)
    session = Session(configuration, context)
    for command in context.commands():
        if session.obey(command):
            break
    return session.result()


class Session:
    """A trained memory and its traces; the first one is made at once."""

    def __init__(self, configuration: RecallConfiguration, context: Context) -> None:
        self._context = context
        self._bundle = open_source(configuration.source, context.record.folder.parent)
        card = self._bundle.memory.card
        self._data, self._count = self._bundle.data, configuration.patterns or card.patterns
        self._damage: DamageName = "noise" if card.data == "bits" else "block"
        made = {key: card.made[key] for key in ("commands", "figures", "sizes") if key in card.made}
        about = {"source": configuration.source, "damage": self._damage, "twin": self._bundle.twin is not None}
        self._recorder = Recorder(context.record, self._bundle.memory, self._data, about | {"made": made})
        self._traces: dict[int, Trace] = {}
        self._begin({"command": "write", "count": self._count, "seed": context.seed})
        self._damage_all({"trace": 0, "seed": context.seed})

    def obey(self, command: dict[str, Any]) -> bool:
        """Carry out a command, or say in the record why not; returns whether it was the last one."""
        try:
            match command.get("command"):
                case "write":
                    self._begin(command)
                case "damage":
                    self._damage_all(command)
                case "read":
                    self._read(command)
                case "landscape":
                    self._landscape(command)
                case "attractors":
                    self._attractors(command)
                case "finish":
                    return True
                case other:
                    raise BadInput(f"There is no command {other!r}")
        except (BadInput, RuntimeError) as problem:
            self._context.event("refused", {"command": _short(command), "reason": str(problem)})
        self._context.flush()
        return False

    def _begin(self, command: dict[str, Any]) -> None:
        stored, title = self._wanted(command)
        seed = _whole(command, "seed", 0, 2**32 - 1, self._context.seed)
        others = self._others(stored, seed)
        self._recorder.memory_of_others(others[: len(stored)])
        trace = self._recorder.write(stored, others[-min(len(others), 8) :], title=title)
        self._traces[trace.number] = trace

    def _wanted(self, command: dict[str, Any]) -> tuple[Floats, str]:
        """The patterns a command wants stored, and what to call them."""
        if "patterns" in command:
            rows = command["patterns"]
            if not isinstance(rows, list) or not 1 <= len(rows) <= MOST:
                raise BadInput(f"patterns must be a list of 1 to {MOST} patterns")
            return np.stack([self._values(row) for row in rows]), f"{len(rows)} of your own"
        if "files" in command:
            files = command["files"]
            if not isinstance(files, list) or not 1 <= len(files) <= MOST:
                raise BadInput(f"files must be a list of 1 to {MOST} paths")
            shape, binary = self._data.shape, self._data.binary
            rows = [read_picture(Path(str(path)), shape, binary=binary) for path in files]
            return np.stack(rows), f"{len(rows)} picture{'s' if len(rows) > 1 else ''}"
        count = _whole(command, "count", 1, MOST, self._count)
        seed = _whole(command, "seed", 0, 2**32 - 1, 0)
        found = self._data.sample(np.random.default_rng(seed), 1, count, held_out=True)[0]
        return found, f"{count} examples, seed {seed}"

    def _others(self, stored: Floats, seed: int) -> Floats:
        """Examples that are not stored, as many as are stored and 8 more where there are so many."""
        if self._data.name == "bits":
            pool = np.random.default_rng([seed, 1]).choice(
                np.array([-1, 1], np.float32), (len(stored) + 8, self._data.size)
            )
        else:
            pool = self._bundle.examples
        free = np.array([np.abs(stored - row).max(1).min() > 1e-3 for row in pool])
        pool = pool[free] if free.any() else pool
        order = np.random.default_rng([seed, 2]).permutation(len(pool))
        return pool[order[: len(stored) + 8]]

    def _damage_all(self, command: dict[str, Any]) -> None:
        trace = self._trace(command)
        kind = command.get("kind", self._damage)
        if kind not in ("block", "noise"):
            raise BadInput(f"kind may be block or noise, not {kind!r}")
        amount = command.get("amount", 0.5)
        if not isinstance(amount, (int, float)) or isinstance(amount, bool) or not 0 < amount <= 1:
            raise BadInput(f"amount must be a number above 0 and at most 1, not {amount!r}")
        random = np.random.default_rng(_whole(command, "seed", 0, 2**32 - 1, 0))
        queries, _ = self._data.damage(random, trace.stored, kind, float(amount))
        rows = self._recorder.read(trace, queries, list(range(len(queries))))
        if len(trace.rows) > 1:
            self._recorder.landscape(trace, 0, 1, queries[0], rows[0])
        self._controls(trace, len(trace.stored), kind, float(amount))

    def _controls(self, trace: Trace, count: int, kind: DamageName, amount: float) -> None:
        """Error, swap and twin on fresh tasks of as many patterns: one task alone is too few to judge a memory by."""
        exam = draw(self._data, np.random.default_rng(1), 8, min(count, len(self._bundle.examples)), kind, amount)
        found, twin = examine(self._bundle.memory, self._data, exam), self._bundle.twin
        error, swap = mean(found.errors), mean(found.swapped)
        unwritten = mean(examine(twin, self._data, exam).errors) if twin is not None else None
        self._recorder.controls(
            trace.number,
            {
                "error": error,
                "error_swap": swap,
                "error_unwritten": unwritten,
                "error_query": float(self._data.error(exam.queries, exam.patterns).mean()),
                "verdict": None if unwritten is None else verdict(error, swap, unwritten),
                "patterns": exam.patterns.shape[1],
                "tasks": len(exam.patterns),
            },
        )

    def _read(self, command: dict[str, Any]) -> None:
        trace = self._trace(command)
        query = self._values(command.get("values"))
        of = _whole(command, "of", -1, len(trace.rows) - 1, -1)
        steps = _whole(command, "steps", 1, 200, self._bundle.memory.card.reads)
        (row,) = self._recorder.read(trace, query[None], [of], steps=steps)
        if len(trace.rows) > 1:
            first = max(of, 0)
            self._recorder.landscape(trace, first, (first + 1) % len(trace.rows), query, row)

    def _landscape(self, command: dict[str, Any]) -> None:
        trace = self._trace(command)
        last = len(trace.rows) - 1
        first, second = _whole(command, "first", 0, last, 0), _whole(command, "second", 0, last, min(1, last))
        if first == second:
            raise BadInput("A landscape needs two different stored patterns")
        query = self._values(command.get("values"))
        self._recorder.landscape(trace, first, second, query, _whole(command, "query", 0, 2**31 - 1, 0))

    def _attractors(self, command: dict[str, Any]) -> None:
        trace = self._trace(command)
        random = np.random.default_rng(_whole(command, "seed", 0, 2**32 - 1, 0))
        shape = (_whole(command, "starts", 1, STARTS, 64), self._data.size)
        starts = random.choice(np.array([-1, 1], np.float32), shape)
        if not self._data.binary:
            starts = random.uniform(-1, 1, shape).astype(np.float32)
        near = 0.05 * self._data.size if self._data.binary else 0.0125 * self._data.size
        self._recorder.attractors(trace, starts, steps=LONG, near=near)

    def _trace(self, command: dict[str, Any]) -> Trace:
        number = command.get("trace")
        if not isinstance(number, int) or number not in self._traces:
            raise BadInput(f"There is no trace {number!r} in this session")
        return self._traces[number]

    def _values(self, row: Any) -> Floats:
        size = self._data.size
        if not isinstance(row, list) or len(row) != size:
            raise BadInput(f"A pattern of this memory has {size:,} values")
        try:
            values = np.array(row, np.float32)
        except (TypeError, ValueError) as problem:
            raise BadInput("A pattern's values must be numbers") from problem
        if values.shape != (size,) or not np.isfinite(values).all() or np.abs(values).max() > 1:
            raise BadInput("A pattern's values must be numbers from -1 to 1")
        return np.where(values > 0, np.float32(1), np.float32(-1)) if self._data.binary else values

    def result(self) -> dict[str, Any]:
        """How much was written."""
        return {"traces": len(self._traces)}


def _whole(command: dict[str, Any], key: str, least: int, most: int, otherwise: int) -> int:
    value = command.get(key, otherwise)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadInput(f"{key} must be a whole number from {least} to {most}, not {value!r}")
    return value


def _short(command: dict[str, Any]) -> dict[str, Any]:
    """The command without what is too long to print."""
    return {key: value for key, value in command.items() if key not in ("values", "patterns")}
