"""Trained networks one can look at: those that come with the program, and the person's own runs. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import BadInput
from gui.translation import tr

if TYPE_CHECKING:
    from engine.runs import RunIndex

FOLDER = Path(__file__).resolve().parents[3] / "assets" / "models" / "memory"
RECENT = 12


@dataclass(frozen=True)
class Source:
    """A network as memory-bench names it, and its title for people."""

    name: str
    title: str


def pretrained(folder: Path = FOLDER) -> list[Source]:
    """Networks in ``folder``, one safetensors file each, SAM on recall first."""
    names = sorted(path.stem for path in folder.glob("*.safetensors")) if folder.is_dir() else []
    names.sort(key=lambda name: ("sam" not in name.split("-"), "recall" not in name))
    return [Source(f"pretrained/{name}", tr("{title}, pretrained", title=title(name))) for name in names]


def title(name: str) -> str:
    """``sam-recall`` as people write it: SAM · recall."""
    model, _, rest = name.partition("-")
    return f"{model.upper()} · {rest.replace('-', ' ')}" if rest else model.upper()


def own_runs(index: RunIndex) -> list[Source]:
    """Training runs of the person, newest first; none where the list cannot be read."""
    try:
        index.refresh()
        rows = [row for row in index.list(limit=300) if row.experiment == "memory"][:RECENT]
    except (BadInput, OSError):
        return []
    return [Source(row.id, f"{row.title or 'memory'}, {row.id[:15]}") for row in rows]
