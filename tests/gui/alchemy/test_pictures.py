from math import hypot
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QWheelEvent
from PySide6.QtWidgets import QApplication

from gui.pages.alchemy import choices, overview, states
from gui.theme import DARK, LIGHT
from gui.widgets.alchemy_words import EDGES
from gui.widgets.belief import Belief, BeliefState, heat
from gui.widgets.canvas import Canvas
from gui.widgets.cube import Axis, Cube, CubeState
from gui.widgets.cube_layout import TOKEN, place_cube
from gui.widgets.decision import Choice, Decision, DecisionState
from gui.widgets.information import Information
from gui.widgets.picture import svg
from gui.widgets.scores import Scores
from gui.widgets.time_axis import TimeAxis, place_words
from gui.widgets.timeline import Lane, Timeline, TimelineState


def shown(qtbot, picture, state, width, height):
    qtbot.addWidget(picture)
    picture.resize(width, height)
    picture.set_state(state)
    picture.show()
    picture.grab()
    return picture


def boxes_meet(a, b):
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


@pytest.mark.parametrize("size", [(300, 260), (420, 300), (620, 420), (900, 700)])
def test_labels_of_the_cube_meet_no_edge_no_vertex_no_chip_and_no_other_label(size):
    unit, radius = 16.0, 17.0
    layout = place_cube((0.0, 0.0, *map(float, size)), unit, radius, 34.0, (True,) * 12, (1,) * 8)
    assert len(layout.labels) == 12 or size[0] < 400  # where there is no room a label is left out
    labels = list(layout.labels.values())
    circles = [(x - radius, y - radius, 2 * radius, 2 * radius) for x, y in layout.points]
    chips = [(x - 8, y - 8, 16, 16) for pair in layout.ends for x, y in pair]
    assert not any(boxes_meet(chip, circle) for chip in chips for circle in circles if size[0] > 400)
    for k, label in enumerate(labels):
        assert not any(boxes_meet(label, other) for other in labels[k + 1 :])
        assert not any(boxes_meet(label, box) for box in circles + chips)
        for a, b in EDGES:
            (ax, ay), (bx, by) = layout.points[a], layout.points[b]
            on = [(ax + (bx - ax) * t / 200, ay + (by - ay) * t / 200) for t in range(201)]
            x, y, w, h = label
            assert not any(x < px < x + w and y < py < y + h for px, py in on)


@pytest.mark.parametrize("size", [(420, 300), (640, 420), (300, 260), (900, 700)])
@pytest.mark.parametrize(
    "counts", [(0, 3, 3, 0, 3, 0, 0, 0), (0, 0, 0, 3, 0, 3, 3, 0), (3, 0, 0, 0, 0, 0, 0, 0), (0, 1, 1, 2, 1, 2, 2, 1)]
)
def test_stones_on_the_cube_lie_inside_the_picture_apart_from_each_other_and_nearest_to_their_vertex(size, counts):
    radius = 20.0
    layout = place_cube((5.0, 7.0, *map(float, size)), 17.0, radius, 34.0, (True,) * 12, counts)
    places = [(x, y) for places in layout.tokens for x, y in places]
    assert [len(places) for places in layout.tokens] == list(counts)
    crowded = size == (300, 260)  # where there is no room, a stone lies on another rather than outside
    for k, (x, y) in enumerate(places):
        assert 5 + TOKEN * radius <= x <= 5 + size[0] - TOKEN * radius
        assert 7 + TOKEN * radius <= y <= 7 + size[1] - TOKEN * radius
        assert crowded or all(hypot(x - a, y - b) > 2 * TOKEN * radius for a, b in places[:k])
    for vertex, found in enumerate(layout.tokens):
        for x, y in found:
            nearest = min(range(8), key=lambda v: hypot(layout.points[v][0] - x, layout.points[v][1] - y))
            assert crowded or nearest == vertex


def test_a_piece_looks_the_same_out_of_the_cache_and_is_drawn_once(qapp):
    calls = []

    def draw(canvas):
        calls.append(canvas)
        canvas.fill(QRectF(10.4, 5.2, 20, 12), "#aa3311", 4)
        canvas.text(QRectF(10.4, 5.2, 20, 12), "15", "#ffffff")

    def painted(direct):
        image = QImage(80, 60, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(2.0)
        image.fill(0xFFFFFFFF)
        painter = QPainter(image)
        canvas = Canvas(painter, LIGHT, QFont("Inter", 9))
        draw(canvas) if direct else canvas.piece(("test", "piece"), QRectF(10, 5, 22, 13), draw)
        painter.end()
        return image

    first, again = painted(False), painted(False)
    assert len(calls) == 1
    assert first == again
    direct, differences = painted(True), []
    for x in range(80):
        for y in range(60):
            a, b = first.pixelColor(x, y), direct.pixelColor(x, y)
            differences.append(max(abs(a.red() - b.red()), abs(a.green() - b.green()), abs(a.blue() - b.blue())))
    assert max(differences) <= 4  # blending in two steps rounds twice


def test_the_cube_paints_sure_edges_in_the_colour_of_their_pair(qtbot):
    axes = (Axis(1, 1.0, 3, 1.0), Axis(0, 1.0, 1, 1.0), Axis(2, 1.0, 5, 1.0))
    cube = shown(qtbot, Cube(), CubeState((1.0,) * 12, axes), 620, 400)
    image = cube.image(DARK, 1.0)
    for edge in (0, 1, 2):  # the three edges at the worst vertex: axes 0, 1 and 2
        centre = cube.region(f"edge {edge}").area.center()
        assert image.pixelColor(centre.toPoint()) == QColor(DARK.pairs[axes[edge].pair])
    assert "orange / yellow with 100 %" in cube.region("edge 0").tip
    cube.set_state(CubeState((0.62,) * 12, axes))
    assert "0-1 62 %" in cube.accessibleDescription()


def test_a_click_on_truth_asks_for_the_truth(qtbot):
    axes = (Axis(1, 1.0, 3, 1.0), Axis(0, 1.0, 1, 1.0), Axis(2, 1.0, 5, 1.0))
    cube = shown(qtbot, Cube(), CubeState((1.0,) * 12, axes), 620, 400)
    with qtbot.waitSignal(cube.truth_toggled) as caught:
        qtbot.mouseClick(cube, Qt.MouseButton.LeftButton, pos=cube.region("truth").area.center().toPoint())
    assert caught.args == [True]


def test_belief_cells_have_the_colour_of_their_probability_on_a_fixed_scale(qtbot):
    matrix = tuple(tuple(1.0 if c == r else 0.0 for c in range(6)) for r in range(6))
    belief = shown(qtbot, Belief(), BeliefState(212, (1.0, 0.5, 6.2), 16.27, matrix), 640, 260)
    image = belief.image(DARK, 1.0)
    for row in range(6):
        for column in range(6):
            corner = belief.region(("cell", row, column)).area.topLeft() + QPointF(2, 2)
            assert image.pixelColor(corner.toPoint()) == QColor(heat(matrix[row][column]))
    assert belief.region(("cell", 0, 0)).tip == "red moves axis 1 to − with 100.0 %"
    assert "212 of 167,424 chemistries left" in belief.accessibleDescription()
    widths = [belief.region(f"bits {k}").area.width() for k in range(3)]
    assert (widths[0] + 1) / (widths[1] + 1) == pytest.approx(2, rel=0.02)  # a pixel parts them


def test_decision_bars_are_as_long_as_their_probability(qtbot):
    rows = tuple(Choice(f"stone 1 → {k}", 0, share, chosen=k == 0) for k, share in enumerate((0.8, 0.2)))
    decision = shown(qtbot, Decision(), DecisionState(rows, chosen="stone 1 → 0", regret=2.5), 360, 280)
    image = decision.image(DARK, 1.0)
    lengths = []
    for choice, colour in zip(rows, (DARK.accent, DARK.data[0]), strict=True):
        area = decision.region(choice.words).area
        y = round(area.center().y())
        lengths.append(sum(image.pixelColor(x, y) == QColor(colour) for x in range(round(area.left() + 40), 359)))
    assert lengths[0] / lengths[1] == pytest.approx(4, rel=0.1)
    assert "stone 1 → 0 80 %" in decision.accessibleDescription()


AXIS = TimeAxis(10, 20, 8)


@pytest.fixture
def timeline(qtbot):
    lane = Lane("You", (0, 1, 2, 5, 20, 21, 40, 63), (0, 1, 0, 2, 3, 1, 3, 2), (0, 0, 0, 15, 0, 0, 0, -1))
    return shown(qtbot, Timeline(), TimelineState(AXIS, (lane,)), 1000, 90)


@pytest.mark.parametrize(
    ("begin", "key", "expected"),
    [
        (2, Qt.Key.Key_Right, 5),
        (5, Qt.Key.Key_Left, 2),
        (5, Qt.Key.Key_Home, 0),
        (5, Qt.Key.Key_End, 63),
        (5, Qt.Key.Key_PageDown, 20),
        (21, Qt.Key.Key_PageUp, 20),
        (20, Qt.Key.Key_PageUp, 0),
        (40, Qt.Key.Key_PageDown, 63),
    ],
)
def test_keys_move_the_cursor_by_steps_and_trials(timeline, qtbot, begin, key, expected):
    timeline.set_position(begin)
    with qtbot.waitSignal(timeline.position_chosen) as caught:
        qtbot.keyClick(timeline, key)
    assert caught.args == [expected]


def test_clicks_and_drags_go_to_the_nearest_situation(timeline, qtbot):
    found = []
    timeline.position_chosen.connect(found.append)
    timeline.position_chosen.connect(timeline.set_position)
    area = timeline._area(timeline.fontMetrics().height(), QSizeF(timeline.size()))
    for position in (5, 40, 21):
        qtbot.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=QPoint(round(timeline.x_of(position, area)), 40))
    assert found == [5, 40, 21]


def test_the_wheel_moves_one_step_a_notch(timeline):
    found = []
    timeline.position_chosen.connect(found.append)
    at = QPointF(100, 40)
    plain, none = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.NoButton
    for _ in range(2):
        event = QWheelEvent(at, at, QPoint(), QPoint(0, -60), none, plain, Qt.ScrollPhase.NoScrollPhase, False)
        QApplication.sendEvent(timeline, event)
    assert found == [1]


def test_the_place_is_told_in_words(timeline):
    assert place_words(67, TimeAxis(10, 20, 20)) == "trial 4 of 10 · step 7 of 20 · 67 of 200"
    assert place_words(200, AXIS) == "trial 10 of 10 · step 20 of 20 · 200 of 200"
    timeline.set_position(21)
    assert timeline.accessibleDescription() == "trial 2 of 10 · step 1 of 20 · 21 of 200"


def test_moving_the_cursor_keeps_the_painted_background(timeline):
    timeline.grab()
    still = timeline._still
    timeline.set_position(40)
    timeline.grab()
    assert timeline._still is still


def test_the_axis_is_monotone_and_finds_every_position_again():
    positions = [t * 20 + s for t in range(10) for s in range(8)] + [200]
    shares = [AXIS.share(p) for p in positions]
    assert shares == sorted(set(shares))
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert [AXIS.nearest(share, positions) for share in shares] == positions


def test_every_picture_makes_valid_svg_and_words(qtbot, situations, path):
    axis = overview.axis_of(situations, [path])
    both = ["main", "what-if"]
    pictures = [
        shown(qtbot, Cube(), states.cube_state(situations, path.rows[9], truth=False), 600, 340),
        shown(qtbot, Belief(), states.belief_state(situations, path, 9, truth=True), 300, 260),
        shown(qtbot, Decision(), choices.decision_state(situations, path, 9, "random-heuristic"), 300, 300),
        shown(qtbot, Scores(), overview.scores_state(situations, both, 30), 600, 200),
        shown(qtbot, Information(), overview.information_state(situations, path, 9, axis), 300, 140),
        shown(qtbot, Timeline(), overview.timeline_state(situations, both), 900, 100),
    ]
    for picture in pictures:
        assert picture.accessibleName()
        assert picture.accessibleDescription()
        area = QRectF(QPointF(), QSizeF(picture.size()))
        document = svg([(picture, area)], area.size(), LIGHT, picture.heading)
        root = ElementTree.fromstring(document)
        assert root.tag.endswith("svg")
        assert len(list(root.iter())) > 20


def test_scores_tell_totals_and_the_difference(qtbot, situations):
    state = overview.scores_state(situations, ["main", "what-if"], 0)
    scores = shown(qtbot, Scores(), state, 600, 200)
    first, second = state.lines
    assert scores.note().startswith("difference")
    assert f"{first.total - second.total:.0f}".replace("-", "−") in scores.note()
    assert "Search oracle" in scores.accessibleDescription()
