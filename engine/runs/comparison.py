"""Groups of runs side by side: which runs count, what is left out and why, and the figures a referee asks for.

Nothing is left out silently: every figure says of how many runs it is (``count`` of ``runs``). A run that has not
finished has no final value, one that wrote nan has none either, and each of these reasons is named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInput
from engine.runs import statistics
from engine.runs.columns import CHOICES, RunColumns, plain
from engine.runs.statistics import Interval, Profile

EVERYTHING = "configuration"  # group by all settings together
MOST_GROUPS = 12  # in figures; more lines or bars are no longer told apart
THRESHOLDS = 401


@dataclass(frozen=True)
class Group:
    """Runs that count as the same thing: ``label`` for people, ``places`` in the list of runs."""

    label: str
    places: tuple[int, ...]


def group_runs(columns: RunColumns, places: Iterable[int], keys: Sequence[str]) -> list[Group]:
    """Runs grouped by the values of some keys, in order of first appearance.

    Without keys every run is its own group. ``configuration`` stands for all settings of the configuration at once; the
    seed is never one of them, so runs that differ in their seed alone come together. Labels show only what differs.
    """
    chosen = list(places)
    if not keys:
        titles = [columns.rows[place].title or columns.rows[place].id for place in chosen]
        twice = {title for title in titles if titles.count(title) > 1} if len(titles) < 1000 else set(titles)
        return [
            Group(f"{title} ({columns.rows[place].id[-4:]})" if title in twice else title, (place,))
            for title, place in zip(titles, chosen, strict=True)
        ]
    names = [key for key in keys if key != EVERYTHING]
    if EVERYTHING in keys:
        names += [f"configuration.{key}" for key in columns.configuration_keys if key != "seed"]
        names.insert(0, "experiment")
    words = [[column[place] for place in chosen] for column in map(columns.plain, names)]
    if EVERYTHING in keys:  # what all have in common says nothing
        kept = [k for k, column in enumerate(words) if len(set(column)) > 1]
        names, words = [names[k] for k in kept], [words[k] for k in kept]
    found: dict[tuple[str, ...], list[int]] = {}
    for place, values in zip(chosen, zip(*words, strict=True) if words else [()] * len(chosen), strict=True):
        found.setdefault(values, []).append(place)
    return [Group(_label(names, values), tuple(members)) for values, members in found.items()]


def _label(names: Sequence[str], values: Sequence[str]) -> str:
    if not names:
        return "all runs"
    if len(names) == 1:
        return values[0] or f"no {short(names[0])}"
    return ", ".join(f"{short(name)} {value or 'none'}" for name, value in zip(names, values, strict=True))


def short(key: str) -> str:
    """A key as people say it."""
    return key.removeprefix("configuration.").removeprefix("result.").replace("_", " ")


@dataclass(frozen=True)
class GroupFigures:
    """One group's figures.

    Attributes
    ----------
    runs, count
        Runs in the group, and those of them that have a finite value.
    left_out
        Why each of the others does not count, with how many: still running, crashed, without a value, nan.
    values
        The finite values, in the order of the runs.
    mean, iqm
        With 95 % stratified bootstrap intervals; nan where there are no values.
    sem
        Standard error of the mean.
    note
        What a reader should know besides, or empty: curves that end at different steps.
    """

    group: Group
    runs: int
    count: int
    left_out: tuple[tuple[str, int], ...]
    values: tuple[float, ...]
    mean: Interval
    iqm: Interval
    sem: float
    note: str = ""

    @property
    def words(self) -> str:
        """``3 of 5 runs: 1 running, 1 without a value``."""
        whole = _count_words(self.count, self.runs, dict(self.left_out))
        return f"{whole}; {self.note}" if self.note else whole


_NONE = Interval(float("nan"), float("nan"), float("nan"))


def figures_of(columns: RunColumns, group: Group, key: str, values: NDArray[np.float64] | None = None) -> GroupFigures:
    """Figures of one group for the metric ``key``.

    Of a metric that says how a run ended (results; a curve's last, highest and lowest value) only runs that finished
    count: the last value of a run that crashed half-way belongs to half the training. ``values`` [runs] take the place
    of the column where given (values at one step), and then every run counts that has one.
    """
    places, left = _sort_out(columns, group, key, values)
    finite = (columns.numbers(key) if values is None else values)[places]
    empty = not len(finite)
    return GroupFigures(
        group,
        len(group.places),
        len(finite),
        tuple(left.items()),
        tuple(finite.tolist()),
        _NONE if empty else statistics.bootstrap_interval(finite, statistics.means),
        _NONE if empty else statistics.bootstrap_interval(finite),
        float("nan") if empty else statistics.sem(finite),
        _ends(columns, key, places) if values is None else "",
    )


def counted(
    columns: RunColumns, group: Group, key: str, values: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.float64], str]:
    """The values of the runs of a group that count, and in words of how many they are; as ``figures_of``, but quick."""
    places, left = _sort_out(columns, group, key, values)
    return (columns.numbers(key) if values is None else values)[places], _count_words(
        len(places), len(group.places), left
    )


def _sort_out(
    columns: RunColumns, group: Group, key: str, values: NDArray[np.float64] | None
) -> tuple[list[int], Counter[str]]:
    """Places of the runs that count, and why the others do not."""
    numbers = columns.numbers(key) if values is None else values
    places, left = list[int](), Counter[str]()
    finite = np.isfinite(numbers[list(group.places)]).tolist()
    rows = columns.rows
    for place, is_finite in zip(group.places, finite, strict=True):
        status = rows[place].status
        if values is None and status != "finished":
            left[status] += 1
        elif is_finite:
            places.append(place)
        else:
            written = values is None and _is_written(columns, key, place)
            left["not a finite number" if written else "without a value"] += 1
    return places, left


def _count_words(count: int, runs: int, left: Mapping[str, int]) -> str:
    why = ", ".join(f"{number} {reason}" for reason, number in left.items())
    return f"{count} of {runs} run{'s' if runs != 1 else ''}" + (f": {why}" if why else "")


def _cell(columns: RunColumns, key: str, place: int) -> tuple[int, int] | None:
    """Row and column of a curve's figures, None where the key names no curve or the run is not known there."""
    curve, _, choice = key.rpartition(":")
    figures, run_id = columns.figures, columns.rows[place].id
    if figures is None or choice not in CHOICES or curve not in figures.names or run_id not in figures.ids:
        return None
    return figures.ids[run_id], figures.names[curve]


def _is_written(columns: RunColumns, key: str, place: int) -> bool:
    """Whether a run wrote something for the metric; then it was no finite number, which is not the same as none."""
    if key.startswith("result."):
        return key.removeprefix("result.") in columns.results[place]
    cell = _cell(columns, key, place)
    return cell is not None and columns.figures is not None and bool(columns.figures.step[cell] >= 0)


def _ends(columns: RunColumns, key: str, places: Sequence[int]) -> str:
    """Words about curves that end at different steps."""
    cells = [cell for place in places if (cell := _cell(columns, key, place)) is not None]
    if columns.figures is None or not cells:
        return ""
    steps = [int(columns.figures.step[cell]) for cell in cells]
    return f"they end at steps {min(steps):,} to {max(steps):,}" if min(steps) != max(steps) else ""


@dataclass(frozen=True)
class Comparison:
    """Several groups by one metric.

    Attributes
    ----------
    figures
        Of each group shown, at most MOST_GROUPS; ``left_out`` groups came after them.
    improvement
        ``improvement[i][j]``: probability that a run of group i beats one of group j, None where one has no values.
    profiles
        Share of each group's runs above each threshold, None where it has no values.
    """

    key: str
    higher_is_better: bool
    figures: tuple[GroupFigures, ...]
    left_out: int = 0
    improvement: tuple[tuple[Interval | None, ...], ...] = ()
    profiles: tuple[Profile | None, ...] = field(default=(), compare=False)


def compare(
    columns: RunColumns,
    groups: Sequence[Group],
    key: str,
    *,
    higher_is_better: bool = True,
    values: NDArray[np.float64] | None = None,
) -> Comparison:
    """Compare groups by a metric: means, interquartile means, probability of improvement, performance profiles.

    ``values`` [runs] take the place of the metric's column (values at one step, which no column holds).
    """
    shown = [figures_of(columns, group, key, values) for group in groups[:MOST_GROUPS]]
    sign = 1.0 if higher_is_better else -1.0
    scores = [sign * np.array(found.values) for found in shown]
    matrix: list[list[Interval | None]] = [[None] * len(shown) for _ in shown]
    for i, mine in enumerate(scores):
        for j in range(i):
            if len(mine) and len(scores[j]):
                won = statistics.probability_of_improvement(mine, scores[j], repetitions=1000)
                matrix[i][j] = won
                matrix[j][i] = Interval(1 - won.estimate, 1 - won.high, 1 - won.low)
    every = np.concatenate([np.array(found.values) for found in shown]) if shown else np.zeros(0)
    profiles: list[Profile | None] = [None] * len(shown)
    if len(every):
        low, high = float(every.min()), float(every.max())
        room = 0.02 * (high - low) or 1.0
        at = np.linspace(low - room, high + room, THRESHOLDS)
        profiles = [
            statistics.performance_profile(found.values, at, repetitions=1000) if found.values else None
            for found in shown
        ]
    left = max(0, len(groups) - len(shown))
    return Comparison(key, higher_is_better, tuple(shown), left, tuple(map(tuple, matrix)), tuple(profiles))


def lists_of(columns: RunColumns, group: Group, key: str) -> NDArray[np.float64]:
    """A result that is a list of numbers, such as ``result.trial_score_mean``: [runs, entries].

    Runs without it are left out; a shorter list is nan from its end on, and so is what is no finite number.
    """
    found = [columns.values(key)[place] for place in group.places]
    lists = [value for value in found if isinstance(value, list) and value]
    longest = max(map(len, lists), default=0)
    out = np.full((len(lists), longest), np.nan)
    for row, value in enumerate(lists):
        numbers = [item if isinstance(item, int | float) else np.nan for item in value]
        out[row, : len(numbers)] = numbers
    out[~np.isfinite(out)] = np.nan
    return out


def list_keys(columns: RunColumns) -> list[str]:
    """Result keys that hold lists of numbers, the score by trial first."""
    found: dict[str, None] = {}
    for result in columns.results:
        for key, value in result.items():
            if (
                isinstance(value, list)
                and len(value) > 1
                and all(isinstance(item, int | float | None) for item in value)
            ):
                found[f"result.{key}"] = None
    return sorted(found, key=lambda key: ("trial_score" not in key, key))


def is_lower_better(key: str) -> bool:
    """Whether a metric's name says that less of it is better."""
    words = key.casefold().replace(":", " ").replace("_", " ").replace("/", " ").replace(".", " ").split()
    return any(word in LOWER_IS_BETTER for word in words)


LOWER_IS_BETTER = ("loss", "error", "errors", "regret", "wrong", "perplexity", "latency", "seconds", "ms", "bytes",
                   "cost", "steps", "distance")  # fmt: skip


def differences(configurations: Sequence[dict[str, Any]], *, same: bool = False) -> list[tuple[str, tuple[str, ...]]]:
    """(key, value in each) of flat configurations where they differ (or everywhere, with ``same``); – for no value.

    Raises BadInput if there are none.
    """
    if not configurations:
        raise BadInput("There is no configuration to compare")
    keys = dict.fromkeys(key for found in configurations for key in found)
    rows = [(key, tuple(plain(found[key]) if key in found else "–" for found in configurations)) for key in keys]
    return [(key, values) for key, values in rows if same or len(set(values)) > 1]
