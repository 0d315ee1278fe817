"""What can be done on the Language page, as data for menus, palette and keyboard."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gui.actions import Action
from gui.pages.language.toolbar import VIEWS
from gui.pages.page_actions import taking, viewing
from gui.translation import tr

if TYPE_CHECKING:
    from gui.pages.language.page import LanguagePage


def page_actions(page: LanguagePage) -> list[Action]:
    """Every action of the page."""
    return [*_doing(page), *_seeing(page), *_moving(page), *_taking(page)]


def _doing(page: LanguagePage) -> list[Action]:
    return [
        Action("language.run", tr("Run the evaluation"), page.run, "Run", 0, "Ctrl+R", "play",
               lambda: not page.setup.problem, hint=tr("Model, condition and limits as set up")),
        Action("language.stop", tr("Stop the evaluation"), page.stop, "Run", 0, "Ctrl+.", "stop",
               lambda: page.session is not None and page.session.running, hint=tr("Everything so far is kept")),
        Action("language.continue", tr("Continue this evaluation"), page.go_on, "Run", 0, "", "next",
               lambda: page.may_go_on, hint=tr("From the next unanswered turn; nothing is paid for twice")),
    ]  # fmt: skip


def _seeing(page: LanguagePage) -> list[Action]:
    def reads() -> bool:
        return page.reading is not None

    views = [
        Action(f"language.{name}", title, partial(page.show_view, name), "View", 4, f"Alt+{k + 1}", hint=hint)
        for k, (name, title, hint) in enumerate(VIEWS)
    ]
    return [
        *views,
        Action("language.find", tr("Find in transcript"), page.find, "Edit", 2, "Ctrl+F", "search", reads),
        Action("language.find-next", tr("Find next"), partial(page.find_by, 1), "Edit", 2, "F3", "", reads),
        Action(
            "language.find-previous", tr("Find previous"), partial(page.find_by, -1), "Edit", 2, "Shift+F3", "", reads
        ),
        Action(
            "language.unfold",
            tr("Show messages whole"),
            page.talks.unfold.toggle,
            "View",
            4,
            "Ctrl+U",
            "plus",
            reads,
            page.talks.unfold.isChecked,
        ),
    ]


def _moving(page: LanguagePage) -> list[Action]:
    transport = page.transport

    def ready() -> bool:
        return page.reading is not None and page.reading.course is not None

    rows = (
        ("play-pause", tr("Play or pause"), transport.toggle, "K", "play"),
        ("first", tr("To the first turn"), transport.to_first, "", "first"),
        ("back", tr("A turn back"), transport.back, ",", "previous"),
        ("forward", tr("A turn forward"), transport.forward, ".", "next"),
        ("last", tr("To the last turn"), transport.to_last, "", "last"),
    )
    return viewing("language", rows, ready)


def _taking(page: LanguagePage) -> list[Action]:
    exporter = page.exporter

    def reads() -> bool:
        return page.reading is not None

    rows = (
        ("copy-turn", tr("Copy turn"), exporter.copy_turn, "Ctrl+C", "copy"),
        ("copy-episode", tr("Copy episode"), exporter.copy_episode, "", "copy"),
        ("copy-picture", tr("Copy picture"), exporter.copy_picture, "Ctrl+Shift+C", "copy"),
        ("copy-python", tr("Copy Python"), exporter.copy_python, "", "copy"),
        ("copy-command", tr("Copy command line"), exporter.copy_command, "", "copy"),
        ("jsonl", tr("Save evaluation as JSON lines…"), partial(exporter.ask, "jsonl"), "", "export"),
        ("txt", tr("Save transcript as text…"), partial(exporter.ask, "txt"), "", "export"),
        ("csv", tr("Save scores as CSV…"), partial(exporter.ask, "csv"), "", "export"),
        ("png", tr("Save picture as PNG…"), partial(exporter.ask, "png"), "", "export"),
        ("svg", tr("Save picture as SVG…"), partial(exporter.ask, "svg"), "", "export"),
        ("pdf", tr("Save picture as PDF…"), partial(exporter.ask, "pdf"), "", "export"),
    )
    return taking("language", rows, reads)
