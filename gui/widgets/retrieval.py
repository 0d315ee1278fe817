"""Reads step by step: what was stored, the damaged query, every step, and what another memory made of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent

from gui.translation import tr
from gui.widgets.canvas import CENTRE, Canvas
from gui.widgets.patterns import draw_pattern
from gui.widgets.picture import Picture, Region

MOST_SHOWN = 4


@dataclass(frozen=True)
class Read:
    """One query: its ``row`` in the record, ``frames`` [steps + 1, d], ``energies``, ``errors`` [steps + 1] (nan where
    nothing is known), ``stored`` [d] or None, which stored pattern is nearest after each step, and in words.
    """

    row: int
    title: str
    frames: NDArray[np.float32]
    energies: NDArray[np.float32]
    errors: NDArray[np.float32]
    swapped: float
    stored: NDArray[np.float32] | None
    nearest: tuple[str, ...]


@dataclass(frozen=True)
class RetrievalState:
    """``reads`` shown from the ``first`` one on; ``chosen`` row in the record; ``step`` of the cursor (-1 none)."""

    version: tuple
    shape: tuple[int, int, int]
    chosen: int
    step: int
    unit: str
    words: str = ""
    reads: tuple[Read, ...] = field(compare=False, default=())


class Retrieval(Picture):
    """Shows one :class:`RetrievalState`; a click chooses the read and moves the cursor to the step."""

    heading = tr("Reading")
    columns = 24
    rows = 10
    chosen = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._first = 0

    def note(self) -> str:
        return self.state.words

    def describe(self) -> str:
        read = next((read for read in self.state.reads if read.row == self.state.chosen), None)
        if read is None:
            return tr("No read")
        return tr(
            "{title}: error {first:.3g} to {last:.3g}, {nearest}",
            title=read.title,
            first=read.errors[0],
            last=read.errors[-1],
            nearest=read.nearest[-1],
        )

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        if not state.reads:
            canvas.paragraph(
                area, tr("Nothing has been read yet. Damage the patterns, or draw a query and press Read"), theme.muted
            )
            return
        steps = max(len(read.frames) for read in state.reads)
        across = steps + 1
        side = min((area.width() - 1.5 * unit) / across - 0.5 * unit, 7.5 * unit)
        room = area.height() - 1.2 * unit
        shown = max(1, int(room / (min(side, 3.2 * unit) + 2.1 * unit)))  # small frames rather than few reads
        shown = min(shown, len(state.reads), MOST_SHOWN)
        side = min(side, room / shown - 2.1 * unit)
        rows = [read.row for read in state.reads]
        at = rows.index(state.chosen) if state.chosen in rows else 0
        self._first = min(max(self._first, at - shown + 1), at, max(len(rows) - shown, 0))
        width = side + 0.5 * unit
        left = area.left() + 0.5 * (area.width() - across * width - 0.8 * unit)
        for k, name in enumerate(["stored", "query", *(tr("step {n}", n=n) for n in range(1, steps))]):
            x = left + k * width + (0.8 * unit if k else 0)
            bold = k == state.step + 1 and state.step >= 0
            box = QRectF(x, area.top(), side, 1.1 * unit)
            canvas.text(box, name, theme.accent if bold else theme.muted, align=CENTRE, small=True, bold=bold)
        for place, read in enumerate(state.reads[self._first : self._first + shown]):
            top = area.top() + 1.3 * unit + place * (side + 2.1 * unit)
            row = QRectF(left - 0.3 * unit, top - 0.1 * unit, across * width + 1.1 * unit, side + 1.9 * unit)
            if read.row == state.chosen:
                canvas.fill(row, theme.raised, 0.3 * unit)
            self._draw_read(canvas, read, left, top, side, width)

    def _draw_read(self, canvas: Canvas, read: Read, left: float, top: float, side: float, width: float) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        first = QRectF(left, top, side, side)
        if read.stored is not None:
            draw_pattern(canvas, first, read.stored, state.shape)
        else:
            canvas.text(first, "unknown", theme.muted, align=CENTRE, small=True)
        under = QRectF(left - 0.2 * unit, top + side + 0.1 * unit, width, unit)
        canvas.text(under, read.title, theme.muted, align=CENTRE, small=True)
        if np.isfinite(read.swapped):
            control = QRectF(under.left(), under.bottom() - 0.15 * unit, under.width(), 0.9 * unit)
            canvas.text(control, tr("swap {swapped:.3g}", swapped=read.swapped), theme.muted, align=CENTRE, small=True)
            tip = tr("swap control: the error of the same query read with a memory of other patterns")
            self.regions.append(Region(control, ("swap", read.row, 0), tip))
        for k, frame in enumerate(read.frames):
            cell = QRectF(left + (k + 1) * width + 0.8 * unit, top, side, side)
            place = draw_pattern(canvas, cell, frame, state.shape)
            if read.row == state.chosen and k == state.step:
                canvas.outline(place.adjusted(-2, -2, 2, 2), theme.accent, 2.0, 0.16 * unit)
            error = tr("error {errors:.3g}", errors=read.errors[k]) if np.isfinite(read.errors[k]) else ""
            words = QRectF(cell.left() - 0.25 * unit, cell.bottom() + 0.1 * unit, width, 0.9 * unit)
            canvas.text(words, error, theme.text, align=CENTRE, small=True)
            energy = QRectF(words.left(), words.bottom() - 0.05 * unit, words.width(), 0.9 * unit)
            canvas.text(energy, f"E {read.energies[k]:.3g}".replace("-", "−"), theme.muted, align=CENTRE, small=True)
            place = tr("query") if k == 0 else tr("read step {k}", k=k)
            tip = f"{read.title}, {place}\n"
            tip += tr(
                "energy {energies:.4g}\n{error} {unit}\n{nearest}",
                energies=read.energies[k],
                error=error,
                unit=state.unit if error else "",
                nearest=read.nearest[k],
            )
            if k == len(read.frames) - 1 and np.isfinite(read.swapped):
                tip += tr("\nswap control, read with the memory of other patterns: {swapped:.3g}", swapped=read.swapped)
            self.regions.append(Region(cell, ("read", read.row, k), tip))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        region = self.region_at(event.position())
        if region is not None:
            self.chosen.emit(int(region.key[1]), int(region.key[2]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(event.key())
        if step is None or self.state is None or not self.state.reads:
            super().keyPressEvent(event)
            return
        rows = [read.row for read in self.state.reads]
        at = rows.index(self.state.chosen) if self.state.chosen in rows else 0
        self.chosen.emit(rows[min(max(at + step, 0), len(rows) - 1)], max(self.state.step, 0))

    def wheelEvent(self, event) -> None:
        key = Qt.Key.Key_Up if event.angleDelta().y() > 0 else Qt.Key.Key_Down
        self.keyPressEvent(QKeyEvent(QKeyEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier))
