"""Jobs, and what can be seen of them and of the engine from outside: plain frozen values.

A `Job` goes down to an engine process. An `EngineSnapshot` comes back: everything a window shows about the engine at
one moment. Unchanged state gives the identical snapshot object, so ``snapshot is last`` is the cheapest test there is.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any, Literal

Lane = Literal["batch", "interactive"]
JobStatus = Literal[
    "queued", "running", "paused", "stopping", "finished", "stopped", "failed", "crashed", "interrupted"
]
EngineState = Literal["idle", "starting", "busy", "stalled", "gone"]

ENDED: frozenset[str] = frozenset({"finished", "stopped", "failed", "crashed", "interrupted"})
"""Statuses that never change again."""


@dataclass(frozen=True)
class Job:
    """One run that somebody wants.

    Attributes
    ----------
    experiment
        Name in the catalogue of experiments.
    configuration
        Every setting as JSON values; checked by the experiment's configuration class before anything runs.
    seed
        0 .. 2**32 - 1.
    device
        auto, cpu, cuda or cuda:N.
    preset, title
        For people; may be empty.
    parent
        Id of the record this run continues or branches from.
    runs_folder
        Where the record is made; empty means the user's folder of runs.
    lane
        *batch*: first come, first served. *interactive*: a process of its own, one session at a time; a new session
        ends the one before it.
    """

    experiment: str
    configuration: dict[str, Any] = field(default_factory=dict)
    seed: int = 0
    device: str = "auto"
    preset: str = ""
    title: str = ""
    parent: str | None = None
    runs_folder: str = ""
    lane: Lane = "batch"
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])


@dataclass(frozen=True)
class JobState:
    """Where one job stands. `record` is the folder of its record once it has one."""

    id: str
    experiment: str
    title: str
    lane: Lane
    status: JobStatus = "queued"
    done: float = 0
    total: float | None = None
    unit: str = ""
    rate: float = 0.0
    record: str | None = None
    result: dict[str, Any] | None = None
    error: str | None = None

    @property
    def ended(self) -> bool:
        """Whether the status can no longer change."""
        return self.status in ENDED

    @property
    def seconds_left(self) -> float | None:
        """Estimate from the present rate; None while nothing is known."""
        if self.ended or not self.total or self.rate <= 0:
            return None
        return max(0, self.total - self.done) / self.rate


@dataclass(frozen=True)
class LaneState:
    """One engine process (or thread, inline): `rss` in bytes, `pid` None while there is none."""

    name: str
    state: EngineState = "idle"
    pid: int | None = None
    rss: int = 0
    steps_per_second: float = 0.0


@dataclass(frozen=True)
class EngineSnapshot:
    """The engine at one moment.

    `state` is the batch lane's, `rss` and `steps_per_second` are sums over all lanes. `note` is the last thing a
    person should know about the engine itself ("The engine process ended (SIGSEGV) …"), `note_number` grows with
    each new note. `jobs` are in the order they were submitted; of the ended ones the newest few hundred are kept.
    """

    jobs: tuple[JobState, ...] = ()
    lanes: tuple[LaneState, ...] = ()
    state: EngineState = "idle"
    rss: int = 0
    steps_per_second: float = 0.0
    note: str = ""
    note_number: int = 0

    def job(self, job_id: str) -> JobState | None:
        """The job with this id, None where it is unknown (yet, or no longer)."""
        return next((job for job in self.jobs if job.id == job_id), None)
