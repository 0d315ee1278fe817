"""The timeline of one sequence: its named parts, a cell a step, wrong steps marked; two lanes where two futures run."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QFontMetricsF, QMouseEvent

from gui.translation import tr
from gui.widgets.canvas import Canvas
from gui.widgets.picture import Region
from gui.widgets.sequence import Part
from gui.widgets.timeline import Timeline


@dataclass(frozen=True)
class StepLane:
    """One trace: how many steps it has ``reached``, which are ``scored`` and which came out ``wrong``."""

    title: str
    reached: int
    scored: frozenset[int]
    wrong: frozenset[int]


@dataclass(frozen=True)
class StepsState:
    """What does not change as the cursor moves; ``parting`` is the first step at which two lanes differ (-1 none)."""

    steps: int
    parts: tuple[Part, ...]
    lanes: tuple[StepLane, ...]
    parting: int = -1

    @property
    def end(self) -> int:
        """The last step that any lane has reached."""
        return max((lane.reached - 1 for lane in self.lanes), default=0)

    @property
    def reached(self) -> range:
        """All steps that some lane has."""
        return range(max(self.end + 1, 1))


def part_name(name: str, width: float, metrics: QFontMetricsF) -> str:
    """``name``, or only its number ("trial 12") where there is room for no more."""
    number = name.rpartition(" ")[2]
    return number if number.isdigit() and metrics.horizontalAdvance(name) > width else name


class StepTimeline(Timeline):
    """Shows one :class:`StepsState`: the keys and signals are those of Timeline, parts take the place of trials."""

    def words(self) -> str:
        if self.state is None:
            return ""
        part = self._part_at(self.position)
        return tr("step {position} of {steps}", position=self.position, steps=self.state.steps) + (
            f" · {part.name}" if part else ""
        )

    def _part_at(self, step: int) -> Part | None:
        return next((part for part in self.state.parts if part.start <= step < part.stop), None)

    def x_of(self, position: float, area: QRectF) -> float:
        """The middle of a step's cell."""
        return area.left() + area.width() * (position + 0.5) / max(self.state.steps, 1)

    def _at(self, event: QMouseEvent) -> None:
        area = self._area(self.fontMetrics().height(), QSizeF(self.size()))
        step = int((event.position().x() - area.left()) / max(area.width(), 1) * self.state.steps)
        self._go(min(max(step, 0), self.state.end))

    def _trial(self, by: int) -> None:
        """To the start of the next part or of this one, before it of the one before."""
        starts = sorted({0, *(part.start for part in self.state.parts), self.state.end})
        if by > 0:
            place = min(bisect_right(starts, self.position), len(starts) - 1)
        else:
            place = max(bisect_right(starts, self.position - 1) - 1, 0)
        self._go(min(starts[place], self.state.end))

    def _draw_still(self, canvas: Canvas, area: QRectF) -> None:
        state, theme, unit = self.state, canvas.theme, canvas.unit
        self.regions = []
        count = max(len(state.lanes), 1)
        height = min(0.95 * unit, (area.height() - 1.6 * unit) / count - 0.25 * unit)
        names = QRectF(area.left(), area.top() + 0.2 * unit, area.width(), 1.2 * unit)
        width, small = area.width() / max(state.steps, 1), canvas.metrics(small=True)
        for part in state.parts:
            left, right = area.left() + part.start * width, area.left() + part.stop * width
            place = QRectF(left + 1, names.top(), right - left - 2, names.height())
            if place.width() > 1.5 * unit:
                canvas.text(place, part_name(part.name, place.width(), small), theme.muted, small=True)
            tip = tr("{name}\nsteps {start} to {stop}", name=part.name, start=part.start, stop=part.stop - 1)
            self.regions.append(
                Region(QRectF(left, names.top(), right - left, area.height()), ("part", part.start), tip)
            )
        gap = 2.0 if width > 8 else 1.0 if width > 4 else 0.0
        for number, lane in enumerate(state.lanes):
            top = names.bottom() + 0.3 * unit + number * (height + 0.3 * unit)
            for step in range(state.steps):
                cell = QRectF(area.left() + step * width, top, max(width - gap, 0.8), height)
                known = step < lane.reached
                scored = step in lane.scored
                colour = theme.track if not known else theme.accent
                canvas.fill(cell, colour, 2.0 if gap == 2 else 0.0, 1.0 if scored or not known else 0.38)
                if step in lane.wrong:
                    mark = QRectF(cell.left(), cell.bottom() - 0.25 * unit, cell.width(), 0.25 * unit)
                    canvas.fill(mark, theme.bad)
        if state.parting >= 0:
            x = area.left() + state.parting * width
            canvas.line(QPointF(x, area.top()), QPointF(x, area.bottom()), theme.bad, 0.1 * unit, 1.0, (3.0, 2.0))
            place = QRectF(x - 0.4 * unit, area.top(), 0.8 * unit, area.height())
            self.regions.append(
                Region(place, "parting", tr("The two futures first differ at step {parting}", parting=state.parting))
            )
