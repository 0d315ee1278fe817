"""Sweeps that Optuna steers: what may be tuned, that it learns, and that it goes on where it was interrupted."""

import importlib.util
import json

import pytest

from engine.cli import main
from engine.errors import BadInput
from engine.experiments.catalogue import find
from engine.service.sweep import Journal, Outcome
from engine.service.tuning import Tuner, parse_space, value_of

needs_optuna = pytest.mark.skipif(importlib.util.find_spec("optuna") is None, reason="optuna is not installed")


def test_spaces():
    found = parse_space(find("pulse"), ["rate_hz=1..1e3:log", "steps=2..9", "fault=none,exit"])
    assert found == {
        "rate_hz": {"low": 1.0, "high": 1000.0, "log": True, "whole": False},
        "steps": {"low": 2.0, "high": 9.0, "log": False, "whole": True},
        "fault": {"choices": ["none", "exit"]},
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("steps", "written key=low..high"),
        ("=1..2", "written key=low..high"),
        ("stepz=1..2", "did you mean steps"),
        ("steps=9..2", "from a lower to a higher"),
        ("steps=0..2:log", "above 0"),
        ("fault=1..2", "is no number"),
    ],
)
def test_spaces_that_are_none(text, words):
    with pytest.raises(BadInput, match=words):
        parse_space(find("pulse"), [text])


def tuner(trials=30, **changes):
    space = parse_space(find("pulse"), ["rate_hz=1..1000", "steps=1..50"])
    options = {"metric": "loss", "maximise": False, "trials": trials, "name": "study", "seed": 1, **changes}
    return Tuner(find("pulse"), None, {}, space, **options)


def outcome(point, loss, status="finished"):
    return Outcome(point, status, None, {"loss": loss}, None)


@needs_optuna
def test_it_learns_and_leaves_out_what_failed(tmp_path, monkeypatch):
    monkeypatch.setenv("ATHANOR_HOME", str(tmp_path))
    study, seen = tuner(), []
    for number, point in enumerate(study.points()):
        loss = abs(point.settings["rate_hz"] - 700) + 10 * abs(point.settings["steps"] - 20)
        seen.append(loss)
        if number == 3:
            study.tell(outcome(point, float("nan")))
        elif number == 4:
            study.tell(outcome(point, -1e9, "crashed"))
        else:
            study.tell(outcome(point, loss))
    assert len(seen) == 30
    best = study.best()
    assert best["value"] == min(loss for number, loss in enumerate(seen) if number not in (3, 4))
    assert sum(seen[20:]) < sum(seen[:10]), "later trials are better than the first"
    assert (tmp_path / "sweeps" / "study.optuna.jsonl").exists()
    again = tuner(trials=32)
    assert again.before == 28
    points = again.points()
    next(points)  # asked for and never told: the next call must not wait for it
    assert len(list(tuner(trials=30).points())) == 2


@needs_optuna
def test_settings_that_cannot_be_tuned(tmp_path, monkeypatch):
    monkeypatch.setenv("ATHANOR_HOME", str(tmp_path))
    with pytest.raises(BadInput, match="both set and to be tuned"):
        Tuner(find("pulse"), None, {"steps": "3"}, {"steps": {}}, metric="x", maximise=True, trials=1, name="s")
    with pytest.raises(BadInput, match="cannot be swept"):
        Tuner(find("alchemy-play"), None, {}, {}, metric="x", maximise=True, trials=1, name="s")


def test_values():
    assert value_of({"a": {"b": 2}}, "a.b") == 2
    assert value_of({"a": 2}, "result.a") == 2
    for result in (None, {}, {"a": None}, {"a": True}, {"a": float("inf")}, {"a": "2"}):
        assert value_of(result, "a") is None


@needs_optuna
def test_the_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ATHANOR_HOME", str(tmp_path))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    command = ["sweep", "pulse", "--set", "rate_hz=2000", "--tune", "steps=2..6", "--workers", "2", "--id", "mine"]
    assert main([*command, "--trials", "3", "--minimise", "steps", "--json"]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["statuses"] == {"finished": 3}
    assert found["best"]["value"] == min(run["settings"]["steps"] for run in found["runs"])
    begun, *ended = Journal("mine").entries()
    assert begun["space"]["steps"]["whole"] is True
    assert begun["total"] == 3
    assert [entry["settings"] for entry in ended] == [run["settings"] for run in found["runs"]]
    assert main([*command, "--trials", "3"]) == 2
    assert "--maximise RESULT or --minimise" in capsys.readouterr().err
