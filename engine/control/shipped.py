"""The trained policies that come with Athanor, by name; knows no torch, so that a window can list them."""

from __future__ import annotations

from pathlib import Path

from engine.control.quantities import Task
from engine.control.tasks import policy_task

KIND_TITLES: dict[str, str] = {
    "lstm": "LSTM",
    "feed-forward": "Feed-forward",
    "frame-stack": "Five frames",
    "full-information": "Sees everything",
    "taught": "LSTM, taught",
}
"""What a policy sees, remembers and learned from, by the name it has in settings."""


def folder() -> Path:
    """Where they lie."""
    return Path(__file__).resolve().parents[2] / "assets" / "models" / "control"


def names() -> list[str]:
    """Names, in alphabetical order."""
    return sorted(path.stem for path in folder().glob("*.safetensors"))


def name_of(task: str, kind: str) -> str:
    """Name of the policy of this kind that was trained on the task of this name, whether it is there or not."""
    return task + ("" if kind == "lstm" else f"-{kind}")


def name_for(task: Task, kind: str) -> str:
    """Name of the policy of this kind that plays a task: its own, or where it has none, that of a task like it."""
    own = name_of(task.name, kind)
    return own if own in names() else name_of(policy_task(task), kind)


def kinds_for(task: Task) -> list[str]:
    """Kinds of policies that are there for a task, in the order of KIND_TITLES."""
    there = set(names())
    return [kind for kind in KIND_TITLES if name_for(task, kind) in there]
