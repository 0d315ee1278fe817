"""The table of runs and the bar of filters above it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTableView,
    QWidget,
)

from gui.pages.runs.model import COLUMNS, SETTINGS, RunTableModel
from gui.theme import UNIT
from gui.widgets.icon import set_icon
from gui.widgets.labels import label

STATUSES = ("finished", "running", "stopped", "failed", "crashed", "interrupted", "damaged")
WIDTHS = (180, 116, 200, 56, 76, 104, 76, 80)


class FilterBar(QWidget):
    """Words, experiment and status to filter by; the number of runs; import."""

    changed = Signal()
    import_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = QLineEdit()
        self.search.setProperty("role", "search")
        self.search.setPlaceholderText("Filter by words in name, settings or tags")
        self.search.setAccessibleName("Filter runs")
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(44 * UNIT)
        self.experiment, self.status = QComboBox(), QComboBox()
        self.experiment.addItem("All experiments", None)
        self.experiment.setAccessibleName("Experiment")
        self.experiment.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.status.addItem("Any status", None)
        self.status.setAccessibleName("Status")
        for name in STATUSES:
            self.status.addItem(name.capitalize(), name)
        self._count = label("", "muted")
        self._import = QPushButton("Import…")
        set_icon(self._import, "import", 15)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, UNIT)
        row.setSpacing(UNIT)
        for widget in (self.search, self.experiment, self.status):
            row.addWidget(widget, 1 if widget is self.search else 0)
        row.addStretch(1)
        row.addWidget(self._count)
        row.addWidget(self._import)
        self.search.textChanged.connect(self._on_changed)
        self.experiment.currentIndexChanged.connect(self._on_changed)
        self.status.currentIndexChanged.connect(self._on_changed)
        self._import.clicked.connect(self.import_wanted)

    def choice(self) -> tuple[str, str | None, str | None]:
        """Words, experiment and status, as RunIndex.list takes them."""
        return self.search.text(), self.experiment.currentData(), self.status.currentData()

    def show_answer(self, experiments: list[str], shown: int, every: int) -> None:
        """Offer the experiments there are, and say how many runs pass the filters."""
        for name in experiments:
            if self.experiment.findData(name) < 0:
                self.experiment.addItem(name, name)
        total = f"{every:,}".replace(",", " ")
        runs = "run" if every == 1 else "runs"
        self._count.setText(f"{shown:,} of {total} {runs}".replace(",", " ") if shown != every else f"{total} {runs}")

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()


class RunTable(QTableView):
    """Whole rows are selected, several at a time; a click on a heading sorts."""

    def __init__(self, model: RunTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setAccessibleName("Runs")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setIconSize(QSize(12, 12))
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + UNIT + 6)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setMinimumSectionSize(6 * UNIT)
        for place, width in enumerate(WIDTHS):
            self.setColumnWidth(place, width)
        header.setSectionResizeMode(SETTINGS, QHeaderView.ResizeMode.Stretch)
        header.setSortIndicator([column.sort for column in COLUMNS].index("created"), Qt.SortOrder.DescendingOrder)
        self.setSortingEnabled(True)

    def save_state(self) -> dict[str, Any]:
        """Widths and order of sorting."""
        header = self.horizontalHeader()
        descending = header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
        widths = {column.title: self.columnWidth(place) for place, column in enumerate(COLUMNS) if place != SETTINGS}
        return {"widths": widths, "sort": [header.sortIndicatorSection(), descending]}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Take back what :meth:`save_state` gave; what does not fit is left alone."""
        widths, sort = state.get("widths"), state.get("sort")
        for place, column in enumerate(COLUMNS):
            width = widths.get(column.title) if isinstance(widths, dict) else None
            if isinstance(width, int) and place != SETTINGS:
                self.setColumnWidth(place, max(48, min(400, width)))
        if isinstance(sort, list) and len(sort) == 2 and isinstance(sort[0], int) and 0 <= sort[0] < len(COLUMNS):
            order = Qt.SortOrder.DescendingOrder if sort[1] else Qt.SortOrder.AscendingOrder
            self.horizontalHeader().setSortIndicator(sort[0], order)
