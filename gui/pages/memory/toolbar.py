"""The bar above the memory pictures: which network on which sequence, how rows are shown, and what to do."""

from __future__ import annotations

import random

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QMenu, QPushButton

from gui.pages.memory.session import Setup
from gui.pages.memory.sources import Source
from gui.pages.memory.states import ALL, Look
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.flow import Flow
from gui.widgets.icon import set_icon
from gui.widgets.numbers import NumberBox
from gui.widgets.scaling import slots_words

SLOTS = (0, 64, 256, 1024, 4096, 65_536, 1 << 20, 1 << 21)
LEVEL_LIMIT, SEED_LIMIT = 4096, 999_999  # the engine refuses longer sequences


class Toolbar(QFrame):
    """Model, slots, items, sequence seed, and the buttons of the page.

    Attributes: ``heads`` and ``order`` choose the look and are placed by the page, beside the traces; ``open_button``,
    ``erase_button``, ``branch_button`` and ``export_button`` have menus that the page fills. ``look_changed`` carries
    the new :class:`Look`.
    """

    run_clicked = Signal()
    look_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.model = self._choice(tr("Model"), tr("Whose memory to look at"))
        self.slots = self._choice(
            tr("Slots"), tr("Words in memory; a sparse network may be given more than in training")
        )
        for count in SLOTS:
            self.slots.addItem(tr("{count} slots", count=slots_words(count)) if count else tr("trained slots"), count)
        self.level = self._number(tr("Items"), tr("Pairs to store, or length of the sequence"), 0, LEVEL_LIMIT)
        self.level.setSpecialValueText(tr("trained items"))
        self.level.setSuffix(tr(" items"))
        self.seed = self._number(tr("Seed of the sequence"), tr("Another seed is another sequence"), 0, SEED_LIMIT)
        self.seed.setPrefix(tr("seed "))
        self.heads = self._choice(tr("Heads"), tr("Whose accesses are shown"))
        self.heads.addItem(tr("all heads"), ALL)
        self.order = self._choice(tr("Row order"), tr("Slots in order of first touch, or by raw address"))
        self.order.addItem(tr("rows by first touch"), False)
        self.order.addItem(tr("rows by raw address"), True)
        self.open_button = self._button(tr("Open"), tr("Open a run that holds traces"), "folder")
        hint = tr("Let the network read and write one sequence (Ctrl+N)")
        self.run_button = self._button(tr("Run"), hint, "play", "accent_text")
        self.run_button.setProperty("role", "primary")
        self.erase_button = self._button(
            tr("Erase slot"), tr("Clear a word at the cursor and see both futures (E)"), "trash"
        )
        self.branch_button = self._button(
            tr("Branch here"), tr("Change one thing at the cursor and see both futures"), "branch"
        )
        self.export_button = self._button(tr("Export"), tr("Pictures, tables and lines of Python"), "export")
        for button in (self.open_button, self.erase_button, self.branch_button, self.export_button):
            button.setMenu(QMenu(button))
        self.run_button.clicked.connect(self.run_clicked)
        self.heads.activated.connect(self._on_look)
        self.order.activated.connect(self._on_look)
        layout = Flow(self)
        layout.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        layout.setSpacing(UNIT)
        for widget in (self.open_button, self.model, self.slots, self.level, self.seed, self.run_button):
            layout.addWidget(widget)
        layout.addStretch(1)
        for widget in (self.erase_button, self.branch_button, self.export_button):
            layout.addWidget(widget)
        self.model.setMinimumContentsLength(16)
        self.model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    def _choice(self, name: str, hint: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setToolTip(hint)
        return box

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
        """Offer these networks and keep the choice where it still exists."""
        before = self.model.currentData()
        self.model.clear()
        for source in sources:
            self.model.addItem(source.title, source.name)
        if not sources:
            self.model.addItem(tr("no trained network"), "")
        self.model.setCurrentIndex(max(self.model.findData(before), 0))
        self.run_button.setEnabled(bool(sources))

    def show_heads(self, heads: int) -> None:
        """Offer as many heads."""
        if self.heads.count() != heads + 1:
            chosen = self.heads.currentData()
            while self.heads.count() > 1:
                self.heads.removeItem(1)
            for head in range(heads):
                self.heads.addItem(tr("head {head}", head=head + 1), head)
            self.heads.setCurrentIndex(max(self.heads.findData(chosen), 0))

    @property
    def look(self) -> Look:
        return Look(bool(self.order.currentData()), int(self.heads.currentData()))

    def set_look(self, look: Look) -> None:
        """Show a look without telling."""
        self.order.setCurrentIndex(int(look.address))
        self.heads.setCurrentIndex(max(self.heads.findData(look.head), 0))

    @property
    def setup(self) -> Setup:
        """What Run would run."""
        title = self.model.currentText()
        source, slots = str(self.model.currentData() or ""), int(self.slots.currentData())
        return Setup(source, title, self.level.value(), slots, self.seed.value())

    @Slot()
    def roll(self) -> None:
        """Another sequence."""
        self.seed.setValue(random.randint(0, 99_999))

    @Slot()
    def _on_look(self) -> None:
        self.look_changed.emit(self.look)
