"""Type a sentence, choose how often, teach; or ask what both expect next."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton

from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.icon import set_icon
from gui.widgets.numbers import NumberBox

EXAMPLE = tr("the people of florinia thank the congress")


class LessonBar(QFrame):
    """``taught`` carries sentence and repetitions, ``asked`` the words so far, ``forgotten`` puts both twins back."""

    taught = Signal(str, int)
    asked = Signal(str)
    forgotten = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.text = QLineEdit(EXAMPLE)
        self.text.setAccessibleName(tr("Your sentence"))
        self.text.setPlaceholderText(tr("Type a sentence; words may be invented"))
        self.text.setMaxLength(2000)
        self.repeat = NumberBox()
        self.repeat.setRange(1, 50)
        self.repeat.setValue(3)
        self.repeat.setSuffix(tr(" times"))
        self.repeat.setAccessibleName(tr("Repetitions"))
        self.repeat.setToolTip(tr("How often both twins learn from the sentence"))
        self.teach = QPushButton(tr("Teach"))
        self.teach.setProperty("role", "primary")
        self.teach.setToolTip(tr("Both read the sentence and learn from it (Enter)"))
        self.ask = QPushButton(tr("Ask"))
        self.ask.setToolTip(tr("What both expect after these words; nobody learns (Ctrl+Enter)"))
        self.forget = QPushButton(tr("Forget"))
        self.forget.setToolTip(tr("Put both twins back to how they were"))
        set_icon(self.teach, "play", 2 * UNIT, "accent_text")
        set_icon(self.ask, "search", 2 * UNIT)
        set_icon(self.forget, "undo", 2 * UNIT)
        row = QHBoxLayout(self)
        row.setContentsMargins(UNIT, UNIT // 2, UNIT, UNIT // 2)
        row.setSpacing(UNIT)
        row.addWidget(self.text, 1)
        for widget in (self.repeat, self.teach, self.ask, self.forget):
            row.addWidget(widget)
        self.text.returnPressed.connect(self.say_teach)
        self.teach.clicked.connect(self.say_teach)
        self.ask.clicked.connect(self.say_ask)
        self.forget.clicked.connect(self.forgotten)
        self.text.textChanged.connect(self._on_text)

    @Slot()
    def say_teach(self) -> None:
        """Teach what stands here."""
        if self.text.text().strip():
            self.taught.emit(self.text.text(), self.repeat.value())

    @Slot()
    def say_ask(self) -> None:
        """Ask about what stands here."""
        self.asked.emit(self.text.text())

    @Slot(str)
    def _on_text(self, text: str) -> None:
        self.teach.setEnabled(bool(text.strip()))
