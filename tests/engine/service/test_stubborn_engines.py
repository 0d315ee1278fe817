"""Engines that do not listen: unwound after two seconds, killed after five, called stalled while they are silent."""

import os
import signal
import sys
import time

import psutil
import pytest

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")


def underway(job):
    return lambda snapshot: (state := snapshot.job(job)) is not None and state.status == "running" and state.done > 0


@POSIX
def test_a_job_that_ignores_stop_is_unwound_and_its_record_completed(make_engine, pulse, until, status_of):
    engine = make_engine()
    job = engine.submit(pulse(fault="ignore-stop", rate_hz=50.0))
    pid = until(engine, underway(job)).lanes[0].pid
    engine.stop(job)
    state = engine.wait(job, 10)
    assert state.status == status_of(state).status == "stopped"
    assert engine.wait(engine.submit(pulse(steps=3)), 20).status == "finished"
    assert engine.snapshot().lanes[0].pid == pid  # it did not cost the engine


@POSIX
def test_an_insistence_that_comes_too_late_does_not_cost_the_engine(make_engine, pulse, until):
    engine = make_engine()
    assert engine.wait(engine.submit(pulse(steps=3)), 20).status == "finished"
    pid = engine.snapshot().lanes[0].pid
    os.kill(pid, signal.SIGTERM)  # as when a job that was slow to stop ends in the same moment
    state = engine.wait(engine.submit(pulse(steps=3)), 20)
    assert (state.status, state.error) == ("finished", None)
    assert engine.snapshot().lanes[0].pid == pid


STUBBORN = """
import json, signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
def say(**message):
    sys.stdout.write(json.dumps(message) + "\\n")
    sys.stdout.flush()
say(type="Ready", pid=1, versions={}, version=1)
for line in sys.stdin:
    if '"Submit"' in line:
        job = json.loads(line)["job"]["id"]
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"], stdin=subprocess.DEVNULL)
        print(f"child {child.pid}", file=sys.stderr, flush=True)
        say(type="Progress", job=job, done=1, total=9, unit="", rate=1.0)
        say(type="Started", job=job, record=None)
"""


@POSIX
def test_a_process_that_ignores_everything_is_killed_with_its_descendants(make_engine, pulse, until):
    engine = make_engine(command=[sys.executable, "-c", STUBBORN])
    job = engine.submit(pulse())
    until(engine, underway(job))
    said = "child "  # by its standard error, which another thread reads
    until(engine, lambda snapshot: any(line.startswith(said) for line in engine.recent_log()))
    (line,) = [line for line in engine.recent_log() if line.startswith(said)]
    grandchild = psutil.Process(int(line.split()[1]))
    began = time.monotonic()
    engine.stop(job)
    until(engine, lambda snapshot: snapshot.job(job).status == "stopping")
    until(engine, lambda snapshot: snapshot.lanes[0].state == "stalled")  # it never beats
    state = engine.wait(job, 15)
    assert 4.5 < time.monotonic() - began < 10
    assert state.status == "stopped"
    assert "SIGKILL" in state.error
    assert grandchild.wait(5) is None or not grandchild.is_running()


@POSIX
def test_a_frozen_process_is_called_stalled_and_recovers(make_engine, until):
    engine = make_engine()
    engine.warm()
    pid = until(engine, lambda snapshot: snapshot.state == "idle" and snapshot.rss > 0).lanes[0].pid
    os.kill(pid, signal.SIGSTOP)
    try:
        until(engine, lambda snapshot: snapshot.state == "stalled")
    finally:
        os.kill(pid, signal.SIGCONT)
    until(engine, lambda snapshot: snapshot.state == "idle")
