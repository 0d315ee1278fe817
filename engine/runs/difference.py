"""Are two records the same run? The first place where they differ, or that they are identical.

Times differ from run to run and say nothing about what was computed: columns in units of time, the clock of scalars and
curves that measure speed are left out, and the answer names them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.runs.columns import flatten, plain
from engine.runs.record import Record
from engine.runs.table import TableReader

ROWS = 65_536
TIME_UNITS = ("s", "ms", "µs", "us", "ns", "min", "h")
_TIMING = re.compile(r"(^|[_ /.])(seconds|second|ms|time|wall|duration|fps|sps|per[_ ]second)($|[_ /.])", re.IGNORECASE)


@dataclass(frozen=True)
class Difference:
    """Where two records first differ.

    Attributes
    ----------
    place
        Table, stream, curve or *result*.
    step
        Number of the row, event or point, from 0; -1 where one has no such thing at all.
    field
        Column or key.
    first, second
        What the two have there, in words.
    """

    place: str
    step: int
    field: str
    first: str
    second: str

    @property
    def words(self) -> str:
        """One sentence."""
        at = f" at step {self.step:,}" if self.step >= 0 else ""
        name = f", {self.field}" if self.field else ""
        return f"{self.place}{at}{name}: {self.first} against {self.second}"


@dataclass(frozen=True)
class Verdict:
    """How two records compare: ``differences`` (the first in each place, empty where identical), ``compared`` places,
    ``left_out`` fields that measure time.
    """

    differences: tuple[Difference, ...]
    compared: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def identical(self) -> bool:
        """Whether everything that was compared is the same, bit for bit."""
        return not self.differences

    @property
    def words(self) -> str:
        """The answer in one or two sentences."""
        if not self.compared:
            return "There is nothing to compare: neither run wrote anything"
        left = f". Left out, because they measure time: {', '.join(self.left_out)}" if self.left_out else ""
        if self.identical:
            return f"Identical in {', '.join(self.compared)}{left}"
        return f"First difference: {self.differences[0].words}{left}"


def compare_records(first: Record, second: Record) -> Verdict:
    """Compare tables, events, curves and results of two records. Raises RecordError where one cannot be read."""
    found: list[Difference] = []
    compared: list[str] = []
    left: dict[str, None] = {}
    for name in sorted({*first.tables(), *second.tables()} - {"scalars"}):
        compared.append(f"table {name}")
        found += _some(table_difference(first, second, name, left))
    for name in dict.fromkeys([*first.scalar_names(), *second.scalar_names()]):
        if _TIMING.search(name):
            left[name] = None
            continue
        compared.append(f"curve {name}")
        found += _some(_curve_difference(first, second, name))
    for name in sorted({*first.event_streams(), *second.event_streams()}):
        compared.append(f"events {name}")
        found += _some(_event_difference(first, second, name, left))
    results = [record.status().result for record in (first, second)]
    if any(result is not None for result in results):
        compared.append("result")
        found += _some(_mapping_difference("result", -1, results[0] or {}, results[1] or {}, left))
    return Verdict(tuple(found), tuple(compared), tuple(left))


def _some(found: Difference | None) -> list[Difference]:
    return [] if found is None else [found]


def table_difference(first: Record, second: Record, name: str, left: dict[str, None]) -> Difference | None:
    """The first place where a table of two records differs, None if there is none; ``left`` takes time columns.

    Raises RecordError where a table cannot be read.
    """
    held = [name in record.tables() for record in (first, second)]
    if not all(held):
        return Difference(f"table {name}", -1, "", *("there" if has else "missing" for has in held))
    one, two = first.table(name), second.table(name)
    if one.dtype != two.dtype:
        return Difference(f"table {name}", -1, "columns", _columns(one, two), _columns(two, one))
    columns = []
    for column in one.columns:
        if column.unit in TIME_UNITS or _TIMING.search(column.name):
            left[f"{name}.{column.name}"] = None
        else:
            columns.append(column.name)
    shared = min(len(one), len(two))
    for start in range(0, shared, ROWS):
        a, b = (table.read(start, min(start + ROWS, shared)) for table in (one, two))
        rows = {column: _first_unequal(a[column], b[column]) for column in columns}
        places = {column: row for column, row in rows.items() if row >= 0}
        if places:
            field, row = min(places.items(), key=lambda pair: pair[1])
            return Difference(f"table {name}", start + row, field, _cell(a[field][row]), _cell(b[field][row]))
    if len(one) != len(two):
        return Difference(f"table {name}", shared, "rows", f"{len(one):,}", f"{len(two):,}")
    return None


def _columns(table: TableReader, other: TableReader) -> str:
    """The columns that the other table has not, or where both have the same ones, all in their order."""
    mine, others = ([(column.name, column.dtype, column.shape) for column in each.columns] for each in (table, other))
    shown = [column for column in mine if column not in others] if set(mine) != set(others) else mine
    return _short(", ".join(f"{name} {dtype}{list(shape) or ''}" for name, dtype, shape in shown) or "nothing")


def _first_unequal(a: NDArray[Any], b: NDArray[Any]) -> int:
    """The first row in which two arrays [rows, ...] differ in any bit, nan being equal to itself; -1 if none."""
    same = a == b
    if a.dtype.kind == "f":
        same |= np.isnan(a) & np.isnan(b)
    rows = same.all(axis=tuple(range(1, same.ndim)))
    return -1 if rows.all() else int(np.argmin(rows))


def _cell(value: Any) -> str:
    return _short(repr(value.item()) if np.ndim(value) == 0 else str(np.asarray(value).tolist()))


def _curve_difference(first: Record, second: Record, name: str) -> Difference | None:
    one, two = first.scalars(name), second.scalars(name)
    shared = min(len(one[0]), len(two[0]))
    for at, words in ((0, "step"), (1, "value")):
        row = _first_unequal(one[at][:shared], two[at][:shared])
        if row >= 0:
            return Difference(f"curve {name}", int(one[0][row]), words, _cell(one[at][row]), _cell(two[at][row]))
    if len(one[0]) != len(two[0]):
        return Difference(f"curve {name}", -1, "points", f"{len(one[0]):,}", f"{len(two[0]):,}")
    return None


def _event_difference(first: Record, second: Record, name: str, left: dict[str, None]) -> Difference | None:
    place = f"events {name}"
    a, b = first.events(name), second.events(name)
    for number, (one, two) in enumerate(zip(a, b, strict=False)):
        found = _mapping_difference(place, number, one, two, left)
        if found is not None:
            return found
    if len(a) != len(b):
        return Difference(place, min(len(a), len(b)), "number", f"{len(a):,}", f"{len(b):,}")
    return None


def _mapping_difference(
    place: str, step: int, one: dict[str, Any], two: dict[str, Any], left: dict[str, None]
) -> Difference | None:
    a, b = flatten(one), flatten(two)
    for key in dict.fromkeys([*a, *b]):
        if _TIMING.search(key):
            left[f"{place}.{key}"] = None
        elif key not in a or key not in b or a[key] != b[key]:
            return Difference(place, step, key, _words(a, key), _words(b, key))
    return None


def _words(found: dict[str, Any], key: str) -> str:
    if key not in found:
        return "nothing"
    return _short(repr(found[key]) if isinstance(found[key], float) else plain(found[key]) or "none")


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
