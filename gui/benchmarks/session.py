"""A real window with a real engine process, for measurements."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gui.application import Application

LOAD = {"agent": "random-heuristic", "episodes": 100_000, "traced": 0, "advice": False}


@contextlib.contextmanager
def window(page: str) -> Iterator[Application]:
    """The whole program offscreen in a home of its own, shown on ``page``."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    before = os.environ.get("ATHANOR_HOME")
    with tempfile.TemporaryDirectory() as home:
        os.environ["ATHANOR_HOME"] = home
        from gui.application import Application, make_qt, options

        qt = make_qt()
        whole = Application(qt, options(["--engine", "process", "--page", page]))
        whole.window.resize(1280, 800)
        whole.show()
        try:
            yield whole
        finally:
            whole.close()
            if before is None:
                del os.environ["ATHANOR_HOME"]
            else:
                os.environ["ATHANOR_HOME"] = before


def work(whole: Application) -> str:
    """Start a job that keeps the engine process busy (agents that play Alchemy), and wait until it runs."""
    from engine.service.jobs import Job

    job = whole.engine.submit(Job("alchemy", LOAD, title="Load"))

    def runs() -> bool:
        state = whole.engine.snapshot.job(job)
        return state is not None and (state.ended or state.done > 0)

    whole.workspace.wait(runs, 120)
    state = whole.engine.snapshot.job(job)
    if state is None or state.status != "running":
        raise RuntimeError(f"the engine does not work: {state}")
    return job
