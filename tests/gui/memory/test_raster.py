"""The raster on screen: the right pixel for a cell, zoom, keyboard, live columns."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor

from gui.theme import LIGHT, set_current
from gui.widgets.access_colours import access_table, read_colour, write_colour
from gui.widgets.raster import Raster, RasterState
from gui.widgets.raster_cells import READ, WRITE, Cells
from gui.widgets.step_range import StepRange

ROWS, STEPS = 40, 60


def cells(*entries):
    made = Cells()
    for step, row, kind, weight in entries:
        made.extend(np.array([step]), np.array([row]), np.array([kind]), np.array([weight]))
    return made


def state(made, rows=ROWS, steps=STEPS, version=("a",), slots=None):
    return RasterState(made, version, rows, steps, made.count, slots)


@pytest.fixture
def raster(qtbot):
    set_current(LIGHT)
    made = Raster()
    qtbot.addWidget(made)
    made.resize(900, 500)
    made.set_span(StepRange.whole(STEPS))
    made.show()
    return made


def colour_at(raster, step, row):
    """Colour in the middle of a cell, away from the cursor."""
    raster.set_position(0)
    place = raster.grid().centre(step, row).toPoint() + QPoint(2, 0)
    return raster.grab().toImage().pixelColor(place)


def near(colour, name, tolerance=8):
    wanted = QColor(name)
    return max(abs(a - b) for a, b in zip(colour.getRgb()[:3], wanted.getRgb()[:3], strict=True)) <= tolerance


def test_a_write_a_read_and_both_are_where_and_what_they_are(raster):
    raster.set_state(state(cells((10, 5, WRITE, 1), (20, 30, READ, 1), (40, 7, WRITE, 1), (40, 7, READ, 1))))
    assert near(colour_at(raster, 10, 5), write_colour(LIGHT))
    assert near(colour_at(raster, 20, 30), read_colour(LIGHT))
    both = colour_at(raster, 40, 7)
    assert not near(both, write_colour(LIGHT), 30)
    assert not near(both, read_colour(LIGHT), 30)
    assert near(colour_at(raster, 11, 5), LIGHT.panel)
    assert near(colour_at(raster, 10, 6), LIGHT.panel)


def test_opacity_is_the_weight_on_a_fixed_scale():
    table = access_table(LIGHT)
    opacity = (table >> 24) & 255
    assert opacity[0] == 0
    assert [int(opacity[256 * w]) for w in (64, 128, 255)] == [64, 128, 255]
    assert opacity[256 * 128 + 128] == round(255 * (1 - (1 - 128 / 255) ** 2))


def test_one_access_among_a_million_slots_is_seen(raster):
    raster.set_state(state(cells((30, 654_321, READ, 1.0)), rows=1 << 20))
    image = raster.grab().toImage()
    x = int(raster.grid().centre(30, 0).x()) + 2
    plot = raster.plot
    column = [image.pixelColor(x, y) for y in range(int(plot.top()) + 1, int(plot.bottom()))]
    assert sum(near(colour, read_colour(LIGHT), 30) for colour in column) in (1, 2, 3)
    place = raster.grid().centre(30, 654_321)
    while raster.rows_shown[1] - raster.rows_shown[0] > 1:
        raster.zoom(0.5, place, steps=False)
        place = raster.grid().centre(30, 654_321)
    first, last = raster.rows_shown
    assert first <= 654_321.5 <= last
    assert near(colour_at(raster, 30, 654_321), read_colour(LIGHT))


def test_the_cell_under_the_pointer(raster, qtbot):
    raster.set_state(state(cells((10, 5, WRITE, 1)), slots=np.arange(ROWS) * 3))
    with qtbot.waitSignal(raster.cell_hovered) as caught:
        qtbot.mouseMove(raster, raster.grid().centre(10, 5).toPoint())
    assert caught.args == [10, 5]
    with qtbot.waitSignal(raster.cell_chosen) as caught:
        qtbot.mouseClick(raster, Qt.MouseButton.LeftButton, pos=raster.grid().centre(12, 6).toPoint())
    assert caught.args == [12, 6]
    assert raster.state.slot(6) == 18
    assert raster.cell_at(QPointF(1, 1)) == (-1, -1)


def test_the_keyboard_walks_cells_zooms_and_moves(raster, qtbot):
    raster.set_state(state(cells((10, 5, WRITE, 1))))
    hovered, wanted = [], []
    raster.cell_hovered.connect(lambda step, row: hovered.append((step, row)))
    raster.step_wanted.connect(wanted.append)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_PageDown, Qt.Key.Key_Up):
        qtbot.keyClick(raster, key)
    assert [row for _, row in hovered] == [1, 11, 10]
    qtbot.keyClick(raster, Qt.Key.Key_Right)
    qtbot.keyClick(raster, Qt.Key.Key_End)
    assert wanted == [1, STEPS - 1]
    whole = raster.rows_shown
    qtbot.keyClicks(raster, "++")
    assert raster.rows_shown[1] - raster.rows_shown[0] < whole[1]
    assert raster.span.length < STEPS
    qtbot.keyClick(raster, Qt.Key.Key_Down)
    qtbot.keyClicks(raster, "0")
    assert raster.rows_shown == whole
    assert raster.span == StepRange.whole(STEPS)
    chosen = []
    raster.cell_chosen.connect(lambda step, row: chosen.append(row))
    qtbot.keyClick(raster, Qt.Key.Key_Return)
    assert chosen == [11]
    qtbot.keyClick(raster, Qt.Key.Key_Escape)
    assert raster.cell_row == -1


def test_dragging_moves_the_view_and_a_double_click_shows_all(raster, qtbot):
    raster.set_state(state(cells((10, 5, WRITE, 1))))
    raster.zoom(0.5)
    first, middle = raster.span.first, raster.plot.center().toPoint()
    qtbot.mousePress(raster, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(raster, middle + QPoint(-20, 0))
    qtbot.mouseMove(raster, middle + QPoint(-60, 0))
    qtbot.mouseRelease(raster, Qt.MouseButton.LeftButton, pos=middle + QPoint(-60, 0))
    assert raster.span.first > first
    qtbot.mouseDClick(raster, Qt.MouseButton.LeftButton, pos=middle)
    assert raster.span == StepRange.whole(STEPS)


def test_live_columns_give_the_picture_that_a_full_paint_gives(raster, qtbot):
    made = cells((0, 0, WRITE, 0.5))
    raster.set_state(state(made))
    raster.grab()
    random = np.random.default_rng(0)
    for step in range(1, STEPS):
        made.extend(np.full(8, step), random.integers(0, ROWS, 8), random.integers(0, 2, 8), random.random(8))
        raster.set_state(state(made))
    live = raster.grab().toImage()
    raster._forget()
    assert raster.grab().toImage() == live


@pytest.mark.parametrize(("rows", "steps"), [(0, 1), (1, 1), (0, 0), (3, 100_000)])
def test_odd_sizes_are_shown(raster, rows, steps):
    made = cells((0, 0, WRITE, 1)) if rows else Cells()
    raster.set_state(state(made, rows=rows, steps=steps))
    raster.set_span(StepRange.whole(steps))
    assert not raster.grab().isNull()
    raster.zoom(0.1)
    assert not raster.grab().isNull()
