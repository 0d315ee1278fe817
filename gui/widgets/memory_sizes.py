"""Error against the size of the memory, one line a method; methods told where the damage is are dashed."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from math import isfinite, log2

from PySide6.QtCore import QPointF, QRectF, Qt

from gui.translation import tr
from gui.widgets.canvas import CENTRE, RIGHT, Canvas
from gui.widgets.picture import Picture, Region

COLOURS = (0, 2, 3, 5, 7, 6)  # of the theme's data colours, those unlike the accent


@dataclass(frozen=True)
class Line:
    """The points of one method, (floats, error, standard error), in order; ``own`` is the energy-based memory."""

    title: str
    points: tuple[tuple[int, float, float], ...]
    told: bool = False
    own: bool = False


@dataclass(frozen=True)
class MemorySizesState:
    """Every method on the same tasks; ``levels`` are errors that hold at any size, such as the controls."""

    lines: tuple[Line, ...]
    levels: tuple[tuple[str, float], ...]
    unit: str
    words: str = ""


class MemorySizes(Picture):
    """Shows one :class:`MemorySizesState`; the size is on a logarithmic axis."""

    heading = tr("Error against memory")
    columns = 16
    rows = 10

    def note(self) -> str:
        return self.state.words

    def describe(self) -> str:
        ends = [
            tr(
                "{title} {error:.3g} at {floats:,} floats",
                title=line.title,
                error=line.points[-1][1],
                floats=line.points[-1][0],
            )
            for line in self.state.lines
        ]
        return "; ".join([*ends, *(f"{name} {value:.3g}" for name, value in self.state.levels)])

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        points = [p for line in state.lines for p in line.points if p[0] > 0 and isfinite(p[1])]
        if not points:
            canvas.paragraph(area, tr("Train a memory to set it beside its rivals: Run, Train a memory…"), theme.muted)
            return
        first, last = log2(min(p[0] for p in points)), log2(max(p[0] for p in points))
        last = max(last, first + 1)
        largest = max([*(p[1] for p in points), *(value for _, value in state.levels)])
        usual = max([*(line.points[-1][1] for line in state.lines), *(value for _, value in state.levels)])
        high = 1.1 * min(largest, 1.3 * usual) or 1.0  # one method that fails at small sizes must not flatten the rest
        legend = min(11 * unit, 0.42 * area.width())
        plot = area.adjusted(2.8 * unit, 0.3 * unit, -legend - 0.3 * unit, -2.3 * unit)

        def place(floats: float, error: float) -> QPointF:
            x = plot.left() + plot.width() * (log2(floats) - first) / (last - first)
            return QPointF(x, plot.bottom() - plot.height() * error / high)

        for k in range(5):
            y = plot.bottom() - plot.height() * k / 4
            canvas.fill(QRectF(plot.left(), round(y), plot.width(), 1), theme.track)
            box = QRectF(area.left(), y - 0.55 * unit, 2.5 * unit, 1.1 * unit)
            canvas.text(box, f"{high * k / 4:.2g}", theme.muted, align=RIGHT, small=True)
        free = -1e9
        for floats in sorted({p[0] for p in points}):
            x = place(floats, 0).x()
            if x - free >= 3 * unit:
                box = QRectF(x - 2 * unit, plot.bottom() + 0.15 * unit, 4 * unit, unit)
                canvas.text(box, f"{floats:,}", theme.muted, align=CENTRE, small=True)
                free = x
        box = QRectF(plot.left(), plot.bottom() + 1.2 * unit, plot.width(), unit)
        canvas.text(box, tr("floats that a write may change"), theme.muted, align=CENTRE, small=True)
        row = QRectF(plot.right() + 2 * unit, area.top() - 0.3 * unit, legend - 1.5 * unit, 1.15 * unit)
        entries: list[tuple[str, str, tuple[float, ...], bool]] = []
        for k, line in enumerate(sorted(state.lines, key=lambda line: (not line.own, line.points[0][1]))):
            colour = theme.accent if line.own else theme.data[COLOURS[k % len(COLOURS)]]
            dash = (2.0, 2.0) if line.told else ()
            canvas.painter.save()
            canvas.painter.setClipRect(
                plot.adjusted(-unit, -0.3 * unit, unit, 0.5 * unit), Qt.ClipOperation.IntersectClip
            )
            for a, b in itertools.pairwise(line.points):
                canvas.line(place(*a[:2]), place(*b[:2]), colour, 0.12 * unit, 1.0, dash)
            for floats, error, sem in line.points:
                self._draw_point(canvas, place, line, floats, error, sem, colour)
            canvas.painter.restore()
            entries.append((colour, line.title + (tr(", told") if line.told else ""), dash, line.own))
        levels = []
        for name, value in state.levels:
            y = place(2**first, value).y()
            canvas.line(QPointF(plot.left(), y), QPointF(plot.right(), y), theme.muted, 0.08 * unit, 1.0, (1.0, 3.0))
            levels.append((theme.muted, f"{name} {value:.3g}", (1.0, 2.0), False))
        own = sum(line.own for line in state.lines)
        entries[own:own] = levels  # the controls stand right below the error they belong to
        room = max(int(area.height() / (1.15 * unit)), 1)
        for colour, words, dash, bold in entries if len(entries) <= room else entries[: room - 1]:
            self._legend(canvas, row, colour, words, dash, bold=bold)
            row.translate(0, 1.15 * unit)
        if len(entries) > room:
            canvas.text(
                row, tr("and {entries} more, point at them", entries=len(entries) - room + 1), theme.muted, small=True
            )

    def _draw_point(
        self, canvas: Canvas, place, line: Line, floats: int, error: float, sem: float, colour: str
    ) -> None:
        unit, point = canvas.unit, place(floats, error)
        canvas.line(place(floats, error - sem), place(floats, error + sem), colour, 0.1 * unit)
        canvas.painter.setPen(Qt.PenStyle.NoPen)
        canvas.painter.setBrush(canvas.colour(colour))
        radius = (0.34 if line.own else 0.18) * unit
        canvas.painter.drawEllipse(point, radius, radius)
        canvas.painter.setBrush(Qt.BrushStyle.NoBrush)
        tip = tr(
            "{title}, {floats:,} floats\n{error:.3g} ± {sem:.2g} {unit}",
            title=line.title,
            floats=floats,
            error=error,
            sem=sem,
            unit=self.state.unit,
        )
        tip += tr("\ntold where the damage is") if line.told else ""
        area = QRectF(point.x() - 0.4 * unit, point.y() - 0.4 * unit, 0.8 * unit, 0.8 * unit)
        self.regions.append(Region(area, (line.title, floats), tip))

    def _legend(
        self, canvas: Canvas, row: QRectF, colour: str, words: str, dash: tuple[float, ...], *, bold: bool = False
    ) -> None:
        unit, y = canvas.unit, row.center().y()
        canvas.line(QPointF(row.left(), y), QPointF(row.left() + 1.3 * unit, y), colour, 0.14 * unit, 1.0, dash)
        canvas.text(row.adjusted(1.6 * unit, 0, 0, 0), words, canvas.theme.text, small=True, bold=bold)
