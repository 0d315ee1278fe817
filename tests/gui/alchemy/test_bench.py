import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor

from gui.theme import DARK, LIGHT
from gui.widgets.alchemy_words import CAULDRON, encode
from gui.widgets.bench import Bench, BenchState, Stone

STATE = BenchState(
    stones=(Stone((-1, 1, 1), 1), Stone((1, -1, -1), -3), None),
    potions=(0, 1, 2, 3, 4, 5, -1, 5, 0, 0, 0, -1),
    trial_score=15,
    place="trial 1 of 10 · step 2 of 20",
    enabled=True,
)


@pytest.fixture
def bench(qtbot):
    made = Bench()
    qtbot.addWidget(made)
    made.resize(420, 360)
    made.set_state(STATE)
    made.show()
    made.grab()
    return made


def centre(bench, key):
    return bench.region(key).area.center().toPoint()


@pytest.mark.parametrize("place", [0, 5, 8, CAULDRON])
def test_dragging_a_stone_onto_a_potion_or_the_cauldron_emits_the_action(bench, qtbot, place):
    begin, end = centre(bench, "stone 1"), centre(bench, place)
    with qtbot.waitSignal(bench.action_chosen) as caught:
        qtbot.mousePress(bench, Qt.MouseButton.LeftButton, pos=begin)
        for k in range(1, 6):
            qtbot.mouseMove(bench, begin + (end - begin) * k / 5)
        qtbot.mouseRelease(bench, Qt.MouseButton.LeftButton, pos=end)
    assert caught.args == [encode(1, place)]


def test_clicking_a_stone_and_then_a_potion_does_the_same(bench, qtbot):
    qtbot.mouseClick(bench, Qt.MouseButton.LeftButton, pos=centre(bench, "stone 0"))
    with qtbot.waitSignal(bench.action_chosen) as caught:
        qtbot.mouseClick(bench, Qt.MouseButton.LeftButton, pos=centre(bench, 3))
    assert caught.args == [encode(0, 3)]
    assert bench.stone == -1


@pytest.mark.parametrize("key", ["stone 2", 6, 11])
def test_what_is_gone_or_used_takes_no_action(bench, qtbot, key):
    with qtbot.assertNotEmitted(bench.action_chosen):
        if isinstance(key, int):
            qtbot.keyClick(bench, Qt.Key.Key_1)
        qtbot.mouseClick(bench, Qt.MouseButton.LeftButton, pos=centre(bench, key))
        if not isinstance(key, int):
            qtbot.mouseClick(bench, Qt.MouseButton.LeftButton, pos=centre(bench, 0))


@pytest.mark.parametrize(
    ("keys", "action"),
    [
        ("1C", encode(0, CAULDRON)),
        ("2T\r", encode(1, 5)),
        ("2TT\r", encode(1, 7)),
        ("1RR\r", encode(0, 8)),
        ("E", 0),
    ],
)
def test_keys_choose_the_same_actions(bench, qtbot, keys, action):
    with qtbot.waitSignal(bench.action_chosen) as caught:
        qtbot.keyClicks(bench, keys)
    assert caught.args == [action]


def test_arrows_move_over_the_potions_that_are_left(bench, qtbot):
    qtbot.keyClick(bench, Qt.Key.Key_1)
    seen = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Down):
        qtbot.keyClick(bench, key)
        seen.append(bench.target)
    assert seen == [0, 10, 4]
    qtbot.keyClick(bench, Qt.Key.Key_Escape)
    assert bench.stone == -1


def test_a_bench_that_is_not_enabled_takes_nothing(bench, qtbot):
    bench.set_state(BenchState(STATE.stones, STATE.potions))
    with qtbot.assertNotEmitted(bench.action_chosen):
        qtbot.keyClicks(bench, "1C")
        qtbot.mouseClick(bench, Qt.MouseButton.LeftButton, pos=centre(bench, "stone 0"))
        qtbot.mouseClick(bench, Qt.MouseButton.LeftButton, pos=centre(bench, 0))


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_stones_and_potions_are_painted_in_their_colours(bench, theme):
    image = bench.image(theme, 1.0)
    for slot, colour in enumerate(STATE.potions):
        area = bench.region(slot).area
        at = QPoint(round(area.left() + 0.25 * area.width()), round(area.bottom() - 0.16 * area.height()))
        expected = theme.potions[colour] if colour >= 0 else theme.panel
        assert image.pixelColor(at) == QColor(expected), slot
    card = bench.region("stone 0").area
    at = QPoint(round(card.center().x()), round(card.center().y() - 0.08 * card.height()))
    assert image.pixelColor(at) == QColor(theme.stones[0])


def test_the_state_is_told_in_words(bench):
    text = bench.accessibleDescription()
    assert "stone 1 large purple round +1" in text
    assert "stone 2 small blue pointy −3" in text
    assert "stone 3 gone" in text
    assert "Cauldron +15" in text
    assert bench.region("stone 1").tip == "Stone 2, small blue, pointy: the cauldron pays −3"
