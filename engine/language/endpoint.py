"""Models behind an endpoint that speaks the OpenAI protocol, hosted or local, through the ``openai`` client.

Every failure that may pass (429, 5xx, a lost connection, a time-out, an answer that is no chat completion) is tried
again after a growing wait; what stays is raised as one sentence. Keys live in memory only and are scrubbed from
whatever the other side says.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from engine.errors import Stopped
from engine.language.actions import answer_schema
from engine.language.budget import Price
from engine.language.cache import AnswerCache, request_key
from engine.language.grammar import action_grammar
from engine.language.keys import Ask, Secret, obtain_key
from engine.language.model import ContextFull, Message, ModelError, Reply, Usage
from engine.language.providers import find_provider

FIRST_WAIT = 0.5
LONGEST_WAIT = 60.0
EMPTY_ATTEMPTS = 3
"""How often an empty answer is asked for; after that it counts as the answer, which costs the player a step."""


class _Passing(Exception):
    """A failure worth another attempt; ``wait`` is what the other side asks for in seconds."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class _Unsupported(Exception):
    """The other side does not take this form of answer."""


class Endpoint:
    """One model of one endpoint; safe to call from several threads.

    Parameters
    ----------
    name : what follows ``endpoint/``, such as "openai/gpt-4o" or, with ``url``, any model name.
    timeout : seconds that one attempt may take.
    attempts : how often a request is tried at most.
    temperature : None leaves it to the provider.

    Raises ModelError where the package is missing, the name is unknown or there is no key.
    """

    stateful = False

    def __init__(
        self,
        name: str,
        *,
        url: str = "",
        ask: Ask | None = None,
        price: Price | None = None,
        timeout: float = 120.0,
        attempts: int = 6,
        temperature: float | None = None,
        parallel: int = 8,
        cache: AnswerCache | None = None,
    ) -> None:
        try:
            import openai
        except ImportError:
            raise ModelError("Endpoints need the package openai (extra language)") from None
        key_name, self._provider, self._model = find_provider(name, url)
        self._secret = obtain_key(key_name, ask) if self._provider.needs_key else Secret("none")
        self.name = f"endpoint/{name}"
        self.constrained = self._provider.grammar
        self.parallel, self._attempts, self._temperature = parallel, attempts, temperature
        self._price, self._cache = price or Price(), cache or AnswerCache()
        self._openai: Any = openai
        self._client: Any = openai.OpenAI(
            api_key=self._secret.reveal(), base_url=self._provider.url, timeout=timeout, max_retries=0
        )
        self._closing = threading.Event()
        self._renamed = False  # set once it wants the limit of an answer under its newer name
        self._plain = False  # set once the other side has refused a schema: then its text is parsed

    def open(self, episode: int, seed: int) -> Endpoint:
        """The same model for every episode: it remembers nothing."""
        return self

    def close(self) -> None:
        """No further attempts; what is being answered still comes, and goes to the cache."""
        self._closing.set()

    def complete(
        self,
        messages: Sequence[Message],
        *,
        legal_actions: Sequence[str] | None = None,
        schema: Mapping[str, Any] | None = None,
        seed: int = 0,
        max_tokens: int = 1024,
    ) -> Reply:
        """The answer, from the cache where the same was asked before. Raises ModelError, Stopped once closed."""
        request: dict[str, Any] = {
            "model": self._model,
            "messages": [message.to_json() for message in messages],
            "seed": seed,
            "max_tokens": max_tokens,
        }
        if self._temperature is not None:
            request["temperature"] = self._temperature
        if legal_actions is not None and self._provider.grammar:
            request["extra_body"] = {"grammar": action_grammar(legal_actions)}
        elif legal_actions is not None:
            schema = answer_schema(legal_actions, reasoning=False)
        key = request_key({**request, "schema": schema, "url": self._provider.url})
        if (known := self._cache.find(key)) is not None:
            return known
        reply = self._persist(request, schema)
        self._cache.keep(key, reply)
        return reply

    def _persist(self, request: dict[str, Any], schema: Mapping[str, Any] | None) -> Reply:
        started, wait, used, empty = time.monotonic(), FIRST_WAIT, Usage(), 0
        for attempt in range(1, self._attempts + 1):
            try:
                text, usage, finish = self._once(request, schema)
            except _Passing as problem:
                if attempt == self._attempts:
                    raise ModelError(f"{self.name} did not answer after {attempt} attempts: {problem}") from None
                asked = problem.wait
            else:
                used += usage
                empty += 1
                if text.strip() or finish == "length" or empty == EMPTY_ATTEMPTS or attempt == self._attempts:
                    return Reply(text, used, time.monotonic() - started, attempts=attempt, finish=finish)
                asked = None
            pause = min(LONGEST_WAIT, asked if asked is not None else wait * random.uniform(0.5, 1.0))
            wait *= 2
            if self._closing.wait(pause):
                raise Stopped
        raise AssertionError("the last attempt returns or raises")

    def _once(self, request: dict[str, Any], schema: Mapping[str, Any] | None) -> tuple[str, Usage, str]:
        if schema is not None and not self._plain:
            try:
                form = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}
                return self._attempt({**request, "response_format": form})
            except _Unsupported:
                self._plain = True
        return self._attempt(request)

    def _attempt(self, request: dict[str, Any]) -> tuple[str, Usage, str]:
        """One request. Raises _Passing, _Unsupported, ModelError, Stopped; nothing else leaves, and never the key."""
        openai = self._openai
        if self._renamed:
            request = {"max_completion_tokens" if name == "max_tokens" else name: request[name] for name in request}
        try:
            answer = self._client.chat.completions.create(**request)
        except openai.APIStatusError as problem:
            raise self._refused(problem, "response_format" in request) from None
        except openai.APITimeoutError:
            failure = _Passing("it did not answer in time")
        except openai.APIConnectionError as problem:
            cause = problem.__cause__
            failure = _Passing(f"no connection ({self._clean(cause if cause is not None else problem)})")
        except (openai.OpenAIError, ValueError, TypeError) as problem:
            failure = _Passing(f"its answer cannot be read ({type(problem).__name__})")
        else:
            return self._unpacked(answer)
        raise failure

    def _refused(self, problem: Any, has_schema: bool) -> Exception:
        status, words = int(problem.status_code), self._clean(problem)
        if status in (400, 404, 422, 500, 501) and has_schema and "response_format" in words.lower():
            return _Unsupported()
        if status in (400, 413, 422) and (
            "context length" in words.lower() or "context_length" in words or "context size" in words
        ):
            return ContextFull(f"{self.name} refused the request ({status}): {words}")
        if status == 400 and "max_completion_tokens" in words and not self._renamed:
            self._renamed = True
            return _Passing("it wants the limit of an answer under another name", 0.0)
        if status in (408, 409, 425, 429) or status >= 500:
            return _Passing(f"it answered {status}", _retry_after(problem.response.headers))
        if status in (400, 422) and has_schema:
            return _Unsupported()
        return ModelError(f"{self.name} refused the request ({status}): {words}")

    def _unpacked(self, answer: Any) -> tuple[str, Usage, str]:
        """Text, usage and finish reason, with nothing believed about their types."""
        try:
            choice = answer.choices[0]
            text = choice.message.content
            finish = str(choice.finish_reason or "")
        except (AttributeError, IndexError, KeyError, TypeError):
            raise _Passing("its answer is no chat completion") from None
        if text is not None and not isinstance(text, str):
            raise _Passing("its answer is no chat completion")
        counted = getattr(answer, "usage", None)
        prompt, completion = (_count(getattr(counted, name, 0)) for name in ("prompt_tokens", "completion_tokens"))
        return text or "", Usage(prompt, completion, self._price.cost(prompt, completion)), finish

    def _clean(self, problem: object) -> str:
        return self._secret.scrub(" ".join(str(problem).split()))[:300] or type(problem).__name__


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**40 else 0


def _retry_after(headers: Any) -> float | None:
    try:
        seconds = float(headers.get("retry-after"))
    except (TypeError, ValueError):
        return None
    return seconds if 0 <= seconds < 3600 else None
