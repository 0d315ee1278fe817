"""One episode as a path of situations on one axis, whatever number of chemistries it has; states of its pictures."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from math import nan

import numpy as np

from gui.pages.alchemy import choices, states
from gui.pages.alchemy.model import Path
from gui.pages.language.model import Evaluation
from gui.translation import tr
from gui.widgets.bench import BenchState
from gui.widgets.change_timeline import ChangeTimelineState
from gui.widgets.decision import DecisionState
from gui.widgets.information import InformationState
from gui.widgets.scores import ScoresState, Series
from gui.widgets.time_axis import TimeAxis
from gui.widgets.timeline import Lane

SPEAKER = 0  # colours in the theme's data colours
COLOURS = {"ideal-observer": 1, "search-oracle": 2, "random-heuristic": 7}


@dataclass(frozen=True)
class Leg:
    """The situations of one part: its ``path`` in the trace and the trial it begins at."""

    traced: int
    first: int
    path: Path


@dataclass(frozen=True)
class Course:
    """An episode from its first situation to the newest.

    Attributes: ``rows`` in the table of situations, ``positions`` (trial * steps + step) and ``places`` (leg, index in
    the leg's path) of each; where a chemistry is replaced, the last situation of the old one is left out, because the
    first of the new one stands in its place.
    """

    legs: tuple[Leg, ...]
    rows: tuple[int, ...]
    positions: tuple[int, ...]
    places: tuple[tuple[int, int], ...]

    def index(self, position: int) -> int:
        """The last situation at or before ``position``."""
        return max(bisect_right(self.positions, position) - 1, 0)

    def index_of(self, row: int) -> int | None:
        """Where a situation stands, None for one of another episode."""
        try:
            return self.rows.index(row)
        except ValueError:
            return None

    def leg(self, index: int) -> tuple[Leg, int]:
        """The part and the index in its path of one situation."""
        leg, place = self.places[index]
        return self.legs[leg], place

    @property
    def change(self) -> int:
        """Position at which the chemistry is replaced, -1 where it is not."""
        if len(self.legs) < 2:
            return -1
        return self.positions[next(k for k, (leg, _) in enumerate(self.places) if leg == 1)]


def course_of(evaluation: Evaluation, episode: int) -> Course | None:
    """The course of an episode as far as it has come, None for one that was not traced."""
    situations, steps = evaluation.situations, evaluation.situations.steps()
    legs: list[Leg] = []
    for traced, first in evaluation.parts_of(episode):
        path = situations.path(evaluation.leaf(traced))
        if path.rows:
            legs.append(Leg(traced, first, path))
    rows, positions, places = [], [], []
    for k, leg in enumerate(legs):
        last = len(leg.path.rows) - 1
        for index, (row, position) in enumerate(zip(leg.path.rows, leg.path.positions, strict=True)):
            if index == last and k + 1 < len(legs):
                continue
            rows.append(row)
            positions.append(position + leg.first * steps)
            places.append((k, index))
    return Course(tuple(legs), tuple(rows), tuple(positions), tuple(places)) if rows else None


def place_words(evaluation: Evaluation, course: Course, index: int) -> str:
    """Trial and step of a situation, counted over the whole episode."""
    leg, _ = course.leg(index)
    node = evaluation.situations.nodes[course.rows[index]]
    if node["done"]:
        return tr("episode over")
    return tr(
        "trial {first} of {trials} · step {step}",
        first=leg.first + int(node["trial"]) + 1,
        trials=evaluation.trials,
        step=int(node["step"]),
    )


def bench_state(evaluation: Evaluation, course: Course, index: int) -> BenchState:
    """The bench at one situation."""
    leg, place = course.leg(index)
    state = states.bench_state(evaluation.situations, leg.path, place)
    caption = state.caption
    if place == 0:
        caption = tr("Another chemistry from here on, untold") if leg.first else tr("The episode begins")
    return replace(state, place=place_words(evaluation, course, index), caption=caption)


def belief_state(evaluation: Evaluation, course: Course, index: int):
    """The exact posterior at one situation."""
    leg, place = course.leg(index)
    return states.belief_state(evaluation.situations, leg.path, place, truth=False)


def decision_state(evaluation: Evaluation, course: Course, index: int) -> DecisionState:
    """What was done next, and what the ideal observer would have done where the record tells."""
    leg, place = course.leg(index)
    agent = str(evaluation.settings.get("model", ""))
    return choices.decision_state(evaluation.situations, leg.path, place, agent, nan)


def axis_of(evaluation: Evaluation, course: Course) -> TimeAxis:
    """Room for the longest trial, in fours so that it seldom changes."""
    steps = evaluation.situations.steps()
    longest = int(evaluation.situations.nodes["step"][list(course.rows)].max()) + 1
    return TimeAxis(evaluation.trials, steps, min(max(4 * -(-longest // 4), 8), steps))


def information_state(evaluation: Evaluation, course: Course, index: int, axis: TimeAxis) -> InformationState:
    """Bits by step over the whole episode."""
    leg, place = course.leg(index)
    gained = np.maximum(evaluation.situations.nodes["information"][list(course.rows[1:])].astype(float), 0.0)
    possible = states.possible_bits(evaluation.situations, leg.path, place)
    return InformationState(axis, course.positions[1:], tuple(gained.round(5).tolist()), course.positions[index],
                            possible)  # fmt: skip


def trial_scores(evaluation: Evaluation, course: Course) -> tuple[float, ...]:
    """Points of each trial so far: the row of an action tells the trial after it."""
    nodes, totals = evaluation.situations.nodes, [0.0] * evaluation.trials
    reached = 0
    for leg in course.legs:
        for before, after in zip(leg.path.rows, leg.path.rows[1:], strict=False):
            trial = min(leg.first + int(nodes["trial"][before]), evaluation.trials - 1)
            totals[trial] += float(nodes["reward"][after])
            reached = max(reached, trial)
    return tuple(totals[: reached + 1])


def references(evaluation: Evaluation, course: Course) -> tuple[Series, ...]:
    """Points by trial of the agents to compare with, over all parts; those that know every part."""
    found: dict[str, list[float]] = {}
    titles: dict[str, str] = {}
    for traced, _ in evaluation.parts_of(course.legs[0].traced):
        for reference in evaluation.situations.references.get(traced, []):
            found.setdefault(reference.agent, []).extend(reference.trial_scores)
            runs = tr(", {runs} runs", runs=reference.runs) if reference.runs > 1 else ""
            titles[reference.agent] = reference.title + runs
    whole = {name: scores for name, scores in found.items() if len(scores) == evaluation.trials}
    return tuple(
        Series(titles[name], tuple(scores), COLOURS.get(name, 5), sum(scores)) for name, scores in whole.items()
    )


def own_series(evaluation: Evaluation, course: Course) -> Series:
    """Points by trial of the model."""
    scores = trial_scores(evaluation, course)
    return Series(model_title(str(evaluation.settings.get("model", ""))), scores, SPEAKER, sum(scores))


def scores_state(evaluation: Evaluation, course: Course, index: int) -> ScoresState:
    """Points by trial of the model and of those to compare with."""
    trial = min(course.positions[index] // evaluation.situations.steps(), evaluation.trials - 1)
    own = own_series(evaluation, course)
    return ScoresState((own,), references(evaluation, course), trial, evaluation.trials)


def timeline_state(evaluation: Evaluation, course: Course) -> ChangeTimelineState:
    """The timeline of an episode."""
    nodes = evaluation.situations.nodes
    effects, rewards = [], []
    for leg, place in (course.leg(index) for index in range(len(course.rows))):
        row = leg.path.rows[place]
        if place == 0 and leg.first:  # what led here is told by the old chemistry's last situation
            row = course.legs[course.legs.index(leg) - 1].path.rows[-1]
        effects.append(int(nodes["effect"][row]))
        rewards.append(float(nodes["reward"][row]))
    own = own_series(evaluation, course)
    lane = Lane(own.title, course.positions, tuple(effects), tuple(rewards), SPEAKER)
    scores = (own, *references(evaluation, course))
    return ChangeTimelineState(axis_of(evaluation, course), (lane,), scores, change=course.change)


def model_title(name: str) -> str:
    """A model's name as people write it: what follows the kind, and for files only the name of the file."""
    kind, _, rest = name.partition("/")
    if kind == "local" and rest.endswith(".gguf"):
        return rest.replace("\\", "/").rsplit("/", 1)[-1]
    if kind == "scripted":
        return tr("{value}, speaking", value=rest.replace("-", " "))
    return rest or name
