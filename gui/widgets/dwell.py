"""Where an agent searched once the platform was gone: two maps of the pool, with its memory and without."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import Qt

from gui.translation import tr
from gui.widgets.canvas import CENTRE, Canvas, blend
from gui.widgets.picture import Picture, Region


@dataclass(frozen=True)
class DwellMap:
    """Share of steps in each cell, float [n, n], y upwards, old place to the right; shares near it and elsewhere."""

    title: str
    near: float | None
    rotated: float | None
    episodes: int
    shares: NDArray[np.float32] = field(compare=False)


@dataclass(frozen=True)
class DwellState:
    """The maps side by side; ``version`` changes when they do."""

    version: tuple
    maps: tuple[DwellMap, ...]


class Dwell(Picture):
    """Shows one :class:`DwellState`."""

    heading = tr("Probe trial, platform gone")
    columns = 16
    rows = 9

    def note(self) -> str:
        return tr("40 steps, old place turned to the right")

    def describe(self) -> str:
        return ". ".join(
            tr(
                "{title}: {near} near, {rotated} elsewhere",
                title=m.title,
                near=_share(m.near),
                rotated=_share(m.rotated),
            )
            for m in self.state.maps
        )

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        maps, unit, theme = self.state.maps, canvas.unit, canvas.theme
        top = max((float(m.shares.max()) for m in maps), default=0.0)
        for k, shown in enumerate(maps):
            width = area.width() / len(maps)
            part = QRectF(area.left() + k * width, area.top(), width, area.height())
            canvas.text(part.adjusted(0, 0, 0, -part.height() + 1.2 * unit), shown.title, theme.text, align=CENTRE,
                        small=True)  # fmt: skip
            words = (
                tr("{near} near the old place", near=_share(shown.near)),
                tr("{rotated} at turned places", rotated=_share(shown.rotated)),
            )
            for line, text in enumerate(words):
                below = QRectF(part.left(), part.bottom() - (2.3 - 1.1 * line) * unit, part.width(), 1.1 * unit)
                canvas.text(below, text, theme.muted, align=CENTRE, small=True)
            side = min(part.width() - 0.6 * unit, part.height() - 4.0 * unit)
            if side < 3 * unit:
                continue
            pool = QRectF(part.center().x() - side / 2, part.top() + 1.4 * unit, side, side)
            cell = side / len(shown.shares)
            canvas.painter.setPen(canvas.pen(theme.border, 1.5))
            canvas.painter.setBrush(canvas.colour(theme.raised))
            canvas.painter.drawEllipse(pool)
            for row, column in np.argwhere(shown.shares > 0):
                share = min(1.0, (float(shown.shares[row, column]) / max(top, 1e-9)) ** 0.5)
                place = QRectF(pool.left() + column * cell, pool.bottom() - (row + 1) * cell, cell + 0.4, cell + 0.4)
                canvas.fill(place, blend(theme.accent, theme.raised, share))
            canvas.painter.setBrush(Qt.BrushStyle.NoBrush)
            canvas.painter.setPen(canvas.pen(theme.text, 1.2, 1.0, (4.0, 3.0)))
            centre = QPointF(pool.center().x() + 0.62 * side / 2, pool.center().y())
            canvas.painter.drawEllipse(centre, 0.15 * side, 0.15 * side)
            told = ", ".join(words)
            tip = tr(
                "{title}, {episodes} episodes\n{told}\ncolour: square root of the share of steps",
                title=shown.title,
                episodes=shown.episodes,
                told=told,
            )
            self.regions.append(Region(pool, k, tip))


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"
