"""What can be done on the Recall page, as data for menus, palette and keyboard."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gui.actions import Action
from gui.pages.page_actions import moving, taking
from gui.translation import tr

if TYPE_CHECKING:
    from gui.pages.recall.page import RecallPage


def page_actions(page: RecallPage) -> list[Action]:
    """Every action of the page."""

    def ready() -> bool:
        return page.is_ready

    exporter = page.exporter
    doing = (
        ("read", tr("Read the query drawn"), page.drawing.read, "R", "play", tr("From what is drawn, step by step")),
        ("store", tr("Store the pattern drawn"), page.drawing.store, "S", "plus", tr("Together with those stored")),
        ("alone", tr("Store only the pattern drawn"), page.drawing.store_alone, "", "", ""),
        ("damage-one", tr("Damage the query"), page.drawing.hurt, "", "", tr("A block of noise, at random")),
        ("heal", tr("Undo the damage"), page.drawing.heal, "", "", ""),
        ("empty", tr("Draw on an empty pattern"), page.drawing.empty, "", "", ""),
        ("pictures", tr("Write pictures…"), page.drawing.ask_files, "", "", tr("Files of any size")),
        ("damage", tr("Damage and read all"), page.damage_all, "D", "spark", tr("Every stored pattern, at random")),
        ("starts", tr("Read from random starts"), page.random_starts, "A", "search", tr("Shows spurious attractors")),
    )
    rows = (
        ("copy-picture", tr("Copy picture"), exporter.copy_picture, "Ctrl+Shift+C", "copy"),
        ("copy-python", tr("Copy Python"), exporter.copy_python, "", "copy"),
        ("png", tr("Save picture as PNG…"), partial(exporter.ask, "png"), "", "export"),
        ("svg", tr("Save picture as SVG…"), partial(exporter.ask, "svg"), "", "export"),
        ("pdf", tr("Save picture as PDF…"), partial(exporter.ask, "pdf"), "", "export"),
        ("csv", tr("Save reads as CSV…"), partial(exporter.ask, "csv"), "", "export"),
    )
    return [
        Action("recall.write", tr("Write examples"), page.write_examples, "Run", 0, "Ctrl+N", "play",
               hint=tr("Patterns of classes the memory never saw")),
        Action("recall.dice", tr("Other examples"), page.toolbar.roll, "Run", 0, hint=tr("A random seed")),
        Action("recall.train", tr("Train a memory…"), page.training.ask, "Run", 1, icon="spark"),
        *(Action(f"recall.{name}", text, act, "Run", 2, keys, icon, ready, hint=hint)
          for name, text, act, keys, icon, hint in doing),
        *moving("recall", page.transport, ready),
        *taking("recall", rows, ready),
    ]  # fmt: skip
