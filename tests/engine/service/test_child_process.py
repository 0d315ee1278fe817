"""What can happen to an engine process: it crashes, is orphaned, or is no engine at all."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import psutil
import pytest

from engine.runs import Record
from engine.service.link import child_command, child_environment
from engine.service.protocol import Hello, Quit, Ready, Refused, Started, Submit, from_json, to_json

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")


def underway(job):
    return lambda snapshot: (state := snapshot.job(job)) is not None and state.status == "running" and state.done > 0


@pytest.mark.parametrize(
    ("fault", "words"),
    [("exit", "exit status 7"), pytest.param("segfault", "signal SIGSEGV", marks=POSIX)],
)
def test_a_crash_costs_one_job_and_nothing_else(make_engine, pulse, until, fault, words, status_of):
    engine = make_engine()
    crashed, next_one = engine.submit(pulse(fault=fault, fault_at=400)), engine.submit(pulse(steps=5))
    pid = until(engine, underway(crashed)).lanes[0].pid
    state = engine.wait(crashed, 20)
    assert state.status == status_of(state).status == "crashed"
    assert words in state.error == status_of(state).error
    assert status_of(state).done > 0
    assert len(Record.open(state.record).table("pulses")) > 0
    assert words in Record.open(state.record).log()[0]
    if fault == "segfault":
        assert any("pulse.py" in line for line in Record.open(state.record).log())  # where it happened
    assert engine.wait(next_one, 20).status == "finished"
    snapshot = engine.snapshot()
    assert snapshot.lanes[0].pid not in (None, pid)
    assert snapshot.note_number == 1
    assert words in snapshot.note
    assert any(words in line for line in engine.recent_log())


def test_garbage_in_the_pipe_is_logged_and_skipped(make_engine, pulse):
    script = """
    import json, sys
    def say(text):
        sys.stdout.buffer.write(text + b"\\n")
        sys.stdout.flush()
    say(b'{"type":"Ready","pid":1,"versions":{},"version":1}')
    for line in sys.stdin:
        if '"Submit"' in line:
            job = json.loads(line)["job"]["id"]
            for rubbish in (b"", b"hello", b"\\xff\\xfe", b'{"type":"Finished"}', b"[1]", b"[" * 9999):
                say(rubbish)
            say(b'{"type":"Quit"}')
            say(json.dumps({"type": "Finished", "job": job, "status": "finished"}).encode())
        if '"Quit"' in line:
            break
    """
    engine = make_engine(command=[sys.executable, "-c", textwrap.dedent(script)])
    assert engine.wait(engine.submit(pulse()), 20).status == "finished"
    assert sum("Not a message" in line for line in engine.recent_log()) == 6
    assert sum("A message for the engine came from it" in line for line in engine.recent_log()) == 1


def test_an_engine_of_another_version_is_not_used(make_engine, pulse):
    script = (
        """import sys; print('{"type":"Ready","pid":1,"versions":{},"version":99}', flush=True); sys.stdin.read()"""
    )
    engine = make_engine(command=[sys.executable, "-c", script])
    state = engine.wait(engine.submit(pulse()), 20)
    assert state.status == "failed"
    assert "protocol 99" in state.error
    assert engine.snapshot().state == "gone"


def test_an_interpreter_that_is_not_there_fails_the_job_in_words(make_engine, pulse, tmp_path):
    engine = make_engine(interpreter=tmp_path / "python")
    for _ in range(2):  # asked again, it is tried again
        state = engine.wait(engine.submit(pulse()), 20)
        assert state.status == "failed"
        assert "could not start" in state.error
    assert engine.snapshot().state == "gone"


@pytest.fixture
def child():
    process = subprocess.Popen(
        child_command(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=child_environment(),
    )

    def say(message):
        process.stdin.write(to_json(message).encode() + b"\n")
        process.stdin.flush()

    def hear(kind):
        return next(message for line in process.stdout if isinstance(message := from_json(line), kind))

    process.say, process.hear = say, hear
    yield process
    process.kill()
    process.stdin.close()
    process.stdout.close()
    process.wait()


def test_the_child_refuses_another_version_and_leaves(child):
    child.say(Hello(version=99))
    assert "protocol 99" in child.hear(Refused).reason
    assert child.wait(10) == 0


def test_the_child_leaves_when_its_parent_is_gone_and_the_run_reads_as_interrupted(child, pulse):
    child.say(Hello())
    assert child.hear(Ready).pid == child.pid
    child.say(Submit(pulse()))
    record = child.hear(Started).record
    child.stdin.close()
    child.wait(10)
    assert Record.open(record).status().status == "interrupted"


@POSIX
def test_the_child_leaves_even_when_its_job_does_not_listen(child, pulse):
    child.say(Hello())
    child.say(Submit(pulse(fault="ignore-stop")))
    record = child.hear(Started).record
    child.stdin.close()
    assert child.wait(10) == 0
    assert Record.open(record).status().status == "interrupted"


@POSIX
def test_no_child_outlives_a_parent_that_is_killed(tmp_path):
    code = f"""
    import time
    from engine.service.jobs import Job
    from engine.service.thread import EngineThread
    engine = EngineThread()
    engine.start()
    engine.submit(Job("pulse", {{"steps": 100000}}, runs_folder={str(tmp_path)!r}))
    while engine.snapshot().steps_per_second == 0:
        time.sleep(0.01)
    print(engine.snapshot().lanes[0].pid, flush=True)
    time.sleep(100)
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    with subprocess.Popen(command, env=child_environment(), stdout=subprocess.PIPE, text=True) as parent:
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    psutil.wait_procs([child], timeout=10)
    assert not child.is_running()
    (record,) = tmp_path.glob("*-pulse-*")
    assert Record.open(record).status().status == "interrupted"


def test_the_program_itself_is_its_engine_where_it_is_frozen():
    command = [sys.executable, "-m", "gui", "engine-child"]
    said = "".join(to_json(message) + "\n" for message in (Hello(), Quit()))
    ended = subprocess.run(command, input=said, env=child_environment(), capture_output=True, text=True, timeout=30)
    assert ended.returncode == 0, ended.stderr
    assert isinstance(from_json(ended.stdout.splitlines()[0]), Ready)


@POSIX
def test_the_child_gives_way_and_leaves_ctrl_c_to_its_parent(child, pulse):
    child.say(Hello())
    child.hear(Ready)
    child.say(Submit(pulse()))
    child.hear(Started)
    assert os.getpriority(os.PRIO_PROCESS, child.pid) >= min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)
    child.send_signal(signal.SIGINT)
    time.sleep(0.2)
    assert child.poll() is None


def test_a_window_without_jobs_pays_for_no_numbers():
    heavy = ("numpy", "torch", "pydantic")
    code = f"import sys, engine.service.thread; print([name for name in {heavy} if name in sys.modules])"
    ended = subprocess.run(
        [sys.executable, "-c", code], env=child_environment(), capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "[]"


def test_a_numpy_job_never_imports_torch(tmp_path):
    code = f"""
    import sys
    from engine.experiments.control import Control
    from engine.service.execution import Execution
    from engine.service.jobs import Job
    job = Job("pulse", {{"steps": 2}}, runs_folder={str(tmp_path)!r})
    print(Execution(job, Control(), lambda message: None).run().status)
    print("torch" in sys.modules)
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    ended = subprocess.run(command, env=child_environment(), capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["finished", "False"]
