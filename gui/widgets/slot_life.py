"""The card of one slot: who wrote its word, from which input, who read it, how clearly."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt

from gui.translation import tr
from gui.widgets.access_colours import diverging_image, grey_image
from gui.widgets.canvas import RIGHT, Canvas
from gui.widgets.picture import Picture, Region


@dataclass(frozen=True)
class Fact:
    """One line of the card; ``step`` is where a click leads (-1 nowhere)."""

    name: str
    value: str
    step: int = -1


@dataclass(frozen=True)
class SlotState:
    """Slot ``slot`` as seen from a step: ``facts`` in order, ``input`` [values] of the step that wrote its word, and
    the word ``before`` and ``after`` that write [values] on a scale of ``limit`` either side of zero.
    """

    slot: int
    version: tuple
    facts: tuple[Fact, ...]
    input: NDArray[np.float32] | None = field(default=None, compare=False)
    input_words: str = ""
    before: NDArray[np.float32] | None = field(default=None, compare=False)
    after: NDArray[np.float32] | None = field(default=None, compare=False)
    limit: float = 1.0
    word_words: str = ""


class SlotLife(Picture):
    """Shows one :class:`SlotState`."""

    heading = tr("Slot")
    columns = 16
    rows = 13

    def note(self) -> str:
        return tr("life")

    def describe(self) -> str:
        facts = ". ".join(f"{fact.name} {fact.value}" for fact in self.state.facts)
        return tr("Slot {slot}. {facts}", slot=self.state.slot, facts=facts)

    def set_state(self, state: SlotState | None) -> None:
        heading = tr("Slot {slot:,}", slot=state.slot) if state is not None else tr("Slot")
        if heading != self.heading:
            self.heading = heading
            self.setAccessibleName(heading)
        super().set_state(state)

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        facts = len(state.facts)
        spare = area.height() - 1.1 * unit * min(facts, 5)
        has_word = state.after is not None and spare >= 4.7 * unit
        has_input = state.input is not None and spare >= (4.7 * unit if has_word else 0) + 2.1 * unit
        below = (4.7 * unit if has_word else 0.0) + (2.1 * unit if has_input else 0.0)
        line = min(1.5 * unit, max((area.height() - below) / max(facts, 1), 1.1 * unit))
        top = area.top()
        for fact in state.facts:
            row = QRectF(area.left(), top, area.width(), line)
            if row.bottom() > area.bottom() - below + 1:
                break
            used = canvas.text(row, fact.name, theme.muted, small=True)
            colour = theme.accent if fact.step >= 0 else theme.text
            canvas.text(row.adjusted(used + 0.6 * unit, 0, 0, 0), fact.value, colour, align=RIGHT, small=True)
            canvas.fill(QRectF(row.left(), row.bottom() - 0.5, row.width(), 1), theme.track)
            if fact.step >= 0:
                self.regions.append(Region(row, ("step", fact.step), tr("Go to step {step}", step=fact.step)))
            top = row.bottom()
        if has_input:
            row = QRectF(area.left(), top + 0.35 * unit, area.width(), 1.1 * unit)
            canvas.text(row, state.input_words, theme.muted, small=True)
            self._strip(canvas, QRectF(area.left(), row.bottom(), area.width(), 0.6 * unit),
                        grey_image(state.input[None], theme), len(state.input))  # fmt: skip
            top = row.bottom() + 0.65 * unit
        if has_word:
            self._draw_word(canvas, QRectF(area.left(), top + 0.35 * unit, area.width(), 4.3 * unit))

    def _draw_word(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        row = QRectF(area.left(), area.top(), area.width(), 1.1 * unit)
        used = canvas.text(row, state.word_words, theme.muted, small=True)
        canvas.text(row.adjusted(used + unit, 0, 0, 0), tr("−{limit:g} to {limit:g}", limit=state.limit), theme.muted,
                    align=RIGHT, small=True)  # fmt: skip
        size = len(state.after)
        left = area.left() + 3.2 * unit
        for k, (name, word) in enumerate(((tr("before"), state.before), (tr("after"), state.after))):
            strip = QRectF(left, row.bottom() + 0.15 * unit + k * 1.5 * unit, area.right() - left, 1.3 * unit)
            label = QRectF(area.left(), strip.top(), 3 * unit, strip.height())
            canvas.text(label, name, theme.muted, small=True)
            if word is not None:
                self._strip(canvas, strip, diverging_image(word[None], state.limit, theme), size)
                cell = strip.width() / size
                for place, value in enumerate(word.tolist()):
                    spot = QRectF(strip.left() + place * cell, strip.top(), cell, strip.height())
                    self.regions.append(
                        Region(
                            spot,
                            (name, place),
                            tr("value {place} {name}: {value:.4g}", place=place, name=name, value=value),
                        )
                    )

    def _strip(self, canvas: Canvas, area: QRectF, image, count: int) -> None:
        """One row of values as cells with gaps."""
        canvas.painter.setRenderHint(canvas.painter.RenderHint.SmoothPixmapTransform, False)
        canvas.painter.drawImage(area, image)
        cell = area.width() / max(count, 1)
        if cell >= 4:
            for k in range(1, count):
                canvas.fill(QRectF(area.left() + k * cell - 0.5, area.top(), 1, area.height()), canvas.theme.panel)
        canvas.painter.setBrush(Qt.BrushStyle.NoBrush)
        canvas.outline(area, canvas.theme.border, 1.0)
