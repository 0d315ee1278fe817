"""Measures the store: how fast records are written, opened, listed and sorted."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

from engine.runs.index import RunIndex
from engine.runs.record import Record
from engine.runs.schema import Column
from engine.runs.writer import RecordWriter

EVENTS = 100_000
STEPS = 1_000_000
RUNS = 5000
SORTS = ("created", "seconds", "title", "result.score_mean", "configuration.agent")


def store_figures(runs: int = RUNS) -> dict[str, float]:
    """Figures of the store, taken in a temporary folder.

    Returns
    -------
    dict
        ``events_per_second`` (JSON events appended and on their way to disk), ``rows_per_second`` and
        ``scalars_per_second`` (the same for table rows one by one and scalars), ``open_seconds`` (open a record of a
        million steps and read its last hundred), ``runs_index_seconds`` (first index of ``runs`` records),
        ``runs_open_seconds`` (open and refresh the index when nothing changed), ``sort_ms`` (slowest of five
        sorted lists of all of them) and ``filter_ms`` (find the matches of two words).
    """
    with tempfile.TemporaryDirectory(prefix="athanor-store-") as name:
        folder = Path(name)
        return {**_writing(folder / "writing"), **_opening(folder / "opening"), **_listing(folder / "listing", runs)}


def _writing(folder: Path) -> dict[str, float]:
    with RecordWriter.create(folder, experiment="store", configuration={}) as writer:
        table = writer.table("steps", [Column("action", "i2"), Column("reward", "f4"), Column("belief", "f4", (28,))])
        belief = np.zeros(28, np.float32)
        event = {"step": 0, "action": 3, "reward": 0.5, "words": "red potion on stone 2"}
        started = time.perf_counter()
        for _ in range(EVENTS):
            writer.event("steps", event)
        writer.flush()
        written = time.perf_counter()
        for _ in range(EVENTS):
            table.append(action=3, reward=0.5, belief=belief)
        writer.flush()
        tabled = time.perf_counter()
        for step in range(EVENTS):
            writer.scalar("loss", 0.5, step)
        writer.flush()
        ended = time.perf_counter()
    return {
        "events_per_second": EVENTS / (written - started),
        "rows_per_second": EVENTS / (tabled - written),
        "scalars_per_second": EVENTS / (ended - tabled),
    }


def _opening(folder: Path) -> dict[str, float]:
    with RecordWriter.create(folder, experiment="store", configuration={}) as writer:
        table = writer.table("steps", [Column("action", "i2"), Column("reward", "f4"), Column("belief", "f4", (28,))])
        for _ in range(100):
            table.extend(np.zeros(STEPS // 100, table.dtype))
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        steps = Record.open(writer.folder).table("steps")
        assert len(steps) == STEPS
        steps.read(-100)
        seconds.append(time.perf_counter() - started)
    return {"open_seconds": median(seconds)}


def _listing(folder: Path, runs: int) -> dict[str, float]:
    template = RecordWriter.create(
        folder, experiment="alchemy", configuration={"agent": "ideal-observer", "episodes": 100}
    )
    template.finish(result={"score_mean": 0.0})
    run, status = (json.loads((template.folder / name).read_bytes()) for name in ("run.json", "status.json"))
    random = np.random.default_rng(0)
    for number in range(runs - 1):
        place = folder / f"20260101-{number:06d}-alchemy-{number:04x}"
        place.mkdir()
        configuration = {"agent": f"agent {number % 7}", "episodes": 100, "level": "perceptual_mapping"}
        made = {**run, "id": place.name, "seed": number, "title": f"run {random.integers(10**6)}"}
        (place / "run.json").write_text(json.dumps({**made, "configuration": configuration}))
        score = {"score_mean": random.normal(), "trial_score_mean": random.normal(size=10).tolist()}
        (place / "status.json").write_text(json.dumps({**status, "seconds": random.random(), "result": score}))
    started = time.perf_counter()
    index = RunIndex(folder)
    index.refresh()
    indexed = time.perf_counter()
    index.close()
    opening = time.perf_counter()
    index = RunIndex(folder)
    index.refresh()
    opened = time.perf_counter()
    assert index.count() == runs
    sorts = []
    for sort in SORTS:
        before = time.perf_counter()
        assert len(index.list(sort=sort)) == runs
        sorts.append(1000 * (time.perf_counter() - before))
    before = time.perf_counter()
    assert index.list("agent 3")
    filtered = 1000 * (time.perf_counter() - before)
    index.close()
    return {
        "runs_index_seconds": indexed - started,
        "runs_open_seconds": opened - opening,
        "sort_ms": max(sorts),
        "filter_ms": filtered,
    }
