"""From rows of a scene to states of pictures. No Qt in here."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.control.quantities import Quantity
from gui.pages.control.model import ControlRecord, SceneInfo, TaskInfo, finite, latencies
from gui.pages.control.words import REFERENCES, result_words
from gui.translation import tr
from gui.widgets.dwell import DwellMap, DwellState
from gui.widgets.latencies import LatencyState, Series
from gui.widgets.learning import Curve, LearningState
from gui.widgets.orbit import OrbitState
from gui.widgets.returns import Return, ReturnsState
from gui.widgets.sequence import Part
from gui.widgets.step_timeline import StepLane, StepsState
from gui.widgets.traces import TRUE, Line, Row, TracesState
from gui.widgets.world import WorldState

if TYPE_CHECKING:
    from engine.runs import Record

CURVES = ("return", "return while exploring", "critic loss", "size of values", "gradient norm, actor", "CPU seconds")


class SceneView:
    """One scene of a record with its rows at hand: makes the states of every picture."""

    def __init__(self, source: ControlRecord, number: int) -> None:
        assert source.task is not None
        self.source, self.task = source, source.task
        self.info: SceneInfo = source.scenes[number]
        self.rows = source.rows(number)
        self.version = (str(source.record.id), number)
        self.marks = tuple(int(change.get("step", 0)) for change in self.info.changes)

    @property
    def steps(self) -> int:
        """Decisions of the episode."""
        return self.task.horizon

    def world(self, place: int, step: int) -> WorldState:
        """What the ``place``-th agent of the scene does at a step."""
        rows = self.rows[place]
        agent = self.source.agents[self.info.agents[place]]
        return WorldState(
            (*self.version, place),
            self.task.family,
            agent.title,
            place,
            step,
            float(rows["reward"][:step].sum()),
            tuple(quantity.name for quantity in self.task.state),
            self.marks,
            rows["state"],
            rows["action"],
            rows["teleported"],
            rows["image"] if self.task.pixels else None,
        )

    def readings(self) -> TracesState:
        """Hidden quantities: the truth in grey, and what a linear probe reads from each memory."""
        rows = []
        for k, quantity in enumerate(self.task.hidden):
            lines = [Line("true", TRUE, self.rows[0]["hidden"][:, k].astype(float))]
            for place, number in enumerate(self.info.agents):
                told = self.rows[place]["decoded"][:, k].astype(float)
                if np.isfinite(told).any():
                    # each agent lives its own episode: its own truth is drawn where it differs
                    own = self.rows[place]["hidden"][:, k].astype(float)
                    if place and not np.array_equal(own, lines[0].values):
                        lines.append(Line(tr("true of {title}", title=self.source.agents[number].title), TRUE, own))
                    lines.append(Line(self.source.agents[number].title, place, told))
            rows.append(_row(quantity, tuple(lines)))
        return TracesState((*self.version, "hidden"), tuple(rows), tr("grey true, colour read by a probe"), self.marks)

    def actions(self) -> TracesState:
        """What each agent does."""
        rows = []
        for k, quantity in enumerate(self.task.actions):
            lines = tuple(
                Line(self.source.agents[number].title, place, self.rows[place]["action"][:, k].astype(float))
                for place, number in enumerate(self.info.agents)
            )
            rows.append(Row(quantity.name, f"x {quantity.unit}" if quantity.unit else "", -1.1, 1.1, lines))
        return TracesState((*self.version, "actions"), tuple(rows), tr("a colour an agent"), self.marks)

    def observations(self) -> TracesState | None:
        """What the first agent sees, number by number; None for images."""
        if self.task.pixels:
            return None
        seen = self.rows[0]["observation"].astype(float)
        rows = []
        for k, name in enumerate(self.task.observation):
            low, high = min(float(seen[:, k].min()), -1.0), max(float(seen[:, k].max()), 1.0)
            rows.append(Row(name, "", 1.05 * low, 1.05 * high, (Line(tr("seen"), 0, seen[:, k]),)))
        return TracesState((*self.version, "seen"), tuple(rows), tr("nothing else is seen"), self.marks)

    @property
    def thinker(self) -> int:
        """Place of the first agent with a memory, -1 without one."""
        for place in range(len(self.info.agents)):
            if np.isfinite(self.rows[place]["plane"][:, 0]).any():
                return place
        return -1

    def orbit(self, step: int) -> OrbitState | None:
        """The first memory's path through its principal plane."""
        place = self.thinker
        if place < 0:
            return None
        rows = self.rows[place]
        title = self.source.agents[self.info.agents[place]].title
        if self.task.maze:
            names = [quantity.name for quantity in self.task.state]
            shades, by = np.minimum(rows["state"][:, names.index("trial")] / 6, 1.0), "trial"
        else:
            quantity, values = self.task.hidden[0], rows["hidden"][:, 0]
            shades = np.clip((values - quantity.low) / (quantity.high - quantity.low), 0, 1)
            by = quantity.name
        points = rows["plane"][:, :2].astype(float)
        return OrbitState((*self.version, place), step, title, by, points, shades.astype(float), self.marks)

    def memory(self) -> NDArray[np.float32] | None:
        """Units of the first memory over the steps [units, steps], None without one."""
        place = self.thinker
        if place < 0:
            return None
        units = self.rows[place]["memory"]
        return units[:, np.isfinite(units).all(0)].T

    def timeline(self) -> StepsState:
        """Parts of the episode (trials in a maze), a lane for each agent; steps that paid in a maze are scored."""
        lanes = []
        for place, number in enumerate(self.info.agents):
            rows = self.rows[place]
            paid = rows["reward"] > 0.5 if self.task.maze else np.ones(len(rows), bool)
            scored = frozenset(np.flatnonzero(paid).tolist())
            lanes.append(StepLane(self.source.agents[number].title, len(rows), scored, frozenset()))
        parts: tuple[Part, ...] = ()
        if self.task.maze:
            begins = [0, *(np.flatnonzero(self.rows[0]["teleported"]) + 1).tolist()]
            ends = [*begins[1:], self.steps]
            spans = enumerate(zip(begins, ends, strict=True))
            parts = tuple(Part(tr("trial {k}", k=k + 1), a, b) for k, (a, b) in spans if b > a)
        return StepsState(self.steps, parts, tuple(lanes), self.info.from_step if self.info.from_step else -1)

    def latencies(self, step: int) -> LatencyState | None:
        """Steps by trial of each agent; None where there are no trials."""
        if not self.task.maze:
            return None
        result = self.source.result()
        means = tuple(nan if finite(v) is None else float(v) for v in result.get("latency") or ())
        series = []
        for place, number in enumerate(self.info.agents):
            found = tuple(nan if value is None else float(value) for value in latencies(self.rows[place], self.task))
            series.append(Series(self.source.agents[number].title, place, found, means if place == 0 else ()))
        names = [quantity.name for quantity in self.task.state]
        trial = int(self.rows[0]["state"][step, names.index("trial")])
        words = tr("bar this episode") + (tr(", line mean of all") if means else "")
        titles = {one.title for one in series}
        references = tuple(item for item in REFERENCES.get(self.task.name, ()) if item[0] not in titles)
        return LatencyState(tuple(series), references, words, trial)

    def returns(self) -> ReturnsState:
        """Return of each agent, and mean and error of the evaluated one."""
        result = self.source.result()
        mean, sem = finite(result.get("return_mean")), finite(result.get("return_sem"))
        bars = []
        for place, number in enumerate(self.info.agents):
            extra = (mean, sem if sem is not None else nan) if place == 0 and mean is not None else (nan, nan)
            bars.append(Return(self.source.agents[number].title, place, self.info.returns[place], *extra))
        wiped = result.get("wiped")
        if isinstance(wiped, dict) and (value := finite(wiped.get("return_mean"))) is not None:
            error = finite(wiped.get("return_sem"))
            bars.append(Return(tr("Memory wiped"), -1, nan, value, nan if error is None else error))
        return ReturnsState(tuple(bars), tr("bar this episode, mark mean ± standard error") if mean is not None else "")


def _row(quantity: Quantity, lines: tuple[Line, ...]) -> Row:
    values = np.concatenate([line.values[np.isfinite(line.values)] for line in lines])
    low, high = min(quantity.low, float(values.min(initial=0))), max(quantity.high, float(values.max(initial=0)))
    reach = quantity.high - quantity.low
    low, high = max(low, quantity.low - 0.3 * reach), min(high, quantity.high + 0.3 * reach)
    return Row(quantity.name, quantity.unit, low - 0.04 * reach, high + 0.04 * reach, lines)


def dwell_state(source: ControlRecord) -> DwellState | None:
    """Both maps of the probe trial, None without one."""
    maps = source.dwell()
    found: dict[str, Any] = source.result().get("probe_trial") or {}
    if len(maps) < 2:
        return None
    shown = []
    for wiped, title in ((False, tr("Memory kept")), (True, tr("Memory wiped"))):
        prefix = "wiped_" if wiped else ""
        episodes = finite(found.get(f"{prefix}episodes"))
        near, rotated = (finite(found.get(f"{prefix}{key}")) for key in ("near", "rotated"))
        shown.append(DwellMap(title, near, rotated, int(episodes or 0), maps[wiped]))
    return DwellState((source.record.id, len(found)), tuple(shown))


def learning_state(record: Record, words: str) -> LearningState:
    """Curves of a training."""
    curves = []
    for name in CURVES:
        steps, values = record.scalars(name)
        if len(steps):
            curves.append(Curve(name, len(steps), steps, values))
    return LearningState(tuple(curves), words)


def figures(source: ControlRecord) -> list[tuple[str, str]]:
    """The evaluation as keys and values for a table."""
    result, task = source.result(), source.task
    if task is None or not result:
        return []
    rows = [(tr("Evaluation"), result_words(result, task.maze))]
    probe = result.get("probe_r2")
    if isinstance(probe, dict):
        told = ", ".join(f"{name} {value:.2f}" for name, value in probe.items() if finite(value) is not None)
        rows.append((tr("Linear probe, R²"), told))
    if task.maze and finite(result.get("found")) is not None:
        rows.append((tr("Platform found"), tr("{found:.0f} % of episodes", found=100 * result["found"])))
    for key, words in (
        ("cpu_seconds", tr("CPU time of training")),
        ("updates", tr("Updates")),
        ("steps", tr("Decisions")),
    ):
        if (value := finite(result.get(key))) is not None:
            rows.append((words, f"{value:,.0f}" + (" s" if key == "cpu_seconds" else "")))
    return rows


def task_words(task: TaskInfo) -> str:
    """Horizon and step in words."""
    time = tr(", {dt:.0f} ms each", dt=task.dt * 1000) if task.dt else ""
    return tr("{title}: {horizon} decisions{time}", title=tr(task.title), horizon=task.horizon, time=time)
