"""What can be done on the Control page, as data for menus, palette and keyboard."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gui.actions import Action

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
        Action("control.run", "Run the policy", page.run, "Run", 0, "Ctrl+N", "play",
               hint="Let the chosen policy live one episode, beside agents without a memory and with full information"),
        Action("control.dice", "Another episode", page.roll, "Run", 0, "N", hint="A random start and platform"),
        Action("control.wipe", "Wipe the memory here", changes.wipe, "Run", 2, "W", "trash", ready,
               hint="All memories forget everything at the step shown"),
        Action("control.remove", "Take the platform away here", changes.remove, "Run", 2, "P", "", maze,
               hint="A probe trial: where does it search?"),
        Action("control.evaluate", "Evaluate on 100 fresh episodes", training.evaluate, "Run", 1, icon="bars"),
        Action("control.train", "Train a policy…", training.ask_train, "Run", 1, icon="spark"),
        Action("control.stop", "Stop the training", training.stop, "Run", 1, icon="stop",
               enabled=lambda: training.running, hint="The best policy so far is kept"),
    ]  # fmt: skip


def _seeing(page: ControlPage) -> list[Action]:
    transport = page.transport

    def ready() -> bool:
        return page.is_ready

    rows = (
        ("control.play-pause", "Play or pause", transport.toggle, "K", "play"),
        ("control.first", "To the first step", transport.to_first, "", "first"),
        ("control.back", "A step back", transport.back, ",", "previous"),
        ("control.forward", "A step forward", transport.forward, ".", "next"),
        ("control.last", "To the last step", transport.to_last, "", "last"),
        ("control.parent", "To the scene this one branched from", page.to_parent, "U", "branch"),
        ("control.about", "What am I looking at?", page.tell_about, "F1", "info"),
    )
    return [Action(name, text, act, "View", 5, keys, icon, ready) for name, text, act, keys, icon in rows]


def _taking(page: ControlPage) -> list[Action]:
    exporter = page.exporter

    def ready() -> bool:
        return page.is_ready

    rows = (
        ("copy-picture", "Copy picture", exporter.copy_picture, "Ctrl+Shift+C", "copy"),
        ("copy-python", "Copy Python", exporter.copy_python, "", "copy"),
        ("png", "Save picture as PNG…", partial(exporter.ask, "png"), "", "export"),
        ("svg", "Save picture as SVG…", partial(exporter.ask, "svg"), "", "export"),
        ("pdf", "Save picture as PDF…", partial(exporter.ask, "pdf"), "", "export"),
        ("csv", "Save episode as CSV…", partial(exporter.ask, "csv"), "", "export"),
    )
    return [
        Action(f"control.{name}", text, act, "File" if "…" in text else "Edit", 3, keys, icon, ready)
        for name, text, act, keys, icon in rows
    ]
