"""A network as an agent: what it notices, remembers, forgets and says; and the shipped ones still play well."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.agents.catalogue import AGENTS, make_agent
from engine.agents.learned import shipped
from engine.agents.learned.attention import Memory
from engine.agents.learned.bodies import BodySizes
from engine.agents.learned.facts import NOTHING
from engine.agents.learned.games import Games
from engine.agents.learned.models import Card, load_model, save_model
from engine.agents.learned.player import LearnedAgent
from engine.agents.learned.policy import Network
from engine.agents.learned.rollouts import play as play_games
from engine.agents.play import play
from engine.agents.traced import catch_up, play_on
from engine.alchemy.episodes import sample_episode
from engine.alchemy.levels import BENCHMARK, EVALUATION, Level
from engine.alchemy.restore import restore
from engine.alchemy.trace import Trace
from engine.errors import BadInput
from engine.runs import Record, RecordWriter

TAUGHT = [name for name in shipped.names() if name.startswith(("attention", "episodic"))]


@pytest.fixture
def agent():
    torch.set_num_threads(1)
    torch.manual_seed(0)
    return LearnedAgent("pretrained/test", Network("attention", BodySizes(16)).eval())


@pytest.mark.parametrize("level", [EVALUATION, BENCHMARK])
def test_it_plays_whole_episodes_within_the_rules(agent, level):
    random = np.random.RandomState(3)
    for _ in range(2):
        result = play(sample_episode(random, Level.parse(level)), agent)
        assert len(result.trial_scores) == 10
        assert result.score >= 0  # it never cashes what is negative


def traced(folder, agent, seed=5, level=BENCHMARK, trials=3):
    writer = RecordWriter.create(folder, experiment="alchemy", configuration={"level": level}, seed=seed)
    trace = Trace(writer, Level.parse(level))
    root = trace.begin(0, sample_episode(np.random.RandomState(seed), Level.parse(level), trials))
    index = trace.agent(agent.name, "Trained")
    catch_up(agent, root)
    nodes = list(play_on(trace, root, agent, index))
    writer.finish("finished", {})
    return Record.open(writer.folder), nodes


def test_what_it_remembers_is_written_beside_its_decisions(agent, tmp_path):
    record, _ = traced(tmp_path, agent)
    memories, nodes = record.table("memories").read(), record.table("nodes").read()
    assert len(memories) == len(record.table("decisions").read())
    np.testing.assert_allclose(memories["potion_marginal"].sum(axis=2), 1, atol=1e-4)
    assert (np.diff(memories["slots"]) >= 0).all()
    last = memories[-1]
    by_place = {(int(n["trial"]), int(n["step"])): n for n in nodes}
    for slot in range(last["slots"]):
        node = by_place[tuple(int(v) for v in last["written"][slot])]
        if last["colours"][slot] == -1:
            assert last["before"][slot].tolist() in node["appearances"].tolist()
        else:
            before = nodes[node["parent"]]
            stone, place = divmod(int(node["action"]) - 1, 13)
            assert before["colours"][place - 1] == last["colours"][slot]
            assert before["appearances"][stone].tolist() == last["before"][slot].tolist()
            assert node["appearances"][stone].tolist() == last["after"][slot].tolist()


def test_forgetting_takes_a_fact_away_and_it_can_be_learned_again(agent, tmp_path):
    _, nodes = traced(tmp_path, agent)
    catch_up(agent, nodes[4])
    before = agent.recollect()
    agent.forget([1])
    after = agent.recollect()
    assert after.colours[1] == -2
    assert after.weights[1] == 0
    assert not np.allclose(before.potions, after.potions)
    assert isinstance(agent._state, Memory)
    assert agent._state.rows[0, 1] == NOTHING
    with pytest.raises(BadInput, match="nothing in slot 1"):
        agent.forget([1])


@pytest.mark.parametrize("core", ["sam", "dnc", "lstm", "gru"])
def test_words_and_units_are_written_beside_the_decisions_and_kept(core, tmp_path):
    torch.manual_seed(1)
    agent = LearnedAgent("pretrained/test", Network(core, BodySizes(12, 16)).eval())
    record, nodes = traced(tmp_path, agent, trials=1)
    rows = record.table("cells").read()
    assert rows["node"].tolist() == record.table("decisions").read()["node"].tolist()
    words = core in ("sam", "dnc")
    assert (rows["words"] == words).all()
    assert (rows["cells"] == (16 if words else 12)).all()
    assert not rows["read"][:, 16:].any()
    assert rows["wrote"].any() == words
    assert np.abs(rows["read"]).max() <= 1.0001
    assert (rows["read"][-1] != rows["read"][0]).any()
    again = RecordWriter.create(tmp_path, experiment="alchemy", configuration={"level": BENCHMARK}, seed=1)
    list(restore(Trace(again, Level.parse(BENCHMARK)), record.folder, {}))
    again.finish("finished", {})
    np.testing.assert_array_equal(Record.open(again.folder).table("cells").read()["read"], rows["read"])
    catch_up(agent, nodes[3])
    if words:
        used = int(rows["wrote"][3].argmax())
        whole = agent._network.body.network.rows(agent._state, torch.tensor([used]))
        agent.forget([used])
        assert whole.abs().max() > 0
        assert agent._network.body.network.rows(agent._state, torch.tensor([used])).abs().max() == 0
    with pytest.raises(BadInput, match="no word 99" if words else "no single words"):
        agent.forget([99])


def test_a_model_file_gives_the_same_network_back(agent, tmp_path, monkeypatch):
    network = agent._network
    save_model(tmp_path, "copy", Card("attention", 16, 64, made={"summary": "a test"}), network)
    monkeypatch.setattr("engine.agents.learned.models.folder", lambda: tmp_path)
    _, again = load_model("copy")
    assert all(torch.equal(a, b) for a, b in zip(network.parameters(), again.parameters(), strict=True))
    (tmp_path / "copy.json").write_text(json.dumps({"format": 99}))
    with pytest.raises(BadInput, match="format 99"):
        load_model("copy")


@pytest.mark.parametrize("name", shipped.names())
def test_shipped_models_are_agents_with_a_history(name):
    assert f"pretrained/{name}" in AGENTS
    made = json.loads((Path(shipped.folder()) / f"{name}.json").read_text(encoding="utf-8"))["made"]
    assert made["commands"]
    assert len(made["curve"]) > 3


@pytest.mark.skipif(not TAUGHT, reason="no taught agent is shipped")
def test_the_taught_agent_still_plays_well():
    _, network = load_model(TAUGHT[0])
    random = np.random.default_rng(11)
    rollout, _ = play_games(network, Games(random, 100), np.zeros(100), random, "nothing")
    assert rollout.scores.sum(axis=1).mean() > 260  # standard error 5; many at once are a hundred times quicker
    level = Level.parse(EVALUATION)
    episodes, agent = np.random.RandomState(11), make_agent(f"pretrained/{TAUGHT[0]}", 0, level)
    assert np.mean([play(sample_episode(episodes, level), agent).score for _ in range(3)]) > 220
