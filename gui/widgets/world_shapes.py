"""Shapes that the pictures of worlds share: a frame of world units, circles, paths, arrows of force."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QPolygonF, Qt

from gui.widgets.canvas import Canvas, blend


@dataclass(frozen=True)
class Frame:
    """World units on screen: ``centre`` of the world at ``origin``, ``scale`` pixels a unit, y upwards."""

    origin: QPointF
    scale: float

    @classmethod
    def fit(cls, area: QRectF, left: float, right: float, bottom: float, top: float) -> Frame:
        """As large as ``area`` allows, in its middle."""
        scale = max(min(area.width() / (right - left), area.height() / (top - bottom)), 1e-6)
        x = area.center().x() - scale * (left + right) / 2
        y = area.center().y() + scale * (bottom + top) / 2
        return cls(QPointF(x, y), scale)

    def at(self, x: float, y: float) -> QPointF:
        """A place on screen."""
        return QPointF(self.origin.x() + self.scale * x, self.origin.y() - self.scale * y)

    def length(self, units: float) -> float:
        """Pixels."""
        return self.scale * units

    def world(self, point: QPointF) -> tuple[float, float]:
        """The place in the world under a point on screen."""
        return (point.x() - self.origin.x()) / self.scale, (self.origin.y() - point.y()) / self.scale


def circle(canvas: Canvas, frame: Frame, x: float, y: float, radius: float, *, fill: str = "", line: str = "",
           width: float = 1.5, dash: tuple[float, ...] = (), opacity: float = 1.0) -> None:  # fmt: skip
    """A circle in world units, filled or outlined."""
    painter = canvas.painter
    painter.setPen(canvas.pen(line, width, opacity, dash) if line else Qt.PenStyle.NoPen)
    painter.setBrush(canvas.colour(fill, opacity) if fill else Qt.BrushStyle.NoBrush)
    painter.drawEllipse(frame.at(x, y), frame.length(radius), frame.length(radius))


def dot(canvas: Canvas, frame: Frame, x: float, y: float, pixels: float, colour: str, rim: str = "") -> None:
    """A round mark of a size on screen."""
    canvas.painter.setPen(canvas.pen(rim, 1.5) if rim else Qt.PenStyle.NoPen)
    canvas.painter.setBrush(canvas.colour(colour))
    canvas.painter.drawEllipse(frame.at(x, y), pixels, pixels)


def polyline(canvas: Canvas, frame: Frame, points: NDArray, colour: str, width: float, opacity: float = 1.0) -> None:
    """A path through world points [n, 2]."""
    if len(points) > 1:
        canvas.painter.setBrush(Qt.BrushStyle.NoBrush)
        canvas.painter.setPen(canvas.pen(colour, width, opacity))
        canvas.painter.drawPolyline(QPolygonF([frame.at(float(x), float(y)) for x, y in points]))


def rod(canvas: Canvas, start: QPointF, end: QPointF, colour: str, width: float) -> None:
    """A thick rod with round ends."""
    canvas.line(start, end, colour, width)


def force(canvas: Canvas, start: QPointF, x: float, y: float, colour: str) -> None:
    """An arrow from a point on screen; pixels, y upwards. Nothing where it would be shorter than its head."""
    if np.hypot(x, y) < 3.0:
        return
    path = QPainterPath(start)
    path.lineTo(QPointF(start.x() + x, start.y() - y))
    canvas.arrow(path, colour, 2.0)


def trial_colour(canvas: Canvas, trial: int) -> str:
    """Colour of a trial: the first stands out, the later ones go from blue to green."""
    theme = canvas.theme
    if trial == 0:
        return theme.data[1]
    return blend(theme.data[2], theme.data[0], min((trial - 1) / 6, 1.0))
