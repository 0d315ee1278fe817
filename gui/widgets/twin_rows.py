"""One row of two output layers at the same moment: before the step, what it was drawn to, and after."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

from gui.translation import tr
from gui.widgets.canvas import Canvas, blend
from gui.widgets.picture import Picture, Region

PARTS = (tr("row before"), tr("activation"), tr("row after"))
COLD, WARM = "#2166ac", "#b2182b"


@dataclass(frozen=True)
class RowStep:
    """One step of one twin. ``parts`` float32 [3, d]: the row before, the activation before the word, the row after;
    ``rate`` with which the rule mixed (0: gradient only), ``before`` and ``after`` probabilities of the word there.
    """

    title: str
    step: int
    rate: float
    before: float
    after: float
    count: int
    parts: NDArray[np.float32] = field(compare=False, default_factory=lambda: np.zeros((3, 1), np.float32))


@dataclass(frozen=True)
class TwinRowsState:
    """The ``word`` and one or two twins."""

    word: str
    twins: tuple[RowStep, ...]


class TwinRows(Picture):
    """Shows one :class:`TwinRowsState`: a stripe a number, blue below zero, red above, one scale for all."""

    heading = tr("The row of one word")
    columns = 20
    rows = 9

    def note(self) -> str:
        return self.state.word

    def describe(self) -> str:
        return ". ".join(
            tr(
                "{title} at step {step}: {word} from {before:.2g} to {after:.2g}, rate {rate:.2g}",
                title=twin.title,
                step=twin.step,
                word=self.state.word,
                before=twin.before,
                after=twin.after,
                rate=twin.rate,
            )
            for twin in self.state.twins
        )

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        unit, theme = canvas.unit, canvas.theme
        twins = self.state.twins
        limit = max((float(np.abs(twin.parts).max()) for twin in twins), default=1.0) or 1.0
        height = area.height() / max(len(twins), 1)
        for number, twin in enumerate(twins):
            top = area.top() + number * height
            head = QRectF(area.left(), top, area.width(), 1.2 * unit)
            used = canvas.text(head, twin.title, theme.data[number], bold=True, small=True)
            words = f"p {percent(twin.before)} → {percent(twin.after)}, "
            words += tr("mixed at {rate:.2f}", rate=twin.rate) if twin.rate else tr("gradient only")
            norms = np.linalg.norm(twin.parts, axis=1)
            if area.width() > 30 * unit:
                words += tr(", norm of the row {before:.2g} → {after:.2g}", before=norms[0], after=norms[2])
            canvas.text(head.adjusted(used + unit, 0, 0, 0), words, theme.muted, small=True)
            room = (height - 1.7 * unit) / len(PARTS)
            for k, name in enumerate(PARTS):
                row = QRectF(area.left(), top + 1.3 * unit + k * room, area.width(), max(room - 0.15 * unit, 2.0))
                canvas.text(QRectF(row.left(), row.top(), 5 * unit, row.height()), name, theme.muted, small=True)
                self._draw_stripes(canvas, row.adjusted(5.2 * unit, 0, 0, 0), twin.parts[k], limit)
                tip = tr(
                    "{name}, norm {parts:.3g}\nscale ±{limit:.3g}",
                    name=name,
                    parts=float(np.linalg.norm(twin.parts[k])),
                    limit=limit,
                )
                self.regions.append(Region(row, (number, k), tip))

    def _draw_stripes(self, canvas: Canvas, area: QRectF, values: NDArray[np.float32], limit: float) -> None:
        width = area.width() / len(values)
        for place, value in enumerate(values.tolist()):
            share = min(abs(value) / limit, 1.0)
            colour = blend(WARM if value > 0 else COLD, canvas.theme.panel, share)
            canvas.fill(QRectF(area.left() + place * width, area.top(), width + 0.4, area.height()), colour)


def percent(value: float) -> str:
    """A probability for people: 12 %, 0.3 %, 2e-05."""
    return (
        f"{value:.0%}".replace("%", " %")
        if value >= 0.1
        else f"{100 * value:.2g} %"
        if value >= 1e-4
        else f"{value:.0e}"
    )
