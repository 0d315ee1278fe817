"""What the page says before there is an episode: what to click first."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.theme import UNIT, current, signals
from gui.translation import tr
from gui.widgets.canvas import Canvas
from gui.widgets.labels import label
from gui.widgets.world_shapes import Frame, circle, polyline, trial_colour

WHAT = tr(
    "A platform hides under water. A policy with a memory searches once and then swims straight back, wherever it "
    "is thrown; without one it searches every time. Watch it from above and from inside, move the platform, wipe the "
    "memory."
)


class _Emblem(QWidget):
    """A small pool: a long search, then straight ways back."""

    def __init__(self) -> None:
        super().__init__()
        signals().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        unit = self.fontMetrics().height()
        return QSize(11 * unit, 11 * unit)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        canvas, theme = Canvas(painter, current(), self.font()), current()
        frame = Frame.fit(QRectF(self.rect()), -1.05, 1.05, -1.05, 1.05)
        circle(canvas, frame, 0, 0, 1.0, fill=theme.raised, line=theme.border, width=2.0)
        angle = np.linspace(-2.2, 2.6, 60)
        radius = np.linspace(0.15, 0.62, 60)
        polyline(
            canvas, frame, np.stack((radius * np.cos(angle), radius * np.sin(angle)), 1), trial_colour(canvas, 0), 2
        )
        for trial, start in enumerate(((0.8, -0.2), (0.2, -0.85), (-0.85, -0.2)), 1):
            polyline(canvas, frame, np.array([start, (-0.5, 0.32)]), trial_colour(canvas, 2 * trial), 2)
        circle(canvas, frame, -0.5, 0.32, 0.28, line=theme.text, width=1.4, dash=(4.0, 3.0))
        painter.end()


class Welcome(QWidget):
    """Two buttons: watch a trained policy, or train one. ``set_waiting`` while the engine opens it."""

    run_clicked = Signal()
    train_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.title = label(tr("See a policy remember"), "title")
        self.text = label(WHAT, "muted")
        self.text.setWordWrap(True)
        self.text.setFixedWidth(self.fontMetrics().averageCharWidth() * 80)
        self.text.setMinimumHeight(4 * self.fontMetrics().lineSpacing())
        self.run, self.train = QPushButton(tr("Run")), QPushButton(tr("Train a policy…"))
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
        """Name the policy on the first button; without one, training is what to click."""
        self.run.setText(tr("Run {title}", title=title) if title else tr("Run"))
        self.run.setVisible(bool(title))
        for button, primary in ((self.run, bool(title)), (self.train, not title)):
            button.setProperty("role", "primary" if primary else "")
            button.style().unpolish(button)
            button.style().polish(button)

    def set_waiting(self, waiting: bool) -> None:
        """Say that the engine opens the policy."""
        self.title.setText(tr("Preparing…") if waiting else tr("See a policy remember"))
        self.run.setEnabled(not waiting)
        self.train.setEnabled(not waiting)
