"""``kill -9`` at any moment: what the record still holds, and what it says about itself."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from engine.runs import Record, RecordError, RunIndex

CHILD = """
import sys, time
from engine.runs import Column, RecordWriter

writer = RecordWriter.create(sys.argv[1], experiment="killed", configuration={})
table = writer.table("t", [Column("n", "i8"), Column("time", "f8"), Column("pad", "u1", (37,))])
print(writer.folder, flush=True)
n = 0
while True:
    now = time.monotonic()
    table.append(n=n, time=now, pad=n % 251)
    writer.event("e", {"n": n, "time": now, "words": "x" * (n % 100)})
    writer.scalar("s", now, n)
    n += 1
    if n % 5 == 0:
        time.sleep(0.001)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the clocks of two processes are not comparable there")
def test_kill_loses_at_most_a_second(tmp_path: Path) -> None:
    chance = random.Random(20260101)
    children = []
    for number in range(4):
        command = [sys.executable, "-c", CHILD, str(tmp_path / f"runs{number}")]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        children.append((child, Path(child.stdout.readline().strip())))
    time.sleep(1.1)  # the youngest has been writing for longer than a second
    for child, folder in children:
        time.sleep(chance.uniform(0, 0.5))
        record = Record.open(folder)
        assert record.status().status == "running"
        child.kill()
        killed = time.monotonic()
        child.wait()
        assert child.stdout is not None
        child.stdout.close()
        status = record.status()
        assert status.status == "interrupted"
        assert status.error is None
        rows = record.table("t").read()
        np.testing.assert_array_equal(rows["n"], np.arange(len(rows)))
        np.testing.assert_array_equal(rows["pad"], np.repeat(rows["n"][:, None] % 251, 37, axis=1))
        assert killed - rows["time"][-1] < 1.0
        events = record.events("e")
        assert [event["n"] for event in events] == list(range(len(events)))
        assert record.event_reader("e").damaged == 0
        assert killed - events[-1]["time"] < 1.0
        steps, values = record.scalars("s")
        np.testing.assert_array_equal(steps, np.arange(len(steps)))
        assert killed - values[-1] < 1.0


def test_an_ended_but_unreaped_process_is_gone(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    record = Record.open(child.stdout.readline().strip())
    index = RunIndex(tmp_path)
    index.refresh()
    assert index.get(record.id).status == "running"
    with pytest.raises(RecordError, match="still running; stop it first"):
        index.delete(record.id)
    child.kill()
    deadline = time.monotonic() + 5
    while record.status().status == "running" and time.monotonic() < deadline:
        time.sleep(0.01)
    assert record.status().status == "interrupted"  # although nobody has waited for the child yet
    index.refresh()
    assert index.get(record.id).status == "interrupted"
    child.wait()
    child.stdout.close()
    index.close()
