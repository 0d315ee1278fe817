from __future__ import annotations

import csv
import importlib.util
import json
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadInput
from engine.runs import Column, Record, RecordWriter
from engine.runs.export import export, import_record


def table_of(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_csv_holds_every_number(finished: Record, tmp_path: Path) -> None:
    folder = export(finished, "csv", tmp_path / "out")
    assert folder == tmp_path / "out" / finished.id
    rows = table_of(folder / "nodes.csv")
    belief = [f"belief[{i}][{j}]" for i in range(2) for j in range(3)]
    assert list(rows[0]) == ["episode", "reward", *belief]
    assert [row["reward"] for row in rows] == ["0.0", "0.1", "0.2"]
    assert [row["belief[1][2]"] for row in rows] == ["0.0", "1.0", "2.0"]
    scalars = table_of(folder / "scalars.csv")
    assert list(scalars[0]) == ["name", "step", "value", "time"]
    score = [(int(row["step"]), float(row["value"])) for row in scalars if row["name"] == "score"]
    assert score == [(0, 0), (10, 1), (20, 4), (30, 9)]
    assert (folder / "lines.jsonl").read_bytes() == (finished.folder / "lines.jsonl").read_bytes()
    assert json.loads((folder / "run.json").read_bytes())["id"] == finished.id


def test_csv_reads_back_exactly(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    columns = [Column("i", "i8"), Column("b", "b1"), Column("x", "f8"), Column("y", "f4", (2,)), Column("h", "f2")]
    with RecordWriter.create(tmp_path, experiment="test", configuration={}) as writer:
        table = writer.table("t", columns)
        rows = np.zeros(20_000, table.dtype)
        rows["i"] = random.integers(-(2**62), 2**62, len(rows))
        rows["b"] = rows["i"] % 2
        for name in ("x", "y", "h"):
            rows[name] = random.normal(size=rows[name].shape)
        rows["x"][:3] = [np.nan, np.inf, -np.inf]
        table.extend(rows)
        writer.table("empty", columns)
    folder = export(Record.open(writer.folder), "csv", tmp_path / "out")
    found = table_of(folder / "t.csv")
    np.testing.assert_array_equal([int(row["i"]) for row in found], rows["i"])
    np.testing.assert_array_equal([row["b"] == "True" for row in found], rows["b"])
    np.testing.assert_array_equal([float(row["x"]) for row in found], rows["x"])
    np.testing.assert_array_equal(np.array([row["y[1]"] for row in found], np.float32), rows["y"][:, 1])
    np.testing.assert_array_equal(np.array([row["h"] for row in found], np.float16), rows["h"])
    assert (folder / "empty.csv").read_text().splitlines() == ["i,b,x,y[0],y[1],h"]


def test_nothing_is_written_over(finished: Record, tmp_path: Path) -> None:
    folder = export(finished, "csv", tmp_path)
    (folder / "nodes.csv").write_text("edited by hand")
    with pytest.raises(BadInput, match="exists already"):
        export(finished, "csv", tmp_path)
    assert (folder / "nodes.csv").read_text() == "edited by hand"
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be written"):
        export(finished, "csv", tmp_path / "file")


def test_an_export_that_fails_leaves_nothing(finished: Record, tmp_path: Path) -> None:
    (finished.folder / "scalars.columns.json").write_text("[]")
    with pytest.raises(BadInput, match="damaged"):
        export(finished, "csv", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_formats_that_are_not_there(finished: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="use csv, parquet, tensorboard"):
        export(finished, "xlsx", tmp_path / "out")
    with pytest.raises(BadInput, match="made from the pictures of the window"):
        export(finished, "gif", tmp_path / "out")
    monkeypatch.setitem(sys.modules, "pyarrow", None)  # what Python itself does for a module that cannot be imported
    with pytest.raises(BadInput, match=r"needs the package pyarrow: install athanor\[parquet\]"):
        export(finished, "parquet", tmp_path / "out")


@pytest.mark.skipif(importlib.util.find_spec("pyarrow") is None, reason="the extra parquet is not installed")
def test_parquet_reads_back(finished: Record, tmp_path: Path) -> None:
    import pyarrow.parquet

    folder = export(finished, "parquet", tmp_path / "out")
    nodes = pyarrow.parquet.read_table(folder / "nodes.parquet")
    rows = finished.table("nodes").read()
    for name in rows.dtype.names or ():
        np.testing.assert_array_equal(np.array(nodes[name].to_pylist(), rows.dtype[name].base), rows[name])
    assert nodes.schema.field("belief").metadata[b"unit"] == b"probability"
    scalars = pyarrow.parquet.read_table(folder / "scalars.parquet").to_pydict()
    assert scalars["name"] == ["score", "loss/train"] * 4
    assert scalars["value"] == [0, 0, 1, -1, 4, -2, 9, -3]


def test_import_copies_a_record_whole(finished: Record, tmp_path: Path) -> None:
    stranger = shutil.copytree(finished.folder, tmp_path / "usb" / "renamed by hand")
    (stranger / "virus.exe").write_bytes(b"MZ")
    (stranger / "sub").mkdir()
    (stranger / "sub" / "more.jsonl").write_text("{}")
    (stranger / "checkpoints" / "model.pickle").write_bytes(b"cos\nsystem\n")
    found = import_record(stranger, tmp_path / "mine")
    assert found.folder == tmp_path / "mine" / finished.id
    names = {str(path.relative_to(found.folder)) for path in found.folder.rglob("*")}
    assert names == {str(path.relative_to(finished.folder)) for path in finished.folder.rglob("*")}
    np.testing.assert_array_equal(found.table("nodes").read(), finished.table("nodes").read())
    with pytest.raises(BadInput, match="already"):
        import_record(stranger, tmp_path / "mine")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
@pytest.mark.parametrize("name", ["log.txt", "secrets.jsonl", "checkpoints/key.safetensors", "checkpoints"])
def test_import_follows_no_links(finished: Record, tmp_path: Path, name: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("password")
    path = finished.folder / name
    if name == "checkpoints":
        path.rename(tmp_path / "elsewhere")
        secret = tmp_path / "elsewhere"
    path.unlink(missing_ok=True)
    os.symlink(secret, path)
    with pytest.raises(BadInput, match="link"):
        import_record(finished.folder, tmp_path / "mine")
    assert not list((tmp_path / "mine").glob("*")) if (tmp_path / "mine").exists() else True


def test_import_refuses_what_is_no_finished_record(finished: Record, tmp_path: Path) -> None:
    run = json.loads((finished.folder / "run.json").read_bytes())
    for hostile in ("../../escape", "/etc/x", "", ".hidden", "a/b", "x" * 200, "a\nb"):
        (finished.folder / "run.json").write_text(json.dumps(run | {"id": hostile}))
        with pytest.raises(BadInput, match="id that cannot be"):
            import_record(finished.folder, tmp_path / "mine")
    (finished.folder / "run.json").write_text(json.dumps(run))
    with pytest.raises(BadInput, match="more than the 100 that can be imported"):
        import_record(finished.folder, tmp_path / "mine", limit_bytes=100)
    (finished.folder / "nodes.columns.json").write_text('[{"name": "a", "dtype": "O"}]')
    with pytest.raises(BadInput, match="damaged"):
        import_record(finished.folder, tmp_path / "mine")
    with (
        RecordWriter.create(tmp_path / "live", experiment="test", configuration={}) as writer,
        pytest.raises(BadInput, match="still running"),
    ):
        import_record(writer.folder, tmp_path / "mine")
    with pytest.raises(BadInput, match="no record folder"):
        import_record(tmp_path / "nowhere", tmp_path / "mine")
    assert not (tmp_path / "mine").exists() or list((tmp_path / "mine").iterdir()) == []
