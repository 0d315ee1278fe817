"""What can be done on the Composition page, as data for menus, palette and keyboard."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gui.actions import Action
from gui.pages.composition.board import STARTS
from gui.pages.composition.menus import COMPARISONS, EXPORTS
from gui.translation import tr

if TYPE_CHECKING:
    from gui.pages.composition.page import CompositionPage


def page_actions(page: CompositionPage) -> list[Action]:
    """Every action of the page."""
    transport, exporter, mixture = page.transport, page.exporter, page.mixture

    def ready() -> bool:
        return page.is_ready

    def board() -> bool:
        return page.can_paint

    def bodies() -> bool:
        return page.is_ready and not page.can_paint

    def mix(share: float) -> None:
        if len(mixture.weights) == 2:
            mixture.sliders[0].setValue(round(100 * share))

    doing = [Action("composition.board", tr("New tricky board"), page.begin_board, "Run", 0, "Ctrl+N", "grid")]
    doing += [
        Action(
            f"composition.board-{k}",
            tr("New board: {title}", title=title),
            partial(page.begin_board, settings),
            "Run",
            0,
        )
        for k, (title, settings) in enumerate(STARTS)
    ]
    doing += [
        Action(f"composition.compare-{name}", title, partial(page.compare, settings, name), "Run", 1, hint=hint)
        for name, title, settings, hint in COMPARISONS
    ]
    seeing = [
        Action("composition.layer", tr("Next layer of the heat maps"), page.next_layer, "View", 4, "L", "", ready),
        Action(
            "composition.paint",
            tr("Paint with the keyboard"),
            page.panels.fields.setFocus,
            "View",
            4,
            "G",
            "",
            board,
            hint=tr("Arrows move the cell cursor, Space paints"),
        ),
        Action("composition.even", tr("Even mixture"), partial(mix, 0.5), "View", 4, "E", "", board),
        Action("composition.play", tr("Play or pause"), transport.toggle, "View", 5, "K", "play", bodies),
        Action("composition.first", tr("To the first step"), transport.to_first, "View", 5, "", "first", bodies),
        Action("composition.back", tr("A step back"), transport.back, "View", 5, ",", "previous", bodies),
        Action("composition.forward", tr("A step forward"), transport.forward, "View", 5, ".", "next", bodies),
        Action("composition.last", tr("To the last step"), transport.to_last, "View", 5, "", "last", bodies),
    ]
    taking = [
        Action("composition.copy", tr("Copy picture"), exporter.copy_picture, "Edit", 3, "Ctrl+Shift+C", "copy", ready),
        Action("composition.python", tr("Copy Python"), exporter.copy_python, "Edit", 3, "", "copy", ready),
    ]
    taking += [
        Action(
            f"composition.{kind}",
            tr("Save {what}", what=text[0].lower() + text[1:]),
            partial(exporter.ask, kind),
            "File",
            3,
            "",
            "export",
            ready,
        )
        for kind, text in EXPORTS
    ]
    return [*doing, *seeing, *taking]
