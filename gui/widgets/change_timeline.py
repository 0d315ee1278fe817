"""A timeline on which the chemistry may be replaced under way."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from gui.translation import tr
from gui.widgets.canvas import Canvas
from gui.widgets.picture import Region
from gui.widgets.timeline import Timeline, TimelineState


@dataclass(frozen=True)
class ChangeTimelineState(TimelineState):
    """As a timeline's; ``change`` is the position from which on another chemistry holds, -1 for none."""

    change: int = -1


class ChangeTimeline(Timeline):
    """Shows one :class:`ChangeTimelineState`."""

    def _draw_still(self, canvas: Canvas, area: QRectF) -> None:
        super()._draw_still(canvas, area)
        change = getattr(self.state, "change", -1)
        if change < 0:
            return
        x, unit = self.x_of(change, area), canvas.unit
        canvas.line(QPointF(x, area.top()), QPointF(x, area.bottom()), canvas.theme.accent, 0.1 * unit, 1.0, (3.0, 2.0))
        tip = tr("From here on another chemistry holds; nobody told the model")
        self.regions.append(Region(QRectF(x - 0.5 * unit, area.top(), unit, area.height()), "change", tip))
