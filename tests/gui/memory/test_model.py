"""The record as the page reads it: growing, damaged, odd; rows, words and provenance."""

import json

import numpy as np
import pytest

from engine.runs import Record
from gui.pages.memory import overview, provenance, script, states
from gui.pages.memory.marks import Focus, marks, slot_state
from gui.pages.memory.model import MemoryRecord
from gui.pages.memory.states import Look, RasterSource
from tests.gui.memory import sample


def read(writer):
    source = MemoryRecord(Record.open(writer.folder))
    source.refresh()
    return source


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    writer, _, first = sample.bench(tmp_path_factory.mktemp("runs"))
    return read(writer), first


def test_rows_are_slots_in_order_of_first_touch(bench):
    trace = bench[0].trace(0)
    assert trace.slots.tolist() == [bench[1].slot(k) for k in range(36)]
    assert trace.row(bench[1].slot(7)) == 7
    assert trace.row(999) == -1


def test_words_replay_the_memory_of_the_network(bench):
    source, network = bench
    slots, words = source.trace(0).memory(sample.STEPS - 1)
    assert set(slots.tolist()) == set(network.memory)
    for slot, word in zip(slots.tolist(), words, strict=True):
        np.testing.assert_array_equal(word, network.memory[slot])


@pytest.mark.parametrize("step", [40, 41, 42])
def test_provenance_of_the_answer_is_the_step_that_stored_it(bench, step):
    source, network = bench
    trace = source.trace(0)
    slot, weight = provenance.reads_at(trace, step, 0)[0]
    found = provenance.sources(trace, slot, step)
    assert weight == pytest.approx(0.93)
    assert found[0].step == network.written_at[slot] == (network.asked + 1) * 6 + step - 40
    assert sum(source.share for source in found) == pytest.approx(1, abs=1e-5)
    assert (step, pytest.approx(0.93)) in provenance.readers(trace, slot, found[0].step)


def test_a_cleared_word_has_no_memory_of_what_was_before(tmp_path):
    writer, tables = sample.create(tmp_path)
    sample.event(writer, 0, steps=10, slots=4)
    word = np.ones(sample.WORD, np.float32)
    for step, kind, weight in ((1, 1, 1.0), (4, 2, 1.0), (4, 1, 0.5), (6, 1, 0.25), (8, 0, 0.9)):
        tables.accesses.append(trace=0, step=step, kind=kind, head=0, slot=2, weight=weight)
    for step, content in ((1, 3 * word), (4, word), (6, 2 * word)):
        tables.words.append(trace=0, step=step, slot=2, word=content)
    writer.flush()
    trace = read(writer).trace(0)
    found = provenance.sources(trace, 2, 8)
    assert {source.step: round(source.share, 5) for source in found} == {6: 0.5, 4: 0.5}
    assert found[0].step == 6  # of equals the later one
    assert provenance.sources(trace, 2, 3)[0].step == 1
    assert provenance.readers(trace, 2, 1) == ()
    assert provenance.life(trace, 2).clears == (4,)
    writer.finish()


def test_without_words_the_shares_come_from_the_weights(tmp_path):
    writer, tables = sample.create(tmp_path)
    sample.event(writer, 0, steps=10, slots=4)
    for step, kind, weight in ((1, 1, 0.9), (3, 1, 0.5), (5, 0, 0.9)):
        tables.accesses.append(trace=0, step=step, kind=kind, head=0, slot=2, weight=weight)
    writer.flush()
    found = provenance.sources(read(writer).trace(0), 2, 5)
    assert [source.step for source in found] == [3, 1]
    assert found[0].share == pytest.approx(0.5 / 0.95)
    writer.finish()


def test_arcs_lead_from_the_read_back_to_the_write_and_from_the_write_to_its_reads(bench):
    source, network = bench
    trace, slot = source.trace(0), network.slot(25)
    back = marks(trace, Look(), Focus(slot, 41, True), 41)
    main = next(arc for arc in back.arcs if arc.main)
    assert (main.start, main.stop, main.row) == (25, 41, 25)
    assert main.words == "written at 25, read at 41 (0.93)"
    assert back.origins == (25,)
    forth = marks(trace, Look(), Focus(slot, 25, True), 41)
    assert (25, 41) in [(arc.start, arc.stop) for arc in forth.arcs]
    assert marks(trace, Look(address=True), Focus(slot, 41, True), 41).row == slot
    assert any(arc.start == 25 for arc in marks(trace, Look(), Focus(), 41).arcs)


def test_the_card_names_the_write_the_input_and_the_reads(bench):
    source, network = bench
    state = slot_state(source.trace(0), network.slot(25), 41, 5.0)
    facts = {fact.name: fact.value for fact in state.facts}
    assert facts["written at step"] == "25"
    assert "41 (0.93)" in facts["read at step (weight)"]
    assert facts["write gate × share of least recently accessed"] == "0.97 × 0.70"
    assert state.input_words == "input at step 25, store 6 pairs"
    np.testing.assert_array_equal(state.before, 0)


def test_a_record_is_read_as_it_grows(tmp_path):
    writer, tables = sample.create(tmp_path)
    writer.flush()
    source = read(writer)
    assert not source.traces
    sample.event(writer, 0)
    network = sample.Sam(tables, 0)
    network.run(10)
    assert source.refresh()
    trace = source.trace(0)
    raster = RasterSource(trace, Look(), ("record",))
    first = raster.state()
    assert (trace.reached, first.rows, first.steps) == (10, 10, sample.STEPS)
    network.run()
    assert source.refresh()
    assert source.trace(0) is trace
    second = raster.state()
    assert second.version == first.version
    assert (trace.reached, second.rows) == (sample.STEPS, 36)
    assert second.count == int((trace.accesses["kind"] <= 1).sum())
    assert not source.refresh()
    writer.finish()


def test_traces_that_take_turns_are_kept_apart(tmp_path):
    writer, tables = sample.create(tmp_path)
    for number in (0, 1):
        sample.event(writer, number)
    networks = [sample.Sam(tables, number, seed=number) for number in (0, 1)]
    for upto in (5, 20, sample.STEPS):
        for network in networks:
            network.run(upto)
    source = read(writer)
    for number in (0, 1):
        trace = source.trace(number)
        assert trace.steps["step"].tolist() == list(range(sample.STEPS))
        np.testing.assert_array_equal(trace.steps["input"][:36, 2:], networks[number].bits[:36])
    writer.finish()


def test_two_futures_first_differ_where_the_cleared_word_is_read(bench):
    source, _ = bench
    state = overview.futures_state(source.trace(0), source.trace(1))
    assert state.first == 40
    assert (state.errors, state.changed) == ((0.0, 6.0), 6)
    same = overview.futures_state(source.trace(0), source.trace(0))
    assert (same.first, same.changed) == (-1, 0)


def test_similarity_is_the_cosine_to_what_was_read(bench):
    source, network = bench
    state = overview.similarity_state(source.trace(0), 41, Look(head=0))
    assert state.best == network.slot(25)
    assert dict(zip(state.slots, state.values, strict=True))[state.best] > 0.99
    assert -1 <= min(state.values) < 0.9


def test_gates_are_lines_by_head_and_age_counts_from_the_last_access(bench):
    state = states.gates_state(bench[0].trace(0), Look(head=1))
    lanes = {lane.name: lane for lane in state.lanes}
    assert (lanes["write gate"].low, lanes["write gate"].high) == (0.0, 1.0)
    assert lanes["write gate"].values.shape == (2, sample.STEPS)
    assert lanes["key strength"].high >= 13
    assert lanes["write gate"].bold == 1
    ages = lanes["age, steps"].values
    trace = bench[0].trace(0)
    own = trace.at(int(trace.slots[20]))
    last = own["step"][(own["kind"] <= 1) & (own["weight"] >= 0.005)].max()
    assert ages[20, -1] == sample.STEPS - 1 - last


def test_rollback_counts_the_rows_of_every_step(bench):
    source, _ = bench
    state = overview.rollback_state(source.trace(0), source.rollbacks[0], 30)
    assert state.identical
    assert state.restored.tolist() == [1] * 36 + [0] * 7


def test_exports_can_be_read_again(bench):
    source, network = bench
    trace = source.trace(0)
    rows = script.table(trace).splitlines()
    assert rows[0] == "step,kind,head,slot,weight"
    assert len(rows) == 1 + len(trace.accesses)
    lines = [json.loads(line) for line in script.json_lines(trace).splitlines()]
    assert lines[0]["trace"]["model"] == "sam"
    assert ["read", 0, network.slot(25), 0.93] in lines[42]["accesses"]
    text = script.python_lines(source, trace, 41, network.slot(25))
    shown = {}
    exec(compile(text, "copied", "exec"), shown)
    np.testing.assert_array_equal(shown["words"]["word"][-1], network.memory[network.slot(25)])


@pytest.mark.parametrize(
    "change",
    [{"slot": -5}, {"slot": 64}, {"step": -1}, {"step": 999}, {"weight": float("nan")}, {"weight": float("inf")}],
)
def test_damaged_accesses_are_left_out_and_counted(tmp_path, change):
    writer, tables = sample.create(tmp_path)
    sample.event(writer, 0)
    good = {"trace": 0, "step": 1, "kind": 1, "head": 0, "slot": 3, "weight": 0.5}
    for row in (good, good | change):
        tables.accesses.append(**row)
    writer.flush()
    trace = read(writer).trace(0)
    assert (len(trace.accesses), trace.dropped) == (1, 1)
    assert "1 damaged accesses left out" in RasterSource(trace, Look(), ()).state().detail
    writer.finish()


def test_a_table_without_its_columns_is_told_and_the_rest_is_shown(tmp_path):
    from engine.runs import Column, RecordWriter

    writer = RecordWriter.create(tmp_path, experiment="memory-bench", configuration={})
    writer.table("accesses", [Column("trace", "i4"), Column("place", "i4")])
    sample.event(writer, 0)
    writer.event("traces", {"title": "names no trace"})
    writer.flush()
    source = read(writer)
    assert source.problems == ["The table accesses has no column step"]
    assert list(source.traces) == [0]
    assert states.gates_state(source.trace(0), Look()).lanes == ()
    writer.finish()


def test_parts_of_a_signal_share_a_lane_and_usage_keeps_its_value_between_changes(tmp_path):
    from engine.runs import Column

    writer, tables = sample.create(tmp_path)
    usage = writer.table(
        "usage", [Column("trace", "i4"), Column("step", "i4"), Column("slot", "i4"), Column("value", "f4")]
    )
    sample.event(writer, 0, steps=6, slots=4, signals=["write gate", "read modes, forward", "read modes, backward"])
    for step in (0, 1, 5):
        tables.accesses.append(trace=0, step=step, kind=1, head=0, slot=2, weight=0.9)
        for signal in range(3):
            tables.signals.append(trace=0, step=step, signal=signal, head=0, value=signal / 2)
    usage.append(trace=0, step=1, slot=2, value=0.75)
    usage.append(trace=0, step=4, slot=2, value=0.25)
    writer.flush()
    lanes = {lane.name: lane for lane in states.gates_state(read(writer).trace(0), Look()).lanes}
    assert list(lanes) == ["write gate", "read modes", "usage"]
    assert lanes["read modes"].parts == ("forward", "backward")
    np.testing.assert_array_equal(lanes["read modes"].values[:, 1], [0.5, 1.0])
    np.testing.assert_array_equal(lanes["usage"].values[0], [0, 0.75, 0.75, 0.75, 0.25, 0.25])
    writer.finish()


def test_a_branch_is_called_by_what_differs(tmp_path):
    writer, _ = sample.create(tmp_path)
    sample.event(writer, 0, title="level 6, seed 0")
    sample.event(writer, 1, title="level 6, seed 0, slot 3 erased at step 9", parent=0)
    sample.event(writer, 2, title="another", parent=0)
    writer.flush()
    titles = [info.title for info in read(writer).traces.values()]
    assert titles == ["level 6, seed 0", "slot 3 erased at step 9", "another"]
    writer.finish()
