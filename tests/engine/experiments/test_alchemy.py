"""The Alchemy evaluation: figures, repeatability, files, bad input."""

from pathlib import Path

import numpy as np
import pytest

from engine.alchemy.episodes import sample_episode, write_episodes
from engine.alchemy.levels import EVALUATION, Level
from engine.data import find
from engine.errors import BadInput, Stopped
from engine.experiments.alchemy import AlchemyConfiguration, run
from engine.experiments.context import Context
from engine.experiments.control import Control
from engine.runs import Record, RecordWriter


def evaluate(folder, seed=0, control=None, **settings):
    configuration = AlchemyConfiguration(**settings)
    with RecordWriter.create(folder, experiment="alchemy", configuration=configuration.to_dict(), seed=seed) as writer:
        result = run(configuration, Context(writer, seed=seed, control=control))
    return result, Record.open(writer.folder)


def test_the_same_seed_gives_the_same_scores(tmp_path):
    first, _ = evaluate(tmp_path, seed=7, agent="random-heuristic", episodes=6, traced=0)
    again, _ = evaluate(tmp_path, seed=7, agent="random-heuristic", episodes=6, traced=2, advice=False)
    other, _ = evaluate(tmp_path, seed=8, agent="random-heuristic", episodes=6, traced=0)
    assert first == again
    assert first["trial_score_mean"] != other["trial_score_mean"]


def test_the_result_sums_up_the_table(tmp_path):
    result, record = evaluate(tmp_path, agent="level-3", episodes=5, traced=0)
    rows = record.table("episodes").read()
    assert result["score_mean"] == pytest.approx(rows["score"].mean())
    assert result["score_sem"] == pytest.approx(rows["score"].std(ddof=1) / np.sqrt(5))
    assert result["oracle_mean"] == pytest.approx(rows["oracle_trial_scores"].sum(axis=1).mean())
    assert len(result["trial_score_mean"]) == 10
    assert (rows["trial_scores"] <= rows["oracle_trial_scores"]).all()
    assert (rows["no_effect"] <= rows["potions_used"]).all()


def test_the_oracle_has_no_regret_on_the_published_episodes(tmp_path):
    try:
        path = find("alchemy_evaluation_200.jsonl.gz")
    except BadInput as absent:
        pytest.skip(str(absent))
    result, _ = evaluate(tmp_path, agent="search-oracle", level=EVALUATION, episodes=40, episodes_file=path, traced=0)
    assert result["regret_mean"] == 0
    assert result["score_mean"] == result["oracle_mean"]


def test_traced_episodes_hold_lines_decisions_and_references(tmp_path):
    _, record = evaluate(tmp_path, agent="random-heuristic", episodes=3, traced=2, advice=False)
    assert [line["line"] for line in record.events("lines")] == ["random-heuristic-0", "random-heuristic-1"]
    assert {event["agent"] for event in record.events("references")} == {"search-oracle"}
    nodes, decisions = record.table("nodes").read(), record.table("decisions").read()
    assert set(nodes["episode"]) == {0, 1}
    assert set(decisions["node"]) < set(range(len(nodes)))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"agent": "nobody"}, "no agent called 'nobody'"),
        ({"level": "alchemy/of_gold"}, "no Alchemy level"),
        ({"episodes_file": Path("missing.jsonl")}, "missing.jsonl"),
        ({"episodes": 0}, "episodes"),
    ],
)
def test_bad_settings_are_one_clear_sentence(tmp_path, settings, words):
    with pytest.raises((BadInput, ValueError), match=words):
        evaluate(tmp_path, **settings)


def test_an_episode_that_the_level_cannot_have_is_refused(tmp_path):
    random = np.random.RandomState(0)
    drawn = (sample_episode(random, Level()) for _ in range(100))
    rotated = next(episode for episode in drawn if episode.chemistry.rotation)
    write_episodes(tmp_path / "one.jsonl", [rotated])
    with pytest.raises(BadInput, match="cannot occur in level"):
        evaluate(tmp_path, level=EVALUATION, episodes=1, episodes_file=tmp_path / "one.jsonl")
    with pytest.raises(BadInput, match="at most 1"):
        evaluate(tmp_path, episodes=2, episodes_file=tmp_path / "one.jsonl")


def test_a_stop_is_heard_inside_an_episode(tmp_path):
    control = Control()
    control.stop()
    with pytest.raises(Stopped):
        evaluate(tmp_path, control=control, agent="random-heuristic", episodes=1, traced=0)
