"""What event files, CSV logs and folders of them may hold at most, and odd ones that are still read."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from engine.errors import BadInput
from engine.runs import Column, Record, RecordWriter, event_file, foreign
from engine.runs.event_file import Curves, read_event_file, scalar_message, text_message, write_messages
from engine.runs.export import export, import_record
from engine.runs.foreign import import_all, read_csv_log
from tests.engine.runs.event_files import read_events, write_events


def from_csv(path: Path, text: str) -> Curves:
    path.write_text(text)
    found = Curves()
    read_csv_log(path, found)
    return found


def field(number: int, data: bytes | int) -> bytes:
    """A field of a message, shorter than 128 bytes."""
    if isinstance(data, bytes):
        return bytes([number << 3 | 2, len(data)]) + data
    return bytes([number << 3]) + event_file._varint(data)


def summary(value: bytes) -> bytes:
    return b"\x09" + struct.pack("<d", 3.0) + b"\x10\x07" + field(5, value)


def test_thousands_of_points_come_back_in_order(tmp_path: Path) -> None:
    path = write_events(tmp_path / "a.tfevents", *(scalar_message("x", n, n % 100, 0) for n in range(9000)))
    found = read_events(path)
    assert found.damaged == 0
    assert list(found.points["x"].steps) == list(range(9000))
    assert list(found.points["x"].values) == [n % 100 for n in range(9000)]


def test_pictures_and_graphs_are_stepped_over(tmp_path: Path) -> None:
    picture = b"\0" * ((1 << 20) + 1)
    found = read_events(
        write_events(tmp_path / "a.tfevents", scalar_message("x", 1, 2, 0), scalar_message("x", 2, 3, 0))
    )
    path = tmp_path / "b.tfevents"
    with open(path, "wb") as file:
        write_messages(file, [scalar_message("x", 1, 2, 0)])
        head = struct.pack("<Q", len(picture))
        file.write(head + struct.pack("<I", event_file.masked_checksums([head])[0]) + picture + b"sums")
        write_messages(file, [scalar_message("x", 2, 3, 0)])
    assert read_events(path) == found
    assert found.damaged == 0


def test_a_long_text_with_one_wrong_byte_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_file, "BATCH_BYTES", 10_000)
    texts = [text_message("t", letter * 6000, 0) for letter in "abc"]
    path = write_events(tmp_path / "a.tfevents", scalar_message("x", 1, 2, 0), *texts, scalar_message("x", 2, 3, 0))
    assert read_events(path).damaged == 0
    data = path.read_bytes()
    path.write_bytes(data.replace(b"bbbb", b"bbbd", 1))
    found = read_events(path)
    assert (found.count, found.damaged) == (2, 1)


def test_values_in_old_spellings(tmp_path: Path) -> None:
    """Numbers one by one and unpacked, as programs before packed fields wrote them; and fields of the wrong kind."""
    whole = field(1, 3) + field(7, -5)  # a tensor of one int32
    path = write_events(
        tmp_path / "a.tfevents",
        summary(field(1, field(1, b"whole") + field(8, whole))),
        summary(field(1, 5)),  # a number where a value should be
        summary(field(1, field(1, b"of words") + field(8, field(1, 7) + field(8, b"words")))),
        summary(field(1, field(1, b"of a wrong type") + field(8, field(1, 1) + field(5, 3)))),
    )
    found = read_events(path)
    assert {tag: (list(points.steps), list(points.values)) for tag, points in found.points.items()} == {
        "whole": ([7], [-5.0])
    }
    assert found.damaged == 1


def test_no_more_scalars_and_points_than_any_run_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_events(tmp_path / "a.tfevents", *(scalar_message(f"x{n // 2}", n, n, 0) for n in range(6)))
    monkeypatch.setattr(event_file, "MAX_TAGS", 2)
    with pytest.raises(BadInput, match="more than 2 different scalars"):
        read_events(path)
    monkeypatch.setattr(event_file, "MAX_TAGS", 3)
    assert read_events(path).count == 6
    monkeypatch.setattr(event_file, "MAX_POINTS", 5)
    with pytest.raises(BadInput, match="more than 5 points"):
        read_events(path)


def test_no_more_numbers_lines_and_columns_than_any_log_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log.csv"
    monkeypatch.setattr(foreign, "MAX_POINTS", 4)
    assert list(from_csv(path, "x\n1\n2\n3\n4\n").points["x"].values) == [1, 2, 3, 4]
    for rows, words in (("1,2\n" * 3, "more than 4 numbers"), ("1,\n" * 5, "more than 4"), (",\n" * 5, "4 lines")):
        with pytest.raises(BadInput, match=words):
            from_csv(path, "x,y\n" + rows)
    monkeypatch.setattr(foreign, "MAX_POINTS", 100)
    monkeypatch.setattr(foreign, "MAX_TAGS", 2)
    assert set(from_csv(path, "step,x,y,word\n1,2,3,a\n").points) == {"x", "y"}
    with pytest.raises(BadInput, match="more than 2 columns"):
        from_csv(path, "step,x,y,z\n1,2,3,4\n")


def test_columns_of_one_name_are_told_apart(tmp_path: Path) -> None:
    found = from_csv(tmp_path / "log.csv", "# loss;loss;loss;\n1;2;3;4\n")
    assert {name: list(points.values) for name, points in found.points.items()} == {
        "loss": [1], "loss (2)": [2], "loss (3)": [3]
    }  # fmt: skip


def test_files_too_large_and_files_that_are_not_there(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for read in (read_csv_log, read_event_file):
        with pytest.raises(BadInput, match=f"There is no file {path}"):
            read(path, Curves())
    with open(path, "wb") as file:
        file.truncate((4 << 30) + 1)  # a sparse file: nothing is on the disk
    for read in (read_csv_log, read_event_file):
        with pytest.raises(BadInput, match=r"a\.csv is larger than 4 GiB"):
            read(path, Curves())


def test_a_folder_of_records_and_logs_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, runs = tmp_path / "all", tmp_path / "runs"
    with pytest.raises(BadInput, match=f"There is no folder {folder}"):
        import_all(folder, runs)
    names = []
    for _ in range(2):
        with RecordWriter.create(folder, experiment="test", configuration={}) as writer:
            writer.table("t", [Column("x", "i4")]).append(x=1)
        names.append(writer.id)
    (folder / names[0] / "notes.csv").write_text("step,x\n1,2\n")  # a record's folder is a record and nothing else
    (folder / names[1] / "run.json").write_text("{")
    taken, refused = import_all(folder, runs)
    assert taken == [names[0]]
    assert list(refused) == [names[1]]
    assert "run.json is damaged" in refused[names[1]]
    for name, seed in (("a", 5), ("b", True), ("c", -1)):
        (folder / f"{name}_seed2").mkdir()
        (folder / f"{name}_seed2" / "log.csv").write_text(f"step,x\n1,{len(name)}\n")
        (folder / f"{name}_seed2" / "config.json").write_text(f'{{"seed": {str(seed).lower()}}}')
    taken, refused = import_all(folder, runs)
    records = [Record.open(runs / name) for name in taken]
    assert {record.metadata.title: record.metadata.seed for record in records} == {
        "a_seed2": 5,
        "b_seed2": 2,
        "c_seed2": 2,
    }
    assert set(refused) == set(names)
    monkeypatch.setattr(foreign, "MAX_RUNS", 2)
    (folder / names[0] / "run.json").unlink()
    (folder / names[1] / "run.json").unlink()
    with pytest.raises(BadInput, match="holds more than 2 runs; import a part of it at a time"):
        import_all(folder, runs)


def test_a_record_of_little_is_imported_and_a_place_that_refuses_is_named(tmp_path: Path) -> None:
    with RecordWriter.create(tmp_path, experiment="test", configuration={}) as writer:
        writer.log("nothing but words")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadInput, match=f"{writer.id} cannot be imported: Not a directory"):
        import_record(writer.folder, tmp_path / "file" / "runs")
    (path,) = export(Record.open(writer.folder), "tensorboard", tmp_path / "out").iterdir()
    assert read_events(path) == Curves(), "the configuration, and no scalar"
    found = import_record(writer.folder, tmp_path / "mine")
    assert sorted(os.listdir(found.folder)) == ["log.txt", "run.json", "status.json"]
    assert found.checkpoints() == []
