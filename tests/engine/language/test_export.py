"""Evaluations as JSON lines."""

import json

import pytest

from engine.errors import BadInput
from engine.experiments.context import Context
from engine.experiments.text_alchemy import TextAlchemyConfiguration, run
from engine.language.export import export_json_lines
from engine.runs import Record, RecordWriter


def test_every_episode_is_a_line_with_all_that_was_said(tmp_path):
    configuration = TextAlchemyConfiguration(model="scripted/cash-only", episodes=3, trials=4, references=False)
    with RecordWriter.create(tmp_path, experiment="text-alchemy", configuration=configuration.to_dict()) as writer:
        result = run(configuration, Context(writer))
    record, path = Record.open(writer.folder), tmp_path / "out.jsonl"
    assert export_json_lines(record, path) == 3
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line["episode_index"] for line in lines] == [0, 1, 2]
    assert sum(line["total_reward"] for line in lines) / 3 == pytest.approx(result["score_mean"])
    assert sum(len(line["messages"]) for line in lines) == len(record.events("transcript"))
    for line in lines:
        assert line["model"] == "scripted/cash-only"
        assert line["messages"][0]["role"] == "system"
        assert sum(line["agent_per_trial"]) == line["total_reward"]
        assert line["turns"] == sum(message["role"] == "assistant" for message in line["messages"])
        assert all(value is None or value <= 1 for value in line["normalized_per_trial"])


def test_other_records_are_refused(tmp_path):
    with RecordWriter.create(tmp_path, experiment="pulse", configuration={}) as writer:
        pass
    with pytest.raises(BadInput, match="no evaluation of text Alchemy"):
        export_json_lines(Record.open(writer.folder), tmp_path / "out.jsonl")
