"""Changing the past: clear a slot, overwrite a word, freeze a head, flip inputs, each as a branch of the trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject

from gui.pages.memory.dialogs import InputDialog, WordDialog
from gui.pages.memory.session import BENCH, Session, Setup
from gui.pages.memory.states import ALL
from gui.translation import tr

if TYPE_CHECKING:
    from gui.pages.memory.page import MemoryPage


class Changes(QObject):
    """Sends changes to the session that made the trace, or to a new one with the same network and sequence."""

    def __init__(self, page: MemoryPage) -> None:
        super().__init__(page)
        self._page = page

    def with_session(self, act: Callable[[Session, int], None]) -> None:
        """Call ``act`` with an open session and the number the first shown trace has there."""
        page = self._page
        session, number = page.session, page.shown[0]
        if session is None or not session.open or session.record is None:
            setup = self.setup()
            if setup is None:
                page.workspace.toast(tr("This run cannot be continued: it does not say which network made it"))
                return
            session, number = Session.begin(page.workspace.engine, setup), 0
            page.begin(session)
            page.workspace.toast(tr("Opening the network on the same sequence"))
        act(session, number)

    def setup(self) -> Setup | None:
        """The network and sequence of the first shown trace; None where the record does not tell."""
        page = self._page
        made, info = page.source.record.metadata, page.trace.info
        settings = made.configuration
        source = made.id if made.experiment == "memory" else str(settings.get("source", ""))
        if not source:
            return None
        level = info.level or (settings.get("level") if made.experiment == BENCH else 0)
        slots = settings.get("slots") if made.experiment == BENCH else 0
        return Setup(source, f"{info.model.upper()} · {info.task}", int(level or 0), int(slots or 0), info.seed)

    def _send(self, change: dict[str, Any]) -> None:
        if self._page.is_ready:
            self.with_session(lambda session, trace: session.intervene(trace, change))

    def erase(self, slot: int) -> None:
        """Clear a word before the cursor's step."""
        self._send({"kind": "erase", "step": self._page.position, "slot": slot})

    def erase_chosen(self) -> None:
        """Clear the slot whose card is shown."""
        if self._page.slot >= 0:
            self.erase(self._page.slot)

    def overwrite(self, slot: int, word: np.ndarray) -> None:
        """Put another word into a slot before the cursor's step."""
        values = [float(value) for value in np.nan_to_num(word)]
        self._send({"kind": "overwrite", "step": self._page.position, "slot": slot, "word": values})

    def freeze(self, head: int) -> None:
        """Let a head do nothing from the cursor's step on."""
        self._send({"kind": "freeze", "step": self._page.position, "head": head})

    def freeze_chosen(self) -> None:
        """Freeze the head that is shown, the first where all are."""
        self.freeze(0 if self._page.look.head == ALL else self._page.look.head)

    def change_input(self, bits: list[float]) -> None:
        """Give the network another input at the cursor's step."""
        self._send({"kind": "input", "step": self._page.position, "bits": bits})

    def ask_overwrite(self) -> None:
        """Let the person choose the new word of the slot whose card is shown."""
        page = self._page
        if not page.is_ready or page.slot < 0 or not page.trace.has_words:
            page.workspace.toast(tr("Choose a slot with a word first"))
            return
        slots, words = page.trace.memory(page.position)
        slot = page.slot
        dialog = WordDialog(page, slot, page.trace.word(slot, page.position), slots, words)
        dialog.accepted.connect(lambda: self.overwrite(slot, dialog.word()))
        dialog.open()

    def ask_input(self) -> None:
        """Let the person flip inputs of the cursor's step."""
        page = self._page
        rows = page.trace.steps if page.is_ready else ()
        rows = rows[rows["step"] == page.position] if len(rows) else ()
        if not len(rows):
            page.workspace.toast(tr("There is no input at this step"))
            return
        dialog = InputDialog(page, page.position, np.ravel(rows[0]["input"]))
        dialog.accepted.connect(lambda: self.change_input(dialog.bits()))
        dialog.open()
