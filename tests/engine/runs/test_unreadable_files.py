"""Files that the system will not give, that change while they are read, or whose names lead in circles."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from engine.errors import BadInput
from engine.runs import Record, event_file, files, foreign, record
from engine.runs.event_file import Curves, read_event_file, scalar_message, text_message, write_messages
from engine.runs.files import decode_json, encode_json, read_json_object, regular_size, write_atomically
from engine.runs.foreign import Source, fingerprint, read_csv_log

Broken = Callable[[ModuleType], None]


def refuse(*_: object, **__: object) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


@pytest.fixture
def broken_disk(monkeypatch: pytest.MonkeyPatch) -> Broken:
    """``broken_disk(module)``: whatever that module opens from now on cannot be read, though it can be looked at."""
    return lambda module: monkeypatch.setattr(module, "open", refuse, raising=False)


def test_a_disk_that_fails_is_named_with_its_file(finished: Record, broken_disk: Broken) -> None:
    broken_disk(record)
    with pytest.raises(BadInput, match=r"lines\.jsonl cannot be read: Input/output error"):
        finished.events("lines")
    with pytest.raises(BadInput, match=r"log\.txt cannot be read: Input/output error"):
        finished.log()
    broken_disk(files)
    with pytest.raises(BadInput, match=r"run\.json cannot be read: Input/output error"):
        Record.open(finished.folder)
    status = finished.status()
    assert status.status == "running", "the process that wrote it is this one"
    assert "status.json cannot be read" in str(status.error)


def test_a_table_on_a_failing_disk(finished: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    table = finished.table("nodes")
    monkeypatch.setattr(np, "fromfile", refuse)
    with pytest.raises(BadInput, match=r"nodes\.rows cannot be read: .*Input/output error"):
        table.read()


def test_a_folder_that_cannot_be_listed_has_no_tables(finished: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    assert finished.tables() == ["nodes", "scalars"]
    monkeypatch.setattr(os, "scandir", refuse)
    assert finished.tables() == finished.event_streams() == []
    with pytest.raises(BadInput, match="has no table 'rewards'; it has none"):
        finished.table("rewards")


def test_logs_of_others_on_a_failing_disk(tmp_path: Path, broken_disk: Broken) -> None:
    path = tmp_path / "progress.csv"
    path.write_text("step,x\n1,2\n")
    broken_disk(foreign)
    for read in (lambda: read_csv_log(path, Curves()), lambda: fingerprint(Source("csv", "progress", (path,)))):
        with pytest.raises(BadInput, match=r"progress\.csv cannot be read: Input/output error"):
            read()
    broken_disk(event_file)
    with pytest.raises(BadInput, match=r"progress\.csv cannot be read: Input/output error"):
        read_event_file(path, Curves())


@pytest.mark.skipif(os.name != "posix", reason="links need a privilege elsewhere")
def test_links_that_lead_in_circles_or_nowhere(finished: Record) -> None:
    circle = finished.folder / "circle"
    circle.symlink_to(circle)
    with pytest.raises(BadInput, match="circle cannot be read: Too many levels of symbolic links"):
        regular_size(circle)
    (finished.folder / "checkpoints" / "lost.safetensors").symlink_to(finished.folder / "gone")
    (finished.folder / "checkpoints" / ".half.safetensors").write_bytes(b"still being written")
    assert finished.checkpoints() == ["last"]
    with pytest.raises(BadInput, match="no checkpoint 'lost'; it has last"):
        finished.checkpoint("lost")


def test_a_stream_whose_size_runs_ahead_of_its_content(finished: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """As network file systems have it for a moment; what is there is given, the rest once it has come."""
    reader, path = finished.event_reader("lines"), finished.folder / "lines.jsonl"
    with monkeypatch.context() as ahead:
        ahead.setattr(record, "regular_size", lambda path: (regular_size(path) or 0) + 100)
        assert [event["line"] for event in reader.poll()] == [1, 2]
        assert reader.poll() == []
    with open(path, "ab") as file:
        file.write(b'{"line":3}\n')
    assert [event["line"] for event in reader.poll()] == [3]
    assert reader.damaged == 0


def test_scalars_with_other_columns_are_refused_in_words(finished: Record) -> None:
    columns = finished.folder / "scalars.columns.json"
    for text in ('[{"name": "key", "dtype": "u2"}]', columns.read_text().replace('"shape":[]', '"shape":[2]', 1)):
        columns.write_text(text)
        with pytest.raises(BadInput, match=r"scalars\.rows is damaged: it should have the columns key, step and value"):
            Record.open(finished.folder).scalars("score")


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ('"pid": 2147483648', "'pid': it should be a process number"),
        ('"status": "dancing"', "the status 'dancing' is not one of running, finished"),
        ('"result": 3', "'result': it should be a JSON object"),
    ],
)
def test_a_status_that_cannot_be_is_named(finished: Record, entry: str, words: str) -> None:
    path = finished.folder / "status.json"
    key = entry.partition(":")[0]
    kept = [part for part in path.read_text().strip()[1:-1].split(",") if not part.startswith(key)]
    path.write_text("{" + ",".join([*kept, entry]) + "}")
    assert words in str(finished.status().error)


def test_an_event_file_that_is_cut_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.tfevents"
    with open(path, "wb") as file:
        write_messages(file, [scalar_message("x", 1, 2, 0), text_message("t", "long " * 20_000, 0), *([b""] * 3)])
    monkeypatch.setattr(event_file, "BATCH", 1)  # the first message is taken before the second is read

    class Cutting(Curves):
        def add(self, tag: str, step: int, value: float, time: float) -> None:
            super().add(tag, step, value, time)
            os.truncate(path, 50_000)

    found = Cutting()
    read_event_file(path, found)
    assert list(found.points["x"].values) == [2]
    assert found.damaged == 1


def test_json_that_would_exhaust_the_stack_is_refused(tmp_path: Path) -> None:
    shallow = b"[" + b"[1]," * 500 + b"{}]"
    assert len(decode_json(shallow)) == 501, "many brackets side by side are no depth"
    for deep in (b'{"a":' * 150 + b"1" + b"}" * 150, b"[" * 102 + b"]" * 102, b"[" * 100_000):
        with pytest.raises(ValueError, match="nested too deeply"):
            decode_json(deep)
    assert decode_json(b"[" * 100 + b"]" * 100)
    path = tmp_path / "deep.json"
    path.write_bytes(b'{"a":' * 150 + b"1" + b"}" * 150)
    with pytest.raises(BadInput, match=r"deep\.json is damaged: it is not valid JSON \(nested too deeply\)"):
        read_json_object(path)


def test_paths_and_sets_have_a_json_form(tmp_path: Path) -> None:
    assert decode_json(encode_json({"at": tmp_path, "tags": {"a"}, "kinds": frozenset([2])})) == {
        "at": str(tmp_path), "tags": ["a"], "kinds": [2]
    }  # fmt: skip


def test_a_reader_that_has_the_file_open_is_waited_for_on_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, really, refusals = tmp_path / "status.json", os.replace, [PermissionError(errno.EACCES, "in use")] * 3
    path.write_text("old")

    def replace(source: Path, target: Path) -> None:
        if refusals:
            raise refusals.pop()
        really(source, target)

    monkeypatch.setattr(files.os, "replace", replace)
    with pytest.raises(PermissionError):
        write_atomically(path, b"new")
    assert [(each.name, each.read_text()) for each in tmp_path.glob("*status*")] == [("status.json", "old")]
    monkeypatch.setattr(files.sys, "platform", "win32")
    write_atomically(path, b"new")
    assert path.read_text() == "new"
    assert refusals == []
