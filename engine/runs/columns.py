"""Runs as columns: one array for each thing that runs can be sorted, filtered and grouped by, made when first asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInput
from engine.runs.index import RunRow
from engine.runs.summaries import CurveFigures

PLAIN = ("id", "title", "experiment", "preset", "status", "seed", "created", "seconds", "device", "host", "parent",
         "done", "total", "error", "archived")  # fmt: skip
CHOICES = ("last", "highest", "lowest")
_ARRAYS = {"last": "last", "highest": "high", "lowest": "low"}
NOT_METRICS = ("seed", "seconds", "fingerprint")


def flatten(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested mappings as one, with dots in the keys: ``{"memory": {"slots": 8}}`` is ``{"memory.slots": 8}``."""
    found: dict[str, Any] = {}
    for key, item in value.items():
        if isinstance(item, dict) and item:
            found |= flatten(item, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = item
    return found


class RunColumns:
    """A list of runs and its columns, by key.

    Keys are attributes of RunRow (``status``), ``configuration.KEY``, ``result.KEY``, and ``CURVE:last``,
    ``CURVE:highest``, ``CURVE:lowest``.

    Attributes
    ----------
    rows
        The runs; place in this list is what all other functions call *place*.
    figures
        Figures of the curves, None where nobody asked for them.

    ``before``, an earlier list, spares reading again what has not changed since.
    """

    def __init__(
        self, rows: Sequence[RunRow], figures: CurveFigures | None = None, before: RunColumns | None = None
    ) -> None:
        self.rows = list(rows)
        self.figures = figures
        self._flat: dict[str, tuple[RunRow, dict[str, Any], dict[str, Any]]] = {}
        known = before._flat if before is not None else {}
        for place, row in enumerate(self.rows):
            found = known.get(row.id)
            if found is None or found[0] != row:
                found = (row, flatten(row.configuration), flatten(row.result or {}))
            self.rows[place] = found[0]
            self._flat[row.id] = found
        self._values: dict[str, list[Any]] = {}
        self._numbers: dict[str, NDArray[np.float64]] = {}
        self._plain: dict[str, list[str]] = {}
        self._words: dict[str, list[str]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def prepare(self) -> None:
        """Make now what every list needs, for a helper thread to spare the one that draws."""
        for _ in (self.configuration_keys, self.result_keys, self.metrics, self.searched):
            pass
        for key in ("created", "status", "title", *(f"configuration.{key}" for key in self.configuration_keys)):
            self.words(key)

    @cached_property
    def configurations(self) -> list[dict[str, Any]]:
        """Flat configuration of each run."""
        return [self._flat[row.id][1] for row in self.rows]

    @cached_property
    def results(self) -> list[dict[str, Any]]:
        """Flat result of each run; empty where it has none."""
        return [self._flat[row.id][2] for row in self.rows]

    @cached_property
    def configuration_keys(self) -> dict[str, int]:
        """How many runs have each configuration key, in order of first appearance."""
        return dict(Counter(key for found in self.configurations for key in found))

    @cached_property
    def result_keys(self) -> dict[str, int]:
        """How many runs have each result key, in order of first appearance."""
        return dict(Counter(key for found in self.results for key in found))

    @cached_property
    def metrics(self) -> list[str]:
        """Keys with one number a run: of results, then of curves; most frequent first within each."""
        held = Counter(
            key
            for found in self.results
            for key, value in found.items()
            if isinstance(value, int | float) and not isinstance(value, bool) and key not in NOT_METRICS
        )
        curves = Counter(self.figures.counts) if self.figures else Counter[str]()
        return [f"result.{key}" for key, _ in held.most_common()] + [
            f"{name}:{choice}" for name, count in curves.most_common() if count for choice in CHOICES
        ]

    @cached_property
    def _figure_rows(self) -> NDArray[np.int64]:
        assert self.figures is not None
        return np.array([self.figures.ids.get(row.id, -1) for row in self.rows], np.int64)

    def resolve(self, name: str) -> str:
        """The key that a person means by a short name (``agent`` is ``configuration.agent``). Raises BadInput."""
        if name in PLAIN or name == "tags":
            return name
        if name in ("tag", "run"):
            return {"tag": "tags", "run": "title"}[name]
        for prefix, keys in (("configuration.", self.configuration_keys), ("result.", self.result_keys)):
            short = name.removeprefix(prefix)
            if short in keys:
                return prefix + short
        if self.figures:
            curve, _, choice = name.rpartition(":")
            if curve in self.figures.names and choice in CHOICES:
                return name
            if name in self.figures.names:
                return f"{name}:last"
        raise BadInput(f"No run has {name!r}")

    def values(self, key: str) -> list[Any]:
        """The value of each run as it is, None where there is none, as of a key that nobody knows."""
        if key not in self._values:
            if key.startswith("configuration."):
                short = key.removeprefix("configuration.")
                self._values[key] = [found.get(short) for found in self.configurations]
            elif key.startswith("result."):
                short = key.removeprefix("result.")
                self._values[key] = [found.get(short) for found in self.results]
            elif key in PLAIN or key == "tags":
                self._values[key] = [getattr(row, key) for row in self.rows]
            elif key.rpartition(":")[2] in CHOICES:
                self._values[key] = [None if value != value else value for value in self.numbers(key).tolist()]
            else:
                self._values[key] = [None] * len(self.rows)
        return self._values[key]

    def numbers(self, key: str) -> NDArray[np.float64]:
        """float64 [runs]: nan where a run has no such value, or it is no finite number."""
        if key not in self._numbers:
            curve, colon, choice = key.rpartition(":")
            if colon and choice in CHOICES and not key.startswith(("configuration.", "result.")):
                self._numbers[key] = self._curve_numbers(curve, choice)
            else:
                found = np.array([_number(value) for value in self.values(key)], np.float64)
                found[~np.isfinite(found)] = np.nan
                self._numbers[key] = found
        return self._numbers[key]

    def _curve_numbers(self, curve: str, choice: str) -> NDArray[np.float64]:
        found = np.full(len(self.rows), np.nan)
        if self.figures and curve in self.figures.names and len(self.figures.ids):
            known = self._figure_rows >= 0
            column = getattr(self.figures, _ARRAYS[choice])[:, self.figures.names[curve]]
            found[known] = column[self._figure_rows[known]]
        return found

    def plain(self, key: str) -> list[str]:
        """The value of each run in plain words; empty where there is none."""
        if key not in self._plain:
            self._plain[key] = [plain(value) for value in self.values(key)]
        return self._plain[key]

    def words(self, key: str) -> list[str]:
        """The same, case-folded."""
        if key not in self._words:
            self._words[key] = [text.casefold() for text in self.plain(key)]
        return self._words[key]

    @cached_property
    def searched(self) -> list[str]:
        """Everything a word without a key is looked for in, of each run, case-folded."""
        return [
            "\n".join(
                (
                    row.id,
                    row.title,
                    row.experiment,
                    row.preset or "",
                    row.status,
                    *row.tags,
                    row.note,
                    row.configuration_json,
                )
            ).casefold()
            for row in self.rows
        ]

    def order(self, key: str, descending: bool = False) -> NDArray[np.int64]:
        """Places sorted by a key; runs without a value come last either way, newest first among equals."""
        values = self.values(key)
        ties = np.argsort(np.array([row.id for row in self.rows], dtype=object), kind="stable")[::-1]
        if all(value is None or isinstance(value, int | float) for value in values):
            numbers = self.numbers(key)[ties]
            ranks = np.where(np.isnan(numbers), np.inf, -numbers if descending else numbers)
            return np.asarray(ties[np.argsort(ranks, kind="stable")], np.int64)
        words = self.words(key)
        held = [place for place in ties.tolist() if words[place]]
        held.sort(key=lambda place: words[place], reverse=descending)
        return np.array(held + [place for place in ties.tolist() if not words[place]], np.int64)


def plain(value: Any) -> str:
    """A value as people write it in a filter: ``true``, ``0.5``, ``a, b``; empty for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(plain(item) for item in value)
    return str(value)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")
