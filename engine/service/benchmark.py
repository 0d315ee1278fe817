"""What can be measured without a window: name -> function that gives the figures."""

from __future__ import annotations

import importlib
from typing import Any

BENCHMARKS = {
    "alchemy": "engine.alchemy.benchmark:figures",
    "agents": "engine.agents.learned.throughput:figures",
    "filters": "engine.filters.benchmark:measure",
    "memory": "engine.memory.benchmark:room_figures",
    "store": "engine.runs.benchmark:store_figures",
}
"""Imported only when measured."""


def measure(name: str) -> dict[str, Any]:
    """The figures of one benchmark; raises KeyError for an unknown name."""
    module, _, function = BENCHMARKS[name].partition(":")
    figures: dict[str, Any] = getattr(importlib.import_module(module), function)()
    return figures
