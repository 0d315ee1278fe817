"""From the start of the process to a painted, usable window: a child process, as a person would start it."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from typing import Any

STARTS = 3


def measure(seconds: float) -> dict[str, Any]:
    """The median of three warm starts in a fresh home (one start before them fills the caches of the disk).

    ``window_seconds`` counts from the operating system's start of the process to the turn of the event loop after the
    first paint, when the window answers; ``processor_seconds`` is the work in that time, which a busy machine does not
    stretch; ``resident_mb`` is its memory then, ``resident_working_mb`` the same with a curve and a dock open too;
    ``torch_imported`` looks at its modules.
    """
    starts = [_start() for _ in range(STARTS + 1)][1:]
    middle = statistics.median(start["window_seconds"] for start in starts)
    return {
        "window_seconds": middle,
        "window_seconds_all": [start["window_seconds"] for start in starts],
        "processor_seconds": min(start["processor_seconds"] for start in starts),
        "resident_mb": max(start["resident_mb"] for start in starts),
        "resident_working_mb": max(start["resident_working_mb"] for start in starts),
        "torch_imported": any(start["torch_imported"] for start in starts),
        "heavy_imported": sorted({name for start in starts for name in start["heavy_imported"]}),
    }


def _start() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as home:
        environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ, "ATHANOR_HOME": home}
        command = [sys.executable, "-m", "gui.benchmarks.startup"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        raise RuntimeError(f"the window did not start: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def _child() -> None:
    """The program itself, up to its first paint."""
    from PySide6.QtCore import QTimer

    from gui.application import Application, make_qt, options, started_seconds_ago

    application = make_qt()
    whole = Application(application, options([]))
    figures: dict[str, Any] = {}

    def painted() -> None:
        import psutil

        figures["window_seconds"] = round(started_seconds_ago(), 3)
        figures["resident_mb"] = round(psutil.Process().memory_info().rss / 2**20, 1)
        times = psutil.Process().cpu_times()
        figures["processor_seconds"] = round(times.user + times.system, 3)
        figures["torch_imported"] = "torch" in sys.modules
        heavy = ("torch", "numba", "pydantic", "pyqtgraph", "scipy", "PIL", "gymnasium")
        figures["heavy_imported"] = [name for name in heavy if name in sys.modules]
        QTimer.singleShot(0, work)

    def work() -> None:
        import numpy as np
        import psutil

        from gui.widgets.curves import Curves

        whole.window.docks["performance"].show()
        curve = Curves("loss")
        curve.resize(600, 400)
        curve.show()
        curve.show_curves({"loss": (np.arange(10_000), np.linspace(1.0, 0.0, 10_000))})
        whole.workspace.wait(lambda: False, 0.5)
        figures["resident_working_mb"] = round(psutil.Process().memory_info().rss / 2**20, 1)
        curve.close()
        curve.deleteLater()
        application.quit()

    whole.window.first_painted.disconnect()  # the engine is not part of this figure, and need not be ended
    whole.window.first_painted.connect(painted)
    whole.show()
    application.exec()
    whole.close()
    print(json.dumps(figures))  # noqa: T201


if __name__ == "__main__":
    _child()
