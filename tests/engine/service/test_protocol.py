"""Messages survive the way through a line of JSON; nothing else is taken for a message."""

import dataclasses
import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.service.jobs import Job, JobState
from engine.service.protocol import Command, Downward, Finished, ProtocolError, Submit, Upward, from_json, to_json

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.text(), plain, max_size=4)


@given(st.text(), objects)
def test_commands_and_results_come_back_as_they_went(name, payload):
    for message in (
        Command(name, payload),
        Finished(name, "finished", payload, None),
        Submit(Job(name, payload, seed=2**32 - 1, parent=name, lane="interactive")),
    ):
        line = to_json(message)
        assert "\n" not in line
        assert from_json(line) == message
        assert from_json(line.encode()) == message


def test_every_message_has_a_round_trip():
    examples = {
        "str": "x",
        "int": 3,
        "float": 0.5,
        "bool": True,
        "dict[str, Any]": {"a": [1]},
        "dict[str, str]": {"a": "b"},
    }
    for kind in (*get_args(Downward), *get_args(Upward)):
        fields = {field.name: str(field.type).removesuffix(" | None") for field in dataclasses.fields(kind)}
        message = kind(**{name: Job("pulse") if base == "Job" else examples[base] for name, base in fields.items()})
        assert from_json(to_json(message)) == message


@given(st.binary(max_size=60) | st.text(max_size=60) | objects.map(json.dumps))
def test_anything_else_is_a_protocol_error(line):
    with pytest.raises(ProtocolError):
        from_json(line)


@pytest.mark.parametrize("line", ['{"type":"Stop"}', '{"type":"Stop","job":"a","more":1}', '{"type":"Submit","job":3}'])
def test_missing_and_unknown_fields_are_errors(line):
    with pytest.raises(ProtocolError):
        from_json(line)


def test_time_left_is_known_only_with_a_total_and_a_rate():
    state = JobState("id", "pulse", "", "batch", "running", done=25, total=100, rate=15.0)
    assert state.seconds_left == 5.0
    for change in ({"total": None}, {"rate": 0.0}, {"status": "finished"}):
        assert dataclasses.replace(state, **change).seconds_left is None
