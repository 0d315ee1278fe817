"""The menus of the toolbar's buttons: recent runs, changes, export."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from gui.translation import tr

if TYPE_CHECKING:
    from gui.pages.control.page import ControlPage

RECENT = 12
EXPORTS = (
    ("png", tr("Picture as PNG…")),
    ("svg", tr("Picture as SVG…")),
    ("pdf", tr("Picture as PDF…")),
    ("csv", tr("Episode as CSV…")),
)


class Menus(QObject):
    """Fills each menu when it is about to be shown."""

    def __init__(self, page: ControlPage) -> None:
        super().__init__(page)
        self._page = page
        bar = page.toolbar
        bar.open_button.menu().aboutToShow.connect(self.fill_open)
        bar.change_button.menu().aboutToShow.connect(self.fill_change)
        bar.export_button.menu().aboutToShow.connect(self.fill_export)

    @Slot()
    def fill_open(self) -> None:
        """Recent runs of this page."""
        from engine.errors import BadInput

        menu, workspace = self._page.toolbar.open_button.menu(), self._page.workspace
        menu.clear()
        try:
            workspace.index.refresh()
            rows = [row for row in workspace.index.list(limit=300) if row.experiment in ("control", "control-play")]
        except (BadInput, OSError) as problem:
            menu.addAction(tr("The list of runs cannot be read: {problem}", problem=problem)).setEnabled(False)
            return
        for row in rows[:RECENT]:
            menu.addAction(f"{row.title or row.experiment}   {row.id[:15]}", partial(self._page.open_record, row.id))
        if not rows:
            menu.addAction(tr("No control run yet")).setEnabled(False)

    @Slot()
    def fill_change(self) -> None:
        """Everything that can be changed at the step shown."""
        page, menu = self._page, self._page.toolbar.change_button.menu()
        menu.clear()
        if not page.is_ready:
            menu.addAction(tr("Run a policy first")).setEnabled(False)
            return
        for words, change in page.changes.choices():
            menu.addAction(
                tr("{words}, at step {position}", words=words, position=page.position),
                partial(page.changes.make, change),
            )

    @Slot()
    def fill_export(self) -> None:
        """Pictures, tables, text."""
        menu, page = self._page.toolbar.export_button.menu(), self._page
        menu.clear()
        if not page.is_ready:
            menu.addAction(tr("Run a policy first")).setEnabled(False)
            return
        menu.addAction(tr("Copy picture"), page.exporter.copy_picture)
        menu.addAction(tr("Copy Python"), page.exporter.copy_python)
        menu.addSeparator()
        for kind, text in EXPORTS:
            menu.addAction(text, partial(page.exporter.ask, kind))
