"""Measurements of the window: ``athanor bench startup|latency|heatmap|advice|runs-page|soak [--json]``."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path
from typing import Any

from gui.benchmarks.loads import PAGES

NAMES = ("startup", "latency", "heatmap", "advice", "runs-page", "soak")
LOADED = ("latency", "heatmap", "soak")


def run(arguments: list[str]) -> int:
    """Run one measurement and print its figures; with ``--json`` as one object on the last line."""
    parser = argparse.ArgumentParser(prog="athanor bench", description="Measure the window")
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    parser.add_argument(
        "--seconds", type=float, default=10.0, help="how long each part of latency and heatmap is measured"
    )
    parser.add_argument("--load", choices=tuple(PAGES), help="what the engine does meanwhile (latency, heatmap, soak)")
    parser.add_argument("--minutes", type=float, default=120.0, help="how long soak lasts")
    parser.add_argument("--samples", type=Path, metavar="FILE", help="where soak writes a row a minute (CSV)")
    chosen = parser.parse_args(arguments)
    if chosen.load and chosen.name not in LOADED:
        parser.error(f"--load goes with {', '.join(LOADED)}")
    options: dict[str, Any] = {"load": chosen.load} if chosen.load else {}
    if chosen.name == "soak":
        chosen.seconds, options["samples"] = 60 * chosen.minutes, chosen.samples
    figures = importlib.import_module(f"gui.benchmarks.{chosen.name.replace('-', '_')}").measure(
        chosen.seconds, **options
    )
    if chosen.json:
        print(json.dumps(figures))  # noqa: T201
    else:
        width = max(map(len, figures))
        for name, value in figures.items():
            print(f"{name:{width}}  {value:.4g}" if isinstance(value, float) else f"{name:{width}}  {value}")  # noqa: T201
    sys.stdout.flush()
    return 0
