"""What the palette offers: actions always; runs and experiments as soon as something is typed."""

from __future__ import annotations

import logging
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from gui.actions import MENUS
from gui.palette import Entry
from gui.translation import tr

if TYPE_CHECKING:
    from engine.runs import RunIndex
    from gui.window import MainWindow

log = logging.getLogger("athanor.palette")
RUNS = 20


def palette_entries(window: MainWindow, query: str) -> list[Entry]:
    """Entries for ``query``: every action that can be run now, then experiments, then the runs that match."""
    entries = [
        Entry(
            action.identifier,
            action.text,
            partial(window.actions_list.run, action.identifier),
            action.shortcut.split("; ")[0],
            MENUS.get(action.menu.partition("/")[0], ""),
            action.hint,
        )
        for action in window.actions_list.available()
        if action.identifier != "window.palette"
    ]
    if query:
        entries += _experiments(window)
        try:
            entries += _runs(window, query)
        except (OSError, ValueError) as error:
            log.warning("runs could not be searched: %s", error)
    return entries


def prepare_search(index: RunIndex) -> int:
    """Load what a search needs and bring the index up to date; called in the loader's thread."""
    import_module("engine.experiments.catalogue")
    return index.refresh()


def _experiments(window: MainWindow) -> list[Entry]:
    from engine.experiments.catalogue import EXPERIMENTS

    def show(name: str) -> None:
        window.show_page("experiments")
        window.page.choose(name)

    return [
        Entry(
            f"experiment.{entry.name}",
            tr(entry.title),
            partial(show, entry.name),
            "",
            tr("experiment"),
            tr(entry.summary),
        )
        for entry in EXPERIMENTS.values()
        if not entry.interactive
    ]


def _runs(window: MainWindow, query: str) -> list[Entry]:
    return [
        Entry(
            f"run.open.{row.id}",
            f"{row.title or row.experiment}  {row.id}",
            partial(window.open_record, row.id),
            "",
            row.status,
            row.configuration_json,
        )
        for row in window.workspace.index.list(query, limit=RUNS)
    ]
