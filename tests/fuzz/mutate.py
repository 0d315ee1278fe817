"""Random changes to bytes: flips, cuts, repeats, numbers at their limits, words that formats care about; and changes
to the values of a JSON text that leave it JSON.
"""

from __future__ import annotations

import json
import random
import struct
from typing import Any

WORDS = (
    b"null", b"true", b"-1", b"1e999", b"NaN", b"[]", b"{}", b'""', b"\x00", b"\xff\xfe", b"../../x", b"9" * 30,
    b"[" * 200, b'{"a":' * 50, b"\xf0\x9f\x92\xa9", b"\\ud800", b"0x10", b"\r\n", b",", b'"',
    b"PK\x03\x04", b"\x1f\x8b",
)  # fmt: skip
NUMBERS = (0, 1, 2**7, 2**8 - 1, 2**15, 2**16 - 1, 2**31 - 1, 2**32 - 1, 2**63 - 1)
VALUES = (
    None, True, False, 0, -1, 1, 7, 2**31, 2**63, 10**12, 10**30, 1e308, float("inf"), float("nan"), 0.5, "", "a",
    "\x00", "\ud800", "../../x", "9" * 5000, "nan", [], [[]], [0, 1], {}, {"a": {}}, [None], "\u202e",
)  # fmt: skip
DEEP = b"[" * 100_000


def mutate(data: bytes, chance: random.Random) -> bytes:
    """One to eight changes, or bytes that have nothing to do with the file."""
    kind = chance.random()
    if kind < 0.03:
        return chance.randbytes(chance.randrange(200))
    if data[:1] in b"{[" and data and kind < 0.5:
        return _mutate_json(data, chance)
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        place = chance.randrange(len(changed) + 1)
        kind = chance.randrange(7)
        if kind == 0 and changed:
            changed[place % len(changed)] ^= 1 << chance.randrange(8)
        elif kind == 1 and changed:
            changed[place % len(changed)] = chance.randrange(256)
        elif kind == 2:
            del changed[place : place + chance.randrange(1, 40)]
        elif kind == 3:
            changed[place:place] = chance.choice(WORDS)
        elif kind == 4:
            end = min(len(changed), place + chance.randrange(1, 60))
            changed[place:place] = changed[place:end] * chance.randrange(1, 5)
        elif kind == 5:
            number, form = chance.choice(NUMBERS), chance.choice(("<I", ">I", "<Q", ">Q", "<H", "B"))
            width = struct.calcsize(form)
            changed[place : place + width] = struct.pack(form, number % 2 ** (8 * width))
        else:
            del changed[place:]
    return bytes(changed)


def _mutate_json(data: bytes, chance: random.Random) -> bytes:
    """One value of one of the lines takes another's place, is left out or comes twice; or something very deep."""
    lines = data.split(b"\n")
    place = chance.randrange(len(lines))
    try:
        value = json.loads(lines[place])
    except (ValueError, RecursionError):
        return data + DEEP
    deep = chance.random() < 0.002
    lines[place] = json.dumps(_change(value, chance, deep)).encode()
    if deep:
        lines[place] = lines[place].replace(b'"DEEP"', DEEP)
    return b"\n".join(lines)


def _change(value: Any, chance: random.Random, deep: bool) -> Any:
    holder = value
    while isinstance(holder, (dict, list)) and holder:
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = chance.choice(keys)
        inside = holder[key]
        if isinstance(inside, (dict, list)) and inside and chance.random() < 0.8:
            holder = inside
            continue
        kind = chance.randrange(8)
        if deep:
            holder[key] = "DEEP"
        elif kind == 0:
            del holder[key]
        elif kind == 1 and isinstance(holder, list):
            holder.insert(key, inside)
        elif kind == 2 and isinstance(inside, (int, float)):
            holder[key] = inside + chance.choice((-1, 1, 0.5, 10**6))
        else:
            holder[key] = chance.choice(VALUES)
        return value
    return chance.choice(VALUES)
