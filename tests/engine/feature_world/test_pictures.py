"""Pictures of the objects: every feature that is shown can be told apart, and the rest is refused."""

import io

import numpy as np
import pytest
from PIL import Image

from engine.errors import BadInput
from engine.feature_world.pictures import CELL, objects_png
from engine.feature_world.world import World


def cells(world):
    image = Image.open(io.BytesIO(objects_png(world)))
    pixels = np.asarray(image.convert("RGB"), int)
    columns = image.width // CELL
    corners = [divmod(k, columns) for k in range(len(world.objects))]
    return [pixels[r * CELL + 18 : (r + 1) * CELL - 2, c * CELL + 2 : (c + 1) * CELL - 2] for r, c in corners]


@pytest.mark.parametrize(("dimensions", "values"), [(1, 8), (2, 8), (3, 4)])
def test_no_two_objects_look_alike(dimensions, values):
    shown = cells(World(dimensions, values))
    for index, cell in enumerate(shown):
        for other in shown[:index]:
            assert (np.abs(cell - other).max(axis=2) > 40).mean() > 0.02


def test_the_picture_is_the_same_every_time():
    assert objects_png(World(2, 4)) == objects_png(World(2, 4))


def test_features_that_cannot_be_drawn_and_crowds_are_refused():
    with pytest.raises(BadInput, match="colour, shape, texture"):
        objects_png(World(4, 2))
    with pytest.raises(BadInput, match="at most 256 objects"):
        objects_png(World(3, 8))
