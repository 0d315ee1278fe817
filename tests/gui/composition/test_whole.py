"""The page with a real engine process: from slider and brush to picture."""

import numpy as np


def test_a_board_answers_slider_and_brush(make_application, qtbot):
    whole = make_application(page="composition")
    from gui.pages.composition.page import CompositionPage

    page = whole.window.findChild(CompositionPage)
    page.welcome.board.click()
    qtbot.waitUntil(lambda: page.panels.fields.state is not None, timeout=30_000)
    page.mixture.sliders[0].setValue(20)
    qtbot.waitUntil(lambda: page.source.newest("maps", page.case)["weights"][0][0] == 0.2, timeout=10_000)
    before = page.panels.fields.state.tiles[2].values
    page.painting.paint(0, 0, True)  # a reward of task 1 in the corner
    qtbot.waitUntil(lambda: page.case == 1 and len(page.source.newest("maps", 1)) == 5, timeout=10_000)
    qtbot.waitUntil(lambda: page.shown_case.rewards[0, 0, 0] == 1, timeout=10_000)
    page.on_frame()
    assert not np.allclose(page.panels.fields.state.tiles[2].values, before)
    # The answer keeps the mixture of the slider.
    qtbot.waitUntil(lambda: page.source.newest("maps", 1)["weights"][-1][0] == 0.2, timeout=10_000)
