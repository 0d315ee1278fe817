"""All runs: search, filter, sort; the chosen one in detail; tags, export, import, delete with undo."""

from __future__ import annotations

import importlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QMenu, QSplitter, QStackedLayout, QVBoxLayout

from gui.actions import Action
from gui.pages.page import Page
from gui.pages.runs.commands import DeleteRuns
from gui.pages.runs.detail import RunDetail
from gui.pages.runs.model import RunTableModel, headline_key
from gui.pages.runs.table import FilterBar, RunTable
from gui.pages.runs.transfer import FORMATS, export_runs, import_folders
from gui.undo import Change
from gui.widgets.empty_state import EmptyState
from gui.widgets.labels import hairline

if TYPE_CHECKING:
    from engine.runs import RunRow
    from gui.workspace import Workspace

REFRESH_S = 2.0
LIVE_S = 0.2


class RunsPage(Page):
    """The list is asked for again when something ended, every two seconds while visible, and when a filter changes."""

    identifier = "runs"
    title = "Runs"
    icon = "bars"
    shortcut = "Ctrl+4"

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.setAcceptDrops(True)
        self._sort, self._descending = "created", True
        self._next_refresh = self._next_live = 0.0
        self._wanted = ""
        self._all = 0
        self._snapshot: object = None
        self.model = RunTableModel(self)
        self.filters = FilterBar()
        self.table = RunTable(self.model)
        self.detail = RunDetail()
        self.nothing = EmptyState(
            "bars", "No run yet", "Runs appear here as soon as they start, and stay.", "Start an experiment"
        )
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.addWidget(self.table)
        self._splitter.addWidget(self.detail)
        self._splitter.setStretchFactor(0, 3)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setChildrenCollapsible(False)
        self.detail.hide()
        centre = QFrame()
        self._stack = QStackedLayout(centre)
        self._stack.addWidget(self._splitter)
        self._stack.addWidget(self.nothing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.filters)
        layout.addWidget(hairline())
        layout.addWidget(centre, 1)
        self._connect()

    def _connect(self) -> None:
        self.model.sort_wanted.connect(self._on_sort)
        self.filters.changed.connect(self.refresh)
        self.filters.import_wanted.connect(self._on_import)
        self.table.selectionModel().selectionChanged.connect(self._on_selection)
        self.table.doubleClicked.connect(self._on_open)
        self.table.customContextMenuRequested.connect(self._on_menu)
        self.nothing.clicked.connect(lambda: self.workspace.show_page("experiments"))
        self.detail.open_wanted.connect(self.workspace.open_record)
        self.detail.clone_wanted.connect(self.workspace.clone_run)
        self.detail.export_wanted.connect(self._on_export)
        self.detail.delete_wanted.connect(lambda identifier: self.delete([identifier]))
        self.detail.tags_changed.connect(self._on_tags)
        self.workspace.records_changed.connect(self.refresh)

    def actions(self) -> list[Action]:
        def one() -> bool:
            return len(self.selected()) == 1

        def some() -> bool:
            return bool(self.selected())

        return [
            Action("runs.find", "Filter runs", self.filters.search.setFocus, "Edit", 3, "Ctrl+F", "search"),
            Action("runs.open", "Open run", self._on_open, "File", 1, "Return", enabled=one),
            Action("runs.import", "Import runs…", self._on_import, "File", 2, icon="import"),
            Action("runs.export", "Export runs…", self._on_export, "File", 2, "Ctrl+E", "export", some),
            Action(
                "runs.clone",
                "Run again…",
                lambda: self.workspace.clone_run(self.selected()[0]),
                "Run",
                1,
                "Ctrl+D",
                "play",
                one,
            ),
            Action(
                "runs.copy",
                "Copy command that repeats the run",
                self.detail.copy.click,
                "Edit",
                3,
                icon="copy",
                enabled=one,
            ),
            Action("runs.reveal", "Show run's folder", self.detail.reveal.click, "File", 3, icon="folder", enabled=one),
            Action(
                "runs.delete",
                "Delete runs",
                lambda: self.delete(self.selected()),
                "Edit",
                4,
                "Del",
                "trash",
                some,
                hint="Moves them to the trash folder; can be undone",
            ),
        ]

    # The list

    @Slot()
    def refresh(self) -> None:
        """Ask for the list anew; only the newest of several questions is answered."""
        text, experiment, status = self.filters.choice()
        sort, descending, index = self._sort, self._descending, self.workspace.index
        if sort == "result":  # of the figure that the rows on screen show
            sort = "result." + next(filter(None, map(headline_key, self.model.rows)), "score_mean")
        self._next_refresh = time.monotonic() + REFRESH_S

        def read() -> tuple[list[RunRow], int, list[str]]:
            from engine.experiments.catalogue import EXPERIMENTS

            index.refresh()
            rows = index.list(text, experiment, status, sort=sort, descending=descending)
            return rows, index.count(), [name for name in EXPERIMENTS if index.count(experiment=name)]

        self.workspace.loader.load("runs.list", read, self._on_rows, self._on_failed)

    def _on_rows(self, answer: tuple[list[RunRow], int, list[str]]) -> None:
        rows, self._all, experiments = answer
        chosen = self.selected()
        self.model.show(rows)
        self.filters.show_answer(experiments, len(rows), self._all)
        self._stack.setCurrentIndex(0 if self._all else 1)
        if self._wanted and self.model.place(self._wanted) >= 0:
            self.select([self._wanted])
            self._wanted = ""
        elif chosen != self.selected():
            self.select(chosen)
        elif rows and not chosen:
            self.select([rows[0].id])
        self._show_selected()

    def _on_failed(self, error: Exception) -> None:
        self.workspace.show_error(
            f"The list of runs could not be read: {error}", "Nothing was changed", "Check the runs folder"
        )

    @Slot(str, bool)
    def _on_sort(self, name: str, descending: bool) -> None:
        if (name, descending) != (self._sort, self._descending):
            self._sort, self._descending = name, descending
            self.refresh()

    def on_frame(self) -> None:
        now = time.monotonic()
        if now >= self._next_refresh:
            self.refresh()
        snapshot = self.workspace.engine.snapshot
        if snapshot is not self._snapshot and now >= self._next_live:
            self._snapshot, self._next_live = snapshot, now + LIVE_S
            self.model.show_live({Path(job.record).name: job for job in snapshot.jobs if job.record and not job.ended})

    def on_shown(self) -> None:
        self.refresh()

    def open_record(self, identifier: str) -> None:
        self._wanted = identifier
        self.refresh()

    # The selection

    def selected(self) -> list[str]:
        """Ids of the selected runs, in the order shown."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [self.model.rows[row].id for row in rows if row < len(self.model.rows)]

    def select(self, identifiers: list[str]) -> None:
        """Select these runs where they are shown."""
        last = self.model.columnCount() - 1
        selection = QItemSelection()
        places = [place for place in map(self.model.place, identifiers) if place >= 0]
        for place in places:
            selection.select(self.model.index(place, 0), self.model.index(place, last))
        self.table.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if len(places) == 1:
            self.table.scrollTo(self.model.index(places[0], 0))

    @Slot()
    def _on_selection(self) -> None:
        self._show_selected()

    def _show_selected(self) -> None:
        chosen = self.selected()
        self.detail.setVisible(bool(chosen))
        if not chosen:
            return
        row = self.model.rows[self.model.place(chosen[0])]
        if row is self.detail.row:
            return
        folder = self.workspace.runs_folder / row.id
        self.detail.show_run(row, folder)
        self.workspace.loader.load("runs.curves", lambda: _curves(folder), self.detail.show_curves, lambda error: None)

    @Slot()
    def _on_open(self) -> None:
        if chosen := self.selected():
            self.workspace.open_record(chosen[0])

    @Slot(object)
    def _on_menu(self, place: Any) -> None:
        menu = QMenu(self.table)
        names = ("runs.open", "runs.clone", "runs.export", "runs.copy", "runs.reveal", "runs.delete")
        known = {action.objectName(): action for action in super().actions()}
        for name in names:
            menu.addAction(known[name])
        self.window().actions_list.refresh()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.table.viewport().mapToGlobal(place))

    # What changes runs

    def delete(self, identifiers: list[str]) -> None:
        """Move runs to the trash folder, as a step that can be undone."""
        command = DeleteRuns(self.workspace.index, identifiers, self.refresh, self._on_refused)
        text = command.text().replace("Delete", "Deleted", 1)
        self.workspace.undo.push(command)
        if self.workspace.undo.canUndo():
            self.workspace.toast(f"{text}  ·  undo with Ctrl+Z")

    def _on_refused(self, error: Exception) -> None:
        self.workspace.show_error(str(error), "The run is where it was")

    @Slot(str, object)
    def _on_tags(self, identifier: str, tags: tuple[str, ...]) -> None:
        index = self.workspace.index
        before = index.get(identifier).tags

        def apply(value: Any) -> None:
            try:
                index.edit(identifier, tags=value)
            except (ValueError, OSError) as error:
                self._on_refused(error)
            self.refresh()

        self.workspace.undo.push(Change(f"Tag {identifier}", apply, before, tags))

    @Slot()
    def _on_export(self) -> None:
        chosen = self.selected()
        if not chosen:
            return
        to, target = self.ask_export()
        if target is None:
            return
        folder = self.workspace.runs_folder
        self.workspace.loader.load(
            "runs.export", lambda: export_runs(folder, chosen, to, target), self.workspace.toast, self._on_refused
        )

    @Slot()
    def _on_import(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Import a run, or a folder of runs")
        if folder:
            self.import_folders([Path(folder)])

    def import_folders(self, folders: list[Path]) -> None:
        """Copy the runs in ``folders`` into the runs folder, in the background."""
        target = self.workspace.runs_folder
        self.workspace.loader.load(
            "runs.import", lambda: import_folders(folders, target), self._on_imported, self._on_refused
        )

    def _on_imported(self, answer: tuple[int, list[str]]) -> None:
        count, refused = answer
        if refused:
            self.workspace.show_error(refused[0], f"{count} runs were imported", "", "\n".join(refused))
        else:
            self.workspace.toast(f"Imported {count} run{'s' if count != 1 else ''}")
        self.refresh()

    def ask_export(self) -> tuple[str, Path | None]:
        """Ask for format and folder; None where the person changed their mind."""
        folder, kind = QFileDialog.getSaveFileName(
            self, "Export into a new folder", "", ";;".join(FORMATS.values()), options=QFileDialog.Option.ShowDirsOnly
        )
        to = next((name for name, words in FORMATS.items() if words == kind), "csv")
        return to, Path(folder) if folder else None

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() and Path(url.toLocalFile()).is_dir() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.import_folders([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    # What is remembered

    def save_state(self) -> dict[str, Any]:
        return {
            "splitter": self._splitter.sizes(),
            "table": self.table.save_state(),
        }

    def restore_state(self, state: dict[str, Any]) -> None:
        sizes, table = state.get("splitter"), state.get("table")
        if isinstance(sizes, list) and len(sizes) == 2 and all(isinstance(size, int) and size > 0 for size in sizes):
            self._splitter.setSizes(sizes)
        if isinstance(table, dict):
            self.table.restore_state(table)

    def tour(self, folder: Path) -> dict[str, Any]:
        self.refresh()
        self.workspace.wait(lambda: self.workspace.loader.is_idle, 10)
        rows = [{"id": row.id, "experiment": row.experiment, "status": row.status} for row in self.model.rows[:20]]
        return {"runs": self._all, "shown": len(self.model.rows), "rows": rows, "selected": self.selected()}


def _curves(folder: Path) -> dict[str, Any]:
    """Every scalar of a record; called in the loader's thread."""
    from engine.runs import Record

    record = Record.open(folder)
    names = record.scalar_names()
    if names:
        importlib.import_module("gui.widgets.curves")  # a fifth of a second that the main thread is spared
    return {name: record.scalars(name) for name in names}
