"""``athanor sweep``: many combinations of some settings, in several processes or on a cluster."""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from engine.cli import DONE, FAILED, STOPPED
from engine.cli.interrupt import on_interrupt
from engine.cli.output import ProgressLine, log_to_stderr, print_json, print_lines, print_table, shown
from engine.cli.run import parse_settings
from engine.errors import BadInput
from engine.experiments.catalogue import find
from engine.service.cluster import run_on_ray
from engine.service.jobs import JobState
from engine.service.sweep import Journal, Outcome, Point, parse_grid, points, run_here, sweep_name
from engine.service.tuning import Tuner, parse_space


@dataclass
class Plan:
    """What a call is to do: ``todo`` as it is asked for; ``total`` counts the ``outcomes`` of earlier calls too."""

    name: str
    space: dict[str, Any]
    todo: Iterable[Point]
    total: int
    outcomes: list[Outcome]
    tuner: Tuner | None = None


def sweep(arguments: Namespace) -> int:
    """The command."""
    experiment = find(arguments.experiment)
    plan = _tuning(arguments) if arguments.tune else _grid(arguments)
    log_to_stderr()
    journal, line, stopped = Journal(plan.name), ProgressLine(), False
    journal.begin(experiment.name, plan.space, plan.total)

    def stop() -> None:
        nonlocal stopped
        stopped = True

    def show_progress(states: list[JobState]) -> None:
        part = sum(state.done / state.total for state in states if state.total and not state.ended)
        line.show(len(plan.outcomes) + part, plan.total, "runs", 0.0)

    started = time.monotonic()
    with on_interrupt(stop, lambda: None):
        if arguments.ray:
            ended = run_on_ray(arguments.ray, plan.todo, lambda: stopped)
        else:
            workers = min(arguments.workers or max(1, (os.cpu_count() or 2) - 1), max(1, plan.total))
            share = max(1, (os.cpu_count() or 1) // workers)
            os.environ.setdefault("OMP_NUM_THREADS", str(share))  # the processes share the cores between them
            ended = run_here(plan.todo, workers, lambda: stopped, show_progress)
        for outcome in ended:
            if plan.tuner:
                plan.tuner.tell(outcome)
            journal.add(outcome)
            plan.outcomes.append(outcome)
            if outcome.error:
                line.clear()
                sys.stderr.write(f"athanor: {outcome.point.job.title}: {outcome.error}\n")
    line.clear()
    _print(plan, experiment.name, time.monotonic() - started, as_json=arguments.json)
    if stopped:
        return STOPPED
    return DONE if all(outcome.status == "finished" for outcome in plan.outcomes) else FAILED


def _grid(arguments: Namespace) -> Plan:
    experiment, grid, settings = find(arguments.experiment), parse_grid(arguments.grid), parse_settings(arguments.set)
    name = sweep_name(arguments.id, [experiment.name, arguments.preset, settings, grid, arguments.seed])
    every = points(
        experiment, arguments.preset, settings, grid, seed=arguments.seed, device=arguments.device, name=name
    )
    known = Journal(name).finished()
    outcomes = [
        Outcome(point, "finished", known[point.key]["record"], known[point.key]["result"], None, reused=True)
        for point in every
        if point.key in known
    ]
    return Plan(name, dict(grid), [point for point in every if point.key not in known], len(every), outcomes)


def _tuning(arguments: Namespace) -> Plan:
    experiment, settings = find(arguments.experiment), parse_settings(arguments.set)
    metric = arguments.maximise or arguments.minimise
    if metric is None:
        raise BadInput("--tune needs --maximise RESULT or --minimise RESULT")
    space = parse_space(experiment, arguments.tune)
    request = [experiment.name, arguments.preset, settings, space, metric, bool(arguments.maximise), arguments.seed]
    name = sweep_name(arguments.id, request)
    tuner = Tuner(
        experiment, arguments.preset, settings, space, metric=metric, maximise=arguments.maximise is not None,
        trials=arguments.trials, name=name, seed=arguments.seed, device=arguments.device,
    )  # fmt: skip
    return Plan(name, {**space, "metric": metric}, tuner.points(), max(0, arguments.trials - tuner.before), [], tuner)


def _print(plan: Plan, experiment: str, seconds: float, *, as_json: bool) -> None:
    statuses = Counter(outcome.status for outcome in plan.outcomes)
    if as_json:
        runs = [
            {
                "settings": outcome.point.settings,
                "seed": outcome.point.job.seed,
                "status": outcome.status,
                "reused": outcome.reused,
                "attempts": outcome.attempts,
                "record": outcome.record,
                "result": outcome.result,
                "error": outcome.error,
            }
            for outcome in plan.outcomes
        ]
        summary: dict[str, Any] = {"sweep": plan.name, "experiment": experiment, "runs": runs}
        if plan.tuner:
            summary["best"] = plan.tuner.best()
        summary |= {"statuses": dict(statuses), "missing": plan.total - len(plan.outcomes)}
        print_json({**summary, "seconds": round(seconds, 3)})
        return
    print_table([_row(outcome) for outcome in plan.outcomes])
    words = ", ".join(f"{number} {status}" for status, number in statuses.items()) or "nothing ran"
    reused = sum(outcome.reused for outcome in plan.outcomes)
    words += f" ({reused} of an earlier call)" if reused else ""
    print_lines([f"{plan.name}: {words} of {plan.total}"])
    best = plan.tuner.best() if plan.tuner else None
    if best:
        print_lines([f"best: {shown(best['value'])} with {shown(best['settings'])} (trial {best['trial']})"])


def _row(outcome: Outcome) -> dict[str, Any]:
    scalars = {key: value for key, value in (outcome.result or {}).items() if isinstance(value, int | float)}
    return {**outcome.point.settings, "status": outcome.status, **dict(list(scalars.items())[:6])}
