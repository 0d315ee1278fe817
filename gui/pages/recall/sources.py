"""Trained memories one can look at: those that come with the program, and the person's own runs. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import BadInput
from gui.translation import tr

if TYPE_CHECKING:
    from engine.runs import RunIndex

FOLDER = Path(__file__).resolve().parents[3] / "assets" / "models" / "recall"
RECENT = 12


@dataclass(frozen=True)
class Source:
    """A memory as recall-play names it, and its title for people."""

    name: str
    title: str


def pretrained(folder: Path = FOLDER) -> list[Source]:
    """Memories in ``folder``, one safetensors file each, drawings first."""
    names = sorted(path.stem for path in folder.glob("*.safetensors")) if folder.is_dir() else []
    names.sort(key=lambda name: ("omniglot" not in name, "digits" not in name, name))
    return [
        Source(f"pretrained/{name}", tr("{name}, pretrained", name=name.replace("-", " ").capitalize()))
        for name in names
    ]


def own_runs(index: RunIndex) -> list[Source]:
    """Training runs of the person, newest first; none where the list cannot be read."""
    try:
        index.refresh()
        rows = [row for row in index.list(limit=300) if row.experiment == "energy-memory"][:RECENT]
    except (BadInput, OSError):
        return []
    words = tr("energy memory")
    return [Source(row.id, f"{row.title or words}, {row.id[:15]}") for row in rows]
