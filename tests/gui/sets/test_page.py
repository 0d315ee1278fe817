"""The Sets page in the whole program with a real engine: fill, step, ask, save, load, own list, bad files."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from engine.runs import Column, Record, RecordWriter
from gui.pages.sets import script, states
from gui.pages.sets.model import SetsRecord
from gui.theme import DARK, LIGHT


@pytest.fixture
def program(make_application):
    return make_application(page="sets")


def filled(program, qtbot, count=60):
    page = program.window.page
    page.toolbar.count.setValue(count)
    page.fill()
    qtbot.waitUntil(lambda: page.is_ready and len(page.source.operations) >= count, timeout=40_000)
    qtbot.waitUntil(lambda: page.is_open, timeout=5000)
    return page


def test_a_whole_session(program, qtbot, tmp_path):
    page = program.window.page
    texts = " ".join(label.text() for label in page.welcome.findChildren(QLabel))
    assert "No key that was inserted is ever missed" in texts
    page = filled(program, qtbot)
    assert page.position == 59
    memory = page.panels.memory.state
    assert memory.inserted
    np.testing.assert_allclose(memory.part, np.outer(memory.word, memory.address))
    page.go_to(10)
    program.workspace.wait(lambda: False, 0.1)
    before, after = (page.source.operations["memory"][i] for i in (9, 10))
    np.testing.assert_allclose(page.panels.memory.state.part, after - before, atol=1e-3)
    assert page.panels.answer.state.yes
    assert page.panels.costs.state.keys == 11
    names = [row.name for row in page.panels.costs.state.rows]
    assert names[-3:] == ["Fence", "Prior", "Label"]  # always on screen
    bits = page.panels.bits.state
    assert bits.bits[list(bits.places)].all()

    qtbot.mouseClick(page.keys.member_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(page.keys.many_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(page.source.operations) >= 161, timeout=20_000)
    rows = page.source.operations
    assert (rows["network"] | rows["backup"])[rows["member"]].all()
    program.workspace.wait(lambda: False, 0.1)
    assert page.position == 160
    assert not page.panels.memory.state.inserted

    path = tmp_path / "set.filter"
    page.save(path)
    qtbot.waitUntil(path.is_file, timeout=10_000)
    page.exporter.save(tmp_path / "page.svg")
    page.exporter.save(tmp_path / "page.csv")
    page.exporter.save(tmp_path / "page.png")
    assert (tmp_path / "page.csv").read_text().count("\n") == 162
    assert b"<svg" in (tmp_path / "page.svg").read_bytes()

    identifier = page.source.record.id
    page.load(path)
    qtbot.waitUntil(lambda: page.source.record.id != identifier and page.source.is_bench, timeout=30_000)
    qtbot.waitUntil(lambda: page.is_open, timeout=5000)
    page.insert_next()
    qtbot.waitUntil(lambda: len(page.source.operations) == 1, timeout=20_000)
    row = page.source.operations[0]
    assert row["network"] or row["backup"]

    path.write_bytes(path.read_bytes()[:-9])
    page.load(path)
    qtbot.waitUntil(lambda: "set.filter" in program.window.errors.report, timeout=30_000)
    assert "may have been cut" in program.window.errors.report

    page.open_record(identifier)
    program.workspace.wait(lambda: False, 0.2)
    assert len(page.source.operations) == 161
    assert not page.is_open
    assert not page.keys.isEnabled()


def test_a_run_that_is_not_there_is_told(program):
    program.window.page.open_record("no-such-run")
    assert "no-such-run" in program.window.errors.report


def measurement(folder):
    with RecordWriter.create(folder, experiment="neural-bloom-filter", configuration={}, seed=0) as writer:
        columns = (Column("n", "i4"), Column("fpr", "f4"), Column("method", "i2"), Column("set", "i4"),
                   Column("bits", "i8"), Column("wrong", "f8"))  # fmt: skip
        table = writer.table("sets", columns)
        for method, name in enumerate(("neural", "bloom", "label")):
            writer.event("methods", {"index": method, "name": name})
            for n in (60, 20):
                for fpr in (0.05, 0.01):
                    bits, wrong = 100 * (method + 1) + n, 0.004 * (method + 1)
                    writer.event("summaries", {"n": n, "fpr": fpr, "method": name, "bits": bits, "wrong": wrong})
                    for number in range(3):
                        table.append(n=n, fpr=fpr, method=method, set=number, bits=bits, wrong=wrong * number)
        writer.finish("finished", {"trained": [20, 60]})
    return writer.folder


def test_curves_and_rates_of_a_measurement(tmp_path):
    source = SetsRecord(Record.open(measurement(tmp_path)))
    assert source.refresh()
    assert not source.refresh()
    curves = states.curves_state(source)
    assert curves.trained == (20, 60)
    series = {(s.name, s.fpr): s.points for s in curves.series}
    assert series["neural", 0.05] == ((20, 120.0), (60, 160.0))
    assert series["no memory", 0.05] == ((20, 320.0), (60, 360.0))
    assert ("no memory", 0.01) not in series  # its rate is 1.2 %: too often wrong
    rates = states.rates_state(source)
    assert [column[0] for column in rates.columns] == [0.05, 0.01]
    assert rates.columns[0][2] == pytest.approx((0.0, 0.004, 0.008))
    assert script.table(source).count("\n") == 1 + 12
    assert "summaries" in script.python_lines(source, 0)


def test_a_record_without_its_columns_is_refused(program, tmp_path):
    with RecordWriter.create(
        program.workspace.runs_folder, experiment="filter-play", configuration={}, seed=0
    ) as writer:
        writer.table("operations", (Column("kind", "i1"),)).append(kind=0)
    page = program.window.page
    page.open_record(writer.folder.name)
    assert "lacks" in program.window.errors.report
    assert page.source is None


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_pictures_draw_and_describe_themselves(qtbot, theme):
    from gui.widgets.bit_array import BitArray, BitArrayState
    from gui.widgets.set_answer import AnswerState, SetAnswer
    from gui.widgets.set_curves import SetRates, SetRatesState, SizeCurves, SizeCurvesState, SizeSeries
    from gui.widgets.set_sizes import SetSizes, SizeRow, SizesState
    from gui.widgets.slot_memory import SlotMemory, SlotMemoryState

    counts = np.arange(10)
    shown = (
        (SlotMemory, SlotMemoryState((1,), np.ones((2, 3)), np.array([0.2, 0.8, 0]), np.ones(2), 2.0, 1.0, True, 4),
         "slot 1 most"),
        (SetAnswer, AnswerState((1,), "key", 1.0, 2.0, False, True, True, False, 0.0, 5.0, counts, counts),
         "backup filter holds it"),
        (SetAnswer, AnswerState((2,), "key", 3.0, 2.0, True, False, False, False), "false positive"),
        (BitArray, BitArrayState((1,), counts > 5, (1, 7), 1, False, 3, 4), "4 of 10 bits set"),
        (SetSizes, SizesState((SizeRow("Neural", (("memory", 128.0), ("backup", 20.0)), 0.01),
                               SizeRow("Fence", (), None, 2, "needs sorted strings")), 60, 0.01), "148 bits"),
        (SizeCurves, SizeCurvesState((SizeSeries("neural", 0.01, ((10, 170.0), (60, 190.0)), 1),), (20, 60)),
         "190 bits"),
        (SetRates, SetRatesState(((0.01, 0, (0.0, 0.02)),)), "worst 2 %"),
    )  # fmt: skip
    for kind, state, words in shown:
        picture = kind()
        qtbot.addWidget(picture)
        picture.resize(360, 260)
        picture.set_state(state)
        image = picture.image(theme, 1.0)
        assert len({image.pixel(x, y) for x in range(0, 360, 7) for y in range(0, 260, 7)}) > 2
        assert words in picture.describe()
        assert all(region.area.isValid() for region in picture.regions if region.tip)
