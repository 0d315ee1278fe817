"""Records on their way from another machine; a real Ray of two workers, one of which is killed."""

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.runs import Record
from engine.runs.difference import compare_records
from engine.runs.files import RecordError
from engine.runs.writer import RecordWriter
from engine.service.cluster import run_remotely
from engine.service.crash import mark_lost
from engine.service.streaming import Piece, Receiver, Sender

PULSE = {"experiment": "pulse", "configuration": {"steps": 40, "rate_hz": 500.0}, "seed": 3}


def test_a_growing_record_arrives_as_it_is(tmp_path):
    with RecordWriter.create(tmp_path / "there", experiment="alchemy", configuration={"a": 1}) as writer:
        sender, receiver = Sender(writer.folder), Receiver(tmp_path / "here", writer.id)
        for step in range(5):
            writer.scalar("x", step, step)
            writer.event("lines", {"n": step})
            writer.checkpoint("last", {}, {"step": str(step)})
            writer.flush()
            for piece in sender.news():
                receiver.take(piece)
            copy = Record.open(receiver.folder)
            assert copy.scalars("x")[0].tolist() == list(range(step + 1))
            assert len(copy.events("lines")) == step + 1
            assert copy.status().status == "running"
        assert [piece.name for piece in sender.news() if piece.name != "status.json"] == []
    for piece in sender.news():
        receiver.take(piece)
    assert compare_records(Record.open(writer.folder), Record.open(receiver.folder)).identical
    names = [
        sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))
        for folder in (writer.folder, receiver.folder)
    ]
    assert names[0] == names[1]


def test_pieces_that_no_record_has_are_refused(tmp_path):
    receiver = Receiver(tmp_path, "20260101-000000-pulse-0000")
    for name in ("../evil", "/etc/passwd", "a/b", ".hidden", "checkpoints/../../x", ""):
        with pytest.raises(RecordError, match="no file of a record"):
            receiver.take(Piece(name, -1, b"x"))
    receiver.take(Piece("a.rows", 0, b"1234"))
    with pytest.raises(RecordError, match="has 4 bytes where a piece from 6 on"):
        receiver.take(Piece("a.rows", 6, b"78"))
    with pytest.raises(RecordError, match="no id"):
        Receiver(tmp_path, "../runs")


def test_the_workers_half_streams_the_record_and_how_it_ended(tmp_path):
    messages = list(run_remotely(PULSE))
    receiver = Receiver(tmp_path, messages[0]["record"])
    for message in messages[:-1]:
        for piece in message["pieces"]:
            receiver.take(Piece(*piece))
    record = Record.open(receiver.folder)
    assert messages[-1]["ended"]["status"] == record.status().status == "finished"
    assert record.metadata.seed == 3
    assert len(record.table("pulses")) == 40
    (refused,) = run_remotely({**PULSE, "configuration": {"steps": 0}})
    assert refused["ended"]["status"] == "failed"
    assert "steps may be" in refused["ended"]["error"]


def test_what_arrived_of_a_lost_run_is_marked(tmp_path):
    messages = list(run_remotely(PULSE))
    pieces = [piece for message in messages[:-1] for piece in message["pieces"]]
    whole, part, little = (Receiver(tmp_path / name, messages[0]["record"]) for name in "abc")
    for piece in pieces:
        whole.take(Piece(*piece))
    for piece in messages[0]["pieces"]:
        part.take(Piece(*piece))
    little.take(Piece("log.txt", 0, b"began"))
    if json.loads((part.folder / "status.json").read_text())["status"] == "running":
        assert mark_lost(part.folder, "crashed", "The cluster lost this run").status == "crashed"
        assert Record.open(part.folder).status().error == "The cluster lost this run"
    assert mark_lost(whole.folder, "crashed", "lost").status == "finished"
    assert mark_lost(little.folder, "crashed", "lost") is None
    assert not little.folder.exists()


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="ray is not installed (athanor[cluster])")
def test_a_sweep_on_two_workers_survives_the_death_of_one(tmp_path):
    """About half a minute, most of which Ray takes to start."""
    environment = {**os.environ, "ATHANOR_HOME": str(tmp_path), "RAY_TMPDIR": "/tmp"}
    command = [sys.executable, "-m", "engine.cli", "sweep", "pulse", "--set", "rate_hz=200", "--grid", "steps=500,501",
               "seed=1,2", "--ray", "local", "--json"]  # fmt: skip
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        victim = _first_run(tmp_path / "runs", process)
        pid = victim.metadata.pid
        while victim.status().done < 50:
            time.sleep(0.1)
        os.kill(pid, signal.SIGKILL)
        out, errors = process.communicate(timeout=100)
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(tmp_path / "ray", ignore_errors=True)
    summary = json.loads(out.splitlines()[-1])
    assert summary["statuses"] == {"finished": 4}, errors
    assert summary["missing"] == 0
    (again,) = [run for run in summary["runs"] if run["attempts"] == 2]
    assert victim.status().status == "crashed"
    assert "The cluster lost this run" in victim.status().error
    redone = Record.open(again["record"])
    assert redone.metadata.configuration == victim.metadata.configuration
    assert redone.metadata.seed == victim.metadata.seed
    assert len(redone.table("pulses")) == redone.metadata.configuration["steps"]
    records = {path.parent.name for path in (tmp_path / "runs").glob("*/run.json")}
    assert records == {victim.id, *(Path(run["record"]).name for run in summary["runs"])}


def _first_run(folder, process):
    for _ in range(900):
        assert process.poll() is None, process.stderr.read()
        found = sorted(folder.glob("*/run.json"))
        if found:
            return Record.open(found[0].parent)
        time.sleep(0.1)
    raise AssertionError("no run began")
