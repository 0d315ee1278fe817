"""The menus of the toolbar's buttons: recent records, export."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from engine.errors import BadInput
from gui.pages.recall.session import PLAY, TRAIN
from gui.translation import tr

if TYPE_CHECKING:
    from gui.pages.recall.page import RecallPage

RECENT = 12


class Menus(QObject):
    """Fills each menu when it is about to be shown."""

    def __init__(self, page: RecallPage) -> None:
        super().__init__(page)
        self._page = page
        page.toolbar.open_button.menu().aboutToShow.connect(self.fill_open)
        page.toolbar.export_button.menu().aboutToShow.connect(self.fill_export)

    @Slot()
    def fill_open(self) -> None:
        """Recent trainings and sessions."""
        page = self._page
        menu, workspace = page.toolbar.open_button.menu(), page.workspace
        menu.clear()
        try:
            workspace.index.refresh()
            rows = [row for row in workspace.index.list(limit=300) if row.experiment in (PLAY, TRAIN)][:RECENT]
        except (BadInput, OSError) as problem:
            menu.addAction(tr("The list of runs cannot be read: {problem}", problem=problem)).setEnabled(False)
            return
        for row in rows:
            menu.addAction(f"{row.title or row.experiment}   {row.id[:15]}", partial(page.open_record, row.id))
        if not rows:
            menu.addAction(tr("No recall run yet")).setEnabled(False)
        menu.addSeparator()
        menu.addAction(tr("Train a memory…"), page.training.ask)

    @Slot()
    def fill_export(self) -> None:
        """Pictures, table, Python."""
        menu, exporter = self._page.toolbar.export_button.menu(), self._page.exporter
        menu.clear()
        if not self._page.is_ready:
            menu.addAction(tr("Write into a memory first")).setEnabled(False)
            return
        menu.addAction(tr("Copy picture"), exporter.copy_picture)
        menu.addAction(tr("Copy Python"), exporter.copy_python)
        menu.addSeparator()
        for kind, text in (
            ("png", tr("Picture as PNG…")),
            ("svg", tr("Picture as SVG…")),
            ("pdf", tr("Picture as PDF…")),
            ("csv", tr("Reads as CSV…")),
        ):
            menu.addAction(text, partial(exporter.ask, kind))
