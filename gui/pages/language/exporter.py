"""Takes what is on the page out of it: clipboard, JSON lines, tables, pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication

from engine.language.export import export_json_lines
from gui.pages.exporting import PICTURES, PageExporter
from gui.pages.language import script
from gui.pages.language.transcripts import as_text
from gui.translation import tr


class Exporter(PageExporter):
    """What the Export menu does."""

    words = PICTURES | {
        "jsonl": tr("Save evaluation as JSON lines"),
        "csv": tr("Save scores as CSV"),
        "txt": tr("Save transcript as text"),
    }

    def name(self) -> str:
        reading = self._page.reading
        return reading.evaluation.record.id if reading is not None else "language"

    def title(self) -> str:
        return tr("Language models in Alchemy")

    def texts(self) -> dict[str, Callable[[], str]]:
        return {"csv": lambda: script.table(self._page.figures.groups), "txt": self._transcript}

    def python(self) -> str:
        reading = self._page.reading
        return script.python_lines(reading.evaluation, reading.episode)

    def save(self, file: Path) -> None:
        """Save as the kind of file its name says; JSON lines are written away from the screen."""
        if file.suffix.lower() != ".jsonl":
            super().save(file)
            return
        workspace = self._page.workspace
        folder = self._page.reading.evaluation.record.folder

        def done(count: int) -> None:
            episodes = tr("1 finished episode") if count == 1 else tr("{count:,} finished episodes", count=count)
            workspace.toast(tr("Saved {name}: {episodes}", name=file.name, episodes=episodes))

        def failed(problem: Exception) -> None:
            workspace.show_error(
                tr("{name} could not be saved", name=file.name), tr("The record is kept"), str(problem)
            )

        workspace.loader.load("language-export", lambda: _export(folder, file), done, failed)

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
            self._copy(message.text, tr("Turn copied"))

    @Slot()
    def copy_episode(self) -> None:
        """Put the whole transcript on the clipboard."""
        self._copy(self._transcript(), tr("Episode copied"))

    @Slot()
    def copy_command(self) -> None:
        """Put the command that runs the same evaluation on the clipboard; the defaults are read in the loader."""
        made = self._page.reading.evaluation.record.metadata

        def done(defaults: dict) -> None:
            self._copy(script.command_line(made.configuration, defaults, made.seed), tr("Command line copied"))

        self._page.workspace.loader.load("language-defaults", _defaults, done)


def _export(folder: Path, file: Path) -> int:
    from engine.runs import Record

    return export_json_lines(Record.open(folder), file)


def _defaults() -> dict:
    from engine.experiments.catalogue import find

    return {field.name: field.default for field in find("text-alchemy").configuration_class().describe()}
