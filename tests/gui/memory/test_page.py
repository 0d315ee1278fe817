"""The page as a person uses it: opening, stepping, pointing, changing the past, exporting."""

import csv
import json

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtSvg import QSvgRenderer

from engine.experiments.catalogue import EXPERIMENTS
from gui.actions import Action
from gui.pages.catalogue import PAGES, page_of
from gui.pages.memory.dialogs import InputDialog, ScalingDialog, WordDialog
from gui.pages.memory.session import Session, Setup
from gui.pages.memory.states import ALL, Look
from tests.gui.memory import sample

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")  # the offscreen platform says so


def opened(page, writer):
    page.open_record(writer.id)
    page.on_frame()
    page.on_frame()
    return page


@pytest.fixture
def bench(page, workspace):
    writer, _, network = sample.bench(workspace.runs_folder)
    opened(page, writer)
    page.show_traces((0,))
    page.on_frame()
    return page, network


def in_session(page, workspace, branch=True):
    """The same record as that of a session that still takes commands."""
    writer, _, network = sample.bench(workspace.runs_folder, branch=branch)
    page.toolbar.model.addItem("SAM · recall", "pretrained/sam-recall")
    page.toolbar.model.setCurrentIndex(page.toolbar.model.count() - 1)
    page.toolbar.level.setValue(6)
    page.run()
    workspace.engine.tell(0, "running", str(writer.folder))
    page.on_frame()
    page.on_frame()
    return network


def test_the_page_is_in_the_rail_and_opens_the_memory_experiments():
    assert [entry.identifier for entry in PAGES][:2] == ["alchemy", "memory"]
    assert {page_of(name) for name in ("memory", "memory-bench", "memory-scaling")} == {"memory"}


def test_the_engine_prepares_when_the_page_is_first_shown(page, workspace):
    page.on_shown()
    assert workspace.engine.warmed == ["memory-bench"]
    assert EXPERIMENTS["memory-bench"].prepare


def test_an_empty_page_says_what_to_click(page):
    assert page.welcome.isVisible()
    assert "remember" in page.welcome.title.text()
    assert page.welcome.train.isVisible() or page.welcome.run.isVisible()
    page.on_frame()
    for action in page.actions():
        assert isinstance(action, Action)
        if action.is_enabled:
            assert action.handler


def test_opening_a_record_shows_the_first_answer_and_where_it_came_from(page, workspace):
    opened(page, sample.bench(workspace.runs_folder, branch=False)[0])
    assert page.position == 40
    marks = page.panels.raster.marks
    assert [(arc.start, arc.stop) for arc in marks.arcs if arc.main] == [(24, 40)]
    assert page.panels.columns[0].sequence.origins == (24,)
    assert page.panels.side.near.slot.state.slot == 24


def test_a_branch_opens_beside_its_parent(page, workspace):
    opened(page, sample.bench(workspace.runs_folder)[0])
    assert page.shown == (0, 1)
    assert page.panels.columns[1].isVisible()
    assert page.transport.timeline.state.parting == 40
    assert [column.raster.state.parting for column in page.panels.columns] == [40, 40]
    assert page.panels.side.near.futures.state.changed == 6


def test_pointing_shows_the_life_of_a_slot_and_its_value(bench, qtbot):
    page, network = bench
    said = []
    page.workspace.status_changed.connect(said.append)
    raster = page.panels.raster
    qtbot.mouseMove(raster, raster.grid().centre(41, 25).toPoint())
    assert raster.marks.row == 25
    assert raster.marks.writes[0] == 25
    assert page.panels.side.near.slot.state.slot == network.slot(25)
    assert said[-1] == "slot 25, step 41 · read head 1 0.930, head 2 0.233"
    page.hover(-1, -1)
    assert said[-1] == ""
    assert raster.marks.row == -1


def test_a_click_pins_a_slot_and_undo_lets_it_go(bench):
    page, network = bench
    page.choose_cell(30, 12)
    page.on_frame()
    assert (page.pinned, page.position) == (network.slot(12), 30)
    page.go_to(35)
    page.on_frame()
    assert page.panels.raster.marks.row == 12
    page.workspace.undo.undo()
    assert page.pinned == -1
    page.workspace.undo.redo()
    assert page.pinned == network.slot(12)


def test_rows_and_heads_are_chosen_undoably(bench):
    page, _ = bench
    page.choose_look(Look(address=True))
    page.on_frame()
    assert page.panels.raster.state.rows == 64
    page.choose_look(Look(address=True, head=1))
    page.on_frame()
    shown = page.panels.raster.state.count
    own = page.trace.accesses
    assert shown == int(((own["head"] == 1) & (own["kind"] <= 1)).sum())
    for _ in range(2):
        page.workspace.undo.undo()
    page.on_frame()
    assert page.look == Look(False, ALL)
    assert page.toolbar.look == Look(False, ALL)


def test_one_cursor_moves_every_picture(bench, qtbot):
    page, _ = bench
    page.go_to(20)
    page.on_frame()
    column, near = page.panels.columns[0], page.panels.side.near
    assert {column.sequence.position, column.raster.position, column.gates.position} == {20}
    assert page.transport.timeline.position == 20
    assert (near.similarity.state.step, near.words.state.step) == (20, 20)
    assert len(near.words.state.slots) == 21
    page.transport.forward()
    page.on_frame()
    assert page.position == 21
    qtbot.keyClick(page.transport.timeline, Qt.Key.Key_PageDown)
    assert page.position == 36
    qtbot.keyClick(page.transport.timeline, Qt.Key.Key_PageUp)
    assert page.position == 0


def test_run_starts_a_session_and_runs_again_in_it(page, workspace):
    in_session(page, workspace)
    job = workspace.engine.jobs[0]
    assert (job.experiment, job.lane) == ("memory-bench", "interactive")
    assert job.configuration == {"source": "pretrained/sam-recall", "level": 6}
    page.toolbar.seed.setValue(7)
    page.run()
    page.on_frame()
    assert workspace.engine.commands == [(job.id, {"command": "run", "seed": 7, "level": 6})]


def test_every_change_is_sent_as_a_command(page, workspace):
    network = in_session(page, workspace, branch=False)
    page.go_to(38)
    page.pin(network.slot(24))
    page.on_frame()
    page.changes.erase_chosen()
    page.changes.freeze(1)
    page.changes.change_input([1, 0, 1, 0, 0, 0, 0, 0])
    page.changes.overwrite(3, np.array([0.5, np.nan], np.float32))
    page.roll_back()
    page.on_frame()
    sent = [payload for _, payload in workspace.engine.commands]
    changes = [payload["change"] for payload in sent if payload["command"] == "intervene"]
    assert changes == [
        {"kind": "erase", "step": 38, "slot": network.slot(24)},
        {"kind": "freeze", "step": 38, "head": 1},
        {"kind": "input", "step": 38, "bits": [1, 0, 1, 0, 0, 0, 0, 0]},
        {"kind": "overwrite", "step": 38, "slot": 3, "word": [0.5, 0.0]},
    ]
    assert sent[-1] == {"command": "backward", "trace": 0}


def test_a_change_to_an_old_record_opens_the_network_again_on_the_same_sequence(bench, workspace):
    page, network = bench
    page.changes.erase(network.slot(24))
    job = workspace.engine.jobs[0]
    assert job.configuration == {"source": "pretrained/sam-recall", "level": 6}
    assert job.seed == page.trace.info.seed
    assert workspace.engine.commands == []
    assert page.session.waiting[0][0] == 0
    page.on_frame()
    assert page.bar.words.text() == "Preparing…"
    writer, *_ = sample.bench(workspace.runs_folder, branch=False)
    workspace.engine.tell(0, "running", str(writer.folder))
    page.on_frame()
    page.on_frame()
    assert page.bar.words.text() == "SAM · recall"
    assert workspace.engine.commands[0][1]["change"]["kind"] == "erase"


def test_a_change_to_a_training_run_uses_its_checkpoint(page, workspace):
    writer, _ = sample.training(workspace.runs_folder)
    opened(page, writer)
    assert page.changes.setup() == Setup(writer.id, "SAM · recall", 0, 0, page.trace.info.seed)


def test_a_session_that_fails_says_so_and_a_refusal_is_told(page, workspace, qtbot):
    writer, _, _ = sample.bench(workspace.runs_folder, finish=False)
    page.begin(Session.begin(workspace.engine, Setup("x", "X")))
    workspace.engine.tell(0, "running", str(writer.folder))
    page.on_frame()
    writer.event("refused", {"command": "intervene", "reason": "slot 99 is not in this memory"})
    writer.flush()
    with qtbot.waitSignal(workspace.toast_raised) as caught:
        page.on_frame()
    assert caught.args == ["slot 99 is not in this memory"]
    workspace.engine.tell(0, "crashed", str(writer.folder), "The engine process ended")
    with qtbot.waitSignal(workspace.error_raised) as caught:
        page.on_frame()
    assert caught.args[0] == "The engine process ended"
    assert page.is_ready
    writer.finish()


def test_traces_of_a_training_run_arrive_while_it_learns(page, workspace):
    writer, tables = sample.create(workspace.runs_folder, "memory", model="sam", task="recall")
    writer.flush()
    opened(page, writer)
    assert not page.is_ready
    sample.event(writer, 0)
    network = sample.Sam(tables, 0).run(10)
    page.on_frame()
    raster = page.panels.raster.state
    assert raster.rows == 10
    network.run()
    page.on_frame()
    assert page.panels.raster.state.rows == 36
    assert page.panels.raster.state.version == raster.version
    sample.event(writer, 1)
    sample.Sam(tables, 1, seed=5).run()
    page.on_frame()
    assert page.shown == (1,)
    writer.finish()


def test_curves_costs_and_rollback(page, workspace):
    opened(page, sample.training(workspace.runs_folder)[0])
    page.panels.side.show_cost()
    page._drawn = 0.0
    page.on_frame()
    cost = page.panels.side.cost
    assert [curve.name for curve in cost.learning.state.curves] == ["bits wrong", "loss", "level"]
    opened(page, sample.scaling(workspace.runs_folder))
    page._drawn = 0.0
    page.on_frame()
    ntm, sam = cost.scaling.state.networks
    assert (ntm.name, sam.name) == ("NTM", "SAM")
    assert [point.extrapolated for point in ntm.points[-2:]] == [True, True]
    assert not any(point.extrapolated for point in sam.points)
    cost.unit_button.setChecked(True)
    page.on_frame()
    bytes_of_ntm = cost.scaling.state.networks[0].points
    assert [point.extrapolated for point in bytes_of_ntm] == [point.slots > 1 << 14 for point in bytes_of_ntm]
    opened(page, sample.bench(workspace.runs_folder, branch=False)[0])
    assert cost.rollback.state.identical
    page.grab()


def test_a_record_of_costs_shows_costs_alone_and_a_trace_brings_the_pictures_back(page, workspace):
    bench = sample.bench(workspace.runs_folder, branch=False)[0]
    opened(page, bench)
    opened(page, sample.scaling(workspace.runs_folder))
    assert page.panels.side.cost.scaling.isVisible()
    assert not page.panels.side.cost.learning.isVisible()
    page.resize(2400, 1300)
    page.on_frame()
    assert page.panels.side.cost.scaling.isVisible()
    assert not page.panels.side.near.isVisible()
    page.resize(1200, 720)
    page.on_frame()
    assert page.panels.side.cost.scaling.isVisible()
    assert not page.panels.columns[0].isVisible()
    assert not page.transport.isVisible()
    assert page.bar.words.text() == "Cost of NTM, SAM"
    assert page.panels.side.near.slot.state is None
    opened(page, bench)
    assert page.panels.columns[0].isVisible()
    assert page.transport.isVisible()
    assert page.panels.side.cost.learning.isVisible()
    page.panels.side.tabs.setCurrentIndex(0)
    assert page.panels.side.near.slot.isVisible()
    assert page.panels.columns[0].raster.state.rows == 36


def test_answers_are_counted_where_one_output_is_the_answer(page, workspace):
    writer, tables = sample.create(workspace.runs_folder, task="omniglot")
    sample.event(writer, 0, task="omniglot", steps=2, spans=[], bits_wrong=1)
    right = np.eye(sample.OUTPUTS, dtype=np.float32)[0]
    for step, output in enumerate((0.4 * right + 0.1, 0.4 - 0.3 * right)):  # the largest output is right, then wrong
        tables.steps.append(trace=0, step=step, input=0, target=right, output=output, mask=True, error_bits=step)
    writer.flush()
    opened(page, writer)
    sequence = page.panels.columns[0].sequence.state
    assert sequence.wrong.any(1).tolist() == [False, True]
    assert "1 answer wrong" in sequence.words
    lane = page.transport.timeline.state.lanes[0]
    assert lane.wrong == {1}
    writer.finish()


def test_measuring_and_training_submit_what_was_chosen(page, workspace, qtbot):
    page.training.measure(["sam", "ntm"], 1 << 20)
    page.training.train("sam", "copy")
    measure, train = workspace.engine.jobs
    assert (measure.experiment, measure.configuration["models"]) == ("memory-scaling", ["sam", "ntm"])
    assert (train.experiment, train.configuration["model"], train.configuration["task"]) == ("memory", "sam", "copy")
    assert train.preset == "quick"
    dialog = ScalingDialog(page, ["ntm", "sam"])
    dialog.boxes["ntm"].setChecked(False)
    assert dialog.models == ["sam"]


def test_dialogs_give_the_word_and_the_input(page):
    own, other = np.ones(4, np.float32), np.full(4, 2.0, np.float32)
    dialog = WordDialog(page, 3, own, np.array([3, 9]), np.stack([own, other]))
    assert dialog.choice.count() == 4
    np.testing.assert_array_equal(dialog.word(), -own)
    dialog.choice.setCurrentIndex(3)
    np.testing.assert_array_equal(dialog.word(), other)
    bits = InputDialog(page, 5, np.array([1, 0, 0, 0.3], np.float32))
    bits.buttons[2].click()
    assert bits.bits() == [1, 0, 1, 0.3]
    assert [button.text() for button in bits.buttons] == ["1", "0", "1", "0.3"]


def test_exports_can_be_read_again(bench, tmp_path):
    page, _ = bench
    for kind in ("png", "svg", "csv", "jsonl"):
        page.exporter.save(tmp_path / f"memory.{kind}")
    assert QImage(str(tmp_path / "memory.png")).width() > 1000
    assert QSvgRenderer(str(tmp_path / "memory.svg")).isValid()
    assert "Slots" in (tmp_path / "memory.svg").read_text(encoding="utf-8")
    with (tmp_path / "memory.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(page.trace.accesses)
    assert {row["kind"] for row in rows} == {"read", "write", "erase"}
    lines = [json.loads(line) for line in (tmp_path / "memory.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 1 + sample.STEPS
    page.exporter.copy_python()
    assert "Record.open" in QGuiApplication.clipboard().text()


def test_a_file_that_cannot_be_written_is_told(bench, tmp_path, qtbot):
    page, _ = bench
    with qtbot.waitSignal(page.workspace.error_raised) as caught:
        page.exporter.save(tmp_path / "no" / "memory.csv")
    assert "could not be saved" in caught.args[0]


def test_every_control_has_a_name(bench):
    from PySide6.QtWidgets import QAbstractButton, QComboBox, QSpinBox

    page, _ = bench
    for kind in (QAbstractButton, QComboBox, QSpinBox):
        for widget in page.findChildren(kind):
            text = widget.text() if isinstance(widget, QAbstractButton) else ""
            if widget.isVisible():
                assert text or widget.accessibleName(), widget
