"""What a person changes about runs: tags, notes, colour, archive, trash. Every one of them can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QColorDialog,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
)

from gui.pages.runs.commands import DeleteRuns
from gui.pages.runs.model import run_colour, short
from gui.translation import tr, trn
from gui.undo import Change

if TYPE_CHECKING:
    from gui.pages.runs.page import RunsPage

KEY = Qt.ItemDataRole.UserRole


class Edits(QObject):
    """Pushes undoable changes of the page's runs."""

    def __init__(self, page: RunsPage) -> None:
        super().__init__(page)
        self._page = page

    @Slot(str, object)
    def tag(self, identifier: str, tags: tuple[str, ...]) -> None:
        """Give a run other tags."""
        self._change(tr("Tag {identifier}", identifier=identifier), [identifier], "tags", tags)

    @Slot(str, str)
    def note(self, identifier: str, text: str) -> None:
        """Give a run another note."""
        self._change(tr("Note on {identifier}", identifier=identifier), [identifier], "note", text)

    def archive(self, identifiers: list[str]) -> None:
        """Archive runs, or restore them where the archived ones are shown."""
        to = not self._page.listing.archived
        runs = trn("{n} run", "{n} runs", len(identifiers), n=len(identifiers))
        words = tr("Archive {runs}", runs=runs) if to else tr("Restore {runs}", runs=runs)
        self._change(words, identifiers, "archived", to)
        done = tr("Archived {runs}", runs=runs) if to else tr("Restored {runs}", runs=runs)
        self._page.workspace.toast(tr("{done}  ·  undo with Ctrl+Z", done=done))

    def ask_colour(self) -> None:
        """Let the person choose the colour of the selected runs."""
        chosen = self._page.selected_runs()
        before = QColor(run_colour(self._page.run(chosen[0])))
        colour = QColorDialog.getColor(before, self._page, tr("Colour of the runs"))
        if colour.isValid():
            self._change(tr("Colour runs"), chosen, "colour", colour.name())

    def _change(self, text: str, identifiers: list[str], name: str, value: Any) -> None:
        page = self._page
        index = page.workspace.index
        before = {identifier: getattr(index.get(identifier), name) for identifier in identifiers}

        def apply(values: Any) -> None:
            try:
                for identifier in identifiers:
                    index.edit(identifier, **{name: values[identifier]})
            except (ValueError, OSError) as error:
                self.refused(error)
            page.reread()

        page.workspace.undo.push(Change(text, apply, before, dict.fromkeys(identifiers, value)))

    def delete(self, identifiers: list[str]) -> None:
        """Move runs to the trash folder."""
        workspace = self._page.workspace
        command = DeleteRuns(workspace.index, identifiers, self._page.reread, self.refused)
        count = len(identifiers)
        text = trn("Deleted {identifier}", "Deleted {n} runs", count, n=count, identifier=identifiers[0])
        workspace.undo.push(command)
        if workspace.undo.canUndo():
            workspace.toast(tr("{done}  ·  undo with Ctrl+Z", done=text))

    def refused(self, error: Exception) -> None:
        """Say why something was not done."""
        self._page.workspace.show_error(str(error), tr("The run is where it was"))

    def ask_columns(self) -> None:
        """Let the person choose further columns of the table."""
        columns = self._page.listing.columns
        if columns is None:
            return
        names = [f"configuration.{key}" for key in columns.configuration_keys] + columns.metrics
        dialog = ColumnsDialog(names, self._page.model.keys, self._page)
        if dialog.exec():
            self._page.model.set_keys(dialog.chosen())
        dialog.deleteLater()


class ColumnsDialog(QDialog):
    """A list with boxes to tick and a line to search it."""

    def __init__(self, names: list[str], chosen: tuple[str, ...], parent=None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Columns"))
        self.search, self.list = QLineEdit(), QListWidget()
        self.search.setPlaceholderText(tr("Search settings, results and curves"))
        self.search.setAccessibleName(tr("Search columns"))
        self.list.setAccessibleName(tr("Columns"))
        for name in dict.fromkeys([*chosen, *names]):
            kind = name.partition(".")[0] if "." in name else tr("curve")
            item = QListWidgetItem(f"{short(name)}   ({kind})", self.list)
            item.setData(KEY, name)
            item.setCheckState(Qt.CheckState.Checked if name in chosen else Qt.CheckState.Unchecked)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for widget in (self.search, self.list, buttons):
            column.addWidget(widget)
        self.search.textChanged.connect(self._on_search)
        self.resize(440, 520)

    def chosen(self) -> list[str]:
        """The ticked names, in order."""
        items = [self.list.item(row) for row in range(self.list.count())]
        return [item.data(KEY) for item in items if item.checkState() == Qt.CheckState.Checked]

    @Slot(str)
    def _on_search(self, text: str) -> None:
        for row in range(self.list.count()):
            item = self.list.item(row)
            item.setHidden(text.casefold() not in item.text().casefold())
