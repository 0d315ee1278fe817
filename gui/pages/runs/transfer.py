"""Runs in from other folders and out to other formats."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from gui.translation import tr, trn

if TYPE_CHECKING:
    from gui.pages.runs.page import RunsPage

FORMATS = {"csv": tr("CSV tables"), "parquet": tr("Parquet tables"), "tensorboard": tr("TensorBoard event files")}


class Transfer(QObject):
    """Asks where from and where to, and lets the loader's thread do it."""

    def __init__(self, page: RunsPage) -> None:
        super().__init__(page)
        self._page = page

    def export(self, identifiers: list[str], to: str, target: Path) -> None:
        """Write runs in another format into a folder."""
        workspace, folder = self._page.workspace, self._page.workspace.runs_folder
        workspace.loader.load(
            "runs.export",
            lambda: export_runs(folder, identifiers, to, target),
            workspace.toast,
            self._page.edits.refused,
        )

    def ask_target(self) -> tuple[str, Path | None]:
        """Ask for format and folder; None where the person changed their mind."""
        folder, kind = QFileDialog.getSaveFileName(
            self._page, tr("Export into a new folder"), "", ";;".join(FORMATS.values()),
            options=QFileDialog.Option.ShowDirsOnly,
        )  # fmt: skip
        to = next((name for name, words in FORMATS.items() if words == kind), "csv")
        return to, Path(folder) if folder else None

    @Slot()
    def ask_import(self) -> None:
        """Ask for a folder, and bring in what it holds."""
        folder = QFileDialog.getExistingDirectory(self._page, tr("Import records, TensorBoard event files or CSV logs"))
        if folder:
            self.take_in([Path(folder)])

    def take_in(self, folders: list[Path]) -> None:
        """Bring the runs in ``folders`` into the runs folder, in the background."""
        workspace, target = self._page.workspace, self._page.workspace.runs_folder
        workspace.loader.load(
            "runs.import", lambda: import_folders(folders, target), self._on_imported, self._page.edits.refused
        )

    def _on_imported(self, answer: tuple[int, list[str]]) -> None:
        count, refused = answer
        runs = trn("{n} run", "{n} runs", count, n=count)
        if refused:
            more = tr(" (and {refused} more)", refused=len(refused) - 1) if len(refused) > 1 else ""
            self._page.workspace.show_error(
                f"{refused[0]}{more}", tr("{runs} were imported", runs=runs), "", "\n".join(refused)
            )
        else:
            self._page.workspace.toast(tr("Imported {runs}", runs=runs))
        self._page.reread()


def export_runs(runs_folder: Path, identifiers: list[str], to: str, target: Path) -> str:
    """Export runs into ``target``; returns what to tell. BadInput where one cannot be exported."""
    from engine.runs import Record
    from engine.runs.export import export

    for identifier in identifiers:
        export(Record.open(runs_folder / identifier), to, target)
    count = len(identifiers)
    return trn("Exported {n} run to {target}", "Exported {n} runs to {target}", count, n=count, target=target)


def import_folders(folders: list[Path], runs_folder: Path) -> tuple[int, list[str]]:
    """Bring in what each folder holds; returns (how many runs, what was refused and why)."""
    from engine.errors import BadInput
    from engine.runs.foreign import import_all

    count, refused = 0, []
    for folder in folders:
        try:
            taken, why = import_all(folder, runs_folder)
            count += len(taken)
            refused += [f"{name}: {words}" for name, words in why.items()]
        except (BadInput, OSError) as error:
            refused.append(str(error))
    return count, refused
