"""Typed, immutable settings: one object behind the form, the command line, the saved file and the key of the cache."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.errors import BadInput
from engine.experiments.fields import FieldDescription, describe_field, parse_text


class Configuration(BaseModel):
    """Base of every experiment's settings.

    Frozen, closed (an unknown key is an error) and strict: text is never taken for a number, nor a number for a
    yes/no, so that what was typed, what ran and what was saved are the same. Give every field a default, a
    ``description``, bounds, and where it has one a unit: ``Field(10, ge=1, description=..., json_schema_extra={"unit":
    "Hz"})``. Choices that live elsewhere are named as ``json_schema_extra={"choices": "package.module:NAMES"}``.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Settings from JSON values; raises BadInput in one sentence."""
        try:
            text = json.dumps(dict(values))
        except (TypeError, ValueError) as problem:
            raise BadInput(f"Settings must be plain JSON values: {problem}") from problem
        try:
            return cls.model_validate_json(text)
        except ValidationError as problem:
            raise BadInput(cls._words(problem)) from problem

    @classmethod
    def from_settings(cls, preset: Mapping[str, Any], settings: Mapping[str, str]) -> Self:
        """The preset's values, overruled by ``key=text`` settings as typed on a command line; raises BadInput."""
        fields = {field.name: field for field in cls.describe()}
        values = dict(preset)
        for key, text in settings.items():
            if key not in fields:
                raise BadInput(cls._unknown(key))
            try:
                values[key] = parse_text(cls.model_fields[key].annotation, text)
            except ValueError as problem:
                raise BadInput(f"{key} may be {fields[key].words()}, not {text!r}") from problem
        return cls.from_dict(values)

    @classmethod
    def describe(cls) -> list[FieldDescription]:
        """Every field in the order of the class: what forms, help texts and the manual show."""
        return [describe_field(name, field) for name, field in cls.model_fields.items()]

    def to_dict(self) -> dict[str, Any]:
        """Every setting, defaults included, as JSON values."""
        return self.model_dump(mode="json")

    @classmethod
    def _unknown(cls, key: str) -> str:
        names = list(cls.model_fields)
        close = difflib.get_close_matches(key, names, 1)
        hint = f" (did you mean {close[0]}?)" if close else ""
        return f"There is no setting {key}{hint}; settings are {', '.join(names) or 'none'}"

    @classmethod
    def _words(cls, problem: ValidationError) -> str:
        """The first thing wrong, in one line: which key and what it may be."""
        error = problem.errors(include_url=False)[0]
        if not error["loc"]:
            return _message(error)
        key = str(error["loc"][0])
        if key not in cls.model_fields:
            return cls._unknown(key)
        if error["type"] in ("value_error", "assertion_error"):
            message = _message(error)
            return message if message.startswith(key) else f"{key}: {message}"
        words = describe_field(key, cls.model_fields[key]).words()
        if error["type"] == "missing":
            return f"{key} is needed: {words}"
        return f"{key} may be {words}, not {json.dumps(error['input'], default=str)}"


def _message(error: Any) -> str:
    """A validator's own sentence, without the library's prefix."""
    cause = error.get("ctx", {}).get("error")
    return " ".join(str(cause if cause is not None else error["msg"]).split())
