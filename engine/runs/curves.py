"""Curves of many runs on common steps, and values at one step: what a run did not reach is missing, never guessed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.runs.files import RecordError
from engine.runs.record import Record
from engine.runs.statistics import Band, band

STEPS = 200  # of the common grid, where runs do not write at the same steps
MOST_RUNS = 400  # whose curves are read at once

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class GroupCurve:
    """One group's learning curve.

    Attributes
    ----------
    steps
        float64 [steps], rising.
    band
        Mean, interval and number of runs at each step.
    runs, count
        Runs in the group, and those that have the curve.
    each
        (steps, values) of each of these runs as written.
    unread
        Why runs could not be read, by id; runs beyond the most that are read at once are among them.
    """

    steps: Floats
    band: Band
    runs: int
    count: int
    each: tuple[tuple[NDArray[np.int64], Floats], ...]
    unread: dict[str, str]


def read_curve(folder: Path, name: str) -> tuple[NDArray[np.int64], Floats]:
    """Steps (rising, each once) and values of a run's curve; of a step written twice the later value counts.

    Both are empty where the run has no such curve. Raises RecordError.
    """
    steps, values = Record.open(folder).scalars(name)
    order = np.argsort(steps, kind="stable")
    steps, values = steps[order], values[order]
    last = np.append(np.diff(steps) > 0, True) if len(steps) else np.zeros(0, np.bool_)
    return steps[last], values[last]


def on_grid(steps: NDArray[np.int64], values: Floats, grid: Floats) -> Floats:
    """A curve of one point or more at the steps of a grid, straight between them; nan outside and next to a nan."""
    finite = np.where(np.isfinite(values), values, np.nan)
    return np.asarray(np.interp(grid, steps.astype(np.float64), finite, left=np.nan, right=np.nan))


def common_grid(steps: Sequence[NDArray[np.int64]]) -> Floats:
    """The runs' own steps where all share them (shorter runs included), else equally spaced ones; none of no runs."""
    if not steps:
        return np.zeros(0)
    longest = max(steps, key=len)
    if len(longest) <= 2000 and all(np.array_equal(found, longest[: len(found)]) for found in steps):
        return longest.astype(np.float64)
    low, high = min(int(found[0]) for found in steps), max(int(found[-1]) for found in steps)
    return np.linspace(low, high, STEPS)


def group_curves(
    runs_folder: Path, groups: Sequence[Sequence[str]], name: str, stopping: Callable[[], bool] = lambda: False
) -> list[GroupCurve]:
    """The curve ``name`` of groups of runs (ids), all groups on one grid; a run that ended early counts up to its end.

    Runs that are damaged, deleted meanwhile or without the curve are left out, and ``count`` says of how many.
    """
    read: list[list[tuple[NDArray[np.int64], Floats]]] = []
    unread: list[dict[str, str]] = []
    budget = MOST_RUNS
    for ids in groups:
        found, problems = [], {}
        for run_id in ids:
            if budget == 0 or stopping():
                problems[run_id] = f"Only {MOST_RUNS} runs are drawn at once"
                continue
            budget -= 1
            try:
                curve = read_curve(runs_folder / run_id, name)
            except RecordError as problem:
                problems[run_id] = str(problem)
                continue
            if len(curve[0]):
                found.append(curve)
        read.append(found)
        unread.append(problems)
    grid = common_grid([steps for found in read for steps, _ in found])
    curves = []
    for ids, found, problems in zip(groups, read, unread, strict=True):
        table = np.array([on_grid(steps, values, grid) for steps, values in found]).reshape(len(found), len(grid))
        empty = np.full(len(grid), np.nan)
        made = band(table) if found and len(grid) else Band(empty, empty, empty, np.zeros(len(grid), np.int64))
        curves.append(GroupCurve(grid, made, len(ids), len(found), tuple(found), problems))
    return curves


def values_at(runs_folder: Path, ids: Sequence[str], name: str, step: int) -> Floats:
    """The value of a curve at a step for each run, float64 [runs]: the last one written up to there.

    nan for a run that did not reach the step, has no such curve, cannot be read, or wrote nan there.
    """
    found = np.full(len(ids), np.nan)
    for place, run_id in enumerate(ids):
        try:
            steps, values = read_curve(runs_folder / run_id, name)
        except RecordError:
            continue
        if len(steps) and steps[0] <= step <= steps[-1]:
            found[place] = values[np.searchsorted(steps, step, side="right") - 1]
    found[~np.isfinite(found)] = np.nan
    return found
