"""Keys, filters and figures of runs: short names, curves, flags, and lists in which nothing is."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import BadInput
from engine.runs import Column, RecordWriter, RunIndex, RunRow, curves, summaries
from engine.runs.columns import RunColumns
from engine.runs.comparison import EVERYTHING, Group, compare, counted, figures_of, group_runs, list_keys
from engine.runs.curves import group_curves
from engine.runs.expression import find
from engine.runs.pairing import pair_groups


def make(folder: Path, curve: list[float], *, name: str = "loss", seed: int = 0, **settings: Any) -> str:
    with RecordWriter.create(folder, experiment="test", configuration=settings, seed=seed) as writer:
        for step, value in enumerate(curve):
            writer.scalar(name, value, step)
        writer.finish(result={"score_mean": curve[-1] if curve else None})
    return writer.id


def listed(folder: Path, seconds: float = 10.0) -> RunColumns:
    index = RunIndex(folder)
    index.refresh()
    found = RunColumns(index.list(sort="id", descending=False), index.curve_figures(seconds))
    index.close()
    return found


def test_curves_are_found_by_their_short_names(tmp_path: Path) -> None:
    make(tmp_path, [3, 1, 2], flag=True)
    make(tmp_path, [5, 6], name="a:b", flag=False)
    columns = listed(tmp_path)
    low = [place for place in range(2) if columns.rows[place].configuration["flag"]]
    assert np.flatnonzero(find("loss = 2", columns)).tolist() == low
    assert np.flatnonzero(find("loss:highest = 3", columns)).tolist() == low
    assert np.flatnonzero(find("a:b:lowest < 6", columns)).tolist() == [1 - low[0]]
    assert np.flatnonzero(find("a:b > 5", columns)).tolist() == [1 - low[0]]
    assert np.flatnonzero(find("flag = TRUE", columns)).tolist() == low
    assert columns.plain("configuration.flag") == ["true" if place in low else "false" for place in range(2)]
    for unknown in ("loss:median > 1", "lost > 1"):
        with pytest.raises(BadInput, match=f"No run has '{unknown.split()[0]}'"):
            find(unknown, columns)


def test_what_is_made_beforehand_changes_no_answer(tmp_path: Path) -> None:
    for seed in range(3):
        make(tmp_path, [seed], seed=seed, rate=0.1 * seed)
    plain, prepared = listed(tmp_path), listed(tmp_path)
    prepared.prepare()
    for row in prepared.rows:
        object.__setattr__(row, "configuration_json", "not read again")
    for text in ("rate > 0.05", "0.1", "status = finished"):
        np.testing.assert_array_equal(find(text, prepared), find(text, plain))
    assert prepared.metrics == plain.metrics == ["result.score_mean", "loss:last", "loss:highest", "loss:lowest"]


def test_filters_over_no_runs_and_values_that_are_none() -> None:
    assert find("anything = 3 and agent in (a, b)", RunColumns([])).tolist() == []
    for text in ("seed = =", "seed = (", "seed in (1, ))"):
        with pytest.raises(BadInput, match="where a value should be"):
            find(text, RunColumns([row(0)]))


def row(number: int, result: dict[str, Any] | None = None, **changes: Any) -> RunRow:
    values: dict[str, Any] = {
        "id": f"20260101-00000{number}-test-000{number}", "experiment": "test", "preset": None, "title": "",
        "status": "finished", "seed": number, "created": "", "seconds": 1.0, "device": "cpu", "host": "here",
        "parent": None, "done": 1, "total": 1, "unit": "", "error": None, "configuration_json": "{}",
        "result_json": None if result is None else json.dumps(result), "tags": (), "archived": False, "colour": None,
    }  # fmt: skip
    return RunRow(**{**values, **changes})


def test_results_that_are_lists_of_numbers(tmp_path: Path) -> None:
    columns = RunColumns(
        [
            row(0, {"b": [1, 2], "one": [1], "words": ["a", "b"], "deep": {"a": [0.5, None]}}),
            row(1, {"trial_score_mean": [1, 2, 3], "b": [[1], [2]], "n": 5}),
            row(2),
        ]
    )
    assert list_keys(columns) == ["result.trial_score_mean", "result.b", "result.deep.a"]


def test_a_quick_count_agrees_with_the_figures() -> None:
    columns = RunColumns([row(0, {"x": 1.5}), row(1, {"x": None}), row(2), row(3, {"x": 2.5}, status="crashed")])
    (group,) = group_runs(columns, range(4), [EVERYTHING])
    values, words = counted(columns, group, "result.x")
    figures = figures_of(columns, group, "result.x")
    assert tuple(values.tolist()) == figures.values == (1.5,)
    assert words == figures.words == "1 of 4 runs: 1 not a finite number, 1 without a value, 1 crashed"
    values, words = counted(columns, group, "anything", np.array([1, 2, math.nan, 4.0]))
    assert values.tolist() == [1, 2, 4]
    assert words == "3 of 4 runs: 1 without a value"


def test_groups_and_seeds_without_a_value_stand_empty(tmp_path: Path) -> None:
    columns = RunColumns(
        [
            row(0, {"x": 1.0}),
            row(1, {"x": 2.0}, seed=0),
            row(2, {"x": 3.0}, seed=None),
            row(3),
            row(4, {"x": 5.0}, seed=1),
        ]
    )
    first, second, empty = Group("a", (0, 2)), Group("b", (1, 4)), Group("c", (3,))
    found = compare(columns, [first, empty, second], "result.x")
    assert [[won is None for won in line] for line in found.improvement] == [
        [True, True, False], [True, True, True], [False, True, True]
    ]  # fmt: skip
    assert [profile is None for profile in found.profiles] == [False, True, False]
    assert math.isnan(found.figures[1].mean.estimate)
    pairs = pair_groups(columns, tmp_path, first, second, "result.x")
    assert (pairs.pairs, pairs.of) == (1, 2), "a run without a seed has no partner"


def test_only_so_many_curves_are_read_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [make(tmp_path, [float(n), n + 1.0]) for n in range(3)]
    monkeypatch.setattr(curves, "MOST_RUNS", 2)
    first, second = group_curves(tmp_path, [ids[:1], ids], "loss")
    assert (first.count, first.unread) == (1, {})
    assert second.unread == {name: "Only 2 runs are drawn at once" for name in ids[1:]}
    assert (second.runs, second.count) == (3, 1)
    stopped = group_curves(tmp_path, [ids], "loss", stopping=lambda: True)
    assert (stopped[0].count, len(stopped[0].unread)) == (0, 3)


def test_curves_of_no_run_are_empty(tmp_path: Path) -> None:
    for group in ([], ["gone"], [make(tmp_path, [])]):
        (found,) = group_curves(tmp_path, [group], "loss")
        assert (found.count, found.runs) == (0, len(group))
        assert len(found.steps) == len(found.band.mean) == len(found.band.runs) == 0


def test_figures_of_curves_are_made_some_at_a_time_and_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summaries, "AT_ONCE", 2)
    ids = [make(tmp_path, [n]) for n in range(5)]
    names = tmp_path / make(tmp_path, [7]) / "scalars.columns.json"
    names.write_text('[{"name": "key", "dtype": "u2"}]')
    damaged = tmp_path / make(tmp_path, [8])
    (damaged / "scalars.columns.json").write_text("{}")
    index = RunIndex(tmp_path)
    index.refresh()
    assert index.curve_figures(-1.0).missing == 7, "no time, nothing looked at"
    found = index.curve_figures(10.0)
    index.close()
    assert found.missing == 0
    assert {name: found.last[found.ids[name], found.names["loss"]] for name in ids} == dict(
        zip(ids, range(5), strict=True)
    )
    for odd in (names.parent.name, damaged.name):
        assert found.step[found.ids[odd]].tolist() == [-1], "a run without a curve that can be read"


def test_pairs_need_the_same_episodes_in_two_runs(tmp_path: Path) -> None:
    def play(agent: str, seed: int, *names: str) -> None:
        with RecordWriter.create(tmp_path, experiment="test", configuration={"agent": agent}, seed=seed) as writer:
            if names:
                table = writer.table("episodes", [Column(name, "f4") for name in names])
                for value in (1.0, 2.0):
                    table.append(**dict.fromkeys(names, value))
            writer.finish(result={"score_mean": 1.5 if agent == "a" else 0.5})

    def kind_of(*others: tuple[str, ...]) -> tuple[str, int]:
        for folder in tmp_path.glob("*-test-*"):
            for path in sorted(folder.rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
            folder.rmdir()
        play("a", 0, "score", "oracle")
        for names in others:
            play("b", 0, *names)
        columns = listed(tmp_path)
        a, b = sorted(group_runs(columns, range(1 + len(others)), ["configuration.agent"]), key=lambda each: each.label)
        found = pair_groups(columns, tmp_path, a, b, "result.score_mean")
        return found.kind, found.pairs

    assert kind_of(("score", "oracle")) == ("episodes", 2)
    assert kind_of(("score", "oracle"), ("score", "oracle")) == ("seeds", 1), "two runs of one seed: which is the pair?"
    assert kind_of(("score", "other")) == ("seeds", 1), "nothing says that the episodes are the same"
    assert kind_of(("oracle",)) == ("seeds", 1)
    assert kind_of(()) == ("seeds", 1), "no table of episodes"
