"""The page of rare words: one record, one cursor, every picture in step with it."""

from __future__ import annotations

import time
from pathlib import Path as File
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from engine.errors import BadInput
from gui.pages.page import Page
from gui.pages.softmax import states
from gui.pages.softmax.actions import page_actions
from gui.pages.softmax.dialogs import CompareDialog
from gui.pages.softmax.empty import Welcome
from gui.pages.softmax.exporter import Exporter
from gui.pages.softmax.menus import Menus
from gui.pages.softmax.model import LANGUAGE, LESSON, SoftmaxRecord
from gui.pages.softmax.panels import Panels
from gui.pages.softmax.session import LESSON as LESSON_JOB
from gui.pages.softmax.session import Session, comparison
from gui.pages.softmax.toolbar import Toolbar
from gui.translation import tr
from gui.undo import Change
from gui.widgets.step_timeline import StepTimeline
from gui.widgets.transport import Transport
from gui.words import amount, duration

TWINS = "pretrained/twins-speeches"
EXAMPLES = File(__file__).resolve().parents[3] / "assets" / "examples"
SHIPPED = {"softmax-words": tr("Example: rare words"), "softmax-characters": tr("Example: late characters")}
RAREST = 4  # training occurrences of a word in the first bucket
LIVE_S = 0.2  # how often pictures of a growing run are redrawn


class SoftmaxPage(Page):
    """Teach two twins a sentence; watch output rows being overwritten, rare words bind and late characters arrive.

    Attributes: ``source`` the record shown (None: the welcome), ``session`` the lesson that still takes commands,
    ``position`` of the cursor, ``chosen`` the word of the sentence (lesson) or the row (elsewhere).
    """

    identifier = "softmax"
    title = tr("Rare words")
    icon = "tag"
    shortcut = "Ctrl+8"

    def __init__(self, workspace) -> None:
        super().__init__(workspace)
        self.source: SoftmaxRecord | None = None
        self.session: Session | None = None
        self.position, self.chosen = 0, -1
        self._following = self._dirty = False
        self._pending = False
        self._moved = self._drawn = 0.0
        self._told = 0
        self._opening = ""
        self.toolbar = Toolbar()
        self.transport = Transport(timeline=StepTimeline())
        there = {name: words for name, words in SHIPPED.items() if (EXAMPLES / name).is_dir()}
        self.panels, self.welcome = Panels(), Welcome(there)
        self.exporter, self.menus = Exporter(self), Menus(self)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.welcome)
        self._stack.addWidget(self.panels)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget, stretch in ((self.toolbar, 0), (self._stack, 1), (self.transport, 0)):
            column.addWidget(widget, stretch)
        self.transport.hide()
        self._connect()

    def _connect(self) -> None:
        for starter in (self.toolbar, self.welcome):
            starter.lesson_clicked.connect(self.begin_lesson)
            starter.language_clicked.connect(self.ask_compare)
            starter.omniglot_clicked.connect(self.compare_characters)
        self.toolbar.stop_clicked.connect(self.stop)
        self.welcome.example_clicked.connect(self.open_example)
        self.transport.position_chosen.connect(self.go_to)
        self.transport.playing_changed.connect(self._on_playing)
        panels = self.panels
        panels.lesson.bar.taught.connect(self.teach)
        panels.lesson.bar.asked.connect(self.ask)
        panels.lesson.bar.forgotten.connect(self.forget)
        panels.lesson.sentence.word_chosen.connect(self.choose)
        panels.language.word_wanted.connect(self.choose)
        for view in (panels.language, panels.omniglot):
            view.step_wanted.connect(self.go_to)
            view.raster.row_wanted.connect(self._on_row)

    def actions(self):
        return page_actions(self)

    def on_shown(self) -> None:
        self.workspace.engine.warm_interactive(LESSON_JOB)

    # Starting

    @Slot()
    def begin_lesson(self) -> None:
        """A new lesson for the twins that come with the program, or for those of the comparison on screen."""
        source = TWINS
        if self.source is not None and self.source.kind == LANGUAGE and self.source.result:
            source = self.source.record.id
        bar = self.panels.lesson.bar
        self._begin(Session.begin(self.workspace.engine, source))
        self.session.teach(bar.text.text(), bar.repeat.value())

    def _begin(self, session: Session) -> None:
        if self.session is not None:
            self.session.finish()
        self.session, self._following = session, True
        self.welcome.set_waiting(tr("Opening the twins"))

    @Slot()
    def ask_compare(self) -> None:
        """Let the person choose a text, then compare."""
        dialog = CompareDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self.compare("rare-words", dialog.settings))
        dialog.open()

    @Slot()
    def compare_characters(self) -> None:
        """Characters that arrive late, with the quick settings."""
        self.compare("quick", {"task": "omniglot"})

    def compare(self, preset: str, settings: dict[str, Any], seed: int = 0) -> None:
        """Run a comparison and show it as it learns."""
        workspace = self.workspace
        self._opening = workspace.engine.submit(comparison(preset, settings, seed, workspace.settings.device))
        self.welcome.set_waiting(tr("The comparison begins"))

    @Slot(str, int)
    def teach(self, text: str, repeat: int) -> None:
        """Let both twins learn a sentence, in a new lesson where none is open."""
        if self.session is None or not self.session.open:
            self._begin(Session.begin(self.workspace.engine, TWINS))
        self._following = True
        self.session.teach(text, repeat)

    @Slot(str)
    def ask(self, text: str) -> None:
        """Ask both twins what comes next."""
        if self.session is not None and self.session.open:
            self.session.ask(text)
        else:
            self.workspace.toast(tr("Begin a lesson first"))

    @Slot()
    def forget(self) -> None:
        """Put both twins back."""
        if self.session is not None and self.session.open:
            self.session.forget()
            self.workspace.toast(tr("Both twins are as they were before the lesson"))

    @property
    def running(self) -> bool:
        """Whether the record on screen still grows."""
        return self.source is not None and self.source.record.status().status == "running"

    @Slot()
    def stop(self) -> None:
        """Stop the comparison on screen."""
        if self.source is None:
            return
        folder = str(self.source.record.folder)
        for job in self.workspace.engine.snapshot.jobs:
            if job.record == folder and not job.ended:
                self.workspace.engine.stop(job.id)

    def open_record(self, identifier: str) -> None:
        try:
            self._open(File(self.workspace.runs_folder) / identifier)
        except BadInput as problem:
            self.workspace.show_error(str(problem), tr("The record was left as it is"), tr("Choose another run"))
            return
        self._following = self.running

    @Slot(str)
    def open_example(self, name: str) -> None:
        """Open a finished run that comes with the program, at its start."""
        self._open(EXAMPLES / name)
        self._following = False

    def _open(self, folder: File) -> None:
        from engine.runs import Record

        source = SoftmaxRecord(Record.open(folder))
        source.refresh()
        self.source, self.position, self.chosen = source, 0, -1
        self._dirty, self._drawn, self._told = True, 0.0, 0
        self.transport.set_playing(False)
        for problem in source.problems:
            self.workspace.show_error(problem, tr("The rest of the record is shown"), tr("Open another run"))

    # Cursor and choice

    @property
    def is_ready(self) -> bool:
        """Whether there is a record to show."""
        return self.source is not None

    @Slot(int)
    def go_to(self, position: int) -> None:
        """Move the cursor."""
        if self.is_ready:
            self.position = min(max(position, 0), max(self.source.length - 1, 0))
            self._dirty, self._following = True, False

    @Slot(int)
    def choose(self, chosen: int) -> None:
        """Choose a word, undoably."""
        if self.is_ready and chosen != self.chosen:
            self.workspace.undo.push(Change(tr("Choose a word"), self._choose, self.chosen, chosen, "softmax-word"))

    def _choose(self, chosen: int) -> None:
        self.chosen, self._dirty = chosen, True

    @Slot(int)
    def _on_row(self, row: int) -> None:
        if self.source.kind == LANGUAGE and row in self.source.watched:
            self.choose(row)
        names = self.source.names
        self.workspace.status(names[row] if row < len(names) else tr("character {row}", row=row + 1))

    def move_word(self, by: int) -> None:
        """To the next followed word, or word of the sentence."""
        if self.source.kind == LESSON:
            self.choose(max(self.chosen + by, 0))
        elif words := sorted(self.source.watched):
            place = words.index(self.chosen) + by if self.chosen in words else 0
            self.choose(words[place % len(words)])

    @Slot(bool)
    def _on_playing(self, playing: bool) -> None:
        self._moved, self._following = time.perf_counter(), False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that no picture took: Space plays, the rest moves the cursor."""
        if event.key() == Qt.Key.Key_Space:
            self.transport.toggle()
        elif self.is_ready and self.transport.timeline.state is not None:
            self.transport.timeline.keyPressEvent(event)

    # Frames

    def on_frame(self) -> None:
        self._pending |= self._take_news()
        if self.source is None:
            return
        if self.transport.playing:
            self._advance()
        now = time.perf_counter()
        if self._dirty or (self._pending and now - self._drawn >= LIVE_S):
            self._dirty, self._pending, self._drawn = False, False, now
            self._refresh()

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
        if self._opening and (job := self.workspace.engine.snapshot.job(self._opening)) is not None:
            if job.record or job.ended:
                self._opening = ""
                self.welcome.set_waiting("")
            if job.record:
                self._open(File(job.record))
                self._following = True
            elif job.ended:
                self.workspace.show_error(
                    job.error or tr("The run {status}", status=job.status),
                    tr("Nothing was changed"),
                    tr("Try other settings"),
                )
        if self.session is not None:
            if (folder := self.session.look()) is not None:
                self.welcome.set_waiting("")
                self._open(File(folder))
                self._following = True
            elif problem := self.session.failed:
                self.session = None
                self.welcome.set_waiting("")
                self.workspace.show_error(
                    problem, tr("Everything up to then is kept in its run"), tr("Begin another lesson")
                )
        if self.source is None:
            return False
        changed = self.source.refresh()
        for event in self.source.events["refused"][self._told :]:
            self.workspace.toast(str(event.get("reason", "")))
        self._told = len(self.source.events["refused"])
        return changed

    def _refresh(self) -> None:
        source = self.source
        if self._stack.currentWidget() is not self.panels:
            self._stack.setCurrentWidget(self.panels)
            self.transport.show()
        if self._following:
            self.position = max(source.length - 1, 0)
        if self.chosen < 0:
            self.chosen = self._first_choice()
        state = states.timeline(source)
        self.transport.set_state(state, self.position)
        view = self.panels.show_kind(source.kind)
        if source.kind == LESSON:
            view.show_record(source, self.position, max(self.chosen, 0))
        else:
            view.show_record(source, self.position, self.chosen, state.steps)
        self._show_status()

    def _first_choice(self) -> int:
        """The first new word of the sentence, or the most frequent of the rarest words that are followed."""
        source = self.source
        if source.kind == LESSON:
            for lesson in source.events["lessons"]:
                words, new = list(lesson.get("words") or ()), list(lesson.get("new") or ())
                if words:
                    return words.index(new[0]) if new and new[0] in words else len(words) - 1
            return -1
        watched, counts = sorted(source.watched), source.counts
        rarest = [word for word in watched if word < len(counts) and counts[word] <= RAREST]
        return next(iter(rarest or watched), -1)

    def _show_status(self) -> None:
        source = self.source
        status, made = source.record.status(), source.record.metadata
        words = made.title or made.id
        if status.status == "running" and source.kind != LESSON and status.total:
            left = status.seconds / status.done * (status.total - status.done) if status.done else 0.0
            words += tr(
                ", {done} of {total} {unit}", done=amount(status.done), total=amount(status.total), unit=status.unit
            )
            words += tr(", {left} left", left=duration(left)) if left else ""
        elif status.status != "finished" and source.kind != LESSON:
            words += f", {status.status}"
        result = status.result or {}
        if "steps_hebbian" in result:
            plain, hebbian = result["steps_softmax"], result["steps_hebbian"]
            words += tr(
                ": {plain:,.0f} steps with a plain softmax, {hebbian:,.0f} with the rule", plain=plain, hebbian=hebbian
            )
        elif "perplexity" in result:
            words += tr(": perplexity ") + ", ".join(
                f"{name} {value:.1f}" for name, value in result["perplexity"].items()
            )
        self.toolbar.words.setText(words)
        self.toolbar.stop.setVisible(status.status == "running" and source.kind != LESSON)

    # What is kept

    def save_state(self) -> dict[str, Any]:
        bar = self.panels.lesson.bar
        return {"sentence": bar.text.text(), "repeat": bar.repeat.value()}

    def restore_state(self, state: dict[str, Any]) -> None:
        bar = self.panels.lesson.bar
        if isinstance(state.get("sentence"), str) and state["sentence"].strip():
            bar.text.setText(state["sentence"])
        if isinstance(state.get("repeat"), int):
            bar.repeat.setValue(state["repeat"])

    def tour(self, folder: File) -> dict[str, Any]:
        from gui.pages.softmax.tour import tour

        return tour(self, folder)
