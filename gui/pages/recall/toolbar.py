"""The bar above the recall pictures: which memory, how many patterns, and what to do."""

from __future__ import annotations

import random

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QMenu, QPushButton

from gui.pages.recall.sources import Source
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.flow import Flow
from gui.widgets.icon import set_icon
from gui.widgets.numbers import NumberBox


class Toolbar(QFrame):
    """Memory, number of patterns, seed, write; which write is shown; damage, random starts, export.

    ``write_clicked`` writes examples; ``trace_chosen`` carries the number of the write to show.
    """

    write_clicked = Signal()
    damage_clicked = Signal()
    starts_clicked = Signal()
    trace_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.model = QComboBox()
        self.model.setAccessibleName(tr("Memory"))
        self.model.setToolTip(tr("Which trained memory to write into"))
        self.model.setMinimumContentsLength(17)
        self.model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.patterns = self._number(
            tr("Patterns"), tr("How many patterns of unseen classes are written together"), 0, 256
        )
        self.patterns.setSpecialValueText(tr("trained number"))
        self.patterns.setSuffix(tr(" patterns"))
        self.seed = self._number(tr("Seed"), tr("Another seed is other patterns and other damage"), 0, 999_999)
        self.seed.setPrefix(tr("seed "))
        self.open_button = self._button(tr("Open"), tr("Open a run that holds writes"), "folder")
        self.open_button.setMenu(QMenu(self.open_button))
        self.write_button = self._button(
            tr("Write"), tr("Write examples into the memory (Ctrl+N)"), "play", "accent_text"
        )
        self.write_button.setProperty("role", "primary")
        self.trace = QComboBox()
        self.trace.setAccessibleName(tr("Write shown"))
        self.trace.setToolTip(tr("Which write is shown; while a memory learns, one after every few hundred updates"))
        self.trace.setMinimumContentsLength(22)
        self.trace.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.damage_button = self._button(
            tr("Damage all"), tr("Damage every stored pattern at random and read it (D)"), "spark"
        )
        self.starts_button = self._button(
            tr("Random starts"), tr("Read from random patterns, see where that ends (A)"), "search"
        )
        self.export_button = self._button(tr("Export"), tr("Pictures, tables and lines of Python"), "export")
        self.export_button.setMenu(QMenu(self.export_button))
        self.write_button.clicked.connect(self.write_clicked)
        self.damage_button.clicked.connect(self.damage_clicked)
        self.starts_button.clicked.connect(self.starts_clicked)
        self.trace.activated.connect(self._on_trace)
        layout = Flow(self)
        layout.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        layout.setSpacing(UNIT)
        for widget in (self.open_button, self.model, self.patterns, self.seed, self.write_button, self.trace):
            layout.addWidget(widget)
        layout.addStretch(1)
        for widget in (self.damage_button, self.starts_button, self.export_button):
            layout.addWidget(widget)

    def _number(self, name: str, hint: str, low: int, high: int) -> NumberBox:
        box = NumberBox()
        box.setRange(low, high)
        box.setAccessibleName(name)
        box.setToolTip(hint)
        return box

    def _button(self, text: str, hint: str, icon: str, token: str = "") -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(hint)
        set_icon(button, icon, 2 * UNIT, token)
        return button

    def show_sources(self, sources: list[Source]) -> None:
        """Offer these memories and keep the choice where it still exists."""
        before = self.model.currentData()
        self.model.clear()
        for source in sources:
            self.model.addItem(source.title, source.name)
        if not sources:
            self.model.addItem(tr("no trained memory"), "")
        self.model.setCurrentIndex(max(self.model.findData(before), 0))
        self.write_button.setEnabled(bool(sources))

    def choose(self, source: str, title: str) -> None:
        """Choose a memory, which is added where it is not offered."""
        if self.model.findData(source) < 0:
            self.model.addItem(title, source)
        self.model.setCurrentIndex(self.model.findData(source))

    @property
    def source(self) -> str:
        """The chosen memory as recall-play names it, empty where there is none."""
        return str(self.model.currentData() or "")

    def show_traces(self, titles: dict[int, str], shown: int) -> None:
        """Offer the writes of the record."""
        if [self.trace.itemData(k) for k in range(self.trace.count())] != list(titles):
            self.trace.clear()
            for number, title in titles.items():
                self.trace.addItem(tr("write {number}, {title}", number=number + 1, title=title), number)
        self.trace.setCurrentIndex(self.trace.findData(shown))

    @Slot()
    def roll(self) -> None:
        """Other patterns."""
        self.seed.setValue(random.randint(0, 99_999))

    @Slot()
    def _on_trace(self) -> None:
        self.trace_chosen.emit(int(self.trace.currentData()))
