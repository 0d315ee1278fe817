"""What the page says before anything is shown: what to click first."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.theme import UNIT, current, signals
from gui.translation import tr
from gui.widgets.canvas import Canvas
from gui.widgets.labels import label
from gui.widgets.uniform_colours import task_colour

WHAT = tr(
    "Two skills are known and the wanted task is a mixture of theirs. Who composes them without learning, and when "
    "does each way fail? Paint a board, move the mixture, and watch every method's policy, value and regret change; or "
    "follow an arm and a ball whose skills were learned."
)


class _Emblem(QWidget):
    """Two skills' ways and the one between them."""

    def __init__(self) -> None:
        super().__init__()
        signals().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        unit = self.fontMetrics().height()
        return QSize(14 * unit, 8 * unit)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        canvas = Canvas(painter, current(), self.font())
        unit, area = canvas.unit, QRectF(self.rect()).adjusted(8, 8, -8, -8)
        start = QPointF(area.left() + unit, area.bottom() - unit)
        spots = (area.topLeft() + QPointF(unit, unit), area.bottomRight() - QPointF(unit, unit),
                 area.topRight() + QPointF(-unit, unit))  # fmt: skip
        for spot, colour in zip(spots, (0, 1, 2), strict=True):
            painter.setPen(canvas.pen(task_colour(current(), colour), 2, 1, (4.0, 3.0) if colour < 2 else ()))
            painter.drawLine(start, spot)
            painter.setBrush(canvas.colour(task_colour(current(), colour), 0.25))
            painter.drawEllipse(spot, 0.8 * unit, 0.8 * unit)
        painter.setBrush(canvas.colour(current().text))
        painter.drawEllipse(start, 0.3 * unit, 0.3 * unit)
        painter.end()


class Welcome(QWidget):
    """Three buttons: a board that answers at once, the near-exact plane, and a learned example (``has_example``)."""

    board_clicked = Signal()
    plane_clicked = Signal()
    example_clicked = Signal()

    def __init__(self, example: bool) -> None:
        super().__init__()
        self.title = label(tr("Compose two skills"), "title")
        self.text = label(WHAT, "muted")
        self.text.setWordWrap(True)
        self.text.setFixedWidth(self.fontMetrics().averageCharWidth() * 80)
        self.text.setMinimumHeight(4 * self.fontMetrics().lineSpacing())
        self.board = QPushButton(tr("Open the tricky board"))
        self.board.setProperty("role", "primary")
        self.plane = QPushButton(tr("Solve the plane"))
        self.example = QPushButton(tr("Open the learned arm"))
        self.has_example = example
        self.example.setVisible(example)
        self.board.clicked.connect(self.board_clicked)
        self.plane.clicked.connect(self.plane_clicked)
        self.example.clicked.connect(self.example_clicked)
        row = QHBoxLayout()
        row.setSpacing(UNIT)
        row.addStretch(1)
        for button in (self.board, self.plane, self.example):
            row.addWidget(button)
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

    def set_waiting(self, waiting: bool) -> None:
        """Say that the engine is at work."""
        self.title.setText(tr("The engine prepares the world…") if waiting else tr("Compose two skills"))
        for button in (self.board, self.plane, self.example):
            button.setEnabled(not waiting)
