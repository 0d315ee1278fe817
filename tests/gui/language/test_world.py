"""Feature World by hand and watched: the posterior is that of counting, steps go back and forth."""

import contextlib
import math
from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from engine.experiments.context import Context
from engine.experiments.feature_world import FeatureWorldConfiguration, run
from engine.feature_world.interviewed import Messages, play_in_words
from engine.feature_world.recorder import Recorder
from engine.feature_world.world import World
from engine.language.model import Reply
from engine.runs import Record, RecordWriter
from gui.pages.language.setup import OWN_ADDRESS, Model
from gui.pages.language.toolbar import WORLD
from gui.pages.language.world import Game, Recorded, bits_of, exact_steps
from gui.widgets.object_shapes import FILLS, outline
from tests.gui.language.test_page import settle

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")


@pytest.fixture
def record(workspace):
    configuration = FeatureWorldConfiguration(agent="optimal", episodes=6)
    settings = configuration.to_dict()
    writer = RecordWriter.create(workspace.runs_folder, experiment="feature-world", configuration=settings)
    writer.finish("finished", run(configuration, Context(record=writer, seed=0)))
    return writer


def test_a_game_ends_with_the_hidden_rule_and_its_posterior_is_that_of_counting():
    for seed in range(12):
        game = Game.begin(2, 3, "single", "identify", seed)
        while not game.over:
            bits = bits_of(game.world, game.situation.possible)
            game = game.propose(int(np.argmax(bits)))
            tried, paid = np.array(game.situation.tried), np.array(game.situation.rewarded)
            consistent = (game.world.rewards[:, tried] == paid).all(axis=1)
            assert game.rules().possible == tuple(consistent.tolist())
        assert game.rules().possible[game.hidden]
        assert game.rules().left == 1
        assert game.propose(0) is game


def test_expected_steps_are_as_measured():
    found = exact_steps(World(2, 4, "single", "identify"))
    assert found["optimal"] == pytest.approx(3.25)
    assert found["random-without-replacement"] == pytest.approx(4.35, abs=0.2)
    assert found["random"] == pytest.approx(5.02, abs=0.2)


def test_figures_that_take_too_long_are_not_known(monkeypatch):
    monkeypatch.setattr("gui.pages.language.world.WORK_S", 0.0)
    found = exact_steps(World(3, 4, "conjunction", "identify"))
    assert math.isnan(found["random"])


def test_bits_of_an_object_are_the_entropy_of_its_answer():
    world = World(2, 4, "single", "identify")
    assert bits_of(world, world.everything) == pytest.approx([-0.25 * math.log2(0.25) - 0.75 * math.log2(0.75)] * 16)
    assert bits_of(world, 1) == pytest.approx([0.0] * 16)


def test_recorded_games_are_replayed_step_by_step(record):
    recorded = Recorded(Record.open(record.folder))
    assert recorded.refresh()
    assert not recorded.refresh()
    assert recorded.count == 6
    rows = Record.open(record.folder).table("steps").read()
    for episode in range(6):
        games = recorded.games(episode)
        flags = rows["possible"][rows["episode"] == episode]
        assert [game.rules().possible for game in games[1:]] == [tuple(row.tolist()) for row in flags]
        assert games[-1].over
        assert not games[0].board().enabled


def test_a_person_plays_with_mouse_and_takes_a_step_back(page, qtbot):
    page.show_view(WORLD)
    worlds = page.worlds
    worlds.begin(seed=1)
    settle(qtbot, page)
    worlds.view.board.repaint()
    region = worlds.view.board.region(5)
    at = region.area.center().toPoint()
    qtbot.mouseClick(worlds.view.board, Qt.MouseButton.LeftButton, pos=QPoint(at.x(), at.y()))
    assert worlds.games[worlds.step].situation.tried == (5,)
    assert worlds.view.rules.state.left < 8
    qtbot.mouseClick(worlds.view.back, Qt.MouseButton.LeftButton)
    assert worlds.step == 0
    assert worlds.view.rules.state.left == 8
    assert "3.25 steps" in dict(worlds.view.figures.pairs).values()
    worlds.view.hint.setChecked(True)
    assert worlds.view.board.state.best >= 0
    worlds.propose(3)
    assert [game.situation.tried for game in worlds.games] == [(), (3,)]
    engine = page.workspace.engine
    (job,) = engine.jobs
    assert (job.experiment, job.seed, job.lane) == ("feature-world-play", 1, "interactive")
    engine.tell(0, record="anywhere")
    page.on_frame()
    sent = [(payload["step"], payload["object"]) for _, payload in engine.commands]
    assert sent == [(0, 5), (0, 3)]
    worlds.begin(seed=2)
    assert engine.commands[-1] == (job.id, {"command": "finish"})


def test_an_agent_is_watched_through_its_record(page, workspace, record, qtbot):
    page.show_view(WORLD)
    qtbot.mouseClick(page.worlds.view.watch, Qt.MouseButton.LeftButton)
    (job,) = workspace.engine.jobs
    assert job.experiment == "feature-world"
    assert job.configuration["agent"] == "optimal"
    FeatureWorldConfiguration.from_dict(job.configuration)
    workspace.engine.tell(0, "finished", record=str(record.folder))
    page.on_frame()
    worlds = page.worlds
    assert worlds.recorded.count == 6
    worlds.show_episode(2)
    steps = len(worlds.games) - 1
    for _ in range(steps + 3):
        worlds.move(1)
    assert worlds.step == steps
    assert "Found in" in worlds.view.board.state.caption
    worlds.propose(0)
    assert len(worlds.games) == steps + 1


def test_a_run_of_feature_world_opens_on_its_view(page, record, workspace, qtbot):
    page.open_record(record.id)
    assert page.view == WORLD
    page.open_record("20200101-000000-feature-world-dead")
    assert workspace.errors


def test_every_shape_differs_and_fits_its_circle(qapp):
    shapes = [outline(k) for k in range(8)]
    assert all(shape.boundingRect().width() <= 2.01 for shape in shapes)
    assert len({repr(shape.toFillPolygon()) for shape in shapes}) == 8
    assert len(set(FILLS)) == 8


def test_the_model_of_the_set_up_plays_and_what_it_said_is_read_beside_the_board(page, workspace, qtbot):
    page.show_view(WORLD)
    page.worlds.watch("language")
    assert workspace.errors[-1][0] == "No language model is chosen"
    page.setup.model.show_model(Model("endpoint", "m", OWN_ADDRESS, "http://127.0.0.1:9/v1"))
    page.worlds.watch("language")
    (job,) = workspace.engine.jobs
    settings = FeatureWorldConfiguration.from_dict(job.configuration)
    assert (settings.agent, settings.model) == ("language", "endpoint/m")

    configuration = {"dimensions": 2, "values": 4, "kind": "single", "goal": "identify", "agent": "language"}
    writer = RecordWriter.create(workspace.runs_folder, experiment="feature-world", configuration=configuration)
    world, messages = World(), Messages(writer, 0)
    recorder = Recorder(Context(record=writer, seed=0), world)
    game = play_in_words(
        world, 3, messages, partial(recorder.step, 0), lambda outcome: recorder.end(0, 3, outcome, right=False),
        told=True, legal=False, most_steps=20, max_tokens=99, seed=0,
    )  # fmt: skip
    next(game)
    turn = 0
    with contextlib.suppress(StopIteration):
        while True:
            turn += 1
            game.send(Reply("nothing yet" if turn == 1 else f"Reasoning: maybe\nAction: object {turn}"))
    writer.finish("finished", {})
    workspace.engine.tell(0, "finished", record=str(writer.folder))
    page.on_frame()
    worlds = page.worlds
    assert not worlds.view.talk.isHidden()
    worlds.move(2)
    chosen = worlds.view.transcript.card(worlds.view.transcript.selected)
    assert dict(chosen.parts)["action"] == f"object {worlds.games[2].situation.tried[-1] + 1}"
    worlds.begin(seed=0)
    assert worlds.view.talk.isHidden()
