"""Curves thinned without losing a peak, ticks, and moving about."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF

from gui.widgets.decimation import Pyramid
from gui.widgets.plot import Line, Plot, PlotState
from gui.widgets.ticks import nice_ticks, tick_words


def test_a_thinned_curve_keeps_its_peaks_and_gaps():
    y = np.random.default_rng(0).normal(size=100_000)
    y[77_777], y[12_345] = 50, -50
    y[40_000:60_000] = np.nan
    pyramid = Pyramid(np.arange(len(y)), y)
    x, thin = pyramid.line(0, len(y), 800)
    assert len(x) < 8000
    assert np.nanmax(thin) == 50
    assert np.nanmin(thin) == -50
    gap = thin[(x > 40_100) & (x < 59_800)]
    assert np.isnan(gap).all()
    assert len(gap) > 100
    x, thin = pyramid.line(77_700, 77_800, 800)
    np.testing.assert_array_equal(thin, y[int(x[0]) : int(x[-1]) + 1])
    assert pyramid.span(77_000, 78_000)[1] == 50


def test_blocks_do_not_move_with_the_window():
    y = np.random.default_rng(1).normal(size=50_000)
    pyramid = Pyramid(np.arange(len(y)), y)
    one, two = (dict(zip(*pyramid.line(first, first + 30_000, 400), strict=True)) for first in (1000, 1003))
    shared = one.keys() & two.keys()
    assert len(shared) > 0.98 * len(one)
    assert all(one[x] == two[x] for x in shared)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 12))
def test_ticks_are_round_and_inside(low, width, most):
    ticks = nice_ticks(low, low + width, most)
    assert all(low - 1e-6 * width <= tick <= low + width * (1 + 1e-6) for tick in ticks)
    assert len(ticks) <= most + 2
    words = [tick_words(tick, ticks) for tick in ticks]
    assert len(set(words)) == len(words) or width < 1e-6 * abs(low) or abs(low) / width > 1e3


@pytest.mark.parametrize(
    ("ticks", "words"),
    [([0, 50, 100], ["0", "50", "100"]), ([0, 0.25, 0.5], ["0.00", "0.25", "0.50"]),
     ([0, 5e5, 1e6], ["0", "0.5 M", "1.0 M"]), ([-2.0, 0.0], ["−2", "0"])],
)  # fmt: skip
def test_words_of_ticks(ticks, words):
    assert [tick_words(tick, ticks) for tick in ticks] == words


def test_moving_zooming_and_hovering(qapp, qtbot):
    plot = Plot("Curve")
    qtbot.addWidget(plot)
    plot.resize(600, 300)
    x = np.arange(101.0)
    low, high = x - 1, x + 1
    plot.set_state(PlotState((Line("a", x, x.copy(), low, high), Line("gap", x, np.full(101, np.nan)))))
    image = plot.image(scale=1.0)
    assert image.width() == 600
    region = plot.region_at(QPointF(plot._plot.center()))
    assert "a 50 (49 to 51)" in region.tip
    assert "gap no value" in region.tip
    plot.move_to(10, 20)
    plot.image(scale=1.0)
    assert plot._range == (10, 20)
    plot.move_to(float("nan"), 3)
    assert plot.view == (10, 20)
    plot._zoom(0.5, 0.5)
    assert plot.view == (12.5, 17.5)
    plot.show_all()
    assert plot.view is None
    plot.set_state(PlotState((Line("empty", np.zeros(0), np.zeros(0)),)))
    plot.image(scale=1.0)
    assert plot.describe() == "empty without a value"
