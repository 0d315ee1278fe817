"""A small table of words that can be selected, copied and saved."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from gui.theme import UNIT

Role = Qt.ItemDataRole


class WordsModel(QAbstractTableModel):
    """Rows of texts below titles."""

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.titles: tuple[str, ...] = ()
        self.rows: list[tuple[str, ...]] = []

    def show(self, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        titles, made = tuple(titles), [tuple(row) for row in rows]
        if (titles, made) != (self.titles, self.rows):
            self.beginResetModel()
            self.titles, self.rows = titles, made
            self.endResetModel()

    def rowCount(self, parent=None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent=None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.titles)

    def headerData(self, section, orientation, role=Role.DisplayRole):
        is_title = orientation == Qt.Orientation.Horizontal and 0 <= section < len(self.titles)
        if is_title and role in (Role.DisplayRole, Role.ToolTipRole):
            return self.titles[section]
        if is_title and role == Role.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index, role=Role.DisplayRole):
        if index.isValid() and role in (Role.DisplayRole, Role.ToolTipRole):
            return self.rows[index.row()][index.column()]
        return None


class GridView(QTableView):
    """Shows rows of texts; Ctrl+C copies the selected cells, or all, as tab-separated text."""

    def __init__(self, name: str, parent=None) -> None:
        super().__init__(parent)
        self.words = WordsModel(self)
        self.setModel(self.words)
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + UNIT)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.horizontalHeader().setMinimumSectionSize(7 * UNIT)

    def show_rows(self, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show these rows and no others."""
        before = self.words.titles
        self.words.show(titles, rows)
        if self.words.titles != before:
            self.resizeColumnsToContents()
            for place in range(len(self.words.titles)):
                self.setColumnWidth(place, min(self.columnWidth(place) + UNIT, 20 * UNIT))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.text())
        else:
            super().keyPressEvent(event)

    def text(self) -> str:
        """The selected cells, or all with their titles, tab-separated."""
        chosen = sorted((index.row(), index.column()) for index in self.selectedIndexes())
        if not chosen:
            return "\n".join("\t".join(row) for row in (self.words.titles, *self.words.rows))
        rows = dict.fromkeys(row for row, _ in chosen)
        return "\n".join("\t".join(self.words.rows[row][c] for r, c in chosen if r == row) for row in rows)

    def as_csv(self) -> str:
        """Everything as CSV."""
        out = io.StringIO()
        csv.writer(out).writerows([self.words.titles, *self.words.rows])
        return out.getvalue()
