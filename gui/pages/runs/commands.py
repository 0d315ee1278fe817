"""What can be undone on the runs page, and the command line that repeats a run."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QUndoCommand

from gui.translation import trn

if TYPE_CHECKING:
    from engine.runs import RunIndex, RunRow


class DeleteRuns(QUndoCommand):
    """Moves runs to the trash folder; undoing brings them back. ``changed`` is called after each, ``failed`` with an
    error.
    """

    def __init__(
        self, index: RunIndex, identifiers: list[str], changed: Callable[[], None], failed: Callable[[Exception], None]
    ) -> None:
        super().__init__(
            trn(
                "Delete {identifier}",
                "Delete {n} runs",
                len(identifiers),
                n=len(identifiers),
                identifier=identifiers[0],
            )
        )
        self._index, self._identifiers = index, identifiers
        self._changed, self._failed = changed, failed
        self._trashed: list[str] = []

    def redo(self) -> None:
        self._trashed = []
        for identifier in self._identifiers:
            try:
                self._trashed.append(self._index.delete(identifier).name)
            except (ValueError, OSError) as error:
                self._failed(error)
        self.setObsolete(not self._trashed)
        self._changed()

    def undo(self) -> None:
        for name in self._trashed:
            try:
                self._index.restore(name)
            except (ValueError, OSError) as error:
                self._failed(error)
        self._changed()


def command_line(row: RunRow) -> str:
    """The shell command that does the same run again."""
    parts = ["athanor", "run", row.experiment]
    for key, value in row.configuration.items():
        parts += ["--set", f"{key}={_setting(value)}"]
    if row.seed is not None:
        parts += ["--seed", str(row.seed)]
    return shlex.join(parts)


def _setting(value: Any) -> str:
    """A value as the command line reads it."""
    if isinstance(value, list) and all(isinstance(item, int | float | str) for item in value):
        return ",".join(map(str, value))
    if isinstance(value, str):
        return value
    return "none" if value is None else json.dumps(value)
