import dataclasses
import threading

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QAbstractButton, QComboBox

from engine.agents.catalogue import AGENTS
from engine.service.thread import EngineThread
from gui.bridge import Bridge
from gui.loader import Loader
from gui.pages.alchemy.page import AlchemyPage
from gui.settings import Settings
from gui.workspace import Workspace
from tests.gui.alchemy.sample import write

# What the display-free platform says of every window with a least size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


class Setting:
    """A page with the real workspace and, once started, the real engine in this process."""

    def __init__(self, qtbot, folder):
        self.parent = QObject()
        self.engine = Bridge(EngineThread("inline"), self.parent)
        self.loader = Loader()
        self.workspace = Workspace(self.engine, self.loader, Settings(), folder, self.parent)
        self.told = []
        self.workspace.toast_raised.connect(self.told.append)
        self.workspace.error_raised.connect(lambda *words: self.told.append(words))
        submit = self.engine.submit
        self.engine.submit = lambda job: submit(dataclasses.replace(job, runs_folder=str(folder)))
        self.page = AlchemyPage(self.workspace)
        qtbot.addWidget(self.page)
        self.page.resize(1216, 740)
        self.page.show()
        self._qtbot = qtbot

    def frame(self):
        self.engine.pull()
        self.loader.deliver()
        self.page.on_frame()

    def until(self, condition, timeout=20_000):
        def look():
            self.frame()
            return condition()

        self._qtbot.waitUntil(look, timeout=timeout)

    def close(self):
        self.engine.shutdown()
        self.loader.close()


@pytest.fixture
def setting(qtbot, tmp_path, monkeypatch):
    quick = dataclasses.replace(AGENTS["ideal-observer"], factory=AGENTS["level-3"].factory)
    monkeypatch.setitem(AGENTS, "ideal-observer", quick)
    made = Setting(qtbot, tmp_path)
    yield made
    made.close()


@pytest.fixture
def opened(setting, tmp_path):
    writer, _, _ = write(tmp_path)
    setting.page.open_record(writer.folder.name)
    setting.frame()
    return setting


def test_an_empty_page_says_what_to_click(setting):
    setting.frame()
    page = setting.page
    assert page.welcome.isVisible()
    assert page.welcome.play.text() == "Play it yourself"
    page.toolbar.agent.setCurrentIndex(page.toolbar.agent.findData("level-3"))
    assert page.welcome.watch.text() == "Watch the level 3"


def test_one_cursor_drives_every_picture(opened):
    page = opened.page
    panels = page.panels
    for index in (0, 7, 40, len(page.path.rows) - 1):
        page.go_to(page.path.positions[index])
        opened.frame()
        node = page.situations.nodes[page.path.rows[index]]
        assert panels.bench.state.trial_score == float(node["trial_score"])
        assert panels.belief.state.remaining == int(node["remaining"])
        assert panels.information.state.position == page.position == page.transport.timeline.position
        assert panels.scores.state.trial == min(page.position // 20, 9)


def test_two_lines_stand_side_by_side_at_the_same_position_and_back(opened):
    page = opened.page
    page.show_lines(["main", "what-if"])
    page.go_to(page.situations.position(page.situations.lines["what-if"].begin))
    opened.frame()
    first, second = page.panels.views
    assert second.isVisible()
    assert page.transport.timeline.state.parting == page.position
    assert first.bench.state.stones == second.bench.state.stones
    assert (first.bench.heading, second.bench.heading) == ("Random heuristic", "Level 3 from here")
    page.show_lines(["what-if"])
    opened.frame()
    assert not second.isVisible()
    assert page.panels.belief.isVisible()


def test_play_steps_through_to_the_end_and_stops(opened, qtbot):
    page = opened.page
    page.transport.speed.setCurrentIndex(page.transport.speed.count() - 1)
    page.go_to(page.path.positions[-4])
    qtbot.keyClick(page, Qt.Key.Key_Space)
    assert page.transport.playing
    opened.until(lambda: not page.transport.playing)
    assert page.position == 200


def test_blind_hides_belief_and_truth_shows_the_chemistry(opened):
    page = opened.page
    page.toggle("belief")
    opened.frame()
    assert page.panels.belief.state is None
    assert page.panels.views[0].cube.state is None
    page.show_truth(True)
    opened.frame()
    assert page.panels.views[0].cube.state.truth


def test_pictures_are_copied_and_saved(opened, tmp_path):
    page = opened.page
    for kind in ("png", "svg", "csv", "jsonl"):
        page.exporter.save(tmp_path / f"picture.{kind}")
        assert (tmp_path / f"picture.{kind}").stat().st_size > 500
    image = QImage(str(tmp_path / "picture.png"))
    assert image.width() == pytest.approx(2 * page.width(), abs=4)
    page.exporter.copy_picture()
    assert QGuiApplication.clipboard().image().size() == image.size()
    page.exporter.save(tmp_path / "nowhere" / "picture.csv")
    assert any("could not be saved" in words[0] for words in opened.told if isinstance(words, tuple))


def test_every_control_has_a_name(opened):
    for control in opened.page.findChildren(QAbstractButton) + opened.page.findChildren(QComboBox):
        assert control.accessibleName() or getattr(control, "text", str)(), control


def test_the_arrangement_is_remembered(setting, qtbot):
    page = setting.page
    page.toggle("belief")
    page.toolbar.choose("alchemy/all_fixed", "thompson")
    state = page.save_state()
    other = AlchemyPage(setting.workspace)
    qtbot.addWidget(other)
    other.restore_state(state)
    other.restore_state({"splitters": {"all": "nonsense", "top": [1, -5]}, "level": 3})
    assert (other.belief, other.toolbar.agent_name, other.toolbar.chemistry.level) == (
        False,
        "thompson",
        "alchemy/all_fixed",
    )


def test_playing_undo_redo_and_another_future_with_the_engine(setting, qtbot):
    page, undo = setting.page, setting.workspace.undo
    setting.engine.start()
    page.play_yourself()
    setting.until(lambda: page.may_act)
    rows = [page.row]
    for action in (2, 16):
        page.act(action)
        page.act(action)  # a second click before the answer does nothing
        setting.until(lambda: page.row != rows[-1] and page.may_act)
        rows.append(page.row)
    assert undo.count() == 2
    undo.undo()
    setting.until(lambda: page.row == rows[1])
    undo.redo()
    setting.until(lambda: page.row == rows[2])
    assert undo.count() == 2
    assert page.panels.decision.state is None  # no advice unless asked for
    page.toggle("advice")
    setting.until(lambda: page.panels.decision.state is not None)
    page.what_if(1)
    setting.until(lambda: len(page.shown) == 2)
    begin = page.situations.lines[page.shown[1]].begin
    assert begin == rows[2]
    assert page.situations.line_path("you").rows == tuple(rows)
    setting.until(lambda: bool(page.situations.nodes["done"][page.situations.lines[page.shown[1]].leaf]))
    page.show_lines(["you"])
    setting.until(lambda: page.may_act)
    for _ in range(10):
        before = page.row
        page.act(0)
        setting.until(lambda: page.row != before)  # noqa: B023  looked at before the next turn
    assert page.situations.nodes["done"][page.row]
    assert any(str(words).startswith("You scored") and "Search oracle" in words for words in setting.told)


def test_a_what_if_on_a_finished_record_goes_on_in_a_record_of_its_own(opened):
    page, old = opened.page, opened.page.situations.record.id
    opened.engine.start()
    page.go_to(page.path.positions[20])
    row, nodes = page.row, len(page.situations.nodes)
    page.what_if(1)
    opened.until(lambda: len(page.shown) == 2)
    assert page.situations.record.id != old
    assert page.row == row
    assert page.situations.lines[page.shown[1]].begin == row
    assert len(page.situations.nodes) > nodes


def played(setting, *actions):
    """A game of the person's that was left in the middle; its record's id."""
    page = setting.page
    page.play_yourself()
    for action in actions:
        setting.until(lambda: page.may_act)
        before = page.row
        page.act(action)
        setting.until(lambda: page.row != before)  # noqa: B023  looked at before the next turn
    identifier = page.situations.record.id
    page.session.finish()
    setting.until(lambda: not page.session.open)
    return identifier


def test_a_game_goes_on_where_it_was_left_and_situations_keep_their_numbers(setting, qtbot):
    setting.engine.start()
    old = played(setting, 2, 16)
    page = AlchemyPage(setting.workspace)
    qtbot.addWidget(page)
    rows = setting.page.path.rows
    setting.page = page
    page.open_record(old)
    setting.frame()
    assert page.may_act
    assert page.path.rows == rows
    assert page.position == page.path.positions[-1]
    page.act(3)
    page.act(3)  # a second click before the answer does nothing
    setting.until(lambda: page.is_ready and page.row != rows[-1])
    assert page.situations.record.id != old
    assert page.situations.record.metadata.parent == old
    assert page.path.rows[:-1] == rows
    assert setting.workspace.undo.count() == 1
    setting.workspace.undo.undo()
    setting.until(lambda: page.row == rows[-1])


def test_the_page_comes_back_to_the_record_and_the_place(opened, qtbot):
    page = opened.page
    page.show_lines(["main", "what-if"])
    page.go_to(page.path.positions[31])
    opened.frame()
    state = page.save_state()
    again = AlchemyPage(opened.workspace)
    qtbot.addWidget(again)
    again.restore_state(state)
    again.on_shown()
    again.on_frame()
    assert again.situations.record.id == page.situations.record.id
    assert (again.shown, again.position) == (page.shown, page.position)
    assert again.save_state() == state
    gone = AlchemyPage(opened.workspace)
    qtbot.addWidget(gone)
    gone.restore_state(state | {"record": "20200101-000000-alchemy-play-0000"})
    gone.on_shown()
    assert gone.situations is None
    assert not any(isinstance(words, tuple) for words in opened.told)  # nothing is said of a deleted record


def test_the_open_menu_lists_records_that_are_read_off_the_main_thread(opened, monkeypatch):
    index, threads = opened.workspace.index, []
    refresh = type(index).refresh
    monkeypatch.setattr(
        type(index), "refresh", lambda self: (threads.append(threading.current_thread()), refresh(self))[1]
    )
    menu = opened.page.toolbar.open_button.menu()
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == ["Episode file…"]
    opened.until(lambda: len(menu.actions()) > 1)
    assert menu.actions()[0].text().startswith("Alchemy bench   20")
    menu.actions()[0].trigger()
    assert opened.page.situations.record.id[:4] in menu.actions()[0].text()
    assert threads
    assert threading.main_thread() not in threads


def test_the_decision_panel_says_that_advice_is_to_come(setting):
    setting.engine.start()
    page = setting.page
    page.play_yourself()
    setting.until(lambda: page.may_act)
    page.toggle("advice")
    texts = set()

    def look():
        setting.frame()
        if page.panels.decision.state is not None:
            texts.add(page.panels.decision.state.place)
        return page.situations.ideal(page.row) is not None

    page.act(2)
    page.toggle("advice")
    setting.until(look)
    setting.frame()
    assert texts <= {"waiting for the ideal observer…", "value of each action", "probability of each action"}
    assert page.panels.decision.state.choices


def test_an_animation_is_painted_behind_and_can_be_given_up(opened, tmp_path):
    page = opened.page
    page.exporter.save(tmp_path / "episode.gif")
    opened.until(lambda: page.toolbar.export_button.text().endswith("%"))
    page.exporter.save(tmp_path / "other.gif")
    assert any("one animation at a time" in str(words) for words in opened.told)
    menu = page.toolbar.export_button.menu()
    menu.aboutToShow.emit()
    menu.actions()[0].trigger()
    assert page.toolbar.export_button.text() == "Export"
    assert not list(tmp_path.glob("*.gif*"))
    page.exporter.save(tmp_path / "again.gif")
    opened.until(lambda: (tmp_path / "again.gif").exists())
    opened.until(lambda: page.exporter.job is None)
