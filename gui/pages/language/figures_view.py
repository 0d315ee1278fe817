"""The third view of the page: all evaluations by condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QHBoxLayout, QScrollArea, QSplitter, QVBoxLayout, QWidget

from gui.pages.language import figures
from gui.pages.language.published import NOT_RECOVERED, SOURCE
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.conditions import Conditions, ConditionsState
from gui.widgets.labels import label
from gui.widgets.trial_curves import TrialCurves

if TYPE_CHECKING:
    from gui.pages.language.figures import Group

EMPTY = tr("No episode has been played to its end yet\nSet up an evaluation and press Run")


class FiguresView(QWidget):
    """Curves above, rows below; ``layer_changed`` when another unit or layer is wanted."""

    layer_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.groups: list[Group] = []
        self.curves, self.rows = TrialCurves(), Conditions()
        self.unit = QComboBox()
        self.unit.addItem(tr("share of the oracle's score"), False)
        self.unit.addItem(tr("points"), True)
        self.unit.setAccessibleName(tr("Unit of the score"))
        self.published = QCheckBox(tr("Published figures"))
        self.published.setChecked(True)
        self.published.setToolTip(tr("What others report, for orientation; their episodes are not yours"))
        self.words = label("", "small")
        bar = QFrame()
        row = QHBoxLayout(bar)
        row.setContentsMargins(UNIT, UNIT // 2, UNIT, UNIT // 2)
        row.setSpacing(2 * UNIT)
        row.addWidget(label(tr("Score in"), "small"))
        row.addWidget(self.unit)
        row.addWidget(self.published)
        row.addStretch(1)
        row.addWidget(self.words)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(self.rows)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        whole = QSplitter(Qt.Orientation.Vertical)
        whole.setChildrenCollapsible(False)
        whole.setHandleWidth(1)
        whole.addWidget(self.curves)
        whole.addWidget(self._scroll)
        whole.setSizes([300, 340])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addWidget(whole, 1)
        self.curves.set_message(EMPTY)
        self.unit.currentIndexChanged.connect(self._draw)
        self.published.toggled.connect(self._draw)
        self._draw()

    def show_groups(self, groups: list[Group]) -> None:
        """Show these groups."""
        self.groups = groups
        episodes = sum(len(found.scores) for found in groups)
        runs = sum(len(found.runs) for found in groups)
        self.words.setText(tr("{episodes:,} episodes of {runs} runs", episodes=episodes, runs=runs) if groups else "")
        self._draw()

    @Slot()
    def _draw(self) -> None:
        points = bool(self.unit.currentData())
        self.curves.set_state(figures.curves_state(self.groups, points=points) if self.groups else None)
        published = self.published.isChecked()
        notes = (SOURCE, NOT_RECOVERED) if published else ()
        self.rows.set_state(ConditionsState(figures.condition_rows(self.groups, published=published), notes))
        self.rows.setMinimumHeight(self.rows.needed())
        self.layer_changed.emit()
