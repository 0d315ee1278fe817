"""Runs of a body in the plane, coloured by method, up to the cursor; the chosen run's bodies at the cursor."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPolygonF

from gui.translation import tr
from gui.widgets.canvas import Canvas
from gui.widgets.picture import Picture, Region
from gui.widgets.uniform_colours import task_colour


@dataclass(frozen=True)
class Bundle:
    """Runs of one method: ``points`` [runs, steps + 1, joints, 3], the last joint is what is paid; ``ends`` [m, 2] of
    more runs than are kept point by point.
    """

    title: str
    short: str
    note: str
    colour: int
    points: NDArray[np.float32] = field(compare=False)
    ends: NDArray[np.float32] = field(compare=False)


@dataclass(frozen=True)
class PathsState:
    """Arrays of one ``version`` never differ. ``targets`` (x, y, radius, task), nan: a band; ``hidden`` titles are not
    drawn; ``run`` is the one whose bodies are shown at ``step``.
    """

    version: tuple
    bundles: tuple[Bundle, ...]
    targets: tuple[tuple[float, float, float, int], ...]
    hidden: frozenset[str]
    step: int
    run: int
    words: str = ""


class Paths(Picture):
    """Shows one :class:`PathsState`; a click on the legend shows or hides a method, one on a path chooses its run."""

    heading = tr("Runs")
    columns = 20
    rows = 16
    method_clicked = Signal(str)
    run_chosen = Signal(int)

    def note(self) -> str:
        return self.state.words

    def describe(self) -> str:
        return tr("Step {step}. ", step=self.state.step) + ". ".join(f"{b.title} {b.note}" for b in self.state.bundles)

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        unit, state = canvas.unit, self.state
        across = 2 if area.width() > 36 * unit else 1
        legend_height = -(-len(state.bundles) // across) * 1.3 * unit
        side = min(area.width(), area.height() - legend_height - 0.6 * unit)
        plot = QRectF(area.center().x() - side / 2, area.top(), side, side)
        self._plot = plot
        canvas.fill(plot, canvas.theme.raised)
        canvas.painter.save()
        canvas.painter.setClipRect(plot)
        for x, y, radius, task in state.targets:
            self._draw_target(canvas, plot, (x, y, radius), task)
        shown = [bundle for bundle in state.bundles if bundle.title not in state.hidden]
        for bundle in shown:
            self._draw_ends(canvas, plot, bundle)
        for bundle in shown:
            self._draw_runs(canvas, plot, bundle)
        for bundle in shown:
            self._draw_body(canvas, plot, bundle)
        canvas.painter.restore()
        canvas.outline(plot, canvas.theme.border, 0)
        self._draw_legend(canvas, QRectF(area.left(), plot.bottom() + 0.5 * unit, area.width(), legend_height), across)

    def _at(self, plot: QRectF, x: float, y: float) -> QPointF:
        half = plot.width() / 2.5  # 1.25 m from the middle to an edge: an arm reaches 1.2
        return QPointF(plot.center().x() + x * half, plot.center().y() - y * half)

    def _draw_target(self, canvas: Canvas, plot: QRectF, circle: tuple[float, float, float], task: int) -> None:
        x, y, radius = circle
        size = radius * plot.width() / 2.5
        colour = task_colour(canvas.theme, task)
        canvas.painter.setPen(canvas.pen(colour, 1.5, 0.8, (4.0, 3.0)))
        canvas.painter.setBrush(canvas.colour(colour, 0.08))
        if isfinite(x) and isfinite(y):
            canvas.painter.drawEllipse(self._at(plot, x, y), size, size)
        elif isfinite(x):
            middle = self._at(plot, x, 0).x()
            canvas.painter.drawRect(QRectF(middle - size, plot.top() - 9, 2 * size, plot.height() + 18))
        else:
            middle = self._at(plot, 0, y).y()
            canvas.painter.drawRect(QRectF(plot.left() - 9, middle - size, plot.width() + 18, 2 * size))

    def _draw_runs(self, canvas: Canvas, plot: QRectF, bundle: Bundle) -> None:
        painter, colour = canvas.painter, canvas.theme.data[bundle.colour]
        half = plot.width() / 2.5
        shown = bundle.points[:, : self.state.step + 1, -1, :2]
        x, y = plot.center().x() + shown[..., 0] * half, plot.center().y() - shown[..., 1] * half
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for run in range(len(shown)):
            chosen = run == self.state.run
            painter.setPen(canvas.pen(colour, 2.2 if chosen else 1.0, 1.0 if chosen else 0.4))
            painter.drawPolyline(
                QPolygonF([QPointF(a, b) for a, b in zip(x[run].tolist(), y[run].tolist(), strict=True)])
            )

    def _draw_ends(self, canvas: Canvas, plot: QRectF, bundle: Bundle) -> None:
        """Where all runs end, once the cursor is at the end."""
        if self.state.step + 1 < bundle.points.shape[1]:
            return
        canvas.painter.setPen(Qt.PenStyle.NoPen)
        canvas.painter.setBrush(canvas.colour(canvas.theme.data[bundle.colour], 0.45))
        for x, y in bundle.ends.tolist():
            canvas.painter.drawEllipse(self._at(plot, x, y), 2.4, 2.4)

    def _draw_body(self, canvas: Canvas, plot: QRectF, bundle: Bundle) -> None:
        if self.state.run >= len(bundle.points):
            return
        theme, unit = canvas.theme, canvas.unit
        colour = theme.data[bundle.colour]
        joints = bundle.points[self.state.run, min(self.state.step, bundle.points.shape[1] - 1)].tolist()
        spots = [self._at(plot, x, y) for x, y, _ in joints]
        if len(spots) > 1:
            canvas.painter.setBrush(Qt.BrushStyle.NoBrush)
            canvas.painter.setPen(canvas.pen(colour, 0.3 * unit, 0.9))
            canvas.painter.drawPolyline(QPolygonF(spots))
            canvas.painter.setPen(canvas.pen(theme.panel, 1.0))
            canvas.painter.setBrush(canvas.colour(colour))
            for spot in spots[:-1]:
                canvas.painter.drawEllipse(spot, 0.2 * unit, 0.2 * unit)
        height = max(joints[-1][2], 0.0)
        canvas.painter.setPen(Qt.PenStyle.NoPen)
        if height > 0.01:  # a shadow on the ground tells how high it flies
            canvas.painter.setBrush(canvas.colour(theme.text, 0.25))
            canvas.painter.drawEllipse(spots[-1], 0.4 * unit, 0.28 * unit)
        lifted = spots[-1] - QPointF(0, height * plot.width() / 5)
        canvas.painter.setPen(canvas.pen(theme.panel, 1.5))
        canvas.painter.setBrush(canvas.colour(colour))
        canvas.painter.drawEllipse(lifted, 0.42 * unit, 0.42 * unit)

    def _draw_legend(self, canvas: Canvas, area: QRectF, across: int) -> None:
        unit, theme = canvas.unit, canvas.theme
        width = area.width() / across
        for k, bundle in enumerate(self.state.bundles):
            row = QRectF(
                area.left() + (k % across) * width, area.top() + (k // across) * 1.3 * unit, width - unit, 1.3 * unit
            )
            seen = bundle.title not in self.state.hidden
            mark = QRectF(row.left() + 0.2 * unit, row.center().y() - 0.3 * unit, 0.6 * unit, 0.6 * unit)
            if seen:
                canvas.fill(mark, theme.data[bundle.colour])
            canvas.outline(mark, theme.data[bundle.colour], 0, 1.5)
            used = canvas.metrics(small=True).horizontalAdvance(bundle.note)
            words = row.adjusted(1.2 * unit, 0, 0, 0)
            name = bundle.title if across * 18 * unit < area.width() else bundle.short
            room = words.adjusted(0, 0, -used - 0.6 * unit, 0)
            canvas.text(room, name, theme.text if seen else theme.faint, small=True)
            canvas.text(
                QRectF(row.right() - used, row.top(), used + 1, row.height()), bundle.note, theme.muted, small=True
            )
            tip = tr(
                "{title}: {note}\nClick to {what}",
                title=bundle.title,
                note=bundle.note,
                what=tr("hide") if seen else tr("show"),
            )
            self.regions.append(Region(row, ("method", bundle.title), tip))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        region = self.region_at(event.position())
        if region is not None:
            self.method_clicked.emit(region.key[1])
            return
        run = self._nearest(event.position())
        if run >= 0:
            self.run_chosen.emit(run)

    def _nearest(self, position: QPointF) -> int:
        """The run whose path comes nearest to a point of the plot, -1 outside."""
        if self.state is None or not self._plot.contains(position):
            return -1
        half = self._plot.width() / 2.5
        point = np.array([position.x() - self._plot.center().x(), self._plot.center().y() - position.y()]) / half
        found = [
            (float(away.min()), int(np.unravel_index(away.argmin(), away.shape)[0]))
            for bundle in self.state.bundles
            if bundle.title not in self.state.hidden and len(bundle.points)
            for away in [np.linalg.norm(bundle.points[:, : self.state.step + 1, -1, :2] - point, axis=-1)]
        ]
        return min(found)[1] if found else -1
