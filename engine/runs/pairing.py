"""Paired comparison of two groups: on the same episodes where both played the same ones, else by seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.runs.columns import RunColumns
from engine.runs.comparison import Group
from engine.runs.files import RecordError
from engine.runs.record import Record
from engine.runs.statistics import Interval, paired_difference, sign_flip_test

Floats = NDArray[np.float64]
SAME = ("oracle_trial_scores", "oracle")  # columns that are equal only where the episodes are


@dataclass(frozen=True)
class Pairing:
    """Two groups compared pair by pair.

    Attributes
    ----------
    kind
        *episodes*: pairs are the same episodes (of runs of the same seed); *seeds*: pairs are runs of one seed.
    difference
        Mean of first - second over the pairs, with a 95 % bootstrap interval; None with fewer than two pairs.
    p
        Of the two-sided sign-flip test.
    pairs, of
        Pairs used, and the most there could have been (seeds of either group, or episodes of the shared seeds).
    """

    kind: str
    difference: Interval | None
    p: float
    pairs: int
    of: int


def pair_groups(columns: RunColumns, runs_folder: Path, first: Group, second: Group, key: str) -> Pairing:
    """Compare two groups pair by pair on a metric, or on their episodes' scores where both keep those of the same ones.

    Several runs of one seed in a group count as their mean, so that no seed counts twice.
    """
    mine, other = _by_seed(columns, first), _by_seed(columns, second)
    seeds = [seed for seed in mine if seed in other]
    every = len(mine.keys() | other.keys())
    if key.startswith("result.") and "score_mean" in key:
        by_episode = [_episodes(columns, runs_folder, mine[seed], other[seed]) for seed in seeds]
        if by_episode and all(found is not None for found in by_episode):
            a = np.concatenate([found[0] for found in by_episode if found])
            b = np.concatenate([found[1] for found in by_episode if found])
            return _test("episodes", a, b, len(a))
    numbers = columns.numbers(key)
    pairs = [(_mean(numbers, mine[seed]), _mean(numbers, other[seed])) for seed in seeds]
    whole = [pair for pair in pairs if np.isfinite(pair).all()]
    table = np.array(whole).reshape(len(whole), 2)
    return _test("seeds", table[:, 0], table[:, 1], every)


def _test(kind: str, a: Floats, b: Floats, of: int) -> Pairing:
    if len(a) < 2:
        return Pairing(kind, None, float("nan"), len(a), of)
    return Pairing(kind, paired_difference(a, b), sign_flip_test(a, b), len(a), of)


def _by_seed(columns: RunColumns, group: Group) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for place in group.places:
        seed = columns.rows[place].seed
        if seed is not None:
            found.setdefault(seed, []).append(place)
    return found


def _mean(numbers: Floats, places: Sequence[int]) -> float:
    found = numbers[list(places)]
    found = found[np.isfinite(found)]
    return float(found.mean()) if len(found) else float("nan")


def _episodes(
    columns: RunColumns, runs_folder: Path, mine: Sequence[int], other: Sequence[int]
) -> tuple[Floats, Floats] | None:
    """Scores of the same episodes in two runs, or None where it is not certain that they are the same."""
    if len(mine) != 1 or len(other) != 1:
        return None
    tables = []
    for place in (mine[0], other[0]):
        try:
            table = Record.open(runs_folder / columns.rows[place].id).table("episodes")
            names = table.dtype.names or ()
            mark = next((name for name in SAME if name in names), None)
            if mark is None or "score" not in names:
                return None
            tables.append((table.column("score").astype(np.float64), table.column(mark)))
        except RecordError:
            return None
    count = min(len(scores) for scores, _ in tables)
    if count == 0 or not np.array_equal(tables[0][1][:count], tables[1][1][:count]):
        return None
    a, b = tables[0][0][:count], tables[1][0][:count]
    return (a, b) if np.isfinite(a).all() and np.isfinite(b).all() else None
