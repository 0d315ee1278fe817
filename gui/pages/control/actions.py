"""What can be done on the Control page, as data for menus, palette and keyboard."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gui.actions import Action
from gui.pages.page_actions import moving, taking, viewing
from gui.translation import tr

if TYPE_CHECKING:
    from gui.pages.control.page import ControlPage


def page_actions(page: ControlPage) -> list[Action]:
    """Every action of the page."""
    return [*_doing(page), *_seeing(page), *_taking(page)]


def _doing(page: ControlPage) -> list[Action]:
    training, changes = page.training, page.changes

    def ready() -> bool:
        return page.is_ready

    def maze() -> bool:
        return page.is_ready and page.source.task.maze

    return [
        Action(
            "control.run",
            tr("Run the policy"),
            page.run,
            "Run",
            0,
            "Ctrl+N",
            "play",
            hint=tr("Let the chosen policy live one episode, beside agents without a memory and with full information"),
        ),
        Action("control.dice", tr("Another episode"), page.roll, "Run", 0, "N", hint=tr("A random start and platform")),
        Action(
            "control.wipe",
            tr("Wipe the memory here"),
            changes.wipe,
            "Run",
            2,
            "W",
            "trash",
            ready,
            hint=tr("All memories forget everything at the step shown"),
        ),
        Action(
            "control.remove",
            tr("Take the platform away here"),
            changes.remove,
            "Run",
            2,
            "P",
            "",
            maze,
            hint=tr("A probe trial: where does it search?"),
        ),
        Action("control.evaluate", tr("Evaluate on 100 fresh episodes"), training.evaluate, "Run", 1, icon="bars"),
        Action("control.train", tr("Train a policy…"), training.ask_train, "Run", 1, icon="spark"),
        Action(
            "control.stop",
            tr("Stop the training"),
            training.stop,
            "Run",
            1,
            icon="stop",
            enabled=lambda: training.running,
            hint=tr("The best policy so far is kept"),
        ),
    ]


def _seeing(page: ControlPage) -> list[Action]:

    def ready() -> bool:
        return page.is_ready

    rows = (
        ("parent", tr("To the scene this one branched from"), page.to_parent, "U", "branch"),
        ("about", tr("What am I looking at?"), page.tell_about, "F1", "info"),
    )
    return [*moving("control", page.transport, ready), *viewing("control", rows, ready)]


def _taking(page: ControlPage) -> list[Action]:
    exporter = page.exporter

    def ready() -> bool:
        return page.is_ready

    rows = (
        ("copy-picture", tr("Copy picture"), exporter.copy_picture, "Ctrl+Shift+C", "copy"),
        ("copy-python", tr("Copy Python"), exporter.copy_python, "", "copy"),
        ("png", tr("Save picture as PNG…"), partial(exporter.ask, "png"), "", "export"),
        ("svg", tr("Save picture as SVG…"), partial(exporter.ask, "svg"), "", "export"),
        ("pdf", tr("Save picture as PDF…"), partial(exporter.ask, "pdf"), "", "export"),
        ("csv", tr("Save episode as CSV…"), partial(exporter.ask, "csv"), "", "export"),
    )
    return taking("control", rows, ready)
