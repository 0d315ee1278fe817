"""What was said in a record, episode by episode, read as it grows. No Qt in here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gui.translation import tr

SYSTEM, STATE, ANSWER, REQUEST, SUMMARY = "system", "state", "answer", "request", "summary"
_KINDS = {
    "instructions": SYSTEM,
    "state": STATE,
    "action": ANSWER,
    "rule": ANSWER,
    "summary-request": REQUEST,
    "rule-request": REQUEST,
    "summary": SUMMARY,
}
_PART = re.compile(r"^[\s>*_#`]*(observation|reasoning|action)[\s*_`]*[:=][\s*_`]*", re.IGNORECASE | re.MULTILINE)

FILTERS = {
    "all": tr("all turns"),
    ANSWER: tr("answers"),
    SUMMARY: tr("summaries"),
    "invalid": tr("not carried out"),
}
"""What of a transcript can be shown, and how each choice is called."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation.

    Attributes: ``number`` in the events of the record, ``kind`` (system, state, answer, request, summary), ``node`` row
    of the situation it belongs to (-1 none), ``question`` number of the answer in its episode (-1 for what is no
    answer), ``valid`` false for an answer that was not carried out for ``reason``, ``said`` the action it names.
    """

    number: int
    kind: str
    role: str
    text: str
    trial: int
    step: int
    node: int = -1
    question: int = -1
    valid: bool = True
    reason: str = ""
    said: str = ""


@dataclass
class Talk:
    """All messages of one episode; ``invalid`` answers so far, ``trial`` reached."""

    episode: int
    messages: list[Message] = field(default_factory=list)
    answers: int = 0
    invalid: int = 0
    trial: int = 0


def message_of(number: int, event: dict[str, Any]) -> Message | None:
    """One event as a message; None for an event that is none, because a stranger may have written the record."""
    kind, text = _KINDS.get(str(event.get("kind"))), event.get("text")
    if kind is None or not isinstance(text, str):
        return None
    try:
        trial, step = int(event.get("trial", 0)), int(event.get("step", 0))
        node, question = int(event.get("node", -1)), int(event.get("question", -1))
    except (TypeError, ValueError):
        return None
    valid, said = event.get("valid", True), event.get("said")
    return Message(
        number=number,
        kind=kind,
        role=str(event.get("role", "")),
        text=text,
        trial=trial,
        step=step,
        node=node,
        question=question,
        valid=valid is not False,
        reason=str(event.get("reason") or ""),
        said=said if isinstance(said, str) else "",
    )


def parts_of(text: str) -> list[tuple[str, str]]:
    """An answer in its parts: (observation | reasoning | action | "", words) in the order they come."""
    found = list(_PART.finditer(text))
    if not found:
        return [("", text.strip())]
    parts = [("", text[: found[0].start()].strip())]
    for here, after in zip(found, [*found[1:], None], strict=True):
        stop = after.start() if after is not None else len(text)
        parts.append((here[1].lower(), text[here.end() : stop].strip()))
    return [part for part in parts if part[0] or part[1]]


def selected(messages: Sequence[Message], chosen: str) -> list[Message]:
    """The messages that one of FILTERS lets through."""
    if chosen == "all":
        return list(messages)
    if chosen == "invalid":
        return [message for message in messages if not message.valid]
    return [message for message in messages if message.kind == chosen]


def search(messages: Sequence[Message], words: str) -> list[int]:
    """Places in ``messages`` of those that contain ``words``, whatever their case; none for no words."""
    wanted = words.strip().casefold()
    return [k for k, message in enumerate(messages) if wanted in message.text.casefold()] if wanted else []


def as_text(messages: Sequence[Message]) -> str:
    """Messages as plain text, one block each, headed by who said it and where."""
    names = {
        SYSTEM: tr("Instructions"),
        STATE: tr("Game"),
        ANSWER: tr("Answer"),
        REQUEST: tr("Game"),
        SUMMARY: tr("Summary"),
    }
    blocks = []
    for message in messages:
        place = (
            ""
            if message.kind == SYSTEM
            else tr(", trial {trial}, step {step}", trial=message.trial + 1, step=message.step + 1)
        )
        blocks.append(f"[{names[message.kind]}{place}]\n{message.text.strip()}")
    return "\n\n".join(blocks) + "\n"
