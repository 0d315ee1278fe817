"""Last, lowest and highest value of every curve of every run: what a table of thousands of runs sorts and filters by.

Reading the curves themselves would take minutes; their figures are made once for a run that has ended, kept in the
index, and read back as columns.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.runs.database import IndexDatabase
from engine.runs.files import RecordError, regular_size
from engine.runs.record import Record

FIGURES = np.dtype(
    [("name", "<u4"), ("count", "<u4"), ("step", "<i8"), ("last", "<f8"), ("low", "<f8"), ("high", "<f8")]
)
AT_ONCE = 50


@dataclass(frozen=True, eq=False)
class CurveFigures:
    """Figures of curves as columns.

    Attributes
    ----------
    ids
        Row of each run in the arrays.
    names
        Column of each curve.
    step
        int64 [runs, curves]: the last step with a value; -1 where the run has no such curve.
    last, low, high
        float64 [runs, curves]: the value there, the lowest and the highest; nan where there is none. ``last`` is nan
        also where the last value written was not a finite number.
    missing
        Runs that have not been looked at yet.
    stamp
        Grows with each change.
    """

    ids: dict[str, int]
    names: dict[str, int]
    step: NDArray[np.int64]
    last: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    missing: int = 0
    stamp: int = 0

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many runs have each curve."""
        return dict(zip(self.names, (self.step >= 0).sum(axis=0).tolist(), strict=True))


def figures_of(record: Record) -> list[tuple[str, int, int, float, float, float]]:
    """(name, values, last step, last, lowest, highest) of each curve of a record. Raises RecordError.

    Values that are not finite numbers count for ``last`` alone: a curve that ends in nan has no last value.
    """
    names = record.scalar_names()
    if not names:
        return []
    rows = record.table("scalars").read()
    if not {"key", "step", "value"} <= set(rows.dtype.names or ()) or not len(rows):
        return []
    rows = rows[np.argsort(rows["key"], kind="stable")]
    keys, starts, counts = np.unique(rows["key"], return_index=True, return_counts=True)
    values = np.where(np.isfinite(rows["value"]), rows["value"], np.nan)
    low, high = np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)
    ends = starts + counts - 1
    columns = (keys, counts, rows["step"][ends], values[ends], low, high)
    found = zip(*(column.tolist() for column in columns), strict=True)
    return [(names[key], *rest) for key, *rest in found if key < len(names)]


def update_figures(
    database: IndexDatabase, runs_folder: Path, seconds: float, before: CurveFigures | None
) -> CurveFigures:
    """Figures of all runs in the index, those that are new or have grown made now, for ``seconds`` at most."""
    query = (
        "SELECT runs.id, runs.status, curves.size, curves.final FROM runs LEFT JOIN curves ON runs.id = curves.id "
        "WHERE curves.final IS NULL OR curves.final = 0"
    )
    todo = database.run(lambda connection: connection.execute(query).fetchall())
    until = time.monotonic() + seconds
    made: list[tuple[str, int, int, list[tuple[str, int, int, float, float, float]]]] = []
    changed, looked = False, 0
    for run_id, status, size, _ in todo:
        if time.monotonic() > until:
            break
        looked += 1
        final = int(status != "running")
        try:
            grown = regular_size(runs_folder / run_id / "scalars.rows") or 0
            if grown == size and not final:
                continue
            made.append((run_id, grown, final, figures_of(Record.open(runs_folder / run_id))))
        except RecordError:
            made.append((run_id, 0, final, []))  # a damaged record has no figures
        changed = True
        if len(made) == AT_ONCE:
            _store(database, made)
            made = []
    _store(database, made)
    gone = "DELETE FROM curves WHERE id NOT IN (SELECT id FROM runs)"
    changed |= database.run(lambda connection: connection.execute(gone).rowcount) > 0
    missing = len(todo) - looked
    if before is not None and not changed and before.missing == missing:
        return before
    return _load(database, missing, 0 if before is None else before.stamp + 1)


def _store(
    database: IndexDatabase, made: list[tuple[str, int, int, list[tuple[str, int, int, float, float, float]]]]
) -> None:
    if not made:
        return
    names = sorted({row[0] for *_, rows in made for row in rows})
    insert = "INSERT OR IGNORE INTO curve_names (name) VALUES (?)"
    database.run(lambda connection: connection.executemany(insert, [(name,) for name in names]))
    query = "SELECT name, number FROM curve_names"
    numbers: dict[str, int] = dict(database.run(lambda connection: connection.execute(query).fetchall()))
    entries = []
    for run_id, size, final, rows in made:
        figures = np.array([(numbers[name], *rest) for name, *rest in rows], FIGURES)
        entries.append((run_id, size, final, figures.tobytes()))
    insert_figures = "INSERT OR REPLACE INTO curves (id, size, final, figures) VALUES (?, ?, ?, ?)"
    database.run(lambda connection: connection.executemany(insert_figures, entries))


def _load(database: IndexDatabase, missing: int, stamp: int) -> CurveFigures:
    query = "SELECT number, name FROM curve_names ORDER BY number"
    named = database.run(lambda connection: connection.execute(query).fetchall())
    query = "SELECT id, figures FROM curves"
    runs = database.run(lambda connection: connection.execute(query).fetchall())
    shape = (len(runs), len(named))
    step = np.full(shape, -1, np.int64)
    last, low, high = (np.full(shape, np.nan) for _ in range(3))
    if runs and named:
        columns = np.zeros(max(number for number, _ in named) + 1, np.int64)
        columns[[number for number, _ in named]] = np.arange(len(named))
        figures = np.frombuffer(b"".join(blob for _, blob in runs), FIGURES)
        lengths = [len(blob) // FIGURES.itemsize for _, blob in runs]
        at = (np.repeat(np.arange(len(runs)), lengths), columns[figures["name"]])
        step[at], last[at], low[at], high[at] = figures["step"], figures["last"], figures["low"], figures["high"]
    ids = {run_id: place for place, (run_id, _) in enumerate(runs)}
    names = {name: place for place, (_, name) in enumerate(named)}
    return CurveFigures(ids, names, step, last, low, high, missing, stamp)
