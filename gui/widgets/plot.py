"""Curves over a common axis with their bands: painted as vectors, moved and zoomed with the mouse, a million points."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPolygonF, QWheelEvent

from gui.theme import Theme
from gui.translation import tr
from gui.widgets.canvas import CENTRE, RIGHT, Canvas
from gui.widgets.decimation import Pyramid
from gui.widgets.picture import Picture, Region
from gui.widgets.scores import DASHES
from gui.widgets.ticks import nice_ticks, tick_words

SMOOTH = 4000  # points of a line up to which it is antialiased


@dataclass(frozen=True, eq=False)
class Line:
    """One curve: ``x`` rising, ``y`` with nan for gaps, ``low`` and ``high`` of its band (None: no band).

    ``colour`` indexes the theme's data colours (or is #rrggbb), ``note`` follows the title in the legend, ``faint`` are
    single runs drawn thin behind it, ``points`` marks each point.
    """

    title: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    low: NDArray[np.float64] | None = None
    high: NDArray[np.float64] | None = None
    colour: int | str = 0
    dash: int = 0
    note: str = ""
    faint: tuple[tuple[NDArray[np.float64], NDArray[np.float64]], ...] = ()
    points: bool = False

    @cached_property
    def pyramid(self) -> Pyramid:
        """The curve, ready to be drawn at any width."""
        return Pyramid(self.x, self.y)

    @cached_property
    def behind(self) -> tuple[Pyramid, ...]:
        """The same of the single runs."""
        return tuple(Pyramid(x, y) for x, y in self.faint)


@dataclass(frozen=True, eq=False)
class PlotState:
    """``lines`` to draw, names of the axes, ``note`` at the right of the heading; ``bottom`` is in view if not None."""

    lines: tuple[Line, ...]
    x_title: str = tr("step")
    y_title: str = ""
    note: str = ""
    bottom: float | None = None
    whole: bool = False  # x are whole numbers: trials, ranks
    references: tuple[tuple[str, float], ...] = field(default=())


class Plot(Picture):
    """Shows one :class:`PlotState`. Drag to move, wheel to zoom at the pointer, double-click to see all again."""

    columns = 18
    rows = 9
    view_changed = Signal()

    def __init__(self, heading: str, parent=None) -> None:
        self.heading = heading
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.view: tuple[float, float] | None = None
        self._plot = QRectF()
        self._range = (0.0, 1.0)
        self._dragged: tuple[float, tuple[float, float]] | None = None

    def set_state(self, state: PlotState | None) -> None:
        before = self.state
        super().set_state(state)
        if state is None or before is None or _extent(state) != _extent(before):
            self.view = None

    def note(self) -> str:
        return self.state.note

    def describe(self) -> str:
        parts = []
        for line in self.state.lines:
            known = np.flatnonzero(np.isfinite(line.y))
            if len(known):
                end = known[-1]
                parts.append(
                    tr(
                        "{title} {y:.4g} at {x_title} {x:,.0f}",
                        title=line.title,
                        y=line.y[end],
                        x_title=self.state.x_title,
                        x=line.x[end],
                    )
                )
            else:
                parts.append(tr("{title} without a value", title=line.title))
        return ". ".join(parts)

    # Painting

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        low, high = self._limits()
        if not (isfinite(low) and isfinite(high)):
            canvas.paragraph(area, self.message or tr("No run has such a curve"), theme.muted)
            return
        rows = self._legend_rows(canvas, area.width())
        ticks = nice_ticks(low, high, max(2, int(area.height() / (3.2 * unit))))
        words = [tick_words(tick, ticks) for tick in ticks]
        left = max((canvas.metrics(small=True).horizontalAdvance(word) for word in words), default=0) + 0.7 * unit
        plot = area.adjusted(left, 0.9 * unit, -0.6 * unit, -2.5 * unit - 1.25 * unit * len(rows))
        if plot.height() < 2 * unit or plot.width() < 3 * unit:
            return
        self._plot = plot
        first, last = self._range
        scale_x, scale_y = plot.width() / (last - first), plot.height() / (high - low)
        canvas.text(QRectF(area.left(), area.top() - 0.55 * unit, area.width(), 1.1 * unit), state.y_title, theme.muted,
                    small=True)  # fmt: skip
        for tick, word in zip(ticks, words, strict=True):
            y = plot.bottom() - (tick - low) * scale_y
            canvas.fill(QRectF(plot.left(), round(y), plot.width(), 1), theme.track)
            canvas.text(QRectF(area.left(), y - 0.6 * unit, left - 0.4 * unit, 1.2 * unit), word, theme.muted,
                        align=RIGHT, small=True)  # fmt: skip
        self._draw_x_axis(canvas, plot, scale_x)
        painter = canvas.painter
        painter.save()
        painter.setClipRect(plot.adjusted(0, -2, 1, 2), Qt.ClipOperation.IntersectClip)
        for title, value in state.references:
            y = plot.bottom() - (value - low) * scale_y
            canvas.line(QPointF(plot.left(), y), QPointF(plot.right(), y), theme.muted, 1.0, 1.0, (4.0, 3.0))
            canvas.text(QRectF(plot.left() + 0.4 * unit, y - 1.15 * unit, plot.width(), 1.1 * unit), title,
                        theme.muted, small=True)  # fmt: skip
        mapping = (plot.left() - first * scale_x, scale_x, plot.bottom() + low * scale_y, scale_y)
        for line in state.lines:
            self._draw_behind(canvas, line, mapping, plot)
        for line in state.lines:
            self._draw_line(canvas, line, mapping, plot)
        painter.restore()
        self._draw_legend(canvas, QRectF(area.left(), plot.bottom() + 2.5 * unit, area.width(), 0), rows)

    def _limits(self) -> tuple[float, float]:
        """The range of values in view; sets the range of the axis. nan where there is nothing."""
        state = self.state
        ends = _extent(state)
        if not (isfinite(ends[0]) and isfinite(ends[1])):
            return float("nan"), float("nan")
        first, last = self.view or ends
        if first == last:
            first, last = first - 0.5, last + 0.5
        elif state.whole and self.view is None:
            first, last = first - 0.25, last + 0.25
        self._range = (first, last)
        spans = [line.pyramid.span(first, last) for line in state.lines]
        spans += [pyramid.span(first, last) for line in state.lines for pyramid in line.behind]
        for line in state.lines:
            if line.low is not None and line.high is not None:
                inside = (line.x >= first) & (line.x <= last)
                with np.errstate(invalid="ignore"):
                    spans.append((_least(line.low[inside]), -_least(-line.high[inside])))
        values = [value for span in spans for value in span if isfinite(value)]
        if not values:
            return float("nan"), float("nan")
        values += [value for _, value in state.references] if self.view is None else []
        values += [] if state.bottom is None else [state.bottom]
        low, high = min(values), max(values)
        room = 0.05 * (high - low) or abs(high) * 0.1 or 1.0
        return low if low == state.bottom else low - room, high + room

    def _draw_x_axis(self, canvas: Canvas, plot: QRectF, scale: float) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        first, last = self._range
        canvas.fill(QRectF(plot.left(), round(plot.bottom()), plot.width(), 1), theme.border)
        ticks = nice_ticks(first, last, max(2, int(plot.width() / ((2.4 if state.whole else 5.5) * unit))))
        if state.whole:
            ticks = [tick for tick in ticks if tick == int(tick)]
        for tick in ticks:
            x = plot.left() + (tick - first) * scale
            canvas.fill(QRectF(round(x), plot.bottom(), 1, 0.25 * unit), theme.border)
            box = QRectF(x - 3 * unit, plot.bottom() + 0.3 * unit, 6 * unit, 1.1 * unit)
            canvas.text(box, tick_words(tick, ticks), theme.muted, align=CENTRE, small=True)
        box = QRectF(plot.left(), plot.bottom() + 1.3 * unit, plot.width(), 1.1 * unit)
        canvas.text(box, state.x_title, theme.muted, align=CENTRE, small=True)

    def _draw_behind(self, canvas: Canvas, line: Line, mapping, plot: QRectF) -> None:
        painter, colour = canvas.painter, data_colour(canvas.theme, line.colour)
        if line.low is not None and line.high is not None:
            known = np.isfinite(line.low) & np.isfinite(line.high)
            edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(canvas.colour(colour, 0.18))
            for start, stop in edges.reshape(-1, 2):
                x = np.concatenate([line.x[start:stop], line.x[start:stop][::-1]])
                y = np.concatenate([line.high[start:stop], line.low[start:stop][::-1]])
                painter.drawPolygon(_polygon(x, y, mapping))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        if line.behind:
            painter.setPen(canvas.pen(colour, 1.0, 0.3))
            for pyramid in line.behind:
                self._draw_pieces(canvas, pyramid, mapping, plot)

    def _draw_line(self, canvas: Canvas, line: Line, mapping, plot: QRectF) -> None:
        painter, unit = canvas.painter, canvas.unit
        colour = data_colour(canvas.theme, line.colour)
        painter.setPen(canvas.pen(colour, 0.11 * unit, 1.0, DASHES[line.dash % len(DASHES)]))
        self._draw_pieces(canvas, line.pyramid, mapping, plot)
        if line.points or len(line.x) == 1:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(canvas.colour(colour))
            for point in _polygon(line.x, line.y, mapping) if np.isfinite(line.y).all() else []:
                painter.drawEllipse(point, 0.2 * unit, 0.2 * unit)
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def _draw_pieces(self, canvas: Canvas, pyramid: Pyramid, mapping, plot: QRectF) -> None:
        """A curve without its gaps."""
        x, y = pyramid.line(*self._range, int(plot.width()))
        painter = canvas.painter
        dense = len(x) > SMOOTH or len(x) > 1.5 * plot.width()
        painter.setRenderHint(painter.RenderHint.Antialiasing, not dense)
        if dense:  # a thick line of thousands of pieces costs ten times as much as a thin one
            pen = painter.pen()
            pen.setWidthF(1.0)
            pen.setCosmetic(True)
            painter.setPen(pen)
        known = np.isfinite(y)
        if known.all():
            painter.drawPolyline(_polygon(x, y, mapping))
        else:
            edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
            for start, stop in edges.reshape(-1, 2):
                painter.drawPolyline(_polygon(x[start:stop], y[start:stop], mapping))
        painter.setRenderHint(painter.RenderHint.Antialiasing, True)

    def _legend_rows(self, canvas: Canvas, width: float) -> list[list[tuple[Line, float]]]:
        """Entries of the legend and their widths, row by row."""
        rows: list[list[tuple[Line, float]]] = [[]]
        used = 0.0
        for line in self.state.lines:
            words = line.title + (f"  {line.note}" if line.note else "")
            wide = min(width, canvas.metrics(small=True).horizontalAdvance(words) + 3.4 * canvas.unit)
            if used + wide > width and rows[-1]:
                rows.append([])
                used = 0.0
            rows[-1].append((line, wide))
            used += wide
        return rows if rows[-1] else []

    def _draw_legend(self, canvas: Canvas, area: QRectF, rows: list[list[tuple[Line, float]]]) -> None:
        unit, theme = canvas.unit, canvas.theme
        for number, row in enumerate(rows):
            x, y = area.left(), area.top() + 1.25 * unit * number
            for line, wide in row:
                colour = data_colour(theme, line.colour)
                middle = y + 0.55 * unit
                dash = DASHES[line.dash % len(DASHES)]
                canvas.line(QPointF(x, middle), QPointF(x + 1.3 * unit, middle), colour, 0.16 * unit, 1.0, dash)
                box = QRectF(x + 1.7 * unit, y, wide - 2.2 * unit, 1.1 * unit)
                used = canvas.text(box, line.title, theme.text, small=True)
                canvas.text(box.adjusted(used + 0.5 * unit, 0, 0, 0), line.note, theme.muted, small=True)
                x += wide

    # Hover, move, zoom

    def region_at(self, position: QPointF) -> Region | None:
        if self.state is None or not self._plot.contains(position):
            return super().region_at(position)
        first, last = self._range
        x = first + (position.x() - self._plot.left()) / self._plot.width() * (last - first)
        tips = []
        for line in self.state.lines:
            if len(line.x):
                at = int(np.argmin(np.abs(line.x - x))) if len(line.x) < 10_000 else _nearest(line.x, x)
                value = f"{line.y[at]:.5g}" if isfinite(line.y[at]) else tr("no value")
                if line.low is not None and line.high is not None and isfinite(line.low[at]):
                    value += tr(" ({low:.5g} to {high:.5g})", low=line.low[at], high=line.high[at])
                tips.append((line.x[at], f"{line.title} {value}"))
        if not tips:
            return None
        where = min((at for at, _ in tips), key=lambda at: abs(at - x))
        tip = f"{self.state.x_title} {where:,.10g}\n" + "\n".join(words for _, words in tips)
        return Region(QRectF(position.x() - 4, self._plot.top(), 8, self._plot.height()), where, tip)

    def move_to(self, first: float, last: float) -> None:
        """Show the part of the axis between two x."""
        if isfinite(first) and isfinite(last) and first < last:
            self.view = (first, last)
            self.view_changed.emit()
            self.update()

    def show_all(self) -> None:
        """Show everything again."""
        self.view = None
        self.view_changed.emit()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._plot.contains(event.position()):
            self._dragged = (event.position().x(), self._range)
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged is not None and self._plot.width() > 0:
            began, (first, last) = self._dragged
            by = (began - event.position().x()) / self._plot.width() * (last - first)
            self.move_to(first + by, last + by)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.show_all()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.state is not None and self._plot.contains(event.position()):
            share = (event.position().x() - self._plot.left()) / self._plot.width()
            self._zoom(share, 0.85 ** (event.angleDelta().y() / 120))
            event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        first, last = self._range
        steps = {Qt.Key.Key_Left: -0.1, Qt.Key.Key_Right: 0.1}
        if event.key() in steps:
            by = steps[event.key()] * (last - first)
            self.move_to(first + by, last + by)
        elif event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
            self._zoom(0.5, 0.8 if event.key() == Qt.Key.Key_Plus else 1.25)
        elif event.key() == Qt.Key.Key_Home:
            self.show_all()
        else:
            super().keyPressEvent(event)

    def _zoom(self, share: float, factor: float) -> None:
        first, last = self._range
        at = first + share * (last - first)
        self.move_to(at - (at - first) * factor, at + (last - at) * factor)


def data_colour(theme: Theme, colour: int | str) -> str:
    """A colour of the theme by its number, or one that a person chose as it is."""
    return colour if isinstance(colour, str) else theme.data[colour % len(theme.data)]


def _polygon(x: NDArray[np.float64], y: NDArray[np.float64], mapping: tuple[float, float, float, float]) -> QPolygonF:
    left, scale_x, bottom, scale_y = mapping
    with np.errstate(over="ignore", invalid="ignore"):
        xs = np.clip(left + x * scale_x, -1e5, 1e5).tolist()
        ys = np.clip(bottom - y * scale_y, -1e5, 1e5).tolist()
    return QPolygonF(list(map(QPointF, xs, ys)))


def _extent(state: PlotState) -> tuple[float, float]:
    lines = [line.x for line in state.lines if len(line.x)]
    lines += [x for line in state.lines for x, _ in line.faint if len(x)]
    if not lines:
        return float("nan"), float("nan")
    return min(float(x[0]) for x in lines), max(float(x[-1]) for x in lines)


def _least(values: NDArray[np.float64]) -> float:
    values = values[np.isfinite(values)]
    return float(values.min()) if len(values) else float("nan")


def _nearest(x: NDArray[np.float64], value: float) -> int:
    right = min(int(np.searchsorted(x, value)), len(x) - 1)
    return right - 1 if right and abs(x[right - 1] - value) < abs(x[right] - value) else right
