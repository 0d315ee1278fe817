"""Settings of whoever answers, shared by all experiments that ask a model, and the source they make."""

from __future__ import annotations

import getpass
import logging
import sys
import threading

from pydantic import Field, model_validator

from engine.alchemy.levels import Level
from engine.experiments.configuration import Configuration
from engine.experiments.context import Context
from engine.language.budget import Budget, Price
from engine.language.endpoint import Endpoint
from engine.language.keys import Ask
from engine.language.local import LocalModel
from engine.language.model import ModelError, Source
from engine.language.scripted import ScriptedSource, scripted_names
from engine.language.wording import Wording

KEY_SECONDS = 300.0
"""How long a run waits for a person to enter a key."""

MODELS: tuple[str, ...] = (*(f"scripted/{name}" for name in scripted_names()), "local/smollm2")
"""Models that need no account; others are local/FILE.gguf, endpoint/PROVIDER/MODEL and endpoint/MODEL."""


class ModelConfiguration(Configuration):
    """Which model answers, and within which limits."""

    model: str = Field(
        "scripted/ideal-observer",
        description="Who answers: scripted/AGENT, local/smollm2, local/FILE.gguf, endpoint/PROVIDER/MODEL, or "
        "endpoint/MODEL with endpoint_url",
        json_schema_extra={"choices": "engine.language.settings:MODELS"},
    )
    endpoint_url: str = Field(
        "", description="Address of an endpoint that is none of the known providers", max_length=2000
    )
    temperature: float | None = Field(
        None, ge=0, le=2, description="Of the sampling; none leaves it to the model's maker"
    )
    max_tokens: int = Field(
        1024, ge=16, le=65_536, description="Most tokens of one answer", json_schema_extra={"unit": "tokens"}
    )
    parallel: int = Field(8, ge=1, le=64, description="Most requests at once", json_schema_extra={"unit": "requests"})
    timeout: float = Field(
        120.0, ge=0.1, le=3600, description="Longest wait for one answer", json_schema_extra={"unit": "s"}
    )
    attempts: int = Field(6, ge=1, le=20, description="How often a request is tried before the run gives up")
    token_budget: int = Field(
        2_000_000,
        ge=0,
        description="The run ends before an endpoint has used more new tokens, read and written; 0 is no limit",
        json_schema_extra={"unit": "tokens"},
    )
    money_budget: float = Field(
        0.0,
        ge=0,
        description="The run ends before it costs more by the prices below; 0 is no limit",
        json_schema_extra={"unit": "US dollars"},
    )
    price_prompt: float = Field(
        0.0, ge=0, description="Price of a million tokens read", json_schema_extra={"unit": "US dollars"}
    )
    price_completion: float = Field(
        0.0, ge=0, description="Price of a million tokens written", json_schema_extra={"unit": "US dollars"}
    )
    local_context: int = Field(
        8192, ge=512, le=1_048_576, description="Context of a local model", json_schema_extra={"unit": "tokens"}
    )
    local_threads: int = Field(
        1, ge=1, le=64, description="Threads of a local model; more than free cores make it far slower"
    )

    @model_validator(mode="after")
    def _money_needs_prices(self) -> ModelConfiguration:
        if self.money_budget and not (self.price_prompt or self.price_completion):
            raise ValueError("money_budget needs price_prompt or price_completion, else nothing can be counted")
        kind = self.model.partition("/")[0]
        if kind not in ("scripted", "local", "endpoint"):
            raise ValueError(f"model must begin with scripted/, local/ or endpoint/, not {self.model!r}")
        return self

    def budget(self) -> Budget:
        """The limits of the run; what runs on this computer alone has none."""
        if not self.model.startswith("endpoint/"):
            return Budget()
        return Budget(self.token_budget, self.money_budget, Price(self.price_prompt, self.price_completion))


def open_source(configuration: ModelConfiguration, context: Context, level: Level, wording: Wording) -> Source:
    """The source of models that a configuration names; raises BadInput in one sentence."""
    kind, _, name = configuration.model.partition("/")
    if kind == "scripted":
        return ScriptedSource(name, level, wording)
    if kind == "local":
        return LocalModel(
            name,
            threads=configuration.local_threads,
            context=configuration.local_context,
            temperature=configuration.temperature,
        )
    if kind != "endpoint":
        raise ModelError(f"model must begin with scripted/, local/ or endpoint/, not {configuration.model!r}")
    return Endpoint(
        name,
        url=configuration.endpoint_url,
        ask=asker(context),
        price=Price(configuration.price_prompt, configuration.price_completion),
        timeout=configuration.timeout,
        attempts=configuration.attempts,
        temperature=configuration.temperature,
        parallel=configuration.parallel,
    )


def asker(context: Context) -> Ask:
    """Asks whoever watches the run for a key: in the terminal where the run has one to itself, else by an event.

    The event ``key-wanted`` is answered by the command {"command": "key", "provider": ..., "key": ...}, which is kept
    in memory only.
    """

    def ask(provider: str) -> str | None:
        if threading.current_thread() is threading.main_thread() and sys.stdin is not None and sys.stdin.isatty():
            return getpass.getpass(f"Key for {provider} (not kept): ") or None
        context.event("key-wanted", {"provider": provider, "seconds": KEY_SECONDS})
        logging.getLogger(__name__).info("Waiting for the key of %s", provider)
        for command in context.commands(timeout=KEY_SECONDS):
            if command.get("command") == "key" and command.get("provider") == provider:
                return str(command.get("key") or "") or None
        return None

    return ask


def form_of(answers: str, source: Source) -> str:
    """The form of answers that *auto* stands for: only legal actions where the model can be held to them, else free."""
    if answers != "auto":
        return answers
    return "legal" if source.constrained and not source.stateful else "free"
