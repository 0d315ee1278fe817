"""The pictures of the page: one arrangement each for lessons, language models and characters."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from gui.pages.softmax import states
from gui.pages.softmax.lesson_bar import LessonBar
from gui.pages.softmax.model import LANGUAGE, LESSON, OMNIGLOT, SoftmaxRecord
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.expected import Expected
from gui.widgets.labels import ElidedLabel, label
from gui.widgets.overwrites import Overwrites
from gui.widgets.plot import Plot
from gui.widgets.ratios import Ratios
from gui.widgets.sentence import Sentence
from gui.widgets.step_range import StepRange
from gui.widgets.twin_rows import TwinRows

SCALES = tr("p: the probability of the word where it stands, before and after learning from it once")


class _View(QSplitter):
    """A column of pictures at the left, one at the right."""

    step_wanted = Signal(int)

    def __init__(self, left: list[QWidget], right: list[QWidget], sizes: tuple[list[int], list[int]]) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        for widgets, share, heights in ((left, 3, sizes[0]), (right, 2, sizes[1])):
            column = QSplitter(Qt.Orientation.Vertical)
            column.setChildrenCollapsible(False)
            column.setHandleWidth(1)
            for widget in widgets:
                column.addWidget(widget)
            column.setSizes(heights)
            self.addWidget(column)
            self.setStretchFactor(self.count() - 1, share)
        self.setSizes([760, 500])


class LessonView(QWidget):
    """Your sentence, what both twins expect, and the row of the chosen word."""

    def __init__(self) -> None:
        super().__init__()
        self.bar = LessonBar()
        self.sentence, self.expected, self.rows = Sentence(), Expected(), TwinRows()
        self.sentence.setMaximumHeight(15 * self.fontMetrics().height())
        self.answer = Expected()
        self.answer.heading = tr("Your question")
        self.answer.setAccessibleName(self.answer.heading)
        self.answer.set_message(tr("Ask: what both expect after the words you type"))
        self.rows.set_message(tr("Teach a sentence and choose one of its words"))
        self.curve = Plot(tr("Surprise at the chosen word"))
        self.pictures = _View(
            [self.sentence, self.curve, self.rows], [self.expected, self.answer], ([200, 230, 200], [330, 300])
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.pictures, 1)

    def show_record(self, source: SoftmaxRecord, position: int, chosen: int) -> None:
        """Bring every picture to a reading and a word of its sentence."""
        self.sentence.set_state(states.sentence(source, position, chosen))
        self.expected.set_state(states.expected(source, position, chosen))
        self.answer.set_state(states.answer(source))
        self.curve.set_state(states.repetitions(source, position, chosen))
        own = states.reading(source, position)
        if own is not None:
            word = own["word"][own["position"] == min(chosen, int(own["position"].max()))]
            self.rows.set_state(states.twin_rows(source, position, int(word[0])) if len(word) else None)


class LanguageView(QWidget):
    """Rows over time, one rare word in both twins, perplexities by frequency, loss by meeting."""

    word_wanted = Signal(int)
    step_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.raster, self.rows = Overwrites(), TwinRows()
        self.rows.set_message(tr("Rare words are followed from the first time they are met"))
        self.meetings = Plot(tr("The word each time it is met"))
        self.ratios = Ratios(tr("Perplexity ratio by occurrences in training"))
        self.kth, self.curve = Plot(tr("Loss by k-th meeting")), Plot(tr("Validation text"))
        for picture in (self.meetings, self.kth, self.curve, self.ratios):
            picture.set_message(tr("Nothing has been measured yet"))
        self.word = QComboBox()
        self.word.setAccessibleName(tr("Rare word"))
        self.word.setToolTip(tr("A rare word that is followed through training"))
        self.word.setMinimumContentsLength(24)
        chooser = QWidget()
        line = QHBoxLayout(chooser)
        line.setContentsMargins(UNIT, UNIT // 2, UNIT, 0)
        line.addWidget(label(tr("Rare word"), "muted"))
        line.addWidget(self.word)
        line.addWidget(ElidedLabel(SCALES, "small"), 1)
        below = QSplitter(Qt.Orientation.Horizontal)
        below.setChildrenCollapsible(False)
        below.setHandleWidth(1)
        below.addWidget(self.rows)
        below.addWidget(self.meetings)
        block = QWidget()
        stack = QVBoxLayout(block)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(0)
        stack.addWidget(chooser)
        stack.addWidget(below, 1)
        self.pictures = _View([self.raster, block], [self.ratios, self.kth, self.curve], ([320, 270], [190, 210, 190]))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pictures)
        self.raster.step_wanted.connect(self.step_wanted)
        self.word.activated.connect(lambda place: self.word_wanted.emit(int(self.word.itemData(place))))
        self._shown: tuple = ()
        self._offered: list[int] = []

    def show_record(self, source: SoftmaxRecord, position: int, chosen: int, steps: int) -> None:
        """Bring every picture to a training step and a followed word."""
        self.raster.set_span(StepRange.whole(steps))
        self.raster.set_position(position)
        self.raster.set_state(states.overwrites(source, position, chosen))
        self._offer(source, chosen)
        self.rows.set_state(states.twin_rows(source, position, chosen))
        status = source.record.status().status
        if self._shown != (key := (source, source.version, chosen, status)):
            self._shown = key
            self.meetings.set_state(states.meetings(source, chosen))
            self.ratios.set_state(states.ratios(source))
            self.kth.set_state(states.kth(source))
            self.curve.set_state(states.perplexity(source))

    def _offer(self, source: SoftmaxRecord, chosen: int) -> None:
        words = sorted(source.watched)
        if words != self._offered:
            self._offered = words
            self.word.clear()
            names, counts = source.names, source.counts
            for word in words:
                if word < len(names):
                    self.word.addItem(tr("{names}, {counts} in the text", names=names[word], counts=counts[word]), word)
        if self.word.currentData() != chosen:
            self.word.setCurrentIndex(self.word.findData(chosen))


class OmniglotView(QWidget):
    """Rows over time, the staircase of classes, and how soon the newest are told apart."""

    step_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.raster = Overwrites()
        self.stairs, self.newest = Plot(tr("Curriculum")), Plot(tr("After new characters came"))
        self.raster.set_message(tr("The first course with the rule fills this picture"))
        for picture in (self.stairs, self.newest):
            picture.set_message(tr("Learning rates are being tuned first"))
        self.pictures = _View([self.raster], [self.stairs, self.newest], ([600], [300, 300]))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pictures)
        self.raster.step_wanted.connect(self.step_wanted)
        self._shown: tuple = ()

    def show_record(self, source: SoftmaxRecord, position: int, chosen: int, steps: int) -> None:
        """Bring every picture to a training step."""
        self.raster.set_span(StepRange.whole(steps))
        self.raster.set_position(position)
        self.raster.set_state(states.overwrites(source, position, chosen))
        if self._shown != (key := (source, source.version)):
            self._shown = key
            self.stairs.set_state(states.staircase(source))
            self.newest.set_state(states.newest(source))


class Panels(QStackedWidget):
    """The three arrangements; ``kind`` chooses."""

    def __init__(self) -> None:
        super().__init__()
        self.lesson, self.language, self.omniglot = LessonView(), LanguageView(), OmniglotView()
        self._views = {LESSON: self.lesson, LANGUAGE: self.language, OMNIGLOT: self.omniglot}
        for view in self._views.values():
            self.addWidget(view)

    def show_kind(self, kind: str) -> Any:
        """Bring one arrangement to the front; returns it."""
        view = self._views.get(kind, self.omniglot)
        self.setCurrentWidget(view)
        return view
