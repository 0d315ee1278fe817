"""``kill -9`` of the engine or of whoever supervises it, at random moments: every record stays readable, at most a
second is lost, and nothing goes on claiming that it runs.
"""

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


def kill_once(home, victim, moment):
    """Start a supervisor with an engine, kill one of them ``moment`` seconds after the first record; gives it."""
    environment = {**os.environ, "ATHANOR_HOME": str(home), "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        record = Record.open(process.stdout.readline().strip())
        (engine,) = [child for child in psutil.Process(process.pid).children() if "engine" in " ".join(child.cmdline())]
        time.sleep(moment)
        (engine if victim == "engine" else process).send_signal(signal.SIGKILL)
        killed = time.time()
        if victim == "engine":
            assert process.stdout.readline().strip() == "crashed"
        process.stdout.close()
        process.wait(20)
    assert psutil.wait_procs([engine], 10)[1] == []
    return record, killed


def check(record, victim, killed):
    assert record.status().status == ("crashed" if victim == "engine" else record.status().status)
    assert record.status().status in ("crashed", "interrupted", "stopped")
    rows = record.table("pulses").read()
    np.testing.assert_array_equal(rows["step"], np.arange(len(rows)))
    steps, values = record.scalars("late_ms")
    assert len(steps) == len(values)
    if killed - record.status().heartbeat > 0:
        assert killed - record.status().heartbeat < 1.0 + 0.5  # the beat and a busy machine
    assert len(rows) or killed - record.status().heartbeat < 1.5


def kill(home, count, seed):
    chance = random.Random(seed)
    for number in range(count):
        victim = ("engine", "supervisor")[number % 2]
        check(*((found := kill_once(home, victim, chance.uniform(0.0, 0.8)))[0], victim, found[1]))


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_kills_at_random_moments_leave_readable_records(tmp_path):
    kill(tmp_path, 4, 1)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_two_hundred_kills(tmp_path):
    kill(tmp_path, 200, 2)
