"""``kill -9`` of the engine or of whoever supervises it, at random moments: every record stays readable, at most a
second is lost, and nothing goes on claiming that it runs.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest

from engine.runs import Record

SUPERVISOR = """
import sys, time
from pathlib import Path
from engine.service.jobs import Job
from engine.service.thread import EngineThread

engine = EngineThread("process")
engine.start()
job = engine.submit(Job("pulse", {"steps": 100000, "rate_hz": 500.0}))
while (state := engine.snapshot().job(job)) is None or not state.record:
    time.sleep(0.01)
print(state.record, flush=True)
while not engine.snapshot().job(job).ended:
    time.sleep(0.01)
print(engine.snapshot().job(job).status, flush=True)
engine.shutdown()
"""


@contextlib.contextmanager
def started(home):
    """A supervisor with an engine that has begun a run: the former's process, the latter's, and the record."""
    environment = {**os.environ, "ATHANOR_HOME": str(home), "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            record = Record.open(process.stdout.readline().strip())
            children = psutil.Process(process.pid).children()
            (engine,) = [child for child in children if "engine" in " ".join(child.cmdline())]
            yield process, engine, record
        finally:
            process.kill()
            process.stdout.close()
            process.wait(20)


def has_ended(process):
    """Gone, or a zombie that waits to be asked for by the first process of the system: that is no leftover."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def kill_once(home, victim, moment):
    """Start a supervisor with an engine, kill one of them ``moment`` seconds after the first record; gives it."""
    with started(home) as (process, engine, record):
        time.sleep(moment)
        (engine if victim == "engine" else process).send_signal(signal.SIGKILL)
        killed = time.time()
        if victim == "engine":
            assert process.stdout.readline().strip() == "crashed"
            process.wait(20)
    until = time.monotonic() + 20
    while not has_ended(engine) and time.monotonic() < until:
        time.sleep(0.02)
    assert has_ended(engine)
    return record, killed


def check(record, victim, killed):
    assert record.status().status == ("crashed" if victim == "engine" else record.status().status)
    assert record.status().status in ("crashed", "interrupted", "stopped")
    tables = record.tables()  # killed at once, it may not have come to its first row
    rows = record.table("pulses").read()["step"] if "pulses" in tables else np.zeros(0)
    np.testing.assert_array_equal(rows, np.arange(len(rows)))
    steps, values = record.scalars("late_ms") if "scalars" in tables else ((), ())
    assert len(steps) == len(values)
    if killed - record.status().heartbeat > 0:
        assert killed - record.status().heartbeat < 1.0 + 0.5  # the beat and a busy machine
    assert len(rows) or killed - record.status().heartbeat < 1.5


def kill(home, count, seed):
    chance, failed = random.Random(seed), []
    for number in range(count):
        victim, moment = ("engine", "supervisor")[number % 2], chance.uniform(0.0, 0.8)
        record, killed = kill_once(home, victim, moment)
        try:
            check(record, victim, killed)
        except AssertionError as problem:  # the others are tried all the same: the figure is how many of all
            failed.append(f"{number}: {victim} after {moment:.3f} s, {record.folder}: {problem}")
    assert not failed, f"{count - len(failed)} of {count} survived\n" + "\n".join(failed)


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_kills_at_random_moments_leave_readable_records(tmp_path):
    kill(tmp_path, 2, 1)


@pytest.mark.slow
@pytest.mark.timeout(5400)
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_two_hundred_kills(tmp_path):
    kill(tmp_path, 200, 2)
