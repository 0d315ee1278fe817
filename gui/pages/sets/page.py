"""The Sets page: one filter, one cursor over its insertions and questions, every picture in step with it."""

from __future__ import annotations

import time
from pathlib import Path as File
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtGui import QKeyEvent, Qt
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from engine.errors import BadInput
from gui.pages.page import Page
from gui.pages.sets import states
from gui.pages.sets.actions import page_actions
from gui.pages.sets.exporter import Exporter
from gui.pages.sets.files import Files
from gui.pages.sets.measuring import Measuring
from gui.pages.sets.model import SetsRecord
from gui.pages.sets.panels import Panels
from gui.pages.sets.session import Session, pretrained
from gui.pages.sets.toolbar import KeyBar, Toolbar
from gui.translation import tr
from gui.widgets.empty_state import EmptyState
from gui.widgets.step_timeline import StepTimeline
from gui.widgets.transport import Transport

WELCOME = tr("See a set stored in four numbers")
WHAT = tr(
    "A network writes sixty drawings of one digit into a memory of two slots. Step through what each one adds, ask for "
    "other drawings and see why the answer is yes or no, and compare the bits with a classical filter and with no "
    "memory at all. No key that was inserted is ever missed."
)


class SetsPage(Page):
    """Insert keys, ask for keys, see why; measure bits and false positives.

    Attributes: ``source`` the bench on screen (None: the welcome), ``session`` the interactive job that still takes
    commands, ``position`` of the cursor.
    """

    identifier = "sets"
    title = tr("Sets")
    icon = "sets"
    shortcut = "Ctrl+7"

    def __init__(self, workspace) -> None:
        super().__init__(workspace)
        self.source: SetsRecord | None = None
        self.session: Session | None = None
        self.position = 0
        self._following, self._dirty, self._moved = True, False, 0.0
        self._timeline: tuple = ()
        self.toolbar, self.keys = Toolbar(), KeyBar()
        self.panels = Panels()
        self.transport = Transport(timeline=StepTimeline())
        self.welcome = EmptyState("sets", WELCOME, WHAT, tr("Fill a filter"))
        self.exporter, self.files, self.measuring = Exporter(self), Files(self), Measuring(self)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.welcome)
        self._stack.addWidget(self.panels)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget, stretch in ((self.toolbar, 0), (self.keys, 0), (self._stack, 1), (self.transport, 0)):
            column.addWidget(widget, stretch)
        self.keys.hide()
        self.transport.hide()
        self._connect()
        self.toolbar.show_networks(pretrained())

    def _connect(self) -> None:
        self.toolbar.begin_clicked.connect(self.fill)
        self.welcome.clicked.connect(self.fill)
        self.toolbar.rate_chosen.connect(self.choose_rate)
        self.toolbar.save_button.clicked.connect(self.files.ask_save)
        self.toolbar.measure_button.clicked.connect(self.measuring.ask)
        self.keys.insert_wanted.connect(self.insert)
        self.keys.ask_wanted.connect(self.ask)
        self.keys.more_wanted.connect(self.insert_next)
        self.keys.sample_wanted.connect(self.ask_sample)
        self.keys.shuffle_wanted.connect(self.shuffle)
        self.transport.position_chosen.connect(self.go_to)
        self.transport.playing_changed.connect(self._on_playing)

    def actions(self):
        return page_actions(self)

    # Opening

    @Slot()
    def fill(self) -> None:
        """Insert a set of keys of the network's own task into an empty filter."""
        chosen = self.toolbar.chosen
        if chosen is None:
            self.workspace.toast(tr("No trained network comes with the program; measure with training first"))
            return
        self._begin({"source": chosen.name, "n": self.toolbar.count.value()}, chosen.title)

    def fill_list(self, path: File) -> None:
        """Insert the lines of a file into an empty filter."""
        network = self.toolbar.for_strings
        if network is None:
            self.workspace.show_error(
                tr("No network for strings comes with the program"),
                tr("Nothing was changed"),
                tr("Train one: Measure…"),
            )
            return
        self._begin({"source": network.name, "keys_file": str(path.absolute())}, path.name)

    def load(self, path: File) -> None:
        """Ask a saved filter."""
        self._begin({"filter_file": str(path.absolute())}, path.name)

    def _begin(self, configuration: dict[str, Any], title: str) -> None:
        if self.session is not None:
            self.session.finish()
        configuration["fpr"] = float(self.toolbar.rate.currentData())
        self.session = Session.begin(self.workspace.engine, configuration, title, self.toolbar.seed.value())
        self._following = True
        self.welcome.set_text(tr("Preparing…"), tr("The engine opens the network and inserts the first keys."))
        self.welcome.button.setEnabled(False)

    def open_record(self, identifier: str) -> None:
        try:
            source = self._read(File(self.workspace.runs_folder) / identifier)
        except BadInput as problem:
            self.workspace.show_error(str(problem), tr("The record was left as it is"), tr("Choose another run"))
            return
        if source.record.metadata.experiment == "neural-bloom-filter":
            self.measuring.open(source)
            self.panels.show_measurement(source)
            self._stack.setCurrentWidget(self.panels)
            return
        if self.session is not None:
            self.session.finish()
        self.session, self._following = None, False
        self._show(source)

    def _read(self, folder: File) -> SetsRecord:
        from engine.runs import Record

        source = SetsRecord(Record.open(folder))
        source.refresh()
        if source.refusal:
            raise source.refusal
        return source

    def _show(self, source: SetsRecord) -> None:
        self.source, self.position, self._dirty, self._timeline = source, 0, True, ()
        self.transport.set_playing(False)

    # Doing

    @property
    def is_ready(self) -> bool:
        """Whether there is an operation to show."""
        return self.source is not None and len(self.source.operations) > 0

    @property
    def is_open(self) -> bool:
        """Whether the filter on screen still takes keys."""
        return self.session is not None and self.session.open and self.session.record is not None

    @property
    def shown(self) -> SetsRecord | None:
        """What is taken out by Export: the bench, or the measurement where there is none."""
        return self.source or self.measuring.source

    def _send(self, name: str, **values: Any) -> None:
        if self.session is None or not self.session.open:
            self.workspace.toast(tr("This filter is a record now; fill a new one to go on"))
            return
        self._following = True
        self.session.send(name, **values)

    @Slot(str)
    def insert(self, text: str) -> None:
        """Insert a typed key."""
        if text:
            self._send("insert", keys=[text])

    @Slot(str)
    def ask(self, text: str) -> None:
        """Ask for a typed key."""
        if text:
            self._send("query", keys=[text])

    @Slot()
    def insert_next(self) -> None:
        """Insert one more key of the same kind."""
        self._send("insert", samples=1)

    @Slot(bool, int)
    def ask_sample(self, member: bool, count: int) -> None:
        """Ask for members, or for keys that are not."""
        self._send("query", samples=count, member=member)

    @Slot()
    def shuffle(self) -> None:
        """Write all keys again in another order."""
        self._send("shuffle")

    def save(self, path: File) -> None:
        """Save the filter as it is now."""
        self._send("save", path=str(path.absolute()))

    @Slot(float)
    def choose_rate(self, fpr: float) -> None:
        """Another rate, from now on where a filter is open."""
        if self.is_open:
            self._send("rate", fpr=fpr)

    @Slot(int)
    def go_to(self, position: int) -> None:
        """Move the cursor."""
        if self.is_ready:
            last = len(self.source.operations) - 1
            self.position, self._dirty = min(max(position, 0), last), True
            self._following = self.position == last

    @Slot(bool)
    def _on_playing(self, playing: bool) -> None:
        self._moved, self._following = time.perf_counter(), False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that no picture took: Space plays, the rest moves the cursor."""
        if event.key() == Qt.Key.Key_Space:
            self.transport.toggle()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.keys.line.hasFocus():
            self.insert(self.keys.line.text())  # with Ctrl: plain Enter asks and never arrives here
        elif self.is_ready and self.transport.timeline.state is not None:
            self.transport.timeline.keyPressEvent(event)

    # Frames

    def on_frame(self) -> None:
        self._take_news()
        if self.measuring.look() and self.measuring.source is not None:
            self.panels.show_measurement(self.measuring.source)
            self._stack.setCurrentWidget(self.panels)
        if self.transport.playing and self.is_ready:
            self._advance()
        if self._dirty:
            self._dirty = False
            self._refresh()

    def _advance(self) -> None:
        now = time.perf_counter()
        due = int((now - self._moved) * self.transport.steps_per_second)
        if due >= 1:
            self._moved += due / self.transport.steps_per_second
            end = len(self.source.operations) - 1
            if self.position >= end:
                self.transport.set_playing(False)
            self.position, self._dirty = min(self.position + due, end), True

    def _take_news(self) -> None:
        if self.session is not None:
            folder = self.session.look()
            if folder is not None:
                self._show(self._read(File(folder)))
            elif problem := self.session.failed:
                self.session = None
                self.welcome.set_text(WELCOME, WHAT)
                self.welcome.button.setEnabled(True)
                self.workspace.show_error(
                    problem, tr("Everything up to then is kept in its run"), tr("Choose another file or fill")
                )
        if self.source is None or not self.source.refresh():
            return
        self._dirty = True
        if self._following:
            self.position = max(len(self.source.operations) - 1, 0)
        for stream, event in self.source.news:
            self._tell(stream, event)
        self.source.news.clear()

    def _tell(self, stream: str, event: dict[str, Any]) -> None:
        if stream == "refused":
            self.workspace.toast(str(event.get("reason", "")))
        elif stream == "saved":
            self.workspace.toast(tr("Saved {name}", name=File(str(event.get("path", ""))).name))
        elif stream == "shuffled":
            difference = float(event.get("difference") or 0.0)
            self.workspace.toast(
                tr(
                    "Written in another order: no number of M differs by more than {difference:.1e}",
                    difference=difference,
                )
            )

    def _refresh(self) -> None:
        source = self.source
        if source is None:
            return
        if self._stack.currentWidget() is not self.panels and (source.is_bench or self.is_ready):
            self._stack.setCurrentWidget(self.panels)
        strings = not source.bench.get("pictures", False)
        self.keys.setVisible(source.is_bench)
        self.keys.show_kind(strings)
        self.keys.setEnabled(self.is_open)
        self.keys.words.setText(self._words())
        self.transport.setVisible(self.is_ready)
        if self.is_ready:
            key = (source.record.id, len(source.operations))
            if key != self._timeline:
                self._timeline = key
                self._state = states.timeline_state(source)
            self.transport.set_state(self._state, self.position)
        self.panels.show_operation(source, self.position)

    def _words(self) -> str:
        """One line: whether the set is one the network was made for."""
        bench = self.source.bench
        low, high = bench.get("trained") or (0, 0)
        n = int(self.source.operations["n"][self.position]) if self.is_ready else 0
        if not self.is_ready or low <= n <= high:
            plain = self.is_ready and str(bench.get("task", "")).endswith("-uniform")
            return tr("these sets have no structure: a classical filter is smaller") if plain else ""
        return tr("outside training ({low:,} to {high:,} keys): it grows, the promise holds", low=low, high=high)

    # What is kept

    def save_state(self) -> dict[str, Any]:
        return {"sizes": self.panels.save_state(), "network": self.toolbar.network.currentData() or ""}

    def restore_state(self, state: dict[str, Any]) -> None:
        if isinstance(state.get("sizes"), dict):
            self.panels.restore_state(state["sizes"])
        index = self.toolbar.network.findData(str(state.get("network", "")))
        self.toolbar.network.setCurrentIndex(max(index, 0))

    def on_hidden(self) -> None:
        self.transport.set_playing(False)

    def tour(self, folder: File) -> dict[str, Any]:
        from gui.pages.sets.tour import tour

        return tour(self, folder)
