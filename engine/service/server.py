"""The engine's loop: takes messages from any thread, runs jobs one at a time in its own. Child and inline share it."""

from __future__ import annotations

import importlib.util
import logging
import platform
import queue
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.experiments.control import Control
from engine.service.jobs import Job
from engine.service.protocol import (
    VERSION,
    Beat,
    Command,
    Downward,
    Finished,
    Hello,
    Pause,
    Prepare,
    Quit,
    Ready,
    Refused,
    Resume,
    Step,
    Stop,
    Submit,
    Upward,
)

if TYPE_CHECKING:
    from engine.experiments.experiment import Experiment
    from engine.service.execution import Execution

_logger = logging.getLogger("engine")

BEAT_SECONDS = 0.5
NEEDED = ("numpy", "pydantic", "psutil", "platformdirs", "safetensors", "torch", "numba")
"""What every engine's Python must have; a person can point the engine at any Python."""


class Server:
    """One engine: `receive` hands it messages, `serve` is its loop, `send` (callable from any thread) its answers."""

    def __init__(self, send: Callable[[Upward], None], pid: int) -> None:
        self._send = send
        self._pid = pid
        self._queue: queue.SimpleQueue[Job | Experiment | None] = queue.SimpleQueue()
        self._controls: dict[str, Control] = {}
        self._lock = threading.Lock()
        self._leaving = threading.Event()
        self._execution: Execution | None = None
        self._prepared: set[str] = set()
        self.preparing = False

    @property
    def unwindable(self) -> bool:
        """Whether Stopped may be raised in the thread that serves, see Execution."""
        return self._execution is not None and self._execution.unwindable

    def receive(self, message: Downward) -> None:
        """Take one message; never blocks. Called from the thread that reads messages."""
        match message:
            case Hello(version=version) if version == VERSION:
                if missing := [name for name in NEEDED if importlib.util.find_spec(name) is None]:
                    self._send(Refused(_incomplete(missing)))
                    self.leave()
                    return
                self._send(Ready(self._pid, versions()))
                threading.Thread(target=self._beat, name="engine beat", daemon=True).start()
            case Hello(version=version):
                self._send(Refused(_other_version(version)))
                self.leave()
            case Submit(job=job):
                with self._lock:
                    self._controls[job.id] = Control()
                self._queue.put(job)
            case Prepare(experiment=name):
                from engine.experiments.catalogue import EXPERIMENTS

                if name in EXPERIMENTS:
                    self._queue.put(EXPERIMENTS[name])
            case Quit():
                self.leave()
            case Stop(job=job_id) | Pause(job=job_id) | Resume(job=job_id) | Step(job=job_id) | Command(job=job_id):
                with self._lock:
                    control = self._controls.get(job_id)
                if control is None:
                    return  # it ended while the message was under way
                match message:
                    case Stop():
                        control.stop()
                        self._drop(job_id)
                    case Pause():
                        control.pause()
                    case Resume():
                        control.resume()
                    case Step():
                        control.step()
                    case Command(payload=payload):
                        control.command(payload)

    def _drop(self, job_id: str) -> None:
        """End a job that waits while the engine prepares: it would not react to Stop for as long as that takes."""
        with self._lock:
            dropped = self.preparing and self._controls.pop(job_id, None) is not None
        if dropped:
            self._send(Finished(job_id, "stopped"))

    def leave(self, reason: str = "") -> None:
        """Stop the running job, forget the waiting ones and let `serve` return; `reason` marks the run interrupted."""
        self._leaving.set()
        with self._lock:
            for control in self._controls.values():
                control.stop(reason)
        self._queue.put(None)

    def serve(self) -> None:
        """Run jobs until told to leave. Called in the thread that shall run them."""
        try:
            while (waiting := self._queue.get()) is not None and not self._leaving.is_set():
                if isinstance(waiting, Job):
                    self._run(waiting)
                elif not self._controls and waiting.name not in self._prepared:
                    self._prepare(waiting)  # unless a job waits, which loads what it needs by itself
        finally:
            self._leaving.set()

    def _prepare(self, experiment: Experiment) -> None:
        """Load what an experiment needs; a job of it that comes meanwhile would have had to wait for just that."""
        self.preparing = True
        self._prepared.add(experiment.name)
        try:
            experiment.make_ready()
        except Exception:
            _logger.warning("Could not prepare for %s", experiment.name, exc_info=True)
        finally:
            with self._lock:
                self.preparing = False

    def _run(self, job: Job) -> None:
        from engine.service.execution import Execution  # numpy and pydantic; the loop can listen before they are there

        with self._lock:
            control = self._controls.get(job.id)
        if control is None:
            return
        if control.stopping:
            self._send(Finished(job.id, "stopped"))
        else:
            self._execution = Execution(job, control, self._send)
            try:
                self._send(self._execution.run())
            finally:
                self._execution = None
        with self._lock:
            del self._controls[job.id]

    def _beat(self) -> None:
        import psutil

        process = psutil.Process()
        while True:
            execution = self._execution
            rate = 0.0
            if execution and execution.context:
                execution.context.send_progress()
                rate = execution.context.rate
            self._send(Beat(execution is not None, process.memory_info().rss, rate))
            if self._leaving.wait(BEAT_SECONDS):
                return


def versions() -> dict[str, str]:
    """Versions of what decides about results, without importing any of it."""
    from importlib import metadata  # 50 ms that a window's start need not pay

    found = {"python": platform.python_version()}
    for name in ("athanor", "numpy", "torch"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _incomplete(missing: list[str]) -> str:
    return (
        f"The Python of the engine, {sys.executable}, lacks {', '.join(missing)}: "
        "install Athanor for it, or choose another Python in the settings"
    )


def _other_version(theirs: int) -> str:
    return (
        f"The engine speaks protocol {VERSION} and the window protocol {theirs}: "
        "they come from different versions of Athanor; install the same version for both"
    )
