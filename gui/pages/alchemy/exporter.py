"""Takes what is on the page out of it: clipboard, pictures, animations, tables."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStandardPaths, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from gui.pages.alchemy import script
from gui.pages.alchemy.export import AnimationJob, Clip, bitmap, gathered, placed
from gui.theme import LIGHT
from gui.widgets.picture import svg

if TYPE_CHECKING:
    from gui.pages.alchemy.page import AlchemyPage

WORK_S, PAUSE_MS = 0.012, 4  # painting takes three quarters of the time; the window answers in between
WORDS = {
    "png": "Save picture as PNG",
    "svg": "Save picture as SVG",
    "gif": "Save episode as GIF",
    "webp": "Save episode as WebP",
    "csv": "Save steps as CSV",
    "jsonl": "Save episode as JSON lines",
}


class Exporter(QObject):
    """What the Export menu does; files are always in the light theme, the clipboard picture too."""

    def __init__(self, page: AlchemyPage) -> None:
        super().__init__(page)
        self._page = page
        self.job: AnimationJob | None = None
        self._folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
        self._timer = QTimer(self)  # of its own: the animation goes on while another page is shown
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._work)

    @Slot()
    def cancel(self) -> None:
        """Give up the animation in the making."""
        if self.job is not None:
            self.job.cancelled.set()
            self._page.workspace.toast(f"{self.job.file.name} was not made")
            self._end()

    def ask(self, kind: str) -> None:
        """Let the person choose where to, then save."""
        name = str(self._folder / f"{self._page.situations.record.id}.{kind}")
        file, _ = QFileDialog.getSaveFileName(self._page, WORDS[kind], name, f"{kind.upper()} (*.{kind})")
        if file:
            path = Path(file)
            self._folder = path.parent
            self.save(path if path.suffix else path.with_suffix(f".{kind}"))

    def save(self, file: Path) -> None:
        """Save what is on screen as the kind of file its name says; animations take some seconds and go on behind."""
        kind = file.suffix.lower().lstrip(".")
        page = self._page
        if kind in ("gif", "webp"):
            if self.job is not None:
                page.workspace.toast(f"{self.job.file.name} is being made; one animation at a time")
                return
            agent = page.situations.lines[page.shown[0]].agent
            self.job = AnimationJob.begin(file, Clip(page.situations, page.shown[0], page.path, agent, page.truth))
            self._timer.start()
            return
        try:
            if kind == "png":
                self._write_picture(file)
            else:
                file.write_bytes(self._document(kind))
        except OSError as problem:
            page.workspace.show_error(f"{file.name} could not be saved", "Nothing was changed", str(problem))
            return
        page.workspace.toast(f"Saved {file.name}")

    def _write_picture(self, file: Path) -> None:
        pictures, size = gathered(placed(self._page))
        if not bitmap(pictures, size, LIGHT).save(str(file), "PNG"):
            raise OSError("the folder cannot be written to")

    def _document(self, kind: str) -> bytes:
        page = self._page
        if kind == "svg":
            pictures, size = gathered(placed(page))
            return svg(pictures, size, LIGHT, f"Alchemy, {page.situations.record.id}")
        if kind == "csv":
            return script.table(page.situations, page.path).encode()
        if kind == "jsonl":
            agent = page.situations.lines[page.shown[0]].agent
            return script.episode_line(page.situations, page.path, page.episode, agent).encode()
        raise OSError(f"files that end in .{kind} cannot be made here")

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
                page.workspace.toast(f"Saved {job.file.name}")

        def failed(error: Exception) -> None:
            if not job.cancelled.is_set():
                self._end()
                page.workspace.show_error(f"{job.file.name} could not be saved", "The episode is kept", str(error))

        page.workspace.loader.load(f"alchemy-animation-{job.file}", job.finish, done, failed)

    def _end(self) -> None:
        self.job = None
        self._timer.stop()
        self._page.toolbar.show_progress(None)

    @Slot()
    def copy_picture(self) -> None:
        """Put the picture on the clipboard."""
        pictures, size = gathered(placed(self._page))
        QGuiApplication.clipboard().setImage(bitmap(pictures, size, LIGHT))
        self._page.workspace.toast("Picture copied")

    @Slot()
    def copy_python(self) -> None:
        """Put the lines of Python that lead here on the clipboard."""
        page = self._page
        index = page.path.index(page.position)
        QGuiApplication.clipboard().setText(script.python_lines(page.situations, page.path, index, page.episode))
        page.workspace.toast("Python copied")

    @Slot()
    def copy_command(self) -> None:
        """Put the command that plays the same episode on the clipboard."""
        page = self._page
        agent = page.situations.lines[page.shown[0]].agent
        if agent == "you":
            agent = page.toolbar.agent_name
        QGuiApplication.clipboard().setText(script.command_line(page.situations, page.episode, agent))
        page.workspace.toast("Command line copied")
