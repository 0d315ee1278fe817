"""``athanor run``: one experiment, in this process, with the same context and the same record as in the window."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Iterable
from typing import Any

from engine.cli import DONE, FAILED, STOPPED
from engine.cli.interrupt import on_interrupt
from engine.cli.output import ProgressLine, log_to_stderr, print_json, print_pairs
from engine.errors import BadInput, Stopped
from engine.experiments.catalogue import find
from engine.experiments.control import Control
from engine.runs.schema import check_name
from engine.service.execution import Execution, check
from engine.service.jobs import Job
from engine.service.protocol import Progress, Started, Upward


def run(arguments: Namespace) -> int:
    """The command."""
    experiment = find(arguments.experiment)
    job = Job(
        experiment=experiment.name,
        configuration=experiment.configure(arguments.preset, parse_settings(arguments.set)).to_dict(),
        seed=arguments.seed,
        device=arguments.device,
        preset=arguments.preset or "",
        title=arguments.title,
        parent=check_name(arguments.parent, "run id") if arguments.parent else None,
    )
    return run_job(job, as_json=arguments.json)


def run_job(job: Job, *, as_json: bool) -> int:
    """Run a job to its end, print its result and return the exit status. Raises BadInput."""
    experiment, _ = check(job)
    if experiment.interactive:
        raise BadInput(f"{experiment.name} waits for a player's commands; open it in the window")
    log_to_stderr()
    control, line = Control(), ProgressLine()
    record = ""

    def hear(message: Upward) -> None:
        nonlocal record
        match message:
            case Started():
                record = message.record
            case Progress():
                line.show(message.done, message.total, message.unit, message.rate)

    execution = Execution(job, control, hear)

    def insist() -> None:
        if execution.unwindable:
            raise Stopped

    started = time.monotonic()
    with on_interrupt(control.stop, insist):
        finished = execution.run()
    line.clear()
    if finished.bad_input:
        raise BadInput(finished.error or "")
    result: dict[str, Any] = {
        **(finished.result or {}),
        "experiment": job.experiment,
        "status": finished.status,
        "record": record,
        "seed": job.seed,
        "seconds": round(time.monotonic() - started, 3),
    }
    if finished.error:
        result["error"] = finished.error
        sys.stderr.write(f"athanor: {finished.error}\n")
    if as_json:
        print_json(result)
    else:
        print_pairs(result)
    return {"finished": DONE, "stopped": STOPPED}.get(finished.status, FAILED)


def parse_settings(texts: Iterable[str]) -> dict[str, str]:
    """``key=value`` texts as a dictionary; raises BadInput for one without ``=`` or a key given twice."""
    settings: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise BadInput(f"A setting is written key=value, not {text!r}")
        if key.strip() in settings:
            raise BadInput(f"{key.strip()} is set twice")
        settings[key.strip()] = value
    return settings
