"""Real engines for the tests: none outlives its test, and every record goes to a folder of the test's own."""

import time

import pytest

from engine.runs import Record
from engine.service.jobs import Job
from engine.service.thread import EngineThread


@pytest.fixture
def make_engine():
    engines = []

    def make(mode="process", **options):
        engine = EngineThread(mode, **options)
        engines.append(engine)
        engine.start()
        return engine

    yield make
    for engine in engines:
        engine.shutdown(2.0)
        assert not engine.is_alive()


@pytest.fixture
def pulse(tmp_path):
    def make(lane="batch", **settings):
        return Job("pulse", {"steps": 100_000, "rate_hz": 500.0, **settings}, lane=lane, runs_folder=str(tmp_path))

    return make


@pytest.fixture
def until():
    """Wait for the snapshot in which a condition holds; one that never comes names itself by its source line."""

    def wait(engine, condition, seconds=15.0):
        end = time.monotonic() + seconds
        while not condition(engine.snapshot()):
            assert time.monotonic() < end, engine.snapshot()
            engine.wait_for_news(0.1)
        return engine.snapshot()

    return wait


@pytest.fixture
def status_of():
    def read(state):
        return Record.open(state.record).status()

    return read
