"""Policies one can watch: those that come with the program, and the person's own trainings. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.control import shipped
from engine.control.tasks import TASKS
from engine.errors import BadInput
from gui.translation import tr

if TYPE_CHECKING:
    from engine.runs import RunIndex

RECENT = 12
FIRST = ("water-maze-r", "water-maze-c", "pendulum-p")
"""What a newcomer is offered, the best story first."""


@dataclass(frozen=True)
class Source:
    """A policy as control-play names it: ``agent`` on ``task``, and its title for people."""

    agent: str
    task: str
    title: str


def pretrained() -> list[Source]:
    """The recurrent policies that come with the program, the water maze first."""
    there = set(shipped.names())
    found = [Source("pretrained", name, tr(task.title)) for name, task in TASKS.items()
             if shipped.name_for(task, "lstm") in there]  # fmt: skip
    for name, task in TASKS.items():
        taught = shipped.name_for(task, "taught")
        if task.name == shipped.policy_task(task) and taught in there:
            found.append(Source(f"pretrained/{taught}", name, tr("{task}, taught", task=tr(task.title))))
    return sorted(found, key=lambda s: FIRST.index(s.task) if s.task in FIRST else len(FIRST))


def beside(name: str) -> list[str]:
    """Whom to show beside a policy: one without memory and one that sees everything where they come with the program,
    in a maze scripted ones where they do not.
    """
    task = TASKS[name]
    found = [kind for kind in shipped.kinds_for(task) if kind in ("feed-forward", "full-information")]
    return found + (["circle", "circle-remembers"][: 2 - len(found)] if task.maze else [])


def own_runs(index: RunIndex) -> list[Source]:
    """Trainings of the person, newest first; none where the list cannot be read."""
    try:
        index.refresh()
        rows = [row for row in index.list(limit=300) if row.experiment == "control"]
    except (BadInput, OSError):
        return []
    found = []
    for row in rows:
        configuration = row.configuration if isinstance(row.configuration, dict) else {}
        task = str(configuration.get("task", ""))
        if configuration.get("agent") in ("train", "frame-stack", "feed-forward") and task in TASKS:
            found.append(Source(row.id, task, f"{row.title or tr(TASKS[task].title)}, {row.id[:15]}"))
    return found[:RECENT]
