"""The part of the steps that is on screen, shared by every strip so that they stay in line."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from gui.widgets.canvas import CENTRE, Canvas

GUTTER, MARGIN = 5.6, 0.5  # room for names at the left and nothing much at the right, in line heights
LEAST = 6.0  # steps shown at least: a trace of one step is a cell, not a wall
NICE = tuple(digit * 10**power for power in range(8) for digit in (1, 2, 5))


@dataclass(frozen=True)
class StepRange:
    """Steps ``first`` up to, not including, ``last``; step s fills the place from s to s + 1."""

    first: float
    last: float

    @classmethod
    def whole(cls, steps: int) -> StepRange:
        """All of ``steps``."""
        return cls(0.0, max(float(steps), LEAST))

    @property
    def length(self) -> float:
        return self.last - self.first

    def x(self, step: float, plot: QRectF) -> float:
        """Where a step begins; its middle is ``x(step + 0.5)``."""
        return plot.left() + plot.width() * (step - self.first) / self.length

    def step(self, x: float, plot: QRectF) -> float:
        """The place on the axis under ``x``; its floor is the step."""
        return self.first + self.length * (x - plot.left()) / max(plot.width(), 1.0)

    def cell(self, plot: QRectF) -> float:
        """Width of a step in pixels."""
        return plot.width() / self.length

    def zoomed(self, factor: float, about: float, steps: int) -> StepRange:
        """``factor`` times as much (below 1: closer) with the place ``about`` kept where it is."""
        whole = max(float(steps), LEAST)
        length = min(max(self.length * factor, LEAST), whole)
        share = (about - self.first) / self.length
        first = min(max(about - share * length, 0.0), whole - length)
        return StepRange(first, first + length)

    def moved(self, by: float, steps: int) -> StepRange:
        """The same length further along."""
        whole = max(float(steps), LEAST)
        first = min(max(self.first + by, 0.0), max(whole - self.length, 0.0))
        return StepRange(first, first + self.length)

    def showing(self, step: int, steps: int) -> StepRange:
        """The same length, moved just far enough to hold ``step``."""
        if step < self.first:
            return self.moved(step - self.first, steps)
        return self.moved(step + 1 - self.last, steps) if step + 1 > self.last else self


def plot_of(area: QRectF, unit: float) -> QRectF:
    """The part of a picture that lies over the steps."""
    return area.adjusted(GUTTER * unit, 0, -MARGIN * unit, 0)


def spacing(length: float, pixels: float, room: float) -> int:
    """A round number of steps that are at least ``room`` pixels wide."""
    return next((n for n in NICE if n * pixels / max(length, 1e-9) >= room), NICE[-1])


def draw_step_axis(canvas: Canvas, span: StepRange, plot: QRectF, top: float, steps: int) -> None:
    """Numbers under the middle of round steps."""
    unit = canvas.unit
    every = spacing(span.length, plot.width(), 3.2 * unit)
    start = max(-(-int(span.first) // every) * every, 0)
    for step in range(start, min(int(span.last) + 1, steps), every):
        x = span.x(step + 0.5, plot)
        if plot.left() <= x <= plot.right():
            canvas.fill(QRectF(x - 0.5, top, 1, 0.25 * unit), canvas.theme.border)
            place = QRectF(x - 2 * unit, top + 0.2 * unit, 4 * unit, unit)
            canvas.text(place, f"{step}", canvas.theme.muted, align=CENTRE, small=True)


def draw_cursor(canvas: Canvas, span: StepRange, plot: QRectF, step: int, top: float, bottom: float) -> None:
    """A line through the middle of the step."""
    x = span.x(step + 0.5, plot)
    if plot.left() - 1 <= x <= plot.right() + 1:
        canvas.line(QPointF(x, top), QPointF(x, bottom), canvas.theme.text, max(0.09 * canvas.unit, 1.2))
