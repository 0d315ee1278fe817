"""Pictures of any size and mode as patterns of a given shape."""

from __future__ import annotations

from math import ceil
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from engine.data.patterns import Floats
from engine.errors import BadInput

MOST_PIXELS = 64_000_000
MANY_PIXELS = 2_000_000  # from here on only what is kept is worked on: a file of 300 bytes may announce the most
FINE = 32  # pixels a cell that are left of those for the last, exact reduction


def read_picture(path: Path, shape: tuple[int, int, int], *, binary: bool) -> Floats:
    """A picture file as a pattern, float32 [d] in [-1, 1], cropped to the shape's proportions and reduced.

    Transparent parts count as white. With one channel, dark strokes on a light ground become white on black, as digits
    and drawings are stored. Raises BadInput naming the file.
    """
    height, width, channels = shape
    try:
        with Image.open(path) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValueError(f"it has {image.width:,} x {image.height:,} pixels; at most {MOST_PIXELS:,} are read")
            ImageOps.exif_transpose(image, in_place=True)
            many = image.width * image.height > MANY_PIXELS
            upright = (_middle(image, width, height) if many else image).convert("RGBA")
        ground = Image.new("RGBA", upright.size, "white")
        ground.alpha_composite(upright)
        fitted = ImageOps.fit(ground.convert("RGB"), (width, height), Image.Resampling.BOX)
    except Exception as problem:  # a damaged picture fails in many ways, some of them the decoder's own mistakes
        raise BadInput(f"{path.name} cannot be read as a picture: {problem}") from problem
    values = np.asarray(fitted, np.float32) / 127.5 - 1
    if channels == 1:
        values = values @ np.array([0.299, 0.587, 0.114], np.float32)
        edge = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
        values = -values if edge.mean() > 0 else values
    if binary:
        values = np.where(values > -0.6, np.float32(1), np.float32(-1))  # a fifth of ink in a cell makes it black
    return np.ascontiguousarray(values.reshape(-1), np.float32)


def _middle(image: Image.Image, width: int, height: int) -> Image.Image:
    """The part of a picture that cells of this many columns and rows keep, smaller by a whole number."""
    side = min(image.width / width, image.height / height)
    wide, tall = min(image.width, ceil(side * width)), min(image.height, ceil(side * height))
    left, top = (image.width - wide) // 2, (image.height - tall) // 2
    plain = image if image.mode in ("L", "RGB") else image.convert("RGBA")  # numbers of a palette have no mean
    return plain.reduce(max(1, int(side) // FINE), (left, top, left + wide, top + tall))
