"""The second view of the page: episodes, the transcript of one of them, and the table at the chosen turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLineEdit, QSplitter, QToolButton, QVBoxLayout, QWidget

from gui.pages.language.side import Side
from gui.pages.language.transcripts import FILTERS
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.icon import set_icon
from gui.widgets.labels import ElidedLabel
from gui.widgets.talk_list import TalkList, TalkRow
from gui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from gui.pages.language.model import Evaluation

WIDE = 1500  # pixels from which on the second column of pictures is shown


class TalksView(QSplitter):
    """``search_changed`` carries the words looked for, ``found_wanted`` +1 or -1 for the next or previous place."""

    search_changed = Signal(str)
    found_wanted = Signal(int)
    filter_changed = Signal(str)

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self.list, self.transcript, self.side = TalkList(), Transcript(), Side()
        self.search, self.count = QLineEdit(), ElidedLabel("", "small")
        self.search.setProperty("role", "search")
        self.search.setPlaceholderText(tr("Search (Ctrl+F)"))
        self.search.setAccessibleName(tr("Search in transcript"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.search_changed)
        self.search.returnPressed.connect(self._on_next)
        self.count.setFixedWidth(9 * UNIT)
        self.filter = QComboBox()
        for name, title in FILTERS.items():
            self.filter.addItem(title, name)
        self.filter.setAccessibleName(tr("Turns shown"))
        self.filter.currentIndexChanged.connect(self._on_filter)
        self.before, self.after = (
            self._button("previous", tr("Previous place")),
            self._button("next", tr("Next place")),
        )
        self.before.clicked.connect(self._on_previous)
        self.after.clicked.connect(self._on_next)
        self.unfold = self._button("plus", tr("Show every message whole"))
        self.unfold.setCheckable(True)
        self.unfold.toggled.connect(self.transcript.set_unfolded)
        bar = QFrame()
        bar.setProperty("role", "panel")
        row = QHBoxLayout(bar)
        row.setContentsMargins(UNIT, UNIT // 2, UNIT, UNIT // 2)
        row.setSpacing(UNIT // 2)
        row.addWidget(self.search, 1)
        for widget in (self.count, self.before, self.after, self.filter, self.unfold):
            row.addWidget(widget)
        middle = QWidget()
        middle.setProperty("role", "panel")
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self.transcript, 1)
        self.list.setMinimumWidth(22 * UNIT)
        for widget, stretch in ((self.list, 0), (middle, 3), (self.side, 2)):
            self.addWidget(widget)
            self.setStretchFactor(self.indexOf(widget), stretch)
        self.setSizes([190, 600, 400])

    def _button(self, icon: str, words: str) -> QToolButton:
        button = QToolButton()
        set_icon(button, icon, 2 * UNIT)
        button.setToolTip(words)
        button.setAccessibleName(words)
        return button

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        wide = event.size().width() >= WIDE
        if wide != (event.oldSize().width() >= WIDE) or event.oldSize().width() < 0:
            self.side.set_wide(wide)
            width = event.size().width()
            self.setSizes([240, int(0.36 * width), int(0.54 * width)] if wide else [190, width - 570, 380])

    @Slot()
    def _on_next(self) -> None:
        self.found_wanted.emit(1)

    @Slot()
    def _on_previous(self) -> None:
        self.found_wanted.emit(-1)

    @Slot()
    def _on_filter(self) -> None:
        self.filter_changed.emit(str(self.filter.currentData()))


def talk_rows(evaluation: Evaluation, found: dict[int, int]) -> list[TalkRow]:
    """A row for each episode that has begun; ``found`` places of a search by episode."""
    nodes, rows = evaluation.situations.nodes, []
    for number in sorted(evaluation.talks):
        talk, ended = evaluation.talks[number], evaluation.ended(number)
        if ended is not None:
            score, oracle, share = float(ended["score"]), float(ended["oracle"]), 1.0
            words = tr("{answers} answers", answers=talk.answers)
        else:
            leaves = [evaluation.leaf(traced) for traced, _ in evaluation.parts_of(number)]
            score = sum(float(nodes["score"][leaf]) for leaf in leaves if 0 <= leaf < len(nodes))
            oracle, share = 0.0, talk.trial / evaluation.trials
            words = tr("trial {trial} of {trials}", trial=talk.trial + 1, trials=evaluation.trials)
        rows.append(
            TalkRow(
                number,
                tr("Episode {number}", number=number + 1),
                share,
                score,
                oracle,
                words,
                talk.invalid,
                ended is not None,
                found.get(number, 0),
            )
        )
    return rows
