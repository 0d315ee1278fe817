"""Random changes to bytes: flips, cuts, repeats, numbers at their limits, words that formats care about."""

from __future__ import annotations

import random
import struct

WORDS = (
    b"null", b"true", b"-1", b"1e999", b"NaN", b"[]", b"{}", b'""', b"\x00", b"\xff\xfe", b"../../x", b"9" * 30,
    b"[" * 200, b'{"a":' * 50, b"\xf0\x9f\x92\xa9", b"\\ud800", b"0x10", b"\r\n", b",", b'"',
    b"PK\x03\x04", b"\x1f\x8b",
)  # fmt: skip
NUMBERS = (0, 1, 2**7, 2**8 - 1, 2**15, 2**16 - 1, 2**31 - 1, 2**32 - 1, 2**63 - 1)


def mutate(data: bytes, chance: random.Random) -> bytes:
    """One to eight changes, or bytes that have nothing to do with the file."""
    if chance.random() < 0.03:
        return chance.randbytes(chance.randrange(200))
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
