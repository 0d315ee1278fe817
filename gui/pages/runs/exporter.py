"""Takes figures and tables out of the page: PNG, SVG, PDF, CSV, clipboard, and the Python that makes them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Slot
from PySide6.QtWidgets import QFileDialog, QMenu

from gui.pages.exporting import PageExporter, Placed
from gui.pages.runs.script import python_lines
from gui.translation import tr

if TYPE_CHECKING:
    from gui.pages.runs.page import RunsPage

MENU = ("runs.figure_png", "runs.figure_svg", "runs.figure_pdf", "runs.figure_csv", "", "runs.picture", "runs.python",
        "", "runs.table_csv", "runs.export")  # fmt: skip
GAP = 12.0


class Exporter(PageExporter):
    """What the Export menu does; ``table`` is the list of runs, a CSV file too."""

    words = {
        "png": tr("Save figures as PNG"),
        "svg": tr("Save figures as SVG"),
        "pdf": tr("Save figures as PDF"),
        "csv": tr("Save the figures' numbers as CSV"),
        "table": tr("Save table as CSV"),
    }

    def __init__(self, page: RunsPage) -> None:
        super().__init__(page)
        self.menu = QMenu(page)
        self.menu.aboutToShow.connect(self._fill)

    @Slot()
    def _fill(self) -> None:
        self.menu.clear()
        actions = self._page.window().actions_list
        actions.refresh()
        for name in MENU:
            self.menu.addAction(actions.widget(name)) if name else self.menu.addSeparator()

    def asking(self, kind: str) -> Callable[[], None]:
        """A function that asks where to save ``kind``."""
        return partial(self.ask, kind)

    def ask(self, kind: str) -> None:
        if kind != "table":
            super().ask(kind)
            return
        file, _ = QFileDialog.getSaveFileName(self._page, self.words[kind], "table.csv", tr("CSV (*.csv)"))
        if file:
            self.save_table(Path(file).with_suffix(".csv"))

    def save_table(self, file: Path) -> None:
        """Save the list of runs as it is seen."""
        self._save(file, lambda: file.write_bytes(self.table().encode()))

    def name(self) -> str:
        return "runs"

    def title(self) -> str:
        return tr("Runs")

    def texts(self) -> dict[str, Callable[[], str]]:
        return {"csv": self.numbers}

    def python(self) -> str:
        page = self._page
        return python_lines(page.workspace.runs_folder, page.listing, page.view.answer, sorted(page.model.chosen))

    def pictures(self) -> tuple[Placed, QSizeF]:
        """The figures of the tab in front, or all where it has none, below each other; and the size of all of them."""
        view = self._page.view
        front = [picture for picture in view.pictures if view.currentWidget().isAncestorOf(picture)]
        placed, top, width = [], 0.0, 0.0
        for picture in front or view.pictures:
            size = QSizeF(max(picture.width(), 560), max(picture.height(), 300))
            placed.append((picture, QRectF(QPointF(0, top), size)))
            top += size.height() + GAP
            width = max(width, size.width())
        placed = [(picture, QRectF(area.topLeft(), QSizeF(width, area.height()))) for picture, area in placed]
        return placed, QSizeF(width, max(top - GAP, 1.0))

    def numbers(self) -> str:
        """Every number of every figure as one long CSV table: figure, series, x, y, low, high, of how many runs."""
        out = io.StringIO()
        rows = csv.writer(out)
        rows.writerow(["figure", "series", "x", "y", "low", "high", "runs"])
        view = self._page.view
        for plot in (view.by_trial, view.learning, view.profiles):
            for line in plot.state.lines if plot.state else ():
                none = np.full(len(line.x), np.nan)
                low, high = (none if each is None else each for each in (line.low, line.high))
                for numbers in zip(line.x, line.y, low, high, strict=True):
                    rows.writerow([plot.heading, line.title, *map(_number, numbers), line.note])
        for row in view.intervals.state.rows_shown if view.intervals.state else ():
            rows.writerow(
                [view.intervals.heading, row.title, "", *map(_number, (row.estimate, row.low, row.high)), row.why]
            )
        matrix = view.matrix.state
        for title, cells in zip(matrix.titles, matrix.values, strict=True) if matrix else ():
            for other, cell in zip(matrix.titles, cells, strict=True):
                if cell is not None:
                    rows.writerow([view.matrix.heading, title, other, *map(_number, cell), ""])
        return out.getvalue()

    def table(self) -> str:
        """The table as it is seen, as CSV."""
        model = self._page.model
        out = io.StringIO()
        rows = csv.writer(out)
        columns = range(model.columnCount())
        rows.writerow(["id", *(model.headerData(column, Qt.Orientation.Horizontal) for column in columns)])
        for place, row in enumerate(model.rows):
            rows.writerow([row.id, *(model.index(place, column).data() for column in columns)])
        return out.getvalue()


def _number(value: float) -> str:
    return "" if np.isnan(value) else repr(float(value))
