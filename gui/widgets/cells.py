"""A memory that keeps no single facts, along an episode: words that are read and written, or units of a state."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QMouseEvent

from gui.theme import Theme
from gui.translation import tr
from gui.widgets.access_colours import access_table, as_image, diverging_image, read_colour, write_colour
from gui.widgets.canvas import Canvas
from gui.widgets.episode_axis import draw_axis
from gui.widgets.picture import Picture, Region
from gui.widgets.time_axis import TimeAxis


@dataclass(frozen=True)
class CellsState:
    """``read`` and ``wrote`` float32 [moments, cells] at ``positions`` of the axis; the cursor's ``position``.

    ``words``: 0 to 1, how strongly each word of a memory was read and written; else ``read`` is the activation of each
    unit, -1 to 1. ``version`` tells states apart.
    """

    axis: TimeAxis
    words: bool
    positions: tuple[int, ...]
    position: int
    version: tuple
    read: NDArray[np.float32] = field(compare=False)
    wrote: NDArray[np.float32] = field(compare=False)

    @property
    def now(self) -> int:
        """The last moment at or before the cursor, -1 where there is none."""
        return int(np.searchsorted(self.positions, self.position, side="right")) - 1


class Cells(Picture):
    """Shows one :class:`CellsState`; a click selects a word. Attribute ``selected``: its number, -1 for none."""

    heading = tr("Memory")
    columns = 18
    rows = 8

    def __init__(self) -> None:
        super().__init__()
        self.selected = -1

    def note(self) -> str:
        state, count = self.state, self.state.read.shape[1]
        if not state.words:
            return tr("{count} units, −1 to 1", count=count)
        if self.selected >= 0:
            return tr("word {selected} of {count} · Delete erases it", selected=self.selected + 1, count=count)
        return tr("{count} words", count=count)

    def describe(self) -> str:
        state, count = self.state, self.state.read.shape[1]
        if state.now < 0:
            return tr("{count} {what}, nothing seen yet", count=count, what=tr("words") if state.words else tr("units"))
        read = state.read[state.now]
        if not state.words:
            return tr("{count} units, mean activation {mean:.2f}", count=count, mean=float(np.abs(read).mean()))
        told = tr(
            "{count} words; read most, word {argmax} with {max:.2f}",
            count=count,
            argmax=int(read.argmax()) + 1,
            max=float(read.max()),
        )
        return tr("{told}; written most, word {argmax}", told=told, argmax=int(state.wrote[state.now].argmax()) + 1)

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, theme, unit = self.state, canvas.theme, canvas.unit
        plot = area.adjusted(0, 0, 0, -1.3 * unit)
        canvas.fill(plot, theme.track)
        canvas.painter.setRenderHint(canvas.painter.RenderHint.SmoothPixmapTransform, False)
        canvas.painter.drawImage(plot, self._pixels(theme))
        height = plot.height() / max(state.read.shape[1], 1)
        for cell in range(state.read.shape[1]):
            row = QRectF(plot.left(), plot.top() + cell * height, plot.width(), height)
            self.regions.append(Region(row, ("cell", cell), self._tip(cell)))
            if cell == self.selected and state.words:
                canvas.outline(row.adjusted(0, -1, 0, 1), theme.accent, 2, 1.5)
        draw_axis(canvas, plot, state.axis, state.position)

    def draw_note(self, canvas: Canvas, area: QRectF) -> None:
        """Which colour is which, where there is room, before the words."""
        super().draw_note(canvas, area)
        room = area.width() - canvas.metrics(small=True).horizontalAdvance(self.note())
        if not self.state.words or room < 8 * canvas.unit:
            return
        left = area.left()
        for name, colour in ((tr("read"), read_colour(canvas.theme)), (tr("written"), write_colour(canvas.theme))):
            spot = QRectF(left, area.center().y() - 0.3 * canvas.unit, 0.6 * canvas.unit, 0.6 * canvas.unit)
            canvas.fill(spot, colour, 2)
            words = QRectF(spot.right() + 0.3 * canvas.unit, area.top(), 4 * canvas.unit, area.height())
            left = words.left() + canvas.text(words, name, canvas.theme.muted, small=True) + 0.8 * canvas.unit

    def _pixels(self, theme: Theme) -> QImage:
        """One pixel a cell and step; steps at which nothing was decided stay as they are."""
        state, axis = self.state, self.state.axis
        trial, step = np.divmod(np.array(state.positions, int), max(axis.steps, 1))
        column = np.minimum(trial, axis.trials - 1) * axis.shown + np.minimum(step, axis.shown - 1)
        size = (state.read.shape[1], axis.trials * axis.shown)
        read, wrote = np.zeros(size, np.float32), np.zeros(size, np.float32)
        read[:, column] = state.read.T
        if not state.words:
            return diverging_image(read, 1.0, theme)
        wrote[:, column] = state.wrote.T
        levels = (np.rint(255 * np.clip(part, 0, 1)).astype(np.intp) for part in (wrote, read))
        return as_image(access_table(theme)[256 * next(levels) + next(levels)])

    def _tip(self, cell: int) -> str:
        state = self.state
        if state.now < 0:
            return ""
        if not state.words:
            return tr("unit {cell}: {read:.2f}", cell=cell + 1, read=float(state.read[state.now, cell]))
        read, wrote = float(state.read[state.now, cell]), float(state.wrote[state.now, cell])
        return tr(
            "word {cell}: read {read:.2f}, written {wrote:.2f}\nclick selects, Delete erases it",
            cell=cell + 1,
            read=read,
            wrote=wrote,
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        region = self.region_at(QPointF(event.position()))
        if self.state is None or not self.state.words or region is None:
            return
        if event.button() == Qt.MouseButton.LeftButton:
            cell = region.key[1]
            self.selected = -1 if cell == self.selected else cell
            self.update()
