"""Keys of endpoints: in the system's keyring, or asked for each time; never in a file, log, record or traceback."""

from __future__ import annotations

from collections.abc import Callable

from engine.language.model import ModelError

SERVICE = "athanor"

Ask = Callable[[str], str | None]
"""Takes the name of a provider and gives its key as a person entered it, or None."""


class Secret:
    """A key that shows itself only where it is asked to; what prints, logs or formats it gets dots."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value.strip()

    def reveal(self) -> str:
        """The key itself."""
        return self._value

    def scrub(self, text: str) -> str:
        """A text without the key, whoever echoed it, and without longer parts of it."""
        value = self._value
        if len(value) < 8:
            return text.replace(value, "•••") if len(value) > 3 else text
        for size in range(len(value), 7, -1):
            for start in (0, len(value) - size):
                text = text.replace(value[start : start + size], "•••")
        return text

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(•••)"

    __str__ = __repr__


def stored_key(provider: str) -> Secret | None:
    """The key in the system's keyring, None where there is no keyring or no key in it."""
    try:
        import keyring
    except ImportError:
        return None
    try:
        value = keyring.get_password(SERVICE, provider)
    except Exception:  # noqa: BLE001 - each system's keyring raises errors of its own
        return None
    return Secret(value) if value else None


def store_key(provider: str, key: str) -> None:
    """Keep a key in the system's keyring; raises ModelError where there is none."""
    try:
        import keyring
    except ImportError:
        raise ModelError(
            "The package keyring is not installed (extra language); the key is asked for each time"
        ) from None
    try:
        keyring.set_password(SERVICE, provider, key.strip())
    except Exception:  # noqa: BLE001 - each system's keyring raises errors of its own
        raise ModelError("This system has no keyring that works; the key is asked for each time") from None


def forget_key(provider: str) -> None:
    """Remove a key from the system's keyring, if it is there."""
    try:
        import keyring
    except ImportError:
        return
    try:
        keyring.delete_password(SERVICE, provider)
    except Exception:  # noqa: BLE001 - each system's keyring raises errors of its own
        return


def obtain_key(provider: str, ask: Ask | None) -> Secret:
    """The key of a provider; raises ModelError where neither the keyring nor a person has one."""
    found = stored_key(provider)
    if found is None and ask is not None and (entered := ask(provider)):
        found = Secret(entered)
    if not found:
        raise ModelError(f"No key for {provider}: put one into the system's keyring, or enter it when asked")
    return found
