"""``athanor sweep``: every combination of some settings, in several processes."""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from collections import Counter
from typing import Any

from engine.cli import DONE, FAILED, STOPPED
from engine.cli.interrupt import on_interrupt
from engine.cli.output import ProgressLine, log_to_stderr, print_json, print_lines, print_table
from engine.cli.run import parse_settings
from engine.experiments.catalogue import find
from engine.service.cluster import run_on_ray
from engine.service.jobs import JobState
from engine.service.sweep import Journal, Outcome, parse_grid, points, run_here, sweep_name


def sweep(arguments: Namespace) -> int:
    """The command."""
    experiment, grid = find(arguments.experiment), parse_grid(arguments.grid)
    settings = parse_settings(arguments.set)
    request = [experiment.name, arguments.preset, settings, grid, arguments.seed]
    name = sweep_name(arguments.id, request)
    every = points(
        experiment, arguments.preset, settings, grid, seed=arguments.seed, device=arguments.device, name=name
    )
    log_to_stderr()
    journal, line, stopped = Journal(name), ProgressLine(), False
    known = journal.finished()
    outcomes = [
        Outcome(point, "finished", known[point.key]["record"], known[point.key]["result"], None, reused=True)
        for point in every
        if point.key in known
    ]
    todo = [point for point in every if point.key not in known]

    def stop() -> None:
        nonlocal stopped
        stopped = True

    def show_progress(states: list[JobState]) -> None:
        part = sum(state.done / state.total for state in states if state.total and not state.ended)
        line.show(len(outcomes) + part, len(every), "runs", 0.0)

    started = time.monotonic()
    with on_interrupt(stop, lambda: None):
        if arguments.ray:
            ended = run_on_ray(arguments.ray, todo, lambda: stopped)
        else:
            workers = min(arguments.workers or max(1, (os.cpu_count() or 2) - 1), max(1, len(todo)))
            share = max(1, (os.cpu_count() or 1) // workers)
            os.environ.setdefault("OMP_NUM_THREADS", str(share))  # the processes share the cores between them
            ended = run_here(todo, workers, lambda: stopped, show_progress)
        for outcome in ended:
            journal.add(outcome)
            outcomes.append(outcome)
            if outcome.error:
                line.clear()
                sys.stderr.write(f"athanor: {outcome.point.job.title}: {outcome.error}\n")
    line.clear()
    _print(name, experiment.name, outcomes, len(every), time.monotonic() - started, as_json=arguments.json)
    if stopped:
        return STOPPED
    return DONE if all(outcome.status == "finished" for outcome in outcomes) else FAILED


def _print(name: str, experiment: str, outcomes: list[Outcome], count: int, seconds: float, *, as_json: bool) -> None:
    statuses = Counter(outcome.status for outcome in outcomes)
    if as_json:
        runs = [
            {
                "settings": outcome.point.settings,
                "seed": outcome.point.job.seed,
                "status": outcome.status,
                "reused": outcome.reused,
                "record": outcome.record,
                "result": outcome.result,
                "error": outcome.error,
            }
            for outcome in outcomes
        ]
        summary: dict[str, Any] = {"sweep": name, "experiment": experiment, "runs": runs, "statuses": dict(statuses)}
        print_json({**summary, "missing": count - len(outcomes), "seconds": round(seconds, 3)})
        return
    print_table([_row(outcome) for outcome in outcomes])
    words = ", ".join(f"{number} {status}" for status, number in statuses.items()) or "nothing ran"
    reused = sum(outcome.reused for outcome in outcomes)
    words += f" ({reused} of an earlier call)" if reused else ""
    print_lines([f"{name}: {words} of {count}"])


def _row(outcome: Outcome) -> dict[str, Any]:
    scalars = {key: value for key, value in (outcome.result or {}).items() if isinstance(value, int | float)}
    return {**outcome.point.settings, "status": outcome.status, **dict(list(scalars.items())[:6])}
