"""Games of Feature World by hand: every step is kept, also what was taken back."""

import json

import pytest

from engine.experiments.context import Context
from engine.experiments.control import Control
from engine.experiments.feature_world_play import WorldPlayConfiguration, run
from engine.feature_world.world import World
from engine.runs import Record, RecordWriter


def play(folder, commands, seed=3, **settings):
    configuration, control = WorldPlayConfiguration(**settings), Control()
    for command in (*commands, {"command": "finish"}):
        control.command(command)
    with RecordWriter.create(folder, experiment="feature-world-play", configuration={}, seed=seed) as writer:
        result = run(configuration, Context(writer, seed=seed, control=control))
    return result, Record.open(writer.folder)


def propose(*objects, first=0):
    return [{"command": "propose", "step": first + k, "object": chosen} for k, chosen in enumerate(objects)]


def test_a_game_is_recorded_with_what_each_proposal_told(tmp_path):
    world = World()
    rule = world.hidden_rule(3)
    result, record = play(tmp_path, propose(*range(16)))
    steps = record.table("steps").read()
    assert (steps["rewarded"] == world.rewards[rule, steps["object"]]).all()
    assert steps["done"].tolist() == [False] * (len(steps) - 1) + [True]
    assert steps["information"].sum() == pytest.approx(3, abs=1e-5)
    assert record.table("episodes").read()["rule"].tolist() == [rule]
    assert result == {"steps": len(steps), "games": [{"steps": len(steps), "solved": True}]}
    assert record.events("refused")[0]["reason"] == "This game is over"


def test_a_step_back_begins_another_game_with_the_same_first_steps(tmp_path):
    result, record = play(tmp_path, [*propose(0, 5), *propose(6, first=1)])
    steps = record.table("steps").read()
    assert steps["episode"].tolist() == [0, 0, 1, 1]
    assert steps["object"].tolist() == [0, 5, 0, 6]
    assert [game["steps"] for game in result["games"]] == [2, 2]


def test_nonsense_is_refused_and_ends_nothing(tmp_path):
    bad = [
        {"command": "propose", "step": 4, "object": 0},
        {"command": "propose", "step": 0, "object": 99},
        {"command": "propose", "step": True, "object": 0},
        {"command": "propose"},
        {"command": "sing"},
    ]
    result, record = play(tmp_path, [*bad, *propose(2)])
    assert len(record.events("refused")) == len(bad)
    assert result["games"] == [{"steps": 1, "solved": False}]
    json.dumps(result)
