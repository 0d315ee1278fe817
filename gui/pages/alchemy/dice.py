"""The button that rolls another chemistry."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QToolButton

from gui.theme import current
from gui.translation import tr
from gui.widgets.canvas import Canvas

EYES = ((0.27, 0.27), (0.73, 0.27), (0.5, 0.5), (0.27, 0.73), (0.73, 0.73))


class Dice(QToolButton):
    """A tool button with a die on it."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Another chemistry"))
        self.setToolTip(tr("Another chemistry at random"))

    def sizeHint(self) -> QSize:
        side = round(1.9 * self.fontMetrics().height())
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        canvas = Canvas(painter, current(), self.font())
        side = 0.95 * canvas.unit
        box = QRectF(0, 0, side, side)
        box.moveCenter(QRectF(self.rect()).center())
        colour = current().text if self.underMouse() else current().muted
        canvas.outline(box, colour, 0.2 * side, 0.1 * side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(canvas.colour(colour))
        for x, y in EYES:
            painter.drawEllipse(QPointF(box.left() + x * side, box.top() + y * side), 0.08 * side, 0.08 * side)
        painter.end()
