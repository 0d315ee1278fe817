"""Commands for what a person arranges; each knows the line of Python that does the same."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtGui import QUndoCommand

MERGE_S = 1.0


class Change(QUndoCommand):
    """Gives a thing a new value and can give the old one back; quick changes of one thing (a drag) become one step.

    Parameters: ``text`` (sentence case, shown in the history), ``apply`` (called with the value), ``old``, ``new``,
    ``key`` (changes with the same key that follow within a second merge; empty = never), ``script`` (line of Python,
    ``{!r}`` stands for the value).
    """

    def __init__(
        self, text: str, apply: Callable[[object], None], old: object, new: object, key: str = "", script: str = ""
    ) -> None:
        super().__init__(text)
        self._apply, self._old, self._new = apply, old, new
        self._key, self._script = key, script
        self._time = time.monotonic()

    def redo(self) -> None:
        self._apply(self._new)

    def undo(self) -> None:
        self._apply(self._old)

    def id(self) -> int:
        return hash(self._key) & 0x7FFFFFFF if self._key else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, Change) or other._key != self._key or other._time - self._time > MERGE_S:
            return False
        self._new, self._time = other._new, other._time
        self.setObsolete(self._new == self._old)
        return True

    def to_python(self) -> str:
        """The line that does the same, empty where there is none."""
        return self._script.format(self._new)
