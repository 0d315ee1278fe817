"""The two ways to reach an engine: a process of its own, or a thread of this one. Both speak the same messages."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from engine.service.protocol import (
    VERSION,
    Beat,
    Downward,
    Finished,
    Hello,
    Log,
    Paused,
    Progress,
    ProtocolError,
    Ready,
    Refused,
    Started,
    Upward,
    from_json,
    to_json,
)
from engine.service.server import Server

LOG_LINES = 200

_UPWARD = (Ready, Refused, Started, Progress, Paused, Finished, Log, Beat)


@dataclass(frozen=True)
class Gone:
    """The engine ended: `code` as subprocess gives it (minus the signal number), None where it could not start."""

    code: int | None
    words: str


Deliver = Callable[[Upward | Gone], None]
"""Called from a thread of the link, in the order things happened; `Gone` comes last and exactly once."""


class Link(Protocol):
    """A way to reach one engine."""

    pid: int | None

    def send(self, message: Downward) -> None:
        """Hand over a message; never blocks, and drops it if the engine is gone."""

    def terminate(self) -> None:
        """Ask the operating system to unwind a job that does not react."""

    def kill(self) -> None:
        """End the engine and everything it started, now."""

    def log(self) -> list[str]:
        """The last lines the engine wrote or logged."""

    def join(self, timeout: float) -> bool:
        """Wait for the engine to end; whether it did."""


class ProcessLink:
    """An engine in a child process. Raises OSError if it cannot be started."""

    def __init__(self, command: Sequence[str], deliver: Deliver) -> None:
        self._deliver = deliver
        self._log: deque[str] = deque(maxlen=LOG_LINES)
        self._outbox: queue.SimpleQueue[Downward | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=child_environment(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.pid: int | None = self._process.pid
        self._errors = threading.Thread(target=self._read_errors, name=f"engine {self.pid} errors", daemon=True)
        self._reader = threading.Thread(target=self._read, name=f"engine {self.pid} reader", daemon=True)
        self._writer = threading.Thread(target=self._write, name=f"engine {self.pid} writer", daemon=True)
        for thread in (self._errors, self._reader, self._writer):
            thread.start()
        self.send(Hello())

    def send(self, message: Downward) -> None:
        """Hand over a message; a thread writes it, because a frozen child's pipe can fill up."""
        self._outbox.put(message)

    def terminate(self) -> None:
        """Unwind the job (SIGTERM); on Windows this already ends the process."""
        self._process.terminate()

    def kill(self) -> None:
        """Kill the process and its descendants. The direct child is waited for here and never through psutil."""
        import psutil

        descendants: list[psutil.Process] = []
        with contextlib.suppress(psutil.Error):
            descendants = psutil.Process(self._process.pid).children(recursive=True)
        self._process.kill()
        for process in descendants:
            with contextlib.suppress(psutil.Error):
                process.kill()

    def log(self) -> list[str]:
        """What it wrote to standard error and what it logged, in the order it came."""
        return list(self._log)

    def join(self, timeout: float) -> bool:
        """Wait for the process and for its last message to be delivered."""
        self._reader.join(timeout)
        ended = not self._reader.is_alive()
        if ended:
            self._writer.join(1.0)  # was told to leave just before
        return ended

    def _read(self) -> None:
        stdout: BinaryIO = self._process.stdout  # type: ignore[assignment]
        for line in stdout:
            try:
                message = from_json(line)
                if not isinstance(message, _UPWARD):
                    raise ProtocolError(f"A message for the engine came from it: {line[:80]!r}")
            except ProtocolError as problem:
                self._log.append(str(problem))
                continue
            if isinstance(message, Log):
                self._log.extend(message.text.splitlines())
            self._deliver(message)
        code = self._process.wait()
        self._outbox.put(None)
        self._errors.join(1.0)  # a descendant may hold the pipe open for as long as it likes
        stdout.close()
        self._deliver(Gone(code, exit_words(code)))

    def _read_errors(self) -> None:
        stderr: BinaryIO = self._process.stderr  # type: ignore[assignment]
        with stderr:
            for line in stderr:
                self._log.append(line[:2000].decode("utf-8", "replace").rstrip())

    def _write(self) -> None:
        stdin: BinaryIO = self._process.stdin  # type: ignore[assignment]
        with contextlib.suppress(OSError), stdin:
            while (message := self._outbox.get()) is not None:
                stdin.write(to_json(message).encode() + b"\n")
                stdin.flush()


class InlineLink:
    """The same engine in a thread of this process: small, debuggable, and it cannot be forced to stop."""

    def __init__(self, deliver: Deliver) -> None:
        self.pid: int | None = os.getpid()
        self._deliver = deliver
        self._server = Server(deliver, os.getpid())
        self._thread = threading.Thread(target=self._serve, name="inline engine", daemon=True)
        self._thread.start()
        self.send(Hello())

    def send(self, message: Downward) -> None:
        """Hand over a message."""
        self._server.receive(message)

    def terminate(self) -> None:
        """Nothing: a thread cannot be ended from outside. The job goes on being asked to stop."""

    def kill(self) -> None:
        """Nothing; see `terminate`. The thread dies with the program."""

    def log(self) -> list[str]:
        """Nothing of its own: it logs where this process logs."""
        return []

    def join(self, timeout: float) -> bool:
        """Wait for the thread."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _serve(self) -> None:
        self._server.serve()
        self._deliver(Gone(0, exit_words(0)))


def child_command(interpreter: str | Path | None = None) -> list[str]:
    """The command that starts an engine process, with this interpreter or another one that has Athanor installed."""
    if interpreter is None and getattr(sys, "frozen", False):
        return [sys.executable, "engine-child"]
    # -P: no module is ever taken from the folder the program happens to be started in
    return [str(interpreter or sys.executable), "-P", "-m", "engine.service.child"]


def child_environment() -> dict[str, str]:
    """The environment with one core left to the window, and the same sources where they are a checkout."""
    environment = dict(os.environ)
    environment.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 2) - 1)))  # read when torch is imported
    environment["PYTHONUTF8"] = "1"
    root = Path(__file__).resolve().parents[2]
    if (root / "pyproject.toml").is_file():
        environment["PYTHONPATH"] = os.pathsep.join([str(root), *filter(None, [environment.get("PYTHONPATH")])])
    return environment


def exit_words(code: int) -> str:
    """An exit status in words: "signal SIGSEGV" or "exit status 7"."""
    if code >= 0:
        return f"exit status {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"


def refusal(ready: Ready) -> str | None:
    """Why this engine cannot be worked with, None if it can."""
    if ready.version == VERSION:
        return None
    return (
        f"The engine speaks protocol {ready.version} and this program protocol {VERSION}: "
        "install the same version of Athanor for both"
    )
