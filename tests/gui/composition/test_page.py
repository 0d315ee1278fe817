"""The Composition page on real records, with an engine that only listens."""

import csv
import io
import re

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage

from engine.experiments.composition_play import METHODS
from gui.pages.composition.board import WALL
from tests.gui.composition import sample


def open_board(page, **settings):
    page.begin_board()
    folder = sample.board(page.workspace.runs_folder, **settings)
    page.workspace.engine.tell(0, record=str(folder))
    page.on_frame()
    page.on_frame()
    return folder


def open_body(page, **settings):
    folder = sample.body(page.workspace.runs_folder, **settings)
    page.open_record(folder.name)
    page.on_frame()
    return folder


def test_every_method_of_a_board_has_a_heat_map_on_one_scale(page):
    open_board(page)
    state = page.panels.fields.state
    assert [tile.note for tile in state.tiles][:4] == ["regret 0", "regret 0", "regret 3.53", "regret 2.09"]
    values = np.stack([tile.values for tile in state.tiles])
    assert state.low <= values.min() <= values.max() <= state.high
    assert not page.panels.paths.isVisible()
    assert page.mixture.isVisible()
    assert page.board_bar.isVisible()


def test_arrows_point_where_the_policy_goes(page):
    open_board(page, pair="left-right")
    tile = page.panels.fields.state.tiles[METHODS.index("optimal")]
    assert tile.moves[4, 1].argmax() == 3  # left of the middle: to the left column
    assert tile.moves[4, 6].argmax() == 1


def test_the_curves_show_where_each_method_fails(page):
    open_board(page, pair="left-right")
    curves = {curve.title: curve for curve in page.panels.curves.state.curves}
    co = curves["Compositional optimism"]
    assert co.values[10] == pytest.approx(1.245924, abs=1e-5)
    assert np.abs(curves["Divergence correction"].values).max() < 1e-9
    assert page.panels.curves.state.mixture == 0.5


def test_a_moved_slider_asks_once_for_the_newest_mixture(page):
    open_board(page)
    page.mixture.sliders[0].setValue(30)
    page.mixture.sliders[0].setValue(31)
    (_, first), (_, second) = page.workspace.engine.commands
    assert first["weights"] == [0.3, 0.7]
    assert second["weights"] == [0.31, 0.69]
    assert second["request"] > first["request"]


def test_commands_before_the_record_exists_wait_and_only_the_newest_mixture_goes(page):
    page.begin_board()
    session = page.session
    for share in (0.1, 0.2, 0.3):
        session.ask([share, 1 - share])
    assert page.workspace.engine.commands == []
    page.workspace.engine.tell(0, record=str(sample.board(page.workspace.runs_folder, curves=False)))
    page.on_frame()
    assert [c["weights"][0] for _, c in page.workspace.engine.commands] == [0.3]


def test_a_stroke_paints_walls_and_is_undone_as_one(page, qtbot):
    open_board(page)
    page.board_bar.tool.setCurrentIndex(page.board_bar.tool.findData(WALL))
    fields = page.panels.fields
    fields.grab()
    board = fields._places[0]
    cell = board.width() / 8
    spots = [QPointF(board.left() + (k + 0.5) * cell, board.top() + 2.5 * cell).toPoint() for k in (1, 2, 3)]
    qtbot.mousePress(fields, Qt.MouseButton.LeftButton, pos=spots[0])
    for spot in spots[1:]:
        page.panels.fields.cell_painted.emit(*fields.cell_at(QPointF(spot))[1:], False)
    worlds = [c for _, c in page.workspace.engine.commands if c["command"] == "world"]
    assert np.argwhere(worlds[-1]["walls"]).tolist() == [[2, 1], [2, 2], [2, 3]]
    assert page.workspace.undo.count() == 1
    page.workspace.undo.undo()
    assert not page.painting.board.walls.any()


def test_rewards_are_painted_with_the_keyboard(page, qtbot):
    open_board(page)
    page.board_bar.tool.setCurrentIndex(1)
    page.board_bar.amount.setValue(-0.5)
    page.panels.fields.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Space):
        qtbot.keyClick(page.panels.fields, key)
    worlds = [c for _, c in page.workspace.engine.commands if c["command"] == "world"]
    assert worlds[-1]["rewards"][1][1][2] == -0.5


def test_the_last_free_cell_stays_free(page):
    open_board(page)
    page.board_bar.tool.setCurrentIndex(page.board_bar.tool.findData(WALL))
    for row in range(8):
        for column in range(8):
            page.painting.paint(row, column, False)
    assert page.painting.board.walls.sum() == 63


def test_a_finished_board_goes_on_in_a_session_of_its_own(page):
    folder = sample.board(page.workspace.runs_folder)
    page.open_record(folder.name)
    page.on_frame()
    page.painting.change_world({"alpha": 0.5})
    (job,) = page.workspace.engine.jobs
    assert (job.experiment, job.configuration) == ("composition-play", {"rows": 8, "columns": 8, "tasks": 2})
    assert [c["command"] for c in page.session.waiting] == ["world", "world", "weights"]
    assert page.session.waiting[1]["alpha"] == 0.5


def test_three_tasks_have_three_sliders_whose_shares_are_normalised(page):
    open_board(page, rows=5, columns=6, tasks=3)
    page.mixture.sliders[0].setValue(100)
    assert page.mixture.weights == pytest.approx([0.5, 0.25, 0.25])
    assert page.panels.fields.state.tiles[0].values.shape == (5, 6)


def test_runs_of_a_body_follow_the_timeline(page):
    open_body(page)
    state = page.panels.paths.state
    assert [bundle.title for bundle in state.bundles] == ["Divergence correction", "Optimism"]
    assert state.step == 5
    page.go_to(2)
    page.on_frame()
    assert page.panels.paths.state.step == 2
    assert "step 2 of 6" in page.transport.timeline.words()
    page.transport.set_playing(True)
    for _ in range(2):
        page._moved -= 10
        page.on_frame()
    assert page.step == 5
    assert not page.transport.playing


def test_regret_bars_have_seeds_and_intervals_by_task(page):
    open_body(page, pairs=("tricky", "left-up"))
    groups = dict(page.panels.bars.state.groups)
    assert list(groups) == ["tricky", "left-up"]
    dc, co = groups["tricky"]
    assert dc.seeds == pytest.approx((0.0, 0.1))
    assert co.low <= co.mean <= co.high
    assert co.mean == pytest.approx(1.05)


def test_a_click_on_the_legend_hides_a_method_and_one_on_a_path_follows_its_run(page, qtbot):
    open_body(page)
    paths = page.panels.paths
    paths.grab()
    spot = paths.region(("method", "Optimism")).area.center().toPoint()
    qtbot.mouseClick(paths, Qt.MouseButton.LeftButton, pos=spot)
    page.on_frame()
    assert page.panels.paths.state.hidden == {"Optimism"}
    page.workspace.undo.undo()
    assert page.hidden == frozenset()
    plot = paths._plot
    qtbot.mouseClick(paths, Qt.MouseButton.LeftButton, pos=plot.center().toPoint() + QPoint(20, -20))
    assert page.run in (0, 1, 2)


def test_density_of_ends_counts_every_run(page):
    open_body(page)
    page.choose_layer("ends")
    page.on_frame()
    dc, co = page.panels.fields.state.tiles
    assert dc.values.sum() == pytest.approx(100)
    assert dc.values[:8, 17:].sum() == pytest.approx(100)  # up and to the right
    assert co.values[:8, :8].sum() == pytest.approx(100)


def test_what_is_on_screen_is_saved(page, tmp_path):
    open_board(page)
    page.exporter.save(tmp_path / "x.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "x.csv").read_text())))
    assert [row["method"] for row in rows[-5:]] == list(METHODS)
    assert float(rows[-3]["regret"]) == pytest.approx(3.531763, abs=1e-4)
    page.exporter.save(tmp_path / "x.svg")
    assert "regret 3.53" in (tmp_path / "x.svg").read_text()
    page.exporter.save(tmp_path / "x.png")
    assert QImage(str(tmp_path / "x.png")).width() > 500


def test_copied_lines_of_python_give_the_same_figures(page, capsys):
    open_board(page)
    from gui.pages.composition import script

    exec(compile(script.python_lines(page.source, page.shown_case, [0.5, 0.5]), "copied", "exec"), {})
    found = re.search(r"^co (\S+) (\S+)$", capsys.readouterr().out, re.MULTILINE)
    assert float(found[2]) == pytest.approx(3.531763, abs=1e-6)


def test_a_record_of_something_else_is_refused(page, qtbot):
    from engine.runs import RecordWriter

    with RecordWriter.create(page.workspace.runs_folder, experiment="pulse", configuration={}) as writer:
        pass
    with qtbot.waitSignal(page.workspace.error_raised) as raised:
        page.open_record(writer.folder.name)
    assert "not a run of the composition room" in raised.args[0]
    assert page.source is None


def test_a_session_that_ends_badly_is_told_and_the_page_stays(page, qtbot):
    page.begin_board()
    with qtbot.waitSignal(page.workspace.error_raised) as raised:
        page.workspace.engine.tell(0, "crashed", error="out of memory")
        page.on_frame()
    assert raised.args[0] == "out of memory"
    assert page.welcome.board.isEnabled()


def test_a_training_can_be_stopped(page):
    page.compare({"suite": "arm"}, "arm")
    folder = sample.body(page.workspace.runs_folder)
    page.workspace.engine.tell(0, record=str(folder), done=5, total=10, unit="updates", rate=1.0)
    page.on_frame()
    page.on_frame()
    assert page.toolbar.stop.isVisible()
    assert page.toolbar.words.text() == "5 of 10 updates, 5 s left"
    page.toolbar.stop.click()
    assert page.workspace.engine.stopped == [page.training.job]


def test_layout_and_layer_come_back(page):
    open_body(page)
    page.choose_layer("ends")
    state = page.save_state()
    assert state["layer"] == "ends"
    page.restore_state({"layer": "correction", "sizes": {"across": [300, 400, 300]}})
    assert page.layer == "correction"
    page.restore_state({"layer": "nonsense", "sizes": {"across": "wide"}})
    assert page.layer == "correction"
