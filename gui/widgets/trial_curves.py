"""Score by trial: one line a condition with its standard error, references dashed, a mark where the rules change."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath

from gui.translation import tr
from gui.widgets.alchemy_words import number
from gui.widgets.canvas import CENTRE, RIGHT, Canvas
from gui.widgets.picture import Picture, Region
from gui.widgets.scores import DASHES


@dataclass(frozen=True)
class Curve:
    """Means and standard errors by trial (nan where not known) over ``episodes``; ``colour`` in the data colours."""

    title: str
    means: tuple[float, ...]
    errors: tuple[float, ...]
    colour: int
    episodes: int


@dataclass(frozen=True)
class CurvesState:
    """``curves`` in full, ``references`` dashed, ``top`` of the scale at least, ``changes`` trials (from 0) at which
    another chemistry begins.
    """

    curves: tuple[Curve, ...]
    references: tuple[Curve, ...]
    trials: int
    unit: str
    top: float = 1.0
    changes: tuple[int, ...] = ()


class TrialCurves(Picture):
    """Shows one :class:`CurvesState`."""

    heading = tr("Score by trial")
    columns = 30
    rows = 13

    def note(self) -> str:
        return tr("{unit}, mean and standard error", unit=self.state.unit)

    def describe(self) -> str:
        every = self.state.curves + self.state.references
        return ". ".join(f"{c.title}: " + ", ".join(number(v, 2) for v in c.means) for c in every)

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        every = state.curves + state.references
        legend = area.adjusted(0, area.height() - len(every) * 1.3 * unit, 0, 0)
        if area.width() > 56 * unit:
            legend = area.adjusted(area.width() - 22 * unit, 0.4 * unit, 0, 0)
            plot = area.adjusted(2.6 * unit, 0.6 * unit, -legend.width() - 1.5 * unit, -2.6 * unit)
        else:
            plot = area.adjusted(2.6 * unit, 0.6 * unit, -0.4 * unit, -legend.height() - 2.9 * unit)
        if plot.height() < 4 * unit:
            return
        values = [v for curve in every for v in curve.means if isfinite(v)]
        top, bottom = max([state.top, *values]), min([0.0, *values])
        points = state.top > 1
        scale = plot.height() / (top - bottom)
        zero = plot.bottom() + bottom * scale
        for k in range(4 if points else 5):
            value = 15.0 * k if points else 0.25 * k
            y = zero - value * scale
            canvas.fill(QRectF(plot.left(), y, plot.width(), 1), theme.border)
            words = number(value) if points else f"{100 * value:.0f} %"
            canvas.text(QRectF(area.left(), y - 0.6 * unit, 2.2 * unit, 1.2 * unit), words, theme.muted, align=RIGHT,
                        small=True)  # fmt: skip
        cell = plot.width() / state.trials
        for change in state.changes:
            x = plot.left() + change * cell
            canvas.line(QPointF(x, plot.top()), QPointF(x, plot.bottom()), theme.accent, 1.4, 1.0, (3.0, 2.0))
            words = QRectF(x + 0.4 * unit, plot.bottom() - 1.2 * unit, 14 * unit, unit)
            canvas.text(words, tr("another chemistry, untold"), theme.accent, small=True)
        for trial in range(state.trials):
            x = plot.left() + (trial + 0.5) * cell
            if cell > 1.6 * unit or trial % 5 == 4 or trial == 0:
                place = QRectF(x - unit, plot.bottom() + 0.2 * unit, 2 * unit, 1.1 * unit)
                canvas.text(place, str(trial + 1), theme.muted, align=CENTRE, small=True)
            tip = "\n".join(self._tip(curve, trial) for curve in every if trial < len(curve.means))
            region = QRectF(x - cell / 2, plot.top(), cell, plot.height())
            self.regions.append(Region(region, trial, tr("Trial {trial}\n{tip}", trial=trial + 1, tip=tip)))
        place = QRectF(plot.left(), plot.bottom() + 1.2 * unit, plot.width(), 1.1 * unit)
        canvas.text(place, tr("trial"), theme.muted, align=CENTRE, small=True)

        def at(trial: int, value: float) -> QPointF:
            return QPointF(plot.left() + (trial + 0.5) * cell, zero - value * scale)

        for k, curve in enumerate(state.references):
            self._draw_line(canvas, curve, at, DASHES[1 + k % 3])
        for curve in state.curves:
            self._draw_band(canvas, curve, at)
        for curve in state.curves:
            self._draw_line(canvas, curve, at, ())
        self._draw_legend(canvas, legend)

    def _tip(self, curve: Curve, trial: int) -> str:
        points = self.state.top > 1
        mean, error = curve.means[trial], curve.errors[trial]
        words = number(mean, 1) if points else f"{100 * mean:.0f} %"
        if isfinite(error):
            words += f" ± {number(error, 1)}" if points else f" ± {100 * error:.0f} %"
        return f"{curve.title} {words}"

    def _colour(self, canvas: Canvas, curve: Curve) -> str:
        return canvas.theme.data[curve.colour % len(canvas.theme.data)]

    def _draw_band(self, canvas: Canvas, curve: Curve, at) -> None:
        known = [
            (t, m, e)
            for t, (m, e) in enumerate(zip(curve.means, curve.errors, strict=True))
            if isfinite(m) and isfinite(e)
        ]
        if len(known) < 2:
            return
        path = QPainterPath(at(known[0][0], known[0][1] + known[0][2]))
        for trial, mean, error in known[1:]:
            path.lineTo(at(trial, mean + error))
        for trial, mean, error in reversed(known):
            path.lineTo(at(trial, mean - error))
        path.closeSubpath()
        canvas.painter.fillPath(path, canvas.colour(self._colour(canvas, curve), 0.16))

    def _draw_line(self, canvas: Canvas, curve: Curve, at, dash: tuple[float, ...]) -> None:
        unit, painter, colour = canvas.unit, canvas.painter, self._colour(canvas, curve)
        known = [(trial, mean) for trial, mean in enumerate(curve.means) if isfinite(mean)]
        if not known:
            return
        path = QPainterPath(at(*known[0]))
        for trial, mean in known[1:]:
            path.lineTo(at(trial, mean))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(canvas.pen(colour, 0.12 * unit, 1.0, dash))
        painter.drawPath(path)
        if not dash:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(canvas.colour(colour))
            for trial, mean in known:
                painter.drawEllipse(at(trial, mean), 0.2 * unit, 0.2 * unit)

    def _draw_legend(self, canvas: Canvas, area: QRectF) -> None:
        unit, theme = canvas.unit, canvas.theme
        rows = [(curve, ()) for curve in self.state.curves]
        rows += [(curve, DASHES[1 + k % 3]) for k, curve in enumerate(self.state.references)]
        for k, (curve, dash) in enumerate(rows):
            row = QRectF(area.left(), area.top() + k * 1.3 * unit, area.width(), 1.3 * unit)
            if row.bottom() > area.bottom() + unit:
                return
            y = row.center().y()
            canvas.line(QPointF(row.left(), y), QPointF(row.left() + 1.6 * unit, y), self._colour(canvas, curve),
                        0.14 * unit, 1.0, dash)  # fmt: skip
            words = f"{curve.title} ({curve.episodes})"
            canvas.text(row.adjusted(2.1 * unit, 0, 0, 0), words, theme.text, small=True)
