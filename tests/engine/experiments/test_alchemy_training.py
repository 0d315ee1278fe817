"""Training Alchemy agents: real runs, a few games long."""

import json

import pytest
import torch

from engine.errors import BadInput, Stopped
from engine.experiments.alchemy_models import commands, publish
from engine.experiments.alchemy_training import LATEST, run
from engine.experiments.alchemy_training_settings import TrainingConfiguration
from engine.experiments.context import Context
from engine.experiments.control import Control
from engine.runs import Record, RecordWriter
from engine.runs.checkpoints import load_checkpoint

SMALL = {"core": "gru", "width": 16, "games": 32, "batch": 16, "minibatch": 8, "examined": 8, "learning_rate": 1e-3}


def train(folder, *, parent=None, stop_at=None, **settings):
    """Run one training to its end, or until ``stop_at`` games; returns its record and result."""
    configuration = TrainingConfiguration.from_dict(SMALL | settings)
    control = Control()
    writer = RecordWriter.create(
        folder,
        experiment="alchemy-training",
        configuration=configuration.to_dict(),
        seed=1,
        parent=parent.name if parent else None,
    )
    context = Context(writer, seed=1, device="cpu", parent=parent, control=control)
    if stop_at is not None:
        progress = context.progress

        def watched(done, *rest):
            progress(done, *rest)
            if done >= stop_at:
                control.stop()

        context.progress = watched
    try:
        result, status = run(configuration, context), "finished"
    except Stopped:
        result, status = None, "stopped"
    writer.finish(status, result)
    return Record.open(writer.folder), result


@pytest.mark.parametrize("method", ["teacher", "reinforcement"])
def test_a_stopped_training_goes_on_as_if_it_had_not_been_stopped(tmp_path, method):
    whole, result = train(tmp_path, method=method, led=0.5)
    part, nothing = train(tmp_path, method=method, led=0.5, stop_at=16)
    rest, again = train(tmp_path, method=method, led=0.5, parent=part.folder)
    assert nothing is None
    assert result["score_mean"] == again["score_mean"]
    first, second = (load_checkpoint(r.folder, LATEST, as_torch=True)[0] for r in (whole, rest))
    assert all(torch.equal(first[name], second[name]) for name in first)
    games, _ = whole.scalars("processor minutes")
    assert games.tolist() == [16, 32]


@pytest.mark.parametrize("known", ["belief", "chemistry"])
def test_what_the_agent_is_told_makes_it_better_at_once(tmp_path, known):
    _, result = train(tmp_path, known=known, games=16, examined=12)
    assert result["score_mean"] > 200


def test_a_finished_training_becomes_a_model_with_its_command(tmp_path):
    record, _ = train(tmp_path)
    path = publish(record.folder, "small", "a test", tmp_path / "models")
    card = json.loads(path.with_suffix(".json").read_text())
    assert card["made"]["commands"] == commands(record)
    assert "--set core=gru" in commands(record)[0]
    assert card["made"]["figures"]["episodes"] == 8
    stopped, _ = train(tmp_path, stop_at=16)
    with pytest.raises(BadInput, match="no finished run"):
        publish(stopped.folder, "x", "", tmp_path)


def test_a_minibatch_larger_than_the_batch_is_refused():
    with pytest.raises(BadInput, match="minibatch must be at most batch"):
        TrainingConfiguration.from_dict({"batch": 8, "minibatch": 16})
