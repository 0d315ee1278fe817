"""Keys that are strings: real words and row keys where their file is, and anybody's own list, one key a line.

A key is a sequence of bytes (UTF-8 for text); equal bytes are one key.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path

from engine.data.archives import open_zip, read_member
from engine.data.folders import find
from engine.errors import BadInput

ARCHIVE = "string_keys.zip"
UNIVERSES = {"words": "words_en.txt", "rows": "url_row_keys.txt"}
"""Words: the word list of /usr/share/dict, 235,886; rows: web addresses as row keys (reversed host, then path)."""

LONGEST_KEY = 1 << 16
LARGEST_FILE = 256 << 20


@functools.cache
def universe(name: str) -> tuple[bytes, ...]:
    """All keys of a universe, sorted, each once; raises BadInput."""
    path = find(ARCHIVE)
    try:
        with open_zip(path) as archive:
            data = read_member(archive, UNIVERSES[name], LARGEST_FILE)
    except Exception as problem:  # a damaged zip file fails in many ways
        raise BadInput(f"{path} cannot be read as the file of string keys: {problem}") from problem
    return tuple(sorted({line for line in data.splitlines() if line}))


def clean_key(key: str | bytes) -> bytes:
    """The bytes of a key; raises BadInput for one that is empty, too long, or text that UTF-8 cannot hold."""
    try:
        data = key.encode("utf-8") if isinstance(key, str) else bytes(key)
    except UnicodeEncodeError as problem:
        raise BadInput(f"The key {key!r} is not valid text: {problem.reason}") from problem
    if not data:
        raise BadInput("A key must not be empty")
    if len(data) > LONGEST_KEY:
        raise BadInput(f"A key may have at most {LONGEST_KEY:,} bytes, not {len(data):,}")
    return data


def clean_keys(keys: Iterable[str | bytes]) -> list[bytes]:
    """Bytes of the keys, each once, in the order of first appearance; raises BadInput."""
    return list(dict.fromkeys(clean_key(key) for key in keys))


def read_keys(path: Path) -> list[bytes]:
    """The keys of a text file, one a line, each once; blank lines are left out.

    Raises BadInput naming the line for text that is not UTF-8, a line with a null byte or one that is too long, and
    for a file that is missing, too large or has no key.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadInput(f"{path} is larger than {LARGEST_FILE >> 20} MiB; give a shorter list of keys")
        data = path.read_bytes()
    except (OSError, ValueError) as problem:
        raise BadInput(f"{path} cannot be read: {getattr(problem, 'strerror', None) or problem}") from problem
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput(f"{path} is not UTF-8 but UTF-16 text; save it as UTF-8")
    keys: dict[bytes, None] = {}
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").split(b"\n"), 1):
        if not line:
            continue
        if b"\0" in line:
            raise BadInput(f"{path}, line {number}: this is not a text file (it has a null byte)")
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as problem:
            raise BadInput(f"{path}, line {number}: this is not UTF-8 text; save the list as UTF-8") from problem
        if len(line) > LONGEST_KEY:
            raise BadInput(f"{path}, line {number}: a key may have at most {LONGEST_KEY:,} bytes, not {len(line):,}")
        keys[line] = None
    if not keys:
        raise BadInput(f"{path} has no key; give a text file with one key a line")
    return list(keys)
