"""The promise of compatibility: a record written by the first version opens for ever, value by value."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadInput
from engine.runs import Record, RunIndex
from engine.runs.schema import DTYPES

FIXTURE = Path(__file__).parents[2] / "fixtures" / "record-format-1"


def test_metadata_and_status() -> None:
    record = Record.open(FIXTURE)
    assert record.metadata.id == "20260101-120000-alchemy-0a1b"
    assert record.metadata.experiment == "alchemy"
    assert record.metadata.preset == "quick"
    assert record.metadata.seed == 7
    assert record.metadata.title == "first of its kind"
    assert record.metadata.configuration["nested"] == {"a": [1, 2.5, None, True, "é"]}
    status = record.status()
    assert (status.status, status.done, status.total, status.unit) == ("finished", 2, 2, "episodes")
    assert status.result is not None
    assert status.result["score_mean"] == 251.25
    assert record.log() == ["2026-01-01 12:00:00 began", "2026-01-01 12:00:01 went well"]


def test_every_type_of_column() -> None:
    table = Record.open(FIXTURE).table("nodes")
    rows = table.read()
    assert len(rows) == 5
    for name in DTYPES:
        expected = np.arange(5) % 2 if name == "b1" else np.arange(5)
        np.testing.assert_array_equal(rows[f"c_{name}"], expected)
    belief = (np.arange(6).reshape(2, 3) / 10 + np.arange(5)[:, None, None]).astype(np.float32)
    np.testing.assert_array_equal(rows["belief"], belief)
    assert table.columns[-1].unit == "probability"


def test_events_scalars_and_checkpoint() -> None:
    record = Record.open(FIXTURE)
    assert record.event_streams() == ["lines"]
    assert record.events("lines")[2] == {"line": 2, "title": "way 2", "from": None}
    assert record.scalar_names() == ["score", "loss/train"]
    steps, values = record.scalars("loss/train")
    np.testing.assert_array_equal(steps, [0, 1, 2, 3])
    np.testing.assert_array_equal(values, [1, 1 / 2, 1 / 3, 1 / 4])
    tensors, about = record.checkpoint("step-5")
    np.testing.assert_array_equal(tensors["weights"], np.arange(6, dtype=np.float32).reshape(2, 3))
    assert about == {"step": "5"}


def test_readable_without_this_program() -> None:
    """With json and numpy alone, as the format's description says."""
    columns = json.loads((FIXTURE / "nodes.columns.json").read_text("utf-8"))
    dtype = np.dtype([(c["name"], "<" + c["dtype"], tuple(c["shape"])) for c in columns])
    rows = np.fromfile(FIXTURE / "nodes.rows", dtype)
    np.testing.assert_array_equal(rows, Record.open(FIXTURE).table("nodes").read())


def test_index_shows_it(tmp_path: Path) -> None:
    shutil.copytree(FIXTURE, tmp_path / FIXTURE.name)
    index = RunIndex(tmp_path)
    index.refresh()
    (row,) = index.list()
    assert (row.id, row.status, row.tags, row.colour) == (FIXTURE.name, "finished", ("first", "good"), "#0072b2")
    index.close()


def test_newer_format_is_refused_in_words(tmp_path: Path) -> None:
    folder = tmp_path / "later"
    shutil.copytree(FIXTURE, folder)
    data = json.loads((folder / "run.json").read_text("utf-8"))
    (folder / "run.json").write_text(json.dumps(data | {"format": 2}), "utf-8")
    with pytest.raises(BadInput, match=r"made by a newer version.*open it with that version"):
        Record.open(folder)
