"""Every unit of a memory over the steps: a row a unit, blue below nought and orange above."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from gui.translation import tr
from gui.widgets.canvas import RIGHT, Canvas
from gui.widgets.strip import Strip


@dataclass(frozen=True)
class UnitsState:
    """``values`` float [units, steps] in -1..1; ``version`` changes when they do."""

    version: tuple
    values: NDArray[np.float32] = field(compare=False)
    words: str = ""


class Units(Strip):
    """Shows one :class:`UnitsState`."""

    heading = tr("Memory, unit by unit")
    rows = 5

    def note(self) -> str:
        return self.state.words

    def describe(self) -> str:
        units, steps = self.state.values.shape
        return tr(
            "{units} units over {steps} steps, largest {max:.2f}",
            units=units,
            steps=steps,
            max=float(np.abs(self.state.values).max(initial=0)),
        )

    def draw_still(self, canvas: Canvas, plot: QRectF) -> None:
        values, unit, theme = self.state.values, canvas.unit, canvas.theme
        if not values.size:
            return
        low, middle, high = (
            np.array(QColor(name).getRgb()[:3], float) for name in (theme.data[0], theme.raised, theme.data[1])
        )
        share = np.clip(np.abs(values), 0, 1)[..., None]
        colours = middle + share * (np.where(values[..., None] < 0, low, high) - middle)
        pixels = np.full((*values.shape, 4), 255, np.uint8)
        pixels[..., 2::-1] = np.rint(colours)
        image = QImage(pixels.data, values.shape[1], values.shape[0], 4 * values.shape[1], QImage.Format.Format_RGB32)
        left, right = self.span.x(0, plot), self.span.x(values.shape[1], plot)
        canvas.painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        canvas.painter.drawImage(QRectF(left, plot.top(), right - left, plot.height()), image.copy())
        for words, y in (
            (tr("unit 1"), plot.top()),
            (tr("unit {values}", values=len(values)), plot.bottom() - 1.1 * unit),
        ):
            place = QRectF(plot.left() - 5.4 * unit, y, 5.0 * unit, 1.1 * unit)
            canvas.text(place, words, theme.muted, align=RIGHT, small=True)
