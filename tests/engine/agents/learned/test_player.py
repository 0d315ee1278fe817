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
from engine.agents.learned.models import Card, load_model, save_model
from engine.agents.learned.player import LearnedAgent
from engine.agents.learned.policy import Network
from engine.agents.play import play
from engine.agents.traced import catch_up, play_on
from engine.alchemy.episodes import sample_episode
from engine.alchemy.levels import BENCHMARK, EVALUATION, Level
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


def traced(folder, agent, seed=5, level=BENCHMARK):
    writer = RecordWriter.create(folder, experiment="alchemy", configuration={"level": level}, seed=seed)
    trace = Trace(writer, Level.parse(level))
    root = trace.begin(0, sample_episode(np.random.RandomState(seed), Level.parse(level), 3))
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
    view = nodes[4].view()
    before = agent.decide(view).memory
    agent.forget([1])
    after = agent.decide(view).memory
    assert after.colours[1] == -2
    assert after.weights[1] == 0
    assert not np.allclose(before.potions, after.potions)
    assert isinstance(agent._state, Memory)
    assert agent._state.rows[0, 1] == NOTHING
    with pytest.raises(BadInput, match="nothing in slot 1"):
        agent.forget([1])


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
    level = Level.parse(EVALUATION)
    random, agent = np.random.RandomState(11), make_agent(f"pretrained/{TAUGHT[0]}", 0, level)
    scores = [play(sample_episode(random, level), agent).score for _ in range(25)]
    assert np.mean(scores) > 220
