"""The Alchemy page: one record, one cursor, every picture in step with it."""

from __future__ import annotations

import time
from pathlib import Path as File
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from engine.errors import BadInput
from gui.pages.alchemy import kept
from gui.pages.alchemy.actions import page_actions
from gui.pages.alchemy.empty import Welcome
from gui.pages.alchemy.exporter import Exporter
from gui.pages.alchemy.history import History
from gui.pages.alchemy.lines import Lines
from gui.pages.alchemy.menus import Menus
from gui.pages.alchemy.model import Situations
from gui.pages.alchemy.panels import Panels, View
from gui.pages.alchemy.session import PERSON, Session
from gui.pages.alchemy.toolbar import Toolbar
from gui.pages.alchemy.words import hint_words, result_words
from gui.pages.page import Page
from gui.translation import tr
from gui.widgets.alchemy_words import action_words
from gui.widgets.transport import Transport


class AlchemyPage(Page):
    """Play, watch, step through and branch episodes of Alchemy.

    Attributes: ``situations`` the record shown (None: the welcome), ``session`` the interactive job that still takes
    commands,
    ``shown`` the line or two lines on screen, ``position`` of the cursor, ``playing`` whether the person plays,
    ``branching``
    whether the next action on the bench is a what-if.
    """

    identifier = "alchemy"
    title = tr("Alchemy")
    icon = "flask"
    shortcut = "Ctrl+1"

    def __init__(self, workspace) -> None:
        super().__init__(workspace)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.situations: Situations | None = None
        self.session: Session | None = None
        self.shown: tuple[str, ...] = ()
        self.wanted: str = ""  # a line to show as soon as it exists
        self.episode = 0
        self.position = 0
        self.playing = self.branching = self.truth = self.advice = False
        self.belief = True
        self._following = True
        self._dirty = True
        self._moved = 0.0
        self._finished = False
        self.last: dict[str, Any] = {}  # what was kept when the program ended
        self._acted = -1  # the situation acted on last: one action for each
        self._history = History(workspace.undo, self.take_back)
        self.toolbar, self.lines, self.transport = Toolbar(), Lines(), Transport()
        self.panels = Panels(self.transport)
        self.welcome = Welcome()
        self.exporter = Exporter(self)
        self.menus = Menus(self)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.welcome)
        self._stack.addWidget(self.panels)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget, stretch in ((self.toolbar, 0), (self.lines, 0), (self._stack, 1), (self.transport, 0)):
            column.addWidget(widget, stretch)
        self.lines.hide()
        self.transport.hide()
        self._connect()

    def _connect(self) -> None:
        self.toolbar.play_clicked.connect(self.play_yourself)
        self.toolbar.watch_clicked.connect(self.watch)
        self.toolbar.file_closed.connect(self._on_file_closed)
        self.welcome.play_clicked.connect(self.play_yourself)
        self.welcome.watch_clicked.connect(self.watch)
        self.lines.chosen.connect(self.show_lines)
        self.lines.episode_chosen.connect(self.show_episode)
        self.transport.position_chosen.connect(self.go_to)
        self.transport.playing_changed.connect(self._on_playing)
        self.panels.position_chosen.connect(self.go_to)
        self.panels.action_chosen.connect(self.act)
        self.panels.truth_toggled.connect(self.show_truth)

    def actions(self):
        return page_actions(self)

    def on_shown(self) -> None:
        self.workspace.engine.warm_interactive("alchemy-play")
        last, self.last = self.last, {}
        if self.situations is None and self.session is None:
            kept.reopen(self, last)

    # Opening

    @Slot()
    def play_yourself(self) -> None:
        """Begin a new session in which the person plays."""
        self._begin(PERSON)
        self.playing, self.advice, self.truth = True, False, False
        self.panels.bench.setFocus()

    @Slot()
    def watch(self) -> None:
        """Let the chosen agent play the chosen chemistry."""
        self._begin(self.toolbar.agent_name)
        self.playing, self.advice = False, True

    def _begin(self, line: str) -> None:
        if self.session is not None:
            self.session.finish()
        self.session = Session.begin(self.workspace.engine, self.toolbar.chemistry, self.toolbar.agent_name)
        self.wanted, self.branching, self._finished, self._acted = line, False, False, -1
        self.situations, self.shown, self.position, self.episode = None, (), 0, 0
        self.transport.set_playing(False)
        self.welcome.set_waiting(True)
        self._stack.setCurrentWidget(self.welcome)
        self._following, self._dirty = True, True

    def open_record(self, identifier: str) -> None:
        if self.session is not None and self.session.record and File(self.session.record).name == identifier:
            return  # it is on screen and goes on
        try:
            self._open(self.workspace.runs_folder / identifier)
        except BadInput as problem:
            self.workspace.show_error(str(problem), tr("The record was left as it is"), tr("Choose another run"))
            return
        if self.session is not None:
            self.session.finish()
        self.session, self.branching, self.truth, self._acted, self._finished = None, False, False, -1, False
        self.shown, self.episode, self.wanted = (), 0, ""
        made = self.situations.record.metadata
        agent = made.configuration.get("agent") or made.configuration.get("opponent", "")
        self.toolbar.choose(self.situations.level, str(agent), made.seed)
        rows = self.situations.line_path(PERSON).rows
        # A game that was not played to its end goes on where it was left; anything else is looked at from the start.
        self.playing = len(rows) > 1 and not self.situations.nodes["done"][rows[-1]]
        self.advice = not self.playing
        self._following, self.position = self.playing, 0
        if self.playing:
            self.shown, self.position = (PERSON,), self.situations.position(rows[-1])

    def _open(self, folder: File) -> None:
        from engine.runs import Record

        self.situations = Situations(Record.open(folder))
        self.situations.refresh()
        self._dirty = True
        self._history.reset()

    @Slot()
    def _on_file_closed(self) -> None:
        self.toolbar.show_file("", "", 0)

    # Lines

    @Slot(list)
    def show_lines(self, shown: list[str]) -> None:
        """Show one line, or two side by side."""
        self.shown, self._dirty = tuple(shown[:2]), True
        if PERSON not in self.shown[:1]:
            self.transport.set_playing(False)

    @Slot(int)
    def show_episode(self, number: int) -> None:
        """Show the first line of another episode of the record."""
        self.episode, self.shown, self.position, self._dirty = number, (), 0, True

    def episode_lines(self) -> list:
        """Lines of the shown episode."""
        return [line for line in self.situations.lines.values() if line.episode == self.episode]

    @property
    def path(self):
        """Path of the first shown line."""
        return self.situations.line_path(self.shown[0])

    @property
    def row(self) -> int:
        """Situation of the first shown line at the cursor."""
        path = self.path
        return path.rows[path.index(self.position)]

    @property
    def is_ready(self) -> bool:
        """Whether there is a situation to show."""
        return self.situations is not None and bool(self.shown) and bool(self.path.rows)

    # Cursor

    @Slot(int)
    def go_to(self, position: int) -> None:
        """Move the cursor; at the end of a growing line it goes on with it."""
        if not self.is_ready:
            return
        self.position, self._dirty = position, True
        self._following = position >= self.path.positions[-1] and not self.transport.playing

    @Slot(bool)
    def _on_playing(self, playing: bool) -> None:
        self._moved = time.perf_counter()
        self._following = False

    def _advance(self) -> None:
        """Play: as many steps as the clock asks for."""
        now = time.perf_counter()
        due = int((now - self._moved) * self.transport.steps_per_second)
        if due < 1:
            return
        self._moved += due / self.transport.steps_per_second
        reached = self.transport.timeline.state.reached
        later = [position for position in reached if position > self.position]
        if later:
            self.position, self._dirty = later[min(due, len(later)) - 1], True
        elif not self._growing:
            self.transport.set_playing(False)

    @property
    def _growing(self) -> bool:
        return self.session is not None and self.session.open and not self.situations.nodes[self.path.rows[-1]]["done"]

    # Acting

    @property
    def may_act(self) -> bool:
        """Whether the first bench takes actions now."""
        if not self.is_ready or self.situations.nodes[self.row]["done"]:
            return False
        return self.branching or (self.playing and self.shown[0] == PERSON and self.row == self.path.rows[-1])

    @Slot(int)
    def act(self, action: int) -> None:
        """An action on the bench: the person's next one, or another future."""
        if not self.may_act:
            return
        if self.branching:
            self.what_if(action)
        elif self._acted != self.row:
            self._acted = self.row
            self._history.note(self.situations, self.row)  # the answer may come before the next frame
            self._open_session().act(self.row, action)
            self.advice, self._following, self._dirty = False, True, True

    def _open_session(self) -> Session:
        """The session that takes commands; one that goes on from the record shown where there is none."""
        if self.session is None or not self.session.open:
            self.session = Session.again(self.workspace.engine, self.situations.record, self.toolbar.agent_name)
        return self.session

    def what_if(self, action: int) -> None:
        """Take another action here and let the chosen agent go on; both futures are shown."""
        if self.is_ready:
            words = action_words(action, tuple(int(c) for c in self.situations.nodes[self.row]["colours"]))
            self.branch(tr("What if {action}", action=words), self.toolbar.agent_name, first_action=action)

    def branch(self, title: str, agent: str, **how: Any) -> None:
        """Let an agent go on from here in a new line; ``how`` as in the session's command *play*."""
        names = self.situations.lines
        self.wanted = next(f"what-if-{k}" for k in range(1, 10_000) if f"what-if-{k}" not in names)
        self._open_session().send(self.row, "play", agent=agent, line=self.wanted, title=title, **how)
        self.branching, self._following, self._dirty = False, False, True
        self.shown = self.shown[:1]

    def take_back(self, row: int) -> None:
        """Let the person's line end at ``row``."""
        line = self.situations.lines.get(PERSON) if self.situations else None
        if self.playing and line is not None and line.leaf != row:
            self._open_session().rewind(row)
            self._following, self._acted = True, -1

    def toggle(self, name: str) -> None:
        """Switch ``truth``, ``belief``, ``advice`` or ``branching``."""
        setattr(self, name, not getattr(self, name))
        self._dirty = True

    @Slot(bool)
    def show_truth(self, truth: bool) -> None:
        """Show the hidden chemistry, or the belief again."""
        self.truth, self._dirty = truth, True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that no picture took: a stone's number goes to the bench, Space plays, the rest moves the cursor."""
        if self.branching and event.key() == Qt.Key.Key_Escape:
            self.toggle("branching")
        elif event.key() == Qt.Key.Key_Space:
            self.transport.toggle()
        elif self.may_act and event.text() in ("1", "2", "3", "e", "E"):
            self.panels.bench.setFocus()
            self.panels.bench.keyPressEvent(event)
        elif self.is_ready:
            self.transport.timeline.keyPressEvent(event)

    # Frames

    def on_frame(self) -> None:
        changed = self._take_news()
        if not self.is_ready:
            return
        if self.transport.playing:
            self._advance()
        if changed or self._dirty:
            self._dirty = False
            self._refresh(changed)

    def _take_news(self) -> bool:
        if self.session is not None:
            folder = self.session.look(len(self.situations.nodes) if self.situations else 0)
            if folder is not None:
                self._open(File(folder))
            elif problem := self.session.failed:
                self.session = None
                self.welcome.set_waiting(False)
                self.workspace.show_error(problem, tr("Everything up to then is kept in its run"), tr("Begin again"))
        if self.situations is None:
            return False
        changed = self.situations.refresh()
        if changed or not self.shown:
            self._choose_lines()
        if changed:
            self._follow()
        if self.situations.refused:
            self.workspace.toast(self.situations.refused.pop())
            self._acted = -1
        return changed

    def _choose_lines(self) -> None:
        lines = {line.identifier: line for line in self.episode_lines()}
        if self.wanted in lines and self.situations.line_path(self.wanted).rows:
            branch = self.wanted.startswith("what-if") and self.shown
            self.shown = (self.shown[0], self.wanted) if branch else (self.wanted,)
            self.wanted, self._dirty = "", True
        elif not self.shown and lines and not self.wanted:
            longest = max(lines, key=lambda line: len(self.situations.line_path(line).rows))
            self.shown, self._dirty = (longest,), True

    def _follow(self) -> None:
        """Note the person's new situation for undo, go to the end of a growing line, tell the result at the end."""
        if not self.is_ready:
            return
        mine = self.situations.lines.get(PERSON)
        if mine is not None and self.playing:
            self._history.note(self.situations, mine.leaf)
        if self._following:
            self.position = self.path.positions[-1]
        last = self.situations.nodes[self.path.rows[-1]]
        if last["done"] and not self._finished and self.playing and self.shown[0] == PERSON:
            self._finished = True
            self.workspace.toast(result_words(self.situations, self.episode, PERSON, float(last["score"])))

    def _refresh(self, changed: bool) -> None:
        if self._stack.currentWidget() is not self.panels:
            self._stack.setCurrentWidget(self.panels)
            self.lines.show()
            self.transport.show()
            self.welcome.set_waiting(False)
        advice = self.advice or not self.playing or self.shown[0] != PERSON
        self.panels.set_messages(
            tr("Hidden while you play\nPress B to see what can be known"),
            tr("Press A to see what the ideal observer would do"),
        )
        waiting = advice and self._ask_advice()
        view = View(self.situations, self.shown, self.position, self.may_act, self.truth, self.belief, advice, waiting)
        self.panels.show_view(view, changed)
        lines = self.episode_lines()
        scores = [
            float(self.situations.nodes["score"][min(line.leaf, len(self.situations.nodes) - 1)]) for line in lines
        ]
        self.lines.show_lines(lines, scores, list(self.shown))
        self.lines.show_episodes(list(self.situations.chemistries), self.episode)
        self.lines.words.setText(hint_words(self.situations, self.branching, self.playing and self.may_act))

    def _ask_advice(self) -> bool:
        """Ask the ideal observer about the situation on screen where it has not said anything; true while it thinks."""
        row, live = self.row, self.session is not None and self.session.open and not self.transport.playing
        if not live or self.situations.nodes[row]["done"] or self.situations.ideal(row) is not None:
            return False
        self.session.advise(row)
        return True

    # What is kept

    def save_state(self) -> dict[str, Any]:
        return kept.save(self)

    def restore_state(self, state: dict[str, Any]) -> None:
        kept.restore(self, state)

    def tour(self, folder: File) -> dict[str, Any]:
        from gui.pages.alchemy.tour import tour

        return tour(self, folder)
