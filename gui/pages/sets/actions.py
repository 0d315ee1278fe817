"""What can be done on the page, as data for menus, palette and keyboard."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gui.actions import Action
from gui.pages.page_actions import taking, viewing
from gui.translation import tr

if TYPE_CHECKING:
    from gui.pages.sets.page import SetsPage


def page_actions(page: SetsPage) -> list[Action]:
    """Every action of the page."""
    transport, exporter, files = page.transport, page.exporter, page.files

    def open_now() -> bool:
        return page.is_open

    def ready() -> bool:
        return page.is_ready

    def shown() -> bool:
        return page.shown is not None

    moves = (
        ("play-pause", tr("Play or pause"), transport.toggle, "K", "play"),
        ("first", tr("To the first operation"), transport.to_first, "", "first"),
        ("back", tr("An operation back"), transport.back, ",", "previous"),
        ("forward", tr("An operation forward"), transport.forward, ".", "next"),
        ("last", tr("To the last operation"), transport.to_last, "", "last"),
    )
    takes = (
        ("copy-picture", tr("Copy picture"), exporter.copy_picture, "Ctrl+Shift+C", "copy"),
        ("copy-python", tr("Copy Python"), exporter.copy_python, "", "copy"),
        ("png", tr("Save picture as PNG…"), partial(exporter.ask, "png"), "", "export"),
        ("svg", tr("Save picture as SVG…"), partial(exporter.ask, "svg"), "", "export"),
        ("pdf", tr("Save picture as PDF…"), partial(exporter.ask, "pdf"), "", "export"),
        ("csv", tr("Save table as CSV…"), partial(exporter.ask, "csv"), "", "export"),
    )
    return [
        Action(
            "sets.fill",
            tr("Fill a filter"),
            page.fill,
            "Run",
            0,
            "Ctrl+N",
            "play",
            hint=tr("Insert a set of keys into an empty filter"),
        ),
        Action(
            "sets.insert",
            tr("Insert the next key"),
            page.insert_next,
            "Run",
            1,
            "I",
            "plus",
            open_now,
            hint=tr("One more key of the same kind"),
        ),
        Action("sets.member", tr("Ask for a member"), partial(page.ask_sample, True, 1), "Run", 1, "M", "", open_now),
        Action(
            "sets.other", tr("Ask for another key"), partial(page.ask_sample, False, 1), "Run", 1, "O", "", open_now
        ),
        Action(
            "sets.shuffle",
            tr("Write all keys in another order"),
            page.shuffle,
            "Run",
            1,
            "",
            "",
            open_now,
            hint=tr("The memory must stay the same"),
        ),
        Action(
            "sets.measure",
            tr("Measure filters…"),
            page.measuring.ask,
            "Run",
            2,
            "",
            "curve",
            hint=tr("Bits and false positives over many sets and sizes"),
        ),
        Action(
            "sets.list",
            tr("Fill with your own list…"),
            files.ask_list,
            "File",
            2,
            "Ctrl+L",
            "folder",
            hint=tr("A text file with one key a line"),
        ),
        Action("sets.load", tr("Open a saved filter…"), files.ask_filter, "File", 2, "Ctrl+O", "folder"),
        Action("sets.save", tr("Save the filter…"), files.ask_save, "File", 2, "Ctrl+S", "export", open_now),
        *viewing("sets", moves, ready),
        *taking("sets", takes, shown),
    ]
