"""The Memory page: one record, one cursor, every picture in step with it."""

from __future__ import annotations

import time
from pathlib import Path as File
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtGui import QKeyEvent, Qt
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from engine.errors import BadInput
from gui.pages.memory import marks, overview
from gui.pages.memory.actions import page_actions
from gui.pages.memory.changes import Changes
from gui.pages.memory.empty import Welcome
from gui.pages.memory.exporter import Exporter
from gui.pages.memory.marks import Focus
from gui.pages.memory.menus import Menus
from gui.pages.memory.model import MemoryRecord
from gui.pages.memory.panels import Panels, View
from gui.pages.memory.session import BENCH, SCALING, Session
from gui.pages.memory.sources import own_runs, pretrained
from gui.pages.memory.states import ALL, Look
from gui.pages.memory.toolbar import Toolbar
from gui.pages.memory.traces_bar import TracesBar
from gui.pages.memory.training import Training
from gui.pages.page import Page
from gui.translation import tr
from gui.undo import Change
from gui.widgets.step_timeline import StepTimeline
from gui.widgets.transport import Transport

LIVE_S = 0.25  # how often curves of a growing run are redrawn


class MemoryPage(Page):
    """Watch a network write and read, follow words from read to write, change the past, see what it costs.

    Attributes: ``source`` the record shown (None: the welcome), ``session`` the interactive job that still takes
    commands, ``shown`` the trace or two traces on screen, ``position`` of the cursor, ``pinned`` the chosen slot (-1
    none), ``look`` row order and head.
    """

    identifier = "memory"
    title = tr("Memory")
    icon = "grid"
    shortcut = "Ctrl+2"

    def __init__(self, workspace) -> None:
        super().__init__(workspace)
        self.source: MemoryRecord | None = None
        self.session: Session | None = None
        self.shown: tuple[int, ...] = ()
        self.position = 0
        self.pinned = -1
        self.look = Look()
        self._hovered = (-1, -1)
        self._dirty = self._following = False
        self._moved = self._drawn = 0.0
        self._newest = -1
        self.toolbar = Toolbar()
        self.bar = TracesBar(self.toolbar.heads, self.toolbar.order)
        self.transport = Transport(timeline=StepTimeline())
        self.panels = Panels(self.transport)
        self.welcome = Welcome()
        self.changes, self.exporter, self.training = Changes(self), Exporter(self), Training(self)
        self.menus = Menus(self)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.welcome)
        self._stack.addWidget(self.panels)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget, stretch in ((self.toolbar, 0), (self.bar, 0), (self._stack, 1), (self.transport, 0)):
            column.addWidget(widget, stretch)
        self.bar.hide()
        self.transport.hide()
        self._connect()
        self.show_sources()

    def _connect(self) -> None:
        self.toolbar.run_clicked.connect(self.run)
        self.toolbar.look_changed.connect(self.choose_look)
        self.welcome.run_clicked.connect(self.run)
        self.welcome.train_clicked.connect(self.training.ask_train)
        self.bar.chosen.connect(self.choose_traces)
        self.transport.position_chosen.connect(self.go_to)
        self.transport.playing_changed.connect(self._on_playing)
        panels = self.panels
        panels.step_wanted.connect(self.go_to)
        panels.cell_hovered.connect(self.hover)
        panels.cell_chosen.connect(self.choose_cell)
        panels.side.slot_chosen.connect(self.pin)
        cost = panels.side.cost
        cost.roll_button.clicked.connect(self.roll_back)
        cost.measure_button.clicked.connect(self.training.ask_scaling)
        cost.train_button.clicked.connect(self.training.ask_train)
        cost.unit_button.toggled.connect(self._on_unit)

    def actions(self):
        return page_actions(self)

    def on_shown(self) -> None:
        self.workspace.engine.warm_interactive(BENCH)
        self.show_sources()

    def show_sources(self) -> None:
        """Offer the networks that come with the program now, the person's own as soon as the list is read."""
        ready, index = pretrained(), self.workspace.index
        self._offer(ready)
        self.workspace.loader.load("memory-sources", lambda: own_runs(index), lambda own: self._offer([*ready, *own]))

    def _offer(self, sources) -> None:
        self.toolbar.show_sources(sources)
        self.welcome.show_source(sources[0].title if sources else "")

    # Opening

    @Slot()
    def run(self) -> None:
        """Let the chosen network read and write one sequence: in the open session where it is the same network."""
        setup = self.toolbar.setup
        if not setup.source:
            self.training.ask_train()
            return
        session = self.session
        same = session is not None and session.open and session.setup.source == setup.source
        if same and session.setup.slots == setup.slots and self.source is not None:
            session.run(setup.level, setup.seed)
            self._following = True
            return
        self.begin(Session.begin(self.workspace.engine, setup))

    def begin(self, session: Session) -> None:
        """Follow a new session; what was on screen stays there until its first trace arrives."""
        if self.session is not None:
            self.session.finish()
        self.session, self._following, self._dirty = session, True, True
        self.welcome.set_waiting(True)

    def open_record(self, identifier: str) -> None:
        try:
            self._open(File(self.workspace.runs_folder) / identifier)
        except BadInput as problem:
            self.workspace.show_error(str(problem), tr("The record was left as it is"), tr("Choose another run"))
            return
        self.session, self._following = None, self.source.record.status().status == "running"

    def _open(self, folder: File) -> None:
        from engine.runs import Record

        source = MemoryRecord(Record.open(folder))
        source.refresh()
        self.source, self.shown, self.position, self.pinned = source, (), 0, -1
        self._hovered, self._newest, self._dirty, self._drawn = (-1, -1), -1, True, 0.0
        self.transport.set_playing(False)
        self._tell_problems()

    def _tell_problems(self) -> None:
        for problem in self.source.problems:
            self.workspace.show_error(problem, tr("The rest of the record is shown"), tr("Open another run"))

    # Traces, look, cursor

    @Slot(list)
    def choose_traces(self, numbers: list[int]) -> None:
        """Show one trace, or two side by side, undoably."""
        self.workspace.undo.push(Change(tr("Show traces"), self.show_traces, self.shown, tuple(numbers[:2])))

    def show_traces(self, numbers: tuple[int, ...]) -> None:
        """Show one trace, or two side by side."""
        self.shown = tuple(n for n in numbers if self.source is not None and n in self.source.traces)
        self._following, self._dirty = False, True

    @Slot(object)
    def choose_look(self, look: Look) -> None:
        """Show rows or heads differently, undoably."""
        words = tr("Raw addresses") if look.address else tr("Order of first touch")
        self.workspace.undo.push(Change(words if look.address != self.look.address else tr("Heads"), self._show_look,
                                        self.look, look))  # fmt: skip

    def _show_look(self, look: Look) -> None:
        self.look, self._dirty = look, True
        self.toolbar.set_look(look)

    @property
    def is_ready(self) -> bool:
        """Whether there is a trace to show."""
        return self.source is not None and bool(self.shown)

    @property
    def trace(self):
        """The first trace on screen."""
        return self.source.trace(self.shown[0])

    @property
    def slot(self) -> int:
        """The slot a change or a card is about: hovered by keyboard or mouse, pinned, or read most at the cursor."""
        if self.pinned >= 0:
            return self.pinned
        state = self.panels.side.near.slot.state
        return state.slot if state is not None else -1

    @property
    def view(self) -> View:
        step, row = self._hovered
        focus = Focus(self.pinned, self.position)
        if step >= 0:
            focus = Focus(self.look.slot(self.trace, row), step, True)
        elif self.pinned >= 0:
            focus = Focus(self.pinned, self.position, False)
        return View(self.source, self.shown, self.position, self.look, focus)

    @Slot(int)
    def go_to(self, position: int) -> None:
        """Move the cursor."""
        if self.is_ready:
            position = min(max(position, 0), self.trace.length - 1)
            self.position, self._dirty, self._following = position, True, False

    @Slot(int, int)
    def hover(self, step: int, row: int) -> None:
        """Follow the pointer (or the cell cursor): arcs and card at once, the value in the status bar."""
        if not self.is_ready:
            return
        self._hovered = (step, row)
        self.panels.show_focus(self.view)
        self.workspace.status(marks.cell_words(self.trace, self.look, step, row) if step >= 0 else "")

    @Slot(int, int)
    def choose_cell(self, step: int, row: int) -> None:
        """Pin the slot of a cell and move the cursor there; the pinned cell again lets it go."""
        slot = self.look.slot(self.trace, row)
        again = slot == self.pinned and step == self.position
        self.pin(-1 if again else slot)
        self.go_to(step)

    @Slot(int)
    def pin(self, slot: int) -> None:
        """Keep a slot in view, undoably; -1 lets it go."""
        words = tr("Choose slot {slot:,}", slot=slot) if slot >= 0 else tr("Let the slot go")
        if slot != self.pinned:
            self.workspace.undo.push(Change(words, self._pin, self.pinned, slot, "memory-slot"))

    def _pin(self, slot: int) -> None:
        self.pinned, self._dirty = slot, True

    @Slot(bool)
    def _on_playing(self, playing: bool) -> None:
        self._moved, self._following = time.perf_counter(), False

    @Slot(bool)
    def _on_unit(self, bytes_shown: bool) -> None:
        self._drawn, self._dirty = 0.0, True

    @Slot()
    def roll_back(self) -> None:
        """Run the backward pass of the first trace; sparse networks put their memory back row by row."""
        if self.is_ready:
            self.changes.with_session(lambda session, trace: session.backward(trace))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that no picture took: Space plays, Escape lets the slot go, the rest moves the cursor."""
        if event.key() == Qt.Key.Key_Space:
            self.transport.toggle()
        elif event.key() == Qt.Key.Key_Escape and self.pinned >= 0:
            self.pin(-1)
        elif self.is_ready and self.transport.timeline.state is not None:
            self.transport.timeline.keyPressEvent(event)

    # Frames

    def on_frame(self) -> None:
        changed = self._take_news()
        if self.source is None:
            return
        if self.transport.playing and self.is_ready:
            self._advance()
        if changed or self._dirty:
            self._dirty = False
            self._refresh()
        self._show_run(changed)

    def _advance(self) -> None:
        now = time.perf_counter()
        due = int((now - self._moved) * self.transport.steps_per_second)
        if due >= 1:
            self._moved += due / self.transport.steps_per_second
            end = self.transport.timeline.state.end
            if self.position >= end:
                self.transport.set_playing(False)
            self.position, self._dirty = min(self.position + due, end), True

    def _take_news(self) -> bool:
        self.training.look()
        if self.session is not None:
            folder = self.session.look(len(self.source.traces) if self.source else 0)
            if folder is not None:
                self._open(File(folder))
            elif problem := self.session.failed:
                self.session, self._dirty = None, True
                self.welcome.set_waiting(False)
                self.workspace.show_error(problem, tr("Everything up to then is kept in its run"), tr("Run again"))
        if self.source is None:
            return False
        changed = self.source.refresh()
        self._choose_new()
        if self.source.refused:
            self.workspace.toast(self.source.refused.pop())
        return changed

    def _choose_new(self) -> None:
        """Show the first trace; after that a new branch beside its parent, and the newest trace while following."""
        traces = self.source.traces
        if not traces:
            return
        newest = next(reversed(traces))
        if newest == self._newest:
            return
        first, self._newest = not self.shown, newest
        info = traces[newest]
        if info.parent in traces and (first or info.parent in self.shown):
            self.shown, self._dirty = (info.parent, newest), True
        elif first or self._following:
            self.shown, self._dirty = (newest,), True
            self.position = min(self.position, max(info.steps - 1, 0))
        if first:
            self.position = self._first_answer()

    def _first_answer(self) -> int:
        """Where to begin: the first scored step, because what is read there tells the story."""
        rows = self.trace.steps
        scored = rows["step"][rows["mask"]] if len(rows) else ()
        return int(scored[0]) if len(scored) else 0

    def _refresh(self) -> None:
        if self._stack.currentWidget() is not self.panels:
            self._stack.setCurrentWidget(self.panels)
            self.bar.show()
        self.transport.setVisible(bool(self.shown))
        self.welcome.set_waiting(False)
        self.bar.show_traces(self.source.traces, self.shown)
        made = self.source.record.metadata
        if not self.shown:
            costs = made.experiment == SCALING
            self.bar.words.setText(
                made.title or made.id if costs else tr("{title}: no trace yet", title=made.title or made.id)
            )
            self.panels.show_nothing(costs)
            return
        waiting = self.session is not None and self.session.record is None
        self.bar.words.setText(tr("Preparing…") if waiting else made.title or made.id)
        self.toolbar.show_heads(self.trace.info.heads)
        if self.look.head != ALL and self.look.head >= max(self.trace.info.heads, 1):
            self._show_look(Look(self.look.address))
        self.panels.show_view(self.view)

    def _show_run(self, changed: bool) -> None:
        """Curves and costs of the run, a few times a second while it grows."""
        now = time.perf_counter()
        if now - self._drawn < LIVE_S:
            return
        self._drawn = now
        cost, record = self.panels.side.cost, self.source.record
        if cost.isVisible():
            self.training.show_curves(record)
            unit = "MB" if cost.unit_button.isChecked() else "ms"
            costs = self.training.costs or self.source
            cost.scaling.set_state(overview.scaling_state(costs, unit))

    # What is kept

    def save_state(self) -> dict[str, Any]:
        record = self.source.record.id if self.source else ""
        look = {"address": self.look.address}
        return {"sizes": self.panels.save_state(), "look": look, "record": record,
                "model": self.toolbar.model.currentData() or ""}  # fmt: skip

    def restore_state(self, state: dict[str, Any]) -> None:
        if isinstance(state.get("sizes"), dict):
            self.panels.restore_state(state["sizes"])
        if isinstance(state.get("look"), dict):
            self._show_look(Look(bool(state["look"].get("address"))))
        index = self.toolbar.model.findData(str(state.get("model", "")))
        self.toolbar.model.setCurrentIndex(max(index, 0))

    def tour(self, folder: File) -> dict[str, Any]:
        from gui.pages.memory.tour import tour

        return tour(self, folder)
