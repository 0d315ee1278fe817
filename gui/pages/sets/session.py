"""A session at a filter: a job of the engine, its record, and commands that wait for it. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.service.jobs import Job
from gui.translation import tr

if TYPE_CHECKING:
    from gui.bridge import Bridge

PLAY, MEASURE = "filter-play", "neural-bloom-filter"
FOLDER = Path(__file__).resolve().parents[3] / "assets" / "models" / "sets"
TITLES = {
    "digits-class": tr("digits, one class"),
    "digits-skewed": tr("digits, some popular"),
    "digits-uniform": tr("digits, any"),
    "mnist-class": tr("MNIST, one class"),
    "mnist-skewed": tr("MNIST, some popular"),
    "mnist-uniform": tr("MNIST, any"),
    "word-ranges": tr("word ranges"),
    "word-mixture": tr("ranges and stray words"),
    "row-ranges": tr("row keys"),
}


@dataclass(frozen=True)
class Network:
    """A trained network as the bench names it; ``n`` keys to begin with, ``strings`` whether keys can be typed."""

    name: str
    title: str
    n: int
    strings: bool
    task: str = ""


def pretrained(folder: Path = FOLDER) -> list[Network]:
    """Networks that come with the program, digits first."""
    import json

    found = []
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        try:
            card = json.loads(path.read_text(encoding="utf-8"))
            task, strings = str(card["task"]), str(card["sizes"]["encoder"]).startswith("text")
            low, high = card["trained"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if card.get("model") != "nbf":
            continue
        title = f"{TITLES.get(task, task)}, {int(low):,}–{int(high):,}"
        found.append(
            Network(f"pretrained/{path.stem}", title, min(int(high), 60 if not strings else 200), strings, task)
        )
    return sorted(found, key=lambda network: (network.strings, network.name != "pretrained/digits-class"))


@dataclass
class Session:
    """One interactive job; commands given before its record exists wait."""

    engine: Bridge
    job: str
    title: str
    waiting: list[dict[str, Any]] = field(default_factory=list)
    record: str | None = None

    @classmethod
    def begin(cls, engine: Bridge, configuration: dict[str, Any], title: str, seed: int = 0) -> Session:
        """Start a session; its first keys come by themselves."""
        job = Job(PLAY, configuration, seed=seed, title=tr("Filter bench, {title}", title=title), lane="interactive")
        return cls(engine, engine.submit(job), title)

    def look(self) -> str | None:
        """Take news of the job, send what may be sent; returns the record's folder on the call that first knows it."""
        state = self.engine.snapshot.job(self.job)
        found = None
        if state is not None and state.record and self.record is None:
            self.record = found = state.record
        if self.record is not None and found is None:
            for command in self.waiting:
                self.engine.command(self.job, command)
            self.waiting = []
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

    def send(self, name: str, **values: Any) -> None:
        """Give a command."""
        self.waiting.append({"command": name, **values})

    def finish(self) -> None:
        """End the session; its record stays."""
        if self.open:
            self.engine.command(self.job, {"command": "finish"})
