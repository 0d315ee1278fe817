"""Known endpoints that speak the OpenAI protocol."""

from __future__ import annotations

from dataclasses import dataclass

from engine.language.model import ModelError


@dataclass(frozen=True, slots=True)
class Provider:
    """One endpoint.

    Attributes: ``url`` the base of its interface, ``needs_key``, ``example`` a model name to show, ``grammar`` whether
    it takes a GBNF grammar.
    """

    title: str
    url: str
    needs_key: bool
    example: str
    grammar: bool = False


PROVIDERS: dict[str, Provider] = {
    "openai": Provider("OpenAI", "https://api.openai.com/v1", True, "gpt-4o"),
    "anthropic": Provider("Anthropic", "https://api.anthropic.com/v1/", True, "claude-3-7-sonnet-latest"),
    "gemini": Provider(
        "Google Gemini", "https://generativelanguage.googleapis.com/v1beta/openai/", True, "gemini-2.5-pro"
    ),
    "openrouter": Provider("OpenRouter", "https://openrouter.ai/api/v1", True, "openai/gpt-4o"),
    "ollama": Provider("Ollama on this computer", "http://127.0.0.1:11434/v1", False, "qwen3:4b"),
    "lm-studio": Provider("LM Studio on this computer", "http://127.0.0.1:1234/v1", False, "qwen3-4b"),
    "vllm": Provider("vLLM", "http://127.0.0.1:8000/v1", False, "Qwen/Qwen3-4B"),
    "llama-cpp": Provider("llama.cpp server", "http://127.0.0.1:8080/v1", False, "default", grammar=True),
}


def find_provider(name: str, url: str) -> tuple[str, Provider, str]:
    """Provider name, provider and model of an endpoint's name such as "ollama/qwen3:4b"; ``url`` overrules its address.

    Without a known provider in front, ``url`` is needed; the provider is then the address's host. Raises ModelError.
    """
    first, _, rest = name.partition("/")
    if first in PROVIDERS and rest:
        provider = PROVIDERS[first]
        own = Provider(provider.title, url or provider.url, provider.needs_key, provider.example, provider.grammar)
        return first, own, rest
    if not url:
        raise ModelError(
            f"model may be endpoint/PROVIDER/MODEL with a provider of {', '.join(PROVIDERS)}, or endpoint/MODEL with "
            f"the setting endpoint_url, not endpoint/{name}"
        )
    host = url.split("//", 1)[-1].split("/", 1)[0].rsplit("@", 1)[-1]
    local = host.split(":")[0] in ("127.0.0.1", "localhost", "[")
    return host, Provider(host, url, not local, name), name
