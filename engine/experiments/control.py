"""What the outside asks of one running job: set from any thread, read by the thread that runs the job."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

COMMANDS = 10_000
"""Commands kept for a job that does not fetch them; the oldest go first."""


class Control:
    """Stop, pause, single steps and commands of one job."""

    def __init__(self) -> None:
        self.stopping = False
        self.paused = False
        self.stop_reason = ""
        self._steps = 0
        self._commands: deque[dict[str, Any]] = deque(maxlen=COMMANDS)
        self._changed = threading.Condition()

    def stop(self, reason: str = "") -> None:
        """Ask the job to stop at its next check; wakes it where it waits."""
        with self._changed:
            self.stopping = True
            self.stop_reason = self.stop_reason or reason
            self._changed.notify_all()

    def pause(self) -> None:
        """Hold the job at its next check."""
        with self._changed:
            self.paused = True

    def resume(self) -> None:
        """Let it go on."""
        with self._changed:
            self.paused = False
            self._steps = 0
            self._changed.notify_all()

    def step(self) -> None:
        """Let a paused job pass one check."""
        with self._changed:
            self._steps += 1
            self._changed.notify_all()

    def command(self, payload: dict[str, Any]) -> None:
        """Hand a command to the job."""
        with self._changed:
            self._commands.append(payload)
            self._changed.notify_all()

    def hold(self, before_waiting: Callable[[], None]) -> None:
        """Return when the job may go on: at once unless paused; calls `before_waiting` if it has to wait."""
        with self._changed:
            if self._passes():
                return
        before_waiting()
        with self._changed:
            while not self._passes():
                self._changed.wait()

    def wait_for_stop(self, seconds: float) -> bool:
        """Wait that long, less if a stop comes; whether one came."""
        with self._changed:
            return self._changed.wait_for(lambda: self.stopping, seconds)

    def next_command(self, timeout: float | None) -> dict[str, Any] | None:
        """The oldest command; waits at most `timeout` seconds (None: for ever), returns None then or when stopping."""
        end = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while not self._commands and not self.stopping:
                left = None if end is None else end - time.monotonic()
                if left is not None and left <= 0:
                    return None
                self._changed.wait(left)
            return self._commands.popleft() if self._commands and not self.stopping else None

    def _passes(self) -> bool:
        if self.stopping or not self.paused:
            return True
        if self._steps:
            self._steps -= 1
            return True
        return False
