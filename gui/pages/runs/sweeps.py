"""What is known of a sweep: its points, how far each is, and the pictures of them. No Qt widgets in here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gui.translation import tr
from gui.widgets.grid_map import GridMapState
from gui.widgets.parallel import Axis, ParallelState

if TYPE_CHECKING:
    from engine.runs.columns import RunColumns

MOST_NAMES = 12
MOST_AXES = 8


@dataclass(frozen=True)
class SweepPoint:
    """One run of a sweep: its swept settings, status, result (empty where there is none), attempts, record's name."""

    settings: dict[str, Any]
    status: str
    result: dict[str, Any]
    attempts: int
    record: str
    error: str


@dataclass(frozen=True)
class Sweep:
    """``total`` points were asked for; ``keys`` are swept; ``goal`` is the result a tuned sweep looks at, or empty."""

    name: str
    experiment: str
    total: int
    keys: tuple[str, ...]
    points: tuple[SweepPoint, ...]
    goal: str = ""

    @property
    def words(self) -> str:
        """``12 of 20 ended: 11 finished, 1 crashed; 2 running, 6 waiting``."""
        counts: dict[str, int] = {}
        for point in self.points:
            counts[point.status] = counts.get(point.status, 0) + 1
        running = counts.pop("running", 0)
        ended = sum(counts.values())
        parts = [f"{count} {status}" for status, count in counts.items()]
        waiting = max(0, self.total - ended - running)
        rest = ", ".join(
            [tr("{running} running", running=running)] * bool(running)
            + [tr("{waiting} waiting", waiting=waiting)] * bool(waiting)
        )
        return (
            tr("{ended} of {total} ended", ended=ended, total=self.total)
            + (f": {', '.join(parts)}" if parts else "")
            + (f"; {rest}" if rest else "")
        )

    @property
    def metrics(self) -> list[str]:
        """Results that are numbers, the goal first."""
        from engine.runs.columns import NOT_METRICS

        found = dict.fromkeys([self.goal] if self.goal else [])
        for point in self.points:
            found |= dict.fromkeys(
                key
                for key, value in point.result.items()
                if isinstance(value, int | float) and not isinstance(value, bool) and key not in NOT_METRICS
            )
        return list(found)


def sweep_names(folder: Path) -> list[str]:
    """Names of the sweeps in the user's folder, newest first."""
    try:
        files = [path for path in folder.glob("*.jsonl") if not path.name.endswith(".optuna.jsonl")]
        return [path.stem for path in sorted(files, key=lambda path: path.stat().st_mtime, reverse=True)]
    except OSError:
        return []


def read_sweep(name: str, columns: RunColumns | None) -> Sweep:
    """Everything that the journal and the runs say of a sweep; BadInput where it cannot be read."""
    from engine.runs.columns import flatten
    from engine.service.sweep import Journal

    experiment, total, space = "", 0, dict[str, Any]()
    points: dict[str, SweepPoint] = {}
    for number, entry in enumerate(Journal(name).entries()):
        if "sweep" in entry:
            experiment, total = str(entry.get("experiment", "")), int(entry.get("total") or 0)
            space = entry["space"] if isinstance(entry.get("space"), dict) else {}
            continue
        result = entry.get("result")
        settings = entry.get("settings")
        points[str(entry.get("key", number))] = SweepPoint(
            settings if isinstance(settings, dict) else {},
            str(entry.get("status", "")),
            flatten(result) if isinstance(result, dict) else {},
            int(entry.get("attempts") or 1),
            Path(str(entry.get("record") or "")).name,
            str(entry.get("error") or ""),
        )
    goal = str(space.pop("metric", ""))
    keys = tuple(space) or tuple(dict.fromkeys(key for point in points.values() for key in point.settings))
    known = {point.record for point in points.values()}
    running = []
    for row in columns.rows if columns else ():
        if row.status == "running" and row.title.startswith(f"{name}: ") and row.id not in known:
            settings = {key: row.seed if key == "seed" else row.configuration.get(key) for key in keys}
            running.append(SweepPoint(settings, "running", {}, 1, row.id, ""))
    every = (*points.values(), *running)
    return Sweep(name, experiment, max(total, len(points)), keys, every, goal)


def number(value: Any) -> float:
    """A finite number, or nan."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_number else math.nan


def parallel_state(sweep: Sweep, metric: str) -> ParallelState:
    """The sweep as lines across its settings and one result."""
    keys = list(sweep.keys)[: MOST_AXES - 1]
    axes = [_axis(key, [point.settings.get(key) for point in sweep.points]) for key in keys]
    ended = [point for point in sweep.points if point.status != "running"]
    axes.append(_axis(metric, [point.result.get(metric) for point in ended]))
    lines = []
    for point in ended:
        value = number(point.result.get(metric))
        shown = ", ".join(f"{key} {point.settings.get(key)}" for key in keys)
        words = f"{shown}\n{metric} {value:.5g}" if math.isfinite(value) else f"{shown}\n{point.status}"
        lines.append((words, (*(_plain(point.settings.get(key)) for key in keys), value)))
    return ParallelState(tuple(axes), tuple(lines), metric.replace("_", " "))


def _plain(value: Any) -> float | str:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _axis(title: str, values: list[Any]) -> Axis:
    numbers = [each for each in map(number, values) if math.isfinite(each)]
    words = title.replace("_", " ")
    if len(numbers) < sum(value is not None for value in values):
        names = sorted({str(_plain(value)) for value in values if value is not None})
        return Axis(words, names=tuple(names[:50]))
    if not numbers:
        return Axis(words)
    low, high = min(numbers), max(numbers)
    whole = all(value.is_integer() for value in numbers)
    return Axis(words, low, high, log=low > 0 and high / low > 50, whole=whole)


def map_state(sweep: Sweep, first: str, second: str, metric: str) -> GridMapState | None:
    """Mean of a result over two of the settings, None where either has too many values for a map."""
    rows, columns = (_names([point.settings.get(key) for point in sweep.points]) for key in (first, second))
    if not rows or not columns:
        return None
    cells = []
    for row in rows:
        line = []
        for column in columns:
            held = [
                p for p in sweep.points if (str(p.settings.get(first)), str(p.settings.get(second))) == (row, column)
            ]
            values = [value for point in held if math.isfinite(value := number(point.result.get(metric)))]
            line.append((sum(values) / len(values) if values else math.nan, len(values), len(held)))
        cells.append(tuple(line))
    return GridMapState(first.replace("_", " "), second.replace("_", " "), rows, columns, tuple(cells), metric)


def _names(values: list[Any]) -> tuple[str, ...]:
    """The different values in order, () where there are too many for rows or columns."""
    plain = {str(value): _plain(value) for value in values if value is not None}
    if not 1 <= len(plain) <= MOST_NAMES:
        return ()
    if all(isinstance(value, int | float) for value in plain.values()):
        return tuple(sorted(plain, key=lambda name: plain[name]))
    return tuple(sorted(plain))
