"""The tree of situations: what is written, and that a record can be gone on from."""

from itertools import pairwise

import numpy as np
import pytest

from engine.agents.catalogue import make_agent
from engine.agents.play import play
from engine.agents.traced import catch_up, play_on
from engine.alchemy.actions import CAULDRON, encode
from engine.alchemy.chemistry import REWARDS, transitions
from engine.alchemy.episodes import sample_episode
from engine.alchemy.levels import Level
from engine.alchemy.restore import restore
from engine.alchemy.trace import CASHED, CHANGED, ENDED, NODES, WASTED, Trace
from engine.errors import BadInput
from engine.runs import Record, RecordWriter

LEVEL = Level()


@pytest.fixture
def record(tmp_path):
    with RecordWriter.create(tmp_path, experiment="alchemy-play", configuration={}) as writer:
        yield writer


def rows_of(record):
    record.flush()
    return Record.open(record.folder).table("nodes").read()


def test_a_traced_episode_scores_like_an_untraced_one(record):
    episode = sample_episode(np.random.RandomState(5), LEVEL)
    trace = Trace(record, LEVEL)
    agent = make_agent("uniform", 11, LEVEL)
    node = trace.begin(0, episode)
    catch_up(agent, node)
    for following in play_on(trace, node, agent, trace.agent("uniform", "Uniform")):
        node = following
    expected = play(episode, make_agent("uniform", 11, LEVEL), level=LEVEL)
    assert list(node.trial_scores) == expected.trial_scores.tolist()
    assert node.done


def test_rows_agree_with_the_rules(record):
    episode = sample_episode(np.random.RandomState(8), LEVEL)
    trace = Trace(record, LEVEL)
    you = trace.agent("you", "You")
    node = trace.begin(0, episode)
    vertex, potion = int(episode.stones[0, 1]), int(episode.potions[0, 4])
    node = trace.step(node, encode(1, 4), you)
    moved = int(transitions()[episode.chemistry.graph, vertex, potion])
    node = trace.step(node, encode(1, CAULDRON), you)
    trace.step(node, 0, you, ends=True)
    rows = rows_of(record)
    assert rows["parent"].tolist() == [-1, 0, 1, 2]
    assert rows["effect"].tolist() == [0, CHANGED if moved != vertex else WASTED, CASHED, ENDED]
    assert rows["reward"].tolist() == [0, 0, REWARDS[moved], 0]
    assert rows["trial"].tolist() == [0, 0, 0, 1]
    assert rows["potions"][1][4] == -1
    assert rows["outcome"][2].tolist() == [episode.stones[0, 0], -1, episode.stones[0, 2]]
    assert rows["remaining"][1] <= rows["remaining"][0]


def test_information_is_what_the_belief_lost(record):
    """The bits gained by one potion after another are never negative, and nothing where nothing could be learned."""
    episode = sample_episode(np.random.RandomState(3), LEVEL)
    trace = Trace(record, LEVEL)
    node = trace.begin(0, episode)
    for slot in range(12):
        node = trace.step(node, encode(slot % 3, slot), 0)
    rows = rows_of(record)
    assert (rows["information"] >= 0).all()
    for before, after in pairwise(rows):
        expected = before["expected_information"]
        assert expected[after["action"]] >= 0
        if expected[after["action"]] == 0:  # nothing could be learned, so nothing was
            assert after["information"] == 0
    assert np.isfinite(rows["entropy"]).all()


def test_branches_share_their_beginning_and_undo_loses_nothing(record):
    episode = sample_episode(np.random.RandomState(1), LEVEL)
    trace = Trace(record, LEVEL)
    root = trace.begin(0, episode)
    left, right = trace.step(root, encode(0, 0), 0), trace.step(root, encode(1, 1), 0)
    trace.line("you", "You", left, "you")
    trace.line("you", "You", root, "you")
    assert [node.row for node in right.path] == [0, 2]
    assert rows_of(record)["parent"].tolist() == [-1, 0, 0]
    assert [event["leaf"] for event in Record.open(record.folder).events("lines")] == [1, 0]


def test_a_record_can_be_gone_on_from(tmp_path):
    episode = sample_episode(np.random.RandomState(2), LEVEL)
    with RecordWriter.create(tmp_path, experiment="alchemy-play", configuration={}) as first:
        trace = Trace(first, LEVEL)
        agent = make_agent("random-heuristic", 4, LEVEL)
        root = node = trace.begin(0, episode)
        catch_up(agent, node)
        for following in play_on(trace, node, agent, trace.agent("random-heuristic", "Random heuristic")):
            node = following
        trace.line("a", "A", node, "random-heuristic")
        trace.step(root, encode(2, 2), 0)
    with RecordWriter.create(tmp_path, experiment="alchemy-play", configuration={}) as second:
        leaves = {}
        nodes = list(restore(Trace(second, LEVEL), first.folder, leaves))
    one, two = (Record.open(record.folder).table("nodes").read() for record in (first, second))
    assert all(np.array_equal(one[column.name], two[column.name]) for column in NODES)
    assert leaves["a"].row == node.row
    assert leaves["a"].trial_scores == node.trial_scores
    assert len(nodes) == len(one)


@pytest.mark.parametrize(("column", "value"), [("parent", 10**9), ("action", 77), ("episode", 5)])
def test_a_damaged_tree_is_refused(tmp_path, column, value):
    with RecordWriter.create(tmp_path, experiment="alchemy-play", configuration={}) as first:
        trace = Trace(first, LEVEL)
        root = trace.begin(0, sample_episode(np.random.RandomState(2), LEVEL))
        trace.step(root, encode(0, 0), trace.agent("you", "You"))
    table = Record.open(first.folder).table("nodes")
    rows = np.array(table.read())
    rows[column][0 if column == "episode" else 1] = value
    (first.folder / "nodes.rows").write_bytes(rows.tobytes())
    with (
        RecordWriter.create(tmp_path, experiment="alchemy-play", configuration={}) as second,
        pytest.raises(BadInput, match="damaged"),
    ):
        list(restore(Trace(second, LEVEL), first.folder, {}))


def test_a_step_after_the_end_is_refused(record):
    episode = sample_episode(np.random.RandomState(2), LEVEL, trials=1)
    trace = Trace(record, LEVEL)
    node = trace.step(trace.begin(0, episode), 0, 0, ends=True)
    assert node.done
    with pytest.raises(RuntimeError):
        trace.step(node, 0, 0)


def test_stone_marginal_is_the_posterior_over_vertices(record):
    """Against counting hypotheses one by one: which vertex would look like that stone under each of them."""
    from engine.alchemy import hypotheses as hyp
    from engine.alchemy.chemistry import GRAPH_PRIOR, INDICATORS, vertex_to_appearance

    episode = sample_episode(np.random.RandomState(21), LEVEL)
    trace = Trace(record, LEVEL)
    node = trace.begin(0, episode)
    for slot in range(6):
        node = trace.step(node, encode(slot % 3, slot), 0)
    view, looks = node.view(), vertex_to_appearance()
    expected = np.zeros((3, 8))
    for index in node.belief.indices():
        chemistry = hyp.hypothesis(index)
        seen = looks[chemistry.rotation, chemistry.stone_map]
        for stone in range(3):
            same = (seen == view.appearances[stone]).all(axis=1) & (view.indicators[stone] == INDICATORS)
            expected[stone] += same * GRAPH_PRIOR[chemistry.graph]
    expected /= expected.sum(axis=1, keepdims=True)
    assert np.allclose(rows_of(record)["stone_marginal"][-1], expected, atol=1e-6)
    assert all(expected[stone, vertex] > 0 for stone, vertex in enumerate(node.state.stones))
