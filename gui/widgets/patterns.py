"""Stored patterns as small images: how values become pixels, and a gallery to choose from."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, isqrt

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent

from gui.translation import tr
from gui.widgets.canvas import CENTRE, Canvas
from gui.widgets.picture import Picture, Region

# Eleven points of viridis: even steps of lightness, read alike with every kind of colour vision.
VIRIDIS = np.array(
    [
        (68, 1, 84), (72, 36, 117), (65, 68, 135), (53, 95, 141), (42, 120, 142), (33, 145, 140), (34, 168, 132),
        (68, 191, 112), (122, 209, 81), (189, 223, 38), (253, 231, 37),
    ],
    np.float64,
)  # fmt: skip
# Blue, white, orange: signs apart, sizes even.
SIGNED = np.array(
    [(20, 78, 140), (66, 136, 190), (150, 192, 222), (240, 240, 238), (244, 190, 120), (218, 128, 30), (140, 70, 0)],
    np.float64,
)


def layout(shape: tuple[int, int, int]) -> tuple[int, int, int]:
    """Height, width, channels a pattern is shown with: a single row of bits becomes a rectangle."""
    height, width, channels = shape
    if height == 1:
        rows = next(n for n in range(isqrt(width), 0, -1) if width % n == 0)
        return rows, width // rows, channels
    return shape


def image_of(values: NDArray[np.float32], shape: tuple[int, int, int]) -> QImage:
    """Values [d] in [-1, 1] as an image: -1 black, 1 white; fixed, so that pictures can be compared."""
    height, width, channels = layout(shape)
    levels = np.clip((np.nan_to_num(values) + 1) * 127.5, 0, 255).astype(np.uint8).reshape(height, width, channels)
    pixels = np.ascontiguousarray(np.broadcast_to(levels, (height, width, 3)))
    return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def heat_image(values: NDArray[np.float64], low: float, high: float, colours: NDArray[np.float64]) -> QImage:
    """Values [rows, columns] as an image over a fixed scale, first row at the top."""
    share = np.clip((np.nan_to_num(values) - low) / max(high - low, 1e-12), 0, 1) * (len(colours) - 1)
    below = np.minimum(share.astype(int), len(colours) - 2)
    mixed = colours[below] + (share - below)[..., None] * (colours[below + 1] - colours[below])
    pixels = np.ascontiguousarray(mixed.astype(np.uint8))
    height, width = values.shape
    return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def draw_pattern(canvas: Canvas, area: QRectF, values: NDArray[np.float32], shape: tuple[int, int, int]) -> QRectF:
    """Paint a pattern as large as it fits in the middle of ``area``, pixels sharp; returns where."""
    height, width, _ = layout(shape)
    scale = min(area.width() / width, area.height() / height)
    place = QRectF(QPointF(), QSizeF(width * scale, height * scale))
    place.moveCenter(area.center())
    canvas.painter.setRenderHint(canvas.painter.RenderHint.SmoothPixmapTransform, False)
    canvas.painter.drawImage(place, image_of(values, shape))
    return place


@dataclass(frozen=True)
class GalleryState:
    """``values`` [n, d] with a title each (below) and a hint (on hover); ``version`` changes exactly when they do."""

    version: tuple
    shape: tuple[int, int, int]
    titles: tuple[str, ...]
    tips: tuple[str, ...]
    chosen: int = -1
    words: str = ""
    values: NDArray[np.float32] = field(compare=False, default_factory=lambda: np.zeros((0, 1), np.float32))


class Gallery(Picture):
    """Shows one :class:`GalleryState`; a click or the arrow keys choose."""

    heading = tr("Stored patterns")
    columns = 9
    rows = 6
    chosen = Signal(int)

    def __init__(self, heading: str = tr("Stored patterns")) -> None:
        super().__init__()
        self.heading = heading
        self.setAccessibleName(heading)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._across = 1

    def note(self) -> str:
        return self.state.words

    def describe(self) -> str:
        state = self.state
        chosen = (
            tr(", chosen {titles}", titles=state.titles[state.chosen]) if 0 <= state.chosen < len(state.titles) else ""
        )
        return tr("{titles} patterns{chosen}", titles=len(state.titles), chosen=chosen)

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        count = len(state.values)
        if not count:
            canvas.paragraph(area, tr("Nothing yet"), theme.muted)
            return
        label = 0.95 * unit if any(state.titles) else 0.0
        self._across, side = _grid(count, area, label)
        for k, values in enumerate(state.values):
            row, column = divmod(k, self._across)
            cell = QRectF(area.left() + column * side, area.top() + row * (side + label), side, side + label)
            picture = cell.adjusted(0.14 * unit, 0.14 * unit, -0.14 * unit, -0.14 * unit - label)
            place = draw_pattern(canvas, picture, values, state.shape)
            edge = place.adjusted(-1.5, -1.5, 1.5, 1.5)
            if k == state.chosen:
                canvas.outline(edge, theme.accent, 2.0, 0.16 * unit)
            else:
                canvas.outline(edge, theme.border, 2.0)
            if label:
                words = QRectF(cell.left(), picture.bottom() + 0.1 * unit, cell.width(), label)
                canvas.text(words, state.titles[k], theme.muted, align=CENTRE, small=True)
            self.regions.append(Region(cell, ("pattern", k), state.tips[k]))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        region = self.region_at(event.position())
        if region is not None:
            self.chosen.emit(int(region.key[1]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -self._across, Qt.Key.Key_Down: self._across
        }.get(event.key())  # fmt: skip
        if step is None or self.state is None or not len(self.state.values):
            super().keyPressEvent(event)
            return
        self.chosen.emit(min(max(self.state.chosen + step, 0), len(self.state.values) - 1))


def _grid(count: int, area: QRectF, label: float) -> tuple[int, float]:
    """How many cells across, and the side of a cell, that show ``count`` cells as large as they fit."""
    best = (1, 1.0)
    for across in range(1, count + 1):
        side = min(area.width() / across, area.height() / ceil(count / across) - label)
        if side > best[1]:
            best = (across, side)
    return best
