"""Jobs of the page: a lesson that takes commands, and comparisons that run by themselves. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.service.jobs import Job
from gui.translation import tr

if TYPE_CHECKING:
    from gui.bridge import Bridge

LESSON, COMPARE = "softmax-play", "hebbian-softmax"


@dataclass
class Session:
    """One lesson; commands given before its record exists wait."""

    engine: Bridge
    job: str
    source: str
    waiting: list[dict[str, Any]] = field(default_factory=list)
    record: str | None = None

    @classmethod
    def begin(cls, engine: Bridge, source: str, sentence: str = "") -> Session:
        """Start a lesson for the twins ``source``."""
        settings = {"source": source} | ({"sentence": sentence} if sentence else {})
        title = tr("Rare words, lesson for {value}", value=source.rsplit("/", 1)[-1])
        return cls(engine, engine.submit(Job(LESSON, settings, title=title, lane="interactive")), source)

    def look(self) -> str | None:
        """Take news of the job and send what waits; the record's folder on the call that first knows it."""
        state = self.engine.snapshot.job(self.job)
        found = None
        if state is not None and state.record and self.record is None:
            self.record = found = state.record
        if self.record is not None:
            for command in self.waiting:
                self.engine.command(self.job, command)
            self.waiting = []
        return found

    @property
    def failed(self) -> str | None:
        """Why the lesson ended badly, None while it has not."""
        state = self.engine.snapshot.job(self.job)
        if state is not None and state.status in ("failed", "crashed", "interrupted"):
            return state.error or tr("The lesson {status}", status=state.status)
        return None

    @property
    def open(self) -> bool:
        """Whether commands are still taken."""
        state = self.engine.snapshot.job(self.job)
        return state is None or not state.ended

    def teach(self, text: str, repeat: int) -> None:
        """Let both twins read and learn a sentence."""
        self.waiting.append({"command": "teach", "text": text, "repeat": repeat})

    def ask(self, text: str) -> None:
        """Ask what both expect next."""
        self.waiting.append({"command": "ask", "text": text})

    def forget(self) -> None:
        """Put both back to how they were."""
        self.waiting.append({"command": "forget"})

    def finish(self) -> None:
        """End the lesson; its record stays."""
        if self.open:
            self.engine.command(self.job, {"command": "finish"})


def comparison(preset: str, settings: dict[str, Any], seed: int, device: str) -> Job:
    """A job that compares the rule with a plain softmax; ``settings`` overrule those of the preset."""
    from engine.experiments.catalogue import EXPERIMENTS

    entry = EXPERIMENTS[COMPARE]
    values = {**entry.presets.get(preset, {}), **settings}
    task = values.get("task", "omniglot")
    title = (
        tr("Late characters")
        if task == "omniglot"
        else tr("Rare words, {value}", value=values.get("corpus", "speeches"))
    )
    return Job(COMPARE, values, seed, device, preset, title)
