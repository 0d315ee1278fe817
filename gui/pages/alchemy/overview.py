"""States of the pictures that show a whole episode: timeline, points by trial, information. No Qt in here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gui.pages.alchemy.model import PERSON, Path, Situations
from gui.pages.alchemy.states import possible_bits
from gui.translation import tr
from gui.widgets.information import InformationState
from gui.widgets.scores import ScoresState, Series
from gui.widgets.time_axis import TimeAxis
from gui.widgets.timeline import Lane, TimelineState

COLOUR_OF_LANE = (0, 3)
COLOUR_OF_REFERENCE = {"ideal-observer": 1, "random-heuristic": 7, "search-oracle": 2}
OTHER_COLOURS = (4, 5, 6)


def axis_of(situations: Situations, paths: Sequence[Path]) -> TimeAxis:
    """The axis of the first path's episode, with room for the longest trial, in fours so that it seldom changes."""
    steps = situations.steps()
    rows = [row for path in paths for row in path.rows]
    if not rows:
        return TimeAxis(situations.trials(0), steps, steps)
    longest = int(situations.nodes["step"][rows].max()) + 1
    shown = min(max(4 * -(-longest // 4), 8), steps)
    return TimeAxis(situations.trials(int(situations.nodes["episode"][rows[0]])), steps, shown)


def line_series(situations: Situations, line: str, colour: int) -> Series:
    """Points by trial of a line as far as it goes."""
    path = situations.line_path(line)
    nodes = situations.nodes[list(path.rows)]
    return Series(situations.lines[line].title, by_trial_scores(nodes), colour, float(nodes["score"][-1]))


def by_trial_scores(nodes: np.ndarray) -> tuple[float, ...]:
    """Sum of rewards of the actions taken in each trial; the row of an action tells the trial after it."""
    if len(nodes) == 0:
        return ()
    totals = np.zeros(int(nodes["trial"].max()) + 1)
    np.add.at(totals, nodes["trial"][:-1], nodes["reward"][1:])
    return tuple(float(total) for total in totals)


def reference_series(situations: Situations, episode: int, shown: Sequence[str]) -> tuple[Series, ...]:
    """Points by trial of the agents to compare with: other whole lines of the episode, then the recorded references."""
    others = [line for line in situations.lines.values() if line.episode == episode and line.begin < 0]
    series = [
        line_series(situations, line.identifier, COLOUR_OF_REFERENCE.get(line.agent, OTHER_COLOURS[-1]))
        for line in others
        if line.identifier not in shown and line.agent != PERSON
    ]
    for reference in situations.references.get(episode, []):
        spare = OTHER_COLOURS[len(series) % len(OTHER_COLOURS)]
        title = (
            reference.title
            if reference.runs == 1
            else tr("{title}, {runs} runs", title=reference.title, runs=reference.runs)
        )
        colour = COLOUR_OF_REFERENCE.get(reference.agent, spare)
        series.append(Series(title, reference.trial_scores, colour, sum(reference.trial_scores)))
    return tuple(series)


def timeline_state(situations: Situations, shown: Sequence[str]) -> TimelineState:
    """The timeline of one or two lines."""
    paths = [situations.line_path(line) for line in shown]
    lanes = tuple(
        Lane(situations.lines[line].title, path.positions, *_effects(situations, path), COLOUR_OF_LANE[k])
        for k, (line, path) in enumerate(zip(shown, paths, strict=True))
    )
    episode = situations.lines[shown[0]].episode
    scores = tuple(line_series(situations, line, COLOUR_OF_LANE[k]) for k, line in enumerate(shown))
    parting = situations.parting(*paths) if len(paths) == 2 else -1
    return TimelineState(
        axis_of(situations, paths), lanes, scores + reference_series(situations, episode, shown), parting
    )


def _effects(situations: Situations, path: Path) -> tuple[tuple[int, ...], tuple[float, ...]]:
    nodes = situations.nodes[list(path.rows)]
    return tuple(nodes["effect"].tolist()), tuple(nodes["reward"].tolist())


def scores_state(situations: Situations, shown: Sequence[str], position: int) -> ScoresState:
    """Points by trial of the shown lines and the references; ``position`` is the cursor's."""
    episode = situations.lines[shown[0]].episode
    trials, steps = situations.trials(episode), situations.steps()
    lines = tuple(line_series(situations, line, COLOUR_OF_LANE[k]) for k, line in enumerate(shown))
    return ScoresState(lines, reference_series(situations, episode, shown), min(position // steps, trials - 1), trials)


def information_state(situations: Situations, path: Path, index: int, axis: TimeAxis) -> InformationState:
    """Bits by step of one line."""
    gained = np.maximum(situations.nodes["information"][list(path.rows[1:])].astype(float), 0.0)
    return InformationState(
        axis,
        path.positions[1:],
        tuple(gained.round(5).tolist()),
        path.positions[index],
        possible_bits(situations, path, index),
    )
