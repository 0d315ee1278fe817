"""What can be done on the Alchemy page, as data for menus, palette and keyboard."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gui.actions import Action
from gui.pages.alchemy.remembered import erase
from gui.pages.page_actions import moving, taking
from gui.translation import tr

if TYPE_CHECKING:
    from gui.pages.alchemy.page import AlchemyPage


def page_actions(page: AlchemyPage) -> list[Action]:
    """Every action of the page."""
    return [*_doing(page), *_seeing(page), *moving("alchemy", page.transport, lambda: page.is_ready), *_taking(page)]


def _doing(page: AlchemyPage) -> list[Action]:
    def ready() -> bool:
        return page.is_ready

    return [
        Action(
            "alchemy.play",
            tr("Play it yourself"),
            page.play_yourself,
            "Run",
            0,
            "Ctrl+N",
            "flask",
            hint=tr("Begin an episode on the chosen chemistry"),
        ),
        Action(
            "alchemy.watch",
            tr("Watch the agent"),
            page.watch,
            "Run",
            0,
            icon="play",
            hint=tr("Let the chosen agent play the chosen chemistry"),
        ),
        Action(
            "alchemy.example",
            tr("Watch a learned memory"),
            page.menus.watch_example,
            "Run",
            0,
            icon="play",
            hint=tr("A trained agent whose every remembered fact can be watched, and erased"),
        ),
        Action(
            "alchemy.what-if",
            tr("What if: choose another action"),
            partial(page.toggle, "branching"),
            "Run",
            0,
            "W",
            "branch",
            ready,
            lambda: page.branching,
            tr("The next action on the bench begins another future"),
        ),
        Action(
            "alchemy.forget",
            tr("Erase the selected fact or word and go on"),
            partial(erase, page),
            "Run",
            0,
            "Delete",
            enabled=lambda: page.panels.selected is not None,
            hint=tr("What would a learned agent do here without that memory"),
        ),
        Action("alchemy.dice", tr("Another chemistry"), page.toolbar.roll, "Run", 0, hint=tr("A random seed")),
        Action(
            "alchemy.open",
            tr("Open episode file…"),
            page.menus.ask_file,
            "File",
            1,
            "Ctrl+O",
            "import",
            hint=tr("JSON lines, compressed or not"),
        ),
    ]


def _seeing(page: AlchemyPage) -> list[Action]:
    return [
        Action("alchemy.truth", tr("Hidden chemistry"), lambda: page.show_truth(not page.truth), "View", 4, "H",
               checked=lambda: page.truth, hint=tr("Show the true graph and maps in place of the belief")),
        Action("alchemy.belief", tr("Belief"), partial(page.toggle, "belief"), "View", 4, "B",
               checked=lambda: page.belief, hint=tr("Hide it to play blind")),
        Action("alchemy.advice", tr("Advice of the ideal observer"), partial(page.toggle, "advice"), "View", 4, "A",
               checked=lambda: page.advice, hint=tr("What the ideal observer would do here")),
    ]  # fmt: skip


def _taking(page: AlchemyPage) -> list[Action]:
    exporter = page.exporter

    def ready() -> bool:
        return page.is_ready

    rows = (
        ("copy-picture", tr("Copy picture"), exporter.copy_picture, "Ctrl+Shift+C", "copy"),
        ("copy-python", tr("Copy Python"), exporter.copy_python, "", "copy"),
        ("copy-command", tr("Copy command line"), exporter.copy_command, "", "copy"),
        ("png", tr("Save picture as PNG…"), partial(exporter.ask, "png"), "", "export"),
        ("svg", tr("Save picture as SVG…"), partial(exporter.ask, "svg"), "", "export"),
        ("pdf", tr("Save picture as PDF…"), partial(exporter.ask, "pdf"), "", "export"),
        ("gif", tr("Save episode as GIF…"), partial(exporter.ask, "gif"), "", "export"),
        ("webp", tr("Save episode as WebP…"), partial(exporter.ask, "webp"), "", "export"),
        ("csv", tr("Save steps as CSV…"), partial(exporter.ask, "csv"), "", "export"),
        ("jsonl", tr("Save episode as JSON lines…"), partial(exporter.ask, "jsonl"), "", "export"),
    )
    return taking("alchemy", rows, ready)
