"""Undo of the person's moves: going back is the session's command *rewind*, so nothing that happened is ever lost."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QUndoStack

from gui.pages.alchemy.model import Situations
from gui.undo import Change
from gui.widgets.alchemy_words import action_words


class History:
    """Puts each new situation of the person's line on the undo stack, once; undo and redo move the line's leaf."""

    def __init__(self, stack: QUndoStack, move_to: Callable[[int], None]) -> None:
        self._stack, self._move_to = stack, move_to
        self._leaf = -1
        self._known: set[int] = set()

    def reset(self) -> None:
        """Another record is shown: its moves are its own."""
        self._leaf, self._known = -1, set()
        self._stack.clear()

    def note(self, situations: Situations, leaf: int) -> None:
        """The person's line now ends at ``leaf``."""
        if leaf == self._leaf or leaf >= len(situations.nodes):
            return
        before, self._leaf = self._leaf, leaf
        if before < 0 or leaf in self._known or int(situations.nodes["parent"][leaf]) != before:
            return
        self._known.add(leaf)
        colours = tuple(int(c) for c in situations.nodes["colours"][before])
        words = action_words(int(situations.nodes["action"][leaf]), colours).capitalize()
        self._stack.push(Change(words, self._move_to, before, leaf))
