"""The bar above the pictures: open, teach, compare, export, and where the run stands."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QMenu, QPushButton

from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.flow import Flow
from gui.widgets.icon import set_icon
from gui.widgets.labels import ElidedLabel


class Toolbar(QFrame):
    """``open_button`` and ``export_button`` have menus that the page fills; ``words`` says what is shown."""

    lesson_clicked = Signal()
    language_clicked = Signal()
    omniglot_clicked = Signal()
    stop_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.open_button = self._button(tr("Open"), tr("Open a run of the Hebbian softmax"), "folder")
        self.lesson = self._button(tr("Teach"), tr("Begin a lesson: teach both twins a sentence (Ctrl+N)"), "speech")
        self.language = self._button(tr("Compare…"), tr("Train language models side by side on a text"), "curve")
        self.omniglot = self._button(tr("Late characters"), tr("Characters that arrive late, quick settings"), "spark")
        self.stop = self._button(tr("Stop"), tr("Stop the run that is shown; what it has recorded is kept"), "stop")
        self.export_button = self._button(tr("Export"), tr("Pictures, tables and lines of Python"), "export")
        for button in (self.open_button, self.export_button):
            button.setMenu(QMenu(button))
        self.lesson.clicked.connect(self.lesson_clicked)
        self.language.clicked.connect(self.language_clicked)
        self.omniglot.clicked.connect(self.omniglot_clicked)
        self.stop.clicked.connect(self.stop_clicked)
        self.words = ElidedLabel("", "small")
        layout = Flow(self)
        layout.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        layout.setSpacing(UNIT)
        for widget in (self.open_button, self.lesson, self.language, self.omniglot):
            layout.addWidget(widget)
        layout.addWidget(self.words, 1)
        for widget in (self.stop, self.export_button):
            layout.addWidget(widget)
        self.stop.hide()

    def _button(self, text: str, hint: str, icon: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(hint)
        set_icon(button, icon, 2 * UNIT)
        return button
