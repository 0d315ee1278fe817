"""Filters, groups, figures, curves, pairs, differences and estimates, with runs that are not as they should be."""

from __future__ import annotations

import contextlib
import json
import math
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadInput
from engine.runs import Column, Record, RecordWriter, RunIndex, RunRow
from engine.runs.columns import RunColumns, flatten
from engine.runs.comparison import EVERYTHING, compare, differences, figures_of, group_runs, is_lower_better, lists_of
from engine.runs.curves import group_curves, on_grid, values_at
from engine.runs.difference import compare_records
from engine.runs.estimate import estimate
from engine.runs.expression import find
from engine.runs.pairing import pair_groups


def row(number: int, configuration: dict[str, Any] | None = None, result: Any = None, **changes: Any) -> RunRow:
    values: dict[str, Any] = {
        "id": f"20260101-00000{number}-alchemy-000{number}", "experiment": "alchemy", "preset": None,
        "title": f"run {number}", "status": "finished", "seed": number,
        "created": f"2026-01-0{1 + number}T03:04:05+00:00", "seconds": 10.0,
        "device": "cpu", "host": "here", "parent": None, "done": 10, "total": 10, "unit": "episodes", "error": None,
        "configuration_json": json.dumps(configuration or {}),
        "result_json": None if result is None else json.dumps(result),
        "tags": (), "archived": False, "colour": None,
    }  # fmt: skip
    return RunRow(**{**values, **changes})


@pytest.fixture
def columns() -> RunColumns:
    return RunColumns(
        [
            row(0, {"agent": "dnc", "memory": {"slots": 16}}, {"score_mean": 200.0}, tags=("memory", "good")),
            row(1, {"agent": "dnc", "memory": {"slots": 16}}, {"score_mean": 210.0}),
            row(2, {"agent": "lstm", "rate": 0.001}, {"score_mean": None}, title="the LSTM"),
            row(3, {"agent": "lstm", "rate": 0.01}, None, status="crashed", note="ran out of memory"),
            row(4, {"agent": "lstm", "rate": 0.01}, {"score_mean": 180}, seed=None),
        ]
    )


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("", [0, 1, 2, 3, 4]),
        ("status = finished and seed in 0..1", [0, 1]),
        ("agent = dnc", [0, 1]),
        ("configuration.agent != dnc", [2, 3, 4]),
        ("memory.slots >= 16", [0, 1]),
        ("rate = 1e-2", [3, 4]),
        ("score_mean > 190 or crashed", [0, 1, 3]),
        ("score_mean != 200", [1, 2, 3, 4]),
        ("not (agent=dnc or status=crashed)", [2, 4]),
        ("agent in (dnc, gru)", [0, 1]),
        ("seed in (0, 3)", [0, 3]),
        ("tag = memory", [0]),
        ("tags ~ goo", [0]),
        ("LSTM finished", [2, 4]),
        ("'the lstm'", [2]),
        ("title ~ 'the l'", [2]),
        ("ran out", [3]),
        ("created >= 2026-01-03 created < 2026-01-05", [2, 3]),
        ("seconds <= 10 and not agent = lstm", [0, 1]),
        ('"and"', []),
        ("score_mean < 1e9", [0, 1, 4]),
    ],
)
def test_filters(columns: RunColumns, text: str, places: list[int]) -> None:
    assert np.flatnonzero(find(text, columns)).tolist() == places


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("agnet = dnc", "did you mean agent"),
        ("agent =", "ends where a value"),
        ("= 3", "where a word or a key"),
        ("(agent = dnc", r"\( without its \)"),
        ("agent = dnc)", "cannot be read from '\\)'"),
        ("seed in 3", "a range as 0..4"),
        ("seed in (1 2)", "written \\(a, b, c\\)"),
        ("agent < dnc", "needs a number"),
        ("not", "ends where"),
        ("'open", "cannot be read"),
        ("(" * 60 + "a", "nested too deeply"),
        ("a " * 500, "more than 400"),
    ],
)
def test_filters_that_cannot_be_read(columns: RunColumns, text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        find(text, columns)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    rows = RunColumns([row(0, {"a": 1})])
    with contextlib.suppress(BadInput):
        assert find(text, rows).shape == (1,)


def test_sorting_puts_missing_values_last_either_way(columns: RunColumns) -> None:
    assert columns.order("result.score_mean").tolist() == [4, 0, 1, 3, 2]
    assert columns.order("result.score_mean", descending=True).tolist() == [1, 0, 4, 3, 2]
    assert columns.order("configuration.agent").tolist() == [1, 0, 4, 3, 2]
    assert columns.order("seed", descending=True).tolist() == [3, 2, 1, 0, 4]
    assert columns.order("configuration.rate").tolist() == [2, 4, 3, 1, 0]


def test_a_key_that_no_run_has_is_a_column_of_nothing(columns: RunColumns) -> None:
    for key in ("", "nothing", "configuration.nothing", "curve:last", "curve:best"):
        assert columns.values(key) == [None] * 5
        assert np.isnan(columns.numbers(key)).all()
        assert columns.words(key) == [""] * 5


def test_a_later_list_goes_on_from_an_earlier_one(columns: RunColumns) -> None:
    changed = [replace(columns.rows[0], title="new", result_json='{"score_mean": 1}'), *columns.rows[1:3]]
    later = RunColumns([replace(each) for each in changed], None, columns)
    assert later.rows[1] is columns.rows[1]
    assert later.numbers("result.score_mean")[:2].tolist() == [1, 210]
    assert later.words("title")[0] == "new"


def test_groups_ignore_the_seed(columns: RunColumns) -> None:
    every = range(5)
    groups = group_runs(columns, every, ["configuration.agent"])
    assert [(group.label, group.places) for group in groups] == [("dnc", (0, 1)), ("lstm", (2, 3, 4))]
    groups = group_runs(columns, every, [EVERYTHING])
    assert [group.places for group in groups] == [(0, 1), (2,), (3, 4)]
    assert groups[0].label == "agent dnc, memory.slots 16, rate none"
    assert [group.label for group in group_runs(columns, [0, 1], [EVERYTHING])] == ["all runs"]
    twice = RunColumns([row(0, title="same"), row(1, title="same")])
    assert [group.label for group in group_runs(twice, range(2), [])] == ["same (0000)", "same (0001)"]


def test_figures_say_of_how_many(columns: RunColumns) -> None:
    (dnc, lstm) = group_runs(columns, range(5), ["configuration.agent"])
    found = figures_of(columns, lstm, "result.score_mean")
    assert (found.count, found.runs, found.values) == (1, 3, (180.0,))
    assert found.words == "1 of 3 runs: 1 not a finite number, 1 crashed"
    assert found.mean.estimate == 180
    assert math.isnan(found.mean.low)
    whole = compare(columns, [dnc, lstm], "result.score_mean")
    assert whole.figures[0].mean.estimate == 205
    assert whole.improvement[0][1] is not None
    assert whole.improvement[0][1].estimate == 1
    assert whole.improvement[0][0] is None
    less = compare(columns, [dnc, lstm], "result.score_mean", higher_is_better=False)
    assert less.improvement[0][1] is not None
    assert less.improvement[0][1].estimate == 0
    nobody = compare(columns, [dnc], "result.nothing")
    assert nobody.figures[0].words == "0 of 2 runs: 2 without a value"
    assert nobody.profiles == (None,)
    assert compare(columns, [], "result.score_mean").figures == ()
    many = [dnc] * 20
    assert compare(columns, many, "result.score_mean").left_out == 8


def test_values_at_a_step_count_whatever_the_status(columns: RunColumns) -> None:
    (_, lstm) = group_runs(columns, range(5), ["configuration.agent"])
    values = np.array([1.0, 2.0, 3.0, 4.0, np.nan])
    assert figures_of(columns, lstm, "loss:last", values).words == "2 of 3 runs: 1 without a value"


def test_lists_of_different_lengths() -> None:
    rows = RunColumns([row(0, {}, {"t": [1, 2, 3]}), row(1, {}, {"t": [3, None]}), row(2, {}, {"t": "x"}), row(3)])
    (group,) = group_runs(rows, range(4), [EVERYTHING])
    np.testing.assert_array_equal(lists_of(rows, group, "result.t"), [[1, 2, 3], [3, np.nan, np.nan]])


def test_names_that_want_less() -> None:
    assert all(map(is_lower_better, ("result.error", "train/loss:last", "result.bits_wrong", "regret_mean")))
    assert not any(map(is_lower_better, ("result.score_mean", "return:highest", "stopless")))


def test_configuration_differences() -> None:
    found = differences([flatten({"a": 1, "m": {"k": 2}}), flatten({"a": 1, "m": {"k": 3}, "b": None})])
    assert found == [("m.k", ("2", "3")), ("b", ("–", ""))]
    assert differences([{"a": 1}], same=True) == [("a", ("1",))]
    with pytest.raises(BadInput):
        differences([])


def make(folder: Path, curve: list[float], *, steps: list[int] | None = None, seed: int = 0, **settings: Any) -> str:
    with RecordWriter.create(folder, experiment="alchemy", configuration=settings, seed=seed) as writer:
        for step, value in zip(steps or range(len(curve)), curve, strict=True):
            writer.scalar("loss", value, step)
        writer.finish(result={"score_mean": curve[-1] if curve else None})
    return writer.id


def test_figures_of_curves_are_kept_and_follow_the_records(tmp_path: Path) -> None:
    ids = [make(tmp_path, [3, 1, 2]), make(tmp_path, [5, math.nan]), make(tmp_path, [])]
    growing = RecordWriter.create(tmp_path, experiment="alchemy", configuration={})
    growing.scalar("loss", 7.0, 40)
    growing.scalar("other", math.inf, 40)
    growing.flush()
    index = RunIndex(tmp_path)
    index.refresh()
    found = index.curve_figures(10)
    assert found.missing == 0
    rows = RunColumns(index.list(sort="id", descending=False), found)
    by_id = {each.id: place for place, each in enumerate(rows.rows)}
    order = [by_id[name] for name in (*ids, growing.id)]
    np.testing.assert_array_equal(rows.numbers("loss:last")[order], [2, np.nan, np.nan, 7])
    np.testing.assert_array_equal(rows.numbers("loss:highest")[order], [3, 5, np.nan, 7])
    np.testing.assert_array_equal(rows.numbers("loss:lowest")[order], [1, 5, np.nan, 7])
    assert rows.metrics[:2] == ["result.score_mean", "loss:last"]
    (group,) = group_runs(rows, order, [EVERYTHING])
    words = figures_of(rows, group, "loss:last").words
    assert words == "1 of 4 runs: 1 not a finite number, 1 without a value, 1 running"
    assert index.curve_figures(10) is found, "nothing changed"
    growing.scalar("loss", 6.0, 41)
    growing.finish(result={})
    shutil.rmtree(tmp_path / ids[0])
    index.refresh()
    later = index.curve_figures(10)
    rows = RunColumns(index.list(), later)
    assert sorted(value for value in rows.numbers("loss:last").tolist() if value == value) == [6]
    index.close()
    again = RunIndex(tmp_path)
    again.refresh()
    assert again.curve_figures(0).missing == 0, "remembered in the file"
    again.close()


def test_curves_of_different_lengths_and_runs_that_are_gone(tmp_path: Path) -> None:
    long, short = make(tmp_path, [0, 1, 2, 3]), make(tmp_path, [2, 3])
    damaged = make(tmp_path, [1])
    (tmp_path / damaged / "scalars.columns.json").write_text("[]")
    found, empty = group_curves(tmp_path, [[long, short, damaged, "deleted"], [damaged]], "loss")
    assert found.steps.tolist() == [0, 1, 2, 3]
    np.testing.assert_array_equal(found.band.mean, [1, 2, 2, 3])
    assert found.band.runs.tolist() == [2, 2, 1, 1]
    assert (found.count, found.runs, set(found.unread)) == (2, 4, {damaged, "deleted"})
    assert empty.count == 0
    assert np.isnan(empty.band.mean).all()


def test_curves_on_other_steps_meet_on_a_grid(tmp_path: Path) -> None:
    ids = [make(tmp_path, [0, 10], steps=[0, 100]), make(tmp_path, [0, 5, 10], steps=[0, 50, 120])]
    (found,) = group_curves(tmp_path, [ids], "loss")
    assert (found.steps[0], found.steps[-1], len(found.steps)) == (0, 120, 200)
    at = int(np.argmin(abs(found.steps - 50)))
    assert found.band.mean[at] == pytest.approx(5, abs=0.05)
    assert found.band.runs[-1] == 1


def test_a_nan_makes_a_gap_not_a_line() -> None:
    values = on_grid(np.array([0, 10, 20, 30]), np.array([0, np.nan, 2, 3.0]), np.array([0.0, 5, 15, 20, 25]))
    np.testing.assert_array_equal(values, [0, np.nan, np.nan, 2, 2.5])


def test_values_at_one_step(tmp_path: Path) -> None:
    ids = [make(tmp_path, [1, 2, 3], steps=[0, 10, 20]), make(tmp_path, [5], steps=[0]), "gone"]
    np.testing.assert_array_equal(values_at(tmp_path, ids, "loss", 15), [2, np.nan, np.nan])
    rewritten = make(tmp_path, [1, 2, 9], steps=[0, 10, 10])
    assert values_at(tmp_path, [rewritten], "loss", 10).tolist() == [9]


def episodes(folder: Path, scores: list[float], oracle: list[float], *, agent: str, seed: int = 0) -> None:
    with RecordWriter.create(folder, experiment="alchemy", configuration={"agent": agent}, seed=seed) as writer:
        table = writer.table("episodes", [Column("score", "f4"), Column("oracle", "f4")])
        for score, best in zip(scores, oracle, strict=True):
            table.append(score=score, oracle=best)
        writer.finish(result={"score_mean": float(np.mean(scores))})


def test_pairs_are_the_same_episodes_or_else_the_same_seeds(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    luck = random.normal(0, 30, 40)
    episodes(tmp_path, list(200 + luck + random.normal(5, 1, 40)), list(luck), agent="dnc")
    episodes(tmp_path, list(200 + luck), list(luck), agent="lstm")
    episodes(tmp_path, list(200 + luck), list(luck + 1), agent="other")
    index = RunIndex(tmp_path)
    index.refresh()
    rows = RunColumns(index.list(sort="configuration.agent", descending=False))
    index.close()
    dnc, lstm, other = group_runs(rows, range(3), ["configuration.agent"])
    found = pair_groups(rows, tmp_path, dnc, lstm, "result.score_mean")
    assert (found.kind, found.pairs, found.of) == ("episodes", 40, 40)
    assert found.difference is not None
    assert found.difference.estimate == pytest.approx(5, abs=0.6)
    assert found.p < 0.001
    elsewhere = pair_groups(rows, tmp_path, dnc, other, "result.score_mean")
    assert (elsewhere.kind, elsewhere.pairs, elsewhere.difference) == ("seeds", 1, None)


def test_pairs_by_seed_leave_out_what_has_no_partner(tmp_path: Path) -> None:
    rows = RunColumns(
        [row(n, {"agent": "a"}, {"x": float(n)}, seed=n) for n in range(4)]
        + [row(4, {"agent": "a"}, {"x": 7.0}, seed=0)]
        + [row(n, {"agent": "b"}, {"x": 1.0 if n != 6 else None}, seed=n - 5) for n in range(5, 8)]
    )
    a, b = group_runs(rows, range(8), ["configuration.agent"])
    found = pair_groups(rows, tmp_path, a, b, "result.x")
    assert (found.kind, found.pairs, found.of) == ("seeds", 2, 4)  # seeds 0 and 2; 1 has no value, 3 no partner
    assert found.difference is not None
    assert found.difference.estimate == pytest.approx(((3.5 - 1) + (2 - 1)) / 2)


def test_the_same_run_twice_is_identical_but_for_its_times(finished: Record, tmp_path: Path) -> None:
    again = Record.open(shutil.copytree(finished.folder, tmp_path / "again"))
    rows = np.fromfile(again.folder / "scalars.rows", again.table("scalars").dtype)
    rows["time"] += 100
    rows.tofile(again.folder / "scalars.rows")
    verdict = compare_records(finished, again)
    assert verdict.identical
    assert verdict.compared == ("table nodes", "curve score", "curve loss/train", "events lines", "result")
    assert verdict.words.startswith("Identical in table nodes")
    nodes = np.fromfile(again.folder / "nodes.rows", again.table("nodes").dtype)
    nodes["belief"][1, 0, 2] = 0.5
    nodes["reward"][2] = 9
    nodes.tofile(again.folder / "nodes.rows")
    (found,) = compare_records(finished, Record.open(again.folder)).differences
    assert (found.place, found.step, found.field) == ("table nodes", 1, "belief")
    assert "0.5" in found.second


def test_first_differences_of_every_kind(finished: Record, tmp_path: Path) -> None:
    other = Record.open(shutil.copytree(finished.folder, tmp_path / "other"))
    with open(other.folder / "lines.jsonl", "ab") as file:
        file.write(b'{"line": 3}\n')
    nodes = (other.folder / "nodes.rows").read_bytes()
    (other.folder / "nodes.rows").write_bytes(nodes[: len(nodes) * 2 // 3])
    scalars = np.fromfile(other.folder / "scalars.rows", other.table("scalars").dtype)
    scalars["value"][4] = np.nan
    scalars.tofile(other.folder / "scalars.rows")
    status = json.loads((other.folder / "status.json").read_text())
    (other.folder / "status.json").write_text(json.dumps({**status, "result": {"score_mean": 2.25}}))
    found = {each.place: each for each in compare_records(finished, Record.open(other.folder)).differences}
    assert (found["table nodes"].step, found["table nodes"].field) == (2, "rows")
    assert (found["curve score"].step, found["curve score"].second) == (20, "nan")
    assert found["events lines"].step == 2
    assert (found["result"].first, found["result"].second) == ("2.5", "2.25")
    assert "curve loss/train" not in found


def test_estimates_from_earlier_runs() -> None:
    def earlier(episodes: int, seconds: float, agent: str = "dnc", **changes: Any) -> RunRow:
        return row(1, {"agent": agent, "episodes": episodes}, total=episodes, seconds=seconds, **changes)

    rows = [earlier(10, 20), earlier(100, 190), earlier(10, 80, "slow"), earlier(50, 1, status="crashed")]
    same = estimate(rows, {"agent": "dnc", "episodes": 10})
    assert same is not None
    assert (same.seconds, same.runs, same.exact) == (20, 1, True)
    scaled = estimate(rows, {"agent": "dnc", "episodes": 1000})
    assert scaled is not None
    assert not scaled.exact
    assert scaled.seconds == pytest.approx(2000, rel=0.05)
    assert estimate([], {"episodes": 1}) is None
    assert estimate([row(1, {"a": 5, "b": 5}, total=5)], {"a": 6, "b": 5}) is None, "which of the two is the unit?"
    elsewhere = [earlier(10, 20), earlier(10, 500, host="there")]
    here = estimate(elsewhere, {"agent": "dnc", "episodes": 10}, "here")
    assert here is not None
    assert here.seconds == 20
