"""The item model of the runs: told what changed and no more, whatever changes."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPersistentModelIndex, Qt

from engine.runs import RunRow
from engine.service.jobs import JobState
from gui.pages.runs.model import COLUMNS, STATUS, RunTableModel, headline, run_colour

ROLE = Qt.ItemDataRole


def row(name, **changes):
    made = RunRow(
        id=name, experiment="alchemy", preset=None, title="", status="finished", seed=1,
        created="2026-01-02T03:04:05+00:00", seconds=12.0, device="cpu", host="here", parent=None, done=10, total=10,
        unit="episodes", error=None, configuration_json='{"agent": "thompson"}', result_json='{"score_mean": 230.25}',
        tags=(), archived=False, colour=None,
    )  # fmt: skip
    return replace(made, **changes)


@pytest.fixture
def model(qapp, qtmodeltester):
    made = RunTableModel()
    qtmodeltester.check(made)
    return made


def test_model_is_sound_empty_filled_and_changing(model, qtmodeltester):
    model.show([row("a"), row("b")])
    qtmodeltester.check(model)
    model.show([row("b"), row("c"), row("a", status="failed")])
    qtmodeltester.check(model)
    model.show([])
    qtmodeltester.check(model)


def test_cells(model):
    model.show([row("a", title="Mine", tags=("x", "y"))])
    texts = [model.index(0, column).data() for column in range(len(COLUMNS))]
    assert texts[:5] == ["Mine", "finished", "thompson", "1", "230.2"]
    assert texts[6:] == ["12 s", "x, y"]
    assert model.index(0, 0).data(ROLE.UserRole) is None


def test_live_progress_of_a_running_row(model, qtbot):
    model.show([row("a", status="running", done=0), row("b")])
    state = JobState("j", "alchemy", "", "batch", "running", done=3, total=12)
    with qtbot.waitSignal(model.dataChanged) as signal:
        model.show_live({"a": state})
    assert [(index.row(), index.column()) for index in signal.args[:2]] == [(0, STATUS), (0, STATUS)]
    assert model.index(0, STATUS).data() == "running 25 %"
    with qtbot.assertNotEmitted(model.dataChanged):
        model.show_live({"a": state})


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcdefghij"), unique=True), min_size=1, max_size=6))
def test_persistent_indexes_follow_their_runs(qapp, orders):
    model = RunTableModel()
    model.show([row(name) for name in orders[0]])
    for order in orders[1:]:
        held = {
            name: QPersistentModelIndex(model.index(place, 0)) for place, name in enumerate(r.id for r in model.rows)
        }
        model.show([row(name) for name in order])
        assert [entry.id for entry in model.rows] == order
        for name, index in held.items():
            assert index.isValid() == (name in order)
            if index.isValid():
                assert model.rows[index.row()].id == name


def test_a_growing_list_is_not_reset(model, qtbot):
    rows = [row(f"{number:05}") for number in range(2000)]
    model.show(rows)
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.rowsInserted) as signal:
        model.show([row("new"), *rows])
    assert signal.args[1:] == [0, 0]


def test_colour_belongs_to_the_run_not_to_its_place():
    assert run_colour(row("a")) == run_colour(row("a", status="failed"))
    assert run_colour(row("a", colour="#123456")) == "#123456"


@pytest.mark.parametrize(
    ("result", "shown"),
    [(None, ""), ('{"score_mean": 1.5}', "1.5"), ('{"seed": 3, "steps": 60}', "60"), ('{"note": "x"}', "")],
)
def test_headline(result, shown):
    assert headline(row("a", result_json=result)) == shown


def test_sort_is_asked_for_not_done_here(model, qtbot):
    with qtbot.waitSignal(model.sort_wanted) as signal:
        model.sort(5, Qt.SortOrder.DescendingOrder)
    assert signal.args == ["created", True]
