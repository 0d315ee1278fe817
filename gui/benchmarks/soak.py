"""Hours of a live training with the pages turned: whether the window grows, or leaves threads, timers or files open."""

from __future__ import annotations

import csv
import gc
import statistics
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gui.benchmarks.loads import PAGES, work
from gui.benchmarks.session import window
from gui.performance import Histogram

if TYPE_CHECKING:
    from gui.application import Application

PAGE_S = 20.0
SAMPLE_S = 60.0
WARM_UP_MINUTES = 10.0  # every page is built and shown once in this time
LIVE = ("memory", "runs")  # pages that are opened on the training whenever they are shown


def measure(seconds: float, load: str = "memory", samples: Path | None = None) -> dict[str, Any]:
    """Megabytes an hour that the window's own process gains while a training is followed; first and last counts.

    The pages are turned every ``PAGE_S``; a row a minute goes to the file ``samples`` (CSV) as it is made. The growth
    is the slope of a straight line through resident memory after ``WARM_UP_MINUTES`` (after a sixth of a shorter run).
    """
    rows: list[dict[str, float]] = []
    with window(PAGES[load]) as whole, work(whole, load) as job:
        record = Path(whole.engine.snapshot.job(job).record).name
        began = time.monotonic()
        pages, turn, next_sample = _order(list(whole.window.entries)), 0, began + SAMPLE_S
        while (now := time.monotonic()) < began + seconds:
            page = pages[turn % len(pages)]
            whole.window.show_page(page)
            if page in LIVE:
                whole.window.page.open_record(record)
            turn += 1
            whole.workspace.wait(lambda: False, min(PAGE_S, began + seconds - now))
            if time.monotonic() >= next_sample:
                next_sample += SAMPLE_S
                rows.append(_sample(whole, job, page, (time.monotonic() - began) / 60))
                whole.probe.histogram = Histogram()
                if samples:
                    _write(samples, rows)
        reports = whole.watchdog.reports
    settled = [row for row in rows if row["minute"] >= min(WARM_UP_MINUTES, seconds / 360)]
    figures: dict[str, Any] = {"minutes": round(seconds / 60, 1), "load": load, "pages_turned": turn}
    if len(settled) > 1:
        minutes, sizes = [row["minute"] for row in settled], [row["resident_mb"] for row in settled]
        figures["growth_mb_per_hour"] = round(60 * statistics.linear_regression(minutes, sizes).slope, 2)
        for name in ("resident_mb", "threads", "timers", "handles", "objects"):
            figures |= {f"{name}_first": settled[0][name], f"{name}_last": settled[-1][name]}
        figures["p99_ms"] = statistics.median(row["p99_ms"] for row in settled)
        figures["p99_worst_minute_ms"] = max(row["p99_ms"] for row in settled)
        figures["late_max_ms"] = max(row["late_max_ms"] for row in settled)
        figures["episodes"] = rows[-1]["done"]
    return figures | {"freezes_reported": reports}


def _order(names: list[str]) -> list[str]:
    """The live pages between all the others, so that the training is in sight half of the time."""
    others = [name for name in names if name not in LIVE]
    return [page for number, name in enumerate(others) for page in (LIVE[number % len(LIVE)], name)]


def _sample(whole: Application, job: str, page: str, minute: float) -> dict[str, Any]:
    import psutil
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    process = psutil.Process()
    timers = {id(timer) for top in (whole, *QApplication.topLevelWidgets()) for timer in top.findChildren(QTimer)}
    state = whole.engine.snapshot.job(job)
    return {
        "minute": round(minute, 2),
        "page": page,
        "resident_mb": round(process.memory_info().rss / 2**20, 1),
        "threads": process.num_threads(),
        "python_threads": threading.active_count(),
        "timers": len(timers),
        "handles": process.num_fds() if hasattr(process, "num_fds") else process.num_handles(),
        "objects": len(gc.get_objects()),
        "widgets": len(QApplication.allWidgets()),
        "p99_ms": round(whole.probe.histogram.quantile(0.99), 2),
        "late_max_ms": round(whole.probe.histogram.maximum, 1),
        "done": state.done if state else 0,
    }


def _write(file: Path, rows: list[dict[str, Any]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
