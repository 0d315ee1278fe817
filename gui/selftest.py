"""``athanor --selftest``: the whole program at work in a home of its own, offscreen; for a program just installed.

Shows every page, lets the engine process play an episode and train a small network, reads the records, saves pictures,
closes, starts again and finds everything. Prints what it did and how long it took as one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gui.application import Application

EPISODE = ("alchemy", {"agent": "random-heuristic", "episodes": 1})
TRAINING = ("memory", {"model": "lstm", "task": "copy", "level": 3, "episodes": 64})
LONGEST_S = 1800.0  # something hangs; how fast the program is, the times in the report say


def run(arguments: list[str]) -> int:
    """Do the test; returns 0 where all went well, else 1 with the reason in the JSON."""
    parser = argparse.ArgumentParser(prog="athanor --selftest", description="Try the whole program, offscreen")
    parser.add_argument("--home", type=Path, help="use this folder instead of a temporary one, and keep it")
    parser.add_argument("--shown", action="store_true", help="on the screen there is instead of offscreen")
    chosen = parser.parse_args(arguments)
    if not chosen.shown:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from gui.application import log_folder
    from gui.crash import CrashGuard

    began = time.monotonic()
    report: dict[str, Any] = {"frozen": bool(getattr(sys, "frozen", False)), "python": platform.python_version()}
    with tempfile.TemporaryDirectory(prefix="athanor-selftest-") as temporary:
        home = chosen.home or Path(temporary)
        os.environ["ATHANOR_HOME"] = str(home)
        guard = CrashGuard(log_folder())
        try:
            report |= _first_start(home)
            report |= _second_start(report["records"])
            report["passed"] = True
        except Exception as problem:  # noqa: BLE001  whatever it is, the report tells
            report |= {"passed": False, "error": f"{type(problem).__name__}: {problem}"}
        finally:
            guard.close()
    report["seconds"] = round(time.monotonic() - began, 1)
    report["processor_seconds"] = round(sum(os.times()[:4]), 1)  # with the engine process, save on Windows
    print(json.dumps(report))  # noqa: T201
    return 0 if report["passed"] else 1


def _first_start(home: Path) -> dict[str, Any]:
    """Every page, two jobs in the engine process, pictures of what they left."""
    began = time.monotonic()
    whole = _open()
    try:
        _wait(whole, lambda: whole.window.page is not None, "the window was not built")
        painted = round(time.monotonic() - began, 2)
        pages = list(whole.window.entries)
        for name in pages:
            whole.window.show_page(name)
            whole.workspace.wait(lambda: False, 0.1)
        records = [_job(whole, *EPISODE), _job(whole, *TRAINING)]
        whole.window.show_page("alchemy")
        whole.window.page.open_record(records[0])
        _wait(whole, lambda: whole.window.page.is_ready, "the recorded episode was not shown")
        pictures = []
        for kind in ("png", "svg"):
            file = home / f"selftest.{kind}"
            whole.window.page.exporter.save(file)
            pictures.append(file.stat().st_size)
        if report := whole.window.errors.report:
            raise RuntimeError(f"the window told an error: {report}")
    finally:
        whole.close()
    return {"window_seconds": painted, "pages": pages, "records": records, "picture_bytes": pictures}


def _second_start(records: list[str]) -> dict[str, Any]:
    """The same home again: both records are listed and can be read."""
    from engine.runs import Record

    whole = _open()
    try:
        listed = {path.name for path in whole.workspace.runs_folder.iterdir() if path.is_dir()}
        missing = set(records) - listed
        if missing:
            raise RuntimeError(f"lost after a restart: {', '.join(sorted(missing))}")
        nodes = len(Record.open(whole.workspace.runs_folder / records[0]).table("nodes"))
    finally:
        whole.close()
    return {"nodes": nodes}


def _open() -> Application:
    from gui.application import Application, make_qt, options

    whole = Application(make_qt(), options(["--engine", "process"]))
    whole.window.resize(1280, 800)
    whole.show()
    whole.workspace.wait(lambda: False, 0.3)
    return whole


def _job(whole: Application, experiment: str, settings: dict[str, Any]) -> str:
    """Let the engine process do a job; gives the name of its record."""
    from engine.service.jobs import Job

    job = whole.engine.submit(Job(experiment, settings, title="Self-test"))

    def ended() -> bool:
        state = whole.engine.snapshot.job(job)
        return state is not None and state.ended

    _wait(whole, ended, f"{experiment} did not end")
    state = whole.engine.snapshot.job(job)
    if state is None or state.status != "finished" or not state.record:
        raise RuntimeError(f"{experiment} {state.status if state else 'was lost'}: {state.error if state else ''}")
    return Path(state.record).name


def _wait(whole: Application, done: Callable[[], bool], words: str) -> None:
    if not whole.workspace.wait(done, LONGEST_S):
        raise RuntimeError(words)
