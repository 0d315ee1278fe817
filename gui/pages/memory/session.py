"""A session at a trained network: a job of the engine, its record, and commands that wait for both. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.service.jobs import Job
from gui.translation import tr

if TYPE_CHECKING:
    from gui.bridge import Bridge

BENCH, TRAIN, SCALING = "memory-bench", "memory", "memory-scaling"


@dataclass(frozen=True)
class Setup:
    """Which network runs on what: ``source`` as memory-bench reads it (pretrained/NAME or a run), ``title`` for people,
    ``level`` items or length (0: the model's own), ``slots`` (0: the model's own), ``seed`` of the sequence.
    """

    source: str
    title: str
    level: int = 0
    slots: int = 0
    seed: int = 0

    def configuration(self) -> dict[str, Any]:
        """Settings that differ from the experiment's own."""
        settings: dict[str, Any] = {"source": self.source}
        if self.level:
            settings["level"] = self.level
        if self.slots:
            settings["slots"] = self.slots
        return settings


@dataclass
class Session:
    """One interactive job; commands given before its record exists, or before a trace exists, wait.

    The number of a waiting command is that of the trace it needs.
    """

    engine: Bridge
    job: str
    setup: Setup
    waiting: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    record: str | None = None

    @classmethod
    def begin(cls, engine: Bridge, setup: Setup) -> Session:
        """Start a session; its first trace comes by itself."""
        title = tr("Memory bench, {title}", title=setup.title)
        job = Job(BENCH, setup.configuration(), seed=setup.seed, title=title, lane="interactive")
        return cls(engine, engine.submit(job), setup)

    def look(self, traces: int) -> str | None:
        """Take news of the job, send what may be sent; returns the record's folder on the call that first knows it.

        ``traces``: how many traces the page has read.
        """
        state = self.engine.snapshot.job(self.job)
        found = None
        if state is not None and state.record and self.record is None:
            self.record = found = state.record
        if self.record is not None and found is None:
            ready = [command for trace, command in self.waiting if trace < traces]
            self.waiting = [(trace, command) for trace, command in self.waiting if trace >= traces]
            for command in ready:
                self.engine.command(self.job, command)
        return found

    @property
    def failed(self) -> str | None:
        """Why the session ended badly, None while it has not."""
        state = self.engine.snapshot.job(self.job)
        if state is not None and state.status in ("failed", "crashed", "interrupted"):
            return state.error or tr("The session {status}", status=state.status)
        return None

    @property
    def open(self) -> bool:
        """Whether commands are still taken."""
        state = self.engine.snapshot.job(self.job)
        return state is None or not state.ended

    def run(self, level: int, seed: int) -> None:
        """Another sequence."""
        command: dict[str, Any] = {"command": "run", "seed": seed}
        self.waiting.append((-1, command | ({"level": level} if level else {})))

    def intervene(self, trace: int, change: dict[str, Any]) -> None:
        """The same sequence with one thing changed."""
        self.waiting.append((trace, {"command": "intervene", "trace": trace, "change": change}))

    def backward(self, trace: int) -> None:
        """Take the memory back step by step."""
        self.waiting.append((trace, {"command": "backward", "trace": trace}))

    def finish(self) -> None:
        """End the session; its record stays."""
        if self.open:
            self.engine.command(self.job, {"command": "finish"})
