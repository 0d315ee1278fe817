"""Sweeps: one experiment for every combination of some settings, in several engine processes or on a Ray cluster.

What ended is kept in a journal, one JSON line each, under the sweep's name: the same sweep asked for again runs only
what has not finished yet. One job that fails, or takes its process with it, never ends the sweep.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.data.folders import user_folder
from engine.errors import BadInput
from engine.experiments.experiment import Experiment
from engine.runs.files import decode_json, encode_json
from engine.service.devices import check_device
from engine.service.jobs import Job, JobState
from engine.service.seeds import check_seed, parse_seed
from engine.service.thread import EngineThread

MAX_RUNS = 100_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True)
class Point:
    """One combination: `settings` are the swept keys alone, `key` names everything that decides the result."""

    key: str
    settings: dict[str, Any]
    job: Job


@dataclass(frozen=True)
class Outcome:
    """How the run of a point ended.

    `reused` tells that an earlier call of the same sweep ran it, `attempts` how often it was begun because machines
    were lost.
    """

    point: Point
    status: str
    record: str | None
    result: dict[str, Any] | None
    error: str | None
    reused: bool = False
    attempts: int = 1


def parse_grid(texts: Sequence[str]) -> dict[str, list[str]]:
    """``key=a,b,c`` texts as a dictionary, in order; ``;`` separates where a value holds commas. Raises BadInput."""
    grid: dict[str, list[str]] = {}
    for text in texts:
        key, equals, values = text.partition("=")
        key = key.strip()
        if not equals or not key or not values.strip():
            raise BadInput(f"A grid is written key=a,b,c, not {text!r}")
        if key in grid:
            raise BadInput(f"{key} is in the grid twice")
        parts = [value.strip() for value in values.split(";" if ";" in values else ",")]
        grid[key] = list(dict.fromkeys(parts))
    return grid


def points(
    experiment: Experiment,
    preset: str | None,
    settings: Mapping[str, str],
    grid: Mapping[str, Sequence[str]],
    *,
    seed: int = 0,
    device: str = "auto",
    name: str = "",
) -> list[Point]:
    """Every combination, all of them checked before any runs; the last key varies fastest. Raises BadInput."""
    if experiment.interactive:
        raise BadInput(f"{experiment.name} waits for a player's commands and cannot be swept")
    for key in grid:
        if key in settings:
            raise BadInput(f"{key} is both set and in the grid")
    count = 1
    for values in grid.values():
        count *= len(values)
    if count > MAX_RUNS:
        raise BadInput(f"The grid has {count} combinations; a sweep may have {MAX_RUNS}")
    check_device(device, uses_torch=experiment.uses_torch)
    found = []
    for values in itertools.product(*grid.values()):
        swept = dict(zip(grid, values, strict=True))
        point_seed = check_seed(seed) if "seed" not in swept else parse_seed(swept["seed"])
        own = {key: value for key, value in swept.items() if key != "seed"}
        configuration = experiment.configure(preset, {**settings, **own}).to_dict()
        shown = {key: configuration.get(key, point_seed) for key in swept}
        job = Job(experiment.name, configuration, point_seed, device, preset or "", point_title(name, shown))
        found.append(Point(point_key(job), shown, job))
    return found


def point_title(name: str, shown: Mapping[str, Any]) -> str:
    """Title of a point's run: the sweep's name, then the swept settings."""
    words = ", ".join(f"{key} {value}" for key, value in shown.items())
    return f"{name}: {words}" if name else words


def point_key(job: Job) -> str:
    """What decides the result of a job, in sixteen hexadecimal digits."""
    return _key([job.experiment, job.configuration, job.seed])


def sweep_name(given: str | None, request: Any) -> str:
    """The given name of a sweep, else one made from the request, so that the same request goes on where it stopped."""
    if given is None:
        return f"sweep-{_key(request)[:8]}"
    if not _NAME.fullmatch(given):
        raise BadInput(f"--id may be up to 64 letters, digits, dots, - and _, not {given!r}")
    return given


class Journal:
    """What has ended in a sweep of this name: ``sweeps/NAME.jsonl`` in the user's folder."""

    def __init__(self, name: str) -> None:
        self.path = user_folder() / "sweeps" / f"{name}.jsonl"

    def begin(self, experiment: str, space: Mapping[str, Any], total: int) -> None:
        """Note what a call of the sweep is about to do, for whoever watches it."""
        self._append({"sweep": self.path.stem, "experiment": experiment, "space": dict(space), "total": total})

    def entries(self) -> list[dict[str, Any]]:
        """Every line so far that is a JSON object; a torn last line is left out. Raises BadInput."""
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        except OSError as problem:
            raise BadInput(f"{self.path} cannot be read: {problem.strerror}") from problem
        found = []
        for line in lines:
            with contextlib.suppress(ValueError):
                entry = decode_json(line)
                if isinstance(entry, dict):
                    found.append(entry)
        return found

    def finished(self) -> dict[str, dict[str, Any]]:
        """Lines of finished points whose record is still there, by key."""
        found: dict[str, dict[str, Any]] = {}
        for entry in self.entries():
            with contextlib.suppress(KeyError, TypeError, ValueError, OSError):
                if entry["status"] == "finished" and Path(entry["record"]).is_dir():
                    found[entry["key"]] = entry
        return found

    def add(self, outcome: Outcome) -> None:
        """Append one outcome."""
        self._append(
            {
                "key": outcome.point.key,
                "settings": outcome.point.settings,
                "status": outcome.status,
                "record": outcome.record,
                "result": outcome.result,
                "error": outcome.error,
                "attempts": outcome.attempts,
            }
        )

    def _append(self, entry: Mapping[str, Any]) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with open(self.path, "ab") as file:
                file.write(encode_json(entry) + b"\n")
        except OSError as problem:
            raise BadInput(f"{self.path} cannot be written: {problem.strerror}") from problem


def run_here(
    todo: Iterable[Point], workers: int, stopping: Callable[[], bool], on_progress: Callable[[list[JobState]], None]
) -> Iterator[Outcome]:
    """Run points in `workers` processes and give each outcome as it comes; ends early once `stopping` says so.

    A point is taken from `todo` when a process is free for it, so that it may depend on the outcomes so far.
    """
    engine = EngineThread(workers=workers)
    engine.start()
    waiting = iter(todo)
    running: dict[str, Point] = {}
    more = True
    try:
        while more or running:
            while more and len(running) < workers and not stopping():
                point = next(waiting, None)
                more = point is not None
                if point is not None:
                    running[engine.submit(point.job)] = point
            if stopping():
                engine.shutdown()  # completes the records of what runs
            states = [state for state in engine.snapshot().jobs if state.id in running]
            on_progress(states)
            for state in states:
                if state.ended:
                    yield Outcome(running.pop(state.id), state.status, state.record, state.result, state.error)
            if stopping():
                return
            engine.wait_for_news(0.2)
    finally:
        engine.shutdown()


def _key(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
