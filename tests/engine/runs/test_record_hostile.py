"""Readers given anything at all: a clear refusal or a value, never another exception, never a hang."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import BadInput
from engine.runs import Column, Record, RecordError, RecordWriter, RunIndex
from engine.runs.notes import read_notes
from engine.runs.schema import DTYPES, columns_from_json, columns_to_json, row_dtype

PATH = Path("x.columns.json")
FIXTURE = Path(__file__).parents[2] / "fixtures" / "record-format-1"
FILES = sorted(str(path.relative_to(FIXTURE)) for path in FIXTURE.rglob("*.*") if path.is_file())
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@contextmanager
def small_record() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(shutil.copytree(FIXTURE, Path(name) / FIXTURE.name))


def open_or_refuse(folder: Path) -> str | None:
    """What the refusal says, or None if the record opens; then each reader gives a value or refuses by itself."""
    try:
        record = Record.open(folder)
    except BadInput as error:
        return str(error)
    record.status()
    read_notes(folder)
    readers = (
        lambda: record.table("nodes").read(),
        lambda: record.table("nodes").column("belief"),
        lambda: record.table("scalars").read(),
        lambda: record.events("lines"),
        lambda: record.scalars("score"),
        lambda: record.checkpoint("step-5"),
        lambda: record.checkpoint("step-5", as_torch=True),
        lambda: (record.tables(), record.event_streams(), record.checkpoints()),
        lambda: record.log(),
    )
    for read in readers:
        with suppress(BadInput):
            read()
    return None


def list_it(folder: Path) -> None:
    """The run is in the list whatever its files say, and the list can be sorted."""
    index = RunIndex(folder.parent)
    index.refresh()
    for sort in ("created", "status", "result.score_mean", "configuration.agent"):
        (row,) = index.list(archived=None, sort=sort)
    assert isinstance(row.configuration, dict)
    assert row.result is None or isinstance(row.result, dict)
    row.title.encode("utf-8")
    index.close()


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_any_bytes_any_cut_any_json(name: str, data: st.DataObject) -> None:
    with small_record() as folder:
        path = folder / name
        whole = path.read_bytes()
        cut = st.integers(0, len(whole)).map(lambda end: whole[:end])
        flipped = st.tuples(st.integers(0, max(0, len(whole) - 1)), st.integers(0, 255)).map(
            lambda change: whole[: change[0]] + bytes([change[1]]) + whole[change[0] + 1 :]
        )
        as_json = JSON.map(lambda value: json.dumps(value).encode())
        path.write_bytes(data.draw(st.binary(max_size=200) | cut | flipped | as_json))
        refusal = open_or_refuse(folder)
        assert refusal is None or name == "run.json"
        if name in ("run.json", "status.json", "notes.json"):
            list_it(folder)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), name=st.sampled_from(["run.json", "status.json"]))
def test_any_value_in_any_field(data: st.DataObject, name: str) -> None:
    with small_record() as folder:
        fields = json.loads((folder / name).read_bytes())
        key = data.draw(st.sampled_from(sorted(fields)))
        (folder / name).write_text(json.dumps(fields | {key: data.draw(JSON)}))
        refusal = open_or_refuse(folder)
        assert refusal is None or name in refusal or "newer version" in refusal
        list_it(folder)


COLUMN = st.fixed_dictionaries(
    {
        "name": st.text(max_size=5) | JSON,
        "dtype": st.sampled_from([*DTYPES, "O", "V8", "M8", "<i4", "i4,i4", "S10"]) | JSON,
    },
    optional={
        "shape": st.lists(st.integers(-2, 2**70), max_size=10) | JSON,
        "unit": JSON,
        "description": JSON,
        "x": JSON,
    },
)


@given(st.lists(COLUMN, max_size=4) | JSON)
def test_columns_from_anything(value: Any) -> None:
    columns = None
    with suppress(RecordError):
        columns = columns_from_json(value, PATH)
    if columns is not None:
        dtype = row_dtype(columns)
        assert 0 < dtype.itemsize <= 16 << 20
        assert not dtype.hasobject


@pytest.mark.parametrize(
    "column",
    [
        {"name": "a", "dtype": "O"},
        {"name": "a", "dtype": "|O"},
        {"name": "a", "dtype": "__import__('os')"},
        {"name": "a", "dtype": "V1000000000000"},
        {"name": "a", "dtype": [["b", "i4"]]},
        {"name": "a", "dtype": "f8", "shape": [-1]},
        {"name": "a", "dtype": "f8", "shape": [0]},
        {"name": "a", "dtype": "f8", "shape": [True]},
        {"name": "a", "dtype": "f8", "shape": [2.0]},
        {"name": "a", "dtype": "f8", "shape": [[2]]},
        {"name": "a", "dtype": "f8", "shape": 3},
        {"name": "a", "dtype": "f8", "shape": [2**40]},
        {"name": "a", "dtype": "f8", "shape": [2**20, 2**20]},
        {"name": "a", "dtype": "f8", "shape": [1] * 9},
        {"name": "../a", "dtype": "f8"},
        {"name": "", "dtype": "f8"},
        {"dtype": "f8"},
        {"name": "a"},
    ],
)
def test_hostile_columns_are_refused(column: dict[str, Any]) -> None:
    with pytest.raises(RecordError, match=r"x\.columns\.json is damaged"):
        columns_from_json([column], PATH)


def test_too_many_and_repeated_columns_are_refused() -> None:
    for columns in ([], [{"name": f"a{n}", "dtype": "i1"} for n in range(10_000)], [{"name": "a", "dtype": "i1"}] * 2):
        with pytest.raises(RecordError, match="damaged"):
            columns_from_json(columns, PATH)


CELLS = st.builds(
    Column,
    st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True),
    st.sampled_from(DTYPES),
    st.lists(st.integers(1, 4), max_size=3).map(tuple),
    st.text(max_size=5),
    st.text(max_size=5),
)


@given(st.lists(CELLS, min_size=1, max_size=5, unique_by=lambda column: column.name))
def test_columns_survive_json(columns: list[Column]) -> None:
    again = columns_from_json(json.loads(json.dumps(columns_to_json(columns))), PATH)
    assert list(again) == columns
    sizes = [int(column.dtype[1:]) * column.size for column in columns]
    assert row_dtype(columns).itemsize == sum(sizes)  # packed: rows follow each other without gaps


def test_a_line_longer_than_memory_should_hold_is_refused(tmp_path: Path) -> None:
    with RecordWriter.create(tmp_path, experiment="test", configuration={}) as writer:
        pass
    with open(writer.folder / "e.jsonl", "wb") as file:
        file.truncate(200 << 20)  # a sparse file: zeros and no line end
    with pytest.raises(BadInput, match="line of more than 64 MiB"):
        Record.open(writer.folder).events("e")
