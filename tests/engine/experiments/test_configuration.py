"""Settings: what is typed, what runs and what is saved are the same, and mistakes are named in one line."""

import json
from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError, field_validator, model_validator

from engine.errors import BadInput
from engine.experiments.catalogue import EXPERIMENTS
from engine.experiments.configuration import Configuration


class Example(Configuration):
    steps: int = Field(10, ge=1, le=20_000, description="How many", json_schema_extra={"unit": "steps"})
    rate: float = Field(0.5, gt=0, lt=1, title="Learning rate")
    model: Literal["lstm", "dnc", 3] = "lstm"
    fast: bool = False
    sizes: tuple[Annotated[int, Field(ge=1)], ...] = (1, 2)
    limit: float | None = None
    file: Path = Path("x")
    level: str = Field("a", json_schema_extra={"choices": "engine.alchemy.chemistry:COLOUR_NAMES"})
    table: dict[str, int] = Field(default_factory=dict)

    @field_validator("level")
    @classmethod
    def _short(cls, value):
        if len(value) > 9:
            raise ValueError("level may have nine letters")
        return value

    @model_validator(mode="after")
    def _together(self):
        if self.fast and self.steps > 100:
            raise ValueError("fast runs have at most 100 steps")
        return self


def test_settings_are_read_by_the_type_of_their_field():
    typed = {"steps": "1e3", "rate": ".25", "model": "3", "fast": "Yes", "sizes": "4, 5", "limit": "7", "file": "a/b"}
    found = Example.from_settings({"steps": 3, "level": "b"}, {**typed, "table": '{"a": 1}', "fast": "no"})
    assert found == Example(
        steps=1000, rate=0.25, model=3, sizes=(4, 5), limit=7.0, file=Path("a/b"), level="b", table={"a": 1}
    )
    assert Example.from_settings({"limit": 2.0}, {"limit": "none"}).limit is None
    assert Example.from_settings({}, {"level": "1"}).level == "1"


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("steps", "0", "steps may be a whole number from 1 to 20_000 (steps), not 0"),
        ("steps", "2.5", "steps may be a whole number from 1 to 20_000 (steps), not '2.5'"),
        ("steps", "inf", "steps may be a whole number from 1 to 20_000 (steps), not 'inf'"),
        ("steps", "", "steps may be a whole number from 1 to 20_000 (steps), not ''"),
        ("rate", "1", "rate may be a number above 0 and below 1, not 1.0"),
        ("rate", "nan", "rate may be a number above 0 and below 1, not 'nan'"),
        ("model", "gru", "model may be one of lstm, dnc, 3, not 'gru'"),
        ("fast", "2", "fast may be true or false, not '2'"),
        ("sizes", "1,x", "sizes may be a whole number at least 1, several separated by commas, not '1,x'"),
        ("limit", "much", "limit may be a number, or none, not 'much'"),
        ("level", "0123456789", "level may have nine letters"),
        ("step", "1", "There is no setting step (did you mean steps?); settings are steps, rate, model"),
        ("zzz", "1", "There is no setting zzz; settings are steps"),
    ],
)
def test_mistakes_say_which_key_and_what_it_may_be(key, text, words):
    with pytest.raises(BadInput) as raised:
        Example.from_settings({}, {key: text})
    assert str(raised.value).startswith(words)
    assert "\n" not in str(raised.value)


def test_settings_that_do_not_go_together():
    with pytest.raises(BadInput, match=r"^fast runs have at most 100 steps$"):
        Example.from_settings({}, {"fast": "on", "steps": "101"})


@pytest.mark.parametrize(
    "values", [{"steps": "3"}, {"steps": True}, {"steps": 3.0}, {"fast": 1}, {"rate": "0.1"}, {"x": 1}]
)
def test_nothing_is_taken_for_something_else(values):
    with pytest.raises(BadInput):
        Example.from_dict(values)


def test_values_that_json_cannot_say_are_refused():
    with pytest.raises(BadInput, match="plain JSON values"):
        Example.from_dict({"table": {1, 2}})
    with pytest.raises(BadInput):
        Example.from_dict({"rate": float("nan")})


def test_a_configuration_cannot_be_changed():
    with pytest.raises(ValidationError):
        Example().steps = 3


@given(
    st.builds(
        Example,
        steps=st.integers(1, 100),
        rate=st.floats(1e-9, 0.999),
        fast=st.booleans(),
        sizes=st.lists(st.integers(1), max_size=3).map(tuple),
        limit=st.none() | st.floats(allow_nan=False, allow_infinity=False),
        table=st.dictionaries(st.text(), st.integers(-(2**40), 2**40), max_size=2),
    )
)
def test_what_is_saved_makes_the_same_object_again(example):
    assert Example.from_dict(json.loads(json.dumps(example.to_dict()))) == example


def test_descriptions_are_what_a_form_needs():
    fields = {field.name: field for field in Example.describe()}
    assert list(fields) == list(Example.model_fields)
    assert (fields["steps"].kind, fields["steps"].minimum, fields["steps"].maximum) == ("int", 1, 20_000)
    assert (fields["steps"].unit, fields["steps"].default, fields["steps"].title) == ("steps", 10, "Steps")
    assert (fields["rate"].title, fields["rate"].above_minimum, fields["rate"].below_maximum) == (
        "Learning rate",
        True,
        True,
    )
    assert (fields["model"].kind, fields["model"].choices) == ("choice", ("lstm", "dnc", 3))
    assert (fields["sizes"].kind, fields["sizes"].many, fields["sizes"].minimum) == ("int", True, 1)
    assert (fields["limit"].kind, fields["limit"].optional) == ("float", True)
    assert fields["level"].choices[0] == "red"
    assert fields["table"].kind == "json"


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_setting_of_every_experiment_is_described_and_its_default_is_valid(name):
    kind = EXPERIMENTS[name].configuration_class()
    for field in kind.describe():
        assert field.description, field.name
        assert not field.title.endswith((":", "."))
    assert kind.from_dict(kind().to_dict()) == kind()
