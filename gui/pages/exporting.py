"""Takes what is on a page out of it: clipboard, pictures, tables, lines of Python."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMarginsF, QObject, QPointF, QRectF, QSizeF, Slot
from PySide6.QtGui import QGuiApplication, QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtWidgets import QFileDialog, QWidget

from gui.theme import LIGHT, Theme
from gui.translation import tr
from gui.widgets.picture import Picture, compose, svg

if TYPE_CHECKING:
    from gui.pages.page import Page

SCALE = 2.0
PICTURES = {kind: tr("Save picture as {upper}", upper=kind.upper()) for kind in ("png", "svg", "pdf")}
Placed = list[tuple[Picture, QRectF]]


def placed(area: QWidget) -> Placed:
    """The pictures of an area that can be seen, with their places in it."""
    seen = [p for p in area.findChildren(Picture) if p.isVisibleTo(area) and p.width() > 1 and p.height() > 1]
    return [(p, QRectF(QPointF(p.mapTo(area, p.rect().topLeft())), QSizeF(p.size()))) for p in seen]


def gathered(pictures: Placed) -> tuple[Placed, QSizeF]:
    """The same pictures moved to the top left corner, and the size of all of them."""
    bounds = QRectF()
    for _, place in pictures:
        bounds = bounds.united(place)
    return [(p, place.translated(-bounds.topLeft())) for p, place in pictures], bounds.size()


def bitmap(pictures: Placed, size: QSizeF, theme: Theme = LIGHT, scale: float = SCALE) -> QImage:
    """Several pictures as one bitmap."""
    image = QImage((size * scale).toSize(), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    painter = QPainter(image)
    compose(painter, pictures, size, theme)
    painter.end()
    return image


def write_pdf(file: Path, pictures: Placed, size: QSizeF, title: str) -> None:
    """Several pictures as vectors on one page of their size. Raises OSError if the file cannot be written."""
    writer = QPdfWriter(str(file))
    writer.setTitle(title)
    writer.setResolution(96)
    writer.setPageMargins(QMarginsF())
    points = QSizeF(size.width() * 0.75, size.height() * 0.75)  # a pixel is 1/96 inch, a point 1/72
    writer.setPageSize(QPageSize(points, QPageSize.Unit.Point, "figures", QPageSize.SizeMatchPolicy.ExactMatch))
    painter = QPainter()
    if not painter.begin(writer):
        raise OSError(tr("the folder cannot be written to"))
    compose(painter, pictures, size, LIGHT)
    painter.end()


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
        self._save(file, lambda: self._write(file, file.suffix.lower().lstrip(".")))

    def _save(self, file: Path, write: Callable[[], None]) -> None:
        """Call what writes the file, and tell the person how it went."""
        workspace = self._page.workspace
        try:
            write()
        except OSError as problem:
            workspace.show_error(
                tr("{name} could not be saved", name=file.name), tr("Nothing was changed"), str(problem)
            )
            return
        workspace.toast(tr("Saved {name}", name=file.name))

    def _write(self, file: Path, kind: str) -> None:
        texts = self.texts()
        if kind in texts:
            file.write_bytes(texts[kind]().encode())
        elif kind == "svg":
            file.write_bytes(svg(*self.pictures(), LIGHT, self.title()))
        elif kind == "pdf":
            write_pdf(file, *self.pictures(), self.title())
        elif kind != "png":
            raise OSError(tr("files that end in .{kind} cannot be made here", kind=kind))
        elif not self.bitmap().save(str(file), "PNG"):
            raise OSError(tr("the folder cannot be written to"))

    def pictures(self) -> tuple[Placed, QSizeF]:
        """Pictures that can be seen with their places, and the size of all of them."""
        return gathered(placed(self.area))

    def bitmap(self) -> QImage:
        """The pictures of the page as one bitmap."""
        return bitmap(*self.pictures())

    @Slot()
    def copy_picture(self) -> None:
        """Put the picture on the clipboard."""
        QGuiApplication.clipboard().setImage(self.bitmap())
        self._page.workspace.toast(tr("Picture copied"))

    @Slot()
    def copy_python(self) -> None:
        """Put lines of Python on the clipboard."""
        QGuiApplication.clipboard().setText(self.python())
        self._page.workspace.toast(tr("Python copied"))
