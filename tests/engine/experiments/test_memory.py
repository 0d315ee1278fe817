"""Training in the memory room: real runs, a few steps long."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch

from engine.errors import BadInput, Stopped
from engine.experiments.context import Context
from engine.experiments.control import Control
from engine.experiments.memory import run
from engine.experiments.memory_models import publish
from engine.experiments.memory_settings import MemoryConfiguration
from engine.memory import training
from engine.memory.models import card_of, load_model, restore
from engine.runs import Record, RecordWriter
from engine.runs.checkpoints import load_checkpoint

SMALL = {"task": "copy", "level": 2, "hidden": 16, "word": 8, "slots": 16, "batch": 8, "examined": 16}


def train(folder, *, parent=None, stop_at=None, seed=1, **settings):
    """Run one training to its end, or until ``stop_at`` episodes; returns its record and result."""
    configuration = MemoryConfiguration.from_dict(SMALL | settings)
    control = Control()
    writer = RecordWriter.create(folder, experiment="memory", configuration=configuration.to_dict(), seed=seed)
    context = Context(writer, seed=seed, device="cpu", parent=parent, control=control)
    if stop_at is not None:
        progress = context.progress

        def watched(done, *rest):
            progress(done, *rest)
            if done >= stop_at:
                control.stop()

        context.progress = watched
    result = None
    with writer:
        try:
            result = run(configuration, context)
        except Stopped:
            assert stop_at is not None
        writer.finish("finished" if result else "stopped", result)
    return Record.open(writer.folder), result


def test_learns_and_keeps_what_it_did(tmp_path):
    record, result = train(tmp_path, episodes=1200, learning_rate=2e-2, save_every=600, level=1)
    steps, loss = record.scalars("loss")
    assert steps[-1] == result["episodes"] == 1200
    assert loss[-3:].mean() < 0.9 * loss[0]
    assert 0 <= result["bits_wrong"] < 4  # chance: half of 8 bits
    assert set(result["beyond"]) == {"50", "100"}
    traces = record.events("traces")
    assert [trace["training_step"] for trace in traces] == [0, 600, 1200]
    assert {trace["level"] for trace in traces} == {1}
    rows = record.table("trace_steps").read()
    for trace in traces:
        own = rows[rows["trace"] == trace["trace"]]
        assert own["step"].tolist() == list(range(trace["steps"]))
        assert trace["bits_wrong"] == own["error_bits"].sum()
        assert ((own["output"] > 0.5) != (own["target"] > 0.5))[own["mask"]].sum() == trace["bits_wrong"]
    first, last = (rows[rows["trace"] == t] for t in (0, 2))
    np.testing.assert_array_equal(first["input"], last["input"])  # the same sequence, so that one sees it change


@pytest.mark.parametrize("model", ["sam", "sdnc"])
def test_a_stopped_run_goes_on_bit_for_bit(tmp_path, model):
    settings = {"model": model, "episodes": 96, "save_every": 32, "curriculum": True, "threshold": 30.0, "patience": 3}
    whole, expected = train(tmp_path, **settings)
    begun, _ = train(tmp_path, stop_at=40, **settings)
    assert load_checkpoint(begun.folder, "latest")[1]["episodes"] == "40"
    resumed, result = train(tmp_path, parent=begun.folder, **settings)
    assert result == expected
    assert result["level"] > 2
    tensors, _ = load_checkpoint(whole.folder, "latest")
    again, metadata = load_checkpoint(resumed.folder, "latest")
    assert tensors.keys() == again.keys()
    for name, tensor in tensors.items():
        np.testing.assert_array_equal(tensor, again[name], err_msg=name)
    card = card_of(metadata, "the checkpoint")
    assert (card.model, card.task, card.sizes.slots) == (model, "copy", 16)
    restore(card, load_checkpoint(resumed.folder, "latest", as_torch=True)[0])


def test_a_loss_that_is_not_a_number_stops_and_keeps_good_weights(tmp_path, monkeypatch):
    real, calls = training.score, []

    def broken(network, batch):
        calls.append(batch)
        loss, wrong = real(network, batch)
        return (loss * math.nan if len(calls) == 4 else loss), wrong

    monkeypatch.setattr(training, "score", broken)
    with pytest.raises(BadInput, match=r"after 24 episodes because .* not finite.*last good weights were kept"):
        train(tmp_path, episodes=80)
    (folder,) = tmp_path.glob("*-memory-*")
    tensors, metadata = load_checkpoint(folder, "latest", as_torch=True)
    assert metadata["episodes"] == "24"
    assert all(torch.isfinite(tensor).all() for tensor in tensors.values())


def test_the_tensor_that_is_not_a_number_is_named(tmp_path, monkeypatch):
    real = training.score

    def broken(network, batch):
        loss, wrong = real(network, batch)
        bias = network.output.bias
        return loss + (bias - bias.detach()).abs().sqrt().sum(), wrong  # adds 0, whose gradient is infinite

    monkeypatch.setattr(training, "score", broken)
    with pytest.raises(BadInput, match=r"because the gradient of output\.bias is not finite"):
        train(tmp_path, episodes=80)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"slots": 0}, "slots"),
        ({"slots": 2, "reads": 4}, "reads must be at most the number of slots"),
        ({"slots": 4, "heads": 8}, "heads must be at most the number of slots"),
        ({"lowest": 3}, "lowest must be at most level"),
        ({"curriculum": True, "level": 9, "highest": 8}, "highest must be at least level"),
        ({"task": "recall", "level": 1}, "level must be at least 2"),
        ({"level": 0}, "level"),
        ({"model": "ntm", "slots": 2_000_000_000}, "ntm with 2,000,000,000 slots"),
        ({"model": "sam", "slots": 2_000_000_000, "word": 1024}, "2,000,000,000 slots of 1024 values in a batch of 1"),
        ({"model": "sdnc", "slots": 2_000_000_000, "word": 1024}, "more than this machine has room for"),
        ({"task": "knitting"}, "task"),
    ],
)
def test_settings_that_cannot_work(tmp_path, settings, words):
    with pytest.raises(BadInput, match=words):
        train(tmp_path, episodes=8, **settings)


def test_sequences_of_one_step(tmp_path):
    for model in ("lstm", "ntm", "dnc", "dam", "sam", "sdnc"):
        record, result = train(tmp_path, model=model, level=1, episodes=16, seed=2)
        assert math.isfinite(result["bits_wrong"]), model
        assert len(record.table("accesses")) > 0 or model == "lstm"


def test_a_checkpoint_of_another_shape(tmp_path):
    begun, _ = train(tmp_path, episodes=16)
    with pytest.raises(BadInput, match="does not fit this network"):
        train(tmp_path, episodes=32, hidden=17, parent=begun.folder)
    with pytest.raises(BadInput, match="no checkpoint"):
        train(tmp_path, episodes=32, parent=tmp_path)


def test_a_finished_run_becomes_a_model(tmp_path):
    first, _ = train(tmp_path / "runs", episodes=16)
    stopped, _ = train(tmp_path / "runs", episodes=32, stop_at=24, parent=first.folder)
    with pytest.raises(BadInput, match="no finished run of memory"):
        publish(stopped.folder, "copy", tmp_path)
    path = publish(first.folder, "copy", tmp_path)
    card, network = load_model(path)
    assert card.made["figures"]["episodes"] == 16
    assert card.levels == (1, 2)
    (command,) = card.made["commands"]
    assert command.startswith("athanor run memory --set model=sam --set task=copy --set slots=16 ")
    assert command.endswith("--seed 1")
    weights, _ = load_checkpoint(first.folder, "latest")
    for name, value in network.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), weights[f"network/{name}"])


def test_the_quick_command_prints_what_others_rely_on(capsys, monkeypatch, tmp_path):
    from engine.cli import main

    monkeypatch.setenv("ATHANOR_HOME", str(tmp_path))
    command = ["run", "memory", "--preset", "quick", "--set", "model=sam", "task=recall", "episodes=32", "examined=16"]
    assert main([*command, "--seed", "0", "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {"bits_wrong", "level", "episodes", "seconds", "record", "seed"} <= result.keys()
    assert (result["level"], result["episodes"]) == (6, 32)
    assert 0 < result["bits_wrong"] < 18
    assert Record.open(result["record"]).metadata.preset == "quick"
    assert main([*command, "slots=0"]) == 2
    assert "slots may be" in capsys.readouterr().err
