"""Takes what is on a page out of it: clipboard, pictures, tables, lines of Python."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPointF, QRectF, QSizeF, Slot
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QFileDialog, QWidget

from gui.theme import LIGHT
from gui.widgets.picture import Picture, compose, svg

if TYPE_CHECKING:
    from gui.pages.page import Page

SCALE = 2.0


class PageExporter(QObject):
    """What the Export menu of a page does; pictures are always in the light theme.

    A page says how its files are called (``words`` of the dialog by kind, ``name``, ``title``) and what they hold.
    """

    words: dict[str, str]

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._page: Any = page

    @abstractmethod
    def name(self) -> str:
        """Name of a file, without its kind."""

    @abstractmethod
    def title(self) -> str:
        """Title inside an SVG."""

    @abstractmethod
    def texts(self) -> dict[str, Callable[[], str]]:
        """What writes each kind of text file."""

    @abstractmethod
    def python(self) -> str:
        """Lines of Python that read, or do, the same."""

    @property
    def area(self) -> QWidget:
        """Whose pictures are taken."""
        return self._page

    def ask(self, kind: str) -> None:
        """Let the person choose where to, then save."""
        file, _ = QFileDialog.getSaveFileName(
            self._page, self.words[kind], f"{self.name()}.{kind}", f"{kind.upper()} (*.{kind})"
        )
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
        if kind == "svg":
            pictures, size = self._pictures()
            return svg(pictures, size, LIGHT, self.title())
        texts = self.texts()
        if kind in texts:
            return texts[kind]().encode()
        raise OSError(f"files that end in .{kind} cannot be made here")

    def _pictures(self) -> tuple[list[tuple[Picture, QRectF]], QSizeF]:
        """Pictures that can be seen with their places, moved to the top left corner, and the size of all of them."""
        area = self.area
        seen = [p for p in area.findChildren(Picture) if p.isVisibleTo(area) and p.width() > 1 and p.height() > 1]
        placed = [(p, QRectF(QPointF(p.mapTo(area, p.rect().topLeft())), QSizeF(p.size()))) for p in seen]
        bounds = QRectF()
        for _, place in placed:
            bounds = bounds.united(place)
        return [(p, place.translated(-bounds.topLeft())) for p, place in placed], bounds.size()

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
        """Put lines of Python on the clipboard."""
        QGuiApplication.clipboard().setText(self.python())
        self._page.workspace.toast("Python copied")
