"""What the page reads from records, without a window: growth, turns and situations, search, figures, set-up."""

import json
import math
import shutil

import numpy as np
import pytest

from engine.errors import BadInput
from engine.experiments.text_alchemy import TextAlchemyConfiguration
from engine.language.scripted import scripted_names
from engine.runs import Record, RecordWriter
from gui.pages.language import course as courses
from gui.pages.language import figures
from gui.pages.language.cards import row_of
from gui.pages.language.model import Evaluation
from gui.pages.language.reading import Reading
from gui.pages.language.script import command_line
from gui.pages.language.setup import CONDITIONS, ENDPOINT, OWN_ADDRESS, Condition, Model, Setup
from gui.pages.language.transcripts import ANSWER, STATE, as_text, message_of, parts_of, search, selected


def read(folder):
    evaluation = Evaluation(Record.open(folder))
    evaluation.refresh()
    return evaluation


def test_a_record_read_in_pieces_is_the_same_as_read_at_once(kept, tmp_path):
    whole = read(kept["parrot"])
    folder = tmp_path / kept["parrot"].name
    folder.mkdir()
    source = {path.name: path.read_bytes() for path in kept["parrot"].iterdir() if path.is_file()}
    grows = [name for name in source if name.endswith((".rows", ".jsonl"))]
    for name in set(source) - set(grows):
        (folder / name).write_bytes(source[name])
    growing = Evaluation(Record.open(folder))
    counts = []
    for share in (0.0, 0.3, 0.61, 1.0):
        for name in grows:  # cut anywhere, in the middle of a row or line too
            (folder / name).write_bytes(source[name][: int(share * len(source[name]))])
        growing.refresh()
        counts.append(sum(len(talk.messages) for talk in growing.talks.values()))
    assert counts == sorted(counts)
    assert counts[0] == 0
    assert 0 < counts[1] < counts[2] < counts[3]
    assert growing.talks == whole.talks
    assert np.array_equal(growing.turns, whole.turns)
    assert growing.parts == whole.parts
    assert not growing.refresh()


def test_a_foreign_record_and_a_table_without_its_columns_are_refused(kept, tmp_path):
    writer = RecordWriter.create(tmp_path, experiment="pulse", configuration={})
    writer.finish("finished", {})
    with pytest.raises(BadInput, match="no evaluation"):
        Evaluation(Record.open(writer.folder))
    folder = shutil.copytree(kept["plain"], tmp_path / kept["plain"].name)
    columns = json.loads((folder / "turns.columns.json").read_text())
    text = json.dumps(columns).replace('"next_node"', '"other"')
    (folder / "turns.columns.json").write_text(text)
    with pytest.raises(BadInput, match="next_node"):
        read(folder)


def test_every_answer_leads_to_the_situation_after_it(kept):
    for name in ("plain", "parrot", "change"):
        evaluation = read(kept[name])
        nodes = evaluation.situations.nodes
        for number, talk in evaluation.talks.items():
            course = courses.course_of(evaluation, number)
            for message in talk.messages:
                row = row_of(evaluation, number, message)
                if message.kind == STATE:
                    assert row == message.node
                    assert course.index_of(row) is not None
                if message.kind == ANSWER and row >= 0:
                    parent = int(nodes["parent"][row])
                    assert parent == message.node or parent == -1  # -1: the first situation of a new chemistry


def test_a_course_goes_on_over_a_change_of_chemistry(kept):
    evaluation = read(kept["change"])
    for number in evaluation.talks:
        course = courses.course_of(evaluation, number)
        assert len(course.legs) == 2
        assert course.change == 2 * evaluation.situations.steps()
        assert list(course.positions) == sorted(set(course.positions))
        scores = courses.trial_scores(evaluation, course)
        assert scores == tuple(evaluation.ended(number)["trial_scores"])
        assert all(len(series.scores) == 4 for series in courses.references(evaluation, course))
        state = courses.timeline_state(evaluation, course)
        assert sum(state.lanes[0].rewards) == pytest.approx(sum(scores))
        at = course.index(course.change)
        assert (
            "nobody" in courses.bench_state(evaluation, course, at).caption
            or "untold" in courses.bench_state(evaluation, course, at).caption
        )
        assert courses.place_words(evaluation, course, at).startswith("trial 3 of 4")


def test_scripted_and_recorded_ideal_observer_have_the_same_points(kept):
    evaluation = read(kept["plain"])
    course = courses.course_of(evaluation, 0)
    ideal = next(series for series in courses.references(evaluation, course) if series.title == "Ideal observer")
    assert ideal.scores == courses.trial_scores(evaluation, course)


def test_the_cursor_and_the_chosen_message_stay_in_step(kept):
    reading = Reading(read(kept["parrot"]))
    for position in reading.course.positions:
        reading.go_to(position)
        message = reading.messages[reading.key]
        row = reading.course.rows[reading.course.index(position)]
        assert row_of(reading.evaluation, reading.episode, message) == row
    answer = next(m for m in reading.messages.values() if m.kind == ANSWER and m.valid)
    reading.choose(answer.number)
    assert reading.course.rows[reading.index] == row_of(reading.evaluation, 0, answer)
    reading.choose(10**9)
    assert reading.key == answer.number


def test_search_counts_in_every_episode_and_goes_round(kept):
    evaluation = read(kept["parrot"])
    reading = Reading(evaluation)
    reading.look_for("OPPOSITE pairs")
    wanted = [m.number for m in evaluation.talks[0].messages if "opposite pairs" in m.text.lower()]
    assert reading.found == wanted
    assert len(wanted) > 3
    assert reading.counts == {n: len(search(t.messages, "opposite pairs")) for n, t in evaluation.talks.items()}
    reading.choose(wanted[-1])
    assert reading.find(1) == 0
    assert reading.key == wanted[0]
    assert reading.find(-1) == len(wanted) - 1
    reading.look_for("no such words anywhere")
    assert reading.find(1) is None
    reading.look_for("  ")
    assert not reading.found
    assert not reading.counts


def test_filters_and_marks_of_answers_that_were_not_carried_out(kept):
    reading = Reading(read(kept["parrot"]))
    invalid = [m for m in reading.messages.values() if not m.valid]
    assert invalid
    assert reading.evaluation.talks[0].invalid == len(invalid)
    reading.show_filter("invalid")
    assert [card.key for card in reading.cards] == [m.number for m in invalid]
    assert "it has no line that begins with Action" in {card.bad for card in reading.cards}
    reading.show_filter("summary")
    assert reading.cards
    assert {card.tint for card in reading.cards} == {"summary"}
    assert len(selected(list(reading.messages.values()), "all")) == len(reading.messages)


def test_an_answer_falls_into_its_parts():
    text = "Well\nObservation: one\ntwo\n**Reasoning:** why\nAction: end the trial"
    assert parts_of(text) == [("", "Well"), ("observation", "one\ntwo"), ("reasoning", "why"),
                              ("action", "end the trial")]  # fmt: skip
    assert parts_of("nothing of that") == [("", "nothing of that")]
    assert message_of(0, {"kind": "state", "text": 5}) is None
    assert message_of(0, {"kind": "action", "text": "x", "trial": "y"}) is None


def test_the_text_of_a_transcript_holds_every_message(kept):
    talk = read(kept["parrot"]).talks[1]
    text = as_text(talk.messages)
    assert all(message.text.strip() in text for message in talk.messages)


def test_runs_of_one_condition_are_taken_together(kept, tmp_path):
    records = [Record.open(kept[name]) for name in ("plain", "plain", "parrot", "change")]
    groups = figures.group(records)
    assert [len(group.scores) for group in groups] == [4, 2, 2]
    parrot, spent = groups[1], read(kept["parrot"]).spent()
    assert (parrot.tokens, parrot.cost) == (spent[0], pytest.approx(spent[1]))
    assert parrot.invalid == sum(talk.invalid for talk in read(kept["parrot"]).talks.values())
    state = figures.curves_state(groups, points=True)
    assert state.curves[0].means == tuple(np.array(groups[0].scores).mean(axis=0))
    assert state.changes == (2,)
    assert state.trials == 4
    rows = figures.condition_rows(groups, published=True)
    assert sum(row.published for row in rows) == len(figures.PUBLISHED)
    before, at, after = rows[2].before, rows[2].at, rows[2].after
    assert all(math.isfinite(value) for value in (before, at, after))
    assert math.isnan(rows[0].before)
    assert not any(row.published for row in figures.condition_rows(groups, published=False))
    result = groups[2].relative()
    assert rows[2].at == pytest.approx(np.nanmean(result[:, 2]))


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_set_up_makes_settings_that_the_experiment_takes(name):
    condition = Condition().named(name)
    assert condition.name == name
    setup = Setup(Model(ENDPOINT, "m", OWN_ADDRESS, "http://127.0.0.1:1/v1", 1.0, 2.0), condition, money_budget=3.0)
    assert setup.problem == ""
    settings = setup.configuration()
    made = TextAlchemyConfiguration.from_dict(settings)
    assert made.change_at == condition.change
    assert made.endpoint_url == "http://127.0.0.1:1/v1"
    estimate = setup.estimate()
    assert 0 < estimate.likely < estimate.most
    assert 0 < estimate.likely_cost < estimate.most_cost


def test_what_is_missing_is_said_before_a_run():
    assert "GGUF" in Setup(Model("file", "")).problem
    assert "address" in Setup(Model(ENDPOINT, "m", OWN_ADDRESS, "nowhere")).problem
    assert "prices" in Setup(Model(ENDPOINT, "m", "openai"), money_budget=1.0).problem
    assert "trial 2" in Setup(condition=Condition(change=11, trials=10)).problem
    assert "summaries" in Setup(condition=Condition(summary=False, history="summary")).problem


def test_estimate_is_of_the_size_that_a_real_run_takes(kept):
    """Four characters a token, as the endpoint of the tests counts; within a factor of two for the same steps."""
    evaluation = read(kept["parrot"])
    turns = evaluation.turns
    steps = round(np.count_nonzero(~turns["summary"]) / (2 * 3))
    setup = Setup(Model(ENDPOINT, "m", "openai"), Condition(trials=3, steps=steps, summary=True), episodes=2)
    assert 0.5 < setup.estimate().likely / evaluation.spent()[0] < 2.0


def test_the_command_names_what_differs_from_the_defaults(kept):
    made = Record.open(kept["change"]).metadata
    defaults = {field.name: field.default for field in TextAlchemyConfiguration.describe()}
    words = command_line(made.configuration, defaults, made.seed).split()
    pairs = {word for word in words if "=" in word}
    assert pairs == {"episodes=2", "trials=4", "steps=8", "summary=true", "change_at=3"}
    assert words[-2:] == ["--seed", "3"]


def test_agents_offered_are_those_that_can_speak(qapp):
    from gui.pages.language.model_form import ModelForm

    form = ModelForm()
    assert [form.agent.itemData(k) for k in range(form.agent.count())] == scripted_names()
