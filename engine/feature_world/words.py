"""Feature World in words: what a model is told, and what its answer means."""

from __future__ import annotations

import re

from engine.feature_world.world import DIMENSION_WORDS, VALUE_WORDS, Situation, World
from engine.language.actions import said

_OBJECT = re.compile(r"\b(?:object|number|no\.)\s*#?\s*(\d{1,6})\b", re.IGNORECASE)
_NUMBER = re.compile(r"^\W*(\d{1,6})\W*$")


def instructions(world: World, *, told: bool) -> str:
    """The system message; ``told`` whether the kind of rule is said."""
    kind = "one value of one feature" if world.kind == "single" else "two values of two different features together"
    goals = {
        "identify": "find out with as few proposals as possible which feature values are rewarded",
        "find": "get a reward with as few proposals as possible",
    }
    features = [f"{DIMENSION_WORDS[d]} ({', '.join(VALUE_WORDS[d][: world.values])})" for d in range(world.dimensions)]
    rule = f"A hidden rule rewards {kind}" if told else "A hidden rule rewards some of their features"
    return (
        f"You play a game with objects. They have these features: {'; '.join(features)}. {rule}; it never changes. "
        "With every answer you propose one object and are told whether it is rewarded. "
        f"Your aim is to {goals[world.goal]}.\n"
        "Answer with your reasoning and end with one line\nAction: object N"
    )


def state_message(world: World, situation: Situation, *, pictured: bool = False) -> str:
    """What has been tried, and all objects; ``pictured`` leaves their features to a picture with their numbers."""
    lines = ["Objects"]
    if pictured:
        lines.append(f"The picture shows the objects 1 to {len(world.objects)}, each with its number.")
    else:
        lines += [f"{index + 1}: {world.object_words(index)}" for index in range(len(world.objects))]
    lines.append("Tried so far")
    for chosen, paid in zip(situation.tried, situation.rewarded, strict=True):
        named = _named(world, chosen, pictured).lower()
        lines.append(f"{named}: {'reward' if paid else 'no reward'}")
    if not situation.tried:
        lines.append("nothing yet")
    return "\n".join(lines)


def outcome_message(world: World, chosen: int | None, paid: bool, *, pictured: bool = False) -> str:
    """What came of the last answer; None for one that named no object."""
    if chosen is None:
        return "Your last answer named no object. It cost a step.\nWhich object do you propose next?"
    outcome = "is rewarded" if paid else "is not rewarded"
    return f"{_named(world, chosen, pictured)} {outcome}.\nWhich object do you propose next?"


def _named(world: World, chosen: int, pictured: bool) -> str:
    return f"Object {chosen + 1}" if pictured else f"Object {chosen + 1} ({world.object_words(chosen)})"


def object_text(index: int) -> str:
    """An object as the game offers it."""
    return f"object {index + 1}"


def read_answer(world: World, text: str) -> int | None:
    """The object that an answer proposes in its last line that begins with Action, None if none; never raises."""
    line = said(text)
    if line is None:
        return None
    found = {int(number) for number in _OBJECT.findall(line)} or {int(number) for number in _NUMBER.findall(line)}
    if not found:
        low = line.lower()
        found = {index + 1 for index in range(len(world.objects)) if world.object_words(index) in low}
    chosen = found.pop() if len(found) == 1 else 0
    return chosen - 1 if 1 <= chosen <= len(world.objects) else None


NAMING = "The game is over. Which feature values does the rule reward? Answer with one line\nAnswer: "
"""The question after the last step, followed by an example."""


def naming_question(world: World) -> str:
    """The question which rule it is."""
    return NAMING + world.rule_words(0) + " (for example)"


def read_rule(world: World, text: str) -> int | None:
    """The rule that an answer names in its last line that begins with Answer, None if none; never raises."""
    lines = [line for line in text.splitlines() if re.match(r"^[\s>*_#`]*answer\W", line, re.IGNORECASE)]
    words = set(re.findall(r"[a-z]+", (lines[-1] if lines else text).lower()))
    named = {(d, v) for d in range(world.dimensions) for v in range(world.values) if VALUE_WORDS[d][v] in words}
    return next((index for index, rule in enumerate(world.rules) if set(rule) == named), None)
