"""The command line from outside: exit statuses, the one JSON line, the one line for bad input."""

import json
import os
import subprocess
import sys

import pytest

from engine.experiments.catalogue import EXPERIMENTS
from engine.runs import Record


@pytest.fixture
def athanor(tmp_path):
    def call(*arguments, module="gui"):
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env={**os.environ, "ATHANOR_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
        )

    return call


def last_json(ended):
    lines = ended.stdout.splitlines()
    assert sum(line.startswith("{") for line in lines) == 1
    return json.loads(lines[-1], parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def test_run_prints_one_json_object_and_leaves_its_record(athanor, tmp_path):
    ended = athanor("run", "pulse", "--preset", "quick", "--set", "steps=7", "rate_hz=1000", "--seed", "3", "--json")
    assert ended.returncode == 0, ended.stderr
    result = last_json(ended)
    assert (result["steps"], result["seed"], result["status"]) == (7, 3, "finished")
    assert result["seconds"] > 0
    record = Record.open(result["record"])
    assert record.folder.parent == tmp_path / "runs"
    assert record.metadata.preset == "quick"
    assert record.metadata.configuration == {**EXPERIMENTS["pulse"].configure("quick", {"steps": "7"}).to_dict()} | {
        "rate_hz": 1000.0
    }
    assert record.status().result == {
        key: value for key, value in result.items() if key not in ("experiment", "status", "record", "seed", "seconds")
    }
    assert ended.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("run pulse --set stepz=3", "did you mean steps"),
        ("run pulse --set steps=0", "steps may be a whole number from 1"),
        ("run pulse --set steps", "key=value"),
        ("run pulse --set steps=1 steps=2", "steps is set twice"),
        ("run pulse --seed 4294967296", "seed may be a whole number from 0 to 4294967295"),
        ("run pulse --seed=-1", "seed may be a whole number from 0 to 4294967295"),
        ("run pulse --device gpu", "device may be auto, cpu, cuda or cuda:N"),
        ("run pulse --device cuda", "device may be auto or cpu"),
        ("run pulse --preset fast", "preset may be one of quick, minute"),
        ("run puls", "did you mean pulse"),
        ("run alchemy-play", "open it in the window"),
        ("run", "EXPERIMENT"),
        ("fly", "'fly'"),
        ("sweep pulse --grid steps=1 --ray auto", "ray"),
        ("sweep pulse --grid steps=0", "steps may be"),
        ("sweep pulse --grid steps=1 --workers 0", "whole number from 1"),
        ("sweep pulse", "--grid"),
        ("bench nothing", "choose from 'alchemy', "),
        ("runs show 2020", "There is no run '2020'"),
        ("runs import /nowhere", "There is no folder"),
        ("runs list --sort colour;drop", "cannot be sorted"),
        ("tour", "DIR"),
    ],
)
def test_bad_input_is_one_line_and_status_2(capsys, monkeypatch, tmp_path, arguments, words):
    from engine.cli import main

    monkeypatch.setenv("ATHANOR_HOME", str(tmp_path))
    if "--ray" in arguments:
        monkeypatch.setitem(sys.modules, "ray", None)
    assert main(arguments.split()) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert words in printed.err
    assert not list((tmp_path / "runs").glob("*pulse*"))


def test_bad_input_from_outside_and_a_run_that_fails(athanor):
    ended = athanor("run", "pulse", "--set", "steps=x")
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    ended = athanor("run", "pulse", "--set", "fault=fail", "fault_at=1", "--json")
    assert ended.returncode == 1
    result = last_json(ended)
    assert result["status"] == "failed"
    assert "asked to fail" in result["error"]
    assert "Traceback" in ended.stderr


def test_list_names_everything_there_is(athanor):
    from engine.agents.catalogue import AGENTS

    found = last_json(athanor("list", "--json"))
    assert list(found["experiments"]) == list(EXPERIMENTS)
    assert list(found["agents"]) == list(AGENTS)
    text = athanor("list").stdout
    assert all(name in text for name in (*EXPERIMENTS, *AGENTS))
    settings = last_json(athanor("list", "pulse", "--json"))["settings"]
    assert next(field for field in settings if field["name"] == "rate_hz")["unit"] == "Hz"
    assert "a whole number from 1 to" in athanor("list", "pulse").stdout


def test_help_and_version_need_no_window_and_no_experiment(athanor):
    for module in ("gui", "engine.cli"):
        assert "sweep" in athanor("--help", module=module).stdout
    assert athanor("--version").stdout.startswith("python 3")
    code = "import sys, gui.__main__ as a; a.main(['--version']); print([m for m in sys.modules if 'PySide' in m])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"


def test_a_sweep_goes_on_where_it_stopped_and_survives_a_crash(athanor):
    sweep = (
        "sweep",
        "pulse",
        "--set",
        "rate_hz=2000",
        "fault_at=2",
        "--grid",
        "steps=2,4",
        "fault=none,exit",
        "--json",
    )
    ended = athanor(*sweep, "--workers", "2")
    first = last_json(ended)
    assert ended.returncode == 1
    assert first["statuses"] == {"finished": 3, "crashed": 1}  # two steps end before the fault
    assert first["missing"] == 0
    again = last_json(athanor(*sweep))
    assert again["sweep"] == first["sweep"]
    assert sorted(run["status"] for run in again["runs"] if run["reused"]) == ["finished"] * 3
    kept = {run["record"] for run in first["runs"] if run["status"] == "finished"}
    assert kept == {run["record"] for run in again["runs"] if run["reused"]}
