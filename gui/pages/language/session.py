"""An evaluation under way as the page sees it: a job of the engine, its record, its end, and the key it may ask for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.service.jobs import Job
from gui.translation import tr

if TYPE_CHECKING:
    from engine.service.jobs import JobState
    from gui.bridge import Bridge

ALCHEMY, FEATURES, FEATURES_PLAY = "text-alchemy", "feature-world", "feature-world-play"


@dataclass
class Session:
    """One batch job."""

    engine: Bridge
    job: str
    record: str | None = None

    @classmethod
    def begin(cls, engine: Bridge, experiment: str, settings: dict[str, Any], title: str, seed: int,
              parent: str | None = None) -> Session:  # fmt: skip
        """Queue a run; ``parent`` is the interrupted run that it continues without asking or paying anything twice."""
        job = Job(experiment, settings, seed=seed, title=title, parent=parent)
        return cls(engine, engine.submit(job))

    @property
    def state(self) -> JobState | None:
        """How the job stands, None until the engine has seen it."""
        return self.engine.snapshot.job(self.job)

    @property
    def running(self) -> bool:
        """Whether it still runs or waits."""
        state = self.state
        return state is None or not state.ended

    def look(self) -> str | None:
        """The record's folder on the call that first knows it."""
        state = self.state
        if state is not None and state.record and self.record is None:
            self.record = state.record
            return self.record
        return None

    @property
    def failed(self) -> str | None:
        """Why it ended badly, None where it did not."""
        state = self.state
        if state is not None and state.status in ("failed", "crashed", "interrupted"):
            return state.error or tr("The run {status}", status=state.status)
        return None

    @property
    def words(self) -> str:
        """How it goes, in a few words."""
        state = self.state
        if state is None or state.status == "queued":
            return tr("waits for its turn")
        if state.total:
            return tr("{done} of {total} {unit}", done=int(state.done), total=int(state.total), unit=state.unit)
        return state.status

    def stop(self) -> None:
        """End it; everything so far is kept."""
        if self.running:
            self.engine.stop(self.job)

    def answer_key(self, provider: str, key: str) -> None:
        """Hand the run the key it waits for; it is kept in its memory alone."""
        self.engine.command(self.job, {"command": "key", "provider": provider, "key": key})


@dataclass
class Play:
    """A person's games on one world: an interactive job that keeps each proposal; those made before it runs wait."""

    engine: Bridge
    job: str
    waiting: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def begin(cls, engine: Bridge, settings: dict[str, Any], seed: int) -> Play:
        """Start it; ``seed`` draws the hidden rule, as the window does."""
        title = tr("Feature World, played by hand")
        return cls(engine, engine.submit(Job(FEATURES_PLAY, settings, seed=seed, title=title, lane="interactive")))

    def propose(self, step: int, chosen: int) -> None:
        """Keep a proposal after ``step`` others."""
        self.waiting.append({"command": "propose", "step": step, "object": chosen})

    def look(self) -> None:
        """Send what may be sent."""
        state = self.engine.snapshot.job(self.job)
        if self.waiting and state is not None and state.record:
            ready, self.waiting = self.waiting, []
            for command in ready:
                self.engine.command(self.job, command)

    def finish(self) -> None:
        """End it; the record stays."""
        state = self.engine.snapshot.job(self.job)
        if state is None or not state.ended:
            self.waiting.append({"command": "finish"})
            self.look()
