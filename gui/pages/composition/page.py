"""The Composition page: a board that answers, or bodies whose runs one timeline drives."""

from __future__ import annotations

import time
from pathlib import Path as File
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtGui import QKeyEvent, Qt
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from engine.errors import BadInput
from gui.pages.composition import states
from gui.pages.composition.actions import page_actions
from gui.pages.composition.board import STARTS, Board
from gui.pages.composition.empty import Welcome
from gui.pages.composition.exporter import Exporter
from gui.pages.composition.menus import Menus
from gui.pages.composition.model import Case, CompositionRecord
from gui.pages.composition.painting import Painting
from gui.pages.composition.panels import Panels
from gui.pages.composition.session import Session
from gui.pages.composition.toolbar import BoardBar, MixtureBar, Toolbar
from gui.pages.page import Page
from gui.translation import tr
from gui.undo import Change
from gui.widgets.sequence import Part
from gui.widgets.step_timeline import StepLane, StepsState, StepTimeline
from gui.widgets.transport import Transport
from gui.words import amount

EXAMPLE = File(__file__).resolve().parents[3] / "assets" / "examples" / "composition-arm"
ASIDES = ("dc_cheap", "condq", "base_1", "base_2")  # methods whose runs are hidden at first
LIVE_S = 0.25  # how often the words of a growing run are renewed


class CompositionPage(Page):
    """Compose skills on a board one paints, on the near-exact plane, and for bodies that learned.

    Attributes: ``source`` the record shown (None: the welcome), ``session`` the board's job that takes commands (None:
    none), ``training`` the comparison that runs, ``case`` number of the world shown, ``layer`` of the heat maps,
    ``step`` and ``run`` of the bodies, ``hidden`` titles of methods whose runs are not drawn.
    """

    identifier = "composition"
    title = tr("Composition")
    icon = "composition"
    shortcut = "Ctrl+0"

    def __init__(self, workspace) -> None:
        super().__init__(workspace)
        self.source: CompositionRecord | None = None
        self.session: Session | None = None
        self.training: Session | None = None
        self.case = 0
        self.layer = "value"
        self.step = self.run = 0
        self.hidden: frozenset[str] = frozenset()
        self._dirty = self._following = False
        self._moved = self._drawn = 0.0
        self.toolbar, self.board_bar, self.mixture = Toolbar(), BoardBar(), MixtureBar()
        self.transport = Transport(timeline=StepTimeline())
        self.panels = Panels()
        self.welcome = Welcome(EXAMPLE.is_dir())
        self.exporter, self.painting = Exporter(self), Painting(self)
        self.menus = Menus(self)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.welcome)
        self._stack.addWidget(self.panels)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.toolbar, self.board_bar):
            column.addWidget(widget)
        column.addWidget(self._stack, 1)
        for widget in (self.mixture, self.transport):
            column.addWidget(widget)
        for widget in (self.board_bar, self.mixture, self.transport):
            widget.hide()
        self._connect()

    def _connect(self) -> None:
        self.toolbar.case_chosen.connect(self.choose_case)
        self.toolbar.layer_chosen.connect(self.choose_layer)
        self.toolbar.stop_clicked.connect(self.stop)
        self.board_bar.world_changed.connect(self.painting.change_world)
        self.mixture.weights_changed.connect(self.painting.ask)
        self.welcome.board_clicked.connect(self.begin_board)
        self.welcome.plane_clicked.connect(lambda: self.compare({"suite": "plane"}, "plane"))
        self.welcome.example_clicked.connect(self.open_example)
        self.panels.fields.cell_painted.connect(self.painting.paint)
        self.panels.fields.cell_hovered.connect(self.workspace.status)
        self.panels.paths.method_clicked.connect(self.toggle_method)
        self.panels.paths.run_chosen.connect(self.choose_run)
        self.transport.position_chosen.connect(self.go_to)
        self.transport.playing_changed.connect(self._on_playing)

    def actions(self):
        return page_actions(self)

    # Opening and beginning

    @Slot()
    def begin_board(self, settings: dict[str, Any] | None = None) -> None:
        """A new board; without settings the tricky one."""
        if self.session is not None:
            self.session.finish()
        self.session = Session.board(self.workspace.engine, dict(STARTS[0][1] if settings is None else settings))
        self.welcome.set_waiting(True)

    def compare(self, settings: dict[str, Any], preset: str = "", seed: int = 0) -> None:
        """Solve or learn worlds of the program, and show them as they come."""
        device = self.workspace.settings.device
        self.training = Session.compare(self.workspace.engine, settings, seed, device, preset)
        self.welcome.set_waiting(True)

    @Slot()
    def open_example(self) -> None:
        """The learned arm that comes with the program."""
        self._open_reporting(EXAMPLE)

    def open_record(self, identifier: str) -> None:
        if self._open_reporting(File(self.workspace.runs_folder) / identifier):
            self._following = self.source.record.status().status == "running"

    def _open_reporting(self, folder: File) -> bool:
        try:
            self._open(folder)
        except BadInput as problem:
            self.workspace.show_error(str(problem), tr("The record was left as it is"), tr("Choose another run"))
            return False
        return True

    def _open(self, folder: File) -> None:
        from engine.runs import Record

        source = CompositionRecord(Record.open(folder))
        source.refresh()
        self.transport.set_playing(False)
        self.source, self.case, self.painting.board = source, min(source.cases, default=0), None
        if self.session is not None and self.session.record != str(folder):
            self.session.finish()
            self.session = None
        self.step = self.run = 0
        self._following, self._dirty, self._drawn = True, True, 0.0
        self._hide_asides()
        if (case := self.shown_case) is not None:
            self.step = states.steps_of(source, case)

    def _hide_asides(self) -> None:
        """Draw the runs of the main methods only; a click on the legend shows the others."""
        names = zip(self.source.titles, self.source.methods, strict=True)
        self.hidden = frozenset(title for title, name in names if name in ASIDES)

    @Slot()
    def stop(self) -> None:
        """End the comparison that runs; what it has shown stays."""
        if self.training is not None:
            self.workspace.engine.stop(self.training.job)

    # What is shown

    @property
    def shown_case(self) -> Case | None:
        """The world on screen."""
        return self.source.cases.get(self.case) if self.source is not None else None

    @property
    def is_ready(self) -> bool:
        """Whether a world is on screen."""
        return self.shown_case is not None

    @property
    def can_paint(self) -> bool:
        """Whether the world on screen is a board."""
        case = self.shown_case
        return case is not None and case.is_board

    @Slot(int)
    def choose_case(self, number: int) -> None:
        """Show another world of the record, undoably."""
        if number != self.case:
            self.workspace.undo.push(Change(tr("Show another world"), self._show_case, self.case, number))

    def _show_case(self, number: int) -> None:
        self.case, self._dirty, self._following, self.painting.board = number, True, False, None

    def renew(self) -> None:
        """Draw everything anew with the next frame."""
        self._dirty = True

    @Slot(str)
    def choose_layer(self, layer: str) -> None:
        """Show another field, undoably."""
        if layer != self.layer:
            self.workspace.undo.push(Change(states.LAYERS[layer], self._show_layer, self.layer, layer))

    def _show_layer(self, layer: str) -> None:
        self.layer, self._dirty = layer, True

    def next_layer(self) -> None:
        """The next field that this world has."""
        if (case := self.shown_case) is not None:
            layers = states.layers_of(case)
            place = layers.index(self.layer) if self.layer in layers else -1
            self.choose_layer(layers[(place + 1) % len(layers)])

    @Slot(str)
    def toggle_method(self, title: str) -> None:
        """Show or hide the runs of a method, undoably."""
        self.workspace.undo.push(
            Change(tr("Show or hide {title}", title=title), self._hide, self.hidden, self.hidden ^ {title})
        )

    def _hide(self, hidden: frozenset[str]) -> None:
        self.hidden, self._dirty = hidden, True

    @Slot(int)
    def choose_run(self, run: int) -> None:
        """Follow the bodies of another run."""
        self.run, self._dirty = run, True

    @Slot(int)
    def go_to(self, step: int) -> None:
        """Move the cursor."""
        if (case := self.shown_case) is not None:
            self.step, self._dirty = min(max(step, 0), states.steps_of(self.source, case)), True

    @Slot(bool)
    def _on_playing(self, playing: bool) -> None:
        self._moved = time.perf_counter()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that no picture took: Space plays, the rest moves the cursor or the mixture."""
        if self.can_paint:
            if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
                self.mixture.sliders[0].setValue(
                    self.mixture.sliders[0].value() + (1 if event.key() == Qt.Key.Key_Right else -1)
                )
        elif event.key() == Qt.Key.Key_Space:
            self.transport.toggle()
        elif self.transport.timeline.state is not None:
            self.transport.timeline.keyPressEvent(event)

    # Frames

    def on_frame(self) -> None:
        changed = self._take_news()
        if self.shown_case is None:
            return
        if self.transport.playing:
            self._advance()
        if changed or self._dirty:
            self._dirty = False
            self._refresh()
        self._tell_progress()

    def _take_news(self) -> bool:
        for session in (self.session, self.training):
            if session is None:
                continue
            folder = session.look()
            if folder is not None:
                self._open_reporting(File(folder))
            elif problem := session.failed:
                self.session = None if session is self.session else self.session
                self.training = None if session is self.training else self.training
                self.welcome.set_waiting(False)
                self.workspace.show_error(problem, tr("Everything up to then is kept in its run"), tr("Try again"))
        if self.source is None or not self.source.refresh():
            return False
        if self.source.cases and (self._following or self.case not in self.source.cases):
            self._follow()
        if self.source.refused:
            self.workspace.toast(self.source.refused.pop())
        return True

    def _follow(self) -> None:
        """Show the newest world that has something to show."""
        case = self.shown_case
        board = case is not None and case.is_board and case.suite == "play"
        shown = [n for n in self.source.cases if len(self.source.newest("maps" if board else "rollouts", n))]
        if shown and case is not None and not (case.is_board and case.suite != "play"):
            newest = max(shown)
            if newest != self.case and not board:
                self.step = states.steps_of(self.source, self.source.cases[newest])
            self.case = newest
        elif case is None:
            self.case = min(self.source.cases)
            self._hide_asides()

    def _advance(self) -> None:
        now = time.perf_counter()
        due = int((now - self._moved) * self.transport.steps_per_second)
        if due >= 1 and self.transport.timeline.state is not None:
            self._moved += due / self.transport.steps_per_second
            end = self.transport.timeline.state.end
            if self.step >= end:
                self.transport.set_playing(False)
            self.step, self._dirty = min(self.step + due, end), True

    def _refresh(self) -> None:
        source, case, panels = self.source, self.shown_case, self.panels
        self._stack.setCurrentWidget(panels)
        self.welcome.set_waiting(False)
        if self.layer not in states.layers_of(case):
            self.layer = "value"
        offered = [case] if case.suite == "play" else list(source.cases.values())
        self.toolbar.show_cases(offered, case.number, self.layer)
        mapped, learned = bool(len(source.newest("maps", case.number))), case.suite in ("point", "arm", "ball", "ant")
        panels.show_kind(board=case.is_board, learned=learned, mapped=mapped)
        panels.fields.paintable = case.is_board
        panels.fields.set_state(states.fields_state(source, case, self.layer))
        panels.bars.set_state(states.regret_state(source, case))
        for widget, seen in ((self.board_bar, case.is_board), (self.mixture, case.is_board)):
            widget.setVisible(seen)
        if case.is_board:
            self._refresh_board(case)
        else:
            self._refresh_runs(case)

    def _refresh_board(self, case: Case) -> None:
        self.transport.hide()
        tasks = len(case.rewards)
        fresh = self.mixture.weights if self.mixture.sliders else []
        self.mixture.set_tasks(tasks)
        if case.suite != "play" and len(fresh) != tasks:
            self.mixture.set_weights([case.mixture, 1 - case.mixture])
        self.board_bar.show_board(self.painting.board or Board.of(case))
        self.panels.curves.set_state(states.mixture_state(self.source, case, self.mixture.weights[0]))

    def _refresh_runs(self, case: Case) -> None:
        steps = states.steps_of(self.source, case)
        self.transport.setVisible(steps > 0)
        lane = StepLane("runs", steps + 1, frozenset(range(steps + 1)), frozenset())
        if steps:
            state = StepsState(steps + 1, (Part(tr("one run"), 0, steps + 1),), (lane,))
            self.transport.set_state(state, min(self.step, steps))
        self.panels.paths.set_state(states.paths_state(self.source, case, self.step, self.run, self.hidden))
        words = self.source.record.status().status
        self.panels.learning.set_state(states.learning_state(self.source, case, words))

    def _tell_progress(self) -> None:
        """Where a comparison stands, a few times a second."""
        now = time.perf_counter()
        if now - self._drawn < LIVE_S:
            return
        self._drawn = now
        case, words = self.shown_case, ""
        state = self.training.state if self.training is not None else None
        running = state is not None and not state.ended
        self.toolbar.stop.setVisible(running)
        if running and state.total:
            words = tr("{done} of {total} {unit}", done=amount(state.done), total=amount(state.total), unit=state.unit)
            if state.rate > 0:
                words += tr(", {total} s left", total=amount((state.total - state.done) / state.rate))
        elif not case.is_board:
            words = tr(
                "γ {gamma:g}, α {alpha:g}, mixture {mixture:g}",
                gamma=case.gamma,
                alpha=case.alpha,
                mixture=case.mixture,
            )
        self.toolbar.words.setText(words)

    # What is kept

    def save_state(self) -> dict[str, Any]:
        return {"sizes": self.panels.save_state(), "layer": self.layer}

    def restore_state(self, state: dict[str, Any]) -> None:
        if isinstance(state.get("sizes"), dict):
            self.panels.restore_state(state["sizes"])
        if state.get("layer") in states.LAYERS:
            self.layer = state["layer"]

    def tour(self, folder: File) -> dict[str, Any]:
        from gui.pages.composition.tour import tour

        return tour(self, folder)
