"""All objects of a world as one numbered picture, for models that are shown images instead of words."""

from __future__ import annotations

import io
import math

from PIL import Image, ImageChops, ImageDraw, ImageFont

from engine.errors import BadInput
from engine.feature_world.world import DIMENSION_WORDS, World

CELL = 96  # pixels an object
SCALE = 3  # drawn larger and reduced: smooth edges
DRAWN = 3  # colour, shape, texture
MAX_DRAWN = 256  # objects; more would be too small for any model to tell apart
COLUMNS = 8
COLOURS = 64

FILLS = ("#d9484c", "#4a90d9", "#3f9e63", "#e8bf3a", "#8d63c9", "#e5873a", "#33363d", "#ffffff")


def objects_png(world: World) -> bytes:
    """A PNG with every object and its number, in at most 8 columns.

    Raises BadInput for a world with features that cannot be drawn, or with more than 256 objects.
    """
    if world.dimensions > DRAWN:
        shown = ", ".join(DIMENSION_WORDS[:DRAWN])
        raise BadInput(f"Pictures show {shown}; dimensions may be 1 to {DRAWN} with images")
    count = len(world.objects)
    if count > MAX_DRAWN:
        raise BadInput(f"A picture holds at most {MAX_DRAWN} objects, not {count}")
    columns = min(world.values * (COLUMNS // world.values), count)
    sheet = Image.new("RGB", (columns * CELL, -(-count // columns) * CELL), "#f4f4f2")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=14)
    for index, values in enumerate(world.objects):
        left, top = index % columns * CELL, index // columns * CELL
        drawn = _object([int(value) for value in values])
        sheet.paste(drawn.convert("RGB"), (left + 8, top + 14), drawn.getchannel("A"))
        pen.rectangle((left, top, left + CELL - 1, top + CELL - 1), outline="#c8c8c4")
        pen.text((left + 5, top + 2), str(index + 1), fill="#202020", font=font)
    buffer = io.BytesIO()
    sheet.quantize(COLOURS).save(buffer, "PNG", optimize=True)  # a quarter of the size; it goes with every question
    return buffer.getvalue()


def _object(values: list[int]) -> Image.Image:
    """One object of colour, shape and texture; missing features are grey, ball, smooth."""
    size = (CELL - 16) * SCALE
    mask = Image.new("L", (size, size), 0)
    _shape(ImageDraw.Draw(mask), values[1] if len(values) > 1 else 1, size)
    colour = values[0]
    whole = Image.new("RGBA", (size, size), FILLS[colour])
    if len(values) > 2:
        ink = "#ffffff" if colour == 6 else "#14161a"
        _texture(ImageDraw.Draw(whole), values[2], size, ink)
    whole.putalpha(mask)
    edge = Image.new("RGBA", (size, size), "#14161a")
    inner = mask.resize((size - 4 * SCALE, size - 4 * SCALE))
    hole = Image.new("L", (size, size), 0)
    hole.paste(inner, (2 * SCALE, 2 * SCALE))
    edge.putalpha(ImageChops.subtract(mask, hole))
    whole.alpha_composite(edge)
    return whole.resize((CELL - 16, CELL - 16), Image.Resampling.LANCZOS)


def _shape(pen: ImageDraw.ImageDraw, shape: int, size: int) -> None:
    """Cube, ball, cone, ring, star, prism, disc, arch, filled with 255."""

    def box(left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        return left * size, top * size, right * size, bottom * size

    def round_corners(count: int, inner: float) -> list[tuple[float, float]]:
        corners = []
        for k in range(count):
            radius = 0.48 * (inner if k % 2 else 1.0) * size
            angle = 2 * math.pi * k / count - math.pi / 2
            corners.append((size / 2 + radius * math.cos(angle), size / 2 + radius * math.sin(angle)))
        return corners

    match shape:
        case 0:
            pen.rectangle(box(0.1, 0.1, 0.9, 0.9), fill=255)
        case 1:
            pen.ellipse(box(0.05, 0.05, 0.95, 0.95), fill=255)
        case 2:
            pen.polygon([(0.5 * size, 0.03 * size), (0.95 * size, 0.9 * size), (0.05 * size, 0.9 * size)], fill=255)
        case 3:
            pen.ellipse(box(0.03, 0.03, 0.97, 0.97), fill=255)
            pen.ellipse(box(0.28, 0.28, 0.72, 0.72), fill=0)
        case 4:
            pen.polygon(round_corners(10, 0.45), fill=255)
        case 5:
            pen.polygon(round_corners(6, 1.0), fill=255)
        case 6:
            pen.ellipse(box(0.02, 0.27, 0.98, 0.73), fill=255)
        case _:
            pen.pieslice(box(0.08, 0.05, 0.92, 0.95), 180, 360, fill=255)
            pen.rectangle(box(0.08, 0.49, 0.92, 0.92), fill=255)
            pen.rectangle(box(0.33, 0.5, 0.67, 0.95), fill=0)


def _texture(pen: ImageDraw.ImageDraw, texture: int, size: int, ink: str) -> None:
    """Smooth, rough, woolly, ribbed, sticky, spiky, waxy, grainy."""
    step = size / 5
    places = [((i + 0.5 + 0.25 * (j % 2)) * step, (j + 0.5) * step) for j in range(5) for i in range(5)]
    thick = max(size // 40, 2)
    if texture == 3:
        for k in range(1, 9):
            pen.line((0, k * size / 9, size, k * size / 9), fill=ink, width=thick)
    elif texture == 6:
        for k in range(-4, 9):
            pen.line((k * size / 5, size, (k + 4) * size / 5, 0), fill=ink, width=thick)
    for x, y in places:
        if texture == 1:
            pen.ellipse((x - 0.2 * step, y - 0.2 * step, x + 0.2 * step, y + 0.2 * step), fill=ink)
        elif texture == 2:
            pen.arc((x - 0.4 * step, y - 0.4 * step, x, y + 0.2 * step), 180, 360, fill=ink, width=thick)
            pen.arc((x, y - 0.4 * step, x + 0.4 * step, y + 0.2 * step), 0, 180, fill=ink, width=thick)
        elif texture == 4:
            pen.rectangle((x - 0.08 * step, y - 0.35 * step, x + 0.08 * step, y + 0.35 * step), fill=ink)
        elif texture == 5:
            pen.polygon([(x, y - 0.35 * step), (x + 0.25 * step, y + 0.2 * step), (x - 0.25 * step, y + 0.2 * step)],
                        fill=ink)  # fmt: skip
        elif texture == 7:
            for dx, dy in ((0.0, 0.0), (0.4, 0.15), (0.15, 0.4)):
                at = (x + dx * step, y + dy * step)
                pen.ellipse((at[0] - 0.07 * step, at[1] - 0.07 * step, at[0] + 0.07 * step, at[1] + 0.07 * step),
                            fill=ink)  # fmt: skip
