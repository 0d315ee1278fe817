"""One contract, two engines: every scenario holds for the child process and for the inline thread."""

import dataclasses
import queue
import threading
import time

import pytest

from engine.experiments.catalogue import EXPERIMENTS
from engine.runs import Record
from engine.service.jobs import Job
from engine.service.protocol import Finished, Prepare, Stop, Submit
from engine.service.server import Server


@pytest.fixture(params=["process", "inline"])
def engine(request, make_engine):
    return make_engine(request.param)


def has(job, **wanted):
    return lambda snapshot: (
        (state := snapshot.job(job)) is not None and all(getattr(state, key) == value for key, value in wanted.items())
    )


def underway(job):
    return lambda snapshot: (state := snapshot.job(job)) is not None and state.status == "running" and state.done > 0


def test_a_job_runs_to_its_end_and_leaves_its_record(engine, pulse):
    job = engine.submit(pulse(steps=50))
    state = engine.wait(job, 20)
    assert (state.status, state.done, state.total, state.unit) == ("finished", 50, 50, "steps")
    record = Record.open(state.record)
    assert record.status().result == state.result
    assert state.result["steps"] == 50
    assert record.table("pulses").read()["step"].tolist() == list(range(50))
    assert len(record.scalars("late_ms")[0]) == 50


def test_progress_comes_with_rate_and_time_left(engine, pulse, until):
    job = engine.submit(pulse(steps=100_000, rate_hz=200.0))
    state = until(engine, lambda snapshot: underway(job)(snapshot) and snapshot.job(job).done > 150).job(job)
    assert 100 < state.rate < 250
    assert state.seconds_left == pytest.approx((state.total - state.done) / state.rate)
    until(engine, lambda snapshot: snapshot.rss > 1e6 and snapshot.steps_per_second > 0 and snapshot.state == "busy")


def test_stop_is_quick_and_keeps_the_record(engine, pulse, until, status_of):
    waits = []
    for _ in range(3):
        job = engine.submit(pulse(rate_hz=1.0))  # a step takes a second: stopping must not wait for it
        until(engine, underway(job))
        began = time.monotonic()
        engine.stop(job)
        state = engine.wait(job, 10)
        waits.append(time.monotonic() - began)
        assert state.status == status_of(state).status == "stopped"
        assert len(Record.open(state.record).table("pulses")) >= 1
    assert min(waits) < 0.1
    assert max(waits) < 1.0


def test_pause_holds_and_step_lets_exactly_one_pass(engine, pulse, until):
    job = engine.submit(pulse())
    until(engine, underway(job))
    engine.pause(job)
    state = until(engine, has(job, status="paused")).job(job)
    rows = len(Record.open(state.record).table("pulses"))
    assert rows == state.done  # what was done can be read while it waits
    for more in (1, 2, 3):
        engine.step(job)
        until(engine, has(job, done=rows + more, status="paused"))
        table = Record.open(state.record).table("pulses")
        until(engine, lambda _, table=table, count=rows + more: len(table) == count)  # written as it waits again
    engine.resume(job)
    until(engine, lambda snapshot: underway(job)(snapshot) and snapshot.job(job).done > rows + 10)
    engine.pause(job)
    until(engine, has(job, status="paused"))
    engine.stop(job)
    assert engine.wait(job, 5).status == "stopped"


def test_jobs_of_a_lane_run_in_order_and_a_waiting_one_can_be_taken_back(engine, pulse):
    jobs = [engine.submit(pulse(steps=20)) for _ in range(3)]
    last = engine.submit(pulse(steps=5))
    engine.stop(jobs[1])
    states = [engine.wait(job, 20) for job in (*jobs, last)]
    assert [state.status for state in states] == ["finished", "stopped", "finished", "finished"]
    assert states[1].record is None
    ends = [Record.open(states[k].record).status().heartbeat for k in (0, 2, 3)]
    assert ends == sorted(ends)


def test_the_lanes_do_not_wait_for_each_other(engine, pulse, until):
    long = engine.submit(pulse())
    until(engine, underway(long))
    short = engine.submit(pulse("interactive", steps=20))
    assert engine.wait(short, 20).status == "finished"
    assert engine.snapshot().job(long).status == "running"


def test_a_new_session_ends_the_one_before_it(engine, pulse, until):
    first = engine.submit(pulse("interactive"))
    until(engine, underway(first))
    second = engine.submit(pulse("interactive"))
    assert engine.wait(first, 10).status == "stopped"
    until(engine, underway(second))


def test_commands_reach_the_job(engine, pulse, until):
    job = engine.submit(pulse("interactive", rate_hz=5.0))
    until(engine, underway(job))
    engine.command(job, {"rate_hz": 2000.0})
    until(engine, lambda snapshot: snapshot.job(job).rate > 200)


def test_a_failing_job_is_told_apart_from_bad_input_and_harms_nothing(engine, pulse, status_of):
    failed, bad, fine = (engine.submit(job) for job in (pulse(fault="fail"), pulse(steps=0), pulse(steps=3)))
    state = engine.wait(failed, 20)
    assert state.status == status_of(state).status == "failed"
    assert "asked to fail here" in state.error == status_of(state).error
    assert any("Traceback" in line for line in Record.open(state.record).log())
    state = engine.wait(bad, 20)
    assert (state.status, state.record) == ("failed", None)
    assert state.error.startswith("steps may be a whole number from 1")
    assert engine.wait(fine, 20).status == "finished"


def test_an_unknown_experiment_is_refused_in_words(engine, tmp_path):
    state = engine.wait(engine.submit(Job("pulze", runs_folder=str(tmp_path))), 20)
    assert state.status == "failed"
    assert "did you mean pulse?" in state.error


def test_shutdown_stops_what_runs_and_completes_its_record(engine, pulse, until, status_of):
    running, waiting = engine.submit(pulse()), engine.submit(pulse())
    until(engine, underway(running))
    began = time.monotonic()
    engine.shutdown(5.0)
    assert time.monotonic() - began < 3.0
    assert not engine.is_alive()
    state = engine.snapshot().job(running)
    assert state.status == status_of(state).status == "stopped"
    assert engine.snapshot().job(waiting).status == "stopped"
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("engine", "inline engine"))]


def test_the_snapshot_is_the_same_object_while_nothing_changes(make_engine):
    engine = make_engine()
    first = engine.snapshot()
    time.sleep(0.6)  # longer than the thread's own pulse
    assert engine.snapshot() is first
    assert first.state == "idle"
    assert first.jobs == ()


def test_an_engine_that_was_never_started_can_be_shut_down(make_engine):
    from engine.service.thread import EngineThread

    EngineThread().shutdown()


def test_an_engine_prepares_while_idle_and_runs_what_comes_meanwhile(monkeypatch, tmp_path):
    calls, go_on, sent = [], threading.Event(), queue.SimpleQueue()

    def prepare():
        calls.append(threading.current_thread().name)
        go_on.wait(10)

    quick = dataclasses.replace(EXPERIMENTS["pulse"], prepare="tests.engine.service:ready")
    broken = dataclasses.replace(quick, name="alchemy-play", prepare="tests.engine.service:nothing")
    monkeypatch.setattr("tests.engine.service.ready", prepare, raising=False)
    monkeypatch.setitem(EXPERIMENTS, "alchemy-play", broken)  # what cannot be prepared ends nothing
    monkeypatch.setitem(EXPERIMENTS, "pulse", quick)
    server = Server(sent.put, 1)
    thread = threading.Thread(target=server.serve, name="serving", daemon=True)
    thread.start()
    for name in ("no-such", "alchemy-play", "pulse", "pulse"):
        server.receive(Prepare(name))
    while not calls:
        time.sleep(0.01)
    job = Job("pulse", {"steps": 3}, lane="interactive", runs_folder=str(tmp_path))
    server.receive(Submit(job))
    server.receive(Prepare("pulse"))
    unwanted = dataclasses.replace(job, id="unwanted")
    server.receive(Submit(unwanted))
    server.receive(Stop(unwanted.id))
    assert sent.get(timeout=5) == Finished(unwanted.id, "stopped")
    assert server.preparing
    assert not server.unwindable  # no job runs yet
    go_on.set()
    while not isinstance(message := sent.get(timeout=20), Finished):
        pass
    assert (message.job, message.status) == (job.id, "finished")
    assert calls == ["serving"]
    server.leave()
    thread.join(5)
    assert not thread.is_alive()


def test_an_engine_that_prepares_leaves_at_once(make_engine, until):
    engine = make_engine("process")
    engine.warm("interactive", "alchemy-play")
    until(engine, lambda snapshot: any(lane.pid for lane in snapshot.lanes))
    time.sleep(0.5)
    began = time.monotonic()
    engine.shutdown(10)
    assert time.monotonic() - began < 3
