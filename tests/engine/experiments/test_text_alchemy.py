"""The experiment text Alchemy: records, conditions, budgets, stops and resumption."""

import importlib.util
import json
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadInput, Stopped
from engine.experiments.context import Context
from engine.experiments.control import Control
from engine.experiments.text_alchemy import TextAlchemyConfiguration, run, summary
from engine.runs import Record, RecordWriter


def evaluate(folder, seed=0, parent=None, control=None, **settings):
    configuration = TextAlchemyConfiguration.from_dict(settings)
    with RecordWriter.create(
        folder, experiment="text-alchemy", configuration=configuration.to_dict(), seed=seed
    ) as writer:
        try:
            result = run(configuration, Context(writer, seed=seed, parent=parent, control=control))
        except (Stopped, BadInput) as problem:
            result = problem
            writer.finish("failed", error=str(problem))
    return result, Record.open(writer.folder)


HEURISTIC = {"model": "scripted/random-heuristic", "references": False}


@pytest.fixture
def server():
    pytest.importorskip("openai", reason="the package openai is not installed (extra language)")
    if "faulty_server" not in sys.modules:
        path = Path(__file__).parents[1] / "language" / "faulty_server.py"
        spec = importlib.util.spec_from_file_location("faulty_server", path)
        sys.modules["faulty_server"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["faulty_server"])
    with sys.modules["faulty_server"].FaultyServer(answer=first_potion) as server:
        yield server


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr("engine.language.endpoint.FIRST_WAIT", 0.01)


def first_potion(body):
    """Puts stone 1 in the first potions by the step, then ends; now and then says nothing useful."""
    step = len(body["messages"]) // 2
    return "I wonder." if step % 5 == 3 else f"Reasoning: try\nAction: place stone 1 in potion {step}"


def remote(server, **settings):
    base = {
        "model": "endpoint/m",
        "endpoint_url": server.url,
        "references": False,
        "trials": 2,
        "steps": 4,
        "episodes": 4,
    }
    return {**base, "timeout": 5.0, "price_prompt": 1.0, "price_completion": 10.0, **settings}


def test_figures_transcript_and_trace_agree(tmp_path):
    result, record = evaluate(tmp_path, **HEURISTIC, episodes=3, trials=4, summary=True, summary_every=2)
    turns, episodes, nodes = (record.table(name).read() for name in ("turns", "episodes", "nodes"))
    said = record.events("transcript")
    assert result["score_mean"] == pytest.approx(episodes["score"].mean())
    assert len(result["trial_score_mean"]) == 4
    assert result["invalid_rate"] == 0
    assert {event["kind"] for event in said} == {"instructions", "state", "action", "summary-request", "summary"}
    assert turns["summary"].sum() == 3  # after trial 2; none is asked for after the last
    for turn in turns:
        message = said[turn["message"]]
        assert (message["role"], message["episode"], message["trial"]) == ("assistant", turn["episode"], turn["trial"])
        if not turn["summary"]:
            before, after = nodes[turn["node"]], nodes[turn["next_node"]]
            assert (before["trial"], before["step"]) == (turn["trial"], turn["step"])
            assert after["parent"] == turn["node"]
            assert after["reward"] == turn["reward"]
            assert after["action"] == max(turn["action"], 0)
    lines = {line["episode"]: line for line in record.events("lines")}
    assert {number: nodes[line["leaf"]]["score"] for number, line in lines.items()} == dict(
        enumerate(episodes["score"])
    )
    assert len(record.events("references")) == 3
    assert (record.status().done, record.status().total, record.status().unit) == (3, 3, "episodes")


def test_a_run_repeats_itself_and_tracing_changes_nothing(tmp_path):
    first, _ = evaluate(tmp_path, seed=4, **HEURISTIC, episodes=2, trials=3)
    again, record = evaluate(tmp_path, seed=4, **HEURISTIC, episodes=2, trials=3, traced=0)
    assert first == again
    assert "nodes" not in record.tables()
    assert (record.table("turns").read()["node"] == -1).all()


def test_a_silent_change_starts_a_second_tree_with_a_belief_of_its_own(tmp_path):
    result, record = evaluate(
        tmp_path, **{**HEURISTIC, "references": True}, episodes=2, trials=12, change_at=7, traced=2
    )
    changes = record.events("changes")
    assert [(event["episode"], event["traced_as"], event["first_trial"]) for event in changes] == [(0, 2, 6), (1, 3, 6)]
    turns, nodes = record.table("turns").read(), record.table("nodes").read()
    late = turns[(turns["episode"] == 0) & (turns["trial"] >= 6)]
    assert set(nodes[late["node"]]["episode"]) == {2}
    assert {"before_change", "at_change", "after_change"} <= set(result)
    texts = " ".join(event["text"] for event in record.events("transcript")).lower()
    assert "chang" not in texts.replace("can change the stone", "").replace("no change", "")
    references = [event for event in record.events("references") if event["agent"] == "ideal-observer"]
    assert sorted((event["episode"], len(event["trial_scores"])) for event in references) == [
        (0, 6),
        (1, 6),
        (2, 6),
        (3, 6),
    ]


def test_invalid_answers_cost_a_step_and_are_counted(server, tmp_path):
    result, record = evaluate(tmp_path, **remote(server))
    turns = record.table("turns").read()
    assert 0 < result["invalid_rate"] == pytest.approx(1 - turns["valid"].mean())
    bad = turns[~turns["valid"]]
    assert (bad["action"] == -2).all()
    nodes = record.table("nodes").read()
    assert (nodes[bad["next_node"]]["action"] == 0).all()
    assert result["tokens"] == 107 * len(turns) == 107 * server.answered
    assert result["cost"] == pytest.approx(170e-6 * len(turns))


def test_faults_lose_nothing_and_leave_the_bill_unchanged(server, tmp_path, home):
    clean, _ = evaluate(tmp_path, **remote(server))
    for file in home.rglob("*.json"):
        file.unlink()
    server.faults = [429, 500, "truncated", "wrong schema", "empty", "hang up", "hang", "no json", 503] * 3
    faulty, record = evaluate(tmp_path, **remote(server, timeout=0.5, attempts=12))
    assert faulty == clean
    assert record.table("turns").read()["attempts"].max() > 1


def test_parallel_requests_keep_to_their_limit(server, tmp_path):
    server.delay = 0.05
    evaluate(tmp_path, **remote(server, episodes=8, parallel=3, trials=1))
    assert 2 <= server.most_at_once <= 3


@pytest.mark.parametrize("limit", [{"token_budget": 6000}, {"money_budget": 0.02}])
def test_the_run_ends_at_the_budget_and_keeps_what_it_has(server, tmp_path, limit):
    result, record = evaluate(tmp_path, **remote(server, episodes=40, parallel=2, max_tokens=64, **limit))
    assert result["budget_spent"]
    assert 0 < result["episodes"] < 40
    assert result["tokens_paid"] <= limit.get("token_budget", 10**9)
    assert result["cost"] <= limit.get("money_budget", 10**9)
    assert len(record.table("turns")) * 107 == result["tokens_paid"]


def test_an_interrupted_run_goes_on_with_the_next_unanswered_step(server, tmp_path, home):
    whole, _ = evaluate(tmp_path, **remote(server))
    for file in home.rglob("*.json"):  # the cache would answer too; here the record alone has to
        file.unlink()
    server.faults, asked = [None] * 9 + [401], server.answered
    problem, broken = evaluate(tmp_path, **remote(server))
    assert "refused the request (401)" in str(problem)
    kept = len(broken.table("turns"))
    assert kept == server.answered - asked >= 9  # also the answers that were under way
    for file in home.rglob("*.json"):
        file.unlink()
    server.faults, asked = [], server.answered
    resumed, record = evaluate(tmp_path, parent=broken.folder, **remote(server))
    total = len(record.table("turns"))
    assert server.answered - asked == total - kept
    assert resumed["score_mean"] == whole["score_mean"]
    assert resumed["tokens"] == whole["tokens"]
    assert resumed["tokens_paid"] == 107 * (total - kept)


def test_answers_of_another_condition_are_not_taken_over(server, tmp_path):
    _, first = evaluate(tmp_path, **remote(server))
    asked = server.answered
    evaluate(tmp_path, parent=first.folder, **remote(server, prior_knowledge=True))
    assert server.answered > asked


def test_stop_is_obeyed_within_a_second_while_the_server_hangs(server, tmp_path):
    server.faults, control = ["hang"] * 8, Control()
    threading.Timer(0.3, control.stop).start()
    started = time.monotonic()
    result, _ = evaluate(tmp_path, control=control, **remote(server, timeout=3.0))
    assert isinstance(result, Stopped)
    assert time.monotonic() - started < 1.3
    server.released.set()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"model": "gpt"}, "model must begin with"),
        ({"model": "scripted/search-oracle"}, "told the chemistry"),
        ({"model": "scripted/nobody"}, "There is no agent"),
        ({"model": "local/missing.gguf"}, "there is no file"),
        ({"model": "endpoint/m"}, "endpoint/PROVIDER/MODEL"),
        ({"change_at": 11}, "change_at must be"),
        ({"history": "summary"}, "only with summary"),
        ({"money_budget": 1.0}, "needs price"),
        ({"episodes_file": "/nowhere.jsonl"}, "no episode file"),
        ({"level": "alchemy/all_fixed", "change_at": 3}, "potions are random"),
    ],
)
def test_bad_settings_are_one_sentence(tmp_path, settings, words):
    try:
        result, _ = evaluate(tmp_path, **settings)
    except BadInput as problem:
        result = problem
    assert isinstance(result, BadInput)
    assert words in str(result)


def test_measures_of_the_study():
    oracle = np.full((2, 20), 10.0)
    oracle[0, 3] = 0  # nothing to earn: left out
    scores = np.repeat(np.array([[0.0, 2, 4, 6, 8, 10, 10, 10, 10, 10, 1, 3, 5, 7, 9, 9, 9, 9, 9, 9]]), 2, axis=0)
    figures = summary(scores, oracle, 11)
    assert figures["improvement_first"] == pytest.approx(1.0)
    assert figures["improvement"] == pytest.approx(1 - (0 * 2 + 0.2 * 2 + 0.4 * 2 + 0.6 + 0.8 * 2) / 9)
    assert (figures["before_change"], figures["at_change"], figures["after_change"]) == pytest.approx((1.0, 0.1, 0.9))


def test_a_model_is_shown_the_objects_of_feature_world_as_a_picture(tmp_path, server):
    from engine.experiments.feature_world import FeatureWorldConfiguration
    from engine.experiments.feature_world import run as play

    server.answer = lambda body: f"Action: object {len(body['messages']) // 2 + 1}"
    settings = {"model": "endpoint/m", "endpoint_url": server.url, "agent": "language", "images": True, "timeout": 5.0}
    configuration = FeatureWorldConfiguration(**settings, episodes=2, most_steps=12, parallel=2)
    with RecordWriter.create(tmp_path, experiment="feature-world", configuration={}, seed=0) as writer:
        result = play(configuration, Context(writer, seed=0))
    assert result["episodes"] == 2
    assert result["invalid_rate"] == 0
    for body in server.requests:
        first = next(message for message in body["messages"] if message["role"] == "user")["content"]
        assert first[1]["image_url"]["url"].startswith("data:image/png;base64,iVBOR")
        words = json.dumps([part for part in body["messages"] if part["role"] == "user"][:1])
        assert "cube" not in words.partition("data:image")[0]
    assert Record.open(writer.folder).events("picture")
    local = FeatureWorldConfiguration(agent="language", model="local/smollm2", images=True)
    with (
        RecordWriter.create(tmp_path, experiment="feature-world", configuration={}, seed=0) as writer,
        pytest.raises(BadInput, match="needs a model behind an endpoint"),
    ):
        play(local, Context(writer, seed=0))
