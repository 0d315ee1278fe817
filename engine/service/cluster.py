"""Run the points of a sweep on a Ray cluster: the same experiment function there, the record streamed back here.

The machines need no common disk. A machine that is lost takes only its runs with it: what had arrived of their records
stays, marked as crashed, and each is begun again elsewhere, up to three times in all. A point always has an outcome.
"""

from __future__ import annotations

import dataclasses
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.data.folders import runs_folder
from engine.errors import BadInput
from engine.runs.files import RecordError
from engine.service.crash import mark_lost
from engine.service.jobs import Job
from engine.service.streaming import Piece, Receiver, Sender
from engine.service.sweep import Outcome, Point

MOST_ATTEMPTS = 3
SEND_SECONDS = 0.5


@dataclass
class _Try:
    """One attempt at a point: the record as far as it has arrived, and how the run ended, once it is known."""

    point: Point
    attempt: int
    receiver: Receiver | None = None
    ended: dict[str, Any] | None = None


def run_on_ray(address: str, todo: Iterable[Point], stopping: Callable[[], bool]) -> Iterator[Outcome]:
    """Give each outcome as it comes.

    `address` is that of a running cluster, or *local* for one of this machine's cores that ends with the sweep. As many
    points as the cluster has cores run at a time, and a point is taken from `todo` when there is room for it. Raises
    BadInput where ray is missing or the cluster cannot be reached.
    """
    ray = _import_ray()
    try:
        if address == "local":
            ray.init(log_to_driver=False, include_dashboard=False, logging_level="warning")
        else:
            ray.init(address=address, log_to_driver=False, logging_level="warning")
    except (ConnectionError, RuntimeError, ValueError) as problem:
        raise BadInput(f"--ray may be the address of a running cluster, not {address!r}: {problem}") from problem
    try:
        yield from _run(ray, iter(todo), stopping)
    finally:
        ray.shutdown()


def _run(ray: Any, waiting: Iterator[Point], stopping: Callable[[], bool]) -> Iterator[Outcome]:
    remote = ray.remote(max_retries=0, num_cpus=1)(run_remotely)
    room = max(1, int(ray.cluster_resources().get("CPU", 1)))
    running: dict[Any, _Try] = {}

    def begin(point: Point, attempt: int) -> None:
        job = dataclasses.asdict(dataclasses.replace(point.job, runs_folder=""))
        stream = remote.options(num_returns="streaming").remote(job)
        running[stream] = _Try(point, attempt)

    more = True
    while more or running:
        while more and len(running) < room and not stopping():
            point = next(waiting, None)
            more = point is not None
            if point is not None:
                begin(point, 1)
        if stopping():
            for stream, one in running.items():
                ray.cancel(stream, force=True)
                yield _lost(one, "stopped", "Stopped by the user")
            return
        ready, _ = ray.wait(list(running), num_returns=1, timeout=0.5)
        for stream in ready:
            one = running[stream]
            try:
                _take(ray.get(next(stream)), one)
                continue
            except StopIteration:
                problem = "" if one.ended else "The worker ended without a word"
            except ray.exceptions.RayTaskError as error:  # a fault of the code there, which trying again repeats
                problem, one.attempt = " ".join(str(error.cause).split())[:500], MOST_ATTEMPTS
            except (ray.exceptions.RayError, RecordError, OSError) as error:
                problem = " ".join(str(error).split())[:500]
            del running[stream]
            if one.ended:
                yield _outcome(one)
                continue
            lost = _lost(one, "crashed", f"The cluster lost this run: {problem}")
            if lost.status == "finished" or one.attempt >= MOST_ATTEMPTS:
                yield lost
            else:
                begin(one.point, one.attempt + 1)


def _take(message: dict[str, Any], one: _Try) -> None:
    if "ended" in message:
        one.ended = message["ended"]
        return
    if one.receiver is None:
        one.receiver = Receiver(runs_folder().absolute(), message["record"])
    for piece in message["pieces"]:
        one.receiver.take(Piece(*piece))


def _outcome(one: _Try) -> Outcome:
    ended, record = one.ended or {}, str(one.receiver.folder) if one.receiver else None
    return Outcome(one.point, ended["status"], record, ended["result"], ended["error"], attempts=one.attempt)


def _lost(one: _Try, status: str, words: str) -> Outcome:
    """Mark what arrived of a record whose writer is gone; one that had arrived whole is an outcome like any other."""
    if one.receiver is None:
        return Outcome(one.point, status, None, None, words, attempts=one.attempt)
    found = mark_lost(one.receiver.folder, status, words)
    record = str(one.receiver.folder) if one.receiver.folder.exists() else None
    if found is None:
        return Outcome(one.point, status, record, None, words, attempts=one.attempt)
    return Outcome(one.point, found.status, record, found.result, found.error, attempts=one.attempt)


def run_remotely(job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Run one job in a cluster's process; gives pieces of its record as it grows, and at the end how it ended."""
    import tempfile

    from engine.experiments.control import Control
    from engine.service.execution import Execution
    from engine.service.protocol import Started, Upward

    started: list[str] = []
    ended: list[Any] = []

    def hear(message: Upward) -> None:
        if isinstance(message, Started):
            started.append(message.record)

    with tempfile.TemporaryDirectory(prefix="athanor-run-") as folder:
        execution = Execution(Job(**{**job, "runs_folder": folder}), Control(), hear)
        thread = threading.Thread(target=lambda: ended.append(execution.run()), name="run", daemon=True)
        thread.start()
        sender: Sender | None = None
        last = False
        while not last:
            last = not thread.is_alive()
            if started:
                sender = sender or Sender(Path(started[0]))
                pieces = [tuple(piece) for piece in sender.news()]
                if pieces:
                    yield {"record": Path(started[0]).name, "pieces": pieces}
            if not last:
                thread.join(SEND_SECONDS)
    found = ended[0]
    yield {"ended": {"status": found.status, "result": found.result, "error": found.error}}


def _import_ray() -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is reported to anyone
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError as problem:
        raise BadInput(
            "--ray needs the package ray: install athanor[cluster], or use --workers N on this machine"
        ) from problem
    return ray
