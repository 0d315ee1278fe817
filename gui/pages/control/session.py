"""A session of trained policies: a job of the engine, its record, and commands that wait for both. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.service.jobs import Job
from gui.pages.control.sources import beside
from gui.translation import tr

if TYPE_CHECKING:
    from gui.bridge import Bridge

PLAY, CONTROL = "control-play", "control"


@dataclass(frozen=True)
class Setup:
    """Who plays what: ``task`` and ``agent`` as control-play has them, ``title`` for people, ``episode`` from 0."""

    task: str
    agent: str
    title: str
    episode: int = 0
    wipe: str = "none"


@dataclass
class Session:
    """An interactive job; commands that come before the record exists, or before a scene exists, wait.

    The number of a waiting command is that of the scene it needs.
    """

    engine: Bridge
    job: str
    setup: Setup
    waiting: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    record: str | None = None

    @classmethod
    def begin(cls, engine: Bridge, setup: Setup) -> Session:
        """Start a session; its first scene comes by itself."""
        settings = {"task": setup.task, "agent": setup.agent, "beside": beside(setup.task)}
        job = Job(PLAY, settings, title=tr("Control bench, {title}", title=setup.title), lane="interactive")
        session = cls(engine, engine.submit(job), setup)
        if setup.episode or setup.wipe != "none":
            session.run(setup.episode, setup.wipe)
        return session

    def look(self, scenes: int) -> str | None:
        """Take news of the job, send what may be sent; returns the record's folder on the call that first knows it.

        ``scenes``: how many scenes the page has read.
        """
        state = self.engine.snapshot.job(self.job)
        found = None
        if state is not None and state.record and self.record is None:
            self.record = found = state.record
        if self.record is not None and found is None:
            ready = [command for scene, command in self.waiting if scene < scenes]
            self.waiting = [(scene, command) for scene, command in self.waiting if scene >= scenes]
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

    def run(self, episode: int, wipe: str) -> None:
        """Another episode."""
        self.waiting.append((0, {"command": "run", "episode": episode, "wipe": wipe}))

    def intervene(self, scene: int, change: dict[str, Any]) -> None:
        """The same episode with one thing changed."""
        self.waiting.append((scene, {"command": "intervene", "scene": scene, "change": change}))

    def finish(self) -> None:
        """End the session; its record stays."""
        if self.open:
            self.engine.command(self.job, {"command": "finish"})
