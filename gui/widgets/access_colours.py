"""Colours of memory pictures: one hue for writes, one for reads, a diverging map for words; safe for the common
colour-blindnesses.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from gui.theme import Theme

_WRITE = {"light": "#c9304f", "dark": "#ff6b86"}
_READ = {"light": "#00788a", "dark": "#35c6d6"}
_NEGATIVE = {"light": "#0067a5", "dark": "#4aa8ec"}
_POSITIVE = {"light": "#c25100", "dark": "#f08a3c"}


def write_colour(theme: Theme) -> str:
    """Hue of writes."""
    return _WRITE[theme.name]


def read_colour(theme: Theme) -> str:
    """Hue of reads."""
    return _READ[theme.name]


def _channels(colour: str) -> NDArray[np.float64]:
    return np.array(QColor(colour).getRgb()[:3], float)


@lru_cache(maxsize=4)
def access_table(theme: Theme) -> NDArray[np.uint32]:
    """Premultiplied ARGB of every pair of weights: entry ``256 * write + read``, weights 0 to 255.

    Opacity is the weight; where both are present the hues mix in proportion and the opacities add as two layers do.
    """
    write, read = np.meshgrid(np.arange(256) / 255, np.arange(256) / 255, indexing="ij")
    alpha = 1 - (1 - write) * (1 - read)
    share = np.divide(write, write + read, out=np.zeros_like(write), where=write + read > 0)[..., None]
    colour = share * _channels(write_colour(theme)) + (1 - share) * _channels(read_colour(theme))
    return _packed(alpha, colour).ravel()


@lru_cache(maxsize=16)
def ramp(colour: str) -> NDArray[np.uint32]:
    """Premultiplied ARGB of 256 opacities of one colour."""
    alpha = np.arange(256) / 255
    return _packed(alpha, np.broadcast_to(_channels(colour), (256, 3)))


def _packed(alpha: NDArray[np.float64], colour: NDArray[np.float64]) -> NDArray[np.uint32]:
    parts = np.rint(colour * alpha[..., None]).astype(np.uint32)
    opacity = np.rint(255 * alpha).astype(np.uint32)
    return (opacity << 24) | (parts[..., 0] << 16) | (parts[..., 1] << 8) | parts[..., 2]


@lru_cache(maxsize=4)
def diverging_table(theme: Theme) -> NDArray[np.uint32]:
    """Opaque ARGB from most negative (0) through zero (128, the panel's colour) to most positive (256)."""
    centre = _channels(theme.panel)
    share = np.linspace(-1, 1, 257)[:, None]
    ends = np.where(share < 0, _channels(_NEGATIVE[theme.name]), _channels(_POSITIVE[theme.name]))
    strength = np.abs(share) ** 0.7  # faint values stay apart from zero
    return _packed(np.ones(257), centre * (1 - strength) + ends * strength)


def diverging_image(values: NDArray[np.float32], limit: float, theme: Theme) -> QImage:
    """``values`` [rows, columns] as a picture of one pixel a value, -limit to limit; not finite shows as bad."""
    finite = np.isfinite(values)
    scaled = np.clip(np.where(finite, values, 0) / max(limit, 1e-30), -1, 1)
    pixels = diverging_table(theme)[np.rint(128 * scaled + 128).astype(np.intp)]
    pixels[~finite] = 0xFF000000 | int(theme.bad[1:], 16)
    return as_image(pixels)


def grey_image(values: NDArray[np.float32], theme: Theme) -> QImage:
    """``values`` [rows, columns] of 0 to 1 from the empty track's colour to the text's; not finite shows as bad."""
    finite = np.isfinite(values)
    share = np.clip(np.where(finite, values, 0), 0, 1)[..., None]
    low, high = _channels(theme.track), _channels(theme.text)
    pixels = _packed(np.ones(values.shape), low + share * (high - low))
    pixels[~finite] = 0xFF000000 | int(theme.bad[1:], 16)
    return as_image(pixels)


def as_image(pixels: NDArray[np.uint32]) -> QImage:
    """A picture that owns a copy of premultiplied ARGB ``pixels`` [rows, columns]."""
    pixels = np.ascontiguousarray(pixels, np.uint32)
    height, width = pixels.shape
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    return image.copy()
