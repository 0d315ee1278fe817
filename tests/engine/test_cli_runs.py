"""``athanor runs``: list, show, export, resume, delete, import, reindex."""

import json

import pytest

from engine.cli import main
from engine.runs import Record


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATHANOR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def call(capsys):
    def run(*arguments, status=0):
        assert main([*arguments, "--json"]) == status
        return json.loads(capsys.readouterr().out.splitlines()[-1])

    return run


def pulse(call, *settings, **options):
    return call("run", "pulse", "--set", "rate_hz=5000", "steps=5", *settings, **options)


def test_list_shows_the_newest_first_and_filters(call, capsys):
    assert call("runs", "list")["runs"] == []
    first, second = pulse(call), pulse(call, "fault=fail", "fault_at=1", status=1)
    listed = call("runs", "list")["runs"]
    assert {run["record"] for run in listed} == {first["record"], second["record"]}
    assert [run["status"] for run in call("runs", "list", "--status", "failed")["runs"]] == ["failed"]
    assert call("runs", "list", "--experiment", "alchemy")["runs"] == []
    assert len(call("runs", "list", "--limit", "1")["runs"]) == 1
    assert main(["runs", "list"]) == 0
    assert "finished" in capsys.readouterr().out


def test_show_export_delete_and_reindex(call, tmp_path):
    run = pulse(call)
    run_id = Record.open(run["record"]).id
    for name in (run_id, run["record"], run_id[-4:], "last"):
        shown = call("runs", "show", name)
        assert (shown["id"], shown["status"], shown["tables"]["pulses"]) == (run_id, "finished", 5)
    folder = call("runs", "export", run_id, "--to", "csv", str(tmp_path / "out"))["folder"]
    lines = (tmp_path / "out" / run_id / "pulses.csv").read_text().splitlines()
    assert folder == str(tmp_path / "out" / run_id)
    assert len(lines) == 6
    assert call("runs", "reindex") == {"runs": 1}
    assert call("runs", "delete", run_id)["deleted"] == run_id
    assert call("runs", "list")["runs"] == []
    assert main(["runs", "show", run_id]) == 2


def test_resume_goes_on_in_a_new_record(call):
    failed = pulse(call, "fault=fail", "fault_at=3", status=1)
    assert len(Record.open(failed["record"]).table("pulses")) == 3
    again = call("runs", "resume", failed["record"], status=1)  # the fault is part of its settings and happens again
    record = Record.open(again["record"])
    assert record.metadata.parent == Record.open(failed["record"]).id
    assert record.metadata.configuration == Record.open(failed["record"]).metadata.configuration


def test_resume_continues_where_the_run_ended(call, home):
    from engine.experiments.control import Control
    from engine.service.execution import Execution
    from engine.service.jobs import Job

    control, records = Control(), []

    def hear(message):
        if hasattr(message, "record"):
            records.append(message.record)
        if getattr(message, "done", 0) >= 3:
            control.stop()

    Execution(Job("pulse", {"steps": 40, "rate_hz": 50.0}), control, hear).run()
    done = len(Record.open(records[0]).table("pulses"))
    assert 3 <= done < 40
    result = call("runs", "resume", "last")
    steps = Record.open(result["record"]).table("pulses").read()["step"]
    assert steps.tolist() == list(range(done, 40))
    assert main(["runs", "resume", "last"]) == 2  # it is finished now


def test_import_brings_records_in_and_names_what_it_cannot(call, capsys, home, tmp_path):
    ids = [Record.open(pulse(call)["record"]).id for _ in range(2)]
    elsewhere = tmp_path / "elsewhere"
    (home / "runs").rename(elsewhere)
    (elsewhere / "broken").mkdir()
    (elsewhere / "broken" / "run.json").write_text("{")
    found = call("runs", "import", str(elsewhere))
    assert sorted(found["imported"]) == sorted(ids)
    assert list(found["refused"]) == ["broken"]
    assert {run["id"] for run in call("runs", "list")["runs"]} == set(ids)
    assert main(["runs", "import", str(elsewhere / ids[0])]) == 2  # it is there already
    assert capsys.readouterr().err.count("\n") == 1
