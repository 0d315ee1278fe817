"""The menus of the page: recent evaluations, export, and what can be done with a turn."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Slot
from PySide6.QtWidgets import QMenu

from gui.pages.language.session import ALCHEMY, FEATURES
from gui.translation import tr
from gui.words import when

if TYPE_CHECKING:
    from gui.pages.language.page import LanguagePage

RECENT = 14


class Menus(QObject):
    """Fills each menu when it is about to be shown."""

    def __init__(self, page: LanguagePage) -> None:
        super().__init__(page)
        self._page = page
        self._recent: list = []
        page.toolbar.open_button.menu().aboutToShow.connect(self.fill_open)
        page.toolbar.export_button.menu().aboutToShow.connect(self.fill_export)
        page.talks.transcript.menu_wanted.connect(self.show_turn_menu)

    @Slot()
    def fill_open(self) -> None:
        """Recent evaluations as last known; the list is read meanwhile."""
        self._show_open()
        workspace = self._page.workspace
        index = workspace.index

        def read() -> list:
            index.refresh()
            rows = [row for name in (ALCHEMY, FEATURES) for row in index.list(experiment=name, limit=RECENT)]
            return sorted(rows, key=lambda row: row.created, reverse=True)[:RECENT]

        def done(rows: list) -> None:
            if rows != self._recent:
                self._recent = rows
                self._show_open()

        def failed(problem: Exception) -> None:
            workspace.toast(tr("The list of runs cannot be read: {problem}", problem=problem))

        workspace.loader.load("language-recent", read, done, failed)

    def _show_open(self) -> None:
        menu = self._page.toolbar.open_button.menu()
        menu.clear()
        for row in self._recent:
            words = f"{row.title or row.experiment}   {when(row.created)}, {row.status}"
            menu.addAction(words, partial(self._page.open_record, row.id))
        if not self._recent:
            menu.addAction(tr("No evaluation yet")).setEnabled(False)
        goes_on = menu.addAction(tr("Continue this one"), self._page.go_on)
        goes_on.setEnabled(self._page.may_go_on)
        menu.insertSeparator(goes_on)

    @Slot()
    def fill_export(self) -> None:
        """What can be taken out of the view on screen."""
        page, menu = self._page, self._page.toolbar.export_button.menu()
        exporter = page.exporter
        menu.clear()
        if page.reading is None and not page.figures.groups:
            menu.addAction(tr("Run or open an evaluation first")).setEnabled(False)
            return
        if page.reading is not None:
            menu.addAction(tr("Copy turn"), exporter.copy_turn)
            menu.addAction(tr("Copy episode"), exporter.copy_episode)
        menu.addAction(tr("Copy picture"), exporter.copy_picture)
        if page.reading is not None:
            menu.addAction(tr("Copy Python"), exporter.copy_python)
            menu.addAction(tr("Copy command line"), exporter.copy_command)
            menu.addSeparator()
            menu.addAction(tr("Evaluation as JSON lines…"), partial(exporter.ask, "jsonl"))
            menu.addAction(tr("Transcript as text…"), partial(exporter.ask, "txt"))
        if page.figures.groups:
            menu.addAction(tr("Scores as CSV…"), partial(exporter.ask, "csv"))
        menu.addAction(tr("Picture as PNG…"), partial(exporter.ask, "png"))
        menu.addAction(tr("Picture as SVG…"), partial(exporter.ask, "svg"))
        menu.addAction(tr("Picture as PDF…"), partial(exporter.ask, "pdf"))

    @Slot(int, object)
    def show_turn_menu(self, key: int, place: QPoint) -> None:
        """Copy a turn or the episode."""
        page = self._page
        if page.reading is None:
            return
        if key in page.reading.messages:
            page.choose_message(key)
        menu = QMenu(page)
        menu.addAction(tr("Copy turn"), page.exporter.copy_turn)
        menu.addAction(tr("Copy episode"), page.exporter.copy_episode)
        menu.popup(place)
