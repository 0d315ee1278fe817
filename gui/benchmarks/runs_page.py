"""The runs page over 5,000 runs of 200 curves each: opening, sorting, filtering, grouping, scrolling, memory; and a
curve of a million points that is moved.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gui.benchmarks.session import window

if TYPE_CHECKING:
    from gui.application import Application

RUNS, CURVES, POINTS = 5000, 200, 1_000_000
AGENTS = ("dnc", "sam", "lstm", "gru", "gated transformer-xl", "ntm", "dam")
FRAMES = 120


def measure(seconds: float, runs: int = RUNS) -> dict[str, Any]:
    """Figures of the page; ``seconds`` is not used, every part has its own measure.

    ``open_seconds`` from the click on the page's name to the painted table (a new window, the index as the last one
    left it); ``sort_ms``, ``filter_ms``, ``group_ms`` the slowest of several, from the click to the painted table;
    ``scroll_fps`` and ``pan_fps`` frames a second that can be painted; ``resident_mb`` at the end. All of them are of
    the processor time that the window took (the window's thread, for clicks and frames), because others may be at work
    on the machine; ``…_wall`` is by the clock.
    """
    import psutil

    with window("settings") as whole:
        folder = whole.workspace.runs_folder
        folder.mkdir(parents=True, exist_ok=True)
        make_runs(folder, runs)
        before = psutil.Process().memory_info().rss / 1e6
        began, used = time.perf_counter(), time.process_time()
        whole.window.show_page("runs")
        page = whole.window.page
        whole.workspace.wait(lambda: len(page.model.rows) == runs, 60)
        page.table.viewport().repaint()
        figures: dict[str, Any] = {"runs": runs, "curves": CURVES}
        figures["open_seconds"], figures["open_wall"] = time.process_time() - used, time.perf_counter() - began
        whole.workspace.wait(lambda: whole.workspace.loader.is_idle, 60)
        for name, steps in (("sort", _sorts(page)), ("filter", _filters(page)), ("group", _groups(page))):
            timed = [_timed(whole, page, step) for step in steps]
            figures[f"{name}_ms"], figures[f"{name}_wall"] = (max(each) for each in zip(*timed, strict=True))
            _timed(whole, page, lambda: page.filters.search.setText(""))
        _timed(whole, page, lambda: page.group_by(()))
        whole.workspace.wait(lambda: whole.workspace.loader.is_idle, 60)
        figures["scroll_fps"] = _scroll(page)
        figures["pan_fps"] = _pan()
        figures["resident_mb"] = psutil.Process().memory_info().rss / 1e6
        figures["window_mb"] = before
    return {name: round(value, 2) if isinstance(value, float) else value for name, value in figures.items()}


def make_runs(folder: Path, runs: int) -> None:
    """Records of finished runs, and an index that knows the figures of their curves.

    The curves themselves would be gigabytes, which nobody reads here; their figures are written as the index has them.
    """
    from engine.runs import RecordWriter, RunIndex
    from engine.runs.summaries import FIGURES

    template = RecordWriter.create(folder, experiment="alchemy", configuration={})
    template.finish(result={})
    run, status = (json.loads((template.folder / name).read_bytes()) for name in ("run.json", "status.json"))
    random = np.random.default_rng(0)
    names = [run["id"]]
    for number in range(runs - 1):
        place = folder / f"202601{1 + number % 28:02}-{number:06d}-alchemy-{number:04x}"
        place.mkdir()
        agent = AGENTS[number % len(AGENTS)]
        settings = {
            "agent": agent,
            "level": "perceptual_mapping",
            "episodes": 1000,
            "learning_rate": 10.0 ** -(number % 4),
        }
        settings |= {"memory": {"slots": 2 ** (4 + number % 5), "heads": 1 + number % 4}}
        made = {**run, "id": place.name, "seed": number % 10, "title": f"{agent} {number}", "configuration": settings}
        (place / "run.json").write_text(json.dumps(made))
        score = 200 + 10 * (number % len(AGENTS)) + float(random.normal(0, 15))
        result = {"score_mean": score, "trial_score_mean": (score / 10 + random.normal(size=10)).round(3).tolist()}
        (place / "status.json").write_text(json.dumps({**status, "seconds": float(random.random()), "result": result}))
        names.append(place.name)
    index = RunIndex(folder)
    index.refresh()
    index.close()
    with sqlite3.connect(folder / "index.sqlite") as connection:
        curves = [(number, f"train/metric {number:03}") for number in range(1, CURVES + 1)]
        connection.executemany("INSERT INTO curve_names (number, name) VALUES (?, ?)", curves)
        figures = np.zeros(CURVES, FIGURES)
        figures["name"], figures["count"], figures["step"] = np.arange(1, CURVES + 1), 1000, 1000
        for name in names:
            for key in ("last", "low", "high"):
                figures[key] = random.normal(size=CURVES)
            connection.execute("INSERT OR REPLACE INTO curves VALUES (?, 0, 1, ?)", (name, figures.tobytes()))
    connection.close()


def _timed(whole: Application, page: Any, act: Callable[[], None]) -> tuple[float, float]:
    """Milliseconds from an action of the person to the painted table: of this thread's work, and by the clock.

    Waits afterwards until the figures, which a helper thread makes, are there too.
    """
    began, used = time.perf_counter(), time.thread_time()
    act()
    page.table.viewport().repaint()
    taken = 1000 * (time.thread_time() - used), 1000 * (time.perf_counter() - began)
    whole.workspace.wait(lambda: whole.workspace.loader.is_idle, 60)
    return taken


def _sorts(page: Any) -> list[Callable[[], None]]:
    from PySide6.QtCore import Qt

    from gui.pages.runs.listing import Metric

    def by(column: int, order: Qt.SortOrder) -> Callable[[], None]:
        return lambda: page.table.sortByColumn(column, order)

    up, down = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
    curve = Metric("train/metric 150", "highest")
    return [by(0, up), by(3, down), by(4, up), by(5, up), lambda: page.measure(curve), by(4, down)]


def _filters(page: Any) -> list[Callable[[], None]]:
    texts = (
        "dnc",
        "agent = sam and seed in 0..4",
        "score_mean > 220 or memory.slots >= 128",
        "'train/metric 007' > 0.5",
    )
    return [lambda text=text: page.filters.search.setText(text) for text in texts]


def _groups(page: Any) -> list[Callable[[], None]]:
    keys = (("configuration.agent",), ("configuration.agent", "configuration.memory.slots"), ("configuration",))
    return [lambda each=each: page.group_by(each) for each in keys]


def _scroll(page: Any) -> float:
    """Frames a second of the table while it is scrolled by a few rows a frame."""
    bar = page.table.verticalScrollBar()
    began = time.thread_time()
    for frame in range(FRAMES):
        bar.setValue(3 * frame)
        page.table.viewport().repaint()
    return FRAMES / (time.thread_time() - began)


def _pan() -> float:
    """Frames a second of a curve of a million points while it is moved and zoomed, painted in full."""
    from gui.widgets.plot import Line, Plot, PlotState

    plot = Plot("A million points")
    plot.resize(800, 400)
    x, y = np.arange(float(POINTS)), np.cumsum(np.random.default_rng(0).normal(size=POINTS))
    plot.set_state(PlotState((Line("walk", x, y),)))
    plot.image(scale=1.0)
    began = time.thread_time()
    for frame in range(FRAMES):
        width = POINTS * (0.9 - 0.007 * frame)
        first = (POINTS - width) * (0.5 + 0.5 * np.sin(frame / 10))
        plot.move_to(first, first + width)
        plot.image(scale=1.0)
    taken = time.thread_time() - began
    plot.deleteLater()
    return FRAMES / taken
