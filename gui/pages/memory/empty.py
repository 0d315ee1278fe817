"""What the page says before there is a trace: what to click first."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.theme import UNIT, current, signals
from gui.translation import tr
from gui.widgets.access_colours import read_colour, write_colour
from gui.widgets.canvas import Canvas
from gui.widgets.labels import label
from gui.widgets.provenance import Arc, Grid, Marks, draw_marks
from gui.widgets.step_range import StepRange

CELLS = 14
WHAT = tr(
    "Every write and every read of its memory on one time axis. Point at a read to see which step wrote that word and "
    "from which input; clear a slot to see what the network would have answered without it."
)
WHY_WAIT = tr(
    "The engine opens the network. Only the first time on a computer it also compiles the steps of the memory, which "
    "takes some twenty seconds; after that a network opens at once."
)


class _Emblem(QWidget):
    """A small memory: written along the diagonal, one word read at the end."""

    def __init__(self) -> None:
        super().__init__()
        signals().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        unit = self.fontMetrics().height()
        return QSize(20 * unit, 8 * unit)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        canvas = Canvas(painter, current(), self.font())
        plot = QRectF(self.rect()).adjusted(4, 4, -4, -4)
        grid = Grid(plot, StepRange(0, CELLS), 0, plot.height() / 6)
        random = np.random.default_rng(4)
        for step in range(CELLS):
            for row in range(6):
                cell = grid.cell(step, row).adjusted(1, 1, -1, -1)
                canvas.fill(cell, current().track, 2, 0.55)
                if step // 2 == row and step < 12:
                    canvas.fill(cell, write_colour(current()), 2, 0.9 if step % 2 == 0 else 0.45)
                elif row < step // 2 and random.random() < 0.2:
                    canvas.fill(cell, read_colour(current()), 2, 0.15 + 0.3 * random.random())
        canvas.fill(grid.cell(13, 3).adjusted(1, 1, -1, -1), read_colour(current()), 2)
        draw_marks(canvas, grid, Marks(arcs=(Arc(3, 6, 13, 1.0, True),)))
        painter.end()


class Welcome(QWidget):
    """Two buttons: watch a trained network, or train one. ``set_waiting`` while the engine opens the network."""

    run_clicked = Signal()
    train_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.title = label(tr("See a network remember"), "title")
        self.text = label(WHAT, "muted")
        self.text.setWordWrap(True)
        self.text.setFixedWidth(self.fontMetrics().averageCharWidth() * 80)
        self.text.setMinimumHeight(4 * self.fontMetrics().lineSpacing())
        self.run, self.train = QPushButton(tr("Run")), QPushButton(tr("Train a network…"))
        self.run.clicked.connect(self.run_clicked)
        self.train.clicked.connect(self.train_clicked)
        row = QHBoxLayout()
        row.setSpacing(UNIT)
        row.addStretch(1)
        row.addWidget(self.run)
        row.addWidget(self.train)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setSpacing(2 * UNIT)
        layout.addStretch(2)
        for widget in (_Emblem(), self.title, self.text):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        for words in (self.title, self.text):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout.addLayout(row)
        layout.addStretch(3)
        self.show_source("")

    def show_source(self, title: str) -> None:
        """Name the network on the first button; without one, training is what to click."""
        self.run.setText(tr("Run {title}", title=title) if title else tr("Run"))
        self.run.setVisible(bool(title))
        for button, primary in ((self.run, bool(title)), (self.train, not title)):
            button.setProperty("role", "primary" if primary else "")
            button.style().unpolish(button)
            button.style().polish(button)

    def set_waiting(self, waiting: bool) -> None:
        """Say that the engine opens the network, and why that may take a while."""
        self.title.setText(tr("Preparing…") if waiting else tr("See a network remember"))
        self.text.setText(WHY_WAIT if waiting else WHAT)
        self.run.setEnabled(not waiting)
        self.train.setEnabled(not waiting)
