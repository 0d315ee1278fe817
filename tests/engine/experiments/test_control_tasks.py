"""Experiments of the control room: real trainings a few updates long, evaluations, sessions, bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.control import learner
from engine.control.models import card_of, load_model, restore, save_model, tensors_of
from engine.control.shipped import folder, names
from engine.control.tasks import TASKS, find_task
from engine.errors import BadInput, Stopped
from engine.experiments.context import Context
from engine.experiments.control import Control
from engine.experiments.control_models import publish
from engine.experiments.control_play import Session
from engine.experiments.control_settings import ControlConfiguration, ControlPlayConfiguration
from engine.experiments.control_tasks import BEST, LATEST, companions, find_trained, run
from engine.runs import Record, RecordWriter
from engine.runs.checkpoints import load_checkpoint

QUICK = {"agent": "train", "hidden": 8, "rounds": 2, "updates": 2, "batch": 2, "environments": 2, "episodes": 6}


def do(runs, *, stop_at=None, seed=1, parent=None, **settings):
    """One run of *control* to its end, or stopped after so many updates; its record and result."""
    configuration = ControlConfiguration.from_dict(settings)
    control = Control()
    writer = RecordWriter.create(runs, experiment="control", configuration=configuration.to_dict(), seed=seed)
    context = Context(writer, seed=seed, device="cpu", control=control, parent=parent)
    progress = context.progress

    def watched(done, total=None, unit="steps"):
        progress(done, total, unit)
        if stop_at is not None and unit == "updates" and done >= stop_at:
            control.stop()

    context.progress = watched
    with writer:
        try:
            result = run(configuration, context)
        except Stopped:
            result = None
        writer.finish("finished" if result else "stopped", result)
    return Record.open(writer.folder), result


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A tiny policy of the water maze in a folder of runs."""
    return do(tmp_path_factory.mktemp("runs"), task="water-maze-r", traced=2, beside=["circle"], **QUICK)


def test_a_training_leaves_curves_scenes_figures_and_a_policy(trained):
    record, result = trained
    assert result["updates"] == 4
    assert {"return_mean", "return_sem", "latency", "latency_ratio", "found", "probe_r2", "wiped"} <= set(result)
    assert result["probe_trial"]["episodes"] >= 0
    assert len(record.scalars("return")[0]) == 2
    scenes = record.events("scenes")
    assert [scene["updates"] for scene in scenes] == [2, 4, None, None]
    assert [agent["title"] for agent in record.events("agents")] == ["LSTM", "Circle, no memory"]
    rows = record.table("steps").read()
    for scene in scenes:
        own = rows[scene["first_row"] :][: 200 * len(scene["agents"])].reshape(-1, 200)
        assert (own["scene"] == scene["scene"]).all()
        np.testing.assert_allclose(own["reward"].sum(1), scene["returns"], atol=1e-4)
        assert np.isfinite(own["decoded"][0]).all()
    assert np.isnan(own["memory"][1]).all()
    episodes = record.table("episodes").read()
    assert episodes["return"].mean() == pytest.approx(result["return_mean"])
    tensors, metadata = load_checkpoint(record.folder, BEST, as_torch=True)
    assert restore(card_of(metadata, "here"), tensors, "here").readout is not None


def test_a_run_of_a_training_evaluates_the_same_policy_to_the_last_bit(trained):
    record, result = trained
    _, again = do(record.folder.parent, task="water-maze-r", agent=record.id, episodes=6)
    for key in ("return_mean", "return_sem", "latency", "probe_r2", "wiped", "probe_trial"):
        assert again[key] == result[key]


def test_another_process_gives_the_same_bits(trained, tmp_path):
    record, _ = trained
    settings = {"task": "water-maze-r", "agent": record.id, "episodes": 5, "traced": 0}
    _, here = do(record.folder.parent, seed=7, **settings)
    command = [sys.executable, "-m", "engine.cli", "run", "control", "--seed", "7", "--json"]
    command += [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    (tmp_path / "runs").symlink_to(record.folder.parent)
    environment = os.environ | {"ATHANOR_HOME": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=100, check=True)
    there = json.loads(done.stdout.splitlines()[-1])
    assert {key: there[key] for key in here} == here


def test_stopping_keeps_the_best(tmp_path):
    record, result = do(tmp_path, task="pendulum-p", stop_at=2, **QUICK | {"rounds": 5})
    assert result is None
    assert sorted(record.checkpoints()) == [BEST, LATEST]


def test_a_stopped_training_is_gone_on_with_from_disk(tmp_path):
    settings = QUICK | {"task": "wind", "rounds": 3, "traced": 0}
    _, whole = do(tmp_path, **settings)
    first, _ = do(tmp_path, stop_at=2, **settings)
    last, result = do(tmp_path, parent=first.folder, **settings)
    assert {**result, "cpu_seconds": 0} == {**whole, "cpu_seconds": 0}
    with pytest.raises(BadInput, match="gone through its 3 rounds; more rounds would"):
        do(tmp_path, parent=last.folder, **settings)
    with pytest.raises(BadInput, match=r"trained rsac on wind \(lstm, 8 units\); rsac on wind \(lstm, 9 .*cannot"):
        do(tmp_path, parent=first.folder, **settings | {"hidden": 9})


def test_what_blows_up_is_said_and_the_best_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(learner, "IMPOSSIBLE", 0.03)  # what counts as impossible is soon reached
    settings = QUICK | {"learning_rate": 0.02, "updates": 4, "rounds": 100}
    with pytest.raises(
        BadInput, match=r"after \d+ updates because the critic's values blew up.*; the best policy so far"
    ):
        do(tmp_path, task="pendulum-p", **settings)
    (record,) = [Record.open(path) for path in tmp_path.iterdir()]
    tensors, _ = load_checkpoint(record.folder, BEST, as_torch=True)
    assert all(tensor.isfinite().all() for tensor in tensors.values())
    assert find_trained(record.id, find_task("pendulum-p"), tmp_path).card.task == "pendulum-p"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"task": "pendulum-q"}, "did you mean pendulum-"),
        ({"wipe": "sometimes"}, "wipe may be one of none, step, teleport"),
        ({"agent": "imitate"}, "imitate needs a scripted agent to learn from, and there is none for pendulum-p"),
        ({"agent": "circle"}, "circle is an agent for water mazes, not for pendulum-p"),
        ({"beside": ["circle"]}, "circle is an agent for water mazes"),
        ({"beside": ["nobody"]}, "beside may be lstm, feed-forward"),
        ({"agent": "pretrained/nothing"}, "No policy nothing comes with Athanor"),
        ({"agent": "20200101-000000-control-abcd"}, "agent may be pretrained, train"),
        ({"agent": "../../etc"}, "agent"),
        ({"learning_rate": 0.0}, "learning_rate"),
        ({"discount": 1.0}, "discount"),
        ({"task": "pixel-pendulum", "agent": "full-information"}, "no need of images"),
    ],
)
def test_bad_settings_are_told_in_a_sentence(tmp_path, settings, words):
    with pytest.raises(BadInput, match=words):
        do(tmp_path, **{"task": "pendulum-p", "episodes": 2, **settings})


def test_every_task_has_a_policy_that_comes_with_the_program():
    for task in TASKS.values():
        find_trained("pretrained", task, folder())


def test_a_policy_of_another_task_is_refused(trained, tmp_path):
    record, _ = trained
    with pytest.raises(BadInput, match=r"was trained on water-maze-r \(sees x, y, on platform\); pendulum-p is"):
        do(record.folder.parent, task="pendulum-p", agent=record.id, episodes=2)
    _, result = do(record.folder.parent, task="water-maze-hard", agent=record.id, episodes=2)
    assert result["task"] == "water-maze-hard"  # the same senses in the same world
    assert result["trained_on"] == "water-maze-r"


def test_a_damaged_policy_is_refused(trained, tmp_path):
    record, _ = trained
    path = publish(record.folder, tmp_path)
    found = load_model(path)
    assert found.card.made["commands"][0].startswith("athanor run control --set task=water-maze-r --set agent=train")
    assert [at for at, _ in found.card.made["curve"]] == [2, 4]
    found.policy.actor.head[0].weight.data[0, 0] = torch.nan
    save_model(tmp_path, "broken", found)
    with pytest.raises(BadInput, match=r"weights that are not numbers at actor/head\.0\.weight"):
        load_model(tmp_path / "broken.safetensors")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(BadInput, match="cannot be read as a trained policy"):
        load_model(path)
    path.with_suffix(".json").write_text('{"format": 1, "sizes": {}}')
    with pytest.raises(BadInput):
        load_model(path)


def test_a_pupil_comes_to_do_what_its_teacher_would(tmp_path):
    losses = []
    for updates in (1, 120):
        settings = {
            "hidden": 16,
            "rounds": 1,
            "updates": updates,
            "batch": 8,
            "environments": 16,
            "learning_rate": 0.01,
        }
        record, result = do(tmp_path, task="water-maze-c", agent="imitate", episodes=4, traced=1, **settings)
        losses.append(record.scalars("critic loss")[1][-1])
        assert result["updates"] == updates
    assert losses[1] < 0.7 * losses[0]  # on the same lessons
    agent = record.events("agents")[0]
    assert (agent["algorithm"], agent["title"]) == ("imitation", "LSTM, taught")


# Sessions


@pytest.fixture
def session(trained, tmp_path):
    record, _ = trained
    configuration = ControlPlayConfiguration.from_dict(
        {"task": "water-maze-r", "agent": record.id, "beside": ["circle-remembers"]}
    )
    writer = RecordWriter.create(record.folder.parent, experiment="control-play", configuration=configuration.to_dict())
    with writer:
        yield Session(configuration, Context(writer, seed=3)), Record.open(writer.folder), writer


def scene(record, number):
    """Rows of a scene [agents, steps]."""
    event = record.events("scenes")[number]
    return record.table("steps").read(event["first_row"], event["first_row"] + 400).reshape(2, 200)


def test_a_change_leaves_the_past_as_it_was_and_alters_the_future(session):
    bench, record, writer = session
    bench.obey({"command": "intervene", "scene": 0, "change": {"kind": "platform", "step": 60, "x": -0.3, "y": 0.4}})
    bench.obey({"command": "intervene", "scene": 1, "change": {"kind": "wipe", "step": 100}})
    bench.obey({"command": "run", "episode": 4, "wipe": "teleport"})
    writer.flush()
    before, moved, wiped = (scene(record, k) for k in range(3))
    assert record.events("refused") == []
    for name in ("state", "action", "memory", "decoded"):
        np.testing.assert_array_equal(before[name][:, :60], moved[name][:, :60])
        np.testing.assert_array_equal(moved[name][:, :100], wiped[name][:, :100])
    np.testing.assert_allclose(moved["state"][:, 60:, 2:4], np.broadcast_to([-0.3, 0.4], (2, 140, 2)), atol=1e-6)
    assert not np.array_equal(moved["memory"][0, 100], wiped["memory"][0, 100])
    np.testing.assert_array_equal(moved["state"][1], wiped["state"][1])  # a scripted rule has nothing to wipe
    events = record.events("scenes")
    assert [event["parent"] for event in events] == [None, 0, 1, None]
    assert events[2]["title"] == "episode 1, platform to (-0.30, 0.40) at step 60, memory wiped at step 100"
    assert events[3]["wipe"] == "teleport"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ({"command": "dance"}, "There is no command 'dance'"),
        ({"command": "run", "episode": -1}, "episode must be a whole number"),
        ({"command": "run", "wipe": "maybe"}, "wipe may be none, step, teleport"),
        ({"command": "intervene", "scene": 9, "change": {}}, "scene must be a whole number from 0 to 0"),
        ({"command": "intervene", "scene": 0, "change": []}, "A change is an object"),
        ({"command": "intervene", "scene": 0, "change": {"kind": "wipe", "step": 200}}, "step must be a whole number"),
        ({"command": "intervene", "scene": 0, "change": {"kind": "platform", "step": 3, "x": 2, "y": 0}}, "x must be"),
        ({"command": "intervene", "scene": 0, "change": {"kind": "length", "step": 3}}, "nothing of the kind 'length'"),
    ],
)
def test_a_command_that_makes_no_sense_is_refused_and_nothing_is_written(session, command, words):
    bench, record, writer = session
    rows = len(record.table("steps"))
    assert not bench.obey(command)
    writer.flush()
    assert words in record.events("refused")[-1]["reason"]
    assert len(record.table("steps")) == rows
    assert bench.obey({"command": "finish"})


# Policies that come with Athanor


@pytest.mark.parametrize("name", names())
def test_every_shipped_policy_fits_its_task_and_says_how_it_was_made(name):
    found = load_model(folder() / f"{name}.safetensors")
    found.check(find_task(found.card.task))
    assert found.card.made["commands"][0].startswith(f"athanor run control --set task={found.card.task}")
    assert (folder() / f"{name}.safetensors").stat().st_size < 400_000
    assert found.readout is not None or found.card.sizes.kind == "feed-forward"


def test_a_policy_of_another_width_is_refused():
    found = load_model(folder() / "cartpole.safetensors")
    other = replace(found, card=replace(found.card, sizes=replace(found.card.sizes, observations=2)))
    with pytest.raises(BadInput, match="trained when cartpole showed 2 numbers; now it is 3"):
        other.check(find_task("cartpole"))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("weight", lambda values: values[:, 1:]),
        ("bias", lambda values: values.repeat(2)),
        ("mean", lambda values: values.int()),
        ("axes", lambda values: None),
        ("spread", lambda values: values / 0),
    ],
)
def test_a_readout_that_does_not_fit_the_memory_is_refused(name, change):
    found = load_model(folder() / "cartpole.safetensors")
    tensors = tensors_of(found.policy, found.readout)
    changed = change(tensors.pop(f"readout/{name}"))
    if changed is not None:
        tensors[f"readout/{name}"] = changed
    with pytest.raises(BadInput, match=f"^here does not fit its own card at readout/{name}$"):
        restore(found.card, tensors, "here")


def test_learned_and_taught_policies_of_a_maze_are_told_apart():
    players = companions(find_task("water-maze-r"), ("lstm", "taught"), required=True)
    assert [player.title for player in players] == ["LSTM", "LSTM, taught"]
    assert [player.trained.card.algorithm for player in players] == ["rsac", "imitation"]


def test_companions_are_those_that_come_with_athanor():
    for task in TASKS.values():
        for player in companions(task, ("lstm", "feed-forward", "random"), required=False):
            assert player.trained is None or player.trained.card.sizes.observations
