"""Small dialogs of the page: another word, another input, which networks to measure, what to train."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGridLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.labels import label
from gui.widgets.scaling import slots_words

ROW = 16  # inputs in a row of the input dialog
DURATIONS = {"quick": tr("quick, 2 to 10 minutes on one core"), "paper": tr("paper, as published, days on a GPU")}


class _Dialog(QDialog):
    """Title, one sentence, content, and a button that says what happens."""

    def __init__(self, parent: QWidget, title: str, text: str, button: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        words = label(text, "muted")
        words.setWordWrap(True)
        words.setMinimumWidth(44 * UNIT)
        self.content = QVBoxLayout()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.go = buttons.addButton(button, QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setProperty("role", "primary")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, 2 * UNIT)
        layout.setSpacing(2 * UNIT)
        layout.addWidget(words)
        layout.addLayout(self.content)
        layout.addWidget(buttons)


class WordDialog(_Dialog):
    """What to put into a slot: the word of another slot, zeros, the word turned round, or noise of the same size."""

    def __init__(
        self, parent: QWidget, slot: int, own: NDArray[np.float32], slots: NDArray[np.int64], words: NDArray[np.float32]
    ) -> None:
        super().__init__(
            parent,
            tr("Overwrite word"),
            tr("What slot {slot:,} holds from the cursor on", slot=slot),
            tr("Overwrite and branch"),
        )
        self.choice = QComboBox()
        self.choice.setAccessibleName(tr("New word"))
        noise = np.random.default_rng(slot).standard_normal(len(own)).astype(np.float32)
        size = float(np.linalg.norm(own)) or 1.0
        self._words = [-own, np.zeros_like(own), noise / np.linalg.norm(noise) * size]
        self.choice.addItems([tr("The word with its sign turned"), tr("Zeros"), tr("Noise of the same length")])
        for other, word in zip(slots.tolist(), words, strict=True):
            if other != slot:
                self.choice.addItem(tr("The word of slot {other:,}", other=other))
                self._words.append(word)
        self.content.addWidget(self.choice)

    def word(self) -> NDArray[np.float32]:
        """The chosen word."""
        return self._words[self.choice.currentIndex()]


class InputDialog(_Dialog):
    """One button a value of the input; pressed is 1. Values that are neither 0 nor 1 stay until they are clicked."""

    def __init__(self, parent: QWidget, step: int, values: NDArray[np.float32]) -> None:
        text = tr("What the network is shown at step {step}; a pressed button is a 1", step=step)
        super().__init__(parent, tr("Change input"), text, tr("Change and branch"))
        grid = QGridLayout()
        grid.setSpacing(UNIT // 2)
        self._values = [round(value, 6) for value in values.tolist()]
        self.buttons = []
        for k, value in enumerate(self._values):
            button = QPushButton(f"{value:g}" if value in (0, 1) else f"{value:.1f}")
            button.setCheckable(True)
            button.setChecked(value >= 0.5)
            button.setFixedWidth(4 * UNIT)
            button.setAccessibleName(tr("Input {k}", k=k))
            button.toggled.connect(partial(self._on_toggled, k))
            grid.addWidget(button, k // ROW, k % ROW)
            self.buttons.append(button)
        self.content.addLayout(grid)

    def _on_toggled(self, k: int, pressed: bool) -> None:
        self._values[k] = float(pressed)
        self.buttons[k].setText("1" if pressed else "0")

    def bits(self) -> list[float]:
        """All values, those that were clicked as 0 or 1."""
        return self._values


class ScalingDialog(_Dialog):
    """Which networks to time, and up to how many slots."""

    def __init__(self, parent: QWidget, models: list[str]) -> None:
        text = tr(
            "Times one step forward and backward and counts bytes, from 64 slots up. Dense networks stop where they no "
            "longer fit and are extrapolated from there."
        )
        super().__init__(parent, tr("Measure cost against slots"), text, tr("Measure"))
        self.boxes = {}
        for model in models:
            box = QCheckBox(model.upper())
            box.setChecked(model in ("ntm", "sam"))
            self.boxes[model] = box
            self.content.addWidget(box)
        self.most = QComboBox()
        self.most.setAccessibleName(tr("Largest memory"))
        for power in (12, 16, 20):
            self.most.addItem(tr("up to {power} slots", power=slots_words(1 << power)), 1 << power)
        self.most.setCurrentIndex(2)
        self.content.addWidget(self.most)

    @property
    def models(self) -> list[str]:
        """The chosen networks."""
        return [model for model, box in self.boxes.items() if box.isChecked()]


class TrainDialog(_Dialog):
    """Which network learns which task."""

    def __init__(self, parent: QWidget, models: list[str], tasks: list[str], presets: list[str]) -> None:
        super().__init__(
            parent,
            tr("Train a network"),
            tr("It learns in the background; watch its curves and traces here"),
            tr("Train"),
        )
        self.model, self.task, self.preset = QComboBox(), QComboBox(), QComboBox()
        form = QFormLayout()
        for box, name, items in (
            (self.model, tr("Network"), models),
            (self.task, tr("Task"), tasks),
            (self.preset, tr("Preset"), presets),
        ):
            for item in items:
                words = item.upper() if box is self.model else DURATIONS.get(item, item)
                box.addItem(words, item)
            box.setAccessibleName(name)
            form.addRow(name, box)
        self.model.setCurrentIndex(max(self.model.findData("sam"), 0))
        self.task.setCurrentIndex(max(self.task.findData("recall"), 0))
        self.content.addLayout(form)
