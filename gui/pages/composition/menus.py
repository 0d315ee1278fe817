"""The menus of the toolbar's buttons: recent records, boards, comparisons, export."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from gui.pages.composition.board import STARTS
from gui.translation import tr

if TYPE_CHECKING:
    from gui.pages.composition.page import CompositionPage

RECENT = 12
EXPORTS = (
    ("png", tr("Picture as PNG…")),
    ("svg", tr("Picture as SVG…")),
    ("pdf", tr("Picture as PDF…")),
    ("csv", tr("Scores as CSV…")),
)
COMPARISONS: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    (
        "quick",
        tr("Solve the grid suite"),
        {"suite": "grid"},
        tr("Six worlds of 8 by 8, exactly, at 21 mixtures; a second"),
    ),
    ("plane", tr("Solve the plane"), {"suite": "plane"}, tr("Three pairs of tasks, nearly exactly; some ten seconds")),
    (
        "point",
        tr("Learn the tricky point"),
        {"suite": "point", "pair": "tricky"},
        tr("One seed, about a minute of one core"),
    ),
    (
        "arm",
        tr("Learn the tricky arm"),
        {"suite": "arm", "pair": "tricky", "updates": 1300, "shown_every": 200},
        tr("One seed, about a minute of one core"),
    ),
    (
        "ball",
        tr("Learn the tricky ball"),
        {"suite": "ball", "pair": "tricky", "updates": 1300, "shown_every": 200},
        tr("One seed, about a minute of one core"),
    ),
    (
        "ant",
        tr("Learn the tricky ant"),
        {"suite": "ant", "pair": "tricky", "updates": 100_000, "runs": 50, "shown_every": 500},
        tr("One seed, about two hours of one core; needs MuJoCo (the extra mujoco)"),
    ),
)


class Menus(QObject):
    """Fills each menu; those that do not change once, the others when they are about to be shown."""

    def __init__(self, page: CompositionPage) -> None:
        super().__init__(page)
        self._page = page
        bar = page.toolbar
        bar.open_button.menu().aboutToShow.connect(self.fill_open)
        bar.export_button.menu().aboutToShow.connect(self.fill_export)
        for title, settings in STARTS:
            bar.board_button.menu().addAction(title, partial(page.begin_board, settings))
        menu = bar.compare_button.menu()
        menu.setToolTipsVisible(True)
        for name, title, settings, hint in COMPARISONS:
            menu.addAction(title, partial(page.compare, settings, name)).setToolTip(hint)

    @Slot()
    def fill_open(self) -> None:
        """The example and recent records."""
        from engine.errors import BadInput

        page, menu = self._page, self._page.toolbar.open_button.menu()
        menu.clear()
        if page.welcome.has_example:
            menu.addAction(tr("Example: the learned arm"), page.open_example)
            menu.addSeparator()
        try:
            page.workspace.index.refresh()
            rows = [row for row in page.workspace.index.list(limit=300) if row.experiment.startswith("composition")]
        except (BadInput, OSError) as problem:
            menu.addAction(tr("The list of runs cannot be read: {problem}", problem=problem)).setEnabled(False)
            return
        for row in rows[:RECENT]:
            menu.addAction(f"{row.title or row.experiment}   {row.id[:15]}", partial(page.open_record, row.id))
        if not rows:
            menu.addAction(tr("No run of this room yet")).setEnabled(False)

    @Slot()
    def fill_export(self) -> None:
        """Pictures, tables, text."""
        menu, exporter = self._page.toolbar.export_button.menu(), self._page.exporter
        menu.clear()
        if not self._page.is_ready:
            menu.addAction(tr("Open a world first")).setEnabled(False)
            return
        menu.addAction(tr("Copy picture"), exporter.copy_picture)
        menu.addAction(tr("Copy Python"), exporter.copy_python)
        menu.addSeparator()
        for kind, text in EXPORTS:
            menu.addAction(text, partial(exporter.ask, kind))
