"""Two futures of one sequence: what each answered, where they first differ, how many bits each got wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from gui.translation import tr
from gui.widgets.access_colours import grey_image
from gui.widgets.canvas import RIGHT, Canvas
from gui.widgets.picture import Picture


@dataclass(frozen=True)
class FuturesState:
    """``target``, the outputs of both traces and which of them are wrong, at the scored steps [answers, values];
    ``titles`` and ``errors`` (nan unknown) of both; ``first`` differing step (-1: none); ``changed`` of ``answered``
    bits or answers, the ``unit``.
    """

    version: tuple
    target: NDArray[np.float32] = field(compare=False)
    outputs: tuple[NDArray[np.float32], NDArray[np.float32]] = field(compare=False)
    wrong: tuple[NDArray[np.bool_], NDArray[np.bool_]] = field(compare=False)
    titles: tuple[str, str] = ("", "")
    errors: tuple[float, float] = (0.0, 0.0)
    first: int = -1
    changed: int = 0
    answered: int = 0
    unit: str = "bits"


class Futures(Picture):
    """Shows one :class:`FuturesState`."""

    heading = tr("Two futures")
    columns = 16
    rows = 11

    def note(self) -> str:
        first = self.state.first
        return tr("they do not differ") if first < 0 else tr("first differ at step {first}", first=first)

    def describe(self) -> str:
        a, b = self.state.errors
        changed = tr("{changed} {unit} changed", changed=self.state.changed, unit=self.state.unit)
        return tr(
            "{note}; {changed}; {a} before, {b} after",
            note=self.note(),
            changed=changed,
            a=self._error(a),
            b=self._error(b),
        )

    def _error(self, value: float) -> str:
        return tr("unknown") if value != value else tr("{value:.3g} {unit} wrong", value=value, unit=self.state.unit)

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        both = zip(state.titles, state.outputs, map(self._error, state.errors), state.wrong, strict=True)
        words = QRectF(area.left(), area.bottom() - 1.2 * unit, area.width(), 1.2 * unit)
        height = (words.top() - area.top()) / 3
        for k, (title, values, error, wrong) in enumerate(((tr("target"), state.target, "", None), *both)):
            part = QRectF(area.left(), area.top() + k * height, area.width(), height - 0.3 * unit)
            head = QRectF(part.left(), part.top(), part.width(), 1.1 * unit)
            used = canvas.text(head, error, theme.text, align=RIGHT, small=True)
            canvas.text(head.adjusted(0, 0, -used - unit, 0), title, theme.muted, small=True)
            if values.size:
                self._draw_bits(
                    canvas,
                    QRectF(part.left(), head.bottom(), part.width(), max(part.bottom() - head.bottom(), 3)),
                    values,
                    wrong,
                )
        count = state.changed
        text = (
            tr("same answer")
            if not count
            else tr(
                "{count} of {answered} {unit} changed",
                count=count,
                answered=state.answered,
                unit=self._answered(),
            )
        )
        canvas.text(
            words,
            text if len(state.target) else tr("no step is scored"),
            theme.bad if count else theme.good,
            small=True,
            bold=True,
        )

    def _answered(self) -> str:
        return tr("answers") if self.state.unit == "answers" else tr("answered {unit}", unit=self.state.unit)

    def _draw_bits(
        self, canvas: Canvas, area: QRectF, values: NDArray[np.float32], wrong: NDArray[np.bool_] | None
    ) -> None:
        answers, size = values.shape
        cell = min(area.width() / (answers * size), 1.2 * canvas.unit)
        width = cell * answers * size
        strip = QRectF(area.left(), area.top() + 1, width, min(area.height() - 1, 1.2 * canvas.unit))
        canvas.painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        canvas.painter.drawImage(strip, grey_image(values.reshape(1, -1), canvas.theme))
        if cell >= 4:
            for k in range(answers * size + 1):
                bold = k % size == 0
                x = strip.left() + k * cell
                canvas.line(QPointF(x, strip.top()), QPointF(x, strip.bottom()), canvas.theme.panel, 3 if bold else 1)
        for k in np.flatnonzero(wrong.ravel()).tolist() if wrong is not None else ():
            place = QRectF(strip.left() + k * cell, strip.top(), cell, strip.height())
            canvas.outline(place.adjusted(0.5, 0.5, -0.5, -0.5), canvas.theme.bad, 1.0, 1.6)
