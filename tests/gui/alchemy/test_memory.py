"""The memory of a learned agent on the page: pictures, selection, and the branch in which a fact was erased."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from engine.agents.catalogue import AGENTS
from gui.pages.alchemy.menus import EXAMPLE
from gui.pages.alchemy.remembered import at_cursor, erase, recollection_state, remembered
from gui.widgets.cells import Cells, CellsState
from gui.widgets.recollection import ERASED, Fact, Recollection, RecollectionState
from gui.widgets.time_axis import TimeAxis
from tests.gui.alchemy.notebook import ENTRY, NAME, WORDS
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
    memory = page.panels.memories[0]
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


def test_two_memories_stand_side_by_side_and_a_word_is_erased(watched, monkeypatch):
    monkeypatch.setitem(AGENTS, "pretrained/words", WORDS)
    page = watched.page
    page.go_to(page.path.positions[3])
    page.branch("Words from here", "pretrained/words")
    watched.until(lambda: len(page.shown) == 2 and bool(page.situations.nodes["done"][_leaf(page, 1)]))
    page.go_to(page.path.positions[-1])
    watched.frame()
    notes, words = page.panels.memories[0], page.panels.cells[1]
    assert (notes.isVisible(), words.isVisible()) == (True, True)
    assert not page.panels.belief.isVisible()
    assert not page.panels.cells[0].isVisible()
    assert words.heading == "Memory, Words from here"
    assert words.state.axis == notes.state.axis
    assert words.state.position == page.situations.line_path(page.shown[1]).positions[-1]
    page.show_lines([page.shown[1]])
    page.go_to(page.path.positions[len(page.path.positions) // 2])
    watched.frame()
    words = page.panels.cells[0]
    assert words.state.read.shape == (len(words.state.positions), 12)
    watched.until(lambda: words.width() > 100)
    words.grab()
    QTest.mouseClick(words, Qt.MouseButton.LeftButton, pos=words.region(("cell", 1)).area.center().toPoint())
    assert page.panels.selected == (1, "word 2")
    row = page.row
    erase(page)
    watched.until(lambda: len(page.shown) == 2 and bool(page.situations.nodes["done"][_leaf(page, 1)]))
    branch = page.situations.lines[page.shown[1]]
    assert (branch.title, branch.begin) == ("Forgot word 2", row)
    agent = page.situations.agent_index(branch.agent)
    assert page.situations.cells(row, agent)["read"][1] == 0
    assert page.situations.cells(row, page.situations.agent_index("pretrained/words"))["read"][1] == 0.5


def _leaf(page, which):
    return page.situations.lines[page.shown[which]].leaf


def test_one_click_opens_the_example_with_a_memory(qtbot, tmp_path):
    setting = Setting(qtbot, tmp_path)
    assert EXAMPLE in AGENTS
    began = []
    setting.page._begin = began.append
    QTest.mouseClick(setting.page.welcome.example, Qt.MouseButton.LeftButton)
    assert began == [EXAMPLE]
    setting.close()


def test_words_and_units_are_painted_where_they_were_used(qtbot):
    widget = Cells()
    qtbot.addWidget(widget)
    widget.resize(700, 240)
    read = np.array([[0, 1, 0], [0, 0, 0]], np.float32)
    state = CellsState(AXIS, True, (0, 21), 30, (1,), read, np.array([[0, 0, 0], [0, 0, 1]], np.float32))
    widget.set_state(state)
    image = widget.image()
    assert "3 words" in widget.note()

    def colour(cell, position):
        area = widget.region(("cell", cell)).area
        x = area.left() + area.width() * (AXIS.share(position) + 0.5 * AXIS.cell)
        return image.pixelColor(int(2 * x), int(2 * area.center().y()))

    empty = colour(0, 5)
    assert colour(1, 0) != empty
    assert colour(2, 21) not in (empty, colour(1, 0))
    assert "word 3: read 0.00, written 1.00" in widget.region(("cell", 2)).tip
    units = np.array([[-1, 0.5, 0.1]], np.float32)
    widget.set_state(CellsState(AXIS, False, (0,), 0, (2,), units, np.zeros((1, 3), np.float32)))
    image = widget.image()
    assert colour(0, 0) != colour(1, 0)
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget.region(("cell", 1)).area.center().toPoint())
    assert widget.selected == -1  # the units of a state are not erased one by one


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
