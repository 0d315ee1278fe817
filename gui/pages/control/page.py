"""The Control page: one episode as several agents live it, one cursor, every picture in step with it."""

from __future__ import annotations

import time
from pathlib import Path as File
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtGui import QKeyEvent, Qt
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QMessageBox, QPushButton, QStackedWidget, QVBoxLayout

from engine.errors import BadInput
from gui.pages.control.actions import page_actions
from gui.pages.control.changes import Changes
from gui.pages.control.empty import Welcome
from gui.pages.control.exporter import Exporter
from gui.pages.control.menus import Menus
from gui.pages.control.model import ControlRecord
from gui.pages.control.panels import Panels
from gui.pages.control.session import PLAY, Session
from gui.pages.control.sources import own_runs, pretrained
from gui.pages.control.states import SceneView, task_words
from gui.pages.control.toolbar import Toolbar
from gui.pages.control.training import Training
from gui.pages.control.words import ABOUT, KINDS, origin
from gui.pages.page import Page
from gui.theme import UNIT
from gui.translation import tr
from gui.undo import Change
from gui.widgets.icon import set_icon
from gui.widgets.labels import ElidedLabel
from gui.widgets.step_timeline import StepTimeline
from gui.widgets.transport import SPEEDS, Transport
from gui.words import amount

LIVE_S = 0.3  # how often figures of a growing run are redrawn


class ScenesBar(QFrame):
    """Which scene is shown, what a click does, and what one is looking at."""

    def __init__(self, click: QComboBox) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.scenes = QComboBox()
        self.scenes.setAccessibleName(tr("Scene"))
        self.scenes.setToolTip(tr("Episodes of this record and what was changed in them"))
        self.scenes.setMinimumContentsLength(28)
        self.scenes.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.words = ElidedLabel("", "small")
        self.about = QPushButton(tr("What is this?"))
        self.about.setProperty("role", "quiet")
        self.about.setToolTip(tr("What one is looking at, and where it comes from (F1)"))
        set_icon(self.about, "info", 2 * UNIT)
        self.stop = QPushButton(tr("Stop"))
        self.stop.setToolTip(tr("Stop the training; the best policy so far is kept"))
        set_icon(self.stop, "stop", 2 * UNIT)
        row = QHBoxLayout(self)
        row.setContentsMargins(UNIT, 0, UNIT, UNIT // 2)
        row.setSpacing(UNIT)
        row.addWidget(self.scenes)
        row.addWidget(click)
        row.addWidget(self.words, 1)
        row.addWidget(self.stop)
        row.addWidget(self.about)


class ControlPage(Page):
    """Watch a policy that has to remember, from outside and inside; change the world or the memory, and compare.

    Attributes: ``source`` the record shown (None: the welcome), ``session`` the interactive job that still takes
    commands, ``scene`` on screen (-1 none), ``position`` of the cursor.
    """

    identifier = "control"
    title = tr("Control")
    icon = "control"
    shortcut = "Ctrl+9"

    def __init__(self, workspace) -> None:
        super().__init__(workspace)
        self.source: ControlRecord | None = None
        self.session: Session | None = None
        self.scene = -1
        self.position = 0
        self._view: SceneView | None = None
        self._dirty, self._following = False, True
        self._moved = self._drawn = 0.0
        self._listed = (-1, -1)
        self.toolbar = Toolbar()
        self.bar = ScenesBar(self.toolbar.click)
        self.transport = Transport(timeline=StepTimeline())
        self.transport.speed.setCurrentIndex(SPEEDS.index(16))
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
        self.toolbar.train_clicked.connect(self.training.ask_train)
        self.toolbar.evaluate_clicked.connect(self.training.evaluate)
        self.welcome.run_clicked.connect(self.run)
        self.welcome.train_clicked.connect(self.training.ask_train)
        self.bar.scenes.activated.connect(self._on_scene)
        self.bar.about.clicked.connect(self.tell_about)
        self.bar.stop.clicked.connect(self.training.stop)
        self.transport.position_chosen.connect(self.go_to)
        self.transport.playing_changed.connect(self._on_playing)
        self.panels.step_wanted.connect(self.go_to)
        self.panels.placed.connect(self.changes.place)
        self.panels.dragged.connect(self.changes.drag)

    def actions(self):
        return page_actions(self)

    def on_shown(self) -> None:
        self.workspace.engine.warm_interactive(PLAY)
        self.show_sources()

    def show_sources(self) -> None:
        """Offer the policies that come with the program now, the person's own as soon as the list is read."""
        ready, index = pretrained(), self.workspace.index
        self._offer(ready)
        self.workspace.loader.load("control-sources", lambda: own_runs(index), lambda own: self._offer([*ready, *own]))

    def _offer(self, sources) -> None:
        self.toolbar.show_sources(sources)
        self.welcome.show_source(sources[0].title if sources else "")

    # Opening

    @Slot()
    def run(self) -> None:
        """Let the chosen policy live the chosen episode: in the open session where it is the same policy."""
        setup, session = self.toolbar.setup, self.session
        if setup is None:
            self.training.ask_train()
            return
        same = session is not None and session.open and self.source is not None
        if same and (session.setup.task, session.setup.agent) == (setup.task, setup.agent):
            session.run(setup.episode, setup.wipe)
            self._following = True
            return
        self.begin(Session.begin(self.workspace.engine, setup))

    @Slot()
    def roll(self) -> None:
        """Another episode."""
        self.toolbar.roll()
        self.run()

    def begin(self, session: Session) -> None:
        """Follow a new session; what was on screen stays there until its first scene arrives."""
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
        if self._following:
            self.panels.side.setCurrentWidget(self.panels.learning)

    def _open(self, folder: File) -> None:
        from engine.runs import Record

        source = ControlRecord(Record.open(folder))
        source.refresh()
        self.source, self.scene, self.position, self._view = source, -1, 0, None
        self._listed, self._dirty, self._drawn = (-1, -1), True, 0.0
        self.transport.set_playing(False)

    # Scenes and cursor

    @property
    def is_ready(self) -> bool:
        """Whether there is a scene to show."""
        return self._view is not None

    @property
    def view(self) -> SceneView:
        """The scene on screen."""
        assert self._view is not None
        return self._view

    def follow(self) -> None:
        """Show the next scene as soon as it is there, at the step where the cursor is."""
        self._following = True

    @Slot(int)
    def _on_scene(self, index: int) -> None:
        self.choose_scene(int(self.bar.scenes.itemData(index)))

    def choose_scene(self, number: int) -> None:
        """Show a scene, undoably."""
        if self.source is not None and number in self.source.scenes and number != self.scene:
            self.workspace.undo.push(Change(tr("Show another scene"), self.show_scene, self.scene, number))

    def show_scene(self, number: int) -> None:
        """Show a scene of the record."""
        if self.source is None or number not in self.source.scenes:
            return
        try:
            self._view = SceneView(self.source, number)
        except (BadInput, KeyError, ValueError) as problem:
            self.workspace.show_error(
                tr("Scene {number} cannot be shown: {problem}", number=number, problem=problem),
                tr("The rest is kept"),
                tr("Open another run"),
            )
            return
        self.scene, self._dirty, self._following = number, True, False
        self.position = min(self.position, self._view.steps - 1)

    @Slot()
    def to_parent(self) -> None:
        """Back to the scene that this one branched from."""
        if self.is_ready and self.view.info.parent is not None:
            self.choose_scene(self.view.info.parent)

    @Slot(int)
    def go_to(self, position: int) -> None:
        """Move the cursor."""
        if self.is_ready:
            self.position, self._dirty = min(max(position, 0), self.view.steps - 1), True

    @Slot(bool)
    def _on_playing(self, playing: bool) -> None:
        self._moved = time.perf_counter()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that no picture took: Space plays, the rest moves the cursor."""
        if event.key() == Qt.Key.Key_Space:
            self.transport.toggle()
        elif self.is_ready and self.transport.timeline.state is not None:
            self.transport.timeline.keyPressEvent(event)

    @Slot()
    def tell_about(self) -> None:
        """What one is looking at, and where it comes from."""
        if not self.is_ready:
            return
        task = self.view.task
        agents = [self.source.agents[n] for n in self.view.info.agents]
        who = "\n".join(f"{agent.title}: {KINDS.get(agent.kind, agent.kind)}{origin(agent)}" for agent in agents)
        about = ABOUT.get(task.family) or tr(task.summary)
        box = QMessageBox(QMessageBox.Icon.NoIcon, tr(task.title), f"{about}\n\n{who}",
                          QMessageBox.StandardButton.Close, self)  # fmt: skip
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.open()

    # Frames

    def on_frame(self) -> None:
        self._take_news()
        if self.source is None:
            return
        if self.transport.playing and self.is_ready:
            self._advance()
        if self._dirty:
            self._dirty = False
            self._refresh()
        self._show_run()

    def _advance(self) -> None:
        now = time.perf_counter()
        due = int((now - self._moved) * self.transport.steps_per_second)
        if due >= 1:
            self._moved += due / self.transport.steps_per_second
            end = self.view.steps - 1
            if self.position >= end:
                self.transport.set_playing(False)
            self.position, self._dirty = min(self.position + due, end), True

    def _take_news(self) -> None:
        self.training.look()
        if self.session is not None:
            folder = self.session.look(len(self.source.scenes) if self.source and self.session.record else 0)
            if folder is not None:
                self._open(File(folder))
            elif problem := self.session.failed:
                self.session, self._dirty = None, True
                self.welcome.set_waiting(False)
                self.workspace.show_error(problem, tr("Everything up to then is kept in its run"), tr("Run again"))
        if self.source is None:
            return
        try:
            came = self.source.refresh()
        except BadInput as problem:
            self.source = None
            self.workspace.show_error(str(problem), tr("The record was left as it is"), tr("Choose another run"))
            return
        if self.source.scenes and (came or self._view is None):
            newest = next(reversed(self.source.scenes))
            live = self.source.record.status().status == "running"
            if self._view is None or (self._following and newest != self.scene):
                following = self._following and live and self.session is None
                self.show_scene(newest if live or self._view is not None else self._first())
                self._following = following
            self._dirty = True
        if self.source.refused:
            self.workspace.toast(self.source.refused.pop())

    def _first(self) -> int:
        """The scene to begin with: the first that was played after all learning, with everybody beside."""
        scenes = self.source.scenes.values()
        return next((scene.number for scene in scenes if scene.updates < 0), next(iter(self.source.scenes)))

    def _refresh(self) -> None:
        if self._view is None:
            return
        if self._stack.currentWidget() is not self.panels:
            self._stack.setCurrentWidget(self.panels)
            self.bar.show()
            self.transport.show()
        self.welcome.set_waiting(False)
        self._list_scenes()
        self.toolbar.click.setVisible(self.view.task.maze)
        self.panels.show_scene(self.view, self.position)

    def _list_scenes(self) -> None:
        listed = (len(self.source.scenes), self.scene)
        if listed == self._listed:
            return
        self._listed = listed
        box = self.bar.scenes
        box.clear()
        for number, scene in self.source.scenes.items():
            box.addItem(scene.title, number)
            box.setItemData(box.count() - 1, scene.title, Qt.ItemDataRole.ToolTipRole)
        box.setCurrentIndex(box.findData(self.scene))

    def _show_run(self) -> None:
        """Figures and curves of the run, a few times a second while it grows."""
        now = time.perf_counter()
        if now - self._drawn < LIVE_S:
            return
        self._drawn = now
        status = self.source.record.status()
        words = status.status
        if status.status == "running" and status.total:
            words = tr(
                "{done} of {total} {unit}", done=amount(status.done), total=amount(status.total), unit=status.unit
            )
            if 0 < status.done < status.total and status.seconds:
                left = status.seconds * (status.total - status.done) / status.done
                words += (
                    tr(", {left:.0f} min left", left=left / 60) if left > 90 else tr(", {left:.0f} s left", left=left)
                )
        task = self.source.task
        made = self.source.record.metadata
        live = status.status == "running" and self.session is None
        text = f"{made.title or made.id}: {words}" if live or task is None else task_words(task)
        self.bar.words.setText(text)
        self.bar.stop.setVisible(self.training.running)
        self.panels.show_run(self.source, words)
        if self._view is None and self._stack.currentWidget() is self.welcome and live:
            self.welcome.title.setText(tr("{words}: the first episode comes soon", words=words))

    # What is kept

    def save_state(self) -> dict[str, Any]:
        source = self.toolbar.source
        return {"sizes": self.panels.save_state(), "task": source.task if source is not None else ""}

    def restore_state(self, state: dict[str, Any]) -> None:
        if isinstance(state.get("sizes"), dict):
            self.panels.restore_state(state["sizes"])
        if state.get("task"):
            self.toolbar.choose_task(str(state["task"]))

    def tour(self, folder: File) -> dict[str, Any]:
        from gui.pages.control.tour import tour

        return tour(self, folder)
