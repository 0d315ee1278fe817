"""What the figures of the page show, computed away from the main thread: functions from runs to states of pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gui.pages.runs.listing import Metric, count_words
from gui.translation import tr
from gui.widgets.intervals import IntervalRow, IntervalsState
from gui.widgets.matrix import MatrixState
from gui.widgets.plot import Line, PlotState

if TYPE_CHECKING:
    from engine.runs.columns import RunColumns
    from engine.runs.comparison import Comparison, Group
    from engine.runs.curves import GroupCurve
    from engine.runs.pairing import Pairing

INTERVAL = tr("95 % bootstrap interval")
MOST_FAINT = 20  # single runs drawn behind the mean of a group


@dataclass(frozen=True)
class Question:
    """What is to be compared: everything a helper thread needs, and nothing that changes under it."""

    columns: RunColumns
    groups: tuple[Group, ...]
    colours: tuple[int | str, ...]
    metric: Metric
    higher: bool
    values: np.ndarray | None
    runs_folder: Path
    curve: str
    list_key: str


@dataclass(frozen=True, eq=False)
class Answer:
    """The states of all figures, and what they were made from (for tables and scripts)."""

    question: Question
    comparison: Comparison
    curves: tuple[GroupCurve, ...]
    pairings: tuple[tuple[str, str, Pairing, float], ...]
    by_trial: PlotState | None
    learning: PlotState | None
    intervals: IntervalsState
    matrix: MatrixState
    profiles: PlotState | None


def answer(question: Question) -> Answer:
    """Compute everything; called in the loader's thread."""
    from engine.runs.comparison import MOST_GROUPS, compare
    from engine.runs.curves import group_curves

    columns, metric = question.columns, question.metric
    groups = question.groups[:MOST_GROUPS]
    found = compare(columns, question.groups, metric.key, higher_is_better=question.higher, values=question.values)
    ids = [[columns.rows[place].id for place in group.places] for group in groups]
    curves = tuple(group_curves(question.runs_folder, ids, question.curve)) if question.curve else ()
    return Answer(
        question, found, curves, _pairings(question, groups), _by_trial(question, groups),
        _learning(question, curves), _intervals(question, found), _matrix(question, found), _profiles(question, found),
    )  # fmt: skip


def _dashes(colours: tuple[int | str, ...]) -> list[int]:
    """Lines of one colour differ in their dashes."""
    return [colours[:place].count(colour) for place, colour in enumerate(colours)]


def left_words(found: Comparison) -> str:
    """What to say where not all groups are shown."""
    return (
        tr(
            "first {figures} of {groups} groups",
            figures=len(found.figures),
            groups=len(found.figures) + found.left_out,
        )
        if found.left_out
        else ""
    )


def _by_trial(question: Question, groups: tuple[Group, ...]) -> PlotState | None:
    from engine.runs.comparison import lists_of
    from engine.runs.statistics import band

    if not question.list_key:
        return None
    lines = []
    for group, colour, dash in zip(groups, question.colours, _dashes(question.colours), strict=False):
        lists = lists_of(question.columns, group, question.list_key)
        if not len(lists):
            continue
        episodes = _episodes(question, group) if len(group.places) == 1 else None
        made = band(lists if episodes is None else episodes)
        note = tr("{lists} of {places}", lists=len(lists), places=len(group.places)) if len(group.places) > 1 else ""
        if episodes is not None:
            note = tr("over {episodes:,} episodes", episodes=len(episodes))
        x = np.arange(1.0, lists.shape[1] + 1)
        lines.append(Line(group.label, x, made.mean, made.low, made.high, colour, dash, note, points=len(x) < 30))
    if not lines:
        return None
    name = question.list_key.removeprefix("result.").replace("_", " ")
    axis = tr("trial") if "trial" in name else tr("entry")
    return PlotState(tuple(lines), axis, name, tr("mean, {interval}", interval=INTERVAL), whole=True)


def _episodes(question: Question, group: Group) -> np.ndarray | None:
    """Scores by trial of the episodes of one run [episodes, trials], None where it keeps none."""
    from engine.runs import Record, RecordError

    if "trial_score" not in question.list_key:
        return None
    try:
        record = Record.open(question.runs_folder / question.columns.rows[group.places[0]].id)
        found = record.table("episodes").column("trial_scores").astype(float)
    except RecordError:
        return None
    return found if found.ndim == 2 and len(found) > 1 and np.isfinite(found).all() else None


def _learning(question: Question, curves: tuple[GroupCurve, ...]) -> PlotState | None:
    lines = []
    triples = zip(question.groups, question.colours, _dashes(question.colours), curves, strict=False)
    for group, colour, dash, found in triples:
        note = tr("{count} of {runs}", count=found.count, runs=found.runs) if found.runs > 1 or not found.count else ""
        if found.count == 1:
            steps, values = found.each[0]
            x, y = steps.astype(float), np.where(np.isfinite(values), values, np.nan)
            lines.append(Line(group.label, x, y, None, None, colour, dash, note))
        elif found.count:
            faint = tuple((steps.astype(float), values) for steps, values in found.each[:MOST_FAINT])
            made = found.band
            lines.append(Line(group.label, found.steps, made.mean, made.low, made.high, colour, dash, note, faint))
    if not lines:
        return None
    return PlotState(tuple(lines), tr("step"), question.curve, tr("mean, {interval}", interval=INTERVAL))


def _intervals(question: Question, found: Comparison) -> IntervalsState:
    rows = tuple(
        IntervalRow(each.group.label, *each.iqm, colour, count_words(each), each.words)
        for each, colour in zip(found.figures, question.colours, strict=False)
    )
    return IntervalsState(rows, question.metric.words, left_words(found) or INTERVAL)


def _matrix(question: Question, found: Comparison) -> MatrixState:
    titles = tuple(each.group.label for each in found.figures)
    values = tuple(tuple(None if cell is None else tuple(cell) for cell in row) for row in found.improvement)
    better = "" if question.higher else tr(", less is better")
    return MatrixState(titles, question.colours[: len(titles)], values, tr("row beats column{better}", better=better))


def _profiles(question: Question, found: Comparison) -> PlotState | None:
    lines = []
    for each, profile, colour, dash in zip(
        found.figures, found.profiles, question.colours, _dashes(question.colours), strict=False
    ):
        if profile is not None:
            lines.append(
                Line(each.group.label, profile.thresholds, profile.fraction, profile.low, profile.high, colour, dash,
                     count_words(each))
            )  # fmt: skip
    if not lines:
        return None
    return PlotState(
        tuple(lines), tr("{words} above", words=question.metric.words), tr("share of runs"), INTERVAL, bottom=0.0
    )


def _pairings(question: Question, groups: tuple[Group, ...]) -> tuple[tuple[str, str, Pairing, float], ...]:
    """Every pair of groups with its test, and the p-value corrected for their number."""
    from engine.runs.pairing import pair_groups
    from engine.runs.statistics import holm

    if question.values is not None or len(groups) < 2:
        return ()
    few = groups[:6]
    found = [
        (one.label, two.label, pair_groups(question.columns, question.runs_folder, one, two, question.metric.key))
        for place, one in enumerate(few)
        for two in few[place + 1 :]
    ]
    tested = [number for number, (_, _, pairing) in enumerate(found) if pairing.difference is not None]
    corrected = dict(zip(tested, holm([found[number][2].p for number in tested]).tolist(), strict=True))
    return tuple((*each, corrected.get(number, float("nan"))) for number, each in enumerate(found))
