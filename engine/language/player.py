"""One episode of text Alchemy as a generator: it asks for answers and is sent them, so that many can wait at once."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.language.actions import action_text, answer_schema, legal_actions, read_answer
from engine.language.conversation import Conversation, History
from engine.language.game import Game
from engine.language.messages import Turn, echo, state_message
from engine.language.model import Message, Reply
from engine.language.prompts import AnswerForm, SummaryForm, instructions, summary_request
from engine.language.transcript import Transcript
from engine.language.wording import Wording


@dataclass(frozen=True, slots=True)
class Condition:
    """How an episode is put to a player; the paper's conditions and some more.

    Attributes: ``summary_every`` so many trials a summary is asked for, 0 never; ``history`` and ``window`` as in
    Conversation; ``prior`` whether the facts known beforehand are told; ``form`` of the answers; ``max_tokens`` of one.
    """

    wording: Wording
    form: AnswerForm = "free"
    prior: bool = False
    summary_every: int = 0
    summary_form: SummaryForm = "free"
    history: History = "full"
    window: int = 3
    max_tokens: int = 1024


@dataclass(frozen=True, slots=True)
class Request:
    """A question that waits for an answer; ``number`` counts the questions of the episode from 0."""

    episode: int
    number: int
    kind: str
    messages: list[Message]
    legal_actions: list[str] | None
    schema: Mapping[str, Any] | None
    seed: int
    max_tokens: int


def play_text(
    game: Game, condition: Condition, transcript: Transcript, *, seed: int
) -> Generator[Request, Reply | None, None]:
    """Play an episode to its end.

    Each Request is answered by ``send(reply)``; None says that the conversation was longer than the model can read, and
    the question comes again with less of it.
    """
    conversation = Conversation(
        instructions(
            condition.wording, trials=game.trials, steps=game.view.steps, form=condition.form, prior=condition.prior
        ),
        condition.history,
        condition.window,
    )
    transcript.instructions(conversation.instructions)
    number = 0
    while not game.done:
        view = game.view
        text = state_message(condition.wording, view, game.trial_scores[-1], game.last)
        conversation.say("user", text)
        transcript.state(view, game.row, text)
        offered = [action_text(action) for action in legal_actions(view)]
        legal = offered if condition.form == "legal" else None
        schema = answer_schema(offered, reasoning=True) if condition.form == "json" else None
        reply, sent = yield from _ask(
            conversation, transcript.episode, number, "act", legal, schema, seed, condition.max_tokens
        )
        answer = read_answer(reply.text, view, strict=condition.form == "json")
        conversation.say("assistant", reply.text)
        row = game.row
        turn = game.act(answer.action, answer.reason)
        transcript.answer(number, view, row, game.row, reply, answer, turn, sent)
        number += 1
        if turn.trial_ended:
            if _summary_due(condition, turn, game):
                number = yield from _summarise(condition, conversation, transcript, game, turn, number, seed)
            conversation.new_trial()


def _summary_due(condition: Condition, turn: Turn, game: Game) -> bool:
    return bool(condition.summary_every) and not game.done and (turn.view.trial + 1) % condition.summary_every == 0


def _summarise(
    condition: Condition,
    conversation: Conversation,
    transcript: Transcript,
    game: Game,
    turn: Turn,
    number: int,
    seed: int,
) -> Generator[Request, Reply | None, int]:
    """Ask for a summary of the trial just ended and what came before; returns the next question's number."""
    text = "\n".join([*echo(condition.wording, turn), "", summary_request(condition.summary_form, turn.view.trial)])
    conversation.say("user", text)
    transcript.summary_request(turn.view, text)
    reply, sent = yield from _ask(
        conversation, transcript.episode, number, "summary", None, None, seed, condition.max_tokens
    )
    conversation.say("assistant", reply.text)
    if reply.text.strip():
        conversation.summary = reply.text.strip()
    transcript.summary(number, turn.view, game.row, reply, sent)
    return number + 1


def _ask(
    conversation: Conversation,
    episode: int,
    number: int,
    kind: str,
    legal: list[str] | None,
    schema: Mapping[str, Any] | None,
    seed: int,
    max_tokens: int,
) -> Generator[Request, Reply | None, tuple[Reply, int]]:
    """The answer, and how many messages were sent for it."""
    # A question's seed differs from the last one's, so that the same state twice need not get the same answer.
    asked_with = (seed + number) % 2**31
    while True:
        messages = conversation.messages()
        reply = yield Request(episode, number, kind, messages, legal, schema, asked_with, max_tokens)
        if reply is not None:
            return reply, len(messages)
        conversation.shorten()
