"""The command ``athanor``: opens the window, or hands headless commands to the engine's command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence

HEADLESS = ("list", "run", "sweep", "runs", "bench", "-h", "--help", "--version")
WINDOW_BENCHMARKS = ("startup", "latency", "heatmap", "advice", "runs-page", "soak")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns its exit status. Qt is imported only where a window, seen or offscreen, is needed."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    first = given[0] if given else ""
    if first == "engine-child":  # a frozen program is its own interpreter; the engine thread starts it with this word
        from engine.service.child import main as serve

        return serve()
    if first == "--selftest":
        from gui.selftest import run as selftest

        return selftest(given[1:])
    if first == "tour" and len(given) > 1 and not given[1].startswith("-"):
        from gui.tour import run as tour

        return tour(given[1:])
    if first == "bench" and any(name in given[1:] for name in WINDOW_BENCHMARKS):
        from gui.benchmarks import run as bench

        return bench(given[1:])
    if first in HEADLESS or (first and not first.startswith("-")):
        from engine.cli import main as command_line

        return command_line(given)
    from gui.application import run

    return run(given)


if __name__ == "__main__":
    import multiprocessing

    multiprocessing.freeze_support()
    raise SystemExit(main())
