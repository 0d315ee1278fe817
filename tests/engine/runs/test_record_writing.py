from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest

from engine.errors import Stopped
from engine.runs import Column, Record, RecordError, RecordWriter
from engine.runs.writer import BEAT_SECONDS

ReadOnly = Callable[[Path], AbstractContextManager[None]]


def create(folder: Path) -> RecordWriter:
    return RecordWriter.create(folder, experiment="test", configuration={"a": 1}, seed=5)


def test_everything_written_is_read_back(finished: Record) -> None:
    rows = finished.table("nodes").read()
    np.testing.assert_array_equal(rows["episode"], [0, 1, 2])
    np.testing.assert_array_equal(rows["reward"], np.float32([0, 0.1, 0.2]))
    np.testing.assert_array_equal(rows["belief"][2], np.full((2, 3), 2))
    assert [event["title"] for event in finished.events("lines")] == ["first", "second"]
    np.testing.assert_array_equal(finished.scalars("score")[0], [0, 10, 20, 30])
    np.testing.assert_array_equal(finished.scalars("score")[1], [0, 1, 4, 9])
    assert finished.status().status == "finished"
    assert finished.status().result == {"score_mean": 2.5}
    assert [line[20:] for line in finished.log()] == ["one", "two"]
    assert finished.checkpoints() == ["last"]
    assert not list(finished.folder.rglob("*.partial"))


def test_folder_is_named_after_time_experiment_and_chance(tmp_path: Path) -> None:
    ids = set()
    for _ in range(5):
        with create(tmp_path) as writer:
            ids.add(writer.id)
            assert json.loads((writer.folder / "run.json").read_bytes())["id"] == writer.id == writer.folder.name
    assert len(ids) == 5
    assert all(len(name) == len("20260101-120000-test-0a1b") and "-test-" in name for name in ids)


def test_rows_beyond_the_buffer_and_in_bulk_keep_their_order(tmp_path: Path) -> None:
    with create(tmp_path) as writer:
        table = writer.table("t", [Column("n", "i8"), Column("pad", "u1", (300,))])
        expected = 0
        for size in (1, 5000, 3, 0, 40_000):
            rows = np.zeros(size, table.dtype)
            rows["n"] = np.arange(expected, expected + size)
            assert table.extend(rows) == expected
            expected += size
            assert table.append(n=expected, pad=0) == expected
            expected += 1
            assert len(table) == expected
    np.testing.assert_array_equal(Record.open(writer.folder).table("t").column("n"), np.arange(expected))


def test_a_row_that_does_not_fit_leaves_no_trace(tmp_path: Path) -> None:
    with create(tmp_path) as writer:
        table = writer.table("t", [Column("n", "i1"), Column("x", "f4", (3,))])
        with pytest.raises(ValueError, match="exactly the columns n, x"):
            table.append(n=1)
        with pytest.raises(OverflowError):
            table.append(n=1000, x=0)
        with pytest.raises(ValueError, match="broadcast"):
            table.append(n=1, x=[1, 2])
        with pytest.raises(ValueError, match="dtype"):
            table.extend(np.zeros(2, [("n", "i1")]))
        assert table.append(n=2, x=[1, 2, 3]) == 0
    rows = Record.open(writer.folder).table("t").read()
    assert rows.tolist() == [(2, pytest.approx([1, 2, 3]))]


def test_json_says_numpy_values_plainly_and_nan_as_null(tmp_path: Path) -> None:
    with create(tmp_path) as writer:
        writer.event(
            "e", {"a": np.float32(0.5), "b": np.arange(3), "c": float("nan"), "d": {"e": [np.inf, 1]}, "f": (1,)}
        )
        with pytest.raises(TypeError):
            writer.event("e", {"a": object()})
        writer.event("e", {"text": "line\nbreak é \ud800"})
        with pytest.raises(TypeError):
            writer.finish(result={"a": object()})
    first, second = Record.open(writer.folder).events("e")
    assert first == {"a": 0.5, "b": [0, 1, 2], "c": None, "d": {"e": [None, 1]}, "f": [1]}
    assert second == {"text": "line\nbreak é ?"}


@pytest.mark.parametrize(
    "name", ["", "..", "../x", "a/b", "a\\b", ".hidden", "con", "x" * 65, "a b", "é", "a\n", "a\0"]
)
def test_names_cannot_leave_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecordError, match="cannot be used"):
        RecordWriter.create(tmp_path / "runs", experiment=name, configuration={})
    assert not (tmp_path / "runs").exists()
    with create(tmp_path) as writer:
        before = sorted(tmp_path.rglob("*"))
        for write in (
            lambda: writer.table(name, [Column("a", "i4")]),
            lambda: writer.event(name, {}),
            lambda: writer.checkpoint(name, {}),
        ):
            with pytest.raises(RecordError, match="cannot be used"):
                write()
        assert [path for path in sorted(tmp_path.rglob("*")) if "partial" not in path.name] == before


def test_a_table_begins_once_and_scalars_is_taken(tmp_path: Path) -> None:
    with create(tmp_path) as writer:
        writer.table("t", [Column("a", "i4")])
        with pytest.raises(RecordError, match="already has a table"):
            writer.table("t", [Column("a", "i4")])
        with pytest.raises(RecordError, match="taken"):
            writer.table("scalars", [Column("a", "i4")])
        with pytest.raises(RecordError, match="scalar name"):
            writer.scalar("two\nlines", 1, 0)
        writer.scalar("fine", 1, 0)


def test_torch_tensors_tied_weights_and_bfloat16(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    weights = torch.nn.Parameter(torch.arange(6.0).reshape(2, 3))
    tensors = {"a": weights, "tied": weights, "turned": weights.T, "half": torch.ones(2, dtype=torch.bfloat16)}
    with create(tmp_path) as writer:
        writer.checkpoint("c", {**tensors, "plain": np.arange(3)}, {"why": "test"})
        with pytest.raises(TypeError, match="not an array"):
            writer.checkpoint("d", {"a": [1, 2]})
    record = Record.open(writer.folder)
    assert record.checkpoints() == ["c"]
    found, about = record.checkpoint("c", as_torch=True)
    assert about == {"why": "test"}
    for name, tensor in tensors.items():
        assert torch.equal(found[name], tensor.detach())
    np.testing.assert_array_equal(found["plain"].numpy(), np.arange(3))


def test_a_checkpoint_of_the_same_name_replaces_the_older(tmp_path: Path) -> None:
    with create(tmp_path) as writer:
        writer.checkpoint("latest", {"a": np.zeros(3)})
        writer.checkpoint("latest", {"a": np.ones(3)})
    tensors, _ = Record.open(writer.folder).checkpoint("latest")
    np.testing.assert_array_equal(tensors["a"], np.ones(3))


@pytest.mark.parametrize(("error", "status"), [(Stopped(), "stopped"), (ValueError("no such agent"), "failed")])
def test_with_block_says_how_it_ended(tmp_path: Path, error: Exception, status: str) -> None:
    writer = create(tmp_path)

    def run() -> None:
        with writer:
            writer.event("e", {"kept": True})
            raise error

    with pytest.raises(type(error)):
        run()
    record = Record.open(writer.folder)
    assert record.status().status == status
    assert record.status().error == (str(error) or None)
    assert record.events("e") == [{"kept": True}]


def test_closed_record_refuses(tmp_path: Path) -> None:
    with create(tmp_path) as writer:
        table = writer.table("t", [Column("a", "i4")])
    for write in (
        lambda: table.append(a=1),
        lambda: writer.event("e", {}),
        lambda: writer.scalar("s", 1, 0),
        writer.flush,
    ):
        with pytest.raises(RecordError, match="closed"):
            write()
    writer.finish("failed")  # a second end changes nothing
    assert Record.open(writer.folder).status().status == "finished"


def test_beat_writes_by_itself(tmp_path: Path) -> None:
    writer = create(tmp_path)
    try:
        table = writer.table("t", [Column("a", "i4")])
        table.append(a=1)
        writer.event("e", {"a": 1})
        writer.progress(3, 10, "episodes")
        record = Record.open(writer.folder)
        before = record.status().heartbeat
        deadline = time.monotonic() + 4 * BEAT_SECONDS
        while record.status().done != 3 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(record.table("t")) == 1
        assert record.events("e") == [{"a": 1}]
        status = record.status()
        assert (status.status, status.done, status.total, status.unit) == ("running", 3, 10, "episodes")
        assert status.heartbeat > before
    finally:
        writer.finish()


def test_two_threads_lose_nothing(tmp_path: Path) -> None:
    with create(tmp_path) as writer:
        table = writer.table("t", [Column("thread", "u1"), Column("n", "i4"), Column("pad", "f8", (20,))])

        def append(thread: int) -> None:
            for n in range(3000):
                table.append(thread=thread, n=n, pad=0)
                writer.event("e", {"thread": thread, "n": n})
                if n % 500 == 0:
                    writer.flush()

        threads = [threading.Thread(target=append, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    record = Record.open(writer.folder)
    rows = record.table("t").read()
    for number in range(2):
        np.testing.assert_array_equal(rows["n"][rows["thread"] == number], np.arange(3000))
        assert [e["n"] for e in record.events("e") if e["thread"] == number] == list(range(3000))


def test_a_place_that_cannot_be_written_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RecordError, match=r"No record can be written in .*file"):
        create(tmp_path / "file" / "runs")


def test_read_only_folder_is_refused(tmp_path: Path, read_only: ReadOnly) -> None:
    with read_only(tmp_path), pytest.raises(RecordError, match="No record can be written"):
        create(tmp_path / "runs")


def test_folder_that_becomes_read_only_ends_the_run_as_failed(tmp_path: Path, read_only: ReadOnly) -> None:
    writer = create(tmp_path)
    table = writer.table("t", [Column("a", "i4")])
    table.append(a=1)
    with read_only(writer.folder), pytest.raises(RecordError, match="can no longer be written"):
        writer.flush()
    with pytest.raises(RecordError, match="can no longer be written"):
        table.append(a=2)
    with pytest.raises(RecordError, match="can no longer be written"):
        writer.finish()
    assert not list(writer.folder.glob(".*"))
    record = Record.open(writer.folder)
    assert record.table("t").read().tolist() == [(1,)]
    assert record.status().status == "failed"
    assert "can no longer be written" in str(record.status().error)


@pytest.mark.skipif(sys.platform == "win32", reason="open files cannot be deleted there")
def test_vanished_folder_is_told_at_the_next_append(tmp_path: Path) -> None:
    writer = create(tmp_path)
    table = writer.table("t", [Column("a", "i4")])
    table.append(a=1)
    shutil.rmtree(writer.folder)

    def go_on() -> None:
        deadline = time.monotonic() + 6 * BEAT_SECONDS
        while time.monotonic() < deadline:
            table.append(a=2)
            time.sleep(0.02)

    with pytest.raises(RecordError, match="can no longer be written"):
        go_on()
    with pytest.raises(RecordError):
        writer.finish()
    assert not writer.folder.exists()


FULL = """
import resource, signal, sys
from engine.runs import Column, RecordError, RecordWriter

writer = RecordWriter.create(sys.argv[1], experiment="full", configuration={})
table = writer.table("t", [Column("n", "i8"), Column("pad", "u1", (992,))])
resource.setrlimit(resource.RLIMIT_FSIZE, (5_000_500, 5_000_500))  # the system refuses as a full disk does
try:
    for n in range(1_000_000):
        table.append(n=n, pad=0)
except RecordError as error:
    print(writer.folder)
    print(error)
try:
    writer.finish("finished", {"n": 1})
except RecordError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit there")
def test_full_disk_keeps_what_fitted_and_says_failed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FULL, str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    folder, *messages = ended.stdout.splitlines()
    assert len(messages) == 2
    assert all(
        "can no longer be written (File too large); what was written before is kept" in text for text in messages
    )
    record = Record.open(Path(folder))
    status = record.status()
    assert status.status == "failed"
    assert "can no longer be written" in str(status.error)
    np.testing.assert_array_equal(record.table("t").column("n"), np.arange(5000))
