"""The menus of the toolbar's buttons: recent records, other actions at this step, export."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from gui.pages.alchemy import choices
from gui.translation import tr
from gui.widgets.alchemy_words import action_words

if TYPE_CHECKING:
    from gui.pages.alchemy.page import AlchemyPage

RECENT = 12
TITLES = {"alchemy": tr("Alchemy evaluation"), "alchemy-play": tr("Alchemy bench")}
EXAMPLE = "pretrained/attention"
FILES = tr("Alchemy episodes (*.jsonl *.jsonl.gz *.json);;All files (*)")


class Menus(QObject):
    """Fills each menu when it is about to be shown."""

    def __init__(self, page: AlchemyPage) -> None:
        super().__init__(page)
        self._page = page
        self._recent: list = []
        bar = page.toolbar
        bar.open_button.menu().aboutToShow.connect(self.fill_open)
        bar.what_if_button.menu().aboutToShow.connect(self.fill_what_if)
        bar.export_button.menu().aboutToShow.connect(self.fill_export)
        bar.agent.currentTextChanged.connect(page.welcome.set_agent)
        page.welcome.example_clicked.connect(self.watch_example)

    @Slot()
    def fill_open(self) -> None:
        """Recent Alchemy records as last known, then the file dialog; the list of runs is read meanwhile."""
        self._show_open()
        workspace = self._page.workspace
        index = workspace.index

        def read() -> list:
            index.refresh()
            return [row for row in index.list(limit=200) if row.experiment.startswith("alchemy")][:RECENT]

        def done(rows: list) -> None:
            if rows != self._recent:
                self._recent = rows
                self._show_open()

        workspace.loader.load("alchemy-recent", read, done, self._on_unreadable)

    def _on_unreadable(self, problem: Exception) -> None:
        self._page.workspace.toast(tr("The list of runs cannot be read: {problem}", problem=problem))

    def _show_open(self) -> None:
        menu = self._page.toolbar.open_button.menu()
        menu.clear()
        for row in self._recent:
            title = row.title or TITLES.get(row.experiment, row.experiment)
            menu.addAction(f"{title}   {_when(row.id)}", partial(self._page.open_record, row.id))
        if self._recent:
            menu.addSeparator()
        menu.addAction(tr("Episode file…"), self.ask_file)

    @Slot()
    def fill_what_if(self) -> None:
        """Every different action at the step on screen."""
        menu = self._page.toolbar.what_if_button.menu()
        menu.clear()
        page = self._page
        if not page.is_ready or page.situations.nodes[page.row]["done"]:
            menu.addAction(tr("Open or play an episode first")).setEnabled(False)
            return
        menu.addAction(tr("Choose on the bench (W)"), partial(page.toggle, "branching"))
        menu.addSeparator()
        colours = tuple(int(c) for c in page.situations.nodes[page.row]["colours"])
        for action in choices.kinds(page.situations, page.row).values():
            menu.addAction(action_words(action, colours).capitalize(), partial(page.what_if, action))

    @Slot()
    def fill_export(self) -> None:
        """Pictures, animations, tables, text."""
        menu, exporter = self._page.toolbar.export_button.menu(), self._page.exporter
        menu.clear()
        if exporter.job is not None:
            menu.addAction(tr("Cancel {name}", name=exporter.job.file.name), exporter.cancel)
            menu.addSeparator()
        if not self._page.is_ready:
            menu.addAction(tr("Open or play an episode first")).setEnabled(False)
            return
        menu.addAction(tr("Copy picture"), exporter.copy_picture)
        menu.addAction(tr("Copy Python"), exporter.copy_python)
        menu.addAction(tr("Copy command line"), exporter.copy_command)
        menu.addSeparator()
        for kind, text in (
            ("png", tr("Picture as PNG…")),
            ("svg", tr("Picture as SVG…")),
            ("pdf", tr("Picture as PDF…")),
            ("gif", tr("Episode as GIF…")),
            ("webp", tr("Episode as WebP…")),
            ("csv", tr("Steps as CSV…")),
            ("jsonl", tr("Episode as JSON lines…")),
        ):
            menu.addAction(text, partial(exporter.ask, kind))

    @Slot()
    def watch_example(self) -> None:
        """Let the agent that comes with a memory of facts play: every picture of the page has something to show."""
        self._page.toolbar.choose("", EXAMPLE)
        self._page.watch()

    @Slot()
    def ask_file(self) -> None:
        """Let the person choose an episode file."""
        file, _ = QFileDialog.getOpenFileName(self._page, tr("Open episode file"), "", FILES)
        if file:
            self.open_file(file)

    def open_file(self, file: str) -> None:
        """Take chemistries from an episode file (JSON lines)."""
        from engine.alchemy.episodes import read_episodes

        page = self._page

        def done(episodes: list) -> None:
            if not episodes:
                page.workspace.show_error(
                    tr("{name} holds no episodes", name=Path(file).name), "", tr("Choose another file")
                )
                return
            page.toolbar.show_file(file, Path(file).name, len(episodes))
            page.workspace.toast(tr("{episodes} episodes opened; play one or watch an agent", episodes=len(episodes)))

        def failed(error: Exception) -> None:
            page.workspace.show_error(
                str(error), tr("The file was left as it is"), tr("Choose a file of Alchemy episodes")
            )

        page.workspace.loader.load("alchemy-episodes", lambda: read_episodes(file), done, failed)


def _when(identifier: str) -> str:
    """When a run began, from its identifier."""
    return f"{identifier[:4]}-{identifier[4:6]}-{identifier[6:8]} {identifier[9:11]}:{identifier[11:13]}"
