"""What a machine does to a run: a laptop that sleeps, memory that runs out, a GPU that goes away."""

import signal
import sys
import time
import types

import numpy as np
import psutil
import pytest

from engine.errors import BadInput
from engine.runs import Record
from engine.service import devices
from engine.service.jobs import Job
from engine.service.thread import EngineThread
from tests.engine.faults.test_kills import started


@pytest.mark.skipif(sys.platform == "win32", reason="signals as on POSIX")
def test_a_suspended_laptop_costs_a_run_nothing(tmp_path):
    with started(tmp_path) as (process, engine, record):
        everyone = [psutil.Process(process.pid), engine]
        for one in everyone:
            one.send_signal(signal.SIGSTOP)
        time.sleep(1.5)  # longer than a beat: to a reader the run looks asleep, not dead
        assert record.status().status == "running"
        before = len(record.table("pulses"))
        for one in reversed(everyone):
            one.send_signal(signal.SIGCONT)
        until = time.monotonic() + 20
        while len(record.table("pulses")) <= before and time.monotonic() < until:
            time.sleep(0.05)
        rows = record.table("pulses").read()["step"]
        assert len(rows) > before
        np.testing.assert_array_equal(rows, np.arange(len(rows)))
        assert record.status().status == "running"


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (MemoryError(), "There was not enough memory"),
        (RuntimeError("CUDA error: device-side assert triggered"), "CUDA error"),
        (RuntimeError("CUDA out of memory. Tried to allocate 20.00 GiB"), "CUDA out of memory"),
    ],
    ids=["memory", "GPU lost", "GPU full"],
)
def test_a_job_that_the_machine_fails_says_why_keeps_its_rows_and_costs_no_engine(
    tmp_path, monkeypatch, problem, words
):
    from engine.experiments import pulse

    real = pulse.run

    def fail_later(configuration, context):
        real(configuration, context)
        raise problem

    monkeypatch.setattr(pulse, "run", fail_later)
    engine = EngineThread("inline")
    engine.start()
    try:
        job = engine.submit(Job("pulse", {"steps": 7, "rate_hz": 500.0}, runs_folder=str(tmp_path)))
        state = engine.wait(job, 20)
        record = Record.open(state.record)
        assert state.status == record.status().status == "failed"
        assert words in record.status().error
        assert len(record.table("pulses")) == 7
        monkeypatch.setattr(pulse, "run", real)
        again = engine.submit(Job("pulse", {"steps": 3, "rate_hz": 500.0}, runs_folder=str(tmp_path)))
        assert engine.wait(again, 20).status == "finished"
    finally:
        engine.shutdown(2.0)


def test_a_gpu_that_is_gone_is_named_before_a_job_begins(monkeypatch):
    counts = iter([2, 1, 0])
    gone = types.SimpleNamespace(
        cuda=types.SimpleNamespace(is_available=lambda: True, device_count=lambda: next(counts))
    )
    monkeypatch.setitem(sys.modules, "torch", gone)
    assert devices.resolve_device("cuda:1") == "cuda:1"
    with pytest.raises(BadInput, match="there are 1"):
        devices.resolve_device("cuda:1")
    assert devices.resolve_device("auto") == "cpu"
