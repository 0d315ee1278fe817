"""The shell's own pages at work, with a real engine process and real records."""

import json
import shlex
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from engine.runs import Record
from gui.pages.experiments.page import parse_seeds
from gui.pages.runs.commands import command_line


def ended(whole, count):
    jobs = whole.engine.snapshot.jobs
    return len(jobs) == count and all(job.ended for job in jobs)


def test_an_experiment_is_set_up_run_and_found_again(make_application, qtbot):
    whole = make_application(page="experiments")
    page = whole.window.page
    page.choose("pulse")
    page.form.fields["steps"].editor.setText("12")
    page.form.fields["rate_hz"].editor.setText("500")
    page.seeds.setText("3, 4")
    assert page.run_button.text() == "Run 2 seeds"
    page.run()
    qtbot.waitUntil(lambda: ended(whole, 2), timeout=40_000)
    records = [Record.open(Path(job.record)) for job in whole.engine.snapshot.jobs]
    assert [record.metadata.seed for record in records] == [3, 4]
    assert records[0].metadata.configuration["steps"] == 12

    whole.window.show_page("runs")
    runs = whole.window.page
    qtbot.waitUntil(lambda: len(runs.model.rows) == 2, timeout=5000)
    assert {row.status for row in runs.model.rows} == {"finished"}
    runs.view.setCurrentWidget(runs.detail)
    qtbot.waitUntil(lambda: runs.detail.isVisible() and len(runs.detail.result.pairs) > 0, timeout=5000)
    assert ("steps", "12") in runs.detail.configuration.pairs


def test_wrong_settings_are_told_in_place(make_application):
    page = make_application(page="experiments").window.page
    page.choose("pulse")
    steps = page.form.fields["steps"]
    for wrong in ("0", "two", "1.5", ""):
        steps.editor.setText(wrong)
        assert not page.run_button.isEnabled(), wrong
        assert steps.problem.text()
    steps.editor.setText("1e3")
    assert page.run_button.isEnabled()
    assert not steps.problem.text()
    page.seeds.setText("5-")
    assert not page.run_button.isEnabled()
    assert "Seeds are" in page.problem.text()


def test_presets_and_defaults_fill_the_form(make_application):
    page = make_application(page="experiments").window.page
    page.choose("pulse")
    page.preset.setCurrentIndex(page.preset.findData("quick"))
    assert page.form.values()["steps"] == 20
    page.preset.setCurrentIndex(0)
    assert page.form.values() == page.experiment.configuration_class()().to_dict()


@pytest.mark.parametrize(("text", "seeds"), [("0", [0]), (" 1, 5,9", [1, 5, 9]), ("0-3", [0, 1, 2, 3]), ("2,2", [2])])
def test_seeds(text, seeds):
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize("text", ["", "a", "-1", "3-1", "1,,2", "0-99999", str(2**32), "9999999999999-9999999999999"])
def test_seeds_that_are_none(text):
    with pytest.raises(ValueError, match="Seeds are"):
        parse_seeds(text)


@pytest.fixture
def runs(make_application, run_job, qtbot):
    whole = make_application(page="runs")
    for steps in (5, 6, 7):
        run_job(whole, steps=steps)
    page = whole.window.page
    qtbot.waitUntil(lambda: len(page.model.rows) == 3, timeout=5000)
    return whole, page


def test_filter_sort_and_live_list(runs, run_job, qtbot):
    whole, page = runs
    newest_first = [row.created for row in page.model.rows]
    assert newest_first == sorted(newest_first, reverse=True)
    page.table.sortByColumn(4, Qt.SortOrder.AscendingOrder)
    qtbot.waitUntil(lambda: [row.configuration["steps"] for row in page.model.rows] == [5, 6, 7], timeout=5000)
    page.filters.search.setText("no such words")
    qtbot.waitUntil(lambda: not page.model.rows, timeout=5000)
    page.filters.search.setText("")
    qtbot.waitUntil(lambda: len(page.model.rows) == 3, timeout=5000)
    page.select([page.model.rows[1].id])
    chosen = page.selected()
    run_job(whole, steps=8)
    qtbot.waitUntil(lambda: len(page.model.rows) == 4, timeout=5000)
    assert page.selected() == chosen, "a list that grows keeps what was chosen"


def test_delete_is_undone_with_undo(runs, qtbot):
    whole, page = runs
    name = page.model.rows[0].id
    page.delete([name])
    qtbot.waitUntil(lambda: page.model.place(name) < 0, timeout=5000)
    assert not (whole.workspace.runs_folder / name).exists()
    whole.window.actions_list.run("edit.undo")
    qtbot.waitUntil(lambda: page.model.place(name) == 0, timeout=5000)
    assert (whole.workspace.runs_folder / name / "run.json").exists()


def test_tags_are_kept_and_can_be_taken_back(runs, qtbot):
    whole, page = runs
    name = page.model.rows[0].id
    page.select([name])
    page.detail.tags.setText("good, baseline")
    page.detail.tags.editingFinished.emit()
    qtbot.waitUntil(lambda: page.model.rows[0].tags == ("baseline", "good"), timeout=5000)
    whole.workspace.undo.undo()
    qtbot.waitUntil(lambda: page.model.rows[0].tags == (), timeout=5000)


def test_export_and_import(runs, tmp_path, qtbot, monkeypatch):
    whole, page = runs
    page.select([page.model.rows[0].id])
    monkeypatch.setattr(page, "ask_export", lambda: ("csv", tmp_path / "out"))
    page._on_export()
    qtbot.waitUntil(lambda: whole.window.toast.text.startswith("Exported 1 run"), timeout=5000)
    assert list((tmp_path / "out").rglob("*.csv"))
    whole.workspace.runs_folder.rename(tmp_path / "elsewhere")
    whole.workspace.runs_folder.mkdir()
    page.import_folders([tmp_path / "elsewhere"])
    qtbot.waitUntil(lambda: whole.window.toast.text == "Imported 3 runs", timeout=5000)
    page.import_folders([tmp_path])
    qtbot.waitUntil(whole.window.errors.isVisible, timeout=5000)
    assert "holds no record" in whole.window.errors.report


def test_run_again_takes_settings_and_seed(runs):
    whole, page = runs
    chosen = next(row for row in page.model.rows if row.configuration["steps"] == 7)
    whole.workspace.clone_run(chosen.id)
    form = whole.window.page
    assert whole.window.current == "experiments"
    assert form.form.values()["steps"] == 7
    assert form.seeds.text() == "0"


def test_command_line_repeats_the_run(runs):
    _, page = runs
    row = page.model.rows[0]
    parts = shlex.split(command_line(row))
    assert parts[:3] == ["athanor", "run", "pulse"]
    settings = dict(part.split("=", 1) for place, part in enumerate(parts) if parts[place - 1] == "--set")
    from engine.experiments.catalogue import EXPERIMENTS

    assert EXPERIMENTS["pulse"].configure(None, settings).to_dict() == row.configuration
    assert parts[-2:] == ["--seed", "0"]


def test_a_crashed_run_says_what_is_kept(make_application, run_job, qtbot):
    whole = make_application(page="runs")
    state = run_job(whole, fault="exit", fault_at=2)
    assert state.status == "crashed"
    page = whole.window.page
    qtbot.waitUntil(lambda: page.detail.row is not None and page.detail.row.status == "crashed", timeout=8000)
    assert "is kept" in page.detail._error.text()
    assert whole.window.errors.isVisible()


def test_tour_of_the_own_pages_leaves_pictures_and_facts(make_application, tmp_path):
    from gui.tour import visit

    whole = make_application()
    facts = visit(whole, "settings", tmp_path)
    assert facts["pictures"] == ["settings-dark.png", "settings-light.png"]
    assert json.loads((tmp_path / "settings.json").read_text())["page"] == "settings"
    assert (tmp_path / "settings-light.png").stat().st_size > 10_000
