"""What happens when something goes wrong: nothing is lost silently, and the next start knows."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TextIO

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

log = logging.getLogger("athanor")
FORMAT = "%(asctime)s %(levelname)-7s %(name)s  %(message)s"
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
# Qt says these where nothing is wrong.
HARMLESS = (
    "This plugin does not support",  # the offscreen platform, for each thing it has no screen for
    "propagateSizeHints",
)


class RecentLines(logging.Handler):
    """Keeps the newest log lines for the log dock and for error reports; bounded. ``number`` grows with each line."""

    def __init__(self, limit: int = 2000) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter(FORMAT, "%H:%M:%S"))
        self.lines: deque[str] = deque(maxlen=limit)
        self.number = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))
        self.number += 1


class CrashGuard:
    """Log file, fault file and the hooks that lead every unexpected failure to one place.

    Attributes: ``last_crash`` (text that the previous start left when it died, else empty), ``recent`` (newest log
    lines), ``report`` (called on the main thread's behalf with (what happened, traceback) for each unexpected
    exception; any thread).
    """

    def __init__(self, folder: Path, debug: bool = False) -> None:
        self.folder = folder
        self.recent = RecentLines()
        self.report: Callable[[str, str], None] = lambda text, details: None
        folder.mkdir(parents=True, exist_ok=True)
        self.last_crash = self._take_last_crash()
        self._handlers: list[logging.Handler] = [self.recent]
        self._handlers.append(
            logging.handlers.RotatingFileHandler(
                folder / "athanor.log", maxBytes=2_000_000, backupCount=4, encoding="utf-8"
            )
        )
        self._handlers[1].setFormatter(logging.Formatter(FORMAT))
        root = logging.getLogger()
        self._level = root.level
        root.setLevel(logging.DEBUG if debug else logging.INFO)
        for handler in self._handlers:
            root.addHandler(handler)
        self._fault: TextIO = (folder / "fault.txt").open("w", encoding="utf-8")
        self._had_faulthandler = faulthandler.is_enabled()
        faulthandler.enable(self._fault)
        self._hooks = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        self._qt_handler = qInstallMessageHandler(_on_qt_message)

    def _take_last_crash(self) -> str:
        """The previous start's fault file, kept under its date; empty files belong to starts that ended well."""
        file = self.folder / "fault.txt"
        try:
            text = file.read_text(encoding="utf-8", errors="replace")
            if text:
                file.rename(self.folder / f"fault-{time.strftime('%Y%m%d-%H%M%S')}.txt")
        except OSError:
            return ""
        return text

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._hooks[0](kind, error, trace)
            return
        log.error("unexpected error", exc_info=(kind, error, trace))
        self.report(f"{kind.__name__}: {error}", "".join(traceback.format_exception(kind, error, trace)))

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._on_exception(args.exc_type, args.exc_value, args.exc_traceback)

    def close(self) -> None:
        """Put the hooks back and close the files; the fault file of a start that ends here is empty."""
        sys.excepthook, threading.excepthook = self._hooks
        qInstallMessageHandler(self._qt_handler)
        faulthandler.disable()
        if self._had_faulthandler and sys.__stderr__ is not None:
            faulthandler.enable(sys.__stderr__)
        self._fault.close()
        root = logging.getLogger()
        root.setLevel(self._level)
        for handler in self._handlers:
            root.removeHandler(handler)
            handler.close()


def _on_qt_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    level = logging.DEBUG if text.startswith(HARMLESS) else _LEVELS.get(kind, logging.WARNING)
    logging.getLogger("qt").log(level, "%s", text)
