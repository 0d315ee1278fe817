"""A picture that paints itself as vector shapes: on screen, into a bitmap, into SVG, with one and the same code."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QEvent, QIODevice, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QFont, QHelpEvent, QImage, QPainter, QPaintEvent
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.theme import Theme, current, signals
from gui.widgets.canvas import RIGHT, Canvas


@dataclass(frozen=True)
class Region:
    """A place of the picture that means something: where, what (``key``), and the words shown on hover."""

    area: QRectF
    key: Hashable
    tip: str = ""


class Picture(QWidget):
    """Base of the Alchemy pictures: shows one frozen ``state``, never reads anything else.

    Subclasses implement :meth:`draw`, :meth:`describe` and set ``heading``. ``message`` is shown while there is no
    state.
    """

    heading = ""
    columns = 16  # least width in line heights
    rows = 8  # least height in line heights

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = None
        self.message = ""
        self.regions: list[Region] = []
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName(self.heading)
        signals().changed.connect(self.update)

    def set_state(self, state) -> None:
        """Show ``state``; an equal one costs nothing."""
        if state != self.state:
            self.state = state
            self.setAccessibleDescription(self.describe() if state is not None else self.message)
            self.update()

    def set_heading(self, heading: str) -> None:
        """Another heading than the usual one, for one of several pictures of a kind."""
        if heading != self.heading:
            self.heading = heading
            self.setAccessibleName(heading)
            self.update()

    def set_rows(self, rows: int) -> None:
        """Another least height than the usual one, in line heights."""
        if rows != self.rows:
            self.rows = rows
            self.updateGeometry()

    def set_message(self, message: str) -> None:
        """Words shown in place of the picture while there is no state."""
        if message != self.message:
            self.message = message
            self.update()

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        """Paint the state into ``area`` and fill :attr:`regions`."""
        raise NotImplementedError

    def describe(self) -> str:
        """The state in one or two sentences, for screen readers and tests."""
        return ""

    def note(self) -> str:
        """Short text at the right of the heading."""
        return ""

    # Painting, on screen and into files

    def paint(self, painter: QPainter, size: QSizeF, theme: Theme) -> None:
        """Paint everything, heading included, in ``theme`` at ``size``; ``painter`` may belong to any device."""
        canvas = Canvas(painter, theme, self.font())
        painter.fillRect(QRectF(QPointF(), size), canvas.colour(theme.panel))
        unit = canvas.unit
        area = QRectF(QPointF(), size).adjusted(0.75 * unit, 0.5 * unit, -0.75 * unit, -0.6 * unit)
        head = QRectF(area.topLeft(), QSizeF(area.width(), 1.4 * unit))
        self.regions = []
        if self.state is None:
            canvas.text(head, self.heading, theme.muted, bold=True, small=True)
            canvas.paragraph(area.adjusted(unit, 2 * unit, -unit, -unit), self.message, theme.muted)
            return
        used = canvas.text(head, self.heading, theme.muted, bold=True, small=True)
        self.draw_note(canvas, head.adjusted(used + unit, 0, 0, 0))
        self.draw(canvas, area.adjusted(0, 1.9 * unit, 0, 0))

    def draw_note(self, canvas: Canvas, area: QRectF) -> None:
        """The words at the right of the heading."""
        canvas.text(area, self.note(), canvas.theme.muted, align=RIGHT, small=True)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRegion(event.region())
        self.paint(painter, QSizeF(self.size()), current())
        painter.end()

    def image(self, theme: Theme | None = None, scale: float = 2.0) -> QImage:
        """The picture as it is seen, ``scale`` device pixels to a pixel."""
        image = QImage((QSizeF(self.size()) * scale).toSize(), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(scale)
        painter = QPainter(image)
        self.paint(painter, QSizeF(self.size()), theme or current())
        painter.end()
        return image

    # Geometry and hover

    def minimumSizeHint(self) -> QSize:
        unit = self.fontMetrics().height()
        return QSize(self.columns * unit, self.rows * unit)

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint() * 1.4

    def region_at(self, position: QPointF) -> Region | None:
        """The topmost meaningful place under ``position``."""
        return next((region for region in reversed(self.regions) if region.area.contains(position)), None)

    def region(self, key: Hashable) -> Region | None:
        """The place that means ``key`` in the picture as last painted."""
        return next((region for region in self.regions if region.key == key), None)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            region = self.region_at(QPointF(event.pos()))
            if region and region.tip:
                QToolTip.showText(event.globalPos(), region.tip, self, region.area.toAlignedRect())
            else:
                QToolTip.hideText()
            return True
        return super().event(event)


def svg(pictures: list[tuple[Picture, QRectF]], size: QSizeF, theme: Theme, title: str) -> bytes:
    """Several pictures as one SVG document, each painted at its rectangle."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(96)
    generator.setTitle(title)
    generator.setSize(size.toSize())
    generator.setViewBox(QRectF(QPointF(), size))
    painter = QPainter(generator)
    compose(painter, pictures, size, theme)
    painter.end()
    return bytes(buffer.data().data())


def compose(painter: QPainter, pictures: list[tuple[Picture, QRectF]], size: QSizeF, theme: Theme) -> None:
    """Paint several pictures at their rectangles on one background."""
    painter.fillRect(QRectF(QPointF(), size), Canvas(painter, theme, QFont()).colour(theme.window))
    for picture, area in pictures:
        painter.save()
        painter.translate(area.topLeft())
        painter.setClipRect(QRectF(QPointF(), area.size()))
        picture.paint(painter, area.size(), theme)
        painter.restore()
