"""How long the window's event loop is blocked while the engine works, beside the same window at rest and a control
that must fail.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from gui.benchmarks.loads import PAGES, work
from gui.benchmarks.session import window
from gui.performance import Histogram

if TYPE_CHECKING:
    from gui.application import Application

LIMIT_MS = 16.0


def measure(seconds: float, load: str = "alchemy") -> dict[str, Any]:
    """Idle, then a load in the engine shown on its page, then (control) a busy Python thread in the window's process.

    ``p99_ms`` and ``max_ms`` are lateness of a 10 ms timer while the engine works; ``idle_p99_ms`` is the same from
    the same window at rest, the yardstick of a shared machine; the control must be much worse, else the probe is
    blind.
    """
    with window(PAGES[load]) as whole:
        whole.workspace.wait(lambda: whole.engine.snapshot.state not in ("starting",), 60)
        whole.workspace.wait(lambda: False, 2)
        idle = _sample(whole, seconds)
        with work(whole, load) as job:
            whole.workspace.wait(lambda: False, 2)
            loaded = _sample(whole, seconds)
            state = whole.engine.snapshot.job(job)
        end = threading.Event()
        thread = threading.Thread(target=_spin, args=(end,), name="control", daemon=True)
        thread.start()
        control = _sample(whole, seconds)
        end.set()
        thread.join()
    return {
        "load": load,
        "p99_ms": round(loaded.quantile(0.99), 2),
        "max_ms": round(loaded.maximum, 2),
        "idle_p99_ms": round(idle.quantile(0.99), 2),
        "idle_max_ms": round(idle.maximum, 2),
        "control_p99_ms": round(control.quantile(0.99), 2),
        "engine_per_second": round(state.rate, 1) if state else 0.0,
        "within_limit": loaded.quantile(0.99) <= idle.quantile(0.99) + LIMIT_MS,
    }


def _sample(whole: Application, seconds: float) -> Histogram:
    """Lateness over ``seconds`` from now on."""
    whole.probe.histogram = Histogram()
    whole.workspace.wait(lambda: False, seconds)
    return whole.probe.histogram


def _spin(end: threading.Event) -> None:
    """Keep the interpreter busy, as engine code in this process would."""
    total = 0
    while not end.is_set():
        for number in range(10_000):
            total += number * number
