from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadInput
from engine.runs import Column, Record, RecordWriter, RunStatus, derive_status
from engine.runs.processes import host_name, is_alive, process_start


def test_a_growing_record_is_followed_by_one_reader(tmp_path: Path) -> None:
    with RecordWriter.create(tmp_path, experiment="test", configuration={}) as writer:
        table = writer.table("t", [Column("n", "i4")])
        record = Record.open(writer.folder)
        reader = record.table("t")
        assert (len(reader), record.events("e"), record.scalars("s")[0].tolist()) == (0, [], [])
        handed_out = []
        for n in range(600):
            table.append(n=n)
            writer.event("e", {"n": n})
            writer.scalar("s", n / 2, n)
            writer.scalar("other", -n, n)
            if n % 100 == 99:
                writer.flush()
                assert len(reader) == n + 1
                assert reader.read(-1)["n"].tolist() == [n]
                assert [event["n"] for event in record.events("e", n - 1)] == [n - 1, n]
                handed_out.append(record.scalars("s"))
        for number, (steps, values) in enumerate(handed_out):  # arrays given earlier never change
            np.testing.assert_array_equal(steps, np.arange(100 * (number + 1)))
            np.testing.assert_array_equal(values, np.arange(100 * (number + 1)) / 2)
            assert not values.flags.writeable
        assert record.scalars("other")[1][-1] == -599


@pytest.mark.parametrize("bounds", [(0, None), (1, 3), (-2, None), (2, 1), (50, 60), (0, 10**12), (-(10**12), -1)])
def test_read_takes_slices(finished: Record, bounds: tuple[int, int | None]) -> None:
    table = finished.table("nodes")
    everything = np.arange(3)[slice(*bounds)]
    assert table.read(*bounds)["episode"].tolist() == everything.tolist()
    assert table.column("belief", *bounds)[:, 1, 2].tolist() == everything.tolist()
    assert table.column("belief", *bounds).shape == (len(everything), 2, 3)


def test_torn_ends_are_ignored_and_completed_later(finished: Record) -> None:
    rows, events = finished.folder / "nodes.rows", finished.folder / "lines.jsonl"
    whole = finished.table("nodes").read()
    with open(rows, "ab") as file:
        file.write(b"\x01" * 7)
    with open(events, "ab") as file:
        file.write(b'{"line": ')
    np.testing.assert_array_equal(finished.table("nodes").read(), whole)
    assert len(finished.events("lines")) == 2
    with open(events, "ab") as file:
        file.write(b"3}\nnot json\n[1]\n{}\n")
    assert finished.events("lines", 2) == [{"line": 3}, {}]
    assert finished.event_reader("lines").damaged == 2


def test_a_stream_that_shrinks_is_noticed(finished: Record) -> None:
    finished.events("lines")
    os.truncate(finished.folder / "lines.jsonl", 3)
    with pytest.raises(BadInput, match="became shorter"):
        finished.events("lines")
    os.truncate(finished.folder / "nodes.rows", 0)
    assert len(finished.table("nodes").read()) == 0


def test_what_is_not_there_is_named(finished: Record) -> None:
    with pytest.raises(BadInput, match=r"no table 'rewards'; it has nodes, scalars"):
        finished.table("rewards")
    with pytest.raises(BadInput, match=r"no column 'value'; it has episode, reward, belief"):
        finished.table("nodes").column("value")
    with pytest.raises(BadInput, match=r"no checkpoint 'first'; it has last"):
        finished.checkpoint("first")
    with pytest.raises(BadInput, match="There is no record folder"):
        Record.open(finished.folder / "elsewhere")
    with pytest.raises(BadInput, match=r"not a record: it has no run\.json"):
        Record.open(finished.folder / "checkpoints")
    for name in ("../nodes", "/etc/passwd", ""):
        for read in (finished.table, finished.events, finished.checkpoint):
            with pytest.raises(BadInput, match="cannot be used"):
                read(name)


def status(**changes: object) -> RunStatus:
    pid = os.getpid()
    made = {"status": "running", "heartbeat": time.time(), "pid": pid, "process_started": process_start(pid)}
    return RunStatus(**{**made, "host": host_name(), **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("error_of_clock", [-1e6, -61, 0, 1e6])
def test_on_this_machine_the_process_decides_whatever_the_clock_says(error_of_clock: float) -> None:
    heartbeat = time.time() + error_of_clock
    assert derive_status(status(heartbeat=heartbeat)).status == "running"
    assert derive_status(status(heartbeat=heartbeat, process_started=1.0)).status == "interrupted"  # the pid was reused
    assert derive_status(status(heartbeat=heartbeat, pid=2**31 - 1)).status == "interrupted"


def test_elsewhere_the_heartbeat_decides() -> None:
    now = time.time()
    for age, expected in ((0, "running"), (50, "running"), (70, "interrupted"), (-1000, "running")):
        assert derive_status(status(host="another", pid=2**31 - 1, heartbeat=now - age)).status == expected
    for ended in ("finished", "stopped", "failed", "crashed"):
        assert derive_status(status(host="another", heartbeat=0, status=ended)).status == ended


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the start of a process is a time of day")
def test_start_of_a_process_is_counted_from_boot() -> None:
    before = time.clock_gettime(time.CLOCK_BOOTTIME)
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    after = time.clock_gettime(time.CLOCK_BOOTTIME)
    started = process_start(child.pid)
    assert started is not None
    assert before - 0.02 <= started <= after + 0.02
    assert is_alive(child.pid, started)
    child.kill()
    child.communicate()
    assert not is_alive(child.pid, started)


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b'{"status": "dancing"}', b"\xff\xfe"])
def test_damaged_status_leaves_the_rest_readable(finished: Record, content: bytes | None) -> None:
    path = finished.folder / "status.json"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    found = finished.status()
    assert found.status == "running"  # the process that wrote it, this one, is alive
    assert "status.json" in str(found.error)
    run = json.loads((finished.folder / "run.json").read_bytes())
    (finished.folder / "run.json").write_text(json.dumps(run | {"process_started": 1.0}))
    again = Record.open(finished.folder)
    assert again.status().status == "interrupted"
    assert len(again.table("nodes")) == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "damaged: it is not valid JSON"),
        (b'{"format": 1', "damaged: it is not valid JSON"),
        (b"[1, 2]", "should hold one JSON object"),
        (b"{}", "does not describe a run"),
        (b'{"format": true}', "does not describe a run"),
        (b'{"format": 1}', "damaged at 'id': it is missing"),
        (b'{"format": 7}', "newer version"),
        (b"[" * 100_000, "not valid JSON"),
        (b'{"format": 1, "id": "' + b"x" * (65 << 20) + b'"}', "larger"),
    ],
)
def test_damaged_run_json_is_named(finished: Record, content: bytes, words: str) -> None:
    (finished.folder / "run.json").write_bytes(content)
    with pytest.raises(BadInput, match=words):
        Record.open(finished.folder)


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders there")
@pytest.mark.parametrize(
    "name", ["run.json", "status.json", "nodes.columns.json", "nodes.rows", "lines.jsonl", "log.txt"]
)
def test_pipes_and_devices_in_place_of_files_never_hang(finished: Record, name: str) -> None:
    for make in (os.mkfifo, lambda path: os.symlink("/dev/zero", path), os.mkdir):
        (finished.folder / name).unlink() if (finished.folder / name).is_file() else None
        make(finished.folder / name)
        with pytest.raises(BadInput, match="not an ordinary file"):
            _read_all(Record.open(finished.folder))
        (os.rmdir if make is os.mkdir else os.unlink)(finished.folder / name)


def _read_all(record: Record) -> None:
    damage = record.status().error
    if damage is not None:
        raise BadInput(damage)
    record.table("nodes").read()
    record.events("lines")
    record.scalars("score")
    record.log()


def test_a_million_steps_open_in_milliseconds(tmp_path: Path) -> None:
    with RecordWriter.create(tmp_path, experiment="test", configuration={}) as writer:
        table = writer.table("t", [Column("n", "i4"), Column("x", "f4", (8,))])
        for start in range(0, 1_000_000, 100_000):
            rows = np.zeros(100_000, table.dtype)
            rows["n"] = np.arange(start, start + 100_000)
            table.extend(rows)
    seconds = []
    for _ in range(5):
        began = time.perf_counter()
        reader = Record.open(writer.folder).table("t")
        assert len(reader) == 1_000_000
        assert reader.read(765_432, 765_433)["n"][0] == 765_432
        seconds.append(time.perf_counter() - began)
    assert min(seconds) < 0.02


def test_copied_and_renamed_folder_is_another_run(finished: Record, tmp_path: Path) -> None:
    shutil.copytree(finished.folder, tmp_path / "my best run")
    assert Record.open(tmp_path / "my best run").id == "my best run"


def test_importing_the_package_costs_neither_torch_nor_sqlite() -> None:
    code = (
        "import sys, engine.runs; print([m for m in ('torch', 'sqlite3', 'safetensors', 'psutil') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
