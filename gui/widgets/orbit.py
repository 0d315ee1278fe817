"""The memory's path through its own principal plane, coloured by time or by a quantity."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

from gui.translation import tr
from gui.widgets.canvas import CENTRE, Canvas, blend
from gui.widgets.picture import Picture


@dataclass(frozen=True)
class OrbitState:
    """``points`` float [steps, 2] (nan: no memory) in units of ``spread`` at ``step``; ``shades`` [steps] in 0..1."""

    version: tuple
    step: int
    title: str
    shaded_by: str
    points: NDArray[np.float64] = field(compare=False)
    shades: NDArray[np.float64] = field(compare=False)
    marks: tuple[int, ...] = ()


class Orbit(Picture):
    """Shows one :class:`OrbitState`."""

    heading = tr("Memory, principal plane")
    columns = 13
    rows = 10

    def note(self) -> str:
        return tr("{title}, coloured by {shaded_by}", title=self.state.title, shaded_by=self.state.shaded_by)

    def describe(self) -> str:
        x, y = self.state.points[self.state.step]
        return tr("{title} at step {step}: ({x:.2f}, {y:.2f})", title=self.state.title, step=self.state.step, x=x, y=y)

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        good = np.isfinite(state.points).all(1)
        if not good.any():
            canvas.paragraph(area, tr("This agent has no memory"), theme.muted)
            return
        plot = area.adjusted(1.4 * unit, 0, 0, -1.3 * unit)
        canvas.fill(plot, theme.raised)
        low, high = state.points[good].min(0), state.points[good].max(0)
        middle, half = (low + high) / 2, max(float((high - low).max()) / 2, 1e-6) * 1.08
        scale = min(plot.width(), plot.height()) / (2 * half)

        def at(point: NDArray[np.float64]) -> QPointF:
            x = plot.center().x() + scale * float(point[0] - middle[0])
            return QPointF(x, plot.center().y() - scale * float(point[1] - middle[1]))

        for step in range(1, len(state.points)):
            if good[step - 1] and good[step]:
                past = step <= state.step
                colour = blend(theme.data[1], theme.data[0], float(state.shades[step]))
                canvas.line(at(state.points[step - 1]), at(state.points[step]), colour, 1.6 if past else 1.0,
                            0.95 if past else 0.22)  # fmt: skip
        for mark in state.marks:
            if mark < len(good) and good[mark]:
                here = at(state.points[mark])
                canvas.outline(QRectF(here.x() - 5, here.y() - 5, 10, 10), theme.bad, 2.0, 1.6)
        if good[state.step]:
            here = at(state.points[state.step])
            canvas.painter.setPen(canvas.pen(theme.text, 1.5))
            canvas.painter.setBrush(canvas.colour(theme.accent))
            canvas.painter.drawEllipse(here, 5.0, 5.0)
        below = QRectF(plot.left(), plot.bottom() + 0.1 * unit, plot.width(), 1.2 * unit)
        canvas.text(below, tr("first principal component of the LSTM's output"), theme.muted, align=CENTRE, small=True)
        canvas.painter.save()
        canvas.painter.translate(area.left() + 0.6 * unit, plot.center().y())
        canvas.painter.rotate(-90)
        half_height = plot.height() / 2
        canvas.text(QRectF(-half_height, -0.6 * unit, 2 * half_height, 1.2 * unit), tr("second"), theme.muted,
                    align=CENTRE, small=True)  # fmt: skip
        canvas.painter.restore()
