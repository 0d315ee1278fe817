"""What the bench writes down: one row for every insertion and question, one for every filter made on the way."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.experiments.context import Context
from engine.filters.bloom import HASHES
from engine.filters.network import Sizes
from engine.runs.schema import Column

INSERT, QUERY = 0, 1
BINS = 48


def operation_columns(sizes: Sizes) -> tuple[Column, ...]:
    """Table ``operations``."""
    return (
        Column("kind", "i1", description="0 insertion, 1 question"),
        Column("key", "i4", description="index in the event stream keys"),
        Column("n", "i4", unit="keys", description="keys in the set after it"),
        Column("check", "i4", description="row of checks that answered; -1 before the first"),
        Column("address", "f4", (sizes.slots,), description="a"),
        Column("word", "f4", (sizes.word,), description="w; an insertion adds w a^T"),
        Column("memory", "f4", (sizes.word, sizes.slots), description="M after it, the sum over keys"),
        Column("logit", "f4", description="of the key, by the filter that answered"),
        Column("network", "b1", description="the logit reaches the threshold"),
        Column("backup", "b1", description="the backup filter says yes"),
        Column("member", "b1", description="whether the key is in the set"),
        Column("places", "i4", (HASHES,), description="bits of the classical filter, -1 past the last hash"),
        Column("bloom", "b1", description="the classical filter's answer"),
    )


CHECKS = (
    Column("operation", "i4", description="after this operation"),
    Column("n", "i4", unit="keys"),
    Column("threshold", "f4"),
    Column("missed", "i4", unit="keys", description="members in the backup filter"),
    Column("false_negatives", "i4", unit="keys"),
    Column("bits", "f4", (3,), unit="bits", description="memory, counters, backup"),
    Column("bloom_bits", "f4", unit="bits"),
    Column("baselines", "f4", (3,), unit="bits", description="fence, prior, label; nan: has no meaning for this set"),
    Column("wrong", "f4", (5,), description="share of non-members answered yes: neural, Bloom, fence, prior, label"),
    Column("asked", "i4", unit="keys", description="non-members asked"),
    Column("range", "f4", (2,), description="logits of the first and past the last bin"),
    Column("members", "i4", (BINS,), description="members by logit"),
    Column("others", "i4", (BINS,), description="non-members by logit"),
)


class BenchRecorder:
    """Writes keys, pictures, operations and checks; ``operations`` and ``checks`` count the rows so far."""

    def __init__(self, context: Context, sizes: Sizes, pictures: bool):
        self._context = context
        self._operations = context.table("operations", operation_columns(sizes))
        self._checks = context.table("checks", CHECKS)
        side = sizes.side
        self._pictures = context.table("pictures", (Column("pixels", "u1", (side, side)),)) if pictures else None
        self._keys: dict[bytes, int] = {}
        self.operations = self.checks = 0

    def key(self, key: bytes, text: str = "") -> int:
        """The index of a key, which is told once: its text, or its picture as the row of that index."""
        if key not in self._keys:
            self._keys[key] = len(self._keys)
            if self._pictures is not None:
                side = int(len(key) ** 0.5)
                self._pictures.append(pixels=np.frombuffer(key, np.uint8).reshape(side, side))
            self._context.event(
                "keys", {"index": self._keys[key], "text": text or key[:200].decode("utf-8", "replace")}
            )
        return self._keys[key]

    def operation(self, **values: Any) -> None:
        """One row."""
        self._operations.append(**values)
        self.operations += 1

    def check(self, **values: Any) -> None:
        """One row."""
        self._checks.append(**values)
        self.checks += 1
