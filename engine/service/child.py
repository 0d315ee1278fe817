"""The engine process: ``python -m engine.service.child``, started and supervised by the engine thread.

Standard input and output carry the protocol. Both are moved to private descriptors first, so that nothing a job prints
or reads can disturb it: standard output becomes standard error, which the engine thread keeps as the process's log.
The process leaves when its standard input closes, as happens when the window dies.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import sys
import threading
from io import BufferedWriter
from types import FrameType
from typing import BinaryIO

from engine.errors import Stopped
from engine.service.protocol import Log, ProtocolError, Quit, Upward, from_json, to_json
from engine.service.server import Server

NICENESS = 10
"""Measured: at this priority a busy engine costs a window on the same cores no frames."""

GRACE_SECONDS = 1.0
"""How long a running job may take to complete its record after the window is gone."""


class Sender:
    """Writes messages, whole lines from any thread. Once the other side is gone, what is sent is dropped."""

    def __init__(self, file: BufferedWriter | BinaryIO) -> None:
        self._file = file
        self._lock = threading.Lock()

    def __call__(self, message: Upward) -> None:
        """Write one message."""
        line = to_json(message).encode() + b"\n"
        with self._lock:
            try:
                self._file.write(line)
                self._file.flush()
            except (OSError, ValueError):
                pass  # the reader of our standard input sees the same end and leaves


class _Forward(logging.Handler):
    """Log records go to the engine thread, which merges them with its own."""

    def __init__(self, send: Sender) -> None:
        super().__init__()
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        self._send(Log(record.levelno, self.format(record), record.name))


def main() -> int:
    """Serve until told to leave; returns the exit status."""
    commands, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    faulthandler.enable(all_threads=True)
    _lower_priority()
    send = Sender(answers)
    logging.basicConfig(level=logging.INFO, handlers=[_Forward(send)])
    logging.captureWarnings(True)
    server = Server(send, os.getpid())
    _handle_signals(server)
    threading.Thread(target=_read, args=(commands, server), name="engine reader", daemon=True).start()
    server.serve()
    return 0


def _read(commands: BinaryIO, server: Server) -> None:
    """Hand every line to the server. Called in the reader thread."""
    for line in commands:
        try:
            message = from_json(line)
            if isinstance(message, Quit) and server.preparing:
                os._exit(0)  # nobody waits for it any more, and there is nothing to keep
            server.receive(message)  # type: ignore[arg-type]
        except ProtocolError as problem:
            logging.getLogger("engine").warning("%s", problem)
    server.leave("The program that started this run ended")
    threading.Event().wait(GRACE_SECONDS)
    os._exit(0)  # the job does not react; its record is complete up to the last flush


def _handle_signals(server: Server) -> None:
    def unwind(_signal: int, _frame: FrameType | None) -> None:
        if server.unwindable:
            raise Stopped  # a job that does not check still runs Python: unwinding completes its record
        # Otherwise nothing: a signal that comes as its job ends must not take the engine from under the next one

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches the parent, which decides
    signal.signal(signal.SIGTERM, unwind)


def _lower_priority() -> None:
    if hasattr(os, "nice"):
        os.nice(NICENESS)
        return
    import psutil

    psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)


if __name__ == "__main__":
    raise SystemExit(main())
