"""Grids, the journal of a sweep, and going on where an earlier call stopped."""

import itertools
import json

import pytest

from engine.errors import BadInput
from engine.experiments.catalogue import find
from engine.service.sweep import Journal, Outcome, parse_grid, points, run_here, sweep_name


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ATHANOR_HOME", str(tmp_path))


def grid_of(**grid):
    return points(find("pulse"), "quick", {"rate_hz": "1000"}, grid, name="t")


def test_a_grid_is_every_combination_with_checked_types():
    found = grid_of(steps=["3", "4"], seed=["1", "2", "5"])
    assert [(point.job.configuration["steps"], point.job.seed) for point in found] == [
        (3, 1), (3, 2), (3, 5), (4, 1), (4, 2), (4, 5)
    ]  # fmt: skip
    assert all(point.job.configuration["rate_hz"] == 1000.0 for point in found)
    assert len({point.key for point in found}) == 6
    assert found[4].settings == {"steps": 4, "seed": 2}
    assert found[4].job.title == "t: steps 4, seed 2"


def test_the_same_numbers_written_differently_are_the_same_point():
    assert grid_of(steps=["1e3"])[0].key == grid_of(steps=["1_000"])[0].key


@pytest.mark.parametrize(
    ("grid", "words"),
    [
        ({"stepz": ["1"]}, "did you mean steps"),
        ({"steps": ["0"]}, "steps may be a whole number from 1"),
        ({"seed": ["-1"]}, "seed may be"),
        ({"rate_hz": ["1"]}, "both set and in the grid"),
        ({"steps": [str(k) for k in range(1, 1002)], "seed": [str(k) for k in range(100)]}, "100100 combinations"),
    ],
)
def test_a_bad_grid_is_refused_before_anything_runs(grid, words):
    with pytest.raises(BadInput, match=words):
        grid_of(**grid)


def test_sessions_cannot_be_swept():
    with pytest.raises(BadInput, match="cannot be swept"):
        points(find("alchemy-play"), None, {}, {"seed": ["1"]})


def test_grid_texts():
    assert parse_grid(["a=1,2, 3", "b=1,2;3"]) == {"a": ["1", "2", "3"], "b": ["1,2", "3"]}
    for bad in (["a"], ["a="], ["=1"], ["a=1", "a=2"]):
        with pytest.raises(BadInput):
            parse_grid(bad)


def test_a_sweep_without_a_name_gets_one_from_what_was_asked():
    assert sweep_name(None, ["pulse", 1]) == sweep_name(None, ["pulse", 1]) != sweep_name(None, ["pulse", 2])
    assert sweep_name("mine", ["pulse", 1]) == "mine"
    with pytest.raises(BadInput, match="--id may be"):
        sweep_name("../mine", [])


def test_the_journal_remembers_what_finished_and_is_still_there(tmp_path):
    first, second, third = grid_of(steps=["1", "2", "3"])
    journal = Journal("j")
    assert journal.finished() == {}
    (tmp_path / "record").mkdir()
    journal.add(Outcome(first, "finished", str(tmp_path / "record"), {"steps": 1}, None))
    journal.add(Outcome(second, "crashed", str(tmp_path / "record"), None, "ended"))
    journal.add(Outcome(third, "finished", str(tmp_path / "deleted"), {}, None))
    with open(journal.path, "ab") as file:
        file.write(b'{"key": "torn')
    assert list(journal.finished()) == [first.key]
    assert journal.finished()[first.key]["result"] == {"steps": 1}


def test_two_workers_run_every_point_and_survive_a_crash():
    todo = points(
        find("pulse"), None, {"rate_hz": "2000", "fault_at": "1"}, {"fault": ["none", "exit"], "steps": ["3", "4"]}
    )
    outcomes = list(run_here(todo, 2, lambda: False, lambda states: None))
    statuses = {json.dumps(outcome.point.settings): outcome.status for outcome in outcomes}
    assert len(outcomes) == 4
    assert sorted(statuses.values()) == ["crashed", "crashed", "finished", "finished"]
    assert all("exit" in key for key, status in statuses.items() if status == "crashed")


def test_a_sweep_that_is_stopped_ends_what_runs():
    todo = points(find("pulse"), None, {"steps": "100000"}, {"seed": ["1", "2", "3"]})
    seen = []
    outcomes = list(run_here(todo, 2, lambda: any(state.done > 3 for state in seen), seen.extend))
    assert {outcome.status for outcome in outcomes} <= {"stopped"}
    assert len(outcomes) <= 2


def test_a_sweep_stopped_while_it_waits_still_tells_what_became_of_its_runs():
    todo = points(find("pulse"), None, {"steps": "100000"}, {"seed": ["1", "2", "3"]})
    seen, asked = [], itertools.count()  # the first time it is asked after that, it has just looked at its runs
    stopping = lambda: any(state.done > 3 for state in seen) and next(asked) > 0  # noqa: E731
    assert [outcome.status for outcome in run_here(todo, 2, stopping, seen.extend)] == ["stopped", "stopped"]


def test_a_journal_on_a_failing_disk_is_named(tmp_path):
    journal = Journal("j")
    journal.path.mkdir(parents=True)  # nothing can be read from a folder, nor written to it
    with pytest.raises(BadInput, match=r"j\.jsonl cannot be read: Is a directory"):
        journal.entries()
    with pytest.raises(BadInput, match=r"j\.jsonl cannot be written: Is a directory"):
        journal.begin("pulse", {}, 1)
