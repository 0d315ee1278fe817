"""Bits of information each action brought, one bar a step."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, isnan

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent

from gui.translation import tr
from gui.widgets.alchemy_words import number
from gui.widgets.canvas import RIGHT, Canvas
from gui.widgets.episode_axis import draw_axis
from gui.widgets.picture import Picture, Region
from gui.widgets.time_axis import TimeAxis


@dataclass(frozen=True)
class InformationState:
    """``gained`` bits of the action that led to each of ``positions`` (both start after the first situation), the
    cursor's
    ``position``, and the bits the best action before it could be expected to bring (``possible``, nan where not
    known).
    """

    axis: TimeAxis
    positions: tuple[int, ...]
    gained: tuple[float, ...]
    position: int
    possible: float = float("nan")

    @property
    def last(self) -> float:
        """Bits of the action that led to the cursor's position, nan where there is none."""
        found = [bits for at, bits in zip(self.positions, self.gained, strict=True) if at == self.position]
        return found[0] if found else float("nan")


class Information(Picture):
    """Shows one :class:`InformationState`; a click emits :attr:`position_chosen`."""

    position_chosen = Signal(int)
    heading = tr("Information")
    columns = 15
    rows = 6

    def note(self) -> str:
        state = self.state
        if isnan(state.last):
            return tr("{gained} bits in all", gained=number(sum(state.gained), 1))
        words = tr("{last} bits", last=number(state.last, 2))
        return (
            words
            if isnan(state.possible)
            else tr("{words}, best expected {possible}", words=words, possible=number(state.possible, 2))
        )

    def describe(self) -> str:
        state = self.state
        so_far = sum(b for p, b in zip(state.positions, state.gained, strict=True) if p <= state.position)
        return tr("{note}. {so_far} bits up to here", note=self.note(), so_far=number(so_far, 2))

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, theme, unit = self.state, canvas.theme, canvas.unit
        top = max(1, ceil(max(state.gained, default=1.0)))
        left = 2.9 * unit
        plot = area.adjusted(left, 0.5 * unit, 0, -1.3 * unit)
        for value, words in ((0, "0"), (top, tr("{top} bits", top=top) if top > 1 else tr("1 bit"))):
            y = plot.bottom() - plot.height() * value / top
            canvas.fill(QRectF(plot.left(), y, plot.width(), 1), theme.border)
            label = QRectF(area.left(), y - 0.6 * unit, left - 0.4 * unit, 1.2 * unit)
            canvas.text(label, words, theme.muted, align=RIGHT, small=True)
        step = max(plot.width() * state.axis.cell, 1.0)
        for position, bits in zip(state.positions, state.gained, strict=True):
            if bits > 0.004:
                height = max(plot.height() * min(bits / top, 1.0), 1.0)
                right = plot.left() + plot.width() * state.axis.share(position)
                bar = QRectF(right - 0.9 * step, plot.bottom() - height, 0.8 * step, height)
                colour = theme.accent if position == state.position else theme.data[0]
                canvas.fill(bar, colour, 0, 1.0 if position <= state.position else 0.4)
        width = plot.width() / max(state.axis.trials, 1)
        every = next((k for k in (1, 2, 5, 10) if k * width >= 1.8 * unit), 20)
        draw_axis(canvas, plot, state.axis, state.position, every)
        canvas.text(
            QRectF(area.left(), plot.bottom() + 0.1 * unit, left, 1.2 * unit), tr("trial"), theme.muted, small=True
        )
        self.regions.append(Region(plot, "plot", tr("Bits learnt by each action; click to go there")))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        region = self.region("plot")
        if self.state is None or region is None or event.button() != Qt.MouseButton.LeftButton:
            return
        share = (event.position().x() - region.area.left()) / max(region.area.width(), 1)
        if self.state.positions:
            self.position_chosen.emit(
                self.state.axis.nearest(share + 0.5 * self.state.axis.cell, (0, *self.state.positions))
            )
