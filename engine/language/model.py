"""The one interface to whatever answers: a script, a small model in this process, an endpoint somewhere."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from engine.errors import BadInput

Role = Literal["system", "user", "assistant"]


class ModelError(BadInput):
    """A model cannot be had or did not answer; the message says which and why, never with a key in it."""


class ContextFull(ModelError):
    """The conversation is longer than the model can read."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation."""

    role: Role
    text: str
    image: bytes = b""

    def to_json(self) -> dict[str, Any]:
        """As chat endpoints take it; ``image``, a PNG, as a data address behind the text."""
        if not self.image:
            return {"role": self.role, "content": self.text}
        address = f"data:image/png;base64,{base64.b64encode(self.image).decode('ascii')}"
        parts = [{"type": "text", "text": self.text}, {"type": "image_url", "image_url": {"url": address}}]
        return {"role": self.role, "content": parts}


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer took: tokens read, tokens written, and what that cost in US dollars."""

    prompt: int = 0
    completion: int = 0
    cost: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        """Both together."""
        return Usage(self.prompt + other.prompt, self.completion + other.completion, self.cost + other.cost)

    @property
    def tokens(self) -> int:
        """Read and written."""
        return self.prompt + self.completion


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer.

    Attributes: ``usage`` of every attempt the provider counted, ``seconds`` it took, ``cached`` whether it was paid for
    earlier, ``attempts`` made, ``finish`` why the text ends ("stop", "length", ...; "" unknown).
    """

    text: str
    usage: Usage = Usage()
    seconds: float = 0.0
    cached: bool = False
    attempts: int = 1
    finish: str = ""


class Model(Protocol):
    """Something that answers. ``complete`` may be called from several threads at once."""

    name: str

    def complete(
        self,
        messages: Sequence[Message],
        *,
        legal_actions: Sequence[str] | None = None,
        schema: Mapping[str, Any] | None = None,
        seed: int = 0,
        max_tokens: int = 1024,
    ) -> Reply:
        """Answer a conversation.

        With ``legal_actions`` the answer is one of them after the word Action, with ``schema`` JSON of that schema, as
        far as the model can be held to it. Raises ModelError where there is no answer to be had.
        """
        ...


class Source(Protocol):
    """Where models come from: ``open`` gives the one that plays an episode.

    Attributes: ``name`` as chosen, ``stateful`` whether a model remembers its episode (and must see all of it again
    when an evaluation is resumed), ``parallel`` how many requests it takes at once, ``constrained`` whether it can be
    held to a list of legal actions exactly.
    """

    name: str
    stateful: bool
    parallel: int
    constrained: bool

    def open(self, episode: int, seed: int) -> Model:
        """The model that plays this episode."""
        ...

    def close(self) -> None:
        """Give up whatever is under way."""
        ...
