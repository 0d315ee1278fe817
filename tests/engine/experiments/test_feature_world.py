"""The experiment Feature World: figures, records, bad input."""

import numpy as np
import pytest

from engine.errors import BadInput
from engine.experiments.context import Context
from engine.experiments.feature_world import FeatureWorldConfiguration, run
from engine.runs import Record, RecordWriter


def evaluate(folder, seed=0, **settings):
    configuration = FeatureWorldConfiguration(**settings)
    with RecordWriter.create(folder, experiment="feature-world", configuration={}, seed=seed) as writer:
        result = run(configuration, Context(writer, seed=seed))
    return result, Record.open(writer.folder)


@pytest.mark.parametrize("settings", [{}, {"kind": "conjunction", "dimensions": 3, "values": 3}, {"goal": "find"}])
@pytest.mark.parametrize("agent", ["optimal", "greedy-information"])
def test_every_rule_once_gives_the_exact_expectation(tmp_path, agent, settings):
    settings = {"dimensions": 2, "values": 4, **settings}
    count = 27 if settings.get("kind") else 8
    result, _ = evaluate(tmp_path, agent=agent, episodes=count, **settings)
    assert result["steps_mean"] == pytest.approx(result["steps_exact"], abs=1e-9)
    assert result["solved_share"] == 1


@pytest.mark.parametrize("goal", ["identify", "find"])
@pytest.mark.parametrize("agent", ["random", "random-without-replacement"])
def test_random_players_lie_within_their_error_of_the_exact_expectation(tmp_path, agent, goal):
    result, _ = evaluate(tmp_path, agent=agent, goal=goal, dimensions=3, values=3, episodes=3000, traced=0)
    assert abs(result["steps_mean"] - result["steps_exact"]) < 4 * result["steps_sem"]
    assert result["steps_exact"] > result["steps_optimal"]


def test_every_step_is_recorded_with_what_it_told(tmp_path):
    result, record = evaluate(tmp_path, agent="random-without-replacement", episodes=20, dimensions=3, values=3)
    steps, episodes, (world,) = record.table("steps").read(), record.table("episodes").read(), record.events("world")
    assert len(steps) == episodes["steps"].sum()
    assert steps["done"].sum() == 20
    assert (steps["possible"].sum(axis=1) == steps["remaining"]).all()
    assert np.allclose(steps["entropy"], np.log2(steps["remaining"]), atol=1e-6)
    assert (steps["expected_information"] <= steps["best_information"] + 1e-6).all()
    for episode in range(20):
        mine = steps[steps["episode"] == episode]
        assert mine["information"].sum() == pytest.approx(np.log2(9), abs=1e-5)
        rule = world["features_of_rules"][episodes["rule"][episode]]
        for row in mine:
            values = world["objects"][row["object"]]
            assert row["rewarded"] == all(values[d] == v for d, v in rule)
        assert mine["possible"][:, episodes["rule"][episode]].all()
    assert result["rules"] == len(world["rules"]) == 9


def test_regret_is_zero_for_best_play_and_adds_up_for_others(tmp_path):
    _, record = evaluate(tmp_path, agent="optimal", episodes=27, dimensions=3, values=3, kind="conjunction")
    assert np.allclose(record.table("steps").read()["regret"], 0, atol=1e-6)
    result, record = evaluate(tmp_path, agent="random", episodes=2000, traced=2000)
    lost = record.table("steps").read()["regret"].sum() / 2000
    assert lost == pytest.approx(result["steps_exact"] - result["steps_optimal"], abs=4 * result["steps_sem"])


def test_bad_settings_are_refused(tmp_path):
    with pytest.raises(BadInput, match="agent may be one of optimal"):
        evaluate(tmp_path, agent="clever")
    with pytest.raises(BadInput, match="scripted agents play Alchemy only"):
        evaluate(tmp_path, agent="language")
    with pytest.raises(BadInput, match="4096"):
        evaluate(tmp_path, dimensions=6, values=8)
