"""Work for the engine while the window is measured, each shown on its own page as a person would see it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gui.application import Application

PAGES = {"alchemy": "runs", "memory": "memory", "language": "language"}
"""Kind of load -> page on screen."""

ALCHEMY = {"agent": "random-heuristic", "episodes": 100_000, "traced": 0, "advice": False}
MEMORY = {"model": "sam", "task": "copy", "episodes": 100_000_000}
TALKS = {"model": "endpoint/m", "episodes": 64, "trials": 5, "steps": 20, "parallel": 8, "references": False}


@contextlib.contextmanager
def work(whole: Application, kind: str = "alchemy") -> Iterator[str]:
    """Start a load and wait until it runs; gives its job, which is ended at the end.

    *alchemy*: agents that play, unseen. *memory*: a training with live heat maps. *language*: 8 parallel episodes with
    an endpoint that answers 40 times a second, transcripts growing on screen.
    """
    with contextlib.ExitStack() as stack:
        if kind == "language":
            job = _talk(whole, stack.enter_context(_endpoint()))
        elif kind == "memory":
            job = _train(whole)
        else:
            job = _play(whole)

        def runs() -> bool:
            state = whole.engine.snapshot.job(job)
            return state is not None and (state.ended or (state.status == "running" and bool(state.record)))

        whole.workspace.wait(runs, 120)
        whole.workspace.wait(lambda: whole.engine.snapshot.job(job).done > 0, 60)
        state = whole.engine.snapshot.job(job)
        if state is None or state.status != "running":
            raise RuntimeError(f"the engine does not work: {state}")
        yield job
        whole.engine.stop(job)
        whole.workspace.wait(lambda: whole.engine.snapshot.job(job).ended, 20)


def _play(whole: Application) -> str:
    from engine.service.jobs import Job

    return whole.engine.submit(Job("alchemy", ALCHEMY, title="Load"))


def _train(whole: Application) -> str:
    from engine.service.jobs import Job

    job = whole.engine.submit(Job("memory", MEMORY, title="Load"))
    whole.workspace.wait(lambda: (state := whole.engine.snapshot.job(job)) is not None and bool(state.record), 60)
    state = whole.engine.snapshot.job(job)
    whole.window.page.open_record(state.record.rpartition("/")[2] if state.record else "")
    return job


def _talk(whole: Application, port: int) -> str:
    from gui.pages.language.session import ALCHEMY as TEXT_ALCHEMY
    from gui.pages.language.session import Session

    settings = {**TALKS, "endpoint_url": f"http://127.0.0.1:{port}/v1"}
    session = Session.begin(whole.engine, TEXT_ALCHEMY, settings, "Load", 0)
    whole.window.page.follow(session)
    return session.job


@contextlib.contextmanager
def _endpoint() -> Iterator[int]:
    command = [sys.executable, "-m", "gui.benchmarks.answering"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield int(process.stdout.readline())
        process.stdin.close()
