"""One setting in words: what a form, a help text and an error message need to know about it."""

from __future__ import annotations

import importlib
import json
import math
import types
import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Literal

import annotated_types
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

Kind = Literal["bool", "int", "float", "text", "path", "choice", "json"]

_KINDS: dict[Any, Kind] = {bool: "bool", int: "int", float: "float", str: "text", Path: "path"}
_TRUE, _FALSE, _NONE = ("true", "yes", "on", "1"), ("false", "no", "off", "0"), ("none", "null", "")


@dataclass(frozen=True)
class FieldDescription:
    """One setting.

    Attributes
    ----------
    kind
        Of the value, or of each entry where `many`.
    choices
        The values it may have; for kind *choice* nothing else is accepted, for kind *text* they are offered.
    minimum, maximum
        Bounds, None where there is none; `above_minimum`, `below_maximum` tell that the bound itself is excluded.
    optional
        Whether it may be left out (None).
    """

    name: str
    title: str
    description: str
    kind: Kind
    default: Any
    choices: tuple[Any, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    above_minimum: bool = False
    below_maximum: bool = False
    unit: str = ""
    many: bool = False
    optional: bool = False

    def words(self, translate: Callable[[str], str] = str) -> str:
        """What the setting may be: "a whole number from 1 to 20 (Hz)"; each part in the language of `translate`."""
        nouns = {
            "bool": translate("true or false"),
            "int": translate("a whole number"),
            "float": translate("a number"),
            "text": translate("a text"),
            "path": translate("the path of a file or folder"),
            "json": translate("a JSON value"),
        }
        choices = ", ".join(map(str, self.choices))
        words = translate("one of {choices}").format(choices=choices) if choices else nouns[self.kind]
        least, most = _number(self.minimum), _number(self.maximum)
        if least and most and not (self.above_minimum or self.below_maximum):
            words += " " + translate("from {least} to {most}").format(least=least, most=most)
        else:
            above = translate("above {least}") if self.above_minimum else translate("at least {least}")
            below = translate("below {most}") if self.below_maximum else translate("at most {most}")
            bounds = [above.format(least=least)] if least else []
            bounds += [below.format(most=most)] if most else []
            words += " " + translate(" and ").join(bounds) if bounds else ""
        words += f" ({translate(self.unit)})" if self.unit else ""
        words += translate(", several separated by commas") if self.many else ""
        return words + (translate(", or none") if self.optional else "")


def describe_field(name: str, field: FieldInfo) -> FieldDescription:
    """The description of a pydantic field."""
    annotation, metadata, optional = _unwrap(field.annotation)
    many = typing.get_origin(annotation) in (list, tuple)
    if many:
        annotation, inner, _ = _unwrap(typing.get_args(annotation)[0])
        metadata = [*metadata, *inner]
    bounds: dict[str, Any] = {}
    for item in _flat([*metadata, *field.metadata]):
        match item:
            case annotated_types.Ge(ge=value):
                bounds["minimum"] = value
            case annotated_types.Gt(gt=value):
                bounds |= {"minimum": value, "above_minimum": True}
            case annotated_types.Le(le=value):
                bounds["maximum"] = value
            case annotated_types.Lt(lt=value):
                bounds |= {"maximum": value, "below_maximum": True}
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    default = field.get_default(call_default_factory=True, validated_data={})
    return FieldDescription(
        name=name,
        title=field.title or name.replace("_", " ").capitalize(),
        description=field.description or "",
        kind=_kind(annotation),
        default=None if default is PydanticUndefined else default,
        choices=_choices(annotation, extra.get("choices")),
        unit=str(extra.get("unit", "")),
        many=many,
        optional=optional,
        **bounds,
    )


def parse_text(annotation: Any, text: str) -> Any:
    """The JSON value that `text`, as typed by a person, means for a field of this type; raises ValueError."""
    annotation, _, optional = _unwrap(annotation)
    if optional and text.strip().lower() in _NONE:
        return None
    if typing.get_origin(annotation) in (list, tuple):
        inner = typing.get_args(annotation)[0]
        return [parse_text(inner, part.strip()) for part in text.split(",")] if text.strip() else []
    kind = _kind(annotation)
    if kind == "choice":
        for choice in _choices(annotation, None):
            if text.strip() == str(choice):
                return choice
        raise ValueError(text)
    if kind == "bool":
        if text.strip().lower() not in _TRUE + _FALSE:
            raise ValueError(text)
        return text.strip().lower() in _TRUE
    if kind == "int":
        return _whole(text)
    if kind == "float":
        number = float(text)
        if not math.isfinite(number):
            raise ValueError(text)
        return number
    return json.loads(text) if kind == "json" else text


def _unwrap(annotation: Any) -> tuple[Any, list[Any], bool]:
    """The type without ``Annotated`` and ``| None``, the annotations found, and whether None was allowed."""
    metadata: list[Any] = []
    optional = False
    while True:
        origin = typing.get_origin(annotation)
        if origin is typing.Annotated:
            metadata += annotation.__metadata__
            annotation = annotation.__origin__
        elif origin in (typing.Union, types.UnionType):
            rest = [kind for kind in typing.get_args(annotation) if kind is not type(None)]
            if len(rest) > 1 or len(rest) == len(typing.get_args(annotation)):
                return Any, metadata, len(rest) < len(typing.get_args(annotation))
            annotation, optional = rest[0], True
        else:
            return annotation, metadata, optional


def _flat(metadata: Iterable[Any]) -> Iterable[Any]:
    """The single constraints inside grouped ones (an interval) and inside nested ``Field(...)``."""
    for item in metadata:
        if isinstance(item, FieldInfo):
            yield from _flat(item.metadata)
        elif isinstance(item, annotated_types.GroupedMetadata):
            yield from item
        else:
            yield item


def _kind(annotation: Any) -> Kind:
    if typing.get_origin(annotation) is Literal or (isinstance(annotation, type) and issubclass(annotation, Enum)):
        return "choice"
    return _KINDS.get(annotation, "json")


def _choices(annotation: Any, named: Any) -> tuple[Any, ...]:
    if typing.get_origin(annotation) is Literal:
        return typing.get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return tuple(member.value for member in annotation)
    if isinstance(named, str):
        module, _, attribute = named.partition(":")
        named = getattr(importlib.import_module(module), attribute)
    return tuple(named or ())


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        value = float(text)  # 1e6 is a whole number too
        if not value.is_integer():
            raise
        return int(value)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,}".replace(",", "_") if isinstance(value, int) and abs(value) >= 10_000 else f"{value:g}"
