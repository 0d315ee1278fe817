"""What the page says before there is a write: what to click first."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.labels import label

TITLE = tr("Store patterns, damage them, get them back")
WHAT = tr(
    "A few gradient steps on the weights of a network store a handful of patterns in it; a few gradient steps on a "
    "damaged query get one back. Write, damage with the mouse, read, and follow every step of both. Beside each error "
    "stand its two controls: the same query read with a memory of other patterns, and a twin that never writes."
)
SOURCE = tr(
    "Bartunov, Rae, Osindero and Lillicrap 2020, Meta-Learning Deep Energy-Based Memory Models, arXiv 1910.02720. "
    "The paper's curves are not published as numbers: every figure here is ours."
)


class Welcome(QWidget):
    """Two buttons: write into a trained memory, or train one."""

    run_clicked = Signal()
    train_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.title, text, source = label(TITLE, "title"), label(WHAT, "muted"), label(SOURCE, "small")
        self.run, self.train = QPushButton(tr("Write examples")), QPushButton(tr("Train a memory…"))
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
        for words in (self.title, text, source):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            words.setWordWrap(True)
            words.setFixedWidth(self.fontMetrics().averageCharWidth() * 84)
            words.setMinimumHeight(words.heightForWidth(words.width()) + UNIT)
            layout.addWidget(words, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addLayout(row)
        layout.addStretch(3)
        self.show_source("")

    def show_source(self, title: str) -> None:
        """Name the memory on the first button; without one, training is what to click."""
        self.run.setText(tr("Write into {title}", title=title) if title else tr("Write examples"))
        self.run.setVisible(bool(title))
        for button, primary in ((self.run, bool(title)), (self.train, not title)):
            button.setProperty("role", "primary" if primary else "")
            button.style().unpolish(button)
            button.style().polish(button)

    def set_waiting(self, waiting: bool) -> None:
        """Say that the engine opens the memory."""
        self.title.setText(tr("Preparing…") if waiting else TITLE)
        self.run.setEnabled(not waiting)
        self.train.setEnabled(not waiting)
