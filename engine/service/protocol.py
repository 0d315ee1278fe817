"""The messages between the window's engine thread and an engine process: frozen values, one JSON object a line.

Downward (to the engine): `Hello`, `Submit`, `Prepare`, `Stop`, `Pause`, `Resume`, `Step`, `Command`, `Quit`.
Upward (from the engine): `Ready`, `Refused`, `Started`, `Progress`, `Paused`, `Finished`, `Log`, `Beat`.

Both sides say their `VERSION` before anything else; a side that hears another version says so in words and leaves.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

from engine.service.jobs import Job

VERSION = 1
"""Grows with every change of a message's meaning; the two sides may come from different installations."""


class ProtocolError(ValueError):
    """A line that is no message of this protocol."""


@dataclass(frozen=True)
class Hello:
    """First message downward."""

    version: int = VERSION


@dataclass(frozen=True)
class Submit:
    """Run this job; jobs run one after the other in the order they came."""

    job: Job


@dataclass(frozen=True)
class Prepare:
    """Load what `experiment` needs, while there is no job to run."""

    experiment: str


@dataclass(frozen=True)
class Stop:
    """Ask the job with this id to stop at its next check."""

    job: str


@dataclass(frozen=True)
class Pause:
    """Hold the job at its next check."""

    job: str


@dataclass(frozen=True)
class Resume:
    """Let a paused job go on."""

    job: str


@dataclass(frozen=True)
class Step:
    """Let a paused job pass exactly one check."""

    job: str


@dataclass(frozen=True)
class Command:
    """Hand `payload` to an interactive job."""

    job: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class Quit:
    """Stop the running job, forget the waiting ones and leave."""


@dataclass(frozen=True)
class Ready:
    """First message upward: the engine listens."""

    pid: int
    versions: dict[str, str]
    version: int = VERSION


@dataclass(frozen=True)
class Refused:
    """The engine cannot work with this other side and leaves."""

    reason: str


@dataclass(frozen=True)
class Started:
    """The job runs and writes the record in the folder `record`."""

    job: str
    record: str


@dataclass(frozen=True)
class Progress:
    """How far a job is; at most twenty a second. `rate` is in units a second, 0 while unknown."""

    job: str
    done: float
    total: float | None
    unit: str
    rate: float


@dataclass(frozen=True)
class Paused:
    """The job waits (`paused`) or goes on again."""

    job: str
    paused: bool


@dataclass(frozen=True)
class Finished:
    """The job ended.

    `status` is finished, stopped, failed, crashed or interrupted. `bad_input` tells that `error` is about what a
    person gave rather than about a fault.
    """

    job: str
    status: str
    result: dict[str, Any] | None = None
    error: str | None = None
    bad_input: bool = False


@dataclass(frozen=True)
class Log:
    """One log record, `level` as in the logging module."""

    level: int
    text: str
    logger: str = "engine"


@dataclass(frozen=True)
class Beat:
    """Sent every half second: the process lives. `rss` in bytes."""

    busy: bool
    rss: int
    steps_per_second: float


Downward = Hello | Submit | Prepare | Stop | Pause | Resume | Step | Command | Quit
Upward = Ready | Refused | Started | Progress | Paused | Finished | Log | Beat
Message = Downward | Upward

_TYPES: dict[str, type[Message]] = {kind.__name__: kind for kind in (*Downward.__args__, *Upward.__args__)}


def to_json(message: Message) -> str:
    """One line without its line end."""
    return json.dumps({"type": type(message).__name__, **dataclasses.asdict(message)}, separators=(",", ":"))


def from_json(line: str | bytes) -> Message:
    """The message in `line`; raises ProtocolError for anything else."""
    try:
        fields = json.loads(line)
        kind = _TYPES[fields.pop("type")]
        if kind is Submit:
            return Submit(Job(**fields["job"]))
        return kind(**fields)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        shown = line[:80] if isinstance(line, str) else line[:80].decode("utf-8", "replace")
        raise ProtocolError(f"Not a message of the engine protocol: {shown!r}") from problem
