"""The pictures beside the raster: one slot and one step; rollback, costs and training."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QTabWidget, QVBoxLayout, QWidget

from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.futures import Futures
from gui.widgets.icon import set_icon
from gui.widgets.learning import Learning
from gui.widgets.rollback import Rollback
from gui.widgets.scaling import Scaling
from gui.widgets.similarity import Similarity
from gui.widgets.slot_life import SlotLife
from gui.widgets.words import Words


class SlotSide(QSplitter):
    """Two futures (where two are compared), the slot's card, similarity and words at the cursor."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self.futures, self.slot = Futures(), SlotLife()
        self.similarity, self.words = Similarity(), Words()
        for picture in (self.futures, self.slot, self.similarity, self.words):
            self.addWidget(picture)
        self.setSizes([150, 270, 140, 160])
        self.futures.hide()
        self.slot.set_message(tr("Point at a cell, or click one, to see who wrote the word and who read it"))
        self.similarity.set_message(tr("Run a network first"))
        self.words.set_message(tr("Run a network first"))


class CostSide(QWidget):
    """Rollback, cost against slots and training curves, with the buttons that make them."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.rollback, self.scaling, self.learning = Rollback(), Scaling(), Learning()
        self.rollback.set_message(tr("Roll the memory back to see every row restored"))
        self.scaling.set_message(tr("Measure to see what a step costs from 64 slots to a million"))
        self.learning.set_message(tr("Train a network to see it learn"))
        self.roll_button = self._button(tr("Roll back"), "previous", tr("Put every row back, newest first (Ctrl+B)"))
        self.measure_button = self._button(
            tr("Measure…"), "curve", tr("Time and bytes of a step for networks you choose")
        )
        self.unit_button = self._button(tr("Bytes"), "bars", tr("Show memory growth in place of time"))
        self.unit_button.setCheckable(True)
        self.train_button = self._button(tr("Train…"), "spark", tr("Train a network on a task"))
        row = QHBoxLayout()
        row.setContentsMargins(UNIT // 2, UNIT // 2, UNIT // 2, 0)
        row.setSpacing(0)
        for button in (self.roll_button, self.measure_button, self.unit_button, self.train_button):
            row.addWidget(button)
        row.addStretch(1)
        whole = QSplitter(Qt.Orientation.Vertical)
        whole.setChildrenCollapsible(False)
        whole.setHandleWidth(1)
        for picture in (self.rollback, self.scaling, self.learning):
            whole.addWidget(picture)
        whole.setSizes([105, 250, 200])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(whole, 1)

    def _button(self, text: str, icon: str, hint: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("role", "quiet")
        button.setToolTip(hint)
        set_icon(button, icon, 2 * UNIT)
        return button


class Side(QSplitter):
    """Both halves: as tabs where there is little room, side by side where there is much."""

    slot_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self.near, self.cost = SlotSide(), CostSide()
        self._only_costs = False
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.near, tr("Slot and step"))
        self.tabs.addTab(self.cost, tr("Cost and training"))
        self.addWidget(self.tabs)
        self.near.similarity.slot_chosen.connect(self.slot_chosen)
        self.near.words.slot_chosen.connect(self.slot_chosen)

    def set_wide(self, wide: bool) -> None:
        """Side by side, or one at a time."""
        if wide == (self.count() == 2):
            return
        if wide:
            self.tabs.removeTab(1)
            self.addWidget(self.cost)
            self.cost.show()
        else:
            self.tabs.addTab(self.cost, tr("Cost and training"))
        self.tabs.tabBar().setVisible(not wide)
        self.show_only_costs(self._only_costs)

    def show_only_costs(self, only: bool) -> None:
        """Give the whole room to the cost chart, for a record that holds nothing else."""
        self._only_costs, wide = only, self.count() == 2
        self.tabs.setVisible(not (only and wide))
        self.tabs.setTabVisible(0, not only or wide)
        for widget in (self.cost.rollback, self.cost.learning, self.cost.roll_button):
            widget.setVisible(not only)

    def show_cost(self) -> None:
        """Bring costs and training to the front."""
        if self.count() == 1:
            self.tabs.setCurrentWidget(self.cost)
