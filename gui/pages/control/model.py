"""What the Control page knows of one record: its task, agents, scenes, evaluated episodes. No Qt in here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.control.quantities import Quantity
from engine.errors import BadInput
from gui.translation import tr

if TYPE_CHECKING:
    from engine.runs import Record

STREAMS = ("task", "agents", "scenes", "refused")
KEPT = 12  # scenes whose rows stay in memory


@dataclass(frozen=True)
class TaskInfo:
    """What a ``task`` event says, as values of known types."""

    name: str
    title: str
    summary: str
    family: str
    horizon: int
    dt: float
    observation: tuple[str, ...]
    actions: tuple[Quantity, ...]
    state: tuple[Quantity, ...]
    hidden: tuple[Quantity, ...]
    options: Mapping[str, Any]
    pixels: bool

    @property
    def maze(self) -> bool:
        """Whether episodes consist of trials that end on a hidden platform."""
        return self.family == "maze"


@dataclass(frozen=True)
class AgentInfo:
    """Who plays: number in the record, name as settings have it, words for people, kind."""

    number: int
    name: str
    title: str
    kind: str
    remembers: bool
    algorithm: str


@dataclass(frozen=True)
class SceneInfo:
    """One episode as several agents live it; ``first_row`` of its rows, ``updates`` of the policy (-1: trained)."""

    number: int
    title: str
    episode: int
    parent: int | None
    from_step: int | None
    changes: tuple[Mapping[str, Any], ...]
    wipe: str
    agents: tuple[int, ...]
    returns: tuple[float, ...]
    first_row: int
    updates: int


def _quantities(values: Any) -> tuple[Quantity, ...]:
    return tuple(
        Quantity(str(q["name"]), str(q.get("unit", "")), float(q.get("low", -1)), float(q.get("high", 1)))
        for q in values
    )


def read_task(event: Mapping[str, Any]) -> TaskInfo:
    """A ``task`` event; raises BadInput where it is damaged."""
    try:
        return TaskInfo(
            str(event["name"]),
            str(event["title"]),
            str(event["summary"]),
            str(event["family"]),
            max(int(event["horizon"]), 1),
            float(event["dt"]),
            tuple(str(name) for name in event["observation"]),
            _quantities(event["actions"]),
            _quantities(event["state"]),
            _quantities(event["hidden"]),
            dict(event["options"]),
            bool(event["pixels"]),
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise BadInput(tr("The record does not say what its task is: {problem}", problem=problem)) from problem


def read_scene(event: Mapping[str, Any]) -> SceneInfo | None:
    """A ``scenes`` event; None where it is damaged."""
    try:
        return SceneInfo(
            int(event["scene"]),
            str(event["title"]),
            int(event["episode"]),
            None if event["parent"] is None else int(event["parent"]),
            None if event["from_step"] is None else int(event["from_step"]),
            tuple(dict(change) for change in event["changes"]),
            str(event["wipe"]),
            tuple(int(number) for number in event["agents"]),
            tuple(float(value) for value in event["returns"]),
            int(event["first_row"]),
            -1 if event.get("updates") is None else int(event["updates"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


class ControlRecord:
    """One record, read as it grows.

    Attributes: ``task`` (None until it is known), ``agents`` by number, ``scenes`` by number in order of appearance,
    ``refused`` why commands were not carried out (whoever tells the person empties it).
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        self.task: TaskInfo | None = None
        self.agents: dict[int, AgentInfo] = {}
        self.scenes: dict[int, SceneInfo] = {}
        self.refused: list[str] = []
        self._seen = dict.fromkeys(STREAMS, 0)
        self._rows: dict[int, NDArray[np.void]] = {}

    def refresh(self) -> bool:
        """Take in what was appended since the last call; true where anything came. Raises BadInput."""
        came = False
        for stream in STREAMS:
            events = self.record.events(stream, self._seen[stream])
            self._seen[stream] += len(events)
            for event in events:
                self._take(stream, event)
            came |= bool(events)
        return came

    def _take(self, stream: str, event: dict[str, Any]) -> None:
        if stream == "task":
            self.task = read_task(event)
        elif stream == "refused":
            self.refused.append(str(event.get("reason", "")))
        elif stream == "agents" and isinstance(event.get("agent"), int):
            self.agents[event["agent"]] = AgentInfo(
                event["agent"],
                str(event.get("name", "")),
                tr(str(event.get("title", ""))),
                str(event.get("kind", "")),
                bool(event.get("remembers")),
                str(event.get("algorithm", "")),
            )
        elif stream == "scenes" and (scene := read_scene(event)) is not None:
            self.scenes[scene.number] = scene

    def rows(self, number: int) -> NDArray[np.void]:
        """Rows of a scene [agents, steps]; no agents where they cannot be read."""
        found = self._rows.get(number)
        if found is None:
            scene, horizon = self.scenes[number], self.task.horizon if self.task else 1
            count = len(scene.agents) * horizon
            rows = self.record.table("steps").read(scene.first_row, scene.first_row + count)
            if len(rows) < count or not bool((rows["scene"] == number).all()):
                raise BadInput(tr("The steps of scene {number} are not all in the record", number=number))
            found = rows.reshape(len(scene.agents), horizon)
            while len(self._rows) >= KEPT:
                self._rows.pop(next(iter(self._rows)))
            self._rows[number] = found
        return found

    def result(self) -> dict[str, Any]:
        """Figures of the evaluation, empty until there are any."""
        return self.record.status().result or {}

    def dwell(self) -> dict[bool, NDArray[np.float32]]:
        """Where the first agent searched once the platform was gone: map by whether it was wiped."""
        if "dwell" not in self.record.tables():
            return {}
        return {bool(row["wiped"]): row["map"] for row in self.record.table("dwell").read()}


def latencies(rows: NDArray[np.void], task: TaskInfo) -> list[int | None]:
    """Steps of each trial of one agent's maze episode until first contact; None for one without."""
    names = [quantity.name for quantity in task.state]
    on = np.zeros(len(rows), bool)
    # the state of a row is that before its action: what the action brought is in the next row, or lost by a teleport
    on[:-1] = rows["state"][1:, names.index("on platform")] > 0.5
    on |= rows["teleported"]
    on[-1] |= rows["reward"][-1] > 0.5
    begins = [0, *(np.flatnonzero(rows["teleported"]) + 1).tolist()]
    ends = [*begins[1:], len(rows)]
    found: list[int | None] = []
    for begin, end in zip(begins, ends, strict=True):
        contact = np.flatnonzero(on[begin:end])
        if end > begin:
            found.append(int(contact[0]) + 1 if len(contact) else None)
    return found


def finite(value: Any) -> float | None:
    """The value where it is a number, else None."""
    return float(value) if isinstance(value, (int, float)) and isfinite(value) else None
