"""Lessons: a few steps in words beside the page they are about, some with an action that is carried out."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.labels import label


@dataclass(frozen=True)
class Step:
    """``page`` it is about, its ``words``, the ``action`` carried out when it is reached ("" for none)."""

    page: str
    words: str
    action: str = ""


@dataclass(frozen=True)
class Lesson:
    """One lesson."""

    title: str
    steps: tuple[Step, ...]


@functools.cache
def lessons() -> dict[str, Lesson]:
    """All lessons by name, in the order of the file."""
    text = (resources.files("assets") / "lessons.toml").read_text(encoding="utf-8")
    found = {}
    for name, entry in tomllib.loads(text).items():
        steps = (
            Step(step["page"], tr(" ".join(step["words"].split())), step.get("action", "")) for step in entry["step"]
        )
        found[name] = Lesson(tr(entry["title"]), tuple(steps))
    return found


class LessonView(QWidget):
    """Shows the steps of one lesson; ``reached`` carries each step as it is come to, ``ended`` comes at the last one's
    end.
    """

    reached = Signal(object)
    ended = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(34 * UNIT)
        self.lesson: Lesson | None = None
        self.place, self._furthest = 0, -1
        self.title, self.count, self.words = label("", "title"), label("", "small"), label("")
        for part in (self.title, self.words):
            part.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.MarkdownText)
        self.back, self.next = QPushButton(tr("Back")), QPushButton(tr("Next"))
        self.next.setProperty("role", "primary")
        self.back.clicked.connect(self._on_back)
        self.next.clicked.connect(self._on_next)
        row = QHBoxLayout()
        row.addWidget(self.back)
        row.addStretch(1)
        row.addWidget(self.next)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, 2 * UNIT)
        layout.setSpacing(2 * UNIT)
        for part in (self.title, self.count, self.words):
            layout.addWidget(part)
        layout.addLayout(row)
        layout.addStretch(1)

    def begin(self, name: str) -> None:
        """Start a lesson; KeyError for a name that is none."""
        self.lesson, self._furthest = lessons()[name], -1
        self._show(0)

    @Slot()
    def _on_back(self) -> None:
        self._show(self.place - 1)

    @Slot()
    def _on_next(self) -> None:
        if self.lesson is not None and self.place == len(self.lesson.steps) - 1:
            self.ended.emit()
        else:
            self._show(self.place + 1)

    def _show(self, place: int) -> None:
        if self.lesson is None:
            return
        self.place = max(place, 0)
        fresh, self._furthest = self.place > self._furthest, max(self.place, self._furthest)
        step, last = self.lesson.steps[self.place], len(self.lesson.steps) - 1
        self.title.setText(self.lesson.title)
        self.count.setText(tr("Step {place} of {last}", place=self.place + 1, last=last + 1))
        self.words.setText(step.words)
        self.back.setEnabled(self.place > 0)
        self.next.setText(tr("Done") if self.place == last else tr("Next"))
        # Reading again does not act again: a new game would not be where the lesson left off.
        self.reached.emit(step if fresh else Step(step.page, step.words))
