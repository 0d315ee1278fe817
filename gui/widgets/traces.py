"""Several quantities over the steps of an episode, a row each; in a row a line for each agent and one for the truth."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPolygonF, Qt

from gui.widgets.canvas import RIGHT, Canvas
from gui.widgets.strip import Strip

TRUE = -1
"""Colour of the truth: grey, dashed."""


@dataclass(frozen=True)
class Line:
    """``values`` [steps], nan where there is none; ``colour`` in the data colours, or TRUE."""

    title: str
    colour: int
    values: NDArray[np.float64] = field(compare=False)


@dataclass(frozen=True)
class Row:
    """One quantity with the range of its scale."""

    name: str
    unit: str
    low: float
    high: float
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class TracesState:
    """``version`` changes when any value does; ``marks`` steps at which something was changed."""

    version: tuple
    rows: tuple[Row, ...]
    words: str = ""
    marks: tuple[int, ...] = ()


class Traces(Strip):
    """Shows one :class:`TracesState`."""

    rows = 5

    def __init__(self, heading: str, parent=None) -> None:
        super().__init__(parent)
        self.heading = heading
        self.setAccessibleName(heading)

    def note(self) -> str:
        return self.state.words

    def describe(self) -> str:
        return ". ".join(
            f"{row.name}: "
            + ", ".join(f"{line.title} {_at(line.values, self.position):.3g} {row.unit}" for line in row.lines)
            for row in self.state.rows
        )

    def draw_still(self, canvas: Canvas, plot: QRectF) -> None:
        rows, unit, theme = self.state.rows, canvas.unit, canvas.theme
        if not rows:
            return
        height = plot.height() / len(rows)
        for k, row in enumerate(rows):
            part = QRectF(plot.left(), plot.top() + k * height, plot.width(), height - 0.35 * unit)
            canvas.fill(part, theme.raised)
            name = QRectF(part.left() - 5.4 * unit, part.top(), 5.0 * unit, min(1.2 * unit, part.height()))
            canvas.text(name, row.name, theme.text, align=RIGHT, small=True)
            if part.height() > 2.3 * unit:
                canvas.text(name.translated(0, 1.1 * unit), row.unit, theme.muted, align=RIGHT, small=True)
            if row.low < 0 < row.high:
                zero = part.bottom() - part.height() * (0 - row.low) / (row.high - row.low)
                canvas.fill(QRectF(part.left(), round(zero), part.width(), 1), theme.border)
            canvas.painter.save()
            canvas.painter.setClipRect(part)
            for line in row.lines:
                self._draw_line(canvas, part, row, line)
            canvas.painter.restore()
        for mark in self.state.marks:
            x = self.span.x(mark, plot)
            canvas.line(QPointF(x, plot.top()), QPointF(x, plot.bottom()), theme.bad, 1.5, 1.0, (3.0, 2.0))

    def _draw_line(self, canvas: Canvas, part: QRectF, row: Row, line: Line) -> None:
        theme = canvas.theme
        true = line.colour == TRUE
        colour = theme.muted if true else theme.data[line.colour % len(theme.data)]
        canvas.painter.setBrush(Qt.BrushStyle.NoBrush)
        canvas.painter.setPen(canvas.pen(colour, 2.2 if true else 1.5, 0.75 if true else 1.0))
        scale = part.height() / max(row.high - row.low, 1e-9)
        points: list[QPointF] = []
        for step, value in enumerate(line.values):
            if np.isfinite(value):
                points.append(QPointF(self.span.x(step + 0.5, part), part.bottom() - scale * (float(value) - row.low)))
            elif points:
                canvas.painter.drawPolyline(QPolygonF(points))
                points = []
        if points:
            canvas.painter.drawPolyline(QPolygonF(points))


def _at(values: NDArray[np.float64], step: int) -> float:
    return float(values[step]) if 0 <= step < len(values) else float("nan")
