"""The page as a person uses it: opening, stepping, changing the world, wiping, training, exporting."""

import csv

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QGuiApplication, QImage
from PySide6.QtSvg import QSvgRenderer

from engine.control.tasks import TASKS
from gui.actions import Action
from gui.pages.catalogue import page_of
from gui.pages.control.changes import CHOICES
from gui.pages.control.sources import pretrained
from gui.pages.control.training import TrainDialog
from gui.widgets.step_timeline import part_name
from tests.gui.control.sample import Recorded

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")  # the offscreen platform says so


def opened(page, recorded):
    page.open_record(recorded.writer.id)
    page.on_frame()
    page.on_frame()
    return page


def in_session(page, workspace, recorded):
    """The same record as that of a session that still takes commands."""
    page.run()
    workspace.engine.tell(0, "running", str(recorded.writer.folder))
    page.on_frame()
    page.on_frame()
    return page


@pytest.fixture
def maze(workspace):
    recorded = Recorded(workspace.runs_folder).scene()
    yield recorded
    recorded.writer.finish("finished", {})


def test_an_empty_page_says_what_to_click(page):
    assert page.welcome.isVisible()
    assert page.welcome.run.text() == "Run Water maze"
    assert page_of("control") == page_of("control-play") == "control"
    assert len({action.identifier for action in page.actions()}) == len(page.actions())
    for action in page.actions():
        assert isinstance(action, Action)
        assert action.is_enabled == (action.identifier in ("control.run", "control.dice", "control.evaluate",
                                                           "control.train"))  # fmt: skip


def test_a_short_trial_is_named_by_its_number_alone(qapp):
    metrics = QFontMetricsF(QFont("sans", 10))
    wide = metrics.horizontalAdvance("trial 12")
    assert part_name("trial 12", wide, metrics) == "trial 12"
    assert part_name("trial 12", wide - 1, metrics) == "12"
    assert part_name("the question", 5, metrics) == "the question"  # no number: it is cut where it is drawn


def test_a_maze_shows_trials_latencies_memory_and_truth(page, maze):
    opened(page, maze)
    panels = page.panels
    assert [world.isVisible() for world in panels.worlds] == [True, True, False, False]
    assert panels.latencies.state.series[0].values[:3] == (10.0, 46.0, 16.0)
    assert [part.start for part in panels.transport.timeline.state.parts] == [0, 14, 64, 84]
    truth, told = panels.readings.state.rows[0].lines
    np.testing.assert_allclose(told.values - truth.values, 0.1, atol=1e-6)
    assert len(panels.readings.state.rows[0].lines) == 2  # the feed-forward agent has no memory to read
    page.go_to(70)
    page.on_frame()
    assert "trial 3" in panels.transport.timeline.words()
    assert panels.worlds[0].state.score == pytest.approx(10)
    assert panels.orbit.state.step == panels.acts.position == panels.units.position == 70


@pytest.mark.parametrize(
    "name", ["pendulum-p", "cartpole", "reacher", "payload", "wind", "t-maze-10", "pixel-pendulum"]
)
def test_every_kind_of_world_is_drawn(page, workspace, name):
    recorded = Recorded(workspace.runs_folder, name).scene()
    opened(page, recorded)
    page.go_to(TASKS[name].horizon - 1)
    page.on_frame()
    image = page.panels.worlds[0].image()
    colours = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(60, image.height(), 7)}
    assert len(colours) > 3
    assert page.panels.bars.currentWidget() is page.panels.returns
    assert page.panels.worlds[0].describe().startswith("LSTM at step")
    recorded.writer.finish("finished", {})


def test_run_opens_a_session_and_then_uses_it(page, workspace, maze):
    in_session(page, workspace, maze)
    job = workspace.engine.jobs[0]
    assert (job.experiment, job.lane, job.configuration["task"]) == ("control-play", "interactive", "water-maze-r")
    page.toolbar.episode.setValue(8)
    page.toolbar.wipe.setCurrentIndex(1)
    page.run()
    page.on_frame()
    assert workspace.engine.commands[-1][1] == {"command": "run", "episode": 7, "wipe": "teleport"}
    assert len(workspace.engine.jobs) == 1


def test_a_click_in_the_pool_and_a_dragged_platform_change_the_world_here(page, workspace, maze, qtbot):
    in_session(page, workspace, maze)
    page.go_to(30)
    page.on_frame()
    world = page.panels.worlds[0]
    world.repaint()
    frame = world._frame
    spot = frame.at(-0.5, -0.25).toPoint()
    qtbot.mouseClick(world, Qt.MouseButton.LeftButton, pos=spot)
    page.on_frame()
    change = workspace.engine.commands[-1][1]["change"]
    assert (change["kind"], change["step"]) == ("platform", 30)
    assert (change["x"], change["y"]) == pytest.approx((-0.5, -0.25), abs=0.02)
    page.toolbar.click.setCurrentIndex(1)
    qtbot.mouseClick(world, Qt.MouseButton.LeftButton, pos=spot)
    page.on_frame()
    assert workspace.engine.commands[-1][1]["change"]["kind"] == "agent"
    grip = frame.at(0.3, 0.4).toPoint()
    qtbot.mousePress(world, Qt.MouseButton.LeftButton, pos=grip)
    qtbot.mouseMove(world, grip + QPoint(-20, 10))
    qtbot.mouseRelease(world, Qt.MouseButton.LeftButton, pos=spot)
    page.on_frame()
    change = workspace.engine.commands[-1][1]["change"]
    assert (change["kind"], round(change["x"], 1)) == ("platform", -0.5)


def test_a_wiped_memory_opens_as_a_branch_at_the_same_step(page, workspace, maze):
    in_session(page, workspace, maze)
    page.go_to(90)
    page.changes.wipe()
    page.on_frame()
    assert workspace.engine.commands[-1][1] == {
        "command": "intervene", "scene": 0, "change": {"kind": "wipe", "step": 90}}  # fmt: skip
    maze.scene(parent=0, changes=[{"kind": "wipe", "step": 90}])
    page.on_frame()
    assert (page.scene, page.position) == (1, 90)
    assert page.panels.transport.timeline.state.parting == 90
    page.to_parent()
    assert page.scene == 0
    workspace.undo.undo()
    assert page.scene == 1


def test_a_recording_says_that_it_cannot_be_changed(page, workspace, maze):
    said = []
    workspace.toast_raised.connect(said.append)
    opened(page, maze)
    page.changes.wipe()
    assert "press Run" in said[0]
    assert workspace.engine.commands == []


def test_what_was_refused_is_said(page, workspace, maze):
    said = []
    workspace.toast_raised.connect(said.append)
    in_session(page, workspace, maze)
    maze.writer.event("refused", {"command": {}, "reason": "The platform must lie inside the pool"})
    maze.writer.flush()
    page.on_frame()
    assert "The platform must lie inside the pool" in said


def test_a_training_is_followed_scene_by_scene_and_can_be_stopped(page, workspace):
    page.training.train("water-maze-r", algorithm="rsvg0")
    job = workspace.engine.jobs[0]
    assert job.configuration["agent"] == "train"
    assert job.configuration["algorithm"] == "rsvg0"
    recorded = Recorded(workspace.runs_folder, experiment="control").scene(updates=40, agents=1)
    for step in range(3):
        recorded.writer.scalar("return", 10.0 * step, 40 * step)
    recorded.writer.flush()
    workspace.engine.tell(0, "running", str(recorded.writer.folder))
    page.on_frame()
    page.on_frame()
    assert page.scene == 0
    assert page.panels.side.currentWidget() is page.panels.learning
    assert page.panels.learning.state.curves[0].values.tolist() == [0, 10, 20]
    recorded.scene(updates=80, agents=1)
    page.on_frame()
    assert page.scene == 1
    page.training.stop()
    assert workspace.engine.stopped == [job.id]
    recorded.writer.finish("stopped")


def test_a_failed_training_tells_why(page, workspace):
    told = []
    workspace.error_raised.connect(lambda *words: told.append(words))
    page.training.train("pendulum-p")
    workspace.engine.tell(0, "failed", None, "Learning stopped after 3 updates because the loss is not finite")
    page.on_frame()
    assert "Learning stopped" in told[0][0]


def test_figures_of_an_evaluation_are_shown(page, workspace):
    recorded = Recorded(workspace.runs_folder, experiment="control").scene()
    wiped = {"wipe": "teleport", "return_mean": 40.0, "return_sem": 2.0, "latency_ratio": 1.1}
    result = {"episodes": 100, "return_mean": 71.0, "return_sem": 2.0, "latency": [18.0, 7.0], "latency_ratio": 0.4,
              "found": 0.98, "wiped": wiped, "probe_r2": {"platform x": 0.8, "platform y": 0.9}}  # fmt: skip
    recorded.writer.finish("finished", result)
    opened(page, recorded)
    pairs = dict(page.panels.evaluation.values.pairs)
    assert pairs["Evaluation"].startswith("100 fresh episodes: return 71 ± 2, latency ratio 0.40")
    assert "wiped at each teleport: 40, ratio 1.10" in pairs["Evaluation"]
    assert pairs["Platform found"] == "98 % of episodes"
    assert page.panels.latencies.state.series[0].means == (18.0, 7.0)


def test_everything_can_be_taken_out(page, maze, tmp_path):
    opened(page, maze)
    for name in ("out.png", "out.svg", "out.csv"):
        page.exporter.save(tmp_path / name)
    assert not QImage(str(tmp_path / "out.png")).isNull()
    assert QSvgRenderer(str(tmp_path / "out.svg")).isValid()
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text().splitlines()))
    assert len(rows) == 400
    assert rows[0]["agent"] == "LSTM"
    assert rows[200]["read platform x"] == ""
    page.exporter.copy_python()
    lines = QGuiApplication.clipboard().text()
    compile(lines, "copied", "exec")


def test_a_damaged_record_is_told_and_the_page_stays(page, workspace, maze):
    told = []
    workspace.error_raised.connect(lambda *words: told.append(words[0]))
    path = maze.writer.folder / "steps.rows"
    path.write_bytes(path.read_bytes()[:1000])
    opened(page, maze)
    assert "cannot be shown" in told[0]
    broken = Recorded(workspace.runs_folder)
    broken.writer.finish("finished", {})
    (broken.writer.folder / "task.jsonl").write_text('{"name": "x"}\n')
    page.open_record(broken.writer.id)
    page.on_frame()
    assert any("does not say what its task is" in words for words in told)


def test_the_dialog_offers_every_task_and_learner(page, qtbot):
    dialog = TrainDialog(page, "cartpole")
    qtbot.addWidget(dialog)
    assert dialog.task.currentData() == "cartpole"
    assert dialog.task.count() == len(TASKS)
    assert {dialog.agent.itemData(k) for k in range(dialog.agent.count())} == {
        "train", "feed-forward", "frame-stack", "full-information", "imitate"}  # fmt: skip
    assert set(CHOICES) <= {task.family for task in TASKS.values()}


def test_what_was_learned_is_offered_before_what_was_taught():
    offered = [(source.agent, source.title) for source in pretrained() if source.task == "water-maze-r"]
    title = TASKS["water-maze-r"].title
    assert offered == [("pretrained", title), ("pretrained/water-maze-r-taught", f"{title}, taught")]
