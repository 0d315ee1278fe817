"""Returns of several agents as bars from a common zero, with mean and standard error of an evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, nan

from PySide6.QtCore import QPointF, QRectF

from gui.translation import tr
from gui.widgets.canvas import RIGHT, Canvas
from gui.widgets.picture import Picture, Region


@dataclass(frozen=True)
class Return:
    """``value`` of the episode shown; ``mean`` and ``error`` over an evaluation (nan: none); ``colour`` -1: grey."""

    title: str
    colour: int
    value: float
    mean: float = nan
    error: float = nan


@dataclass(frozen=True)
class ReturnsState:
    """All bars; ``words`` at the right of the heading."""

    returns: tuple[Return, ...]
    words: str = ""


class Returns(Picture):
    """Shows one :class:`ReturnsState`."""

    heading = tr("Return of the episode")
    columns = 18
    rows = 6

    def note(self) -> str:
        return self.state.words

    def describe(self) -> str:
        return ", ".join(f"{r.title} {r.value:.4g}" for r in self.state.returns)

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        unit, theme = canvas.unit, canvas.theme
        returns = self.state.returns
        values = [v for r in returns for v in (r.value, r.mean) if isfinite(v)]
        low, high = min([0.0, *values]), max([0.0, *values])
        names, figures = 7.5 * unit, 6.0 * unit
        plot = area.adjusted(names, 0, -figures, 0)
        scale = plot.width() / max(high - low, 1e-9)
        zero = plot.left() - low * scale
        height = min(area.height() / max(len(returns), 1), 2.2 * unit)
        for k, shown in enumerate(returns):
            row = QRectF(area.left(), area.top() + k * height, area.width(), height)
            colour = theme.muted if shown.colour < 0 else theme.data[shown.colour % len(theme.data)]
            canvas.text(row.adjusted(0, 0, -row.width() + names - 0.5 * unit, 0), shown.title, theme.text, small=True)
            if isfinite(shown.value):
                end = zero + shown.value * scale
                bar = QRectF(min(zero, end), row.top() + 0.2 * height, abs(end - zero), 0.6 * height)
                canvas.fill(bar, colour, 2.0)
            words = f"{shown.value:.4g}" if isfinite(shown.value) else ""
            if isfinite(shown.mean):
                x, spread = zero + shown.mean * scale, shown.error * scale if isfinite(shown.error) else 0.0
                y = row.center().y()
                canvas.line(QPointF(x, y - 0.4 * height), QPointF(x, y + 0.4 * height), theme.text, 2.0)
                canvas.line(QPointF(x - spread, y), QPointF(x + spread, y), theme.text, 1.5)
                words = tr("mean {mean:.4g}", mean=shown.mean)
            canvas.text(row.adjusted(row.width() - figures + 0.4 * unit, 0, 0, 0), words, theme.muted, align=RIGHT,
                        small=True)  # fmt: skip
            tip = tr("{title}: this episode {value:.4g}", title=shown.title, value=shown.value)
            if isfinite(shown.mean):
                tip += tr(
                    "\nmean of the evaluation {mean:.4g} ± {error:.3g} (standard error)",
                    mean=shown.mean,
                    error=shown.error,
                )
            self.regions.append(Region(row, k, tip))
        canvas.line(QPointF(zero, area.top()), QPointF(zero, area.top() + height * len(returns)), theme.border, 1.0)
