"""Takes figures and tables out of the page: PNG, SVG, PDF, CSV, clipboard, and the Python that makes them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QMarginsF, QObject, QPointF, QRectF, QSizeF, Qt, Slot
from PySide6.QtGui import QGuiApplication, QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtWidgets import QFileDialog, QMenu

from gui.pages.runs.script import python_lines
from gui.theme import LIGHT
from gui.widgets.picture import Picture, compose, svg

if TYPE_CHECKING:
    from gui.pages.runs.page import RunsPage

WORDS = {
    "png": "Save figures as PNG",
    "svg": "Save figures as SVG",
    "pdf": "Save figures as PDF",
    "csv": "Save the figures' numbers as CSV",
    "table": "Save table as CSV",
}
MENU = ("runs.figure_png", "runs.figure_svg", "runs.figure_pdf", "runs.figure_csv", "", "runs.picture", "runs.python",
        "", "runs.table_csv", "runs.export")  # fmt: skip
SCALE = 2.0
GAP = 12.0


class Exporter(QObject):
    """What the Export menu does; figures are always in the light theme."""

    def __init__(self, page: RunsPage) -> None:
        super().__init__(page)
        self._page = page
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
        return partial(self._ask, kind)

    def _ask(self, kind: str) -> None:
        suffix = "csv" if kind == "table" else kind
        file, _ = QFileDialog.getSaveFileName(
            self._page, WORDS[kind], f"runs.{suffix}", f"{suffix.upper()} (*.{suffix})"
        )
        if file:
            path = Path(file)
            self.save(path if path.suffix else path.with_suffix(f".{suffix}"), kind)

    def save(self, file: Path, kind: str) -> None:
        """Save what is on screen."""
        workspace = self._page.workspace
        try:
            if kind == "png":
                if not self.bitmap().save(str(file), "PNG"):
                    raise OSError("the folder cannot be written to")
            elif kind == "pdf":
                self._pdf(file)
            elif kind == "svg":
                pictures, size = self.pictures()
                file.write_bytes(svg(pictures, size, LIGHT, "Runs"))
            else:
                file.write_text(self.table() if kind == "table" else self.numbers(), encoding="utf-8", newline="")
        except OSError as problem:
            workspace.show_error(f"{file.name} could not be saved", "Nothing was changed", str(problem))
            return
        workspace.toast(f"Saved {file.name}")

    def pictures(self) -> tuple[list[tuple[Picture, QRectF]], QSizeF]:
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

    def bitmap(self) -> QImage:
        """The figures as one bitmap."""
        pictures, size = self.pictures()
        image = QImage((size * SCALE).toSize(), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(SCALE)
        painter = QPainter(image)
        compose(painter, pictures, size, LIGHT)
        painter.end()
        return image

    def _pdf(self, file: Path) -> None:
        pictures, size = self.pictures()
        writer = QPdfWriter(str(file))
        writer.setTitle("Runs")
        writer.setResolution(96)
        writer.setPageMargins(QMarginsF())
        points = QSizeF(size.width() * 0.75, size.height() * 0.75)  # a pixel is 1/96 inch, a point 1/72
        writer.setPageSize(QPageSize(points, QPageSize.Unit.Point, "figures", QPageSize.SizeMatchPolicy.ExactMatch))
        painter = QPainter()
        if not painter.begin(writer):
            raise OSError("the folder cannot be written to")
        compose(painter, pictures, size, LIGHT)
        painter.end()

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

    @Slot()
    def copy_picture(self) -> None:
        """Put the figures on the clipboard."""
        QGuiApplication.clipboard().setImage(self.bitmap())
        self._page.workspace.toast("Figures copied")

    @Slot()
    def copy_python(self) -> None:
        """Put the lines of Python that make the figures on the clipboard."""
        page = self._page
        lines = python_lines(page.workspace.runs_folder, page.listing, page.view.answer, sorted(page.model.chosen))
        QGuiApplication.clipboard().setText(lines)
        page.workspace.toast("Python copied")


def _number(value: float) -> str:
    return "" if np.isnan(value) else repr(float(value))
