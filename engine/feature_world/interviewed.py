"""A game of Feature World with a language model, as a generator that asks for answers and is sent them."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from engine.feature_world import words
from engine.feature_world.recorder import Outcome
from engine.feature_world.world import Situation, World
from engine.language.conversation import Conversation
from engine.language.model import Reply
from engine.language.player import Request
from engine.runs.writer import RecordWriter

Wrote = Callable[[int, Situation, int | None, Situation], None]
"""Takes step, situation before, object or None, and situation after."""


class Messages:
    """The conversation of one game on its way into the events ``transcript`` (keys as in text Alchemy).

    Attributes: ``request`` the key of the question being answered, set by whoever sends it.
    """

    def __init__(self, record: RecordWriter, episode: int) -> None:
        self.episode, self.request = episode, ""
        self._record = record

    def write(self, step: int, role: str, kind: str, text: str, **fields: Any) -> None:
        """One message."""
        event = {
            "episode": self.episode,
            "trial": 0,
            "step": step,
            "role": role,
            "kind": kind,
            "text": text,
            "node": -1,
        }
        self._record.event("transcript", {**event, **fields})

    def write_answer(self, step: int, kind: str, question: int, reply: Reply, **fields: Any) -> None:
        """One message of the model."""
        usage = [reply.usage.prompt, reply.usage.completion, reply.usage.cost]
        of = {"question": question, "request": self.request, "finish": reply.finish, "usage": usage}
        self.write(step, "assistant", kind, reply.text, **of, **fields)


def play_in_words(
    world: World,
    rule: int,
    messages: Messages,
    wrote: Wrote,
    ended: Callable[[Outcome], None],
    *,
    told: bool,
    legal: bool,
    most_steps: int,
    max_tokens: int,
    seed: int,
    picture: bytes = b"",
) -> Generator[Request, Reply | None, None]:
    """Play one game; at its end the model is asked which rule it is. Requests are answered as in ``play_text``.

    ``picture``, a PNG of all objects, takes the place of their words.
    """
    pictured = bool(picture)
    conversation = Conversation(words.instructions(world, told=told), picture=picture)
    messages.write(0, "system", "instructions", conversation.instructions)
    situation = Situation(world.everything)
    outcome = Outcome(0, False)
    offered = [words.object_text(index) for index in range(len(world.objects))] if legal else None
    text = words.state_message(world, situation, pictured=pictured)

    def ask(text: str, kind: str, choices: list[str] | None) -> Generator[Request, Reply | None, Reply]:
        conversation.say("user", text)
        messages.write(outcome.steps, "user", "state" if kind == "act" else "rule-request", text)
        while True:
            asked = Request(
                messages.episode,
                outcome.steps,
                kind,
                conversation.messages(),
                choices,
                None,
                (seed + outcome.steps) % 2**31,
                max_tokens,
            )
            reply = yield asked
            if reply is not None:
                conversation.say("assistant", reply.text)
                outcome.usage += reply.usage
                return reply
            conversation.shorten()

    while not situation.over(world) and outcome.steps < most_steps:
        reply = yield from ask(text, "act", offered)
        chosen = words.read_answer(world, reply.text)
        paid = chosen is not None and bool(world.rewards[rule, chosen])
        after = situation if chosen is None else situation.after(world, chosen, paid)
        messages.write_answer(
            outcome.steps, "action", outcome.steps, reply, valid=chosen is not None, action=chosen, rewarded=paid
        )
        wrote(outcome.steps, situation, chosen, after)
        outcome.steps += 1
        outcome.invalid += chosen is None
        situation, text = after, words.outcome_message(world, chosen, paid, pictured=pictured)
    outcome.solved = situation.over(world)
    result = text.partition("\n")[0]
    reply = yield from ask(f"{result}\n{words.naming_question(world)}", "rule", None)
    outcome.named = words.read_rule(world, reply.text)
    messages.write_answer(outcome.steps, "rule", outcome.steps, reply, rule=outcome.named)
    ended(outcome)
