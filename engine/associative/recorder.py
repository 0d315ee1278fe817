"""The record of writing and reading: the same tables for a training that shows an example and for a session by hand.

A *trace* is one write: its patterns, the memory before and after each write step, and every read made from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.associative.energy import Fast
from engine.associative.model import Ebmm, flat_change
from engine.data.patterns import Floats, Patterns
from engine.runs.schema import Column
from engine.runs.writer import RecordWriter

STORED, UNSEEN, DAMAGED = range(3)
SIDE = 41  # points along each axis of a landscape


@dataclass(frozen=True, slots=True)
class Trace:
    """One write, kept to read from: ``memories`` after each step, ``stored`` [n, d] and their rows in *patterns*."""

    number: int
    memories: list[Fast]
    stored: Floats
    rows: tuple[int, ...]


class Recorder:
    """Writes six tables and the events *memory* (what it is), *traces* and *controls*."""

    def __init__(self, record: RecordWriter, model: Ebmm, data: Patterns, about: dict[str, Any]) -> None:
        self._record, self._data = record, data
        self.model = model
        card = model.card
        record.event(
            "memory",
            {"form": card.form, "data": card.data, "shape": list(card.shape), "floats": model.energy.floats}
            | {"patterns": card.patterns, "unit": data.unit, "binary": data.binary}
            | about,
        )
        size, floats = data.size, model.energy.floats
        writes, tensors = model.card.writes, len(model.energy.written)
        self._patterns = record.table(
            "patterns",
            (
                Column("trace", "i4", description="number of the write"),
                Column("role", "u1", description="0 stored, 1 unseen, 2 damaged"),
                Column("of", "i4", description="row of the pattern that was damaged, -1 none"),
                Column("values", "f4", (size,), description="-1 .. 1, rows of the image from the top"),
            ),
        )
        self._writing = record.table(
            "writing",
            (
                Column("trace", "i4"),
                Column("step", "i2", description="write steps made"),
                Column("pattern", "i4", description="row in patterns"),
                Column("energy", "f4"),
                Column("slope", "f4", description="length of the energy's gradient at the pattern"),
            ),
        )
        self._weights = record.table(
            "weights",
            (
                Column("trace", "i4"),
                Column("step", "i2", description="write steps made"),
                Column("change", "f4", (floats,), description="written minus start, tensors in a row"),
                Column("norm", "f4", (tensors,), description="length of each tensor's change"),
                Column("loss", "f4", (3,), description="writing loss: energy, slope term, distance term"),
            ),
        )
        self._reading = record.table(
            "reading",
            (
                Column("trace", "i4"),
                Column("pattern", "i4", description="row in patterns of the query"),
                Column("step", "i2", description="read steps made"),
                Column("values", "f4", (size,)),
                Column("energy", "f4"),
                Column("slope", "f4"),
                Column("error", "f4", unit=data.unit, description="to the stored pattern, nan if there is none"),
                Column("swapped", "f4", unit=data.unit, description="the same read with another memory"),
                Column("nearest", "i4", description="row in patterns of the nearest stored pattern"),
                Column("distance", "f4", unit=data.unit, description="error to that one"),
            ),
        )
        self._landscapes = record.table(
            "landscapes",
            (
                Column("trace", "i4"),
                Column("first", "i4", description="row in patterns, at the origin"),
                Column("second", "i4", description="row in patterns, on the first axis"),
                Column("query", "i4", description="row in patterns, in the plane"),
                Column("origin", "f4", (size,)),
                Column("axes", "f4", (2, size), description="orthonormal"),
                Column("extent", "f4", (4,), description="left, right, bottom, top in the plane"),
                Column("energy", "f4", (writes + 1, SIDE, SIDE), description="after each write step; rows from below"),
            ),
        )
        self._attractors = record.table(
            "attractors",
            (
                Column("trace", "i4"),
                Column("values", "f4", (size,)),
                Column("starts", "i4", description="random starts that ended here"),
                Column("energy", "f4"),
                Column("nearest", "i4", description="row in patterns"),
                Column("distance", "f4", unit=data.unit),
                Column("spurious", "b1", description="not a stored pattern"),
            ),
        )
        self._written = 0
        self._rows = 0
        self._other: Fast | None = None

    def memory_of_others(self, patterns: Floats) -> None:
        """Write ``patterns`` [n, d], none of them of a trace: the memory of every swap control."""
        with torch.no_grad():
            self._other = self.model.write(torch.from_numpy(np.ascontiguousarray(patterns))[None])[-1]

    def write(self, stored: Floats, unseen: Floats, *, title: str, updates: int = -1) -> Trace:
        """Write ``stored`` [n, d] and record every step, beside patterns never stored."""
        number = self._written
        self._written += 1
        rows = [self._add(number, STORED, -1, x) for x in stored]
        rows_unseen = [self._add(number, UNSEEN, -1, x) for x in unseen]
        x = torch.from_numpy(np.ascontiguousarray(np.concatenate([stored, unseen])))[None]
        with torch.no_grad():
            memories = self.model.write(x[:, : len(stored)])
            alpha, beta = self.model.schedule.alpha.item(), self.model.schedule.beta.item()
            for step, fast in enumerate(memories):
                energy, slope = self._height(x, fast)
                for row, e, s in zip([*rows, *rows_unseen], energy, slope, strict=True):
                    self._writing.append(trace=number, step=step, pattern=row, energy=e, slope=s)
                norms = [float((w[0] - v[0]).norm()) for w, v in zip(fast, memories[0], strict=True)]
                loss = (
                    energy[: len(stored)].mean(),
                    alpha * np.square(slope[: len(stored)]).mean(),
                    beta * np.square(norms).sum(),
                )
                change = flat_change(fast, memories[0]).numpy()
                self._weights.append(trace=number, step=step, change=change, norm=norms, loss=loss)
        shapes = [[name, list(value.shape)] for name, value in self._named_start()]
        self._record.event(
            "traces",
            {"trace": number, "title": title, "updates": updates, "stored": rows, "unseen": rows_unseen}
            | {"tensors": shapes, "schedule": self.model.schedule.values(), "floats": self.model.energy.floats},
        )
        return Trace(number, memories, stored, tuple(rows))

    def _named_start(self) -> list[tuple[str, Tensor]]:
        return list(zip(self.model.energy.written, self.model.energy.start_values(), strict=True))

    def _add(self, trace: int, role: int, of: int, values: Floats) -> int:
        self._patterns.append(trace=trace, role=role, of=of, values=values)
        self._rows += 1
        return self._rows - 1

    def _height(self, x: Tensor, fast: Fast) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        energy = self.model.energy.energy(x, fast)[0].numpy()
        slope = self.model.energy.slope(x, fast)[0].norm(dim=-1).numpy()
        return energy, slope

    def read(self, trace: Trace, queries: Floats, of: list[int], *, steps: int | None = None) -> list[int]:
        """Read ``queries`` [q, d]; ``of``: index of the stored pattern each came from, -1 unknown. Rows of the queries.

        Also recorded: each query's energy during the write, and its error when read with the memory of others.
        """
        rows = [
            self._add(trace.number, DAMAGED, trace.rows[source] if source >= 0 else -1, query)
            for query, source in zip(queries, of, strict=True)
        ]
        x = torch.from_numpy(np.ascontiguousarray(queries))[None]
        with torch.no_grad():
            for step, fast in enumerate(trace.memories):
                for row, e, s in zip(rows, *self._height(x, fast), strict=True):
                    self._writing.append(trace=trace.number, step=step, pattern=row, energy=e, slope=s)
            path = self.model.read(trace.memories[-1], x, steps=steps)
            other = self._other or self.model.energy.start(1)
            swapped = self.model.read(other, x, steps=steps)
            for step, (found, foreign) in enumerate(zip(path, swapped, strict=True)):
                energy, slope = self._height(found, trace.memories[-1])
                values, strange = found[0].numpy(), foreign[0].numpy()
                distance = self._data.error(values[:, None], trace.stored[None])
                nearest = distance.argmin(1)
                for i, row in enumerate(rows):
                    truth = trace.stored[of[i]] if of[i] >= 0 else None
                    self._reading.append(
                        trace=trace.number,
                        pattern=row,
                        step=step,
                        values=values[i],
                        energy=energy[i],
                        slope=slope[i],
                        error=np.nan if truth is None else self._data.error(values[i], truth),
                        swapped=np.nan if truth is None else self._data.error(strange[i], truth),
                        nearest=trace.rows[nearest[i]],
                        distance=distance[i, nearest[i]],
                    )
        return rows

    def landscape(self, trace: Trace, first: int, second: int, query: Floats, query_row: int) -> None:
        """Energies on the plane through two stored patterns (by index) and a query, after every write step."""
        a, b, q = trace.stored[first], trace.stored[second], query
        axes = _plane(b - a, q - a)
        points = np.stack([(v - a) @ axes.T for v in (a, b, q)])
        low, high = points.min(0), points.max(0)
        margin = 0.35 * max(float((high - low).max()), 1e-3)
        extent = np.array([low[0] - margin, high[0] + margin, low[1] - margin, high[1] + margin], np.float32)
        across, up = (np.linspace(low, high, SIDE) for low, high in (extent[:2], extent[2:]))
        grid = np.stack(np.meshgrid(across, up), -1).reshape(-1, 2).astype(np.float32)
        x = torch.from_numpy((a + grid @ axes).astype(np.float32))[None]
        with torch.no_grad():
            heights = [self.model.energy.energy(x, fast)[0].numpy().reshape(SIDE, SIDE) for fast in trace.memories]
        self._landscapes.append(
            trace=trace.number,
            first=trace.rows[first],
            second=trace.rows[second],
            query=query_row,
            origin=a,
            axes=axes,
            extent=extent,
            energy=np.stack(heights),
        )

    def attractors(self, trace: Trace, starts: Floats, *, steps: int, near: float) -> None:
        """Where reads from ``starts`` [s, d] end; ends closer than ``near`` to each other are one attractor."""
        with torch.no_grad():
            ends = self.model.read(trace.memories[-1], torch.from_numpy(starts)[None], steps=steps)[-1]
            heights = self.model.energy.energy(ends, trace.memories[-1])[0].numpy()
        left, energies = ends[0].numpy(), heights
        while len(left):
            distance = self._data.error(left, left[energies.argmin()])
            same = distance <= near
            lowest = left[energies.argmin()]
            to_stored = self._data.error(lowest[None], trace.stored)
            nearest = int(to_stored.argmin())
            self._attractors.append(
                trace=trace.number,
                values=lowest,
                starts=int(same.sum()),
                energy=energies.min(),
                nearest=trace.rows[nearest],
                distance=to_stored[nearest],
                spurious=bool(to_stored[nearest] > near),
            )
            left, energies = left[~same], energies[~same]

    def controls(self, trace: int, values: dict[str, Any]) -> None:
        """Errors that must be printed beside each other."""
        self._record.event("controls", {"trace": trace, **values})


def _plane(first: Floats, second: Floats) -> Floats:
    """Two orthonormal rows that span both directions; any direction where they do not."""
    axes = np.zeros((2, len(first)), np.float32)
    for i, direction in enumerate((first, second)):
        rest = direction - (axes @ direction) @ axes
        if np.linalg.norm(rest) < 1e-4:
            rest = np.eye(len(first), dtype=np.float32)[i]
            rest = rest - (axes @ rest) @ axes
        axes[i] = rest / np.linalg.norm(rest)
    return axes
