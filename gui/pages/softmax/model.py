"""What the page knows of one record of the Hebbian softmax, read as it grows. No Qt in here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInput
from gui.translation import tr

if TYPE_CHECKING:
    from engine.runs import Record

NEEDED = {
    "overwrites": ("step", "row", "count", "rate"),
    "checks": ("arm", "seed", "course", "step", "active", "since", "right", "newest", "old", "level"),
    "perplexities": ("arm", "seed", "step", "bucket", "words", "loss"),
    "kth": ("arm", "seed", "k", "words", "loss"),
    "watched": ("arm", "step", "word", "count", "rate", "before", "after", "row_before", "activation", "row_after"),
    "readings": ("lesson", "reading", "repetition", "arm", "position", "word", "probability", "rate", "candidates",
                 "chances"),
}  # fmt: skip
"""Columns that must be there for a table to be shown."""
STREAMS = ("arms", "vocabulary", "buckets", "measured", "lessons", "answers", "refused", "forgotten")
LANGUAGE, OMNIGLOT, LESSON = "language", "omniglot", "lesson"


class SoftmaxRecord:
    """One record.

    Attributes: ``kind`` what it shows, ``rows`` of each table so far, ``events`` of each stream so far, ``problems``
    sentences about what cannot be shown, ``version`` grows with every change.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        made = record.metadata
        self.kind = LESSON if made.experiment == "softmax-play" else str(made.configuration.get("task", OMNIGLOT))
        self.rows: dict[str, NDArray[np.void]] = {}
        self.events: dict[str, list[dict[str, Any]]] = {name: [] for name in STREAMS}
        self.problems: list[str] = []
        self.version = 0
        self._names: tuple[str, ...] = ()
        self._named = 0

    def refresh(self) -> bool:
        """Take in what was appended since the last call; true where anything came."""
        came = False
        for stream, known in self.events.items():
            new = self.record.events(stream, len(known))
            known += new
            came |= bool(new)
        tables = self.record.tables()
        for name, columns in NEEDED.items():
            if name not in tables or any(name in problem for problem in self.problems):
                continue
            table = self.record.table(name)
            before = self.rows.get(name)
            if before is None:
                if missing := [column for column in columns if column not in (table.dtype.names or ())]:
                    self.problems.append(
                        tr("The table {name} lacks {missing} and is not shown", name=name, missing=", ".join(missing))
                    )
                    continue
                before = np.zeros(0, table.dtype)
                self.rows[name] = before
            if len(table) > len(before):
                self.rows[name] = np.concatenate([before, table.read(len(before))])
                came = True
        self.version += came
        return came

    def table(self, name: str) -> NDArray[np.void] | None:
        """Rows of a table so far, None while it has none."""
        found = self.rows.get(name)
        return found if found is not None and len(found) else None

    @property
    def result(self) -> dict[str, Any]:
        """The run's result, empty while it has none."""
        try:
            return dict(self.record.status().result or {})
        except BadInput:
            return {}

    @property
    def arms(self) -> tuple[str, ...]:
        """Titles of the arms, in order."""
        return tuple(str(event.get("title", "")) for event in self.events["arms"])

    @property
    def names(self) -> tuple[str, ...]:
        """Words by row of the output layer, those taught in lessons included."""
        size = len(self.events["vocabulary"]) + len(self.events["lessons"])
        if size != self._named:
            self._named = size
            words = self.events["vocabulary"][-1].get("words") if self.events["vocabulary"] else None
            found = [str(word) for word in words] if isinstance(words, list) else []
            for lesson in self.events["lessons"]:
                found += [str(word) for word in lesson.get("new") or ()]
            self._names = tuple(found)
        return self._names

    @property
    def counts(self) -> list[int]:
        """Training occurrences by row."""
        found = self.events["vocabulary"][-1].get("counts") if self.events["vocabulary"] else None
        return [int(count) for count in found] if isinstance(found, list) else []

    @property
    def total(self) -> int:
        """Rows of the output layer."""
        if self.kind == OMNIGLOT:
            return int(self.record.metadata.configuration.get("classes", 0))
        return len(self.names)

    @property
    def length(self) -> int:
        """Steps on the time axis so far: training steps, or readings of sentences."""
        found = 0
        for name, column in (
            ("overwrites", "step"),
            ("perplexities", "step"),
            ("watched", "step"),
            ("readings", "reading"),
        ):
            rows = self.table(name)
            if rows is not None and (self.kind == LESSON) == (name == "readings"):
                found = max(found, int(rows[column][-1]) + 1)
        if self.kind == OMNIGLOT and (checks := self.table("checks")) is not None:
            own = checks[(checks["seed"] == 0) & (checks["course"] == 0)]
            found = max(found, int(own["step"].max()) + 1 if len(own) else 0)
        return found

    @property
    def watched(self) -> list[int]:
        """Rows that are followed, those met most often first."""
        rows = self.table("watched")
        if rows is None:
            return []
        words, counts = np.unique(rows["word"], return_counts=True)
        return words[np.argsort(-counts, kind="stable")].tolist()
