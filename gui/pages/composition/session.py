"""Jobs of the page: a board that answers, and comparisons that run by themselves. No Qt in here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.service.jobs import Job
from gui.translation import tr

if TYPE_CHECKING:
    from engine.service.jobs import JobState
    from gui.bridge import Bridge

BOARD, COMPARE = "composition-play", "composition"


@dataclass
class Session:
    """One job; commands given before it runs wait, and of several mixtures that wait only the newest is sent."""

    engine: Bridge
    job: str
    waiting: list[dict[str, Any]] = field(default_factory=list)
    record: str | None = None
    request: int = 0

    @classmethod
    def board(cls, engine: Bridge, settings: dict[str, Any]) -> Session:
        """A board that is painted by hand."""
        return cls(engine, engine.submit(Job(BOARD, settings, title=tr("Composition board"), lane="interactive")))

    @classmethod
    def compare(cls, engine: Bridge, settings: dict[str, Any], seed: int, device: str, preset: str) -> Session:
        """A comparison on worlds of the program."""
        title = tr("Composition, {value}", value=settings.get("suite", "grid"))
        return cls(engine, engine.submit(Job(COMPARE, settings, seed, device, preset, title)))

    @property
    def state(self) -> JobState | None:
        """What the engine says of it."""
        return self.engine.snapshot.job(self.job)

    def look(self) -> str | None:
        """Send what may be sent; the record's folder on the call that first knows it."""
        state, found = self.state, None
        if state is not None and state.record and self.record is None:
            self.record = found = state.record
        if self.record is not None and self.waiting:
            ready, self.waiting = self.waiting, []
            for command in ready:
                self.engine.command(self.job, command)
        return found

    @property
    def open(self) -> bool:
        """Whether it still runs or waits."""
        state = self.state
        return state is None or not state.ended

    @property
    def failed(self) -> str | None:
        """Why it ended badly, None while it has not."""
        state = self.state
        if state is not None and state.status in ("failed", "crashed", "interrupted"):
            return state.error or tr("The session {status}", status=state.status)
        return None

    def ask(self, weights: list[float]) -> int:
        """Solve a mixture; returns the number its rows will carry."""
        self.request += 1
        self.waiting = [one for one in self.waiting if one["command"] != "weights"]
        self.waiting.append({"command": "weights", "weights": weights, "request": self.request})
        self.look()
        return self.request

    def change(self, **world: Any) -> None:
        """Another world on the same board."""
        self.request += 1
        self.waiting.append({"command": "world", **world, "request": self.request})
        self.look()

    def finish(self) -> None:
        """End a board's session; its record stays."""
        if self.open:
            self.waiting.append({"command": "finish"})
            self.look()
