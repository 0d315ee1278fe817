"""A potion as a flask and as a round chip; the letter says the colour to those who cannot see it."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath

from gui.widgets.alchemy_words import LETTERS
from gui.widgets.canvas import CENTRE, Canvas, ink_on


@lru_cache(maxsize=1)
def flask() -> QPainterPath:
    """An Erlenmeyer flask in the unit square, y downwards."""
    path = QPainterPath(QPointF(0.36, 0.0))
    path.lineTo(0.64, 0.0)
    path.quadTo(0.69, 0.04, 0.64, 0.08)
    path.lineTo(0.61, 0.08)
    path.lineTo(0.61, 0.34)
    path.lineTo(0.94, 0.86)
    path.quadTo(1.0, 1.0, 0.86, 1.0)
    path.lineTo(0.14, 1.0)
    path.quadTo(0.0, 1.0, 0.06, 0.86)
    path.lineTo(0.39, 0.34)
    path.lineTo(0.39, 0.08)
    path.lineTo(0.36, 0.08)
    path.quadTo(0.31, 0.04, 0.36, 0.0)
    path.closeSubpath()
    return path


def draw_flask(canvas: Canvas, area: QRectF, colour: int, letter: bool = True) -> None:
    """Paint a potion of ``colour`` 0..5 into ``area``, or the outline of a used one (-1)."""
    painter, theme = canvas.painter, canvas.theme
    painter.save()
    painter.translate(area.topLeft())
    painter.scale(area.width(), area.height())
    if colour < 0:
        pen = canvas.pen(theme.border, canvas.unit * 0.08)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(canvas.colour(theme.potions[colour]))
    painter.drawPath(flask())
    painter.restore()
    if colour >= 0 and letter:
        body = QRectF(area.left(), area.top() + 0.5 * area.height(), area.width(), 0.48 * area.height())
        size = min(1.0, 0.4 * area.height() / canvas.unit)
        canvas.text(body, LETTERS[colour], ink_on(theme.potions[colour]), align=CENTRE, bold=True, factor=size)


def draw_chip(canvas: Canvas, centre: QPointF, radius: float, colour: int, opacity: float = 1.0) -> None:
    """Paint a round chip with the letter of potion ``colour``."""
    painter, fill = canvas.painter, canvas.theme.potions[colour]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(canvas.colour(fill, opacity))
    painter.drawEllipse(centre, radius, radius)
    area = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
    ink = ink_on(fill) if opacity > 0.6 else canvas.theme.text
    canvas.text(area, LETTERS[colour], ink, align=CENTRE, bold=True, factor=1.5 * radius / canvas.unit)
