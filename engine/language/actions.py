"""Actions in words: what may be answered, and what an answer means.

An answer is read from its last line that begins with the word Action, or from the key "action" of a JSON object, or
whole where it is nothing but one action. Nothing else in it counts, a score it claims least of all. An answer without
a readable action, or with one that cannot be carried out, costs a step.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from engine.agents.protocol import View
from engine.alchemy.actions import ACTIONS, CAULDRON, NO_OP, decode, encode
from engine.alchemy.chemistry import POTIONS, STONES

END = -1
"""Stands beside the 40 action integers for ending the trial."""

MAX_ANSWER = 100_000
"""Characters of an answer that are looked at, from its end."""

_LABEL = re.compile(r"^[\s>*_#`\-\d.)]*action[\s*_`]*[:=\-\u2013\u2014][\s*_`]*(.*)$", re.IGNORECASE)
_BARE_LABEL = re.compile(r"^[\s>*_#`]*action[\s*_`:]*$", re.IGNORECASE)
_STONE = re.compile(r"\bstone\s*(?:number\s*|no\.?\s*|#\s*)?(\d{1,6})\b", re.IGNORECASE)
_POTION = re.compile(r"\bpotion\s*(?:slot\s*|number\s*|no\.?\s*|#\s*)?(\d{1,6})\b", re.IGNORECASE)
_CAULDRON = re.compile(r"\bcauldron\b", re.IGNORECASE)
_END = re.compile(r"\b(?:end|finish)(?:s|ed|ing)?\s+(?:the\s+|this\s+)?(?:current\s+)?trial\b", re.IGNORECASE)
_WAIT = re.compile(r"\b(?:do\s+nothing|wait)\b", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|don't|never|instead\s+of)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer means: ``action`` 0..39 or END, or None and the ``reason`` why it cannot be carried out."""

    action: int | None
    reason: str = ""


def action_text(action: int) -> str:
    """An action as the game offers it, such as "place stone 1 in potion 3"; raises ValueError for no action."""
    if action == END:
        return "end the trial"
    stone, slot = decode(action)
    if stone is None or slot is None:
        return "do nothing"
    return f"place stone {stone + 1} in " + ("the cauldron" if slot == CAULDRON else f"potion {slot + 1}")


def legal_actions(view: View) -> list[int]:
    """Actions that do something here, and END: what the game offers."""
    stones, slots = np.flatnonzero(view.present), np.flatnonzero(view.colours >= 0)
    offered = [encode(int(stone), int(slot)) for stone in stones for slot in (CAULDRON, *slots)]
    return [*offered, END]


def answer_schema(actions: Sequence[str], *, reasoning: bool) -> dict[str, Any]:
    """JSON schema of an answer: one of the actions, after a reasoning of at most 1,200 characters where asked for."""
    properties: dict[str, Any] = {"reasoning": {"type": "string", "maxLength": 1200}} if reasoning else {}
    properties["action"] = {"type": "string", "enum": list(actions)}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def read_answer(text: str, view: View, *, strict: bool = False) -> Answer:
    """What an answer means where this view is shown; never raises.

    ``strict`` takes nothing but a JSON object whose "action" is word for word one of those offered.
    """
    words = said(text, strict=strict)
    if words is None:
        return Answer(
            None, "it has no JSON object with an action" if strict else "it has no line that begins with Action"
        )
    if strict:
        offered = {action_text(action): action for action in legal_actions(view)}
        return Answer(offered[words]) if words in offered else Answer(None, "the action is none of those offered")
    answer = _meaning(words)
    return answer if answer.action is None else _possible(answer.action, view)


def said(text: str, *, strict: bool = False) -> str | None:
    """The part of an answer that says the action, None where there is none; never raises.

    ``strict`` takes it from nothing but a JSON object.
    """
    text = text[-MAX_ANSWER:]
    if (found := _json_action(text)) is not None or strict:
        return found
    lines = text.splitlines()
    for number in range(len(lines) - 1, -1, -1):
        if found_line := _LABEL.match(lines[number]):
            rest = found_line[1].strip()
            return rest or _first_filled(lines[number + 1 :])
        if _BARE_LABEL.match(lines[number]):
            return _first_filled(lines[number + 1 :])
    only = text.strip()
    return only if only.rstrip(".").lower() in _offers() else None


@lru_cache(maxsize=1)
def _offers() -> frozenset[str]:
    return frozenset(action_text(action) for action in (END, *range(ACTIONS)))


def _first_filled(lines: Sequence[str]) -> str | None:
    return next((line.strip() for line in lines if line.strip()), None)


def _json_action(text: str) -> str | None:
    """The action of an answer that is one JSON object, bare or in a code fence."""
    start, end = text.find("{"), text.rfind("}")
    around = (
        (text[:start] + text[end + 1 :]).strip().strip("`").removeprefix("json").strip() if 0 <= start < end else "x"
    )
    if around:
        return None
    try:
        value = json.loads(text[start : end + 1])
    except (ValueError, RecursionError):
        return None
    action = value.get("action") if isinstance(value, dict) else None
    return action if isinstance(action, str) else None


def _meaning(said: str) -> Answer:
    """The one action that a line names."""
    if _NOT.search(said):
        return Answer(None, "the action line says what not to do")
    stones, potions = set(_STONE.findall(said)), set(_POTION.findall(said))
    cauldron, ends, waits = bool(_CAULDRON.search(said)), bool(_END.search(said)), bool(_WAIT.search(said))
    if not stones and not potions and not cauldron and ends != waits:
        return Answer(END if ends else NO_OP)
    if ends or waits or len(stones) > 1 or len(potions) + cauldron > 1:
        return Answer(None, "the action line names more than one action")
    if not stones or not (potions or cauldron):
        return Answer(None, "the action line names no stone with a potion or the cauldron")
    stone, slot = int(stones.pop()), int(potions.pop()) if potions else CAULDRON + 1
    if not 1 <= stone <= STONES:
        return Answer(None, f"there is no stone {stone}")
    if not (cauldron or 1 <= slot <= POTIONS):
        return Answer(None, f"there is no potion {slot}")
    return Answer(encode(stone - 1, slot - 1))


def _possible(action: int, view: View) -> Answer:
    if action == END:
        return Answer(END)
    stone, slot = decode(action)
    if stone is None or slot is None:
        return Answer(action)
    if not view.present[stone]:
        return Answer(None, f"stone {stone + 1} is no longer there")
    if slot != CAULDRON and view.colours[slot] < 0:
        return Answer(None, f"potion {slot + 1} is used up")
    return Answer(action)
