"""Takes what is on the page out of it: clipboard, pictures, a table, Python."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, QSizeF, Slot
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QFileDialog

from gui.pages.recall.states import View
from gui.theme import LIGHT
from gui.widgets.picture import Picture, compose, svg

if TYPE_CHECKING:
    from gui.pages.recall.page import RecallPage

WORDS = {"png": "Save picture as PNG", "svg": "Save picture as SVG", "csv": "Save reads as CSV"}
SCALE = 2.0


class Exporter(QObject):
    """What the Export menu does; pictures are always in the light theme."""

    def __init__(self, page: RecallPage) -> None:
        super().__init__(page)
        self._page = page

    def ask(self, kind: str) -> None:
        """Let the person choose where to, then save."""
        name = f"{self._page.source.record.id}-write{self._page.shown + 1}.{kind}"
        file, _ = QFileDialog.getSaveFileName(self._page, WORDS[kind], name, f"{kind.upper()} (*.{kind})")
        if file:
            path = Path(file)
            self.save(path if path.suffix else path.with_suffix(f".{kind}"))

    def save(self, file: Path) -> None:
        """Save what is on screen as the kind of file its name says."""
        workspace = self._page.workspace
        try:
            kind = file.suffix.lower().lstrip(".")
            if kind == "png":
                if not self.bitmap().save(str(file), "PNG"):
                    raise OSError("the folder cannot be written to")
            elif kind == "svg":
                pictures, size = self._pictures()
                file.write_bytes(svg(pictures, size, LIGHT, f"Recall, {self._page.source.record.id}"))
            elif kind == "csv":
                file.write_text(reads_table(self._page.view), encoding="utf-8")
            else:
                raise OSError(f"files that end in .{kind} cannot be made here")
        except OSError as problem:
            workspace.show_error(f"{file.name} could not be saved", "Nothing was changed", str(problem))
            return
        workspace.toast(f"Saved {file.name}")

    def _pictures(self) -> tuple[list[tuple[Picture, QRectF]], QSizeF]:
        """Pictures that can be seen with their places, moved to the top left corner, and the size of all of them."""
        page = self._page
        seen = [p for p in page.findChildren(Picture) if p.isVisibleTo(page) and p.width() > 1 and p.height() > 1]
        placed = [(p, QRectF(QPointF(p.mapTo(page, p.rect().topLeft())), QSizeF(p.size()))) for p in seen]
        bounds = QRectF()
        for _, area in placed:
            bounds = bounds.united(area)
        return [(p, area.translated(-bounds.topLeft())) for p, area in placed], bounds.size()

    def bitmap(self) -> QImage:
        """The pictures of the page as one bitmap."""
        pictures, size = self._pictures()
        image = QImage((size * SCALE).toSize(), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(SCALE)
        painter = QPainter(image)
        compose(painter, pictures, size, LIGHT)
        painter.end()
        return image

    @Slot()
    def copy_picture(self) -> None:
        """Put the picture on the clipboard."""
        QGuiApplication.clipboard().setImage(self.bitmap())
        self._page.workspace.toast("Picture copied")

    @Slot()
    def copy_python(self) -> None:
        """Put the lines of Python that read the same on the clipboard."""
        QGuiApplication.clipboard().setText(python_lines(self._page.view))
        self._page.workspace.toast("Python copied")


def reads_table(view: View) -> str:
    """Every read step of the write shown: query, step, energy, error, swap control, nearest stored pattern."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = ("pattern", "step", "energy", "slope", "error", "swapped", "nearest", "distance")
    writer.writerow(columns)
    for row in view.source.rows("reading", view.trace):
        writer.writerow([f"{row[name]:.7g}" for name in columns])
    return text.getvalue()


def python_lines(view: View) -> str:
    """Python that reads the same write and its reads."""
    return "\n".join(
        [
            "from engine.runs import Record",
            "",
            f"record = Record.open({str(view.source.record.folder)!r})",
            'reading = record.table("reading").read()',
            f'reading = reading[reading["trace"] == {view.trace}]',
            f'one = reading[reading["pattern"] == {view.query}]',
            'print(one["step"], one["energy"], one["error"], one["swapped"])',
            'print(record.events("controls"))',
            "",
        ]
    )
