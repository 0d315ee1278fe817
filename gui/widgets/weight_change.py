"""What a write changed: a heat map of each tensor, on a scale that all write steps share."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

from gui.translation import tr
from gui.widgets.canvas import RIGHT, Canvas
from gui.widgets.patterns import SIGNED, heat_image
from gui.widgets.picture import Picture, Region


@dataclass(frozen=True)
class Tensor:
    """A named tensor's change as a matrix [units, inputs], and its length."""

    name: str
    norm: float
    values: NDArray[np.float32] = field(compare=False)


@dataclass(frozen=True)
class WeightChangeState:
    """All written tensors after ``step`` write steps; colours go from -``most`` to ``most``."""

    version: tuple
    step: int
    most: float
    tensors: tuple[Tensor, ...]
    words: str = ""


class WeightChange(Picture):
    """Shows one :class:`WeightChangeState`."""

    heading = tr("Weight change")
    columns = 12
    rows = 7

    def note(self) -> str:
        return self.state.words

    def describe(self) -> str:
        return ", ".join(
            tr("{name} changed by {norm:.3g}", name=tensor.name, norm=tensor.norm) for tensor in self.state.tensors
        )

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        plot = area.adjusted(0, 0, -3.4 * unit, 0)
        rows = sum(max(tensor.values.shape[0], 1) for tensor in state.tensors)
        room = plot.height() - 1.15 * unit * len(state.tensors)
        top = plot.top()
        for tensor in state.tensors:
            height = max(room * tensor.values.shape[0] / max(rows, 1), 0.4 * unit)
            head = QRectF(plot.left(), top, plot.width(), unit)
            units, inputs = tensor.values.shape
            used = canvas.text(head, tensor.name, theme.text, small=True)
            words = tr("{units} × {inputs}, length {norm:.3g}", units=units, inputs=inputs, norm=tensor.norm)
            canvas.text(head.adjusted(used + 0.6 * unit, 0, 0, 0), words, theme.muted, align=RIGHT, small=True)
            place = QRectF(plot.left(), top + 1.05 * unit, plot.width(), height)
            canvas.painter.setRenderHint(canvas.painter.RenderHint.SmoothPixmapTransform, False)
            picture = heat_image(tensor.values.astype(np.float64), -state.most, state.most, SIGNED)
            canvas.painter.drawImage(place, picture)
            tip = tr(
                "{name}: a row a unit, a column an input\nchange after {step} write steps",
                name=tensor.name,
                step=state.step,
            )
            self.regions.append(Region(place, ("tensor", tensor.name), tip))
            top = place.bottom() + 0.1 * unit
        bar = QRectF(
            area.right() - 3.0 * unit, area.top() + 0.6 * unit, 0.6 * unit, max(area.height() - 1.2 * unit, unit)
        )
        canvas.painter.drawImage(bar, heat_image(np.linspace(1, -1, 64)[:, None], -1.0, 1.0, SIGNED))
        for value, y in ((state.most, bar.top()), (0.0, bar.center().y()), (-state.most, bar.bottom())):
            box = QRectF(bar.right() + 0.1 * unit, y - 0.55 * unit, 2.3 * unit, 1.1 * unit)
            canvas.text(box, f"{value:.2g}".replace("-", "−"), theme.muted, align=RIGHT, small=True)
