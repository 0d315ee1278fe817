"""The menus of the toolbar's buttons: recent records, export."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from gui.pages.softmax.session import COMPARE, LESSON
from gui.translation import tr

if TYPE_CHECKING:
    from gui.pages.softmax.page import SoftmaxPage

RECENT = 12
EXPORTS = (
    ("png", tr("Picture as PNG…")),
    ("svg", tr("Picture as SVG…")),
    ("pdf", tr("Picture as PDF…")),
    ("csv", tr("Table as CSV…")),
)


class Menus(QObject):
    """Fills each menu when it is about to be shown."""

    def __init__(self, page: SoftmaxPage) -> None:
        super().__init__(page)
        self._page = page
        page.toolbar.open_button.menu().aboutToShow.connect(self.fill_open)
        page.toolbar.export_button.menu().aboutToShow.connect(self.fill_export)

    @Slot()
    def fill_open(self) -> None:
        """Recent records of this page."""
        from engine.errors import BadInput

        menu, workspace = self._page.toolbar.open_button.menu(), self._page.workspace
        menu.clear()
        for name, button in self._page.welcome.examples.items():
            menu.addAction(button.text(), partial(self._page.open_example, name))
        menu.addSeparator()
        try:
            workspace.index.refresh()
            rows = [row for row in workspace.index.list(limit=300) if row.experiment in (COMPARE, LESSON)][:RECENT]
        except (BadInput, OSError) as problem:
            menu.addAction(tr("The list of runs cannot be read: {problem}", problem=problem)).setEnabled(False)
            return
        for row in rows:
            menu.addAction(f"{row.title or row.experiment}   {row.id[:15]}", partial(self._page.open_record, row.id))
        if not rows:
            menu.addAction(tr("No run yet")).setEnabled(False)

    @Slot()
    def fill_export(self) -> None:
        """Pictures, table, text."""
        menu, exporter = self._page.toolbar.export_button.menu(), self._page.exporter
        menu.clear()
        if not self._page.is_ready:
            menu.addAction(tr("Open a run first")).setEnabled(False)
            return
        menu.addAction(tr("Copy picture"), exporter.copy_picture)
        menu.addAction(tr("Copy Python"), exporter.copy_python)
        menu.addSeparator()
        for kind, text in EXPORTS:
            menu.addAction(text, partial(exporter.ask, kind))
