"""Names of the trained Alchemy agents that come with Athanor; loads nothing."""

from __future__ import annotations

import json
from pathlib import Path


def folder() -> Path:
    """Where their weights are."""
    return Path(__file__).resolve().parents[3] / "assets" / "models" / "alchemy"


def names() -> list[str]:
    """In alphabetical order."""
    return sorted(path.stem for path in folder().glob("*.safetensors"))


def summary(name: str) -> str:
    """One line about an agent, from its JSON."""
    try:
        made = json.loads((folder() / f"{name}.json").read_text(encoding="utf-8"))["made"]
        return str(made["summary"])
    except (OSError, ValueError, KeyError, TypeError):
        return "a trained network"
