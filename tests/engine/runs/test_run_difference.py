"""Where two records part, in every kind of thing they hold, and what is said of it."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadInput
from engine.runs import Column, Record, RecordWriter
from engine.runs.difference import Difference, compare_records, table_difference

Fill = Callable[[RecordWriter], object]


def made(folder: Path, fill: Fill, result: dict[str, object] | None = None) -> Record:
    with RecordWriter.create(folder, experiment="test", configuration={}) as writer:
        fill(writer)
        writer.finish(result=result)
    return Record.open(writer.folder)


def only(folder: Path, first: Fill, second: Fill) -> Difference:
    """The one difference of two runs, and the sentence about it is the verdict."""
    verdict = compare_records(made(folder, first), made(folder, second))
    (found,) = verdict.differences
    assert verdict.words == f"First difference: {found.words}"
    return found


def rows(values: list[float], dtype: str = "f4", *more: Column, name: str = "reward") -> Fill:
    def fill(writer: RecordWriter) -> None:
        table = writer.table("steps", [Column(name, dtype), *more])
        whole = np.zeros(len(values), table.dtype)
        whole[name] = values
        table.extend(whole)

    return fill


def curve(values: dict[int, float], name: str = "loss") -> Fill:
    return lambda writer: [writer.scalar(name, value, step) for step, value in values.items()]


def nothing(_: RecordWriter) -> None:
    return


def test_runs_that_wrote_nothing_cannot_be_compared(tmp_path: Path) -> None:
    verdict = compare_records(made(tmp_path, nothing), made(tmp_path, nothing))
    assert verdict.words == "There is nothing to compare: neither run wrote anything"
    assert verdict.identical


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (rows([1, 2]), nothing, "table steps: there against missing"),
        (nothing, rows([1, 2]), "table steps: missing against there"),
        (rows([1, 2, 3]), rows([1, 2, 2.5]), "table steps at step 2, reward: 3.0 against 2.5"),
        (rows([1, math.nan]), rows([1, math.nan, 3]), "table steps at step 2, rows: 2 against 3"),
        (rows([1], "f4"), rows([1], "f8"), "table steps, columns: reward f4 against reward f8"),
        (
            rows([1]),
            rows([1], "f4", Column("belief", "f4", (2, 3))),
            "table steps, columns: nothing against belief f4[2, 3]",
        ),
        (
            rows([1], "f4", Column("a", "f4")),
            rows([1], "f4", Column("reward", "f4"), name="a"),
            "table steps, columns: reward f4, a f4 against a f4, reward f4",
        ),
        (curve({0: 1, 10: 2}), curve({0: 1, 11: 2}), "curve loss at step 10, step: 10 against 11"),
        (curve({0: 1, 10: 2}), curve({0: 1, 10: math.inf}), "curve loss at step 10, value: 2.0 against inf"),
        (curve({0: 1, 10: 2}), curve({0: 1}), "curve loss, points: 2 against 1"),
        (curve({0: 1}), nothing, "curve loss, points: 1 against 0"),
        (
            lambda writer: writer.event("e", {"at": {"x": 0.1}, "kind": "a" * 200}),
            lambda writer: writer.event("e", {"kind": "b" * 200}),
            "events e at step 0, at.x: 0.1 against nothing",
        ),
        (
            lambda writer: writer.event("e", {"kind": None}),
            lambda writer: writer.event("e", {"kind": "b" * 200}),
            f"events e at step 0, kind: none against {'b' * 79}…",
        ),
        (
            lambda writer: writer.event("e", {}),
            lambda writer: [writer.event("e", {}), writer.event("e", {})],
            "events e at step 1, number: 1 against 2",
        ),
    ],
)  # fmt: skip
def test_the_first_difference_in_words(tmp_path: Path, first: Fill, second: Fill, words: str) -> None:
    assert only(tmp_path, first, second).words == words


def test_times_are_left_out_and_named(tmp_path: Path) -> None:
    def timed(late: float) -> Fill:
        def fill(writer: RecordWriter) -> None:
            table = writer.table(
                "steps", [Column("n", "i4"), Column("late", "f8", unit="ms"), Column("wall_time", "f8")]
            )
            table.append(n=1, late=late, wall_time=late)
            writer.scalar("loss", 0.5, 1)
            writer.scalar("steps per second", late, 1)
            writer.event("e", {"seconds": late})

        return fill

    verdict = compare_records(
        made(tmp_path, timed(1.0), {"score": 2, "seconds": 1.0}),
        made(tmp_path, timed(7.0), {"score": 2, "seconds": 9.0}),
    )
    assert verdict.words == (
        "Identical in table steps, curve loss, events e, result. Left out, because they measure time: "
        "steps.late, steps.wall_time, steps per second, events e.seconds, result.seconds"
    )
    other = compare_records(made(tmp_path, nothing, {"score": 2}), made(tmp_path, nothing))
    assert other.words == "First difference: result, score: 2 against nothing"


def test_a_difference_far_down_is_found_in_its_part(tmp_path: Path) -> None:
    values = np.arange(140_000, dtype=np.float64)
    changed = values.copy()
    changed[[131_072, 139_999]] = -1
    first, second = made(tmp_path, rows(list(values), "f8")), made(tmp_path, rows(list(changed), "f8"))
    found = table_difference(first, second, "steps", {})
    assert found == Difference("table steps", 131_072, "reward", "131072.0", "-1.0")
    assert table_difference(first, first, "steps", {}) is None


@pytest.mark.skipif(os.name != "posix", reason="no named pipes in folders there")
def test_what_cannot_be_read_is_no_difference_but_an_error(tmp_path: Path) -> None:
    def one(writer: RecordWriter) -> None:
        writer.event("e", {"n": 1})

    first, second = made(tmp_path, one), made(tmp_path, one)
    (second.folder / "e.jsonl").unlink()
    os.mkfifo(second.folder / "e.jsonl")
    for pair in ((first, second), (second, first)):
        with pytest.raises(BadInput, match=rf"{second.id}/e\.jsonl is not an ordinary file"):
            compare_records(*pair)
