"""Every network through a sequence with changes, and what the record then says about it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.data.memory_tasks import TASKS
from engine.errors import BadInput
from engine.memory.catalogue import MODELS, build
from engine.memory.interface import Sizes
from engine.memory.lives import Change, live, roll_back
from engine.memory.recorder import ERASE, READ
from engine.memory.tracing import Tracer, noticeable, spans
from engine.runs import Record, RecordWriter

TASK = TASKS["copy"]
MEMORIES = [model for model in MODELS if model != "lstm"]


def network(model, heads=2):
    torch.manual_seed(0)
    sizes = Sizes(TASK.inputs, TASK.outputs, hidden=12, slots=10, word=6, heads=heads, reads=3)
    return build(model, sizes)


def batch(level=4):
    return TASK.sample(np.random.default_rng(0), 3, level)


@pytest.mark.parametrize("model", MODELS)
def test_one_life_is_what_the_network_does_by_itself(model):
    net, shown = network(model), batch()
    life = live(net, shown)
    with torch.no_grad():
        expected, _ = net.sequence(torch.from_numpy(shown.inputs[:, :1]), net.initial_state(1))
    np.testing.assert_allclose(life.output, expected[:, 0].sigmoid(), atol=1e-6)
    assert not life.wrong[~shown.asked].any()
    assert len(life.accesses) or model == "lstm"


@pytest.mark.parametrize("model", MEMORIES)
def test_changes_act_from_their_step_on(model):
    net, shown, step = network(model), batch(), 4
    plain = live(net, shown)
    now = plain.accesses[plain.accesses["step"] == step]
    erased = now["slot"][now["kind"] == ERASE]
    needed = now[(now["kind"] == READ) & ~np.isin(now["slot"], erased)]
    slot = int(needed["slot"][needed["weight"].argmax()])
    changes = [
        Change("erase", step, slot=slot),
        Change("overwrite", step, slot=slot, word=(0.5,) * 6),
        Change("freeze", step, head=1),
        Change("input", step, bits=(1.0,) * TASK.inputs),
    ]
    for change in changes:
        life = live(net, shown, [change])
        np.testing.assert_array_equal(life.output[:step], plain.output[:step])
        assert (life.output[step:] != plain.output[step:]).any(), change.kind
        before = [each.accesses[each.accesses["step"] < step] for each in (plain, life)]
        np.testing.assert_array_equal(*before)


@pytest.mark.parametrize("model", MEMORIES)
def test_a_frozen_head_stays_on_its_words(model):
    net, shown, step = network(model), batch(), 5
    life = live(net, shown, [Change("freeze", step, head=1)])
    reads = life.accesses[(life.accesses["kind"] == READ) & (life.accesses["head"] == 1)]
    before = reads[reads["step"] == step - 1]
    for at in range(step, len(life.output)):
        now = reads[reads["step"] == at]
        kept = before["weight"] > 0
        np.testing.assert_array_equal(now["slot"], before["slot"][kept | (len(now) == len(before))])
        np.testing.assert_allclose(now["weight"], before["weight"][kept | (len(now) == len(before))], atol=1e-6)


def test_the_memory_goes_back_after_every_kind_of_change():
    for model in ("sam", "sdnc"):
        net, shown = network(model), batch()
        for changes in ([], [Change("overwrite", 3, slot=1, word=(1.0,) * 6)], [Change("input", 2, bits=(1.0,) * 9)]):
            found = roll_back(net, live(net, shown, changes))
            assert found.identical
            assert found.hash_forward != found.hash_before
            assert all(parameter.grad is None for parameter in net.parameters())
        with pytest.raises(BadInput, match="frozen head"):
            roll_back(net, live(net, shown, [Change("freeze", 2, head=0)]))
    for model in ("lstm", "ntm", "dnc", "dam"):
        with pytest.raises(BadInput, match="Only SAM and SDNC"):
            roll_back(network(model), live(network(model), batch()))


@pytest.mark.parametrize("model", MODELS)
def test_memory_can_be_replayed_from_the_record(tmp_path, model):
    net, shown = network(model), batch()
    life = live(net, shown)
    writer = RecordWriter.create(tmp_path, experiment="memory", configuration={})
    with writer:
        tracer = Tracer(writer, model, "copy", net.sizes)
        for _ in range(2):
            tracer.write(life, title="twice", spans=spans("copy", shown, 4), level=4, seed=0)
        writer.finish("finished")
    record = Record.open(writer.folder)
    assert [trace["trace"] for trace in record.events("traces")] == [0, 1]
    names = record.events("traces")[0]["signals"]
    signals = record.table("signals").read()
    assert set(signals["signal"]) == set(range(len(names)))
    assert len(signals) == 2 * sum(v.size for name, v in life.recorder.signals.items() if name != "usage")
    if model == "lstm":
        return
    words = record.table("words").read()
    last = len(life.output) - 1
    replayed = np.zeros((10, 6), np.float32)
    for row in words[words["trace"] == 1]:
        replayed[row["slot"]] = row["word"]
    np.testing.assert_allclose(replayed, life.recorder.memory_at(last, 10), atol=2e-3)
    assert ("usage" in life.recorder.signals) == (len(record.table("usage")) > 0)


def test_small_changes_are_left_out_until_they_add_up():
    steps, slots = np.arange(6), np.array([0, 0, 0, 0, 1, 1])
    values = np.array([[0.0004], [0.0008], [0.0012], [0.0016], [1.0], [1.0]], np.float32)
    kept = noticeable(steps, slots, values)
    assert kept[0].tolist() == [2, 4]
    assert kept[1].tolist() == [0, 1]


def test_spans_name_the_parts():
    for task, level, names in (
        ("copy", 3, ["show 3 vectors", "answer"]),
        ("recall", 3, ["store 3 items", "query", "answer"]),
        ("sort", 5, ["show 5 vectors", "answer"]),
    ):
        shown = TASKS[task].sample(np.random.default_rng(0), 1, level)
        found = spans(task, shown, level)
        assert [part["name"] for part in found] == names
        assert [part["start"] for part in found[1:]] == [part["stop"] for part in found[:-1]]
        assert (found[0]["start"], found[-1]["stop"]) == (0, len(shown.inputs))
        assert found[-1]["start"] == int(shown.asked.argmax())
