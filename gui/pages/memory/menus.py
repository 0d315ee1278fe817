"""The menus of the toolbar's buttons: recent records, slots to clear, other changes, export."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QMenu

from gui.pages.memory.provenance import reads_at
from gui.pages.memory.states import ALL
from gui.translation import tr

if TYPE_CHECKING:
    from gui.pages.memory.page import MemoryPage

RECENT, MOST = 12, 12
EXPORTS = (
    ("png", tr("Picture as PNG…")),
    ("svg", tr("Picture as SVG…")),
    ("pdf", tr("Picture as PDF…")),
    ("csv", tr("Accesses as CSV…")),
    ("jsonl", tr("Trace as JSON lines…")),
)


class Menus(QObject):
    """Fills each menu when it is about to be shown."""

    def __init__(self, page: MemoryPage) -> None:
        super().__init__(page)
        self._page = page
        bar = page.toolbar
        bar.open_button.menu().aboutToShow.connect(self.fill_open)
        bar.erase_button.menu().aboutToShow.connect(self.fill_erase)
        bar.branch_button.menu().aboutToShow.connect(self.fill_branch)
        bar.export_button.menu().aboutToShow.connect(self.fill_export)

    def _begin(self, menu: QMenu) -> bool:
        menu.clear()
        if not self._page.is_ready:
            menu.addAction(tr("Run a network first")).setEnabled(False)
        return self._page.is_ready

    @Slot()
    def fill_open(self) -> None:
        """Recent records with traces or costs."""
        from engine.errors import BadInput

        menu, workspace = self._page.toolbar.open_button.menu(), self._page.workspace
        menu.clear()
        try:
            workspace.index.refresh()
            rows = [row for row in workspace.index.list(limit=300) if row.experiment.startswith("memory")][:RECENT]
        except (BadInput, OSError) as problem:
            menu.addAction(tr("The list of runs cannot be read: {problem}", problem=problem)).setEnabled(False)
            return
        for row in rows:
            menu.addAction(f"{row.title or row.experiment}   {row.id[:15]}", partial(self._page.open_record, row.id))
        if not rows:
            menu.addAction(tr("No memory run yet")).setEnabled(False)

    @Slot()
    def fill_erase(self) -> None:
        """The chosen slot first, then what is read at the cursor."""
        page, menu = self._page, self._page.toolbar.erase_button.menu()
        if not self._begin(menu):
            return
        chosen, step = page.slot, page.position
        if chosen >= 0:
            menu.addAction(
                tr("Slot {chosen:,} at step {step}, chosen", chosen=chosen, step=step),
                partial(page.changes.erase, chosen),
            )
            menu.addSeparator()
        for slot, weight in reads_at(page.trace, step, page.look.head)[:MOST]:
            if slot != chosen:
                words = tr("Slot {slot:,} at step {step}, read with {weight:.2f}", slot=slot, step=step, weight=weight)
                menu.addAction(words, partial(page.changes.erase, slot))
        if menu.isEmpty():
            menu.addAction(tr("Point at a slot first")).setEnabled(False)

    @Slot()
    def fill_branch(self) -> None:
        """Every change that can be made at the cursor."""
        page, menu = self._page, self._page.toolbar.branch_button.menu()
        if not self._begin(menu):
            return
        changes, step = page.changes, page.position
        if page.slot >= 0:
            menu.addAction(tr("Clear slot {slot:,} at step {step}", slot=page.slot, step=step), changes.erase_chosen)
            overwrite = menu.addAction(
                tr("Overwrite the word of slot {slot:,}…", slot=page.slot), changes.ask_overwrite
            )
            overwrite.setEnabled(page.trace.has_words)
        menu.addAction(tr("Change the input at step {step}…", step=step), changes.ask_input)
        heads = range(page.trace.info.heads) if page.look.head == ALL else [page.look.head]
        for head in heads:
            menu.addAction(
                tr("Freeze head {head} from step {step} on", head=head + 1, step=step), partial(changes.freeze, head)
            )

    @Slot()
    def fill_export(self) -> None:
        """Pictures, tables, text."""
        menu, exporter = self._page.toolbar.export_button.menu(), self._page.exporter
        if not self._begin(menu):
            return
        menu.addAction(tr("Copy picture"), exporter.copy_picture)
        menu.addAction(tr("Copy Python"), exporter.copy_python)
        menu.addSeparator()
        for kind, text in EXPORTS:
            menu.addAction(text, partial(exporter.ask, kind))
