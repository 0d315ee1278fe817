"""``kill -9`` of a sweep's workers at random moments: the sweep goes on, says which runs were lost, and asked for again
runs just those; every record stays readable and none goes on claiming that it runs.
"""

import contextlib
import random
import signal
import sys
import threading
from collections import Counter

import numpy as np
import psutil
import pytest

from engine.experiments.catalogue import find
from engine.runs import Record
from engine.service.sweep import points, run_here

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")


def workers():
    """Engine processes of this process."""
    found = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if "engine.service.child" in child.cmdline():
                found.append(child)
    return found


@contextlib.contextmanager
def killer(count, chance, longest):
    """Meanwhile kill one worker after the other, that many, each after up to `longest` seconds; gives the killed."""
    killed, over = [], threading.Event()

    def work():
        while len(killed) < count and not over.wait(chance.uniform(0.0, longest)):
            if alive := [worker for worker in workers() if worker.pid not in killed]:
                victim = chance.choice(alive)
                with contextlib.suppress(psutil.NoSuchProcess):
                    victim.send_signal(signal.SIGKILL)
                    killed.append(victim.pid)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


def check(outcome):
    """A lost run says so."""
    assert outcome.status in ("finished", "crashed", "failed")
    if outcome.status == "crashed":
        assert "SIGKILL" in outcome.error
    if outcome.status == "failed":  # its worker was killed before it was ready
        assert outcome.error.startswith("The engine could not start")
        assert outcome.record is None
    if outcome.record is not None:
        assert Record.open(outcome.record).status().status == outcome.status


def check_records(folder, steps):
    """All there are, also those whose worker was killed before it could tell of them: whole rows in their order."""
    for path in sorted(path for path in folder.iterdir() if (path / "run.json").is_file()):
        record = Record.open(path)
        status = record.status().status
        assert status in ("finished", "crashed", "interrupted")
        rows = record.table("pulses").read()["step"] if "pulses" in record.tables() else np.zeros(0)
        np.testing.assert_array_equal(rows, np.arange(len(rows)))
        assert status != "finished" or len(rows) == steps


def sweep_under_kills(home, kills, seed, steps, longest):
    seeds = [str(number) for number in range(kills + 3)]
    todo = points(find("pulse"), None, {"steps": str(steps), "rate_hz": "500"}, {"seed": seeds})
    with killer(kills, random.Random(seed), longest) as killed:
        first = list(run_here(todo, 2, lambda: False, lambda states: None))
        assert not workers()
    assert {outcome.point.key for outcome in first} == {point.key for point in todo}
    for outcome in first:
        check(outcome)
    lost = [outcome.point for outcome in first if outcome.status != "finished"]
    ends = Counter(outcome.status for outcome in first)
    assert len(lost) <= len(killed)
    again = list(run_here(lost, 2, lambda: False, lambda states: None))
    assert [outcome.status for outcome in again] == ["finished"] * len(lost)
    check_records(home / "runs", steps)
    return killed, ends


def test_a_sweep_outlives_the_kill_of_its_workers(home):
    killed, ends = sweep_under_kills(home, 2, seed=1, steps=100, longest=1.0)
    assert killed
    assert ends["crashed"] + ends["failed"] > 0


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_sweep_outlives_a_hundred_kills(home):
    killed, ends = sweep_under_kills(home, 100, seed=2, steps=1500, longest=4.0)
    print(f"{len(killed)} kills of workers: {dict(ends)}")  # noqa: T201  the figure is what it is run for
    assert len(killed) > 50
    assert ends["crashed"] > 10
