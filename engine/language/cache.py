"""Answers kept on disk, so that nothing is paid for twice."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.data.folders import user_folder
from engine.language.model import Reply, Usage
from engine.runs.files import decode_json, encode_json

MAX_BYTES = 16 << 20


def cache_folder() -> Path:
    """Where answers are kept."""
    return user_folder() / "language-answers"


def request_key(request: Mapping[str, Any]) -> str:
    """A name for a request: equal for equal requests. The request must hold no key."""
    canonical = {name: request[name] for name in sorted(request)}
    return hashlib.sha256(encode_json(canonical)).hexdigest()


class AnswerCache:
    """Answers by the key of their request, one small file each; damaged files count as missing."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or cache_folder()

    def find(self, key: str) -> Reply | None:
        """The answer to a request that was answered before."""
        path = self._path(key)
        try:
            if path.stat().st_size > MAX_BYTES:
                return None
            found = decode_json(path.read_bytes())
            text, finish, numbers = found["text"], found["finish"], found["usage"]
            usage = Usage(int(numbers[0]), int(numbers[1]), float(numbers[2]))
        except (OSError, ValueError, KeyError, TypeError, IndexError, OverflowError):
            return None
        return Reply(text, usage, 0.0, cached=True, finish=str(finish)) if isinstance(text, str) else None

    def keep(self, key: str, reply: Reply) -> None:
        """Keep an answer; a disk that refuses costs nothing but the saving."""
        usage = [reply.usage.prompt, reply.usage.completion, reply.usage.cost]
        path = self._path(key)
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(encode_json({"text": reply.text, "finish": reply.finish, "usage": usage}))
            os.replace(part, path)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.json"
