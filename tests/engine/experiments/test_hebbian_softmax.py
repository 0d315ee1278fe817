"""The Hebbian softmax's experiments: real runs on small data of their own."""

import numpy as np
import pytest

from engine.data.character_classes import character_classes
from engine.data.omniglot import Drawings
from engine.errors import BadInput, Stopped
from engine.experiments import softmax_omniglot
from engine.experiments.context import Context
from engine.experiments.control import Control
from engine.experiments.hebbian_softmax import run
from engine.experiments.softmax_play import run as play
from engine.experiments.softmax_settings import HebbianSoftmaxConfiguration, PlayConfiguration
from engine.experiments.softmax_twins import publish
from engine.runs import Record, RecordWriter
from engine.runs.checkpoints import load_checkpoint
from engine.softmax.curriculum import Arm, Course, learn
from engine.softmax.pairs import load_pair
from engine.softmax.rule import Rule

LANGUAGE = {"task": "language", "seeds": 2, "epochs": 2, "size": 8, "hidden": 8, "vocabulary": 120, "tested": 400}


@pytest.fixture
def drawn(monkeypatch):
    """Drawings of 24 characters: each its own pattern of strokes and some noise."""
    random = np.random.default_rng(0)
    patterns = random.random((24, 1, 4, 5, 5)) + 0.05 * random.random((24, 20, 4, 5, 5))
    drawings = Drawings(patterns.astype(np.float32), np.zeros(24, bool))
    monkeypatch.setattr(softmax_omniglot, "drawings", lambda: drawings)
    return drawings


@pytest.fixture
def text(tmp_path):
    """A file of 9,000 words in which some are rare."""
    random = np.random.default_rng(0)
    words = [f"w{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in np.minimum(random.zipf(1.4, 9000), 400)]
    file = tmp_path / "own.txt"
    file.write_text(" ".join(words), encoding="utf-8")
    return str(file)


def compare(folder, parent=None, stop_at=None, **settings):
    configuration = HebbianSoftmaxConfiguration.from_dict(settings)
    control = Control()
    writer = RecordWriter.create(folder, experiment="hebbian-softmax", configuration=configuration.to_dict(), seed=1)
    context = Context(writer, seed=1, device="cpu", control=control, parent=parent)
    if stop_at:
        progress = context.progress

        def watched(done, *rest):
            progress(done, *rest)
            if done >= stop_at:
                control.stop()

        context.progress = watched
    with writer:
        try:
            result = run(configuration, context)
            writer.finish("finished", result)
        except Stopped:
            result = None
            writer.finish("stopped")
    return Record.open(writer.folder), result


def test_characters_arrive_and_the_record_tells_when(tmp_path, drawn):
    settings = {
        "classes": 24,
        "period": 50,
        "arriving": 8,
        "seeds": 2,
        "tuning_seeds": 1,
        "rates": [0.01],
        "output_rates": [1.0, 4.0],
    }
    record, result = compare(tmp_path, **settings)
    checks = record.table("checks").read()
    for arm, name in enumerate(("steps_softmax", "steps_hebbian")):
        last = [checks[(checks["arm"] == arm) & (checks["course"] == 0) & (checks["seed"] == s)][-1] for s in (0, 1)]
        assert [row["active"] for row in last] == [24, 24]
        assert all(row["passed"] for row in last)
        assert result[name] == np.mean([row["step"] for row in last])
    assert result["steps_hebbian"] <= result["steps_softmax"]
    assert result["rates"]["softmax"][0] == 0.01
    overwrites = record.table("overwrites").read()
    assert overwrites["rate"].max() == 1.0
    assert (np.diff(overwrites["step"]) >= 0).all()
    assert len(record.events("tuning")) == 4


def test_the_same_seed_learns_the_same_and_both_arms_start_alike(drawn):
    classes = character_classes(drawn, 16, np.random.default_rng(0))
    course = Course(arriving=8, most=60, hidden=16)
    twice = [[(c.right, c.active) for c in learn(classes, course, Arm(0.003), 3)] for _ in range(2)]
    assert twice[0] == twice[1]
    never = [[c.right for c in learn(classes, course, Arm(0.003, rule=rule), 3)] for rule in (None, Rule(limit=1))]
    assert never[0] == never[1]


def test_a_course_by_the_clock_lets_classes_come_on_time(drawn):
    classes = character_classes(drawn, 24, np.random.default_rng(0))
    checks = list(learn(classes, Course(arriving=8, period=50, hidden=16), Arm(0.003), 0))
    assert [check.step for check in checks if check.passed] == [50, 100, 150]
    assert checks[-1].active == 24
    assert np.isnan(checks[0].old)


@pytest.mark.parametrize(
    ("strokes", "classes", "words"),
    [
        (np.ones((4, 20, 4, 5, 5)), 9, "at most 4"),
        (np.ones((4, 5, 4, 5, 5)), 4, "at least 6"),
        (np.zeros((4, 20, 4, 5, 5)), 4, "have no data"),
        (np.full((4, 20, 4, 5, 5), np.nan), 4, "not numbers"),
        (np.ones((1, 20, 4, 5, 5)), 1, "two classes"),
    ],
)
def test_classes_without_data_are_refused(strokes, classes, words):
    with np.errstate(invalid="ignore"), pytest.raises(BadInput, match=words):
        character_classes(Drawings(strokes.astype(np.float32), np.zeros(4, bool)), classes, np.random.default_rng(0))


def test_settings_that_make_no_sense_are_refused():
    for settings, words in (
        ({"classes": 30, "arriving": 30}, "arriving must be less"),
        ({"task": "omni"}, "task may be one of"),
        ({"gamma": 0.0}, "gamma"),
        ({"period": 10}, "period"),
    ):
        with pytest.raises(BadInput, match=words):
            HebbianSoftmaxConfiguration.from_dict(settings)


def test_language_models_are_compared_by_bucket(tmp_path, text):
    record, result = compare(tmp_path, corpus=text, adapted=20, **LANGUAGE)
    assert set(result["perplexity"]) == {"plain", "tuned", "hebbian"}
    assert sum(row["words"] for row in result["buckets"].values()) <= 400
    for row in result["buckets"].values():
        value, low, high = row["ratio_to_tuned"]
        assert value == pytest.approx(row["hebbian"] / row["tuned"], rel=1e-6)
        assert low <= value <= high
    assert set(result["adapted"]["hebbian"]) == {"before_adapting", "cached_there", "adapted"}
    pieces = record.table("pieces").read()
    known = [pieces[(pieces["arm"] == arm) & (pieces["seed"] == 0)] for arm in range(3)]
    assert [rows["words"].sum() for rows in known] == [known[0]["words"].sum()] * 3
    watched = record.table("watched").read()
    assert (watched["rate"][watched["arm"] < 2] == 0).all()
    assert (watched["rate"][watched["arm"] == 2] > 0).any()
    assert len(record.events("measured")) == 2


def test_a_stopped_comparison_goes_on_to_the_same_result(tmp_path, text):
    settings = LANGUAGE | {"seeds": 1}
    _, whole = compare(tmp_path / "whole", corpus=text, **settings)
    stopped, nothing = compare(tmp_path / "part", stop_at=13, corpus=text, **settings)
    assert nothing is None
    record, result = compare(tmp_path / "rest", corpus=text, parent=stopped.folder, **settings)
    assert result["perplexity"] == whole["perplexity"]
    steps = record.table("overwrites").read()["step"]
    assert steps[0] == 1
    assert (np.diff(steps) >= 0).all()


def test_a_rule_that_begins_later_leaves_the_first_epoch_alone(tmp_path, text):
    settings = LANGUAGE | {"seeds": 1, "begins": 1, "binding_rate": 30.0}
    record, _ = compare(tmp_path, corpus=text, **settings)
    steps, epoch = record.table("overwrites").read()["step"], record.events("vocabulary")[0]["steps"]
    assert len(steps)
    assert steps.min() > epoch
    losses = record.table("perplexities").read()
    first = [losses[(losses["arm"] == arm) & (losses["step"] == epoch)]["loss"] for arm in (1, 2)]
    np.testing.assert_array_equal(*first)  # so far the arms differ in nothing
    counts = record.table("watched").read()
    assert counts["count"][counts["arm"] == 2].tolist() == counts["count"][counts["arm"] == 1].tolist()


def test_too_little_text_is_told(tmp_path, text):
    with pytest.raises(BadInput, match="training text of own"):
        compare(tmp_path, corpus=text, words=500, **LANGUAGE)
    with pytest.raises(BadInput, match="corpus may be one of"):
        compare(tmp_path, corpus="bookz", **LANGUAGE)


def lesson(folder, source, *commands, sentence=""):
    configuration = PlayConfiguration.from_dict({"source": source, "sentence": sentence})
    control = Control()
    for command in (*commands, {"command": "finish"}):
        control.command(command)
    writer = RecordWriter.create(folder, experiment="softmax-play", configuration=configuration.to_dict(), seed=1)
    with writer:
        result = play(configuration, Context(writer, seed=1, device="cpu", control=control))
        writer.finish("finished", result)
    return Record.open(writer.folder)


def test_a_lesson_binds_a_new_word_and_can_be_forgotten(tmp_path, text):
    trained, _ = compare(tmp_path, corpus=text, **(LANGUAGE | {"seeds": 1}))
    assert "pair" in load_checkpoint(trained.folder, "twins")[1]
    small = load_pair(publish(trained.folder, "small", tmp_path / "models"))
    assert small.vocabulary.words == tuple(trained.events("vocabulary")[0]["words"])
    teach = {"command": "teach", "text": "wba blick wca", "repeat": 2}
    record = lesson(
        tmp_path, trained.id, teach, {"command": "ask", "text": "wba never"}, {"command": "forget"}, teach,
        {"command": "teach", "text": " "}, {"command": "teach", "text": "a " * 99},
        {"command": "teach", "text": "x", "repeat": 0}, {"command": "teach", "text": 3}, {"command": "dance"},
        {"command": "teach", "text": " ".join(f"n{chr(97 + n // 26)}{chr(97 + n % 26)}x" for n in range(60))},
        {"command": "teach", "text": "one two three four"},
    )  # fmt: skip
    readings = record.table("readings").read()
    first = readings[readings["lesson"] == 0]
    new = first[first["word"] == first["word"].max()]
    bound = new[(new["arm"] == 1) & (new["repetition"] == 0)]
    assert bound["rate"] == 1.0
    rows = record.table("watched").read()
    row = rows[(rows["word"] == bound["word"][0]) & (rows["arm"] == 1)][0]
    np.testing.assert_allclose(row["row_after"], row["activation"], rtol=1e-6)  # bound in one step
    again = readings[readings["lesson"] == 1]
    for name in ("probability", "rank", "rate"):
        np.testing.assert_array_equal(first[name], again[name])  # forgotten means as before
    assert record.events("answers")[0]["unknown"] == ["never"]
    reasons = [event["reason"] for event in record.events("refused")]
    assert len(reasons) == 6
    assert "no words" in reasons[0]
    assert "at most 60" in reasons[1]
    assert "room for" in reasons[-1]
    with pytest.raises(BadInput, match="source may be"):
        lesson(tmp_path, "pretrained/none")
    with pytest.raises(BadInput, match="no run"):
        lesson(tmp_path, "20200101-000000-none-0000")
