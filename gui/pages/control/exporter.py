"""Takes what is on the page out of it: clipboard, pictures, tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, QSizeF, Slot
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QFileDialog

from gui.pages.control import script
from gui.theme import LIGHT
from gui.widgets.picture import Picture, compose, svg

if TYPE_CHECKING:
    from gui.pages.control.page import ControlPage

WORDS = {"png": "Save picture as PNG", "svg": "Save picture as SVG", "csv": "Save episode as CSV"}
SCALE = 2.0


class Exporter(QObject):
    """What the Export menu does; pictures are always in the light theme."""

    def __init__(self, page: ControlPage) -> None:
        super().__init__(page)
        self._page = page

    def ask(self, kind: str) -> None:
        """Let the person choose where to, then save."""
        name = f"{self._page.source.record.id}-scene{self._page.scene}.{kind}"
        file, _ = QFileDialog.getSaveFileName(self._page, WORDS[kind], name, f"{kind.upper()} (*.{kind})")
        if file:
            path = Path(file)
            self.save(path if path.suffix else path.with_suffix(f".{kind}"))

    def save(self, file: Path) -> None:
        """Save what is on screen as the kind of file its name says."""
        workspace = self._page.workspace
        try:
            if file.suffix.lower() == ".png":
                if not self.bitmap().save(str(file), "PNG"):
                    raise OSError("the folder cannot be written to")
            else:
                file.write_bytes(self._document(file.suffix.lower().lstrip(".")))
        except OSError as problem:
            workspace.show_error(f"{file.name} could not be saved", "Nothing was changed", str(problem))
            return
        workspace.toast(f"Saved {file.name}")

    def _document(self, kind: str) -> bytes:
        page = self._page
        if kind == "svg":
            pictures, size = self._pictures()
            return svg(pictures, size, LIGHT, f"Control, {page.source.record.id}, {page.view.info.title}")
        if kind == "csv":
            return script.table(page.view).encode()
        raise OSError(f"files that end in .{kind} cannot be made here")

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
        page = self._page
        QGuiApplication.clipboard().setText(script.python_lines(page.view, page.position))
        page.workspace.toast("Python copied")
