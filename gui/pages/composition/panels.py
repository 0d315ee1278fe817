"""The pictures of the page and how they share the room."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter

from gui.translation import tr
from gui.widgets.fields import Fields
from gui.widgets.learning import Learning
from gui.widgets.mixture_curves import MixtureCurves
from gui.widgets.paths import Paths
from gui.widgets.regret_bars import RegretBars


class Panels(QSplitter):
    """Runs (bodies and plane), heat maps of all methods, and at the right curves and regret."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self.paths, self.fields = Paths(), Fields()
        self.curves, self.bars, self.learning = MixtureCurves(), RegretBars(), Learning()
        self.side = QSplitter(Qt.Orientation.Vertical)
        self.side.setChildrenCollapsible(False)
        self.side.setHandleWidth(1)
        for picture in (self.curves, self.learning, self.bars):
            self.side.addWidget(picture)
        self.side.setSizes([250, 250, 250])
        for part in (self.paths, self.fields, self.side):
            self.addWidget(part)
        self.setSizes([380, 560, 330])
        self.fields.set_message(tr("Solving…"))
        self.paths.set_message(tr("Runs appear at the first look at the policies"))
        self.curves.set_message(tr("The curves follow in a moment"))
        self.learning.set_message(tr("Curves appear at the first look at the policies"))
        self.bars.set_message(tr("No regret is known yet"))

    def show_kind(self, *, board: bool, learned: bool, mapped: bool) -> None:
        """Lay out for a board, for the plane, or for a body that learns."""
        self.paths.setVisible(not board)
        self.fields.setVisible(mapped or board)
        self.curves.setVisible(board)
        self.learning.setVisible(learned)

    def save_state(self) -> dict[str, Any]:
        """Sizes of the parts, where all of them are seen."""
        sizes = self.sizes()
        return {"across": sizes} if all(sizes) else {}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Take back sizes."""
        sizes = state.get("across")
        if isinstance(sizes, list) and len(sizes) == self.count() and all(isinstance(n, int) for n in sizes):
            self.setSizes(sizes)
