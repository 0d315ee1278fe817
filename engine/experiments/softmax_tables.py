"""Tables of the Hebbian softmax's records, and the rows that come from what the rule wrote."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.runs.schema import Column, row_dtype
from engine.runs.table import Table
from engine.softmax.rule import Overwritten

WATCHED = 24
OCCURRENCES = 20
TOP = 6

OVERWRITES = (
    Column("step", "i4", description="training step"),
    Column("row", "i4", description="class whose row was overwritten"),
    Column("count", "i4", description="occurrences of the class so far, these included"),
    Column("rate", "f4", description="mixing rate"),
    Column("moved", "f4", description="how far the rule moved the row"),
    Column("gradient", "f4", description="how far the gradient step before it moved the row"),
)
"""Every row that the rule overwrote, first seed only."""

CHECKS = (
    Column("arm", "u1", description="see the events arms"),
    Column("seed", "i4"),
    Column("course", "u1", description="0: classes come by the criterion, 1: by the clock"),
    Column("step", "i4"),
    Column("level", "i4", description="arrivals so far"),
    Column("active", "i4", description="classes so far"),
    Column("since", "i4", unit="steps", description="since the last arrival"),
    Column("right", "f4", description="share of test drawings told right"),
    Column("newest", "f4", description="the same of the classes that came last"),
    Column("old", "f4", description="the same of the others, nan where there are none"),
    Column("passed", "b1", description="the next classes come now, or the course is over"),
)

PERPLEXITIES = (
    Column("arm", "u1", description="see the events arms"),
    Column("seed", "i4"),
    Column("step", "i4"),
    Column("bucket", "i1", description="see the events buckets; -1: all words, unknown ones included"),
    Column("words", "i4"),
    Column("loss", "f8", unit="nats", description="sum over the words, validation text"),
)

PIECES = (
    Column("arm", "u1", description="see the events arms"),
    Column("seed", "i4"),
    Column("piece", "i4", description="a stretch of a test document"),
    Column("bucket", "i1"),
    Column("words", "i4"),
    Column("loss", "f8", unit="nats", description="sum over the words"),
    Column("cached", "f8", unit="nats", description="the same with the cache"),
)

KTH = (
    Column("arm", "u1", description="see the events arms"),
    Column("seed", "i4"),
    Column("k", "i2", description="how often the word was met before"),
    Column("words", "i8"),
    Column("loss", "f8", unit="nats", description="sum over the words; later rows replace earlier ones"),
)

READINGS = (
    Column("lesson", "i4"),
    Column("reading", "i4", description="readings so far, over all lessons"),
    Column("repetition", "i4", description="how often this sentence was learned before"),
    Column("arm", "u1", description="see the events arms"),
    Column("position", "i2", description="word of the sentence"),
    Column("word", "i4"),
    Column("probability", "f4", description="of the word, before learning from it"),
    Column("rank", "i4", description="1: the word expected most"),
    Column("rate", "f4", description="with which the rule then overwrote its row"),
    Column("candidates", "i4", (TOP,), description="words expected most"),
    Column("chances", "f4", (TOP,), description="their probabilities"),
)


def watched_columns(size: int) -> tuple[Column, ...]:
    """Table ``watched``: meetings of a watched word, in each arm; ``size`` values in a row of the output layer."""
    return (
        Column("arm", "u1", description="see the events arms"),
        Column("step", "i4"),
        Column("word", "i4"),
        Column("count", "i4", description="occurrences so far, these included"),
        Column("rate", "f4", description="mixing rate, 0 where the rule did not act"),
        Column("before", "f4", description="probability of the word here before learning"),
        Column("after", "f4", description="the same after the step"),
        Column("row_before", "f4", (size,), description="the word's row before the step"),
        Column("activation", "f4", (size,), description="mean activation before the word, as written or as it was"),
        Column("row_after", "f4", (size,), description="the word's row after the step"),
    )


def overwritten_rows(table: Table, step: int, written: Overwritten, gradient: Tensor) -> NDArray[np.void]:
    """Rows of the table `OVERWRITES` for one step; ``gradient`` float32 [rows], how far the gradient step went."""
    found = np.zeros(len(written.rows), row_dtype(OVERWRITES))
    found["step"], found["row"], found["count"] = step, written.rows.numpy(), written.counts.numpy()
    found["rate"], found["gradient"] = written.rates.numpy(), gradient.numpy()
    found["moved"] = (written.rates * (written.activations - written.before).norm(dim=1)).numpy()
    table.extend(found)
    return found


def arms_event(number: int, name: str, title: str, **more: Any) -> dict[str, Any]:
    """An event of the stream ``arms``."""
    return {"arm": number, "name": name, "title": title, **more}
