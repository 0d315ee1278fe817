"""The Recall page: patterns are written into weights, damaged, and read back; one timeline drives every picture."""

from __future__ import annotations

import time
from pathlib import Path as File
from typing import Any

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtGui import QKeyEvent, Qt
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from engine.errors import BadInput
from gui.pages.page import Page
from gui.pages.recall import states
from gui.pages.recall.actions import page_actions
from gui.pages.recall.drawing import Drawing
from gui.pages.recall.empty import Welcome
from gui.pages.recall.exporter import Exporter
from gui.pages.recall.menus import Menus
from gui.pages.recall.model import RecallRecord
from gui.pages.recall.panels import Panels
from gui.pages.recall.session import PLAY, TRAIN, Session
from gui.pages.recall.sources import own_runs, pretrained
from gui.pages.recall.states import View
from gui.pages.recall.toolbar import Toolbar
from gui.pages.recall.training import Training, learning_state
from gui.theme import UNIT
from gui.translation import tr
from gui.undo import Change
from gui.widgets.labels import ElidedLabel, set_role
from gui.widgets.step_timeline import StepTimeline
from gui.widgets.transport import Transport

LIVE_S = 0.25  # how often curves of a growing run are redrawn


class RecallPage(Page):
    """Write, damage, read; watch energies, weights and landscape; compare with rivals of the same size.

    Attributes: ``source`` the record shown (None: the welcome), ``session`` the interactive job that still takes
    commands, ``shown`` the write on screen (-1 none), ``position`` of the cursor, ``query`` row of the chosen query.
    """

    identifier = "recall"
    title = tr("Recall")
    icon = "recall"
    shortcut = "Ctrl+6"

    def __init__(self, workspace) -> None:
        super().__init__(workspace)
        self.source: RecallRecord | None = None
        self.session: Session | None = None
        self.shown = self.query = -1
        self.position = 0
        self._dirty = self._following = self._damage_newest = False
        self._newest: tuple[int, int] = (-1, 0)
        self._moved = self._drawn = 0.0
        self.toolbar, self.welcome = Toolbar(), Welcome()
        self.verdict = ElidedLabel("", "muted")
        self.verdict.setContentsMargins(2 * UNIT, UNIT // 2, 2 * UNIT, UNIT // 2)
        self.verdict.setAccessibleName(tr("Error and its controls"))
        self.transport = Transport(timeline=StepTimeline())
        self.panels = Panels(self.transport)
        self.exporter, self.training = Exporter(self), Training(self)
        self.drawing, self.menus = Drawing(self), Menus(self)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.welcome)
        self._stack.addWidget(self.panels)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget, stretch in ((self.toolbar, 0), (self.verdict, 0), (self._stack, 1), (self.transport, 0)):
            column.addWidget(widget, stretch)
        self.verdict.hide()
        self.transport.hide()
        self._connect()
        self.show_sources()

    def _connect(self) -> None:
        bar, panels = self.toolbar, self.panels
        bar.write_clicked.connect(self.write_examples)
        bar.damage_clicked.connect(self.damage_all)
        bar.starts_clicked.connect(self.random_starts)
        bar.trace_chosen.connect(self.choose_trace)
        self.welcome.run_clicked.connect(self.write_examples)
        self.welcome.train_clicked.connect(self.training.ask)
        self.transport.position_chosen.connect(self.go_to)
        self.transport.playing_changed.connect(self._on_playing)
        panels.gallery.chosen.connect(self.choose_stored)
        panels.retrieval.chosen.connect(self.choose_read)

    def actions(self):
        return page_actions(self)

    def on_shown(self) -> None:
        self.workspace.engine.warm_interactive(PLAY)
        self.show_sources()

    def show_sources(self) -> None:
        """Offer the memories that come with the program now, the person's own as soon as the list is read."""
        ready, index = pretrained(), self.workspace.index
        self._offer(ready)
        self.workspace.loader.load("recall-sources", lambda: own_runs(index), lambda own: self._offer([*ready, *own]))

    def _offer(self, sources) -> None:
        self.toolbar.show_sources(sources)
        self.welcome.show_source(sources[0].title if sources else "")

    # Sessions and records

    @Slot()
    def write_examples(self) -> None:
        """Write examples of unseen classes: into the open session where it is the same memory."""
        source, bar = self.toolbar.source, self.toolbar
        if not source:
            self.training.ask()
            return
        if self.session is not None and self.session.open and self.session.source == source:
            count = bar.patterns.value() or self.source.about.patterns if self.source else 1
            self.session.send("write", count=max(count, 1), seed=bar.seed.value())
            self._following = True
            self._damage_newest = True
            return
        self.begin(source, bar.model.currentText())

    def begin(self, source: str, title: str) -> None:
        """Open a session at a memory; what was on screen stays until its first write arrives."""
        if self.session is not None:
            self.session.finish()
        bar = self.toolbar
        engine = self.workspace.engine
        self.session = Session.begin(engine, source, title, bar.patterns.value(), bar.seed.value())
        self._following = True
        self.welcome.set_waiting(True)

    def open_record(self, identifier: str) -> None:
        try:
            self._open(File(self.workspace.runs_folder) / identifier)
        except BadInput as problem:
            self.workspace.show_error(str(problem), tr("The record was left as it is"), tr("Choose another run"))
            return
        self.session, self._following = None, self.source.record.status().status == "running"
        made = self.source.record.metadata
        source = identifier if made.experiment == TRAIN else str(made.configuration.get("source", ""))
        if source:
            self.toolbar.choose(source, made.title.removeprefix("Recall bench, ") or source)
        if made.experiment == TRAIN:
            self.panels.tabs.setCurrentWidget(self.panels.learning if self._following else self.panels.sizes)

    def _open(self, folder: File) -> None:
        from engine.runs import Record

        self.source = RecallRecord(Record.open(folder))
        self.shown = self.query = -1
        self.position, self._newest, self._dirty, self._drawn = 0, (-1, 0), True, 0.0
        self.drawing.forget()
        self.transport.set_playing(False)
        self.panels.learning.set_state(None)

    # What is shown

    @property
    def is_ready(self) -> bool:
        """Whether there is a write to show."""
        return self.source is not None and self.shown in self.source.traces

    @property
    def view(self) -> View:
        return View(self.source, self.shown, self.position, self.query)

    @Slot(int)
    def choose_trace(self, number: int) -> None:
        """Show another write, undoably."""
        self.workspace.undo.push(Change(tr("Show write"), self._show_trace, self.shown, number))

    def _show_trace(self, number: int) -> None:
        self.shown, self.query, self._following, self._dirty = number, -1, False, True

    @Slot(int)
    def choose_stored(self, index: int) -> None:
        """Choose a stored pattern: its newest query is shown, or the pattern itself to be damaged."""
        stored = self.source.traces[self.shown].stored
        own = [row for row in self.source.queries(self.shown) if self.source.of(row) == stored[index]]
        self.query = own[-1] if own else -1
        if not own:
            self.drawing.show_stored(index)
        self._dirty = True

    @Slot(int, int)
    def choose_read(self, row: int, step: int) -> None:
        """Choose a read and move the cursor to one of its steps."""
        self.query, self._dirty = row, True
        self.go_to(self.source.writes(self.shown) + 1 + step)

    @Slot(int)
    def go_to(self, position: int) -> None:
        """Move the cursor."""
        if self.is_ready:
            last = self.source.writes(self.shown) + self.source.reads(self.shown) + 1
            self.position, self._dirty = min(max(position, 0), last), True

    @Slot(bool)
    def _on_playing(self, playing: bool) -> None:
        self._moved = time.perf_counter()

    def ask(self, command: str, **values: Any) -> None:
        """Send a command to the session; a record that is closed takes none."""
        if not self.is_ready or self.session is None or not self.session.open:
            self.workspace.toast(tr("Press Write first: this record takes no more commands"))
            return
        self.session.send(command, **values)
        self._following = True

    def write(self, **what: Any) -> None:
        """Write given patterns, or files, and read each of them from a damaged query."""
        self.ask("write", **what)
        self._damage_newest = True

    @Slot()
    def damage_all(self) -> None:
        """Damage every stored pattern at random and read it."""
        self.ask("damage", trace=self.shown, seed=int(np.random.default_rng().integers(2**31)))

    @Slot()
    def random_starts(self) -> None:
        """Read from random patterns."""
        self.panels.tabs.setCurrentWidget(self.panels.attractors)
        self.ask("attractors", trace=self.shown, seed=int(np.random.default_rng().integers(2**31)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that no picture took: Space plays, the rest moves the cursor."""
        if event.key() == Qt.Key.Key_Space:
            self.transport.toggle()
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
        self._show_run()

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
            folder = self.session.look()
            if folder is not None:
                self._open(File(folder))
            elif problem := self.session.failed:
                self.session = None
                self.welcome.set_waiting(False)
                self.workspace.show_error(problem, tr("Everything up to then is kept in its run"), tr("Write again"))
        if self.source is None:
            return False
        changed = self.source.refresh()
        if changed:
            self._choose_new()
            while self.source.problems:
                self.workspace.show_error(
                    self.source.problems.pop(), tr("The rest of the record is shown"), tr("Open another run")
                )
        if self.source.refused:
            self.workspace.toast(self.source.refused.pop())
        return changed

    def _choose_new(self) -> None:
        """The newest write while following, and its newest query."""
        traces = self.source.traces
        if not traces:
            return
        newest = next(reversed(traces))
        first = self.shown not in traces
        queries = self.source.queries(newest)
        if (newest, len(queries)) != self._newest:
            arrived = newest != self._newest[0]
            self._newest = (newest, len(queries))
            if first or self._following:
                if arrived or first:
                    self.shown, self.query = newest, -1
                    self.position = self.source.writes(newest)
                if queries and self.shown == newest:
                    one = first or arrived or self.query < 0
                    self.query = queries[0] if one else queries[-1]
                    self.position = self.source.writes(newest) + 1 + self.source.reads(newest)
            if arrived and self._damage_newest and not queries and self.session is not None:
                self._damage_newest = False
                self.session.send("damage", trace=newest, seed=self.toolbar.seed.value())

    def _refresh(self) -> None:
        if not self.is_ready:
            return
        if self._stack.currentWidget() is not self.panels:
            self._stack.setCurrentWidget(self.panels)
            self.verdict.show()
            self.transport.show()
        self.welcome.set_waiting(False)
        self.toolbar.show_traces({n: info.title for n, info in self.source.traces.items()}, self.shown)
        words, role = states.verdict_words(self.source, self.shown)
        self.verdict.setText(words)
        set_role(self.verdict, role)
        self.drawing.show_query()
        self.panels.show_view(self.view)

    def _show_run(self) -> None:
        """Curves of the run, a few times a second while it grows."""
        now = time.perf_counter()
        if now - self._drawn >= LIVE_S and self.source.record.metadata.experiment == TRAIN:
            self._drawn = now
            self.panels.learning.set_state(learning_state(self.source.record))

    def tour(self, folder: File) -> dict[str, Any]:
        from gui.pages.recall.tour import tour

        return tour(self, folder)
