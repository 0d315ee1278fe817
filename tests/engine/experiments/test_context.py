"""What an experiment sees: stop, pause, steps, commands, progress, generators."""

import threading
import time

import numpy as np
import pytest

from engine.errors import Stopped
from engine.experiments.context import Context
from engine.experiments.control import Control
from engine.runs import Record, RecordWriter


@pytest.fixture
def writer(tmp_path):
    with RecordWriter.create(tmp_path, experiment="test", configuration={}) as writer:
        yield writer


def later(seconds, function):
    timer = threading.Timer(seconds, function)
    timer.start()
    return timer


def test_check_passes_until_asked_to_stop(writer):
    control = Control()
    context = Context(writer, control=control)
    context.check()
    assert not context.stopping
    control.stop("enough")
    assert context.stopping
    with pytest.raises(Stopped, match="enough"):
        context.check()


def test_sleep_ends_with_a_stop(writer):
    control = Control()
    later(0.05, control.stop)
    began = time.monotonic()
    with pytest.raises(Stopped):
        Context(writer, control=control).sleep(60)
    assert time.monotonic() - began < 5


def test_a_paused_run_shows_what_it_did_passes_single_steps_and_goes_on(writer):
    control, told = Control(), []
    context = Context(writer, control=control, on_pause=told.append)
    control.pause()
    control.step()
    context.check()  # the one step that was allowed
    context.scalar("a", 1.0, 0)

    def seen_from_outside():
        found.append(len(Record.open(writer.folder).scalars("a")[0]))
        control.resume()

    found: list[int] = []
    timer = later(0.1, seen_from_outside)
    context.check()
    timer.join()
    assert found == [1]
    assert told == [True, False]


def test_stop_wakes_a_paused_run(writer):
    control = Control()
    control.pause()
    later(0.05, control.stop)
    with pytest.raises(Stopped):
        Context(writer, control=control).check()


def test_commands_come_in_order_and_waiting_ends(writer):
    control = Control()
    context = Context(writer, control=control)
    assert list(context.commands(timeout=0)) == []
    for k in range(3):
        control.command({"k": k})
    assert [command["k"] for command in context.commands(timeout=0.01)] == [0, 1, 2]
    later(0.05, lambda: control.command({"k": 3}))
    assert next(context.commands()) == {"k": 3}
    later(0.05, control.stop)
    with pytest.raises(Stopped):
        next(context.commands())


def test_what_was_written_can_be_read_while_the_run_waits_for_a_command(writer):
    control = Control()
    context = Context(writer, control=control)
    context.event("lines", {"line": 1})
    found = []

    def look():
        found.extend(Record.open(writer.folder).events("lines"))
        control.command({})

    later(0.1, look)
    next(context.commands())
    assert found == [{"line": 1}]


def test_commands_nobody_fetches_do_not_fill_the_memory():
    from engine.experiments.control import COMMANDS

    control = Control()
    for k in range(COMMANDS + 5):
        control.command({"k": k})
    assert control.next_command(0) == {"k": 5}


def test_progress_is_thinned_and_the_last_word_is_kept(writer):
    reports = []
    context = Context(writer, report=lambda *report: reports.append(report))
    end = time.monotonic() + 0.5
    done = 0
    while time.monotonic() < end:
        done += 1
        context.progress(done, 10**9, "steps")
    assert 1 <= len(reports) <= 12
    context.send_progress()
    assert reports[-1][:3] == (done, 10**9, "steps")
    count = len(reports)
    context.send_progress()
    assert len(reports) == count
    assert writer._status.done == done


def test_the_rate_is_that_of_the_last_seconds_and_starts_anew_with_a_phase(writer, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr("engine.experiments.context.time.monotonic", lambda: clock[0])
    context = Context(writer)
    for k in range(1, 401):
        clock[0] += 0.1 if k <= 200 else 0.01  # ten times quicker in the second half
        context.progress(k, 400)
    assert context.rate == pytest.approx(100, rel=0.5)
    clock[0] += 1
    context.progress(0, 50)
    clock[0] += 1
    context.progress(5, 50)
    assert context.rate == pytest.approx(5)


def test_generators_are_repeatable_and_independent(writer):
    first = Context(writer, seed=5).rng("items").random(4)
    assert np.array_equal(first, Context(writer, seed=5).rng("items").random(4))
    for other in (Context(writer, seed=5).rng("items", 1), Context(writer, seed=6).rng("items"), Context(writer).rng()):
        assert not np.array_equal(first, other.random(4))


def test_the_device_is_resolved_when_looked_at(writer):
    assert Context(writer, device="cpu").device == "cpu"
