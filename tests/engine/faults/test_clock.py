"""A clock that goes backwards or jumps: no living run is called dead, curves keep their order, ids stay apart."""

import time

import numpy as np

from engine.runs import Record, RecordWriter, RunIndex


def test_a_clock_set_back_harms_no_record(tmp_path, monkeypatch):
    real, set_by = time.time, [0.0]
    monkeypatch.setattr(time, "time", lambda: real() + set_by[-1])
    writer = RecordWriter.create(tmp_path, experiment="clock", configuration={})
    record = Record.open(writer.folder)
    for step, seconds in enumerate((0.0, -86_400.0, 3_600.0, -1.0)):
        set_by.append(seconds)
        writer.scalar("loss", 1.0 / (step + 1), step)
        writer.flush()
        assert record.status().status == "running"
    writer.finish("finished", {})
    steps, values = record.scalars("loss")
    np.testing.assert_array_equal(steps, range(4))
    np.testing.assert_allclose(values, [1, 1 / 2, 1 / 3, 1 / 4])
    assert record.status().seconds < 60  # measured with a clock that nobody sets


def test_runs_made_in_the_same_second_twice_over_stay_apart(tmp_path, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 1_000_000.0)
    names = set()
    for _ in range(30):
        with RecordWriter.create(tmp_path, experiment="clock", configuration={}) as writer:
            names.add(writer.folder.name)
    assert len(names) == 30
    index = RunIndex(tmp_path)
    index.refresh()
    assert len(index.list()) == 30
    index.close()
