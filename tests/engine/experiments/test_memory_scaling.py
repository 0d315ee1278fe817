"""Costs against slots as rows; the measuring itself is tested with the benchmark."""

from __future__ import annotations

import pytest

from engine.errors import BadInput
from engine.experiments import memory_scaling
from engine.experiments.context import Context
from engine.experiments.memory_scaling import run
from engine.experiments.memory_settings import ScalingConfiguration
from engine.memory.benchmark import Row
from engine.runs import Record, RecordWriter


def measured(folder, **settings):
    configuration = ScalingConfiguration.from_dict(settings)
    writer = RecordWriter.create(folder, experiment="memory-scaling", configuration=configuration.to_dict())
    with writer:
        result = run(configuration, Context(writer, device="cpu"))
        writer.finish("finished", result)
    return Record.open(writer.folder), result


def small_machine(model, slots, warm, steps):
    """Stands for the measurement, which takes two processes a row: dense memories fit up to 1,024 words."""
    if model in ("ntm", "dnc") and slots > 1024:
        raise BadInput("does not fit")
    cost = 1.0 if model == "sam" else slots / 64
    return Row(model, slots, warm, cost, 2 * cost, steps, steps if slots <= 256 or model == "sam" else steps // 2)


def test_rows_for_every_network_and_size(tmp_path, monkeypatch):
    monkeypatch.setattr(memory_scaling, "measure", small_machine)
    record, result = measured(tmp_path, models=["dnc", "ntm", "sam"], most_slots=5000, warm=True, steps=10)
    rows = record.table("scaling").read()
    names = {event["index"]: event["name"] for event in record.events("models")}
    assert [names[i] for i in sorted(names)] == ["dnc", "ntm", "sam"]
    for name, last in (("dnc", 16 * 16.0), ("ntm", 16 * 4.0), ("sam", 1.0)):
        own = rows[[names[int(row["model"])] == name and not row["warm"] for row in rows]]
        assert own["slots"].tolist() == [64, 256, 1024, 4096]
        assert own["extrapolated"].tolist() == [False, False, False, name != "sam"]
        assert own["growth_extrapolated"].tolist() == [False, False, name != "sam", name != "sam"]
        assert own["ms_per_step"][-1] == last  # links grow with the square of the slots, words in proportion
        assert (own["growth_mb"] == 2 * own["ms_per_step"]).all()
    assert rows["warm"].sum() == 4
    assert set(result) == {"dnc", "ntm", "sam", "sam warm"}
    assert [row["slots"] for row in result["sam"]] == [64, 256, 1024, 4096]


@pytest.mark.parametrize("settings", [{"models": []}, {"models": ["ram"]}, {"most_slots": 1}, {"steps": 0}])
def test_settings_that_cannot_work(tmp_path, settings):
    with pytest.raises(BadInput):
        measured(tmp_path, **settings)
