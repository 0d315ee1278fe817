"""How near each touched word is to what a head read at this step, the words it read marked."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QMouseEvent

from gui.translation import tr
from gui.widgets.access_colours import read_colour
from gui.widgets.canvas import RIGHT, Canvas
from gui.widgets.picture import Picture, Region


@dataclass(frozen=True)
class SimilarityState:
    """``values`` of the ``slots`` in order of first touch, -1..1 (cosine) or 0..1 (weight); ``read`` those that the
    head read; ``best`` the one it read most. ``kind`` and ``words`` say what is shown.
    """

    slots: tuple[int, ...]
    values: tuple[float, ...]
    read: frozenset[int]
    best: int = -1
    step: int = 0
    kind: str = tr("cosine")
    words: str = ""


class Similarity(Picture):
    """Shows one :class:`SimilarityState`; a click chooses a slot."""

    heading = tr("Similarity")
    columns = 16
    rows = 7
    slot_chosen = Signal(int)

    def note(self) -> str:
        return self.state.words

    def describe(self) -> str:
        state = self.state
        read = ", ".join(
            tr("slot {slot} {value:.2f}", slot=slot, value=value)
            for slot, value in zip(state.slots, state.values, strict=True)
            if slot in state.read
        )
        return tr("{kind} at step {step}; read {read}", kind=state.kind, step=state.step, read=read or "nothing")

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        if not state.slots:
            canvas.paragraph(area, tr("Nothing has been touched yet"), theme.muted)
            return
        plot = area.adjusted(2.6 * unit, 0.4 * unit, 0, -1.2 * unit)
        low = min(0.0, *state.values)
        low = -1.0 if low < -0.05 else 0.0
        base = plot.bottom() - plot.height() * (0 - low) / (1 - low)
        for value in (low, 0.0, 1.0):
            y = plot.bottom() - plot.height() * (value - low) / (1 - low)
            canvas.fill(QRectF(plot.left(), round(y), plot.width(), 1), theme.track)
            place = QRectF(area.left(), y - 0.55 * unit, 2.2 * unit, 1.1 * unit)
            canvas.text(place, f"{value:g}".replace("-", "−"), theme.muted, align=RIGHT, small=True)
        width = min(plot.width() / len(state.slots), 1.1 * unit)
        gap = 1.0 if width >= 4 else 0.0
        for k, (slot, value) in enumerate(zip(state.slots, state.values, strict=True)):
            x = plot.left() + k * width
            height = plot.height() * min(max(value, low), 1.0) / (1 - low)
            bar = QRectF(x, base - max(height, 0), max(width - gap, 0.8), max(abs(height), 1.0))
            read = slot in state.read
            colour = theme.accent if slot == state.best else read_colour(theme) if read else theme.muted
            canvas.fill(bar, colour, 0, 1.0 if read else 0.45)
            tip = tr("slot {slot:,}\n{kind} {value:.3f}", slot=slot, kind=state.kind, value=value) + (
                "\n" + tr("read") if read else ""
            )
            self.regions.append(Region(QRectF(x, plot.top(), width, plot.height()), ("slot", slot), tip))
        words = (
            tr("cosine of what was read to each touched word")
            if state.kind == tr("cosine")
            else tr("read weight by touched slot")
        )
        canvas.text(QRectF(plot.left(), plot.bottom() + 0.1 * unit, plot.width(), unit), words, theme.muted, small=True)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        region = self.region_at(event.position())
        if region is not None:
            self.slot_chosen.emit(int(region.key[1]))
