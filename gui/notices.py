"""Turns what happens in the engine and on pages into words for the person."""

from __future__ import annotations

import logging
import traceback
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from gui.translation import tr
from gui.words import amount, status_words

if TYPE_CHECKING:
    from gui.window import MainWindow

log = logging.getLogger("athanor.window")


class Notices(QObject):
    """Listens for the window: problems go to the error panel, good news to a toast, the engine to the status bar."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._workspace = window.workspace
        engine = window.workspace.engine
        engine.changed.connect(self._on_engine_changed)
        engine.noted.connect(self._on_engine_noted)
        engine.job_ended.connect(self._on_job_ended)
        window.workspace.error_raised.connect(self._on_error)
        window.workspace.toast_raised.connect(window.toast.say)
        window.workspace.status_changed.connect(window.status.line.setText)
        window.clock.failed.connect(self._on_page_failed)

    @Slot()
    def _on_engine_changed(self) -> None:
        engine = self._workspace.engine
        waiting = sum(job.status == "queued" for job in engine.snapshot.jobs)
        self._window.status.show_engine(engine.snapshot.state, waiting, engine.active)

    @Slot(str)
    def _on_engine_noted(self, text: str) -> None:
        self._workspace.show_error(
            text, tr("Runs are kept up to their last written step"), tr("The engine starts again by itself")
        )

    @Slot(object)
    def _on_job_ended(self, job: Any) -> None:
        self._workspace.records_changed.emit()
        name = job.title or job.experiment
        if job.status == "failed":
            self._workspace.show_error(
                tr("{name} failed", name=name), tr("Everything up to then is kept in its run"), job.error or ""
            )
        elif job.lane == "batch" and job.status in ("finished", "stopped"):
            done, words = f"{amount(job.done)} {job.unit}".rstrip(), status_words(job.status)
            self._window.toast.say(tr("{name} {words} after {done}", name=name, words=words, done=done))
        self._window.closing.job_ended()

    @Slot(str, str, str, str)
    def _on_error(self, text: str, kept: str, advice: str, details: str) -> None:
        log.info("told: %s %s", text, advice)
        self._window.errors.add(text, kept, advice, details)

    @Slot(object)
    def _on_page_failed(self, error: Exception) -> None:
        log.error("the page %s failed", self._window.current, exc_info=error)
        details = "".join(traceback.format_exception(error))
        self._workspace.show_error(
            tr("The page stopped updating: {error}", error=error),
            tr("Every run is kept"),
            tr("Go to another page and come back"),
            details,
        )
