"""What pages are given: the engine, the records, undo, settings and ways to speak to the person."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal
from PySide6.QtGui import QUndoStack

if TYPE_CHECKING:
    from engine.runs import Record, RunIndex
    from gui.bridge import Bridge
    from gui.loader import Loader
    from gui.settings import Settings

UNDO_LIMIT = 200


class Workspace(QObject):
    """The one object every page shares; it belongs to the main thread.

    Attributes: ``engine`` (:class:`gui.bridge.Bridge`: submit, stop, pause, resume, step, command, snapshot),
    ``loader`` (slow reads off the main thread, newest request wins), ``undo`` (for what a person arranges; push
    QUndoCommands), ``settings``, ``runs_folder``, ``index`` (opened when first used).
    """

    error_raised = Signal(str, str, str, str)
    toast_raised = Signal(str)
    status_changed = Signal(str)
    record_wanted = Signal(str)
    page_wanted = Signal(str)
    clone_wanted = Signal(str)
    records_changed = Signal()

    def __init__(self, engine: Bridge, loader: Loader, settings: Settings, runs_folder: Path, parent: QObject) -> None:
        super().__init__(parent)
        self.engine = engine
        self.loader = loader
        self.settings = settings
        self.runs_folder = runs_folder
        self.undo = QUndoStack(self)
        self.undo.setUndoLimit(UNDO_LIMIT)
        self._index: RunIndex | None = None

    @property
    def index(self) -> RunIndex:
        """The index over all records; opened when first asked for, because start-up does not need it."""
        if self._index is None:
            from engine.runs import RunIndex

            self._index = RunIndex(self.runs_folder)
        return self._index

    def record(self, identifier: str) -> Record:
        """The record of one run, for reading; BadInput where it is damaged, foreign or newer."""
        from engine.runs import Record

        return Record.open(self.runs_folder / identifier)

    def open_record(self, identifier: str) -> None:
        """Show a run on the page that can show it (an Alchemy run on the Alchemy page, anything else on the runs
        page).
        """
        self.record_wanted.emit(identifier)

    def clone_run(self, identifier: str) -> None:
        """Offer the settings of a run for another one, on the experiments page."""
        self.clone_wanted.emit(identifier)

    def show_page(self, identifier: str) -> None:
        """Bring a page to the front."""
        self.page_wanted.emit(identifier)

    def show_error(self, text: str, kept: str = "", advice: str = "", details: str = "") -> None:
        """Tell what happened, what was kept and what to do, beside the work and without stopping it."""
        self.error_raised.emit(text, kept, advice, details)

    def toast(self, text: str) -> None:
        """Say something short that needs no answer."""
        self.toast_raised.emit(text)

    def status(self, text: str) -> None:
        """Show a line at the left of the status bar (the value under the pointer); an empty text removes it."""
        self.status_changed.emit(text)

    def wait(self, condition: Callable[[], Any], seconds: float) -> bool:
        """Let frames and events pass until ``condition()`` is true; false where that took too long.

        For tours and tests only: work on screen never waits.
        """
        loop = QEventLoop()
        timer = QTimer()
        timer.setInterval(10)
        end = time.monotonic() + seconds

        def look() -> None:
            if condition() or time.monotonic() > end:
                loop.quit()

        timer.timeout.connect(look)
        timer.start()
        loop.exec()
        timer.stop()
        return bool(condition())

    def close(self) -> None:
        """Let go of the index; the last thing before the engine ends."""
        if self._index is not None:
            self._index.close()
            self._index = None
