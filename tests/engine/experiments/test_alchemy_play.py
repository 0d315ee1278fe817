"""The bench as the window drives it: real commands, a real record, the real adviser."""

import contextlib
import threading
import time

import numpy as np
import pytest

from engine.alchemy.actions import encode
from engine.errors import Stopped
from engine.experiments.alchemy_play import PlayConfiguration, run
from engine.experiments.context import Context
from engine.experiments.control import Control
from engine.runs import Record, RecordWriter


class Bench:
    """A session in a thread, as the engine's child runs it."""

    def __init__(self, folder, seed=3, parent=None, **settings):
        self.control = Control()
        configuration = PlayConfiguration(**settings)
        self.writer = RecordWriter.create(
            folder, experiment="alchemy-play", configuration=configuration.to_dict(), seed=seed
        )
        self.record = Record.open(self.writer.folder)
        self.result = None
        context = Context(self.writer, seed=seed, control=self.control, parent=parent)
        self._thread = threading.Thread(target=self._run, args=(configuration, context))
        self._thread.start()

    def _run(self, configuration, context):
        with contextlib.suppress(Stopped):
            self.result = run(configuration, context)

    def say(self, **command):
        self.control.command(command)

    def nodes(self, at_least=0):
        self.wait(lambda: "nodes" in self.record.tables() and len(self.record.table("nodes")) >= at_least)
        return self.record.table("nodes").read()

    def lines(self):
        return {line["line"]: line for line in self.record.events("lines")}

    def wait(self, condition, seconds=30):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "nothing came of it"
            assert self._thread.is_alive() or condition(), "the session ended"
            time.sleep(0.005)

    def close(self):
        self.control.stop()
        self._thread.join(20)
        assert not self._thread.is_alive()
        self.writer.finish("finished", self.result)


@pytest.fixture
def bench(tmp_path):
    benches = []

    def make(**settings):
        benches.append(Bench(tmp_path, **settings))
        return benches[-1]

    yield make
    for each in benches:
        each.close()


def test_a_click_becomes_a_row_and_undo_goes_back(bench):
    session = bench(opponent="cash-only")
    session.wait(lambda: "cash-only" in session.lines())
    rows = len(session.nodes(1))
    session.say(command="act", node=0, action=encode(0, 0), line="you")
    session.wait(lambda: session.lines()["you"]["leaf"] != 0)
    leaf = session.lines()["you"]["leaf"]
    assert leaf >= 1
    row = session.nodes(leaf + 1)[leaf]
    assert (row["parent"], row["action"], row["step"]) == (0, encode(0, 0), 1)
    session.say(command="rewind", line="you", node=0)
    session.wait(lambda: session.lines()["you"]["leaf"] == 0)
    assert len(session.nodes()) > rows - 1


def test_the_ideal_observer_plays_the_same_chemistry_and_advises(bench):
    session = bench(opponent="ideal-observer", seed=5)
    session.wait(lambda: "ideal-observer" in session.lines() and len(session.record.table("decisions")) > 0)

    def is_over():
        leaf = session.lines()["ideal-observer"]["leaf"]
        return session.nodes(leaf + 1)[leaf]["done"]

    session.wait(is_over, seconds=60)
    first = session.record.table("decisions").read()[0]
    assert first["node"] == 0
    assert np.nanmax(first["values"]) > 0
    assert {event["agent"] for event in session.record.events("references")} == {"search-oracle", "random-heuristic"}


def test_what_if_makes_a_line_beside_the_first(bench):
    session = bench(opponent="cash-only")
    session.wait(lambda: session.lines().get("cash-only", {}).get("leaf", 0) > 0)
    first = encode(1, 3)
    session.say(command="play", node=0, agent="random-heuristic", line="what if", first_action=first, steps=4)
    session.wait(lambda: session.lines().get("what if", {}).get("leaf", 0) > 0)
    assert session.lines()["what if"]["from"] == 0
    nodes = session.nodes()
    branch = [row for row in nodes if row["parent"] == 0]
    assert first in [row["action"] for row in branch]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ({"command": "act", "node": 99, "action": 3, "line": "you"}, "no situation 99"),
        ({"command": "act", "node": 0, "action": 400, "line": "you"}, "action must be 0 to 39"),
        ({"command": "act", "node": "0", "action": 1, "line": "you"}, "node must be a whole number"),
        ({"command": "play", "node": 0, "agent": "nobody", "line": "x"}, "no agent called"),
        ({"command": "dance"}, "no command 'dance'"),
        ({}, "no command None"),
    ],
)
def test_nonsense_is_refused_and_the_session_goes_on(bench, command, words):
    session = bench(opponent="cash-only")
    session.nodes(1)
    session.control.command(command)
    session.wait(lambda: session.record.events("refused"))
    assert words in session.record.events("refused")[0]["reason"]
    session.say(command="act", node=0, action=encode(0, 0), line="you")
    session.wait(lambda: session.lines()["you"]["leaf"] > 0)


def test_finish_gives_the_scores(bench):
    session = bench(opponent="cash-only")
    session.wait(lambda: session.lines().get("cash-only", {}).get("leaf", 0) > 0)
    session.say(command="finish")
    session.wait(lambda: session.result is not None)
    assert set(session.result["lines"]) == {"you", "cash-only"}
    assert session.result["score_mean"] == 0


def test_a_session_goes_on_from_another_record(bench):
    first = bench(opponent="cash-only")
    first.wait(lambda: first.lines().get("cash-only", {}).get("leaf", 0) > 0)
    first.say(command="act", node=0, action=encode(2, 2), line="you")
    first.wait(lambda: first.lines()["you"]["leaf"] > 0)
    first.close()
    known = len(first.nodes())
    second = bench(opponent="cash-only", parent=first.writer.folder)
    nodes = second.nodes(known)
    assert np.array_equal(nodes["stones"][:known], first.nodes()["stones"])
    second.say(command="act", node=first.lines()["you"]["leaf"], action=encode(2, 3), line="you")
    second.wait(lambda: len(second.nodes()) > known)
    assert second.nodes()[known]["parent"] == first.lines()["you"]["leaf"]
