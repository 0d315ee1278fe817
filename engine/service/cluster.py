"""Run the points of a sweep on a Ray cluster whose machines see the same runs folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from engine.data.folders import runs_folder
from engine.errors import BadInput
from engine.service.jobs import Job
from engine.service.sweep import Outcome, Point


def run_on_ray(address: str, todo: Sequence[Point], stopping: Callable[[], bool]) -> Iterator[Outcome]:
    """Give each outcome as it comes. Raises BadInput where ray is missing or the cluster cannot be reached."""
    try:
        import ray
    except ImportError as problem:
        raise BadInput(
            "--ray needs the package ray: install athanor[ray], or use --workers N on this machine"
        ) from problem
    try:
        ray.init(address=address, log_to_driver=False)
    except (ConnectionError, RuntimeError, ValueError) as problem:
        raise BadInput(f"--ray may be the address of a running cluster, not {address!r}: {problem}") from problem
    try:
        remote = ray.remote(max_retries=0)(run_remotely)
        folder = str(runs_folder().absolute())
        jobs = [dataclasses.asdict(dataclasses.replace(point.job, runs_folder=folder)) for point in todo]
        running = {remote.remote(job): point for job, point in zip(jobs, todo, strict=True)}
        while running and not stopping():
            ended, _ = ray.wait(list(running), num_returns=1, timeout=0.5)
            for reference in ended:
                point = running.pop(reference)
                try:
                    yield Outcome(point, **ray.get(reference))
                except ray.exceptions.RayError as problem:
                    words = " ".join(str(problem).split())[:500]
                    yield Outcome(point, "crashed", None, None, f"The cluster lost this run: {words}")
    finally:
        ray.shutdown()


def run_remotely(job: dict[str, Any]) -> dict[str, Any]:
    """Run one job in a cluster's process; plain values in and out."""
    from engine.experiments.control import Control
    from engine.service.execution import Execution
    from engine.service.protocol import Started, Upward

    record: list[str] = []

    def hear(message: Upward) -> None:
        if isinstance(message, Started):
            record.append(message.record)

    ended = Execution(Job(**job), Control(), hear).run()
    return {
        "status": ended.status,
        "record": record[0] if record else None,
        "result": ended.result,
        "error": ended.error,
    }
