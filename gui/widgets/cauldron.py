"""The cauldron with the points of the trial in it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath

from gui.translation import tr
from gui.widgets.alchemy_words import signed
from gui.widgets.canvas import CENTRE, Canvas


def draw_cauldron(canvas: Canvas, area: QRectF, score: float, marked: bool) -> None:
    """Paint the pot into ``area``; ``marked`` where a stone is held over it."""
    theme, unit, painter = canvas.theme, canvas.unit, canvas.painter
    if marked:
        canvas.fill(area, theme.accent_soft, 0.4 * unit)
        canvas.outline(area, theme.accent, 0.4 * unit, 0.1 * unit)
    words = QRectF(area.left(), area.bottom() - 1.4 * unit, area.width(), 1.15 * unit)
    body = QRectF(area.left(), area.top() + 0.5 * unit, area.width(), words.top() - area.top() - 0.6 * unit)
    size = min(body.width() * 0.82, body.height() * 1.02)
    box = QRectF(body.center().x() - size / 2, body.center().y() - size / 2, size, size)

    def at(x: float, y: float) -> QPointF:
        return QPointF(box.left() + x * size, box.top() + y * size)

    pot = QPainterPath(at(0.16, 0.24))
    pot.cubicTo(at(-0.08, 0.5), at(-0.02, 0.92), at(0.34, 0.92))
    pot.lineTo(at(0.66, 0.92))
    pot.cubicTo(at(1.02, 0.92), at(1.08, 0.5), at(0.84, 0.24))
    pot.closeSubpath()
    painter.setPen(canvas.pen(theme.muted, 0.09 * unit))
    for x in (0.3, 0.7):
        painter.drawLine(at(x, 0.9), at(x + (x - 0.5) * 0.3, 1.0))
    painter.setBrush(canvas.colour(theme.raised))
    painter.drawPath(pot)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(canvas.colour(theme.muted))
    painter.drawRoundedRect(QRectF(at(0.06, 0.14), at(0.94, 0.25)), 0.05 * size, 0.05 * size)
    colour = theme.good if score > 0 else theme.bad if score < 0 else theme.text
    canvas.text(QRectF(at(0.0, 0.3), at(1.0, 0.86)), signed(score), colour, align=CENTRE, bold=True, factor=1.25)
    canvas.text(words, tr("cauldron"), theme.muted, align=CENTRE, small=True)
