"""What can be done on the Memory page, as data for menus, palette and keyboard."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gui.actions import Action
from gui.pages.memory.states import ALL, Look
from gui.pages.page_actions import moving, taking, viewing
from gui.translation import tr

if TYPE_CHECKING:
    from gui.pages.memory.page import MemoryPage


def page_actions(page: MemoryPage) -> list[Action]:
    """Every action of the page."""
    return [*_doing(page), *_changing(page), *_seeing(page), *_taking(page)]


def _doing(page: MemoryPage) -> list[Action]:
    def ready() -> bool:
        return page.is_ready

    return [
        Action("memory.run", tr("Run the network"), page.run, "Run", 0, "Ctrl+N", "play",
               hint=tr("Let the chosen network read and write one sequence")),
        Action("memory.dice", tr("Another sequence"), page.toolbar.roll, "Run", 0, hint=tr("A random seed")),
        Action("memory.backward", tr("Roll the memory back"), page.roll_back, "Run", 0, "Ctrl+B", "previous", ready,
               hint=tr("The backward pass of a sparse network puts every row back")),
        Action("memory.train", tr("Train a network…"), page.training.ask_train, "Run", 1, icon="spark"),
        Action("memory.measure", tr("Measure cost against slots…"), page.training.ask_scaling, "Run", 1, icon="curve"),
    ]  # fmt: skip


def _changing(page: MemoryPage) -> list[Action]:
    changes = page.changes

    def chosen() -> bool:
        return page.is_ready and page.slot >= 0

    def ready() -> bool:
        return page.is_ready

    return [
        Action("memory.erase", tr("Clear the slot here"), changes.erase_chosen, "Run", 2, "E", "trash", chosen,
               hint=tr("Clear the word of the chosen slot at the cursor and see both futures")),
        Action("memory.overwrite", tr("Overwrite the word here…"), changes.ask_overwrite, "Run", 2, "O", "", chosen),
        Action("memory.freeze", tr("Freeze the head here"), changes.freeze_chosen, "Run", 2, "", "stop", ready,
               hint=tr("The shown head does nothing from the cursor on")),
        Action("memory.input", tr("Change the input here…"), changes.ask_input, "Run", 2, "I", "", ready),
    ]  # fmt: skip


def _seeing(page: MemoryPage) -> list[Action]:
    transport, raster = page.transport, page.panels.raster

    def ready() -> bool:
        return page.is_ready

    def turn_rows() -> None:
        page.choose_look(Look(not page.look.address, page.look.head))

    def next_head() -> None:
        heads = page.trace.info.heads
        page.choose_look(Look(page.look.address, ALL if page.look.head + 1 >= heads else page.look.head + 1))

    rows = (
        ("all", tr("Show all slots and steps"), raster.show_all, "0", "grid"),
        ("cells", tr("Walk the cells with the keyboard"), raster.setFocus, "G", ""),
        ("head", tr("Next head"), next_head, "H", ""),
        ("letgo", tr("Let the slot go"), partial(page.pin, -1), "", ""),
    )
    order = Action("memory.address", tr("Rows by raw address"), turn_rows, "View", 4, "R", "", ready,
                   lambda: page.look.address, tr("In place of the order of first touch"))  # fmt: skip
    return [order, *moving("memory", transport, ready), *viewing("memory", rows, ready)]


def _taking(page: MemoryPage) -> list[Action]:
    exporter = page.exporter

    def ready() -> bool:
        return page.is_ready

    rows = (
        ("copy-picture", tr("Copy picture"), exporter.copy_picture, "Ctrl+Shift+C", "copy"),
        ("copy-python", tr("Copy Python"), exporter.copy_python, "", "copy"),
        ("png", tr("Save picture as PNG…"), partial(exporter.ask, "png"), "", "export"),
        ("svg", tr("Save picture as SVG…"), partial(exporter.ask, "svg"), "", "export"),
        ("pdf", tr("Save picture as PDF…"), partial(exporter.ask, "pdf"), "", "export"),
        ("csv", tr("Save accesses as CSV…"), partial(exporter.ask, "csv"), "", "export"),
        ("jsonl", tr("Save trace as JSON lines…"), partial(exporter.ask, "jsonl"), "", "export"),
    )
    return taking("memory", rows, ready)
