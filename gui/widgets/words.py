"""The memory itself at one step: the words of the slots touched so far, on a diverging map with a fixed scale."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QMouseEvent, QPainter

from gui.translation import tr
from gui.widgets.access_colours import as_image, diverging_image, diverging_table
from gui.widgets.canvas import RIGHT, Canvas
from gui.widgets.picture import Picture


@dataclass(frozen=True)
class WordsState:
    """``words`` [rows, values] of the touched ``slots`` [rows] after step ``step``; ``row`` is the chosen one."""

    version: tuple
    step: int
    words: NDArray[np.float32] = field(compare=False)
    slots: NDArray[np.int64] = field(compare=False)
    limit: float = 1.0
    row: int = -1


class Words(Picture):
    """Shows one :class:`WordsState`; a click chooses a slot."""

    heading = tr("Memory")
    columns = 16
    rows = 8
    slot_chosen = Signal(int)

    def note(self) -> str:
        state = self.state
        return tr(
            "step {step} · {slots} touched words × {shape}",
            step=state.step,
            slots=len(state.slots),
            shape=state.words.shape[1],
        )

    def describe(self) -> str:
        return tr(
            "{note}, values from {low:g} to {high:g}",
            note=self.note(),
            low=-self.state.limit,
            high=self.state.limit,
        )

    def _matrix(self, area: QRectF, unit: float) -> QRectF:
        return area.adjusted(3.2 * unit, 0, 0, -1.5 * unit)

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme, painter = self.state, canvas.unit, canvas.theme, canvas.painter
        if not state.words.size:
            canvas.paragraph(area, tr("No word has been written yet"), theme.muted)
            return
        matrix = self._matrix(area, unit)
        rows = len(state.words)
        height = min(matrix.height() / rows, 1.2 * unit)
        matrix.setHeight(height * rows)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(matrix, diverging_image(state.words, state.limit, theme))
        canvas.outline(matrix, theme.border, 0.5)
        every = max(1, int(np.ceil(1.1 * unit / height)))
        for row in range(0, rows, every):
            place = QRectF(area.left(), matrix.top() + (row + 0.5) * height - 0.55 * unit, 2.9 * unit, 1.1 * unit)
            canvas.text(place, f"{state.slots[row]}", theme.muted, align=RIGHT, small=True)
        if state.row >= 0:
            line = QRectF(matrix.left(), matrix.top() + state.row * height, matrix.width(), height)
            canvas.outline(line.adjusted(-1.5, -1, 1.5, 1), theme.accent, 1.5, 1.5)
        self._draw_scale(canvas, QRectF(matrix.left(), area.bottom() - 1.0 * unit, matrix.width(), unit))

    def _draw_scale(self, canvas: Canvas, area: QRectF) -> None:
        limit, theme, unit = self.state.limit, canvas.theme, canvas.unit
        used = canvas.text(area, f"−{limit:g}", theme.muted, small=True)
        bar = QRectF(area.left() + used + 0.4 * unit, area.center().y() - 0.25 * unit, 6 * unit, 0.5 * unit)
        canvas.painter.drawImage(bar, as_image(diverging_table(theme)[None]))
        place = QRectF(bar.right() + 0.4 * unit, area.top(), max(area.right() - bar.right() - 0.4 * unit, 0), unit)
        canvas.text(place, tr("{limit:g}, zero in the middle", limit=limit), theme.muted, small=True)

    def cell_at(self, position: QPointF) -> tuple[int, int]:
        """Row and value under a place, (-1, -1) outside."""
        if self.state is None or not self.state.words.size:
            return -1, -1
        unit = float(self.fontMetrics().height())
        area = QRectF(self.rect()).adjusted(0.75 * unit, 2.4 * unit, -0.75 * unit, -0.6 * unit)
        matrix = self._matrix(area, unit)
        rows, size = self.state.words.shape
        height = min(matrix.height() / rows, 1.2 * unit)
        row = int((position.y() - matrix.top()) / height)
        column = int((position.x() - matrix.left()) / matrix.width() * size)
        inside = position.y() >= matrix.top() and 0 <= row < rows and 0 <= column < size
        return (row, column) if inside else (-1, -1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row, _ = self.cell_at(event.position())
        if row >= 0:
            self.slot_chosen.emit(int(self.state.slots[row]))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row, column = self.cell_at(event.position())
        if row < 0:
            self.setToolTip("")
            return
        state = self.state
        self.setToolTip(
            tr(
                "slot {slots:,}, value {column}\n{words:.4g}",
                slots=state.slots[row],
                column=column,
                words=state.words[row, column],
            )
        )
