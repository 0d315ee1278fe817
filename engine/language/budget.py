"""How much may be used up, and what has been."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from engine.language.model import Message, Usage

_MARGIN = 1.25
_OVERHEAD = 64
"""Tokens that a chat template adds around a conversation, at most, as far as anyone has seen."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens read and written; zero where nothing is paid."""

    prompt: float = 0.0
    completion: float = 0.0

    def cost(self, prompt: int, completion: int) -> float:
        """Dollars for so many tokens."""
        return (prompt * self.prompt + completion * self.completion) / 1e6


class Budget:
    """A hard limit: a request starts only if the most it can take still fits beside everything under way.

    How many tokens a text makes is known only afterwards. At first every byte is counted as a token, which no tokeniser
    exceeds; once answers have come, the largest share seen so far with a margin.

    Parameters
    ----------
    tokens, dollars : limits of this run, 0 for none. Answers paid for earlier do not count.
    """

    def __init__(self, tokens: int = 0, dollars: float = 0.0, price: Price | None = None) -> None:
        self.tokens, self.dollars = tokens, dollars
        self.price = price or Price()
        self._lock = threading.Lock()
        self._used = Usage()
        self._reserved: dict[int, Usage] = {}
        self._next = 0
        self._share = 0.0  # most tokens for a byte of prompt seen so far

    @property
    def used(self) -> Usage:
        """What new answers took."""
        with self._lock:
            return self._used

    def reserve(self, messages: Sequence[Message], max_tokens: int) -> int | None:
        """A ticket for a request, None where it might not fit any more."""
        with self._lock:
            prompt = self._most_tokens(messages)
            most = Usage(prompt, max_tokens, self.price.cost(prompt, max_tokens))
            total = sum(self._reserved.values(), self._used + most)
            if (self.tokens and total.tokens > self.tokens) or (self.dollars and total.cost > self.dollars):
                return None
            self._next += 1
            self._reserved[self._next] = most
            return self._next

    def settle(self, ticket: int, messages: Sequence[Message], usage: Usage, *, paid: bool = True) -> None:
        """The request is over and took this much; ``paid`` is false where nothing new was used."""
        with self._lock:
            del self._reserved[ticket]
            if paid:
                self._used += usage
                if usage.prompt:
                    self._share = max(self._share, usage.prompt / _bytes(messages))

    def _most_tokens(self, messages: Sequence[Message]) -> int:
        size = _bytes(messages)
        return size if not self._share else min(size, int(size * self._share * _MARGIN) + 1)


def _bytes(messages: Sequence[Message]) -> int:
    return _OVERHEAD + sum(len(message.text.encode("utf-8", "replace")) + 16 for message in messages)
