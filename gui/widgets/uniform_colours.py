"""A perceptually uniform colour map (viridis) for heat maps: equal steps look equal, also without colour vision."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from gui.theme import Theme
from gui.widgets.access_colours import as_image

VIRIDIS = (
    "#440154", "#481a6c", "#472f7d", "#414487", "#39568c", "#31688e", "#2a788e", "#23888e", "#1f988b", "#22a884",
    "#35b779", "#54c568", "#7ad151", "#a5db36", "#d2e21b", "#fde725",
)  # fmt: skip


def task_colour(theme: Theme, task: int) -> str:
    """Colour of a task's rewards, other than those of the methods."""
    return theme.potions[(0, 5, 3, 4)[task % 4]]


@lru_cache(maxsize=1)
def uniform_table() -> NDArray[np.uint32]:
    """Opaque ARGB of 256 values from low to high."""
    anchors = np.array([QColor(name).getRgb()[:3] for name in VIRIDIS], float)
    place = np.linspace(0, len(VIRIDIS) - 1, 256)
    parts = [np.rint(np.interp(place, np.arange(len(VIRIDIS)), column)).astype(np.uint32) for column in anchors.T]
    return (np.uint32(255) << 24) | (parts[0] << 16) | (parts[1] << 8) | parts[2]


def uniform_image(values: NDArray[np.floating], low: float, high: float, blank: str) -> QImage:
    """``values`` [rows, columns] as a picture of one pixel a value, ``low`` to ``high``; nan shows as ``blank``."""
    finite = np.isfinite(values)
    share = (np.where(finite, values, low) - low) / max(high - low, 1e-30)
    pixels = uniform_table()[np.rint(255 * np.clip(share, 0, 1)).astype(np.intp)]
    pixels[~finite] = 0xFF000000 | int(blank[1:], 16)
    return as_image(pixels)
