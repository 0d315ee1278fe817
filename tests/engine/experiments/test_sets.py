"""The experiments of the sets room: a small training, a measurement, a session at the bench, bad input."""

import json

import numpy as np
import pytest
import torch

from engine.errors import BadInput
from engine.experiments.catalogue import find
from engine.experiments.context import Context
from engine.experiments.control import Control
from engine.experiments.sets import run
from engine.experiments.sets_play import run as play
from engine.experiments.sets_settings import FilterConfiguration, PlayConfiguration
from engine.filters.models import fingerprint, load_model, load_shipped, save_model, shipped, shipped_names
from engine.filters.network import NeuralBloomFilter, Sizes
from engine.filters.tasks import Keys, make_keys
from engine.runs import Record, RecordWriter


def start(folder, experiment, configuration, seed=0):
    return RecordWriter.create(folder, experiment=experiment, configuration=configuration.to_dict(), seed=seed)


def measure(folder, seed=0, **settings):
    configuration = FilterConfiguration.from_dict(settings)
    with start(folder, "neural-bloom-filter", configuration, seed) as writer:
        result = run(configuration, Context(writer, seed=seed, device="cpu"))
    return Record.open(writer.folder), json.loads(json.dumps(result))


def bench(folder, *commands, **settings):
    configuration, control = PlayConfiguration.from_dict(settings), Control()
    for command in (*commands, {"command": "finish"}):
        control.command(command)
    with start(folder, "filter-play", configuration) as writer:
        result = play(configuration, Context(writer, seed=0, device="cpu", control=control))
    return Record.open(writer.folder), result


def test_the_shipped_digits_network_reaches_its_bar(tmp_path):
    record, result = measure(tmp_path, sets=20, negatives=4000)
    assert result["false_negatives"] == 0
    assert result["bits_total"] <= 350 < result["bits_bloom"]
    assert result["fpr_interval"][0] <= 0.01
    assert result["fpr_measured"] < 0.015
    assert result["auc"] > 0.99
    assert result["bits_total"] == pytest.approx(result["bits_memory"] + result["bits_backup"] + 40)
    rows = record.table("sets").read()
    methods = {event["index"]: event["name"] for event in record.events("methods")}
    own = rows[(rows["fpr"] == np.float32(0.01)) & (rows["n"] == 60)]
    neural = own[own["method"] == next(i for i, name in methods.items() if name == "neural")]
    assert neural["bits"].mean() == pytest.approx(result["bits_total"])
    assert neural["wrong"].mean() == pytest.approx(result["fpr_measured"])
    assert "label" in methods.values()


def test_training_learns_resumes_and_repeats(tmp_path):
    settings = {
        "source": "train", "slots": 2, "steps": 60, "least": 10, "most": 20, "n": 20, "written": 10, "asked": 10,
        "sets": 3, "negatives": 200, "hidden": 32, "encoder": "image-mlp", "rate": 0.01,
    }  # fmt: skip
    record, result = measure(tmp_path, **settings)
    _, again = measure(tmp_path, **settings)
    assert result["bits_total"] == again["bits_total"]
    assert result["false_negatives"] == 0
    steps, losses = record.scalars("loss")
    assert steps[-1] == 60
    assert losses[-1] < 0.9 * losses[0]
    configuration = FilterConfiguration.from_dict(settings | {"steps": 65})
    with start(tmp_path, "neural-bloom-filter", configuration) as writer:
        run(configuration, Context(writer, seed=0, device="cpu", parent=record.folder))
    assert Record.open(writer.folder).scalars("loss")[0][0] > 60


@pytest.mark.parametrize("model", ["lstm", "dnc", "memnet", "learned"])
def test_rivals_keep_the_same_contract(tmp_path, model):
    _, result = measure(
        tmp_path, model=model, source="train", steps=3, n=12, least=6, most=12, batch=2, sets=2, negatives=200, hidden=8
    )
    assert result["false_negatives"] == 0
    numbers = {"lstm": 8, "dnc": 8 + 2 * 16 + 2, "memnet": 12 * 2, "learned": 64 * 8 + 8 + 8 + 1}[model]
    assert result["bits_memory"] == 32 * numbers


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"n": 2000}, "n may be at most"),
        ({"model": "lstm"}, "No lstm for digits-class comes with the program; set source=train"),
        ({"source": "train", "encoder": "text-lstm"}, "encoder may not be text-lstm"),
    ],
)
def test_settings_that_cannot_work_are_refused(tmp_path, settings, words):
    with pytest.raises(BadInput, match=words):
        measure(tmp_path, **settings)


def test_forms_refuse_what_makes_no_sense():
    for settings in (
        {"top": 9, "slots": 4},
        {"word_one": True},
        {"least": 50, "most": 10},
        {"fpr": 0.0},
        {"curve": [0]},
    ):
        with pytest.raises(BadInput):
            FilterConfiguration.from_dict(settings)
    assert find("filter-play").interactive


def test_the_bench_shows_what_every_key_adds(tmp_path):
    record, result = bench(
        tmp_path,
        {"command": "query", "samples": 3, "member": True},
        {"command": "query", "samples": 5},
        {"command": "insert", "samples": 2},
        {"command": "rate", "fpr": 0.05},
        {"command": "shuffle"},
        n=20,
    )
    rows = record.table("operations").read()
    inserts = rows[rows["kind"] == 0]
    assert len(inserts) == 22
    assert result["n"] == 22
    added = np.einsum("nd,nm->ndm", inserts["word"], inserts["address"]).cumsum(0)
    np.testing.assert_allclose(inserts["memory"], added, atol=2e-3)
    answers = rows["network"] | rows["backup"]
    assert answers[rows["member"]].all()
    assert rows["bloom"][rows["member"]].all()
    asked = rows[rows["kind"] == 1]
    assert asked["member"].tolist() == [True] * 3 + [False] * 5
    checks = record.table("checks").read()
    assert (checks["false_negatives"] == 0).all()
    assert checks["members"].sum(1).tolist() == checks["n"].tolist()
    assert record.events("shuffled")[0]["difference"] < 1e-5
    assert record.events("rate")[0]["fpr"] == 0.05
    assert len(record.table("pictures").read()) == len(record.events("keys"))


def test_a_saved_filter_goes_on_without_its_keys(tmp_path):
    path = tmp_path / "set.filter"
    first, _ = bench(tmp_path, {"command": "save", "path": str(path)}, n=30)
    assert first.events("saved")
    record, result = bench(
        tmp_path,
        {"command": "insert", "samples": 4},
        {"command": "query", "samples": 4, "member": True},
        {"command": "rate", "fpr": 0.1},
        filter_file=str(path),
    )
    rows = record.table("operations").read()
    assert (rows["network"] | rows["backup"]).all()
    assert result["n"] == 34
    assert "keeps the rate" in record.events("refused")[0]["reason"]
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(BadInput, match="cut"):
        bench(tmp_path, filter_file=str(path))


def test_commands_that_make_no_sense_are_refused_and_end_nothing(tmp_path):
    record, result = bench(
        tmp_path,
        {"command": "query", "samples": 1},
        {"command": "insert", "keys": ["abc"]},
        {"command": "insert", "keys": "abc"},
        {"command": "insert", "samples": 10**6},
        {"command": "rate", "fpr": 2},
        {"command": "save", "path": "/nowhere/at/all.filter"},
        {"command": "shuffle"},
        {"command": "dance"},
        {"command": "insert", "samples": 3},
        n=0,
    )
    reasons = [event["reason"] for event in record.events("refused")]
    assert len(reasons) == 8
    assert "8 x 8 pixels" in reasons[1]
    assert result["n"] == 3


def test_an_own_list_of_strings_far_from_training_grows_and_loses_nothing(tmp_path):
    names = [name for name in shipped_names() if name.startswith("word")]
    if not names:
        pytest.skip("no network for strings comes with the program")
    path = tmp_path / "list.txt"
    keys = [f"user-{i:04}@example.org" for i in range(40)]
    path.write_text("\n".join([*keys, keys[0], "", "naïve key", "x" * 3000]), encoding="utf-8")
    record, result = bench(
        tmp_path, {"command": "query", "keys": keys}, source=f"pretrained/{names[0]}", keys_file=str(path)
    )
    assert result["n"] == 42
    rows = record.table("operations").read()
    assert (rows["network"] | rows["backup"])[rows["member"]].all()
    assert rows["member"][-40:].all()
    path.write_bytes(b"one\nnot \xff utf-8\n")
    with pytest.raises(BadInput, match="line 2"):
        bench(tmp_path, source=f"pretrained/{names[0]}", keys_file=str(path))


@pytest.mark.parametrize("name", shipped_names())
def test_every_shipped_network_opens_and_fits_its_card(name):
    card, network = load_model(shipped() / f"{name}.safetensors")
    assert isinstance(network, NeuralBloomFilter)
    assert card.made["command"].startswith("athanor run neural-bloom-filter")
    assert len(card.calibration.choices(card.trained[1], 0.01)) > 4


def test_a_network_is_written_as_it_is_read(tmp_path):
    card, network = load_shipped("digits-class")
    again, same = load_model(save_model(tmp_path / "models", "mine", card, network))
    assert again == card
    assert fingerprint(same) == fingerprint(network)
    with pytest.raises(BadInput, match=r"source may be pretrained/ and one of .*digits-class.*, not none"):
        load_shipped("none")


def test_a_model_whose_card_or_weights_are_damaged_is_refused(tmp_path):
    source = shipped() / "digits-class.safetensors"
    weights, card = source.read_bytes(), source.with_suffix(".json").read_text(encoding="utf-8")
    path = tmp_path / "some.safetensors"
    for data, text in (
        (weights[:1000], card),
        (weights, card[:-20]),
        (weights, card.replace('"slots": 2', '"slots": 3')),
        (weights, card.replace('"format": 1', '"format": 9')),
        (weights, card.replace('"thresholds"', '"nothing"')),
    ):
        path.write_bytes(data)
        path.with_suffix(".json").write_text(text, encoding="utf-8")
        with pytest.raises(BadInput, match=r"some|Thresholds"):
            load_model(path)


def test_questions_are_never_members_and_parts_are_disjoint():
    random = np.random.default_rng(0)
    parts: dict[str, Keys] = {split: make_keys("digits-class", split) for split in ("train", "tune", "test")}
    names = [set(keys.names) for keys in parts.values()]
    assert not names[0] & names[1]
    assert not names[0] & names[2]
    for task in ("digits-class", "digits-uniform", "digits-skewed"):
        keys = make_keys(task, "test")
        members = keys.draw(random, 50)
        assert len(set(members.tolist())) == 50
        assert not set(keys.others(random, members, 3000)) & set(members)
    often = np.zeros(len(keys.names))
    for _ in range(200):
        often[keys.draw(random, 50)] += 1
    assert often[:100].mean() > 2 * often[-100:].mean()


def test_gradients_reach_what_was_written():
    """Detaching the memory would leave f_q and f_w without a gradient from the write."""
    torch.manual_seed(0)
    network = NeuralBloomFilter(Sizes("image-mlp", side=8, hidden=16))
    codes = network.codes(torch.randint(0, 256, (1 * 6, 8, 8), dtype=torch.uint8)).view(1, 6, -1)
    memory = network.memorise(codes)
    memory.retain_grad()
    network.logits(memory, codes.detach()).sum().backward()
    assert memory.grad.abs().sum() > 0
    assert network.say[0].weight.grad.abs().sum() > 0
    assert network.ask[0].weight.grad.abs().sum() > 0


def test_keys_that_the_network_cannot_tell_apart_all_go_to_the_backup(tmp_path):
    names = [name for name in shipped_names() if name.startswith("word")]
    path = tmp_path / "list.txt"
    path.write_text("\n".join(f"host.example/{i * 7919 % 10007}" for i in range(300)), encoding="utf-8")
    record, result = bench(
        tmp_path, {"command": "query", "samples": 300}, source=f"pretrained/{names[0]}", keys_file=str(path)
    )
    last = record.table("checks").read()[-1]
    assert last["wrong"][0] <= 0.02  # the rate is kept where keys are not those of training
    assert last["missed"] == result["n"] == 300
    assert result["bits_total"] > last["bloom_bits"]
    rows = record.table("operations").read()
    assert (rows["network"] | rows["backup"])[~rows["member"]].mean() < 0.05
