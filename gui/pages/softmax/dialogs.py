"""Which text to compare language models on, and how long."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.labels import label
from gui.widgets.numbers import NumberBox

TEXTS = (
    (tr("Speeches of presidents of the United States"), "speeches"),
    (tr("Twelve English novels"), "books"),
    ("WikiText-2", "wikitext-2"),
    ("WikiText-103", "wikitext-103"),
    (tr("Gutenberg, your own copy"), "gutenberg"),
)


class CompareDialog(QDialog):
    """``settings`` are those that the person chose; the rest is as in the preset rare-words."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Compare language models"))
        text = label(
            tr(
                "Three models learn the same text side by side: a plain softmax, one whose output rows have a tuned "
                "learning rate, and one with the Hebbian rule on top. 150,000 words take some minutes on one core."
            ),
            "muted",
        )
        text.setWordWrap(True)
        text.setMinimumWidth(52 * UNIT)
        self.corpus = QComboBox()
        for words, name in TEXTS:
            self.corpus.addItem(words, name)
        self.corpus.setAccessibleName(tr("Text"))
        browse = QPushButton(tr("Own file…"))
        browse.setToolTip(tr("A text file in UTF-8: its first eight tenths are learned, the rest validates and tests"))
        browse.clicked.connect(self.browse)
        choice = QHBoxLayout()
        choice.addWidget(self.corpus, 1)
        choice.addWidget(browse)
        self.words, self.epochs = NumberBox(), NumberBox()
        self.words.setRange(2_000, 100_000_000)
        self.words.setSingleStep(10_000)
        self.words.setValue(30_000)
        self.words.setSuffix(tr(" words"))
        self.words.setGroupSeparatorShown(True)
        self.epochs.setRange(1, 100)
        self.epochs.setValue(3)
        self.epochs.setSuffix(tr(" epochs"))
        form = QFormLayout()
        form.addRow(tr("Text"), choice)
        form.addRow(tr("Learn from"), self.words)
        form.addRow(tr("Times through"), self.epochs)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        go = buttons.addButton(tr("Compare"), QDialogButtonBox.ButtonRole.AcceptRole)
        go.setProperty("role", "primary")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, 2 * UNIT)
        layout.setSpacing(2 * UNIT)
        layout.addWidget(text)
        layout.addLayout(form)
        layout.addWidget(buttons)

    @Slot()
    def browse(self) -> None:
        """Choose one's own text."""
        file, _ = QFileDialog.getOpenFileName(self, tr("Open a text"), "", tr("Texts (*.txt *.tokens);;All files (*)"))
        if file:
            self.corpus.addItem(Path(file).name, file)
            self.corpus.setCurrentIndex(self.corpus.count() - 1)

    @property
    def settings(self) -> dict[str, Any]:
        return {"corpus": str(self.corpus.currentData()), "words": self.words.value(), "epochs": self.epochs.value()}
