"""Objects of Feature World as vectors: colour, shape and texture each tell one value."""

from __future__ import annotations

from math import cos, pi, sin

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath, QPen, QTransform

from gui.widgets.canvas import Canvas, shade

FILLS = ("#d9484c", "#4a90d9", "#3f9e63", "#e8bf3a", "#8d63c9", "#e5873a", "#33363d", "#eceae4")
MOST_DIMENSIONS = 3  # colour, shape, texture


def _polygon(points: list[tuple[float, float]]) -> QPainterPath:
    path = QPainterPath(QPointF(*points[0]))
    for point in points[1:]:
        path.lineTo(QPointF(*point))
    path.closeSubpath()
    return path


def _round(count: int, inner: float = 1.0) -> list[tuple[float, float]]:
    """Corners of a regular polygon, or of a star whose inner corners lie at ``inner``."""
    corners = []
    for k in range(count):
        radius = inner if k % 2 and inner != 1.0 else 1.0
        angle = 2 * pi * k / count - pi / 2
        corners.append((radius * cos(angle), radius * sin(angle)))
    return corners


def outline(shape: int) -> QPainterPath:
    """Shape 0 to 7 (cube, ball, cone, ring, star, prism, disc, arch) around the origin, in a circle of radius 1."""
    path = QPainterPath()
    if shape == 0:
        path.addRoundedRect(QRectF(-0.8, -0.8, 1.6, 1.6), 0.12, 0.12)
    elif shape == 1:
        path.addEllipse(QPointF(), 0.92, 0.92)
    elif shape == 2:
        path = _polygon([(0, -0.95), (0.9, 0.8), (-0.9, 0.8)])
    elif shape == 3:
        path.setFillRule(Qt.FillRule.OddEvenFill)
        path.addEllipse(QPointF(), 0.95, 0.95)
        path.addEllipse(QPointF(), 0.45, 0.45)
    elif shape == 4:
        path = _polygon(_round(10, 0.45))
    elif shape == 5:
        path = _polygon(_round(6))
    elif shape == 6:
        path.addEllipse(QPointF(), 0.98, 0.5)
    else:
        path.moveTo(-0.85, 0.85)
        path.lineTo(-0.85, -0.05)
        path.arcTo(QRectF(-0.85, -0.9, 1.7, 1.7), 180, -180)
        path.lineTo(0.85, 0.85)
        path.lineTo(0.4, 0.85)
        path.lineTo(0.4, -0.05)
        path.arcTo(QRectF(-0.4, -0.45, 0.8, 0.8), 0, 180)
        path.lineTo(-0.4, 0.85)
        path.closeSubpath()
    return path


def _texture(texture: int) -> tuple[QPainterPath, bool]:
    """Lines or filled marks of texture 1 to 7 over the square from -1 to 1; whether they are filled."""
    path = QPainterPath()
    grid = [(-0.75 + 0.5 * i + 0.25 * (j % 2), -0.75 + 0.5 * j) for j in range(4) for i in range(4)]
    if texture == 1:  # rough
        for x, y in grid:
            path.addEllipse(QPointF(x, y), 0.11, 0.11)
    elif texture == 2:  # woolly
        for x, y in grid:
            path.moveTo(x - 0.16, y)
            path.cubicTo(x - 0.1, y - 0.24, x + 0.1, y + 0.24, x + 0.16, y)
    elif texture == 3:  # ribbed
        for k in range(6):
            path.moveTo(-1, -0.83 + k / 3)
            path.lineTo(1, -0.83 + k / 3)
    elif texture == 4:  # sticky
        for x, y in grid:
            path.addRoundedRect(QRectF(x - 0.05, y - 0.18, 0.1, 0.36), 0.05, 0.05)
    elif texture == 5:  # spiky
        for x, y in grid:
            path.addPath(_polygon([(x, y - 0.2), (x + 0.13, y + 0.12), (x - 0.13, y + 0.12)]))
    elif texture == 6:  # waxy
        for k in range(-2, 3):
            path.moveTo(-1 + 0.6 * k, 1)
            path.lineTo(1 + 0.6 * k, -1)
    elif texture == 7:  # grainy
        for x, y in grid:
            for dx, dy in ((0, 0), (0.25, 0.1), (0.1, 0.25)):
                path.addEllipse(QPointF(x + dx, y + dy), 0.04, 0.04)
    return path, texture in (1, 4, 5, 7)


def draw_object(canvas: Canvas, centre: QPointF, radius: float, values: tuple[int, ...], opacity: float = 1.0) -> None:
    """Paint an object of ``values`` (colour, shape, texture; missing ones are grey, ball and smooth)."""
    fill = FILLS[values[0] % len(FILLS)] if values else "#8a9099"
    shape = values[1] if len(values) > 1 else 1
    place = QTransform.fromTranslate(centre.x(), centre.y()).scale(radius, radius)
    path, painter = place.map(outline(shape)), canvas.painter
    painter.save()
    painter.setOpacity(opacity)
    painter.setPen(QPen(shade(canvas.theme.muted, 0.8), 1))
    painter.setBrush(shade(fill))
    painter.drawPath(path)
    if len(values) > 2 and values[2]:
        ink = shade("#ffffff" if values[0] == 6 else "#14161a", 0.62)
        marks, filled = _texture(values[2])
        painter.setClipPath(path, Qt.ClipOperation.IntersectClip)
        painter.setPen(Qt.PenStyle.NoPen if filled else QPen(ink, max(0.075 * radius, 1)))
        painter.setBrush(ink if filled else Qt.BrushStyle.NoBrush)
        painter.drawPath(place.map(marks))
    painter.restore()
