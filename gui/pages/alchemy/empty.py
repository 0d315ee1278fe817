"""What the page says before there is an episode: what to click first."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.theme import UNIT, current, signals
from gui.translation import tr
from gui.widgets.canvas import Canvas
from gui.widgets.labels import label
from gui.widgets.potion import draw_flask
from gui.widgets.stone import draw_stone


class _Emblem(QWidget):
    """A stone beside three potions."""

    def __init__(self) -> None:
        super().__init__()
        signals().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        unit = self.fontMetrics().height()
        return QSize(round(17.6 * unit), 5 * unit)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        canvas = Canvas(painter, current(), self.font())
        size = 0.7 * self.height()
        top = 0.15 * self.height()
        draw_stone(canvas, QPointF(0.5 * self.height(), 0.5 * self.height()), 0.4 * self.height(), (-1, 1, -1))
        for k, colour in enumerate((0, 3, 5)):
            x = 1.1 * self.height() + k * 0.8 * self.height()
            draw_flask(canvas, QRectF(x, top, 0.88 * size, size), colour)
        painter.end()


class Welcome(QWidget):
    """Buttons: play, watch, or watch a learned memory. ``set_waiting`` while the engine prepares an episode."""

    play_clicked = Signal()
    watch_clicked = Signal()
    example_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.title = label(tr("Turn stones into treasure"), "title")
        text = tr(
            "Three stones, twelve potions, a cauldron that pays. Which potion does what\n"
            "is hidden and new in every episode: find out in ten trials, or watch an agent find out"
        )
        self.text = label(text, "muted")
        self.play, self.watch = QPushButton(tr("Play it yourself")), QPushButton(tr("Watch the ideal observer"))
        self.example = QPushButton(tr("Watch a learned memory"))
        self.example.setToolTip(tr("A trained agent whose every remembered fact can be watched, and erased"))
        self.play.setProperty("role", "primary")
        self.play.clicked.connect(self.play_clicked)
        self.watch.clicked.connect(self.watch_clicked)
        self.example.clicked.connect(self.example_clicked)
        row = QHBoxLayout()
        row.setSpacing(UNIT)
        row.addStretch(1)
        row.addWidget(self.play)
        row.addWidget(self.watch)
        row.addWidget(self.example)
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

    def set_agent(self, title: str) -> None:
        """Name the agent on the second button."""
        self.watch.setText(tr("Watch the {what}", what=title[0].lower() + title[1:]))

    def set_waiting(self, waiting: bool) -> None:
        """Say that the engine prepares the episode."""
        self.title.setText(tr("Preparing the bench") if waiting else tr("Turn stones into treasure"))
        for button in (self.play, self.watch, self.example):
            button.setEnabled(not waiting)
