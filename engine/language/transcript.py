"""What was said, written into the record as it is said.

Events ``transcript``, one for each message: ``episode``, ``trial`` and ``step`` (from 0), ``role`` (system, user,
assistant), ``kind`` (instructions, state, action, summary-request, summary), ``text``, ``node`` (row of the situation
in the table ``nodes``, -1 without one). Messages of the assistant also have ``question`` (number in the episode),
``request`` (key by which an interrupted evaluation finds its answers again), ``finish``, ``usage`` and, for actions,
``action`` (40-action integer, -1 end of trial, null not carried out), ``valid``, ``reason`` and ``said`` (the action
line).

Table ``turns``: one row for each answer, with the figures.
"""

from __future__ import annotations

from typing import Any

from engine.agents.protocol import View
from engine.language.actions import Answer, said
from engine.language.messages import Turn
from engine.language.model import Reply, Usage
from engine.runs.schema import Column
from engine.runs.table import Table
from engine.runs.writer import RecordWriter

NOT_CARRIED_OUT = -2
"""Stands in the table ``turns`` for an answer that could not be carried out, and for a summary."""

TURNS = (
    Column("episode", "i4", description="number of the episode, from 0"),
    Column("question", "i4", description="number of the answer in the episode, from 0"),
    Column("message", "i8", description="number of the answer in the events transcript"),
    Column("trial", "i2", description="from 0"),
    Column("step", "i2", description="from 0 in the trial"),
    Column("summary", "b1", description="an answer to a question for a summary"),
    Column("valid", "b1", description="the answer could be carried out"),
    Column("action", "i2", description="0 to 39, -1 end of trial, -2 not carried out or a summary"),
    Column("reward", "f4", unit="points"),
    Column("node", "i8", description="row of the situation before the answer in the table nodes, -1 without one"),
    Column("next_node", "i8", description="row of the situation after it"),
    Column("sent", "i4", unit="messages", description="sent with the question"),
    Column("prompt_tokens", "i4", unit="tokens"),
    Column("completion_tokens", "i4", unit="tokens"),
    Column("cost", "f8", unit="US dollars", description="zero where it was paid for earlier"),
    Column("seconds", "f4", unit="s"),
    Column("cached", "b1", description="answered earlier, from the cache or the run this one continues"),
    Column("attempts", "i2", description="requests made for it"),
)


class Transcript:
    """The conversation of one episode on its way into the record.

    Attributes: ``request`` the key of the question being answered, set by whoever sends it; ``answers`` that
    should hold an action, ``invalid`` those of them that were not carried out, ``usage`` of all.
    """

    def __init__(self, record: RecordWriter, turns: Table, episode: int) -> None:
        self.episode = episode
        self.request = ""
        self.answers = self.invalid = 0
        self.usage = Usage()
        self._record, self._turns = record, turns

    def instructions(self, text: str) -> None:
        """The system message."""
        self._message(0, 0, "system", "instructions", text, -1)

    def state(self, view: View, node: int, text: str) -> None:
        """A message that shows a state."""
        self._message(view.trial, view.step, "user", "state", text, node)

    def summary_request(self, view: View, text: str) -> None:
        """The question for a summary after a trial's last view."""
        self._message(view.trial, view.step, "user", "summary-request", text, -1)

    def answer(
        self, question: int, view: View, node: int, next_node: int, reply: Reply, answer: Answer, turn: Turn, sent: int
    ) -> None:
        """An answer that should hold an action, and what came of it."""
        fields = {"action": answer.action, "valid": answer.action is not None, "reason": answer.reason}
        fields["said"] = said(reply.text)
        message = self._message(
            view.trial, view.step, "assistant", "action", reply.text, node, **self._of(reply, question), **fields
        )
        self.answers += 1
        self.invalid += answer.action is None
        action = NOT_CARRIED_OUT if answer.action is None else answer.action
        self._row(
            question, message, view, False, answer.action is not None, action, turn.reward, node, next_node, reply, sent
        )

    def summary(self, question: int, view: View, node: int, reply: Reply, sent: int) -> None:
        """A summary; an empty one is not valid and leaves the one before in use."""
        of = self._of(reply, question)
        message = self._message(view.trial, view.step, "assistant", "summary", reply.text, node, **of)
        valid = bool(reply.text.strip())
        self._row(question, message, view, True, valid, NOT_CARRIED_OUT, 0, node, node, reply, sent)

    def _of(self, reply: Reply, question: int) -> dict[str, Any]:
        self.usage += reply.usage
        usage = [reply.usage.prompt, reply.usage.completion, reply.usage.cost]
        return {"question": question, "request": self.request, "finish": reply.finish, "usage": usage}

    def _message(self, trial: int, step: int, role: str, kind: str, text: str, node: int, **fields: Any) -> int:
        event = {"episode": self.episode, "trial": trial, "step": step, "role": role, "kind": kind, "text": text}
        return self._record.event("transcript", {**event, "node": node, **fields})

    def _row(
        self,
        question: int,
        message: int,
        view: View,
        summary: bool,
        valid: bool,
        action: int,
        reward: int,
        node: int,
        next_node: int,
        reply: Reply,
        sent: int,
    ) -> None:
        self._turns.append(
            episode=self.episode,
            question=question,
            message=message,
            trial=view.trial,
            step=view.step,
            summary=summary,
            valid=valid,
            action=action,
            reward=reward,
            node=node,
            next_node=next_node,
            sent=sent,
            prompt_tokens=reply.usage.prompt,
            completion_tokens=reply.usage.completion,
            cost=0.0 if reply.cached else reply.usage.cost,
            seconds=reply.seconds,
            cached=reply.cached,
            attempts=reply.attempts,
        )
