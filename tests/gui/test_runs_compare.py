"""The runs page at work: filters, groups, figures, edits, replay, re-run, sweeps, export, all on real records."""

import csv
import io
import json
import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from engine.runs import Column, RecordWriter
from engine.service.sweep import Journal
from gui.pages.runs.listing import Colours, GroupRow, Metric

CHECK = Qt.ItemDataRole.CheckStateRole


def make_run(folder, agent, seed, score, *, status="finished", curve=(1.0, 2.0, 3.0), lists=True):
    with RecordWriter.create(
        folder, experiment="alchemy", configuration={"agent": agent, "episodes": 3}, seed=seed, title=f"{agent} {seed}"
    ) as writer:
        table = writer.table("steps", [Column("reward", "f4", unit="points"), Column("belief", "f4", (2,))])
        for step, value in enumerate(curve):
            writer.scalar("loss", value + seed, step)
            table.append(reward=value, belief=[value, score])
        result = {"score_mean": score}
        if lists:
            result["trial_score_mean"] = [score / 2, score]
        writer.finish(status, result)
    return writer.id


@pytest.fixture
def page(make_application, home, qtbot):
    folder = home / "runs"
    for seed in range(3):
        make_run(folder, "dnc", seed, 200.0 + seed)
        make_run(folder, "lstm", seed, 180.0 + seed)
    make_run(folder, "lstm", 3, 1e9, status="crashed", curve=(9.0,))
    make_run(folder, "dnc", 3, float("nan"), lists=False, curve=())
    whole = make_application("--engine", "inline", page="runs")
    page = whole.window.page
    page.workspace.wait(lambda: page.listing.columns is not None and not page.listing.columns.figures.missing, 10)
    assert len(page.model.rows) == 8
    page.group_by(("configuration.agent",))
    settle(page)
    return page


def settle(page):
    page.workspace.wait(lambda: page.workspace.loader.is_idle, 10)
    page.workspace.wait(lambda: False, 0.05)


def groups(page):
    return {row.label: row for row in page.model.rows if isinstance(row, GroupRow)}


def test_groups_say_of_how_many_and_leave_out_what_did_not_finish(page):
    found = groups(page)
    assert set(found) == {"dnc", "lstm"}
    assert found["dnc"].value == 201
    assert found["dnc"].words == "3 of 4 runs: 1 not a finite number"
    assert found["lstm"].words == "3 of 4 runs: 1 crashed"
    texts = [page.model.index(row, 1).data() for row in range(2)]
    assert texts == ["3 of 4", "3 of 4"]
    figures = {each.group.label: each for each in page.view.answer.comparison.figures}
    assert figures["lstm"].iqm.estimate == 181
    assert page.view.matrix.state.values[0][1][0] in (0.0, 1.0)
    lines = {line.title: line for line in page.view.learning.state.lines}
    assert lines["lstm"].note == "4 of 4"
    assert lines["dnc"].note == "3 of 4"
    assert lines["dnc"].y.tolist() == [2, 3, 4]
    assert {line.title: line.note for line in page.view.by_trial.state.lines} == {"dnc": "3 of 4", "lstm": "4 of 4"}


def test_a_group_opens_and_its_runs_can_be_ticked(page):
    page.table.toggled.emit("dnc")
    names = [getattr(row, "title", "") or row.label for row in page.model.rows]
    assert sorted(names) == ["dnc", "dnc 0", "dnc 1", "dnc 2", "dnc 3", "lstm"]
    place = names.index("dnc 1")
    assert page.model.setData(page.model.index(place, 0), Qt.CheckState.Checked, CHECK)
    settle(page)
    assert page.model.index(names.index("dnc"), 0).data(CHECK) == Qt.CheckState.PartiallyChecked
    assert [each.words for each in page.view.answer.comparison.figures] == ["1 of 1 run"]
    page.model.tick(set())
    settle(page)
    assert len(page.view.answer.comparison.figures) == 2


def test_filters_that_are_wrong_are_told_and_change_nothing(page):
    page.group_by(())
    page.filters.search.setText("seed in 0..1 and agent = dnc")
    assert sorted(row.title for row in page.model.rows) == ["dnc 0", "dnc 1"]
    page.filters.search.setText("seed in 0..1 and agnet = dnc")
    assert "did you mean agent" in page.filters.problem.toolTip()
    assert len(page.model.rows) == 2
    page.filters.search.setText("")
    assert not page.filters.problem.isVisible()
    assert len(page.model.rows) == 8


def test_values_of_curves_best_last_and_at_a_step(page):
    page.measure(Metric("loss", "highest"))
    settle(page)
    assert groups(page)["dnc"].value == 4
    assert page.comparing.less_is_better
    page.measure(Metric("loss", "at step", 1))
    settle(page)
    found = groups(page)
    assert found["dnc"].value == 3
    assert found["lstm"].words == "3 of 4 runs: 1 without a value", "the crashed run did not get to step 1"
    page.measure(Metric("loss", "at step", 0))
    settle(page)
    assert groups(page)["lstm"].words == "4 of 4 runs"


def test_colours_stay_with_their_groups():
    colours = Colours()
    first = colours.assign(["a", "b", "c", "d", "e", "f", "g", "h"])
    assert len(set(first.values())) == 8
    assert colours.assign(["h", "a"]) == {"h": first["h"], "a": first["a"]}
    assert colours.assign(["new", "a"])["a"] == first["a"]


def test_pairs_and_differences(page):
    rows = page.view.pairs.words.rows
    assert len(rows) == 1
    assert abs(float(rows[0][2])) == pytest.approx(20 - 1e-9, abs=0.1) or "–" in rows[0]
    assert rows[0][-1].endswith("seeds")
    settings = {row[0]: row[1:] for row in page.view.differences.words.rows}
    assert set(settings["agent"]) == {"dnc", "lstm"}


def test_notes_tags_archive_and_colour_are_undone(page, qtbot):
    page.group_by(())
    run = page.model.rows[0].id
    page.edits.note(run, "looks good")
    page.edits.archive([run])
    settle(page)
    assert page.run(run).note == "looks good"
    assert page.run(run).archived
    assert page.model.place(run) < 0
    page.show_archived()
    assert [row.id for row in page.model.rows] == [run]
    page.show_archived()
    page.workspace.undo.undo()
    page.workspace.undo.undo()
    settle(page)
    assert page.model.place(run) >= 0
    assert page.run(run).note == ""


def test_a_deleted_folder_goes_and_nothing_breaks(page, home):
    import shutil

    gone = next(row for row in page.listing.columns.rows if row.title == "dnc 0")
    shutil.rmtree(home / "runs" / gone.id)
    page.refresh()
    settle(page)
    assert groups(page)["dnc"].words == "2 of 3 runs: 1 not a finite number"


def test_replay_of_two_runs_on_one_timeline(page):
    page.group_by(())
    ids = [row.id for row in page.model.rows if row.title in ("dnc 0", "dnc 1")]
    page.select(ids)
    page.replay_chosen()
    settle(page)
    replay = page.replay
    assert replay.facts()["parting"] == 0, "the belief holds the score"
    replay.go_to(2)
    rows = {row[0]: row[1:] for row in replay.fields.words.rows}
    assert rows["reward (points)"][:2] == ("3", "3")
    assert rows["loss"][2] == "differs"
    replay.go_to(99)
    assert replay.position == 2


def test_figures_are_saved_in_the_light_theme(page, tmp_path):
    for kind in ("png", "svg", "pdf", "csv"):
        page.exporter.save(tmp_path / f"f.{kind}")
    page.exporter.save_table(tmp_path / "f.table.csv")
    assert (tmp_path / "f.pdf").read_bytes().startswith(b"%PDF-")
    assert QImage(str(tmp_path / "f.png")).pixelColor(3, 3).lightness() > 200
    drawing = (tmp_path / "f.svg").read_text()
    for words in (
        "Learning curve",
        "Interquartile mean",
        "dnc",
        "lstm",
        "step",
        "3 of 4",
        "Probability of improvement",
    ):
        assert words in drawing, words
    rows = list(csv.DictReader(io.StringIO((tmp_path / "f.csv").read_text())))
    loss = [float(row["y"]) for row in rows if row["figure"] == "Learning curve" and row["series"] == "dnc"]
    assert loss == [2, 3, 4]
    assert {row["figure"] for row in rows} >= {"Learning curve", "Interquartile mean", "Performance profile"}
    table = list(csv.reader(io.StringIO((tmp_path / "f.table.csv").read_text())))
    assert table[0][:2] == ["id", "Run"]
    assert len(table) == 3
    page.exporter.save(tmp_path / "no" / "folder.png")
    assert page.window().errors.isVisible()


def test_the_copied_python_runs_and_gives_the_same_figures(page, tmp_path, monkeypatch):
    page.exporter.copy_python()
    from PySide6.QtGui import QGuiApplication

    script = QGuiApplication.clipboard().text()
    (tmp_path / "matplotlib").mkdir()
    (tmp_path / "matplotlib" / "__init__.py").write_text("")
    stand_in = (  # draws nothing: the numbers are what is tested, and matplotlib is not needed for anything else
        "class Any:\n    def __getattr__(self, name): return lambda *a, **k: None\n"
        "def subplots(*a, **k): return Any(), (Any(), Any(), Any())\n"
    )
    (tmp_path / "matplotlib" / "pyplot.py").write_text(stand_in)
    (tmp_path / "figure.py").write_text(script)
    from pathlib import Path

    root = Path(__file__).resolve().parents[2]
    environment = {"PYTHONPATH": f"{tmp_path}:{root}", "PATH": "/usr/bin", "OMP_NUM_THREADS": "1"}
    ran = subprocess.run([sys.executable, tmp_path / "figure.py"], capture_output=True, text=True, env=environment)
    assert ran.returncode == 0, ran.stderr
    for each in page.view.answer.comparison.figures:
        low, middle, high = (f"{value:.5g}" for value in (each.iqm.low, each.iqm.estimate, each.iqm.high))
        assert f"{each.group.label}: interquartile mean {middle} ({low} to {high})" in ran.stdout


def test_rerun_finds_itself_identical(make_application, run_job, qtbot):
    whole = make_application(page="runs")
    run_job(whole, steps=5)
    page = whole.window.page
    qtbot.waitUntil(lambda: page.listing.columns is not None and len(page.listing.columns) == 1, timeout=8000)
    run = page.listing.columns.rows[0].id
    page.rerun.start(run)
    qtbot.waitUntil(lambda: "in table pulses" in page.rerun.verdicts.get(run, ""), timeout=30_000)
    words = page.rerun.verdicts[run]
    assert words.startswith(("Identical in table pulses", "First difference: result")), words
    assert "late_ms" in words, "times are left out, and named"


def test_sweeps_show_what_ran_runs_and_waits(page, home):
    ids = {row.title: row.id for row in page.listing.columns.rows}
    journal = Journal("mine")
    journal.begin("alchemy", {"agent": ["dnc", "lstm"], "seed": ["0", "1"]}, 4)
    for agent, seed, status, result in (("dnc", 0, "finished", {"score_mean": 200.0}), ("lstm", 0, "crashed", None)):
        entry = {"key": f"{agent}{seed}", "settings": {"agent": agent, "seed": seed}, "status": status,
                 "result": result, "record": str(home / "runs" / ids[f"{agent} {seed}"]), "error": None,
                 "attempts": 2}  # fmt: skip
        journal._append(entry)
    with open(journal.path, "ab") as file:
        file.write(b'{"torn')
    growing = RecordWriter.create(home / "runs", experiment="alchemy", configuration={"agent": "dnc"}, seed=1,
                                  title="mine: agent dnc, seed 1")  # fmt: skip
    page.reread()
    settle(page)
    page.view.setCurrentWidget(page.sweeps)
    page.sweeps._next = 0
    page.workspace.wait(lambda: page.sweeps.sweep is not None and len(page.sweeps.sweep.points) == 3, 10)
    sweep = page.sweeps
    assert sweep.sweep.words == "2 of 4 ended: 1 finished, 1 crashed; 1 running, 1 waiting"
    assert [row[:4] for row in sweep.points.words.rows] == [
        ("dnc", "0", "finished (attempt 2)", "200"),
        ("lstm", "0", "crashed (attempt 2)", "–"),
        ("dnc", "1", "running", "–"),
    ]
    cells = sweep.map.state.cells
    assert cells[0][0] == (200.0, 1, 1)
    assert np.isnan(cells[1][0][0])
    assert len(sweep.parallel.state.lines) == 2
    sweep.grab()
    growing.finish("stopped")


def test_what_is_remembered_fits_any_state(page):
    state = json.loads(json.dumps(page.save_state()))
    assert state["keys"] == ["configuration.agent"]
    for broken in ({}, {"keys": 3, "metric": [1], "colours": [], "figures": ["x"], "tab": 99, "splitter": [1]}):
        page.restore_state(broken)
    page.restore_state(state)
    assert page.listing.keys == ("configuration.agent",)


def test_figures_of_the_page_are_taken(qapp):
    from gui.benchmarks.runs_page import measure

    figures = measure(0, runs=40)
    assert figures["runs"] == 40
    for name in ("open_seconds", "sort_ms", "filter_ms", "group_ms", "scroll_fps", "pan_fps", "resident_mb"):
        assert figures[name] > 0
