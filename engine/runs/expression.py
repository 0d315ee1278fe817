"""Filter expressions over runs: ``status = finished and seed in 0..4 and score_mean > 200``.

Words alone are looked for everywhere; ``and`` may be left out, ``or``, ``not`` and parentheses group. Comparisons are
``= != < <= > >= ~`` (contains) and ``in 0..4`` or ``in (a, b)``. A run without a value passes ``!=`` and no other.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInput
from engine.runs.columns import PLAIN, RunColumns

Mask = NDArray[np.bool_]
MAX_TOKENS = 400
_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<operator><=|>=|!=|==|=|<|>|~|\(|\)|,)"""
    r"""|(?P<word>[^\s"'=<>~!(),]+)|(?P<bad>\S))"""
)
_RANGE = re.compile(r"(-?[\d.eE+-]*?\d)\.\.(-?\d[\d.eE+-]*)")
_COMPARISONS = ("=", "==", "!=", "<", "<=", ">", ">=", "~")


@dataclass(frozen=True)
class _Token:
    text: str
    kind: str  # quoted, operator or word
    place: int


def find(text: str, columns: RunColumns) -> Mask:
    """Which runs pass an expression: bool [runs]; an empty one lets all pass.

    Raises
    ------
    BadInput
        If the expression cannot be read, or names a key that no run has.
    """
    return _Reader(_tokens(text), columns).read()


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match["bad"]:
            raise BadInput(f"The filter cannot be read from {text[at:].strip()[:20]!r} on")
        kind = str(match.lastgroup)
        content = match[kind]
        if kind == "quoted":
            content = re.sub(r"\\(.)", r"\1", content[1:-1])
        found.append(_Token(content, kind, match.start(kind)))
        at = match.end()
        if len(found) > MAX_TOKENS:
            raise BadInput(f"The filter has more than {MAX_TOKENS} words")
    return found


class _Reader:
    """Recursive descent over the tokens; every function returns a mask."""

    def __init__(self, tokens: list[_Token], columns: RunColumns) -> None:
        self._tokens = tokens
        self._columns = columns
        self._at = 0
        self._depth = 0

    def read(self) -> Mask:
        if not self._tokens:
            return np.ones(len(self._columns), np.bool_)
        found = self._either()
        if self._at < len(self._tokens):
            raise BadInput(f"The filter cannot be read from {self._tokens[self._at].text!r} on")
        return found

    def _next(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _is(self, text: str) -> bool:
        token = self._next()
        return token is not None and token.kind != "quoted" and token.text.casefold() == text

    def _take(self, what: str) -> _Token:
        token = self._next()
        if token is None:
            raise BadInput(f"The filter ends where {what} should follow")
        self._at += 1
        return token

    def _either(self) -> Mask:
        found = self._both()
        while self._is("or"):
            self._at += 1
            found = found | self._both()
        return found

    def _both(self) -> Mask:
        found = self._negated()
        while self._next() is not None and not self._is("or") and not self._is(")"):
            if self._is("and"):
                self._at += 1
            found = found & self._negated()
        return found

    def _negated(self) -> Mask:
        self._depth += 1
        if self._depth > 50:
            raise BadInput("The filter is nested too deeply")
        if self._is("not"):
            self._at += 1
            found = ~self._negated()
        elif self._is("("):
            self._at += 1
            found = self._either()
            if not self._is(")"):
                raise BadInput("The filter has a ( without its )")
            self._at += 1
        else:
            found = self._comparison()
        self._depth -= 1
        return found

    def _comparison(self) -> Mask:
        token = self._take("a word or a comparison")
        if token.kind == "operator":
            raise BadInput(f"The filter has {token.text!r} where a word or a key should be")
        follower = self._next()
        if follower is not None and follower.kind == "operator" and follower.text in _COMPARISONS:
            self._at += 1
            return self._compare(self._key(token), follower.text, self._value())
        if self._is("in"):
            self._at += 1
            return self._within(self._key(token))
        word = token.text.casefold()
        return np.array([word in text for text in self._columns.searched], np.bool_)

    def _key(self, token: _Token) -> str:
        try:
            return self._columns.resolve(token.text)
        except BadInput:
            known = [*PLAIN, "tags", *self._columns.configuration_keys, *self._columns.result_keys]
            if not len(self._columns):
                return "id"  # no run, no key: nothing to be wrong about
            close = difflib.get_close_matches(token.text, known, 1)
            hint = f" (did you mean {close[0]}?)" if close else ""
            raise BadInput(f"No run has {token.text!r}{hint}") from None

    def _value(self) -> str:
        token = self._take("a value")
        if token.kind == "operator":
            raise BadInput(f"The filter has {token.text!r} where a value should be")
        return token.text

    def _compare(self, key: str, operator: str, value: str) -> Mask:
        words = self._columns.words(key)
        folded = value.casefold()
        if operator == "~":
            return np.array([folded in text for text in words], np.bool_)
        number = _number(value)
        if operator in ("=", "==", "!="):
            found = self._equal(key, folded, number)
            return ~found if operator == "!=" else found
        if number is None:
            if key != "created":
                raise BadInput(f"{operator} needs a number, not {value!r}")
            later = np.array([text >= folded for text in words], np.bool_)  # ISO times sort as text
            same = np.array([text.startswith(folded) for text in words], np.bool_)
            return {">=": later | same, ">": later & ~same, "<": ~later & ~same, "<=": ~later | same}[operator]
        numbers = self._columns.numbers(key)
        with np.errstate(invalid="ignore"):
            compared = {
                "<": numbers < number,
                "<=": numbers <= number,
                ">": numbers > number,
                ">=": numbers >= number,
            }
        return np.asarray(compared[operator], np.bool_)

    def _equal(self, key: str, folded: str, number: float | None) -> Mask:
        if key == "tags":
            return np.array([folded in map(str.casefold, row.tags) for row in self._columns.rows], np.bool_)
        same = np.array([text == folded for text in self._columns.words(key)], np.bool_)
        if number is not None:
            same |= self._columns.numbers(key) == number
        return same

    def _within(self, key: str) -> Mask:
        if self._is("("):
            self._at += 1
            found = np.zeros(len(self._columns), np.bool_)
            while True:
                value = self._value()
                found |= self._compare(key, "=", value)
                if self._is(")"):
                    self._at += 1
                    return found
                if not self._is(","):
                    raise BadInput("A list after in is written (a, b, c)")
                self._at += 1
        value = self._value()
        match = _RANGE.fullmatch(value)
        low, high = (_number(match[1]), _number(match[2])) if match else (None, None)
        if low is None or high is None:
            raise BadInput(f"After in comes a range as 0..4 or a list as (a, b), not {value!r}")
        numbers = self._columns.numbers(key)
        with np.errstate(invalid="ignore"):
            return np.asarray((numbers >= low) & (numbers <= high), np.bool_)


def _number(text: str) -> float | None:
    try:
        return float(text) if text.casefold() not in ("nan", "inf", "-inf", "infinity") else None
    except ValueError:
        return None
