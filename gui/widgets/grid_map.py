"""Values over two settings as a map of coloured cells, each with its number; what is missing stays empty."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from PySide6.QtCore import QRectF

from gui.translation import tr
from gui.widgets.canvas import CENTRE, RIGHT, Canvas, blend, ink_on
from gui.widgets.picture import Picture, Region

# Viridis at equal distances: perceptually uniform, and told apart without colours.
VIRIDIS = ("#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725")


def shade_of(share: float) -> str:
    """The colour at 0 to 1 of the map."""
    place = min(max(share, 0.0), 1.0) * (len(VIRIDIS) - 1)
    below = min(int(place), len(VIRIDIS) - 2)
    return blend(VIRIDIS[below + 1], VIRIDIS[below], round(place - below, 3))


@dataclass(frozen=True)
class GridMapState:
    """``cells[row][column]``: (mean, runs that have a value, runs), mean nan where none has. ``unit`` of the values."""

    row_title: str
    column_title: str
    row_names: tuple[str, ...]
    column_names: tuple[str, ...]
    cells: tuple[tuple[tuple[float, int, int], ...], ...]
    unit: str = ""


class GridMap(Picture):
    """Shows one :class:`GridMapState`."""

    heading = tr("Heat map")
    columns = 16
    rows = 8

    def note(self) -> str:
        return tr("mean of {unit}", unit=self.state.unit)

    def describe(self) -> str:
        parts = []
        for name, row in zip(self.state.row_names, self.state.cells, strict=True):
            known = [f"{value:.4g}" if isfinite(value) else tr("none") for value, _, _ in row]
            parts.append(f"{self.state.row_title} {name}: {', '.join(known)}")
        return ". ".join(parts)

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        values = [value for row in state.cells for value, _, _ in row if isfinite(value)]
        if not values:
            canvas.paragraph(area, tr("No run of the sweep has a value yet"), theme.muted)
            return
        low, high = min(values), max(values)
        small = canvas.metrics(small=True)
        names = max(map(small.horizontalAdvance, (*state.row_names, state.row_title))) + 0.8 * unit
        plot = area.adjusted(min(names, 0.35 * area.width()), 1.2 * unit, 0, -2.3 * unit)
        width, height = plot.width() / len(state.column_names), plot.height() / len(state.row_names)
        canvas.text(QRectF(area.left(), area.top(), names, 1.1 * unit), state.row_title, theme.muted, small=True)
        for i, row in enumerate(state.cells):
            y = plot.top() + i * height
            canvas.text(QRectF(area.left(), y, plot.left() - area.left() - 0.5 * unit, height), state.row_names[i],
                        theme.text, align=RIGHT, small=True)  # fmt: skip
            for j, (value, count, runs) in enumerate(row):
                cell = QRectF(plot.left() + j * width, y, max(width - 2, 1), max(height - 2, 1))
                words = f"{state.row_title} {state.row_names[i]}, {state.column_title} {state.column_names[j]}"
                if not isfinite(value):
                    canvas.outline(cell, theme.border, 2)
                    self.regions.append(
                        Region(
                            cell,
                            (i, j),
                            tr("{words}\nno value ({count} of {runs} runs)", words=words, count=count, runs=runs),
                        )
                    )
                    continue
                fill = shade_of((value - low) / (high - low) if high > low else 0.5)
                canvas.fill(cell, fill)
                if width > 2.2 * unit and height > unit:
                    canvas.text(cell, f"{value:.4g}", ink_on(fill), align=CENTRE, small=True)
                self.regions.append(
                    Region(
                        cell,
                        (i, j),
                        tr(
                            "{words}\n{value:.5g}, {count} of {runs} runs",
                            words=words,
                            value=value,
                            count=count,
                            runs=runs,
                        ),
                    )
                )
        for j, name in enumerate(state.column_names):
            box = QRectF(plot.left() + j * width, plot.bottom() + 0.1 * unit, width, 1.1 * unit)
            canvas.text(box, name, theme.text, align=CENTRE, small=True)
        box = QRectF(plot.left(), plot.bottom() + 1.2 * unit, plot.width(), 1.1 * unit)
        canvas.text(box, state.column_title, theme.muted, align=CENTRE, small=True)
