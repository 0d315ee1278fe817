"""Takes what is on the page out of it: clipboard, JSON lines, tables, pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from engine.language.export import export_json_lines
from gui.pages.alchemy.export import bitmap, gathered, placed
from gui.pages.language import script
from gui.pages.language.transcripts import as_text
from gui.theme import LIGHT
from gui.widgets.picture import svg

if TYPE_CHECKING:
    from gui.pages.language.page import LanguagePage

WORDS = {
    "jsonl": "Save evaluation as JSON lines",
    "csv": "Save scores as CSV",
    "txt": "Save transcript as text",
    "png": "Save picture as PNG",
    "svg": "Save picture as SVG",
}


class Exporter(QObject):
    """What the Export menu does; pictures are always in the light theme."""

    def __init__(self, page: LanguagePage) -> None:
        super().__init__(page)
        self._page = page

    def ask(self, kind: str) -> None:
        """Let the person choose where to, then save."""
        reading = self._page.reading
        name = reading.evaluation.record.id if reading is not None else "language"
        file, _ = QFileDialog.getSaveFileName(self._page, WORDS[kind], f"{name}.{kind}", f"{kind.upper()} (*.{kind})")
        if file:
            path = Path(file)
            self.save(path if path.suffix else path.with_suffix(f".{kind}"))

    def save(self, file: Path) -> None:
        """Save as the kind of file its name says; JSON lines are written away from the screen."""
        workspace, kind = self._page.workspace, file.suffix.lower().lstrip(".")
        if kind == "jsonl":
            folder = self._page.reading.evaluation.record.folder
            workspace.loader.load(
                "language-export", lambda: _export(folder, file), self._saved(file), self._failed(file)
            )
            return
        try:
            if kind == "png":
                pictures, size = gathered(placed(self._page))
                if not bitmap(pictures, size, LIGHT).save(str(file), "PNG"):
                    raise OSError("the folder cannot be written to")
            else:
                file.write_bytes(self._document(kind))
        except OSError as problem:
            self._failed(file)(problem)
            return
        workspace.toast(f"Saved {file.name}")

    def _saved(self, file: Path):
        def done(count: int) -> None:
            episodes = "1 finished episode" if count == 1 else f"{count:,} finished episodes"
            self._page.workspace.toast(f"Saved {file.name}: {episodes}")

        return done

    def _failed(self, file: Path):
        def failed(problem: Exception) -> None:
            self._page.workspace.show_error(f"{file.name} could not be saved", "The record is kept", str(problem))

        return failed

    def _document(self, kind: str) -> bytes:
        page = self._page
        if kind == "svg":
            pictures, size = gathered(placed(page))
            return svg(pictures, size, LIGHT, "Language models in Alchemy")
        if kind == "csv":
            return script.table(page.figures.groups).encode()
        if kind == "txt":
            return self._transcript().encode()
        raise OSError(f"files that end in .{kind} cannot be made here")

    def _transcript(self) -> str:
        reading = self._page.reading
        return as_text(reading.evaluation.talks[reading.episode].messages)

    def _copy(self, text: str, words: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._page.workspace.toast(words)

    @Slot()
    def copy_turn(self) -> None:
        """Put the chosen message on the clipboard."""
        reading = self._page.reading
        message = reading.messages.get(reading.key)
        if message is not None:
            self._copy(message.text, "Turn copied")

    @Slot()
    def copy_episode(self) -> None:
        """Put the whole transcript on the clipboard."""
        self._copy(self._transcript(), "Episode copied")

    @Slot()
    def copy_picture(self) -> None:
        """Put the pictures on screen on the clipboard."""
        pictures, size = gathered(placed(self._page))
        QGuiApplication.clipboard().setImage(bitmap(pictures, size, LIGHT))
        self._page.workspace.toast("Picture copied")

    @Slot()
    def copy_python(self) -> None:
        """Put the lines of Python that read the same on the clipboard."""
        reading = self._page.reading
        self._copy(script.python_lines(reading.evaluation, reading.episode), "Python copied")

    @Slot()
    def copy_command(self) -> None:
        """Put the command that runs the same evaluation on the clipboard; the defaults are read in the loader."""
        made = self._page.reading.evaluation.record.metadata

        def done(defaults: dict) -> None:
            self._copy(script.command_line(made.configuration, defaults, made.seed), "Command line copied")

        self._page.workspace.loader.load("language-defaults", _defaults, done)


def _export(folder: Path, file: Path) -> int:
    from engine.runs import Record

    return export_json_lines(Record.open(folder), file)


def _defaults() -> dict:
    from engine.experiments.catalogue import find

    return {field.name: field.default for field in find("text-alchemy").configuration_class().describe()}
