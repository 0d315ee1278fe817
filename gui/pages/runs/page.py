"""All runs: filter, sort and group them; compare them beside the table; the chosen one in detail."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QMenu, QSplitter, QStackedLayout, QVBoxLayout

from gui.actions import Action
from gui.pages.page import Page
from gui.pages.runs.actions import MENU, page_actions
from gui.pages.runs.compare_view import CompareView
from gui.pages.runs.comparing import Comparing
from gui.pages.runs.detail import RunDetail
from gui.pages.runs.edits import Edits
from gui.pages.runs.exporter import Exporter
from gui.pages.runs.listing import GroupRow, Listing, Metric
from gui.pages.runs.model import RunTableModel
from gui.pages.runs.replay import ReplayView
from gui.pages.runs.rerun import Rerun
from gui.pages.runs.sweeps_view import SweepsView
from gui.pages.runs.table import RunTable
from gui.pages.runs.toolbar import FilterBar
from gui.pages.runs.transfer import Transfer
from gui.translation import tr
from gui.widgets.empty_state import EmptyState
from gui.widgets.labels import hairline

if TYPE_CHECKING:
    from engine.runs import RunRow
    from engine.runs.columns import RunColumns
    from gui.workspace import Workspace

REFRESH_S = 2.0
LIVE_S = 0.2
FIGURES_S = 0.5  # of a reading that may go into figures of curves; the rest follows with the next


class RunsPage(Page):
    """The list is read again when something ended, every two seconds while visible, and when a person changed a run.

    Filters, order and groups are then made of it here, at once (``listing``); the figures follow from a helper thread.
    """

    identifier = "runs"
    title = tr("Runs")
    icon = "bars"
    shortcut = "Ctrl+4"

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.setAcceptDrops(True)
        self.listing = Listing()
        self._next_refresh = self._next_live = 0.0
        self._wanted = ""
        self._was_reading = False
        self._snapshot: object = None
        self._stale = True  # a person changed something: read even where the folders look the same
        self.model = RunTableModel(self)
        self.filters = FilterBar()
        self.table = RunTable(self.model)
        self.detail, self.replay, self.sweeps = RunDetail(), ReplayView(workspace), SweepsView(workspace)
        self.view = CompareView()
        for widget, name in ((self.detail, tr("Run")), (self.replay, tr("Replay")), (self.sweeps, tr("Sweeps"))):
            self.view.addTab(widget, name)
        self.comparing = Comparing(self)
        self.exporter, self.edits, self.transfer, self.rerun = Exporter(self), Edits(self), Transfer(self), Rerun(self)
        self.nothing = EmptyState(
            "bars",
            tr("No run yet"),
            tr(
                "Runs appear here as soon as they start, and stay. Runs made elsewhere come in with Import: records, "
                "TensorBoard event files, CSV logs. A folder can also be dropped here."
            ),
            tr("Start an experiment"),
        )
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.addWidget(self.table)
        self._splitter.addWidget(self.view)
        self._splitter.setStretchFactor(0, 2)
        self._splitter.setStretchFactor(1, 3)
        self._splitter.setSizes([500, 720])
        self._splitter.setChildrenCollapsible(False)
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
        self.model.ticked.connect(self.comparing.ask)
        self.filters.changed.connect(self._on_filter)
        self.filters.grouped.connect(self._on_grouped)
        self.filters.measured.connect(self._on_measured)
        self.filters.import_wanted.connect(self.transfer.ask_import)
        self.filters.exports.setMenu(self.exporter.menu)
        self.table.selectionModel().selectionChanged.connect(self._on_selection)
        self.table.doubleClicked.connect(self.open_chosen)
        self.table.toggled.connect(self._on_toggled)
        self.table.customContextMenuRequested.connect(self._on_menu)
        self.view.curve_chosen.connect(self.comparing.choose_curve)
        self.view.currentChanged.connect(self.comparing.ask)
        self.nothing.clicked.connect(lambda: self.workspace.show_page("experiments"))
        self.detail.open_wanted.connect(self.workspace.open_record)
        self.detail.clone_wanted.connect(self.workspace.clone_run)
        self.detail.export_wanted.connect(lambda _: self._on_export())
        self.detail.delete_wanted.connect(lambda identifier: self.delete([identifier]))
        self.detail.rerun_wanted.connect(self.rerun.start)
        self.detail.tags_changed.connect(self.edits.tag)
        self.detail.note_changed.connect(self.edits.note)
        self.workspace.records_changed.connect(self.refresh)

    def actions(self) -> list[Action]:
        return page_actions(self)

    # The list

    @Slot()
    def refresh(self) -> None:
        """Read the list anew; only the newest of several requests is answered."""
        index, before = self.workspace.index, self.listing.columns
        stale, self._stale = self._stale, False
        self._next_refresh = time.monotonic() + REFRESH_S

        def read() -> RunColumns:
            from engine.runs.columns import RunColumns

            changed = index.refresh()
            figures = index.curve_figures(FIGURES_S)
            if before is not None and not changed and not stale and figures is before.figures:
                return before
            made = RunColumns(index.list(archived=None), figures, before)
            made.prepare()
            return made

        self.workspace.loader.load("runs.list", read, self._on_columns, self._on_failed)

    def reread(self) -> None:
        """Read the list anew because a person changed a run."""
        self._stale = True
        self.refresh()

    def _on_columns(self, columns: RunColumns) -> None:
        left = columns.figures.missing if columns.figures else 0
        if left:  # a folder that is new to this program: go on at once
            self._next_refresh = time.monotonic() + 2 * LIVE_S
        if left or self._was_reading:
            self.workspace.status(tr("Reading the curves of {left:,} runs", left=left) if left else "")
        self._was_reading = bool(left)
        if columns is not self.listing.columns:
            self.listing.columns = columns
            self.show_listing()
        if self._wanted and self.model.place(self._wanted) >= 0:
            self.select([self._wanted])
            self._wanted = ""
            self.view.setCurrentWidget(self.detail)

    def _on_failed(self, error: Exception) -> None:
        self._stale = True
        self.workspace.show_error(
            tr("The list of runs could not be read: {error}", error=error),
            tr("Nothing was changed"),
            tr("Check the runs folder"),
        )

    def show_listing(self) -> None:
        """Bring table and figures up to date with the question that the listing holds."""
        listing = self.listing
        columns = listing.columns
        if columns is None:
            return
        chosen = self.selected()
        if not listing.is_chosen:
            listing.metric = Metric(listing.headline().removeprefix("result."))
        entries = listing.entries()
        colours = {m: row.colour for row in entries if isinstance(row, GroupRow) for m in row.members}
        self.model.set_table(columns, listing.metric, dict(listing.step_values), colours)
        self.model.show(entries)
        present = {row.id for row in columns.rows}
        if self.model.chosen - present:
            self.model.tick(self.model.chosen & present)
        names = {key.removeprefix("result."): False for key in columns.metrics if key.startswith("result.")}
        names |= {name: True for name in columns.figures.counts} if columns.figures else {}
        keys = ["experiment", *(f"configuration.{key}" for key in columns.configuration_keys if key != "seed")]
        self.filters.offer(sorted({row.experiment for row in columns.rows if row.experiment}), names, keys)
        self.filters.choose_metric(listing.metric)
        every = sum(row.archived == listing.archived for row in columns.rows)
        self.filters.show_count(len(listing.last), every, listing.problem)
        self._stack.setCurrentIndex(0 if columns.rows else 1)
        if chosen != self.selected():
            self.select(chosen)
        elif entries and not chosen:
            self.select([entries[0].id])
        self._show_selected()
        self.comparing.ask()

    @Slot(str, bool)
    def _on_sort(self, name: str, descending: bool) -> None:
        if (name, descending) != (self.listing.sort, self.listing.descending):
            self.listing.sort, self.listing.descending = name, descending
            self.show_listing()

    @Slot()
    def _on_filter(self) -> None:
        self.listing.text = self.filters.search.text()
        self.listing.experiment = self.filters.experiment.currentData()
        self.show_listing()

    @Slot()
    def _on_grouped(self) -> None:
        self.group_by(self.filters.keys)

    def group_by(self, keys: tuple[str, ...]) -> None:
        """Group the runs by settings (``configuration.agent``), all of them (``configuration``), or not at all."""
        self.listing.keys, self.listing.opened = tuple(keys), set()
        self.filters.choose_keys(tuple(keys))
        self.show_listing()

    @Slot()
    def _on_measured(self) -> None:
        self.measure(self.filters.chosen_metric())

    def measure(self, metric: Metric) -> None:
        """Compare runs by another value."""
        self.listing.metric, self.listing.is_chosen, self.listing.step_values = metric, True, {}
        self.comparing.lower = None
        if metric.choice == "at step":
            self.comparing.read_step_values()
        self.show_listing()

    @Slot(str)
    def _on_toggled(self, label: str) -> None:
        self.listing.opened ^= {label}
        self.show_listing()

    def show_archived(self) -> None:
        """Show the archived runs in place of the others, or the others again."""
        self.listing.archived = not self.listing.archived
        self.show_listing()

    def on_frame(self) -> None:
        now = time.monotonic()
        if now >= self._next_refresh:
            self.refresh()
        snapshot = self.workspace.engine.snapshot
        if snapshot is not self._snapshot and now >= self._next_live:
            self._snapshot, self._next_live = snapshot, now + LIVE_S
            self.model.show_live({Path(job.record).name: job for job in snapshot.jobs if job.record and not job.ended})
            self.rerun.look(snapshot)
        self.replay.on_frame(now)
        if self.view.currentWidget() is self.sweeps:
            self.sweeps.on_frame(now, self.listing.columns)

    def on_shown(self) -> None:
        self.refresh()

    def open_record(self, identifier: str) -> None:
        self._wanted = identifier
        self.reread()

    # The selection

    def selected(self) -> list[str]:
        """Ids of the selected rows (runs, and groups), in the order shown."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [self.model.rows[row].id for row in rows if row < len(self.model.rows)]

    def selected_runs(self) -> list[str]:
        """Ids of the selected runs, those of selected groups among them."""
        found: dict[str, None] = {}
        for identifier in self.selected():
            row = self.model.rows[self.model.place(identifier)]
            found |= dict.fromkeys(row.members if isinstance(row, GroupRow) else (row.id,))
        return list(found)

    def chosen_runs(self) -> list[str]:
        """The ticked runs where there are any, else the selected ones."""
        ticked = (
            [row.id for row in self.listing.columns.rows if row.id in self.model.chosen] if self.model.chosen else []
        )
        return ticked or self.selected_runs()

    def run(self, identifier: str) -> RunRow | None:
        """The run with this id, None where there is none any more."""
        rows = self.listing.columns.rows if self.listing.columns else []
        return next((row for row in rows if row.id == identifier), None)

    def select(self, identifiers: list[str]) -> None:
        """Select these rows where they are shown."""
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
        self.comparing.show_differences()

    def _show_selected(self) -> None:
        runs = self.selected_runs()
        row = self.run(runs[0]) if runs else None
        self.detail.setEnabled(row is not None)
        if row is None or row is self.detail.row:
            return
        folder = self.workspace.runs_folder / row.id
        self.detail.show_run(row, folder)
        self.workspace.loader.load("runs.curves", lambda: _curves(folder), self.detail.show_curves, lambda error: None)

    @Slot()
    def open_chosen(self) -> None:
        """Open the first selected run on its page."""
        if chosen := self.selected_runs():
            self.workspace.open_record(chosen[0])

    @Slot()
    def replay_chosen(self) -> None:
        """Show the two chosen runs side by side on one timeline."""
        first, second = self.chosen_runs()
        self.replay.show_pair(first, second)
        self.view.setCurrentWidget(self.replay)

    @Slot(object)
    def _on_menu(self, place: Any) -> None:
        menu = QMenu(self.table)
        known = {action.objectName(): action for action in super().actions()}
        for name in MENU:
            menu.addAction(known[name]) if name else menu.addSeparator()
        self.window().actions_list.refresh()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.table.viewport().mapToGlobal(place))

    # What changes runs

    def delete(self, identifiers: list[str]) -> None:
        """Move runs to the trash folder, as a step that can be undone."""
        self.edits.delete(identifiers)

    @Slot()
    def _on_export(self) -> None:
        to, target = self.ask_export()
        if target is not None:
            self.transfer.export(self.chosen_runs(), to, target)

    def ask_export(self) -> tuple[str, Path | None]:
        """Ask for format and folder; None where the person changed their mind."""
        return self.transfer.ask_target()

    def import_folders(self, folders: list[Path]) -> None:
        """Bring the runs in ``folders`` into the runs folder, in the background."""
        self.transfer.take_in(folders)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() and Path(url.toLocalFile()).is_dir() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.import_folders([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    # What is remembered

    def save_state(self) -> dict[str, Any]:
        from gui.pages.runs.kept import save

        return save(self, self._splitter)

    def restore_state(self, state: dict[str, Any]) -> None:
        from gui.pages.runs.kept import restore

        restore(self, self._splitter, state)

    def tour(self, folder: Path) -> dict[str, Any]:
        from gui.pages.runs.tour import tour

        return tour(self, folder)


def _curves(folder: Path) -> dict[str, Any]:
    """Every scalar of a record; called in the loader's thread."""
    from engine.runs import Record

    record = Record.open(folder)
    return {name: record.scalars(name) for name in record.scalar_names()}
