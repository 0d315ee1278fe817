"""Pictures of any size and mode as patterns of a given shape."""

from __future__ import annotations

import io
from math import ceil
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageOps

from engine.data.patterns import Floats
from engine.errors import BadInput

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
MOST_PIXELS = 64_000_000  # a third where there is transparency, or WebP: they take three times the memory and time
MOST_BYTES = 256 << 20
MANY_PIXELS = 2_000_000  # from here on only what is kept is worked on: a file of 300 bytes may announce the most
SIDEWAYS = (5, 6, 7, 8)  # orientations that exchange width and height
FINE = 32  # pixels a cell that are left of those for the last, exact reduction


def read_picture(path: Path, shape: tuple[int, int, int], *, binary: bool) -> Floats:
    """A picture file as a pattern, float32 [d] in [-1, 1], cropped to the shape's proportions and reduced.

    Transparent parts count as white. With one channel, dark strokes on a light ground become white on black, as digits
    and drawings are stored. Raises BadInput naming the file.
    """
    height, width, channels = shape
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"it has more than {MOST_BYTES >> 20} MB")
        # Out of memory, not from the disk: there a chunk that announces two gigabytes would have them set aside.
        data = path.read_bytes()
        _check_size(_webp_size(data), MOST_PIXELS // 3)  # to open it is to have its decoder take memory for all of it
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            _check_size(image.size, MOST_PIXELS if image.mode in ("1", "L", "P", "RGB") else MOST_PIXELS // 3)
            image.load()
            kept: Image.Image = image
            if image.width * image.height > MANY_PIXELS:
                lies = image.getexif().get(ExifTags.Base.Orientation) in SIDEWAYS
                kept = _middle(image, height, width) if lies else _middle(image, width, height)
            upright = ImageOps.exif_transpose(kept).convert("RGBA")
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


def _check_size(size: tuple[int, int], most: int) -> None:
    if size[0] * size[1] > most:
        raise ValueError(f"it has {size[0]:,} x {size[1]:,} pixels; at most {most:,} are read")


def _webp_size(data: bytes) -> tuple[int, int]:
    """Width and height in the header of a WebP file (RFC 9649, 2.5 to 2.7), of other files zeros."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return 0, 0
    if data[12:16] == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if data[12:16] == b"VP8L":
        both = int.from_bytes(data[21:25], "little")
        return 1 + (both & 0x3FFF), 1 + (both >> 14 & 0x3FFF)
    return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF


def _middle(image: Image.Image, width: int, height: int) -> Image.Image:
    """The part of a picture that cells of this many columns and rows keep, smaller by a whole number."""
    side = min(image.width / width, image.height / height)
    wide, tall = min(image.width, ceil(side * width)), min(image.height, ceil(side * height))
    left, top = (image.width - wide) // 2, (image.height - tall) // 2
    plain = image if image.mode in ("L", "RGB") else image.convert("RGBA")  # numbers of a palette have no mean
    return plain.reduce(max(1, int(side) // FINE), (left, top, left + wide, top + tall))
