"""The bench of the memory room: commands in, traces out, with the networks that come with the program."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import BadInput
from engine.experiments.context import Context
from engine.experiments.control import Control
from engine.experiments.memory import run as train
from engine.experiments.memory_bench import open_source, prepare, run
from engine.experiments.memory_settings import BenchConfiguration, MemoryConfiguration
from engine.memory.catalogue import build
from engine.memory.interface import Sizes
from engine.memory.models import Card, load_model, save_model, shipped_names
from engine.memory.sparse_sequence import backward, forward
from engine.runs import Record, RecordWriter


def bench(folder, *commands, seed=3, **settings):
    """A whole session; returns its record and result."""
    configuration = BenchConfiguration.from_dict(settings)
    control = Control()
    for command in (*commands, {"command": "finish"}):
        control.command(command)
    writer = RecordWriter.create(folder, experiment="memory-bench", configuration=configuration.to_dict(), seed=seed)
    with writer:
        result = run(configuration, Context(writer, seed=seed, device="cpu", control=control))
        writer.finish("finished", result)
    return Record.open(writer.folder), result


def change(trace, kind, step, **values):
    return {"command": "intervene", "trace": trace, "change": {"kind": kind, "step": step, **values}}


def rows(record, table, trace, upto=None):
    found = record.table(table).read()
    kept = found["trace"] == trace
    return found[kept if upto is None else kept & (found["step"] < upto)]


def same(record, table, first, second, upto):
    """Whether two traces have the same rows of a table before step ``upto``."""
    a, b = rows(record, table, first, upto), rows(record, table, second, upto)
    assert len(a)
    return len(a) == len(b) and all(np.array_equal(a[n], b[n]) for n in a.dtype.names if n != "trace")


@pytest.mark.parametrize("source", ["pretrained/sam-copy", "pretrained/sdnc-copy"])
def test_a_change_alters_only_what_follows(tmp_path, source):
    step = 21
    record, result = bench(
        tmp_path,
        change(0, "erase", step, slot=5),
        change(0, "freeze", step + 1, head=0),
        change(0, "input", 4, bits=[1] * 9),
        change(0, "overwrite", step, slot=6, word=[0.5] * 32),
        change(1, "erase", step + 5, slot=7),
        source=source,
        level=20,
    )
    assert result["bits_wrong"] == 0
    traces = record.events("traces")
    assert [trace["parent"] for trace in traces] == [None, 0, 0, 0, 0, 1]
    assert [trace["from_step"] for trace in traces] == [None, step, step + 1, 4, step, step + 5]
    for trace in traces[1:]:
        for table in ("trace_steps", "accesses", "words", "signals"):
            assert same(record, table, trace["parent"], trace["trace"], trace["from_step"]), table
        assert not same(record, "trace_steps", trace["parent"], trace["trace"], trace["steps"])
    assert traces[1]["bits_wrong"] > 0  # the word was needed
    held = rows(record, "accesses", 2)
    held = held[(held["kind"] == 0) & (held["step"] > step)]
    before = rows(record, "accesses", 0)
    before = before[(before["kind"] == 0) & (before["step"] == step)]
    for at in np.unique(held["step"]):
        now = held[held["step"] == at]
        assert now["slot"].tolist() == before["slot"].tolist()
        np.testing.assert_array_equal(now["weight"], before["weight"])
    erased = rows(record, "words", 1)
    assert not erased[(erased["step"] == step) & (erased["slot"] == 5)]["word"][0].any()


def test_the_memory_goes_back_bit_for_bit(tmp_path):
    commands = [change(0, "overwrite", 9, slot=2, word=[0.25] * 32)]
    commands += [{"command": "backward", "trace": trace} for trace in (0, 1, 0)]
    record, _ = bench(tmp_path, *commands, source="pretrained/sam-recall", level=4)
    plain, branch, again = record.events("rollback")
    assert plain["identical"]
    assert branch["identical"]
    assert plain["hash_before"] == plain["hash_after"] == again["hash_before"] != plain["hash_forward"]
    assert branch["hash_before"] != plain["hash_before"]
    steps = [step for step, _ in plain["rows_restored"]]
    assert steps == sorted(steps, reverse=True)
    assert steps[-1] == 0
    assert min(step for step, _ in branch["rows_restored"]) == 9
    written = rows(record, "accesses", 0)
    written = written[np.isin(written["kind"], (1, 2))]
    expected = set(zip(written["step"].tolist(), written["slot"].tolist(), strict=True))
    assert {tuple(row) for row in plain["rows_restored"]} == expected


def test_another_sequence_and_more_slots(tmp_path):
    record, result = bench(
        tmp_path, {"command": "run", "level": 5, "seed": 8}, source="pretrained/sam-recall", slots=100_000
    )
    first, second = record.events("traces")
    assert first["slots"] == 100_000
    assert second["seed"] == 8
    assert [first["level"], second["level"]] == [6, 5]
    assert [part["name"] for part in second["spans"]] == ["store 5 items", "query", "answer"]
    assert second["spans"][-1]["stop"] == second["steps"] == len(rows(record, "trace_steps", 1))
    assert len(result["traces"]) == 2


def test_a_prepared_engine_has_nothing_left_to_compile(tmp_path):
    prepare()
    known = [set(kernel.signatures) for kernel in (forward, backward)]
    for source in ("pretrained/sam-copy", "pretrained/sdnc-copy"):
        bench(tmp_path, {"command": "backward", "trace": 0}, source=source, level=2)
    assert [set(kernel.signatures) for kernel in (forward, backward)] == known


def test_a_training_is_continued_on_the_sequence_it_shows(tmp_path):
    settings = {"task": "recall", "level": 3, "episodes": 16, "hidden": 12, "slots": 16, "examined": 16}
    configuration = MemoryConfiguration.from_dict(settings)
    writer = RecordWriter.create(tmp_path, experiment="memory", configuration=configuration.to_dict(), seed=5)
    with writer:
        writer.finish("finished", train(configuration, Context(writer, seed=5, device="cpu")))
    trained = Record.open(writer.folder)
    last = trained.events("traces")[-1]
    record, _ = bench(tmp_path, source=writer.id, level=last["level"], seed=last["seed"])
    mine, same_again = rows(trained, "trace_steps", last["trace"]), rows(record, "trace_steps", 0)
    for name in ("input", "output", "error_bits"):
        np.testing.assert_array_equal(mine[name], same_again[name])


def test_what_makes_no_sense_is_refused_and_harms_nothing(tmp_path):
    wrong = [
        {"command": "dance"},
        {},
        change(7, "erase", 1, slot=1),
        change(0, "erase", 1, slot=128),
        change(0, "erase", 10_000, slot=1),
        change(0, "erase", True, slot=1),
        change(0, "vanish", 1),
        change(0, "freeze", 1, head=1),
        change(0, "overwrite", 1, slot=1, word=[1.0]),
        change(0, "overwrite", 1, slot=1, word=["a"] * 32),
        change(0, "overwrite", 1, slot=1, word=[1e30] * 32),
        change(0, "input", 1, bits=[1]),
        {"command": "intervene", "trace": 0, "change": [1]},
        {"command": "run", "level": 0},
        {"command": "run", "level": 1},
        {"command": "run", "seed": -1},
        {"command": "backward", "trace": 1},
    ]
    record, result = bench(tmp_path, *wrong, source="pretrained/sam-recall")
    refused = record.events("refused")
    assert [each["command"] for each in refused] == wrong
    assert all(each["reason"] for each in refused)
    assert len(result["traces"]) == 1


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"source": "pretrained/nothing"}, "source may be pretrained/ and one of"),
        ({"source": "pretrained/../../secret"}, "source may be"),
        ({"source": "20200101-000000-memory-beef"}, "There is no run"),
        ({"source": "../elsewhere"}, "run id"),
        ({"source": "pretrained/sam-copy", "task": "recall"}, "takes 9 inputs"),
        ({"source": "pretrained/sam-copy", "slots": 2}, "reads must be at most"),
        ({"source": "pretrained/sam-copy", "slots": 2**31 - 2, "level": 1}, "more than this machine has room for"),
    ],
)
def test_sources_that_cannot_be_opened(tmp_path, settings, words):
    with pytest.raises(BadInput, match=words):
        bench(tmp_path, **settings)


def test_damaged_models(tmp_path):
    card = Card("sam", "copy", Sizes(9, 8, hidden=4, slots=8, word=4), 1, (1, 2))
    path = save_model(tmp_path, "small", card, build("sam", card.sizes))
    assert load_model(path)[0] == card
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadInput, match=r"small\.safetensors cannot be read"):
        load_model(path)
    path.write_bytes(whole)
    beside = path.with_suffix(".json")
    text = beside.read_text()
    for broken, words in (
        (text.replace('"hidden": 4', '"hidden": 5'), "does not fit this network"),
        (text.replace('"format": 1', '"format": 2'), "format 2"),
        (text.replace('"sam"', '"mas"'), "model must be one of"),
        (text.replace('"sizes"', '"size"'), "does not describe a trained network"),
        ("[]", "does not describe"),
        ("{", "is not valid JSON"),
    ):
        beside.write_text(broken)
        with pytest.raises(BadInput, match=words):
            load_model(path)


def test_every_shipped_network_opens(tmp_path):
    assert {"sam-copy", "sam-recall", "sdnc-copy"} <= set(shipped_names())
    for name in shipped_names():
        card, network = open_source(f"pretrained/{name}", tmp_path)
        assert card.made["commands"][0].startswith("athanor run memory"), name
        assert card.made["figures"]["episodes"] > 0
        assert sum(parameter.numel() for parameter in network.parameters()) < 500_000
