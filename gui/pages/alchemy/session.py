"""A session at the bench as the page sees it: a job of the engine, its record, and commands that wait for both. No
Qt.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.service.jobs import Job
from gui.pages.alchemy.model import PERSON
from gui.translation import tr

if TYPE_CHECKING:
    from engine.runs import Record
    from gui.bridge import Bridge


@dataclass(frozen=True)
class Chemistry:
    """Where an episode comes from: a seed and a level, or an episode of a file."""

    seed: int
    level: str
    file: str = ""
    episode: int = 0

    @property
    def title(self) -> str:
        if self.file:
            return tr("{name}, episode {episode}", name=Path(self.file).name, episode=self.episode)
        return tr("seed {seed}", seed=self.seed)

    def configuration(self, opponent: str) -> dict[str, Any]:
        """Settings of a session on it."""
        settings: dict[str, Any] = {"level": self.level, "opponent": opponent, "episode": self.episode}
        return settings | ({"episodes_file": self.file} if self.file else {})


@dataclass
class Session:
    """One interactive job; commands given before its record exists, or before a row exists, wait.

    ``row`` of a waiting command is the situation it needs.
    """

    engine: Bridge
    job: str
    waiting: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    record: str | None = None
    advised: set[int] = field(default_factory=set)

    @classmethod
    def again(cls, engine: Bridge, record: Record, opponent: str) -> Session:
        """Start a session that goes on from everything a record holds, in a record of its own."""
        made = record.metadata
        settings = made.configuration
        file, number = str(settings.get("episodes_file") or ""), int(settings.get("episode", 0))
        chemistry = Chemistry(made.seed, str(settings.get("level", "")), file, number)
        return cls.begin(engine, chemistry, opponent, record.id)

    @classmethod
    def begin(cls, engine: Bridge, chemistry: Chemistry, opponent: str, parent: str | None = None) -> Session:
        """Start a session; ``parent`` as in :meth:`again`."""
        job = Job(
            "alchemy-play",
            chemistry.configuration(opponent),
            seed=chemistry.seed,
            title=tr("Alchemy bench, {title}", title=chemistry.title),
            parent=parent,
            lane="interactive",
        )
        return cls(engine, engine.submit(job))

    def look(self, rows: int) -> str | None:
        """Take news of the job, send what may be sent; returns the record's folder on the call that first knows it."""
        state = self.engine.snapshot.job(self.job)
        found = None
        if state is not None and state.record and self.record is None:
            self.record = found = state.record
        if self.record is not None and found is None:
            ready = [command for row, command in self.waiting if row < rows]
            self.waiting = [(row, command) for row, command in self.waiting if row >= rows]
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

    def send(self, node: int, command: str, **more: Any) -> None:
        """Send a command about a situation as soon as that exists."""
        self.waiting.append((node, {"command": command, "node": node, **more}))

    def act(self, node: int, action: int) -> None:
        """The person's action."""
        self.send(node, "act", action=action, line=PERSON)

    def rewind(self, node: int, line: str = PERSON) -> None:
        """Let a line end at an earlier situation, or at a later one again."""
        self.send(node, "rewind", line=line)

    def advise(self, node: int) -> None:
        """Ask what the ideal observer would do there; once for each situation."""
        if node not in self.advised:
            self.advised.add(node)
            self.send(node, "advise")

    def finish(self) -> None:
        """End the session; its record stays."""
        if self.open:
            self.engine.command(self.job, {"command": "finish"})
