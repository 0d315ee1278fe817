"""Files of the page: somebody's own list of keys, saved filters; and the menus that offer them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from engine.errors import BadInput
from gui.pages.sets.session import MEASURE, PLAY
from gui.translation import tr

if TYPE_CHECKING:
    from gui.pages.sets.page import SetsPage

FILTERS = tr("Filters (*.filter)")
RECENT = 12
EXPORTS = (
    ("png", tr("Picture as PNG…")),
    ("svg", tr("Picture as SVG…")),
    ("pdf", tr("Picture as PDF…")),
    ("csv", tr("Table as CSV…")),
)


class Files(QObject):
    """Asks for files and hands them to the page."""

    def __init__(self, page: SetsPage) -> None:
        super().__init__(page)
        self._page = page
        page.toolbar.open_button.menu().aboutToShow.connect(self.fill_open)
        page.toolbar.export_button.menu().aboutToShow.connect(self.fill_export)

    @Slot()
    def ask_list(self) -> None:
        """A text file with one key a line."""
        file, _ = QFileDialog.getOpenFileName(
            self._page, tr("Your own list of keys"), "", tr("Text (*.txt);;All files (*)")
        )
        if file:
            self._page.fill_list(Path(file))

    @Slot()
    def ask_filter(self) -> None:
        """A saved filter."""
        file, _ = QFileDialog.getOpenFileName(
            self._page, tr("Open a saved filter"), "", tr("{filters};;All files (*)", filters=FILTERS)
        )
        if file:
            self._page.load(Path(file))

    @Slot()
    def ask_save(self) -> None:
        """Where to save the filter."""
        file, _ = QFileDialog.getSaveFileName(self._page, tr("Save the filter"), "set.filter", FILTERS)
        if file:
            path = Path(file)
            self._page.save(path if path.suffix else path.with_suffix(".filter"))

    @Slot()
    def fill_open(self) -> None:
        """Own list, saved filter, recent records."""
        page, menu = self._page, self._page.toolbar.open_button.menu()
        menu.clear()
        menu.addAction(tr("Your own list of keys…"), self.ask_list)
        menu.addAction(tr("A saved filter…"), self.ask_filter)
        menu.addSeparator()
        try:
            index = page.workspace.index
            index.refresh()
            rows = [row for row in index.list(limit=300) if row.experiment in (PLAY, MEASURE)][:RECENT]
        except (BadInput, OSError) as problem:
            menu.addAction(tr("The list of runs cannot be read: {problem}", problem=problem)).setEnabled(False)
            return
        for row in rows:
            menu.addAction(f"{row.title or row.experiment}   {row.id[:15]}", partial(page.open_record, row.id))
        if not rows:
            menu.addAction(tr("No filter yet")).setEnabled(False)

    @Slot()
    def fill_export(self) -> None:
        """Pictures, tables, text."""
        menu, exporter = self._page.toolbar.export_button.menu(), self._page.exporter
        menu.clear()
        if self._page.shown is None:
            menu.addAction(tr("Fill a filter first")).setEnabled(False)
            return
        menu.addAction(tr("Copy picture"), exporter.copy_picture)
        menu.addAction(tr("Copy Python"), exporter.copy_python)
        menu.addSeparator()
        for kind, text in EXPORTS:
            menu.addAction(text, partial(exporter.ask, kind))
