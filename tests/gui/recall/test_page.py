"""The Recall page on records made by rules, and its widgets."""

import csv
import io
import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from engine.runs import Record
from gui.pages.recall import states
from gui.pages.recall.exporter import python_lines, reads_table
from gui.pages.recall.model import RecallRecord
from gui.pages.recall.sources import pretrained
from gui.pages.recall.states import View
from gui.widgets.memory_sizes import Line, MemorySizes, MemorySizesState
from gui.widgets.patterns import heat_image, image_of, layout

from .sample import READS, SIZE, WRITES, Sample


@pytest.fixture
def sample(workspace):
    made = Sample(workspace.runs_folder)
    yield made
    made.writer.finish()


@pytest.fixture
def opened(page, sample, workspace):
    """The page in an open session, with one write and two reads."""
    trace = sample.write()
    sample.read(trace, 0)
    sample.read(trace, 2)
    sample.writer.event(
        "controls",
        {"trace": 0, "error": 1.0, "error_swap": 3.0, "error_unwritten": 2.5, "error_query": 4.0, "verdict": "memory"},
    )
    sample.done()
    page.begin("pretrained/small", "Small")
    workspace.engine.tell(0, record=str(sample.writer.folder))
    page.on_frame()
    page.on_frame()
    return page


def sent(page):
    page.on_frame()
    return page.workspace.engine.commands


def test_an_empty_page_says_what_to_click(page):
    assert page.welcome.isVisible()
    assert page.welcome.run.isVisible() == bool(pretrained())
    assert not page.verdict.isVisible()
    page.on_frame()


def test_a_write_and_its_reads_are_shown(opened):
    panels = opened.panels
    assert opened.is_ready
    assert len(panels.gallery.state.values) == 3
    assert [read.title for read in panels.retrieval.state.reads] == ["pattern 1", "pattern 3"]
    assert panels.energies.state.groups["stored"].tolist() == [[0, -1, -2]] * 3
    assert panels.energies.state.words == "stored below unseen in 100% of pairs"
    assert opened.transport.timeline.state.steps == WRITES + 1 + READS + 1
    assert "swap control 3.00 · unwritten twin 2.50" in opened.verdict.text()
    assert opened.verdict.text().endswith("a memory")
    opened.grab()


def test_one_timeline_drives_every_picture(opened):
    opened.go_to(1)
    opened.on_frame()
    panels = opened.panels
    assert panels.weights.state.step == 1
    assert panels.weights.state.tensors[0].values[1, 3] == np.float32(0.7)
    assert panels.landscape.state.words == "after 1 write steps"
    assert panels.retrieval.state.step == -1
    opened.go_to(WRITES + 1 + 2)
    opened.on_frame()
    assert panels.weights.state.step == WRITES
    assert panels.retrieval.state.step == 2
    assert len(panels.landscape.state.path) == 3
    assert panels.energies.state.position == WRITES + 3
    opened.go_to(99)
    assert opened.position == WRITES + 1 + READS


def test_a_click_chooses_a_read_and_its_step(opened, qtbot):
    retrieval = opened.panels.retrieval
    retrieval.grab()
    row = retrieval.state.reads[1].row
    place = retrieval.region(("read", row, 1)).area.center().toPoint()
    qtbot.mouseClick(retrieval, Qt.MouseButton.LeftButton, pos=place)
    opened.on_frame()
    assert (opened.query, retrieval.state.step) == (row, 1)
    assert opened.panels.paint.damaged == 4
    assert opened.panels.gallery.state.chosen == 2


def test_what_is_drawn_is_read_and_stored(opened, qtbot):
    paint = opened.panels.paint
    paint.grab()
    corner = (paint._place.topLeft() + QPointF(3, 3)).toPoint()
    before = paint.values.copy()
    qtbot.mousePress(paint, Qt.MouseButton.RightButton, pos=corner)
    assert before[0] == 1
    assert paint.values[0] == -1
    opened.drawing.read()
    command = sent(opened)[-1]
    assert command["command"] == "read"
    assert command["of"] == 0
    assert command["values"][0] == -1
    opened.drawing.store()
    assert [len(row) for row in sent(opened)[-1]["patterns"]] == [SIZE] * 4
    opened.drawing.empty()
    opened.drawing.store_alone()
    assert sent(opened)[-1] == {"command": "write", "patterns": [[-1.0] * SIZE]}
    opened.drawing.read()
    assert sent(opened)[-1]["of"] == -1


def test_damage_and_its_undoing(opened):
    paint = opened.panels.paint
    opened.drawing.heal()
    assert paint.damaged == 0
    opened.drawing.hurt()
    assert 0 < paint.damaged <= 4
    opened.drawing.heal()
    assert paint.damaged == 0


def test_pictures_are_dropped(opened):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/tmp/a.png"), QUrl("https://example.org/b.png")])
    drop = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    opened.panels.paint.dropEvent(drop)
    assert sent(opened)[-1] == {"command": "write", "files": ["/tmp/a.png"]}


def test_the_newest_read_and_write_are_followed(opened, sample):
    row = sample.read(0, 1)
    sample.done()
    opened.on_frame()
    assert opened.query == row
    trace = sample.write("2 of your own")
    sample.done()
    opened.on_frame()
    assert opened.shown == trace
    assert opened.position == WRITES
    opened.choose_trace(0)
    opened.workspace.undo.undo()
    assert opened.shown == trace


def test_refusals_and_failures_are_told(opened, sample, workspace, qtbot):
    sample.writer.event("refused", {"command": {}, "reason": "too much"})
    sample.done()
    with qtbot.waitSignal(workspace.toast_raised) as told:
        opened.on_frame()
    assert told.args == ["too much"]
    workspace.engine.tell(0, status="crashed", record=str(sample.writer.folder), error="it broke")
    with qtbot.waitSignal(workspace.error_raised) as told:
        opened.on_frame()
    assert told.args[0] == "it broke"
    assert opened.is_ready


def test_a_model_that_fails_a_control_is_called_a_denoiser(workspace):
    made = Sample(workspace.runs_folder)
    made.write()
    made.writer.event("controls", {"trace": 0, "error": 2.4, "error_swap": 2.5, "verdict": "denoiser"})
    made.done()
    source = RecallRecord(Record.open(made.writer.folder))
    source.refresh()
    words, role = states.verdict_words(source, 0)
    assert "a denoiser" in words
    assert "unwritten twin not trained" in words
    assert role == "bad"
    assert states.verdict_words(source, 5)[0] == "No error measured yet"
    made.writer.finish()


def test_a_damaged_event_or_table_is_told_and_the_rest_shown(page, sample, workspace, qtbot):
    sample.writer.event("traces", {"trace": "x"})
    sample.write()
    sample.done()
    with qtbot.waitSignal(workspace.error_raised):
        page.open_record(sample.writer.id)
        page.on_frame()
    page.on_frame()
    assert page.is_ready


def test_random_starts_are_counted(opened, sample):
    for starts, spurious in ((5, True), (3, False)):
        sample.tables["attractors"].append(
            trace=0, values=np.zeros(SIZE), starts=starts, energy=-1.0, nearest=0, distance=0.5, spurious=spurious
        )
    sample.done()
    opened.on_frame()
    state = opened.panels.attractors.state
    assert state.titles == ("5×", "3× 1")
    assert state.words == "5 of 8 starts ended in spurious ones"


def test_the_table_and_the_lines_of_python_say_what_is_shown(opened):
    view = View(opened.source, 0, 0, opened.query)
    rows = list(csv.DictReader(io.StringIO(reads_table(view))))
    assert len(rows) == 2 * (READS + 1)
    assert float(rows[READS]["error"]) == 0
    done = subprocess.run([sys.executable, "-c", python_lines(view)], capture_output=True, text=True, check=True)
    assert "'verdict': 'memory'" in done.stdout


def test_pictures_are_saved(opened, tmp_path):
    for kind in ("png", "svg", "csv"):
        opened.exporter.save(tmp_path / f"page.{kind}")
        assert (tmp_path / f"page.{kind}").stat().st_size > 100


def test_a_training_is_started_and_followed_while_it_learns(page, workspace):
    page.training.train("quick", floats=130, patterns=4)
    (job,) = workspace.engine.jobs
    assert (job.experiment, job.configuration["floats"], job.configuration["patterns"]) == ("energy-memory", 130, 4)
    growing = Sample(workspace.runs_folder, experiment="energy-memory")
    trace = growing.write("after 250 updates")
    growing.read(trace, 0)
    growing.writer.scalar("error in training", 3.5, 250)
    growing.done()
    workspace.engine.tell(0, record=str(growing.writer.folder))
    page.on_frame()
    page.on_frame()
    assert page.is_ready
    assert page.panels.learning.state.curves[0].values[-1] == 3.5
    assert page.toolbar.source == growing.writer.id
    growing.read(growing.write("after 500 updates"), 1)
    growing.done()
    page.on_frame()
    assert page.shown == 1
    assert page.toolbar.trace.currentText() == "write 2, after 500 updates"
    growing.writer.finish()


def test_settings_that_cannot_be_are_told_before_anything_starts(page, workspace, qtbot):
    with qtbot.waitSignal(workspace.error_raised):
        page.training.train("digits", patterns=2000)
    assert not workspace.engine.jobs


def test_pixels_mean_what_they_show():
    assert layout((1, 32, 1)) == (4, 8, 1)
    picture = image_of(np.array([-1, 1, 0, np.nan], np.float32), (2, 2, 1))
    assert [picture.pixelColor(x, y).red() for y in (0, 1) for x in (0, 1)] == [0, 255, 127, 127]
    heat = heat_image(np.array([[0.0, 1.0]]), 0, 1, np.array([(0, 0, 0), (200, 100, 50)], float))
    assert heat.pixelColor(1, 0).getRgb()[:3] == (200, 100, 50)


def test_sizes_mark_who_was_told(qtbot):
    widget = MemorySizes()
    qtbot.addWidget(widget)
    widget.resize(500, 300)
    lines = (Line("Ours", ((100, 2.0, 0.1),), own=True), Line("Fill", ((50, 3.0, 0.1), (200, 1.0, 0.1)), told=True))
    widget.set_state(MemorySizesState(lines, (("swap control", 4.0),), "wrong bits of 32"))
    widget.grab()
    assert "told where the damage is" in widget.region(("Fill", 200)).tip
    assert "swap control 4" in widget.describe()
