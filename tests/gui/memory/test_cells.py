"""Pooling: no access is lost at any zoom, and what is added live equals what is drawn anew."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as some

from gui.widgets.raster_cells import READ, WRITE, Cells, Pixels, Window

TABLE = np.arange(65536, dtype=np.uint32)


def filled(entries):
    cells = Cells()
    step, row, kind, weight = (np.array(part) for part in zip(*entries, strict=True))
    cells.extend(step.astype(np.int32), row.astype(np.int32), kind.astype(np.uint8), weight.astype(np.float32))
    return cells


accesses = some.lists(
    some.tuples(
        some.integers(0, 199), some.integers(0, 1 << 20), some.sampled_from((READ, WRITE)), some.floats(0.001, 1)
    ),
    min_size=1,
    max_size=60,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(accesses, some.integers(3, 400), some.integers(3, 900))
def test_the_largest_weight_of_a_pixel_survives_whatever_the_zoom(entries, height, width):
    cells = filled(entries)
    window = Window.fit((0.0, float((1 << 20) + 1)), (0.0, 200.0), height, width)
    pixels = Pixels(window)
    pixels.update(cells, TABLE)
    assert pixels.levels.shape[1] <= height + 1
    assert pixels.levels.shape[2] <= width + 1
    expected = {}
    for step, row, kind, weight in entries:
        place = (kind, row // window.row_bin, step // window.step_bin)
        expected[place] = max(expected.get(place, 0), int(np.ceil(255 * np.float32(weight))))
    assert {place: int(pixels.levels[place]) for place in expected} == expected
    assert np.count_nonzero(pixels.levels) == len(expected)


def test_a_single_faint_access_among_a_million_slots_is_a_pixel_and_zooms_to_one_slot():
    cells = filled([(50, 777_777, READ, 0.0005)])
    far = Pixels(Window.fit((0, 1 << 20), (0, 100), 300, 800))
    far.update(cells, TABLE)
    assert far.levels[READ].max() == 1
    near = Pixels(Window.fit((777_777.0, 777_778.0), (0, 100), 300, 800))
    near.update(cells, TABLE)
    assert near.window.shape == (1, 100)
    assert near.levels[READ, 0, 50] == 1
    assert np.count_nonzero(near.levels) == 1


@settings(max_examples=30, deadline=None)
@given(accesses, some.integers(0, 60))
def test_adding_columns_gives_the_same_picture_as_starting_anew(entries, cut):
    window = Window.fit((0, 1 << 20), (0, 200), 128, 100)
    live, cells = Pixels(window), Cells()
    for part in (entries[:cut], entries[cut:]):
        if part:
            fresh = filled(part).entries
            cells.extend(fresh["step"], fresh["row"], fresh["kind"], fresh["level"] / np.float32(255))
        live.update(cells, TABLE)
    anew = Pixels(window)
    anew.update(cells, TABLE)
    assert np.array_equal(live.levels, anew.levels)
    assert np.array_equal(live.colours, anew.colours)


def test_changed_columns_are_told():
    cells, pixels = filled([(3, 1, WRITE, 1.0)]), Pixels(Window.fit((0, 8), (0, 20), 100, 100))
    assert pixels.update(cells, TABLE) == (3, 4)
    assert pixels.update(cells, TABLE) is None
    cells.extend(np.array([7, 9]), np.array([0, 99]), np.array([0, 0]), np.array([0.5, 0.5]))
    assert pixels.update(cells, TABLE) == (7, 8)  # row 99 is not on screen
