"""``athanor bench``: figures of the engine; those of the window are measured by the window."""

from __future__ import annotations

from argparse import Namespace

from engine.cli import DONE
from engine.cli.listing import needs_window
from engine.cli.output import print_json, print_pairs
from engine.service.benchmark import BENCHMARKS, measure


def bench(arguments: Namespace) -> int:
    """The command."""
    if arguments.name not in BENCHMARKS:
        return needs_window(arguments)
    figures = {"bench": arguments.name, **measure(arguments.name)}
    if arguments.json:
        print_json(figures)
    else:
        print_pairs(figures)
    return DONE
