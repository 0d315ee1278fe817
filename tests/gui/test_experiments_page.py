"""Setting up runs: how long they will take, and sweeps from the window."""

import pytest

from engine.errors import BadInput
from engine.experiments.catalogue import EXPERIMENTS
from engine.service.sweep import Journal
from gui.pages.experiments.sweeping import combine


def test_combinations():
    pulse = EXPERIMENTS["pulse"]
    values = pulse.configuration_class()().to_dict()
    assert combine(pulse, values, "") == [({}, values)]
    found = combine(pulse, values, "steps=3,4 rate_hz=100,1e3")
    assert [settings for settings, _ in found] == [
        {"steps": 3, "rate_hz": 100.0}, {"steps": 3, "rate_hz": 1000.0},
        {"steps": 4, "rate_hz": 100.0}, {"steps": 4, "rate_hz": 1000.0},
    ]  # fmt: skip
    assert found[3][1] == {**values, "steps": 4, "rate_hz": 1000.0}
    for bad in ("steps", "stepz=1", "steps=0", "seed=1,2", "steps=" + ",".join(map(str, range(1, 1002)))):
        with pytest.raises(BadInput):
            combine(pulse, values, bad)


def test_a_sweep_runs_and_its_journal_tells(make_application, qtbot):
    whole = make_application(page="experiments")
    page = whole.window.page
    page.choose("pulse")
    page.form.set_values({"rate_hz": 1000.0})
    page.vary.setText("steps=0,4")
    assert not page.run_button.isEnabled()
    assert "steps may be" in page.problem.text()
    page.vary.setText("steps=3,4")
    page.seeds.setText("0-1")
    assert page.run_button.text() == "Run 4 runs"
    page.run()
    qtbot.waitUntil(lambda: sum(job.ended for job in whole.engine.snapshot.jobs) == 4, timeout=40_000)
    (path,) = (whole.workspace.runs_folder.parent / "sweeps").glob("*.jsonl")
    qtbot.waitUntil(lambda: len(Journal(path.stem).entries()) == 5, timeout=5000)
    begun, *ended = Journal(path.stem).entries()
    assert begun["total"] == 4
    assert [entry["settings"] for entry in ended] == [{"steps": s, "seed": n} for s in (3, 4) for n in (0, 1)]
    assert {entry["status"] for entry in ended} == {"finished"}
    page.vary.setText("")
    whole.workspace.index.refresh()
    page.seeds.setText("0")
    page.form.set_values({"rate_hz": 1000.0, "steps": 3})
    qtbot.waitUntil(lambda: "runs like it" in page.expected.text(), timeout=5000)
    page.form.set_values({"rate_hz": 1000.0, "steps": 400})
    qtbot.waitUntil(lambda: "similar runs" in page.expected.text(), timeout=5000)
    page.choose("alchemy")
    qtbot.waitUntil(lambda: "No earlier run" in page.expected.text(), timeout=5000)
