"""The shape of a stone: roundness makes the outline, size and colour speak for themselves."""

from __future__ import annotations

from functools import lru_cache
from math import cos, pi, sin

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainterPath

from gui.widgets.canvas import Canvas

SIZES = (0.58, 0.78, 1.0)  # radius of small, medium and large


@lru_cache(maxsize=3)
def outline(roundness: int) -> QPainterPath:
    """Unit outline: four-pointed star (-1, pointy), cushion with blunt corners (0), circle (+1)."""
    path = QPainterPath()
    if roundness > 0:
        path.addEllipse(QPointF(), 0.92, 0.92)
        return path
    inner = 0.5 if roundness < 0 else 0.78
    points = [QPointF(cos(k * pi / 4), sin(k * pi / 4)) * (1.0 if k % 2 == 0 else inner) for k in range(8)]
    if roundness < 0:
        path.moveTo(points[0])
        for point in points[1:]:
            path.lineTo(point)
        path.closeSubpath()
        return path
    # Each corner of the octagon-like diamond is rounded by a curve between the middles of its two sides.
    middles = [(a + b) / 2 for a, b in zip(points, points[1:] + points[:1], strict=True)]
    path.moveTo(middles[-1])
    for corner, middle in zip(points, middles, strict=True):
        path.quadTo(corner, middle)
    path.closeSubpath()
    return path


def draw_stone(
    canvas: Canvas, centre: QPointF, radius: float, appearance: tuple[int, int, int], opacity: float = 1.0
) -> None:
    """Paint a stone of ``appearance`` (colour, size, roundness, each -1, 0 or 1); ``radius`` is that of a large one."""
    shade, size, roundness = appearance
    painter = canvas.painter
    painter.save()
    painter.translate(centre)
    painter.scale(radius * SIZES[size + 1], radius * SIZES[size + 1])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(canvas.colour(canvas.theme.stones[shade + 1], opacity))
    painter.drawPath(outline(roundness))
    painter.restore()
