"""The writing end at its limits: long lines, many curves, a taken name, and a status that must still be told."""

from __future__ import annotations

import errno
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from engine.runs import Column, Record, RecordError, RecordWriter
from engine.runs import writer as writer_module
from engine.runs.processes import is_alive, process_start


def create(folder: Path) -> RecordWriter:
    return RecordWriter.create(folder, experiment="test", configuration={})


def test_a_long_line_is_handed_to_the_system_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "BEAT_SECONDS", 60.0)  # so that it is not the beat that writes
    writer = create(tmp_path)
    assert writer.event("e", {"n": 0}) == 0
    assert (writer.folder / "e.jsonl").stat().st_size == 0
    assert writer.event("e", {"text": "x" * (1 << 20)}) == 1
    assert [sorted(event) for event in Record.open(writer.folder).events("e")] == [["n"], ["text"]]
    writer.finish()


def test_a_record_has_at_most_so_many_curves(tmp_path: Path) -> None:
    with create(tmp_path) as writer:
        writer.scalar("first", 1, 0)
        writer._scalar_keys |= {f"curve {number}": number for number in range(1, 65_535)}
        writer.scalar("last", 2, 0)
        with pytest.raises(RecordError, match="at most 65,536 different scalars"):
            writer.scalar("one more", 3, 0)
        writer.scalar("first", 4, 1)
    rows = Record.open(writer.folder).table("scalars").read()
    assert rows[["key", "value"]].tolist() == [(0, 1), (65_535, 2), (0, 4)]


def test_a_whole_curve_may_come_in_parts(tmp_path: Path) -> None:
    with create(tmp_path) as writer:
        writer.scalars("loss", [1, 2], [0.5, 0.25], [7.0, 8.0])
        writer.scalar("other", 3, 1)
        writer.scalars("loss", [3], [0.125], [9.0])
    steps, values = Record.open(writer.folder).scalars("loss")
    assert (steps.tolist(), values.tolist()) == ([1, 2, 3], [0.5, 0.25, 0.125])


def test_a_run_cannot_end_as_running(tmp_path: Path) -> None:
    with create(tmp_path) as writer:
        with pytest.raises(ValueError, match="A run cannot end as 'running'"):
            writer.finish("running")
        writer.event("e", {"still": "open"})
    assert Record.open(writer.folder).status().status == "finished"


def test_two_runs_of_one_second_and_one_chance_get_two_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = ["aaaa", "aaaa", "aaaa", "bbbb"]
    monkeypatch.setattr(secrets, "token_hex", lambda _: drawn.pop(0))
    first = writer_module._new_folder(tmp_path, "20260101-000000-test")
    (first / "kept").write_text("")
    assert writer_module._new_folder(tmp_path, "20260101-000000-test").name.endswith("-bbbb")
    assert (first / "kept").exists()


def test_whatever_the_beat_meets_is_told_at_the_next_append(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "BEAT_SECONDS", 0.02)
    writer = create(tmp_path)
    table = writer.table("t", [Column("a", "i4")])
    table.append(a=1)
    writer.flush()
    table._file.close()

    def go_on() -> None:
        end = time.monotonic() + 5
        while time.monotonic() < end:
            table.append(a=2)
            time.sleep(0.01)

    with pytest.raises(RecordError, match=r"can no longer be written: ValueError\('.*closed file"):
        go_on()
    with pytest.raises(RecordError, match="can no longer be written"):
        writer.finish()
    record = Record.open(writer.folder)
    assert record.table("t").read().tolist() == [(1,)]
    assert record.status().status == "failed"


def test_a_disk_with_room_for_no_second_file_still_learns_that_the_run_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(writer_module, "BEAT_SECONDS", 60.0)
    writer = create(tmp_path)
    writer.progress(3, 10, "a unit so long that the line of a status before is longer than the one after " * 20)
    writer.flush()
    writer.progress(4, 10, "steps")
    with monkeypatch.context() as crowded:
        crowded.setattr(writer_module, "write_atomically", full)
        with pytest.raises(RecordError, match="No space left on device"):
            writer.finish(result={"n": 1})
    status = Record.open(writer.folder).status()
    assert (status.status, status.done, status.unit, status.result) == ("failed", 4, "steps", {"n": 1})
    assert "can no longer be written (No space left on device); what was written before is kept" in str(status.error)


@pytest.mark.skipif(os.name != "posix", reason="zombies as on POSIX")
def test_processes_of_other_systems_are_asked_for_through_psutil(monkeypatch: pytest.MonkeyPatch) -> None:
    own = psutil.Process().create_time()
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)  # ended, and not yet reaped
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr("engine.runs.processes.sys.platform", "darwin")
            assert process_start(ended.pid) is None
            assert process_start(os.getpid()) == pytest.approx(own, abs=0.01)
            assert is_alive(os.getpid(), own)
            assert not is_alive(os.getpid(), own - 1), "another process that had the same number"
            for gone in (2**22 + 5, -1, 2**70):
                assert process_start(gone) is None
