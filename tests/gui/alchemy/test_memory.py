"""The memory of a learned agent on the page: pictures, selection, and the branch in which a fact was erased."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from engine.agents.catalogue import AGENTS
from gui.pages.alchemy.remembered import at_cursor, erase, recollection_state, remembered
from gui.widgets.recollection import ERASED, Fact, Recollection, RecollectionState
from gui.widgets.time_axis import TimeAxis
from tests.gui.alchemy.notebook import ENTRY, NAME
from tests.gui.alchemy.test_page import Setting

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
AXIS = TimeAxis(10, 20, 8)


@pytest.fixture
def watched(qtbot, tmp_path, monkeypatch):
    """The page with an agent that keeps a notebook, which has played its episode."""
    monkeypatch.setitem(AGENTS, NAME, ENTRY)
    monkeypatch.setitem(AGENTS, "ideal-observer", AGENTS["level-3"])
    setting = Setting(qtbot, tmp_path)
    setting.engine.start()
    page = setting.page
    page.toolbar.agent.setCurrentIndex(page.toolbar.agent.findData(NAME))
    page.watch()
    setting.until(lambda: page.is_ready and bool(page.situations.nodes["done"][page.path.rows[-1]]))
    yield setting
    setting.close()


def test_a_remembered_fact_is_shown_selected_and_erased(watched):
    page = watched.page
    line = page.situations.lines[page.shown[0]]
    facts = remembered(page.situations, page.path, line.agent)
    assert len(facts) == len(page.path.rows) - 1  # one for each decision
    page.go_to(page.path.positions[len(page.path.positions) // 2])
    watched.frame()
    memory = page.panels.memory
    assert memory.isVisible()
    state = memory.state
    assert state.facts == recollection_state(page.situations, page.path, facts, page.position, state.axis).facts
    assert page.panels.belief.state.remembered[0][0] == pytest.approx(1 / 6, abs=1e-4)
    memory.grab()
    region = memory.region(("slot", 2))
    QTest.mouseClick(memory, Qt.MouseButton.LeftButton, pos=region.area.center().toPoint())
    assert memory.fact == state.facts[2]
    row, words = page.row, memory.fact.words
    erase(page)
    watched.until(lambda: len(page.shown) == 2)
    branch = page.situations.lines[page.shown[1]]
    assert branch.title == f"Forgot {words}"
    assert branch.begin == row
    watched.until(lambda: bool(page.situations.nodes["done"][page.situations.lines[page.shown[1]].leaf]))
    path = page.situations.line_path(page.shown[1])
    without = remembered(page.situations, path, page.situations.lines[page.shown[1]].agent)
    at = at_cursor([item for item in without if item[0] >= page.situations.position(row)], 10_000)
    assert at["colours"][2] == ERASED
    assert at["weights"][2] == 0
    whole = at_cursor(facts, page.situations.position(row))
    assert whole["colours"][2] != ERASED  # the first line keeps what it remembered


def test_other_agents_show_no_memory(situations, path):
    assert remembered(situations, path, "random-heuristic") == []
    assert recollection_state(situations, path, [], 0, AXIS) is None


def test_facts_in_words():
    stone, other = (-1, 1, 1), (1, 1, 1)
    assert Fact(-1, stone, stone, 0).words == "saw a large purple round stone"
    assert Fact(3, stone, stone, 0).words == "yellow on large purple round: no effect"
    assert Fact(0, stone, other, 0).words == "red on large purple round: large blue round"
    assert Fact(ERASED, stone, stone, 0).words == "erased"


def test_the_picture_tells_the_shares_and_forgets_a_selection_that_is_gone(qtbot):
    widget = Recollection()
    qtbot.addWidget(widget)
    widget.resize(700, 240)
    fact = Fact(1, (-1, -1, -1), (1, -1, -1), 3, True)
    widget.set_state(RecollectionState(AXIS, (fact, fact), (0, 4), ((), (0.2, 0.9)), 4, 0.75, 0.2))
    image = widget.image()
    assert "75%" in widget.note()
    assert "20%" in widget.note()
    bright = image.pixelColor(*(int(2 * v) for v in _inside(widget, 1, 4)))
    dark = image.pixelColor(*(int(2 * v) for v in _inside(widget, 0, 0)))
    assert bright.lightness() > dark.lightness()
    widget.selected = 1
    assert widget.fact is fact
    widget.set_state(RecollectionState(AXIS, (fact,), (0,), ((0.1,),), 0))
    assert widget.fact is None
    assert widget.note() == "1 facts"


def _inside(widget, slot, position):
    area = widget.region(("slot", slot)).area
    unit = widget.fontMetrics().height()
    left = area.left() + (15 if area.width() > 42 * unit else 1.8) * unit
    at = QPointF(left + (area.right() - left) * (AXIS.share(position) + 0.5 * AXIS.cell), area.center().y())
    return np.array([at.x(), at.y()])
