"""What the page says before there is a record: what to click first."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.labels import label


class Welcome(QWidget):
    """Buttons: teach the twins a word, compare language models, let characters arrive, and finished examples of both.

    ``example_clicked`` carries the folder's name under assets/examples.
    """

    lesson_clicked = Signal()
    language_clicked = Signal()
    omniglot_clicked = Signal()
    example_clicked = Signal(str)

    def __init__(self, examples: dict[str, str]) -> None:
        """``examples``: name of the folder -> words on its button."""
        super().__init__()
        self.title = label(tr("Teach two networks a word"), "title")
        self.text = label(
            tr(
                "Two language models learned the same text. Both now read your sentence again and again; in one of "
                "them "
                "the output row of a rare word is overwritten by the activation that preceded it, in the other "
                "gradient "
                "descent has to do it alone. Invent a word and see how often each has to read it."
            ),
            "muted",
        )
        self.text.setWordWrap(True)
        self.text.setFixedWidth(self.fontMetrics().averageCharWidth() * 80)
        self.text.setMinimumHeight(5 * self.fontMetrics().lineSpacing())
        self.lesson = QPushButton(tr("Teach a sentence"))
        self.lesson.setProperty("role", "primary")
        self.language, self.omniglot = QPushButton(tr("Compare language models…")), QPushButton(tr("Late characters"))
        self.language.setToolTip(tr("Train three language models side by side and watch rows being overwritten"))
        self.omniglot.setToolTip(tr("Characters of Omniglot that arrive late, some seconds (Omniglot is needed)"))
        self.lesson.setToolTip(tr("The twins that come with the program, ready at once"))
        self.lesson.clicked.connect(self.lesson_clicked)
        self.language.clicked.connect(self.language_clicked)
        self.omniglot.clicked.connect(self.omniglot_clicked)
        row = QHBoxLayout()
        row.setSpacing(UNIT)
        row.addStretch(1)
        for button in (self.lesson, self.language, self.omniglot):
            row.addWidget(button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setSpacing(2 * UNIT)
        layout.addStretch(2)
        for words in (self.title, self.text):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(words, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addLayout(row)
        below = QHBoxLayout()
        below.setSpacing(UNIT)
        below.addStretch(1)
        self.examples = {name: QPushButton(words) for name, words in examples.items()}
        for name, button in self.examples.items():
            button.setToolTip(tr("A finished run that comes with the program"))
            button.clicked.connect(partial(self.example_clicked.emit, name))
            below.addWidget(button)
        below.addStretch(1)
        layout.addLayout(below)
        layout.addStretch(3)

    def set_waiting(self, words: str) -> None:
        """Say what is being opened; "" for nothing."""
        self.title.setText(words or tr("Teach two networks a word"))
        for button in (self.lesson, self.language, self.omniglot, *self.examples.values()):
            button.setEnabled(not words)
