"""What an experiment sees of the world outside: its record, and whether somebody wants it to stop."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import Stopped
from engine.experiments.control import Control
from engine.runs.schema import Column
from engine.runs.table import Table
from engine.runs.writer import RecordWriter

REPORTS_PER_SECOND = 20
RATE_SECONDS = 3.0
"""The rate shown is that of the last few seconds, so that it follows a change and does not flicker."""

Report = Callable[[float, float | None, str, float], None]
"""Takes done, total, unit and rate (units a second)."""


class Context:
    """Handed to every experiment as its second argument; used only by the thread that runs the job.

    Attributes
    ----------
    record
        The writer of this run's record.
    seed
        0 .. 2**32 - 1; `rng` gives generators made from it.
    parent
        Folder of the record this run continues or branches from, or None.
    """

    def __init__(
        self,
        record: RecordWriter,
        *,
        seed: int = 0,
        device: str = "auto",
        parent: Path | None = None,
        control: Control | None = None,
        report: Report | None = None,
        on_pause: Callable[[bool], None] | None = None,
    ) -> None:
        self.record = record
        self.seed = seed
        self.parent = parent
        self._wanted_device = device
        self._control = control or Control()
        self._report = report
        self._on_pause = on_pause
        self._lock = threading.Lock()  # the beat thread of the service sends what the last report left unsent
        self._samples: deque[tuple[float, float]] = deque([(time.monotonic(), 0.0)])
        self._unsent: tuple[float, float | None, str, float] | None = None
        self._sent_at = 0.0
        self.rate = 0.0

    @cached_property
    def device(self) -> str:
        """Where torch shall work: cpu or cuda:N. Looking may import torch; numpy experiments never look."""
        from engine.service.devices import resolve_device

        return resolve_device(self._wanted_device)

    def rng(self, *stream: int | str) -> np.random.Generator:
        """A generator made from the seed and a name; different names give independent streams."""
        words = hashlib.sha256(repr(stream).encode()).digest()[:16]
        return np.random.default_rng([self.seed, *np.frombuffer(words, np.uint32).tolist()])

    # What the experiment tells

    def progress(self, done: float, total: float | None = None, unit: str = "steps") -> None:
        """How far the run is; call it as often as you like, at most twenty a second go out."""
        now = time.monotonic()
        self.record.progress(done, total, unit)
        with self._lock:
            if done < self._samples[-1][1]:
                self._samples.clear()  # a new phase counts from the start
            self._samples.append((now, done))
            while len(self._samples) > 2 and now - self._samples[1][0] > RATE_SECONDS:
                self._samples.popleft()
            if len(self._samples) > 256:
                del self._samples[1]  # bounded, and the oldest sample is kept
            started, first = self._samples[0]
            self.rate = (done - first) / (now - started) if now > started else 0.0
            self._unsent = (done, total, unit, self.rate)
            due = now - self._sent_at >= 1 / REPORTS_PER_SECOND
        if due:
            self.send_progress()

    def send_progress(self) -> None:
        """Send the newest progress if it has not been sent; called from the service's beat too."""
        with self._lock:
            unsent, self._unsent = self._unsent, None
            if unsent is None or self._report is None:
                return
            self._sent_at = time.monotonic()
            self._report(*unsent)

    def scalar(self, name: str, value: float, step: int) -> None:
        """Append one value to the curve `name`."""
        self.record.scalar(name, value, step)

    def table(self, name: str, columns: Sequence[Column]) -> Table:
        """Open an append-only table in the record."""
        return self.record.table(name, columns)

    def event(self, name: str, fields: Mapping[str, Any]) -> None:
        """Append one JSON object to the stream `name`."""
        self.record.event(name, dict(fields))

    def checkpoint(self, name: str, tensors: Mapping[str, Any], metadata: Mapping[str, str] | None = None) -> None:
        """Save arrays under ``checkpoints/NAME.safetensors``."""
        self.record.checkpoint(name, dict(tensors), dict(metadata or {}))

    def flush(self) -> None:
        """Let readers see everything appended so far, now."""
        self.record.flush()

    # What the experiment is asked

    @property
    def stopping(self) -> bool:
        """Whether somebody asked the run to stop."""
        return self._control.stopping

    def check(self) -> None:
        """Call once a step: raises Stopped if asked to stop, and waits while paused."""
        control = self._control
        if control.paused and not control.stopping:
            control.hold(self._pausing)
            with self._lock:  # waiting is not working: the rate starts anew
                self._samples = deque([(time.monotonic(), self._samples[-1][1])])
            if not control.paused and self._on_pause:
                self._on_pause(False)
        if control.stopping:
            raise Stopped(control.stop_reason)

    def commands(self, timeout: float | None = None) -> Iterator[dict[str, Any]]:
        """The commands sent to an interactive run, in order, as they come.

        Waits at most `timeout` seconds for each (None: for ever; 0: only what is there), then ends. Readers see
        everything appended so far before it waits. Raises Stopped if asked to stop.
        """
        while True:
            if timeout != 0:
                self.flush()
            command = self._control.next_command(timeout)
            if self._control.stopping:
                raise Stopped(self._control.stop_reason)
            if command is None:
                return
            yield command

    def sleep(self, seconds: float) -> None:
        """Wait; raises Stopped as soon as somebody asks the run to stop."""
        if self._control.wait_for_stop(seconds):
            raise Stopped(self._control.stop_reason)

    def _pausing(self) -> None:
        self.send_progress()
        self.flush()
        if self._on_pause:
            self._on_pause(True)
