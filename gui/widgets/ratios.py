"""Ratios with their intervals, one a line, about a line at 1."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

from PySide6.QtCore import QPointF, QRectF

from gui.translation import tr
from gui.widgets.canvas import CENTRE, RIGHT, Canvas
from gui.widgets.picture import Picture, Region


@dataclass(frozen=True)
class Ratio:
    """``value`` with the ends of its interval; ``note`` for the tooltip."""

    name: str
    value: float
    low: float
    high: float
    note: str = ""


@dataclass(frozen=True)
class RatiosState:
    """All lines; ``words`` says what is divided by what."""

    ratios: tuple[Ratio, ...]
    words: str = ""


class Ratios(Picture):
    """Shows one :class:`RatiosState` on a logarithmic axis; left of 1 is better."""

    columns = 18
    rows = 8

    def __init__(self, heading: str, parent=None) -> None:
        self.heading = heading
        super().__init__(parent)

    def note(self) -> str:
        return self.state.words

    def describe(self) -> str:
        return ". ".join(
            tr("{name}: {value:.3f}, {low:.3f} to {high:.3f}", name=r.name, value=r.value, low=r.low, high=r.high)
            for r in self.state.ratios
        )

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        ratios, unit, theme = self.state.ratios, canvas.unit, canvas.theme
        if not ratios:
            canvas.paragraph(area, self.message or tr("Measured at the end of training"), theme.muted)
            return
        plot = area.adjusted(5.5 * unit, 0.2 * unit, -7.5 * unit, -1.5 * unit)
        reach = max(0.1, *(abs(log(v)) for r in ratios for v in (r.low, r.high, r.value) if v > 0)) * 1.1

        def x(value: float) -> float:
            return plot.center().x() + log(max(value, 1e-9)) / reach * plot.width() / 2

        for value in (exp(-reach / 1.2), 1.0, exp(reach / 1.2)):
            canvas.fill(
                QRectF(round(x(value)), plot.top(), 1, plot.height()), theme.text if value == 1 else theme.track
            )
            place = QRectF(x(value) - 3 * unit, plot.bottom() + 0.1 * unit, 6 * unit, 1.1 * unit)
            canvas.text(place, f"{value:.2f}", theme.muted, align=CENTRE, small=True)
        height = min(plot.height() / len(ratios), 2.4 * unit)
        for number, ratio in enumerate(ratios):
            row = QRectF(area.left(), plot.top() + number * height, area.width(), height)
            middle = row.center().y()
            canvas.text(QRectF(row.left(), row.top(), 5.2 * unit, height), ratio.name, theme.text, small=True)
            colour = theme.good if ratio.high < 1 else theme.bad if ratio.low > 1 else theme.muted
            canvas.line(QPointF(x(ratio.low), middle), QPointF(x(ratio.high), middle), colour, 0.14 * unit)
            canvas.fill(QRectF(x(ratio.value) - 0.25 * unit, middle - 0.25 * unit, 0.5 * unit, 0.5 * unit), colour,
                        0.25 * unit)  # fmt: skip
            words = f"{ratio.value:.3f}  {ratio.low:.2f}–{ratio.high:.2f}"
            canvas.text(QRectF(row.right() - 7.3 * unit, row.top(), 7.3 * unit, height), words, theme.text, align=RIGHT,
                        small=True)  # fmt: skip
            tip = tr(
                "{name}\n{value:.4f} (95 % interval {low:.4f} to {high:.4f})",
                name=ratio.name,
                value=ratio.value,
                low=ratio.low,
                high=ratio.high,
            )
            self.regions.append(Region(row, ratio.name, tip + (f"\n{ratio.note}" if ratio.note else "")))
