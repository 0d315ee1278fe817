"""A session at a trained memory: a job of the engine, its record, and commands that wait for it. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.service.jobs import Job
from gui.translation import tr

if TYPE_CHECKING:
    from gui.bridge import Bridge

PLAY, TRAIN = "recall-play", "energy-memory"


@dataclass
class Session:
    """One interactive job; commands given before its record exists wait."""

    engine: Bridge
    job: str
    source: str
    waiting: list[dict[str, Any]] = field(default_factory=list)
    record: str | None = None

    @classmethod
    def begin(cls, engine: Bridge, source: str, title: str, patterns: int, seed: int) -> Session:
        """Start a session; its first write and reads come by themselves."""
        settings: dict[str, Any] = {"source": source} | ({"patterns": patterns} if patterns else {})
        job = Job(PLAY, settings, seed=seed, title=tr("Recall bench, {title}", title=title), lane="interactive")
        return cls(engine, engine.submit(job), source)

    def look(self) -> str | None:
        """Send what waits; the record's folder on the call that first knows it."""
        state = self.engine.snapshot.job(self.job)
        found = None
        if state is not None and state.record and self.record is None:
            self.record = found = state.record
        if self.record is not None:
            waiting, self.waiting = self.waiting, []
            for command in waiting:
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

    def send(self, command: str, **values: Any) -> None:
        """Give a command as soon as it can be taken."""
        self.waiting.append({"command": command, **values})

    def finish(self) -> None:
        """End the session; its record stays."""
        if self.open:
            self.engine.command(self.job, {"command": "finish"})
