"""Figures of all evaluations, runs of the same model and condition together. No Qt in here."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInput
from gui.pages.language.course import model_title
from gui.pages.language.published import PUBLISHED
from gui.pages.language.setup import condition_words
from gui.translation import tr
from gui.widgets.conditions import ConditionRow
from gui.widgets.trial_curves import Curve, CurvesState

if TYPE_CHECKING:
    from engine.runs import Record

SAME = (
    "model",
    "level",
    "trials",
    "steps",
    "change_at",
    "wording",
    "prior_knowledge",
    "summary",
    "summary_every",
    "summary_form",
    "history",
    "window",
    "answers",
)
"""Settings that make a condition; episodes of runs that agree in them are taken together."""
MOST_RUNS = 60
COLOURS = (0, 2, 3, 4, 5, 6)  # data colours of the groups; the others belong to the references
REFERENCES = (("ideal-observer", tr("Ideal observer"), 1), ("random-heuristic", tr("Random heuristic"), 7))


@dataclass
class Group:
    """All episodes of one model under one condition, one row an episode.

    Attributes: ``scores`` and ``oracle`` [episodes, trials] points, ``references`` the same of the agents to compare
    with where they were recorded, and sums over all answers.
    """

    settings: dict[str, Any]
    runs: list[str] = field(default_factory=list)
    scores: list[NDArray[np.float64]] = field(default_factory=list)
    oracle: list[NDArray[np.float64]] = field(default_factory=list)
    references: dict[str, list[NDArray[np.float64]]] = field(default_factory=dict)
    answers: int = 0
    invalid: int = 0
    tokens: int = 0
    seconds: float = 0.0
    cost: float = 0.0
    begun: int = 0

    @property
    def title(self) -> str:
        """The model."""
        return model_title(str(self.settings.get("model", "")))

    @property
    def condition(self) -> str:
        """The condition in words."""
        return condition_words(self.settings)

    @property
    def change(self) -> int:
        """Trial (from 0) from which on another chemistry holds, 0 never."""
        value = self.settings.get("change_at")
        return value - 1 if isinstance(value, int) and value > 1 else 0

    def relative(self) -> NDArray[np.float64]:
        """Score over the oracle's [episodes, trials]; nan where the oracle has nothing to earn."""
        return _share(np.array(self.scores), np.array(self.oracle))


def _share(scores: NDArray[np.float64], oracle: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(oracle > 0, scores / np.where(oracle > 0, oracle, 1.0), np.nan)


def condition_key(settings: dict[str, Any]) -> str:
    """Equal for runs of one condition."""
    ignored = {"summary_every", "summary_form"} if not settings.get("summary") else set()
    ignored |= {"window"} if settings.get("history") != "window" else set()
    return json.dumps([settings.get(name) if name not in ignored else None for name in SAME])


def group(records: Iterable[Record]) -> list[Group]:
    """The evaluations in groups, in the order in which each condition first appears; damaged records are left out."""
    groups: dict[str, Group] = {}
    for record in records:
        try:
            settings = record.metadata.configuration
            found = groups.setdefault(condition_key(settings), Group(settings))
            add(found, record)
        except (BadInput, KeyError, TypeError, ValueError):
            continue
    return [found for found in groups.values() if found.scores]


def add(found: Group, record: Record) -> None:
    """Take the finished episodes of one record into its group."""
    if "episodes" not in record.tables():
        return
    rows = record.table("episodes").read()
    found.runs.append(record.id)
    numbers = [int(row["episode"]) for row in rows]
    parts = {number: [number] for number in numbers}
    for change in record.events("changes"):
        parts.setdefault(int(change["episode"]), [int(change["episode"])]).append(int(change["traced_as"]))
    by_agent: dict[tuple[str, int], list[float]] = {}
    for event in record.events("references"):
        by_agent[str(event["agent"]), int(event["episode"])] = [float(score) for score in event["trial_scores"]]
    for row in rows:
        found.scores.append(row["trial_scores"].astype(float))
        found.oracle.append(row["oracle_trial_scores"].astype(float))
        for name, _, _ in REFERENCES:
            whole = [score for part in parts[int(row["episode"])] for score in by_agent.get((name, part), [])]
            if len(whole) == len(row["trial_scores"]):
                found.references.setdefault(name, []).append(np.array(whole))
    if "turns" in record.tables():
        turns = record.table("turns").read()
        acts = turns[~turns["summary"]]
        found.answers += len(acts)
        found.invalid += int((~acts["valid"]).sum())
        found.tokens += int(turns["prompt_tokens"].sum() + turns["completion_tokens"].sum())
        found.seconds += float(turns["seconds"].sum())
        found.cost += float(turns["cost"].sum())
        found.begun += len(np.unique(turns["episode"]))


def mean_and_error(values: NDArray[np.float64]) -> tuple[float, float]:
    """Mean and standard error over episodes [episodes]; nan where it is not known."""
    known = values[np.isfinite(values)]
    if not len(known):
        return math.nan, math.nan
    error = float(known.std(ddof=1) / math.sqrt(len(known))) if len(known) > 1 else math.nan
    return float(known.mean()), error


def _by_trial(values: NDArray[np.float64]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    pairs = [mean_and_error(values[:, trial]) for trial in range(values.shape[1])]
    return tuple(mean for mean, _ in pairs), tuple(error for _, error in pairs)


def curves_state(groups: Sequence[Group], *, points: bool, chosen: frozenset[int] = frozenset()) -> CurvesState:
    """Score by trial of each group, in ``points`` or relative to the oracle; references over the same episodes.

    ``chosen`` places of groups to show, none for all.
    """
    shown = [k for k in range(len(groups)) if not chosen or k in chosen]
    trials = max((groups[k].scores[0].shape[0] for k in shown), default=10)
    curves, models = [], {groups[k].title for k in shown}
    for k in shown:
        values = np.array(groups[k].scores) if points else groups[k].relative()
        means, errors = _by_trial(values)
        title = groups[k].condition if len(models) == 1 else f"{groups[k].title}: {groups[k].condition}"
        curves.append(Curve(title, means, errors, COLOURS[k % len(COLOURS)], len(groups[k].scores)))
    marks = []
    for name, title, colour in REFERENCES:
        scores, oracle = [], []
        for k in shown:
            found = groups[k].references.get(name, [])
            if len(found) == len(groups[k].scores) and groups[k].scores[0].shape[0] == trials:
                scores += found
                oracle += groups[k].oracle
        if scores:
            values = np.array(scores) if points else _share(np.array(scores), np.array(oracle))
            means, errors = _by_trial(values)
            marks.append(Curve(title, means, errors, colour, len(scores)))
    changes = {groups[k].change for k in shown} - {0}
    unit = tr("points") if points else tr("share of the oracle's score")
    return CurvesState(tuple(curves), tuple(marks), trials, unit, 45.0 if points else 1.0, tuple(sorted(changes)))


def condition_rows(groups: Sequence[Group], *, published: bool) -> tuple[ConditionRow, ...]:
    """A row for each group, the agents to compare with, and then the published ones where wanted."""
    rows = []
    for k, found in enumerate(groups):
        relative = found.relative()
        share, error = mean_and_error(np.nanmean(relative, axis=1))
        before, at, after = _around(relative, found.change)
        episodes = len(found.scores)
        begun = max(found.begun, 1)
        rows.append(
            ConditionRow(
                found.title,
                found.condition,
                episodes,
                share,
                error,
                _improvement(relative),
                before,
                at,
                after,
                found.invalid / found.answers if found.answers else math.nan,
                found.tokens / begun,
                found.seconds / begun,
                found.cost / begun,
                colour=COLOURS[k % len(COLOURS)],
            )
        )
    for name, title, colour in REFERENCES:
        pairs = [
            (reference, oracle)
            for found in groups
            if len(found.references.get(name, [])) == len(found.oracle)
            for reference, oracle in zip(found.references[name], found.oracle, strict=True)
        ]
        if pairs:
            means = [float(np.nanmean(_share(reference, oracle))) for reference, oracle in pairs]
            share, error = mean_and_error(np.array(means))
            rows.append(
                ConditionRow(title, tr("same episodes"), len(pairs), share, error, colour=colour, reference=True)
            )
    if published:
        for item in PUBLISHED:
            error = math.nan if item.error is None else item.error
            improvement = math.nan if item.improvement is None else item.improvement
            rows.append(
                ConditionRow(item.model, item.condition, 20, item.share, error, improvement, colour=-1, published=True)
            )
    return tuple(rows)


def _improvement(relative: NDArray[np.float64]) -> float:
    """Mean of trials 6 to 10 minus trial 1, the study's measure; nan for fewer trials."""
    if relative.shape[1] < 10:
        return math.nan
    return mean_and_error(relative[:, 5:10].ravel())[0] - mean_and_error(relative[:, 0])[0]


def _around(relative: NDArray[np.float64], change: int) -> tuple[float, float, float]:
    """Share of the five trials before a change, of the trial of the change, and of the last five."""
    if not change:
        return math.nan, math.nan, math.nan
    parts = (relative[:, max(0, change - 5) : change], relative[:, change], relative[:, change:][:, -5:])
    before, at, after = (mean_and_error(part.ravel())[0] for part in parts)
    return before, at, after
