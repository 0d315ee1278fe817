"""Many episodes at once, each waiting for its answers, within the budget and the limit of requests."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from engine.experiments.context import Context
from engine.language.budget import Budget
from engine.language.cache import request_key
from engine.language.model import ContextFull, Message, Model, Reply, Source, Usage
from engine.runs.record import Record

POLL_SECONDS = 0.1
"""How soon a Stop is noticed while everything waits."""


class Question(Protocol):
    """What an episode asks."""

    @property
    def number(self) -> int:
        """Of the question in the episode, from 0."""
        ...

    @property
    def messages(self) -> list[Message]:
        """The conversation to answer."""
        ...

    @property
    def legal_actions(self) -> list[str] | None:
        """All that may be answered, None for anything."""
        ...

    @property
    def schema(self) -> Mapping[str, Any] | None:
        """JSON schema of the answer, None for any."""
        ...

    @property
    def seed(self) -> int:
        """For sampling."""
        ...

    @property
    def max_tokens(self) -> int:
        """Of the answer."""
        ...


class Keyed(Protocol):
    """Takes the key of the question being answered, to be written beside the answer."""

    request: str


@dataclass
class Episode:
    """An episode under way: its number, the generator that asks, who answers, and what notes each request's key."""

    number: int
    asks: Generator[Any, Reply | None, None]
    model: Model
    transcript: Keyed
    pending: Any = None


class Interview:
    """Puts the questions of many episodes to a source of models.

    Attributes: ``used`` by all answers, ``paid`` by those of this run alone, ``budget_spent`` whether it ended there.
    """

    def __init__(self, source: Source, context: Context, budget: Budget) -> None:
        self.budget_spent = False
        self.used = Usage()
        self._source, self._context, self._budget = source, context, budget
        self._earlier = {} if source.stateful or context.parent is None else earlier_answers(context.parent)
        self._answers: queue.SimpleQueue[tuple[Episode, str, Reply | Exception]] = queue.SimpleQueue()

    @property
    def paid(self) -> Usage:
        """What the answers of this run took that were not there before."""
        return self._budget.used

    def run(
        self, episodes: Iterable[Episode], ended: Callable[[int], None], answered: Callable[[], None] = lambda: None
    ) -> None:
        """Bring every episode to its end, or all to where the budget is spent.

        ``ended`` is told the number of each that ends, ``answered`` is called after each answer.

        An answer that is being paid for is waited for where a model fails; on Stop it goes to the cache if it still
        comes. Raises ModelError, Stopped.
        """
        waiting = iter(episodes)
        active: list[Episode] = []
        flying = 0
        failure: Exception | None = None
        try:
            while True:
                while failure is None and not self.budget_spent and len(active) < self._source.parallel:
                    episode = next(waiting, None)
                    if episode is None:
                        break
                    self._advance(episode, ended, active, first=True)
                for episode in active:
                    if (
                        episode.pending is not None
                        and failure is None
                        and not self.budget_spent
                        and self._send(episode)
                    ):
                        flying += 1
                        episode.pending = None
                if not flying:
                    if failure is not None:
                        raise failure
                    return
                self._context.check()
                try:
                    episode, key, answer = self._answers.get(timeout=POLL_SECONDS)
                except queue.Empty:
                    continue
                flying -= 1
                failure = self._receive(episode, key, answer, ended, active) or failure
                answered()
        finally:
            self._source.close()

    def _advance(
        self,
        episode: Episode,
        ended: Callable[[int], None],
        active: list[Episode],
        *,
        first: bool = False,
        reply: Reply | None = None,
    ) -> None:
        """Let an episode go on until it needs an answer that is not there yet."""
        if first:
            active.append(episode)
        try:
            question = next(episode.asks) if first else episode.asks.send(reply)
            while (known := self._known(episode, question)) is not None:
                self._context.check()
                self.used += known.usage
                question = episode.asks.send(known)
            episode.pending = question
        except StopIteration:
            active.remove(episode)
            ended(episode.number)

    def _known(self, episode: Episode, question: Question) -> Reply | None:
        """The answer of the run this one continues, if it was to the same question."""
        found = self._earlier.get((episode.number, question.number))
        key = self._key(question)
        if found is None or found[0] != key:
            return None
        episode.transcript.request = key
        return found[1]

    def _send(self, episode: Episode) -> bool:
        """Put a pending question; false where the budget does not allow it."""
        question: Question = episode.pending
        ticket = self._budget.reserve(question.messages, question.max_tokens)
        if ticket is None:
            self.budget_spent = True
            return False
        key = self._key(question)

        def answer() -> None:
            result: Reply | Exception
            try:
                result = episode.model.complete(
                    question.messages,
                    legal_actions=question.legal_actions,
                    schema=question.schema,
                    seed=question.seed,
                    max_tokens=question.max_tokens,
                )
            except Exception as problem:  # noqa: BLE001 - whatever it is, the thread that runs the job must see it
                result = problem
            usage = result.usage if isinstance(result, Reply) else Usage()
            self._budget.settle(ticket, question.messages, usage, paid=not getattr(result, "cached", False))
            self._answers.put((episode, key, result))

        threading.Thread(target=answer, name=f"question {episode.number}.{question.number}", daemon=True).start()
        return True

    def _receive(
        self,
        episode: Episode,
        key: str,
        answer: Reply | Exception,
        ended: Callable[[int], None],
        active: list[Episode],
    ) -> Exception | None:
        """Hand an answer to its episode; returns the failure if it is one."""
        if isinstance(answer, ContextFull):
            self._advance(episode, ended, active, reply=None)
            return None
        if isinstance(answer, Exception):
            return answer
        self.used += answer.usage
        episode.transcript.request = key
        self._advance(episode, ended, active, reply=answer)
        return None

    def _key(self, question: Question) -> str:
        return request_key(
            {
                "model": self._source.name,
                "messages": [message.to_json() for message in question.messages],
                "legal": question.legal_actions,
                "schema": question.schema,
                "seed": question.seed,
                "max_tokens": question.max_tokens,
            }
        )


def earlier_answers(folder: Path) -> dict[tuple[int, int], tuple[str, Reply]]:
    """Answers in the record of an interrupted evaluation, with the keys of their requests, by episode and question."""
    found: dict[tuple[int, int], tuple[str, Reply]] = {}
    for event in Record.open(folder).events("transcript"):
        try:
            if event["role"] != "assistant":
                continue
            prompt, completion, cost = event["usage"]
            reply = Reply(str(event["text"]), Usage(int(prompt), int(completion), float(cost)), cached=True)
            reply = replace(reply, finish=str(event["finish"]))
            found[int(event["episode"]), int(event["question"])] = (str(event["request"]), reply)
        except (KeyError, TypeError, ValueError):
            continue  # a stranger's record: what is not understood is asked again
    return found
