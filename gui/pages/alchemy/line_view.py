"""One line on screen: its bench and its cube, side by side or one above the other."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter

from gui.translation import tr
from gui.widgets.bench import Bench
from gui.widgets.cube import Cube


class LineView(QSplitter):
    """Bench and cube of one line; ``title`` goes into the bench's heading where two lines are shown."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self.bench, self.cube = Bench(), Cube()
        self.addWidget(self.bench)
        self.addWidget(self.cube)
        self.setStretchFactor(0, 4)
        self.setStretchFactor(1, 6)

    def stack(self, stacked: bool) -> None:
        """Put the cube below the bench, or beside it."""
        self.setOrientation(Qt.Orientation.Vertical if stacked else Qt.Orientation.Horizontal)
        self.cube.set_rows(13 if stacked else Cube.rows)
        self.setSizes([450, 550] if stacked else [410, 590])

    def set_title(self, title: str) -> None:
        """Head the bench with whose it is; with nothing where one line is shown."""
        heading = title or tr("Bench")
        if heading != self.bench.heading:
            self.bench.heading = heading
            self.bench.setAccessibleName(tr("Bench, {title}", title=title) if title else tr("Bench"))
            self.bench.update()
