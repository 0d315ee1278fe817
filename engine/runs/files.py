"""Small file operations of records: JSON in and out, atomic replacement, and refusals in whole sentences."""

from __future__ import annotations

import contextlib
import json
import math
import os
import stat
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import BadInput

MAX_JSON_BYTES = 64 << 20
MAX_JSON_LEVELS = 100


class RecordError(BadInput):
    """A record cannot be read or written; the message names the file and says what is kept."""


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    raise TypeError(f"A {type(value).__name__} cannot be written as JSON")


def _finite(value: Any) -> Any:
    """The same value with every NaN and infinity replaced by None, which JSON can say."""
    if isinstance(value, (np.generic, np.ndarray)):
        value = value.tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_finite(item) for item in value]
    return value


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain).encode


def encode_json(value: object) -> bytes:
    """One line of UTF-8 JSON; numpy values become numbers and lists, NaN and infinities become null.

    Raises
    ------
    TypeError
        For a value that has no JSON form.
    """
    try:
        text = _encode(value)
    except ValueError:  # NaN somewhere: the slow way, only then
        text = _encode(_finite(value))
    return text.encode("utf-8", "replace")


def decode_json(data: bytes) -> Any:
    """Value of a JSON text; NaN and infinities read as None.

    Raises ValueError for anything that is not JSON, and for more than 100 levels, which would exhaust the stack of
    whoever walks through the value later.
    """
    try:
        value = json.loads(data, parse_constant=lambda _: None)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if data.count(b"[") + data.count(b"{") > MAX_JSON_LEVELS:
        level: list[Any] = [value]
        for _ in range(MAX_JSON_LEVELS + 1):
            if not level:
                break
            containers = [item for item in level if isinstance(item, (dict, list))]
            level = [child for item in containers for child in (item.values() if isinstance(item, dict) else item)]
        if level:
            raise ValueError("nested too deeply")
    return value


def regular_size(path: Path) -> int | None:
    """Bytes of a regular file, or None if there is no such file.

    Raises
    ------
    RecordError
        If the path is a folder, pipe or device (opening those can block for ever), or cannot be looked at.
    """
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise RecordError(f"{path} cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(found.st_mode):
        raise RecordError(f"{path} is not an ordinary file")
    return found.st_size


def read_bytes(path: Path, limit: int = MAX_JSON_BYTES) -> bytes:
    """Whole content of a file of at most ``limit`` bytes. Raises RecordError."""
    size = regular_size(path)
    if size is None:
        raise RecordError(f"{path} is missing")
    if size > limit:
        raise RecordError(f"{path} is larger ({size} bytes) than such a file can be ({limit} bytes)")
    try:
        with open(path, "rb") as file:
            return file.read(limit)
    except OSError as error:
        raise RecordError(f"{path} cannot be read: {error.strerror}") from error


def read_json(path: Path, limit: int = MAX_JSON_BYTES) -> Any:
    """The JSON value a file holds. Raises RecordError."""
    data = read_bytes(path, limit)
    try:
        return decode_json(data)
    except ValueError as error:
        raise RecordError(f"{path} is damaged: it is not valid JSON ({error})") from error


def read_json_object(path: Path, limit: int = MAX_JSON_BYTES) -> dict[str, Any]:
    """The JSON object a file holds. Raises RecordError."""
    value = read_json(path, limit)
    if not isinstance(value, dict):
        raise RecordError(f"{path} is damaged: it should hold one JSON object")
    return value


def write_atomically(path: Path, data: bytes, *, durable: bool = False) -> None:
    """Replace a file as a whole: a reader sees the old or the new content, never a part.

    ``durable`` waits until the disk has it, so that it survives a power failure.

    Raises
    ------
    OSError
        As the system gives it; the old file is then still there.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with open(temporary, "wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def replace(source: Path, target: Path) -> None:
    """``os.replace``, patient with Windows, where a reader that has the target open makes it fail for a moment."""
    for attempt in range(20):
        try:
            os.replace(source, target)
            return
        except PermissionError:
            if sys.platform != "win32" or attempt == 19:
                raise
            time.sleep(0.01)
