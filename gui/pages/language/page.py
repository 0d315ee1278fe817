"""The Language page: set up a model and a condition, read what it says turn by turn, compare conditions."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path as File
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from engine.errors import BadInput
from gui.pages.language import course as courses
from gui.pages.language import figures, words
from gui.pages.language.actions import page_actions
from gui.pages.language.exporter import Exporter
from gui.pages.language.figures_view import FiguresView
from gui.pages.language.keys import Keys
from gui.pages.language.menus import Menus
from gui.pages.language.model import Evaluation
from gui.pages.language.reading import Reading
from gui.pages.language.session import ALCHEMY, FEATURES, Session
from gui.pages.language.setup import ENDPOINT, Setup, condition_words
from gui.pages.language.setup_view import SetupView
from gui.pages.language.talks_view import TalksView, talk_rows
from gui.pages.language.toolbar import FIGURES, SETUP, TALKS, WORLD, Toolbar
from gui.pages.language.worlds import Worlds
from gui.pages.page import Page
from gui.translation import tr
from gui.widgets.change_timeline import ChangeTimeline
from gui.widgets.transport import Transport

AFTER_FAILURE = tr("Every answer so far is kept in the run: set it right under Set up, or open the run and continue it")
LIVE_S = 0.1  # how often a growing run is redrawn


class LanguagePage(Page):
    """Let language models play in words and see what they find out.

    Attributes: ``reading`` the evaluation shown (None: none yet), ``session`` the run started here, ``view`` on screen.
    """

    identifier = "language"
    title = tr("Language")
    icon = "speech"
    shortcut = "Ctrl+3"

    def __init__(self, workspace) -> None:
        super().__init__(workspace)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.reading: Reading | None = None
        self.session: Session | None = None
        self.view = SETUP
        self._dirty = False
        self._looked = self._moved = 0.0
        self._drawn: tuple | None = None
        self.toolbar = Toolbar()
        self.setup, self.talks, self.figures = SetupView(), TalksView(), FiguresView()
        self.transport, self.worlds = Transport(timeline=ChangeTimeline()), Worlds(self)
        self.keys, self.exporter = Keys(self), Exporter(self)
        self.menus = Menus(self)
        self._stack = QStackedWidget()
        self._views = {SETUP: self.setup, TALKS: self.talks, FIGURES: self.figures, WORLD: self.worlds.view}
        for widget in self._views.values():
            self._stack.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget, stretch in ((self.toolbar, 0), (self._stack, 1), (self.transport, 0)):
            column.addWidget(widget, stretch)
        self.transport.hide()
        self.talks.transcript.set_message(
            tr("Nothing was said yet\nSet up a model and press Run, or open an evaluation")
        )
        self._connect()

    def _connect(self) -> None:
        self.toolbar.view_chosen.connect(self.show_view)
        self.toolbar.stop_clicked.connect(self.stop)
        self.setup.run_clicked.connect(self._on_run)
        self.talks.list.chosen.connect(self.show_episode)
        self.talks.transcript.chosen.connect(self.choose_message)
        self.talks.search_changed.connect(self.search)
        self.talks.found_wanted.connect(self.find_by)
        self.talks.filter_changed.connect(self.show_filter)
        self.talks.side.position_chosen.connect(self.go_to)
        self.transport.position_chosen.connect(self.go_to)
        self.transport.playing_changed.connect(self._on_playing)

    def actions(self):
        return page_actions(self)

    def on_shown(self) -> None:
        self.compare()

    # Running

    @Slot(object)
    def _on_run(self, setup: Setup) -> None:
        self.with_key(setup, lambda: self.begin(setup))

    def with_key(self, setup: Setup, then: Callable[[], None]) -> None:
        """Go on once the endpoint's key is there; at once where none is needed."""
        if setup.model.kind != ENDPOINT:
            then()
            return
        from engine.language.providers import find_provider

        name = setup.model.setting.partition("/")[2]
        provider, found, _ = find_provider(name, setup.configuration().get("endpoint_url", ""))
        if found.needs_key:
            self.keys.ensure(provider, then)
        else:
            then()

    def run(self) -> None:
        """Start what is set up."""
        if not self.setup.problem:
            self._on_run(self.setup.setup)

    def begin(self, setup: Setup) -> None:
        """Queue an evaluation and show its transcripts as they grow."""
        settings = setup.configuration()
        title = f"{courses.model_title(settings['model'])}: {condition_words(settings)}"
        self.follow(Session.begin(self.workspace.engine, ALCHEMY, settings, title, setup.seed))

    def follow(self, session: Session) -> None:
        """Show the transcripts of a run as they grow."""
        self.session, self.reading, self._drawn = session, None, None
        self.talks.transcript.set_cards([])
        self.talks.list.show_rows([], -1)
        self.talks.transcript.set_message(tr("The run waits for the engine"))
        self.show_view(TALKS)

    @Slot()
    def stop(self) -> None:
        """End the run; everything so far is kept."""
        if self.session is not None:
            self.session.stop()

    @property
    def may_go_on(self) -> bool:
        """Whether the evaluation shown ended before it was done."""
        if self.reading is None or (self.session is not None and self.session.running):
            return False
        return self.reading.evaluation.record.status().status in ("stopped", "interrupted", "failed", "crashed")

    def go_on(self) -> None:
        """Continue the evaluation shown in a record of its own; what was answered is not asked again."""
        if self.may_go_on:
            made = self.reading.evaluation.record.metadata
            settings, title = dict(made.configuration), made.title
            self.follow(Session.begin(self.workspace.engine, ALCHEMY, settings, title, made.seed, made.id))

    # Opening

    def open_record(self, identifier: str) -> None:
        folder = self.workspace.runs_folder / identifier
        if FEATURES not in identifier:
            self._open(folder, live=False)
            self.show_view(TALKS)
            return
        try:
            self.worlds.open(folder)
        except BadInput as problem:
            self._refuse(problem)
            return
        self.show_view(WORLD)

    def _open(self, folder: File, *, live: bool) -> None:
        """Read a record in the loader: a long one takes a while."""

        def read() -> Evaluation:
            from engine.runs import Record

            evaluation = Evaluation(Record.open(folder))
            evaluation.refresh()
            return evaluation

        def done(evaluation: Evaluation) -> None:
            self.reading = Reading(evaluation)
            self.reading.following = live
            self.talks.search.clear()
            self.talks.filter.setCurrentIndex(0)
            self._dirty, self._drawn = True, None

        self.workspace.loader.load("language-record", read, done, self._refuse)

    def _refuse(self, problem: Exception) -> None:
        self.workspace.show_error(str(problem), tr("The record was left as it is"), tr("Choose another run"))

    @Slot()
    def compare(self) -> None:
        """Read the figures of all evaluations in the loader."""
        index, folder = self.workspace.index, self.workspace.runs_folder

        def read() -> list[figures.Group]:
            from engine.runs import Record

            index.refresh()
            rows = index.list(experiment=ALCHEMY, limit=figures.MOST_RUNS)
            return figures.group(Record.open(folder / row.id) for row in reversed(rows) if row.status != "damaged")

        self.workspace.loader.load("language-figures", read, self.figures.show_groups)

    # Views and the cursor

    @Slot(str)
    def show_view(self, name: str) -> None:
        """Bring one of the views to the front."""
        self.view = name
        self._stack.setCurrentWidget(self._views[name])
        self.toolbar.show_view(name)
        self.transport.setVisible(name == TALKS and self.reading is not None and self.reading.course is not None)
        if name == FIGURES:
            self.compare()
        self._dirty = True

    @Slot(int)
    def show_episode(self, number: int) -> None:
        """Read another episode."""
        if self.reading is not None:
            self.transport.set_playing(False)
            self.reading.following = self.reading.following and self.reading.evaluation.ended(number) is None
            self.reading.show_episode(number)
            self._dirty = True

    @Slot(int)
    def choose_message(self, key: int) -> None:
        """Show the table at one turn."""
        if self.reading is not None:
            self.reading.choose(key)
            self._dirty = True

    @Slot(int)
    def go_to(self, position: int) -> None:
        """Move the cursor; at the end of a growing episode it goes on with it."""
        reading = self.reading
        if reading is not None and reading.course is not None:
            growing = reading.evaluation.ended(reading.episode) is None
            end = position >= reading.course.positions[-1]
            reading.go_to(position, follow=growing and end and not self.transport.playing)
            self._dirty = True

    @Slot(bool)
    def _on_playing(self, playing: bool) -> None:
        self._moved = time.perf_counter()

    @Slot(str)
    def show_filter(self, chosen: str) -> None:
        """Show another choice of turns."""
        if self.reading is not None:
            self.reading.show_filter(chosen)
            self._dirty = True

    @Slot(str)
    def search(self, words: str) -> None:
        """Mark words in the transcript and go to the first place that has them."""
        if self.reading is not None:
            self.reading.look_for(words)
            if self.reading.found and self.reading.key not in self.reading.found:
                self.reading.find(1)
            self._dirty = True

    def find(self) -> None:
        """Put the cursor into the search field."""
        self.show_view(TALKS)
        self.talks.search.setFocus()
        self.talks.search.selectAll()

    @Slot(int)
    def find_by(self, by: int) -> None:
        """Go to the next or previous place found."""
        if self.reading is not None and self.reading.find(by) is not None:
            self._dirty = True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that no widget took: Space plays, the rest moves the cursor."""
        if event.key() == Qt.Key.Key_Space:
            self.transport.toggle()
        elif self.transport.isVisible() and self.transport.timeline.state is not None:
            self.transport.timeline.keyPressEvent(event)

    # Frames

    def on_frame(self) -> None:
        self._look_at_session()
        self.worlds.on_frame()
        if self.reading is None:
            return
        now = time.perf_counter()
        if now - self._looked >= LIVE_S:
            self._looked = now
            self._take_news()
        if self.reading is not None and self.transport.playing:
            self._advance(now)
        if self._dirty and self.reading is not None:
            self._dirty = False
            self._refresh()

    def _look_at_session(self) -> None:
        session = self.session
        if session is None:
            return
        folder = session.look()
        if folder is not None:
            self._open(File(folder), live=True)
        if problem := session.failed:
            self.session = None
            self._dirty = True
            self.talks.transcript.set_message(f"{problem}\n{AFTER_FAILURE}")  # the window tells it too
        elif not session.running:
            self.session = None
            self._dirty = True
            self.compare()

    def _take_news(self) -> None:
        try:
            changed = self.reading.evaluation.refresh()
        except BadInput as problem:
            self.reading = None
            self.workspace.show_error(str(problem), tr("The record was left as it is"), tr("Open another evaluation"))
            return
        if changed:
            if self.reading.episode not in self.reading.evaluation.talks:
                self.reading.show_episode(min(self.reading.evaluation.talks, default=0))
            self.reading.refresh()
            self._dirty = True
        if self.reading.evaluation.key_wanted:
            self.keys.wanted(self.reading.evaluation.key_wanted.pop())

    def _advance(self, now: float) -> None:
        due = int((now - self._moved) * self.transport.steps_per_second)
        if due < 1 or self.reading.course is None:
            return
        self._moved += due / self.transport.steps_per_second
        later = [position for position in self.reading.course.positions if position > self.reading.position]
        if later:
            self.reading.go_to(later[min(due, len(later)) - 1])
            self._dirty = True
        else:
            self.transport.set_playing(False)

    def _refresh(self) -> None:
        reading = self.reading
        self._show_run()
        if self.view != TALKS:
            return
        evaluation, course = reading.evaluation, reading.course
        self.talks.list.show_rows(talk_rows(evaluation, reading.counts), reading.episode)
        self.talks.transcript.set_found(reading.words.strip())
        self.talks.transcript.set_cards(reading.cards)
        self.talks.transcript.select(reading.key)
        place = reading.found.index(reading.key) + 1 if reading.key in reading.found else 0
        none = "" if not reading.words.strip() else tr("nothing found")
        self.talks.count.setText(
            tr("{place} of {found}", place=place, found=len(reading.found)) if reading.found else none
        )
        self.talks.side.show_turn(evaluation, course, reading.index)
        if self.transport.isVisibleTo(self) != (course is not None):
            self.transport.setVisible(course is not None)
        if course is None:
            return
        drawn = (id(evaluation), reading.episode, course.rows[-1], len(course.rows),
                 len(evaluation.situations.references.get(course.legs[-1].traced, [])))  # fmt: skip
        if drawn != self._drawn:
            self._drawn = drawn
            self.transport.set_state(courses.timeline_state(evaluation, course), course.positions[reading.index])
        else:
            self.transport.set_state(self.transport.timeline.state, course.positions[reading.index])

    def _show_run(self) -> None:
        running = self.session is not None and self.session.running
        evaluation = self.reading.evaluation
        wanted = running or self.view in (TALKS, FIGURES)
        said = words.run_words(evaluation, running) if wanted else ""
        self.toolbar.show_run(said, words.share(evaluation) if running else None)

    # What is kept

    def save_state(self) -> dict[str, Any]:
        kept = {"setup": self.setup.save_state(), "view": self.view}
        return kept | ({"record": self.reading.evaluation.record.id} if self.reading is not None else {})

    def restore_state(self, state: dict[str, Any]) -> None:
        if isinstance(state.get("setup"), dict):
            self.setup.restore_state(state["setup"])
        record = state.get("record")
        if isinstance(record, str) and (self.workspace.runs_folder / record / "run.json").is_file():
            self._open(self.workspace.runs_folder / record, live=False)
            if state.get("view") in (TALKS, FIGURES):
                self.show_view(state["view"])

    def tour(self, folder: File) -> dict[str, Any]:
        from gui.pages.language.tour import tour

        return tour(self, folder)
