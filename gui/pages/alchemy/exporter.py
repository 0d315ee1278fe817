"""Takes what is on the page out of it: clipboard, pictures, animations, tables."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, QTimer, Slot
from PySide6.QtGui import QGuiApplication

from gui.pages.alchemy import script
from gui.pages.alchemy.export import AnimationJob, Clip
from gui.pages.exporting import PICTURES, PageExporter
from gui.translation import tr

if TYPE_CHECKING:
    from gui.pages.alchemy.page import AlchemyPage

WORK_S, PAUSE_MS = 0.012, 4  # painting takes three quarters of the time; the window answers in between


class Exporter(PageExporter):
    """What the Export menu does; animations take some seconds and go on behind."""

    words = PICTURES | {
        "gif": tr("Save episode as GIF"),
        "webp": tr("Save episode as WebP"),
        "csv": tr("Save steps as CSV"),
        "jsonl": tr("Save episode as JSON lines"),
    }

    def __init__(self, page: AlchemyPage) -> None:
        super().__init__(page)
        self.job: AnimationJob | None = None
        self._folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
        self._timer = QTimer(self)  # of its own: the animation goes on while another page is shown
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._work)

    def name(self) -> str:
        return str(self._folder / self._page.situations.record.id)

    def title(self) -> str:
        return tr("Alchemy, {id}", id=self._page.situations.record.id)

    def texts(self) -> dict[str, Callable[[], str]]:
        page = self._page
        return {
            "csv": lambda: script.table(page.situations, page.path),
            "jsonl": lambda: script.episode_line(page.situations, page.path, page.episode, self._agent),
        }

    def python(self) -> str:
        page = self._page
        return script.python_lines(page.situations, page.path, page.path.index(page.position), page.episode)

    @property
    def _agent(self) -> str:
        return self._page.situations.lines[self._page.shown[0]].agent

    @Slot()
    def cancel(self) -> None:
        """Give up the animation in the making."""
        if self.job is not None:
            self.job.cancelled.set()
            self._page.workspace.toast(tr("{name} was not made", name=self.job.file.name))
            self._end()

    def save(self, file: Path) -> None:
        """Save what is on screen as the kind of file its name says."""
        self._folder = file.parent
        if file.suffix.lower() not in (".gif", ".webp"):
            super().save(file)
            return
        page = self._page
        if self.job is not None:
            page.workspace.toast(tr("{name} is being made; one animation at a time", name=self.job.file.name))
            return
        self.job = AnimationJob.begin(file, Clip(page.situations, page.shown[0], page.path, self._agent, page.truth))
        self._timer.start()

    @Slot()
    def _work(self) -> None:
        """Paint some frames of the animation; write it in the loader's thread once all are there."""
        job, page = self.job, self._page
        page.toolbar.show_progress(job.share)
        if not job.work(time.perf_counter, WORK_S):
            return
        self._timer.stop()

        def done(made: bool) -> None:
            if made:
                self._end()
                page.workspace.toast(tr("Saved {name}", name=job.file.name))

        def failed(error: Exception) -> None:
            if not job.cancelled.is_set():
                self._end()
                page.workspace.show_error(
                    tr("{name} could not be saved", name=job.file.name), tr("The episode is kept"), str(error)
                )

        page.workspace.loader.load(f"alchemy-animation-{job.file}", job.finish, done, failed)

    def _end(self) -> None:
        self.job = None
        self._timer.stop()
        self._page.toolbar.show_progress(None)

    @Slot()
    def copy_command(self) -> None:
        """Put the command that plays the same episode on the clipboard."""
        page = self._page
        agent = page.toolbar.agent_name if self._agent == "you" else self._agent
        QGuiApplication.clipboard().setText(script.command_line(page.situations, page.episode, agent))
        page.workspace.toast(tr("Command line copied"))
