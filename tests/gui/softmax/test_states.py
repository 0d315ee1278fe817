"""What each picture shows, from records whose values are known."""

import numpy as np
import pytest

from engine.runs import Record
from gui.pages.softmax import script, states
from gui.pages.softmax.model import LANGUAGE, LESSON, OMNIGLOT, SoftmaxRecord

from . import sample


@pytest.fixture
def read(tmp_path):
    made = []

    def open_record(make, **more):
        writer = make(tmp_path, **more)
        if "result" not in more:
            made.append(writer)
        source = SoftmaxRecord(Record.open(writer.folder))
        assert source.refresh()
        assert not source.refresh()
        return source

    yield open_record
    for writer in made:
        writer.finish("stopped", None, None)


def test_a_comparison_of_language_models(read):
    source = read(sample.language)
    assert (source.kind, source.total, source.length) == (LANGUAGE, 6, 31)
    raster = states.overwrites(source, 4, 4)
    assert raster.words == "step 4: florin"
    assert len(raster.rows) == 30
    twins = states.twin_rows(source, 13, 4)
    assert [(twin.title, twin.step, twin.count) for twin in twins.twins] == [
        ("Tuned output rate", 12, 2),
        ("Hebbian rule", 12, 2),
    ]
    assert twins.twins[1].rate == pytest.approx(0.5)
    np.testing.assert_array_equal(twins.twins[1].parts[2], sample.vector(2.5))
    assert states.twin_rows(source, 0, 4).twins[0].step == 5  # before its first meeting: the first one
    assert states.twin_rows(source, 0, 3) is None
    curve = states.meetings(source, 4)
    assert [line.title for line in curve.lines] == ["Plain softmax", "Tuned output rate", "Hebbian rule"]
    assert curve.lines[2].y[0] == pytest.approx(-np.log2(0.003), abs=1e-4)
    assert states.kth(source).lines[1].y.tolist() == [8.0, 7.0, 6.0]
    assert states.perplexity(source).lines[0].y[-1] == pytest.approx(6.0)
    live = states.ratios(source).ratios
    assert [(ratio.name, pytest.approx(ratio.value)) for ratio in live] == [("seen 1-4", 2 / 3)]
    assert [part.name for part in states.timeline(source).parts] == ["epoch 1", "epoch 2", "epoch 3"]


def test_the_result_brings_intervals(read):
    row = {"words": 10, "tuned": 1000.0, "hebbian": 800.0, "ratio_to_tuned": [0.8, 0.7, 0.9]}
    source = read(sample.language, result={"buckets": {"1-4": row}, "ratio_to_tuned": [0.99, 0.98, 1.01]})
    first, last = states.ratios(source).ratios
    assert (first.name, first.low, first.high) == ("seen 1-4", 0.7, 0.9)
    assert last.name == "all"


def test_late_characters(read):
    source = read(sample.omniglot)
    assert (source.kind, source.total, source.length) == (OMNIGLOT, 60, 41)
    stairs = states.staircase(source)
    assert [(line.note, line.y[-1]) for line in stairs.lines] == [("40 steps", 60.0), ("20 steps", 60.0)]
    newest = {line.title: line for line in states.newest(source).lines}
    assert newest["Hebbian rule, newest"].y.tolist() == pytest.approx([40.0, 80.0])
    assert states.overwrites(source, 3, -1).words == "step 3: 1 rows"


def test_a_lesson(read):
    source = read(sample.lesson)
    assert (source.kind, source.length, source.names[-1]) == (LESSON, 3, "blick")
    state = states.sentence(source, 2, 9)
    assert [(word.text, word.new) for word in state.words] == [("the", False), ("blick", True)]
    assert (state.chosen, state.note) == (1, "after 2 repetitions")
    assert state.words[1].chances == pytest.approx((2**-8, 2**-2))
    assert states.repetitions(source, 0, 1).lines[1].y.tolist() == [10.0, 6.0, 2.0]
    assert states.expected(source, 0, 1).words[0][1][0] == "the"
    assert states.answer(source).words == ((("people", 0.4),), (("blick", 0.6),))
    assert states.twin_rows(source, 1, 6).twins[1].parts[2].tolist() == [1.0] * sample.SIZE
    assert script.table(source).splitlines()[1].startswith("0,0,0,Gradient only,0,the,")


def test_the_lines_of_python_run(read, capsys):
    source = read(sample.lesson)
    compile(script.python_lines(source), "copied", "exec")
    assert "readings" in script.python_lines(source)


def test_a_table_of_another_shape_is_told_and_left_out(read, tmp_path):
    writer = sample.lesson(tmp_path / "other")
    (writer.folder / "watched.columns.json").write_text('[{"name": "x", "dtype": "f4"}]')
    source = SoftmaxRecord(Record.open(writer.folder))
    source.refresh()
    source.refresh()
    assert len(source.problems) == 1
    assert "watched lacks arm" in source.problems[0]
    assert states.twin_rows(source, 0, 6) is None
    writer.finish("stopped", None, None)
