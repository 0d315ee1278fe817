"""The table of runs."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from gui.pages.runs.listing import GroupRow
from gui.pages.runs.model import COLUMNS, RESULT, RunTableModel
from gui.theme import UNIT
from gui.translation import tr

WIDTHS = (184, 98, 130, 44, 108, 96, 70, 80)


class RunTable(QTableView):
    """Whole rows are selected, several at a time; a click on a heading sorts, one on a group opens it."""

    toggled = Signal(str)

    def __init__(self, model: RunTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setAccessibleName(tr("Runs"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # runs of a sweep begin alike
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
        header.moveSection(RESULT, 2)  # what runs are compared by stands beside their names
        header.setSortIndicator([column.sort for column in COLUMNS].index("created"), Qt.SortOrder.DescendingOrder)
        self.setSortingEnabled(True)
        self.clicked.connect(self._on_clicked)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        row = self.model().rows[index.row()]
        if not isinstance(row, GroupRow) or index.column() != 0:
            return
        x = self.viewport().mapFromGlobal(self.cursor().pos()).x() - self.columnViewportPosition(0)
        if x > 4 * UNIT:  # right of the box that ticks it
            self.toggled.emit(row.label)

    def save_state(self) -> dict[str, Any]:
        """Widths and order of sorting."""
        header = self.horizontalHeader()
        descending = header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
        widths = {column.title: self.columnWidth(place) for place, column in enumerate(COLUMNS)}
        return {"widths": widths, "sort": [header.sortIndicatorSection(), descending]}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Take back what :meth:`save_state` gave; what does not fit is left alone."""
        widths, sort = state.get("widths"), state.get("sort")
        for place, column in enumerate(COLUMNS):
            width = widths.get(column.title) if isinstance(widths, dict) else None
            if isinstance(width, int):
                self.setColumnWidth(place, max(48, min(400, width)))
        if isinstance(sort, list) and len(sort) == 2 and isinstance(sort[0], int) and 0 <= sort[0] < len(COLUMNS):
            order = Qt.SortOrder.DescendingOrder if sort[1] else Qt.SortOrder.AscendingOrder
            self.horizontalHeader().setSortIndicator(sort[0], order)
