"""What can be done on the Recall page, as data for menus, palette and keyboard."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gui.actions import Action

if TYPE_CHECKING:
    from gui.pages.recall.page import RecallPage


def page_actions(page: RecallPage) -> list[Action]:
    """Every action of the page."""

    def ready() -> bool:
        return page.is_ready

    transport, exporter = page.transport, page.exporter
    doing = (
        ("read", "Read the query drawn", page.drawing.read, "R", "play", "From what is drawn, step by step"),
        ("store", "Store the pattern drawn", page.drawing.store, "S", "plus", "Together with those stored"),
        ("alone", "Store only the pattern drawn", page.drawing.store_alone, "", "", ""),
        ("damage-one", "Damage the query", page.drawing.hurt, "", "", "A block of noise, at random"),
        ("heal", "Undo the damage", page.drawing.heal, "", "", ""),
        ("empty", "Draw on an empty pattern", page.drawing.empty, "", "", ""),
        ("pictures", "Write pictures…", page.drawing.ask_files, "", "", "Files of any size"),
        ("damage", "Damage and read all", page.damage_all, "D", "spark", "Every stored pattern, at random"),
        ("starts", "Read from random starts", page.random_starts, "A", "search", "Shows spurious attractors"),
    )
    seeing = (
        ("play-pause", "Play or pause", transport.toggle, "K", "play"),
        ("first", "To the first step", transport.to_first, "", "first"),
        ("back", "A step back", transport.back, ",", "previous"),
        ("forward", "A step forward", transport.forward, ".", "next"),
        ("last", "To the last step", transport.to_last, "", "last"),
    )
    taking = (
        ("copy-picture", "Copy picture", exporter.copy_picture, "Ctrl+Shift+C", "copy"),
        ("copy-python", "Copy Python", exporter.copy_python, "", "copy"),
        ("png", "Save picture as PNG…", partial(exporter.ask, "png"), "", "export"),
        ("svg", "Save picture as SVG…", partial(exporter.ask, "svg"), "", "export"),
        ("pdf", "Save picture as PDF…", partial(exporter.ask, "pdf"), "", "export"),
        ("csv", "Save reads as CSV…", partial(exporter.ask, "csv"), "", "export"),
    )
    return [
        Action("recall.write", "Write examples", page.write_examples, "Run", 0, "Ctrl+N", "play",
               hint="Patterns of classes the memory never saw"),
        Action("recall.dice", "Other examples", page.toolbar.roll, "Run", 0, hint="A random seed"),
        Action("recall.train", "Train a memory…", page.training.ask, "Run", 1, icon="spark"),
        *(Action(f"recall.{name}", text, act, "Run", 2, keys, icon, ready, hint=hint)
          for name, text, act, keys, icon, hint in doing),
        *(Action(f"recall.{name}", text, act, "View", 5, keys, icon, ready) for name, text, act, keys, icon in seeing),
        *(Action(f"recall.{name}", text, act, "File" if "…" in text else "Edit", 3, keys, icon, ready)
          for name, text, act, keys, icon in taking),
    ]  # fmt: skip
