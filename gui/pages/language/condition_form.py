"""The part of the set-up that says how the game is put to the model."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QVBoxLayout, QWidget

from gui.pages.language.setup import CONDITIONS, Condition
from gui.theme import UNIT
from gui.widgets.labels import label
from gui.widgets.numbers import NumberBox

HISTORIES = (("full", "everything so far"), ("window", "the last trials"), ("summary", "the newest summary alone"))
WORDINGS = (
    ("paper", "as in the study"),
    ("sentences", "whole sentences"),
    ("compact", "as few tokens as possible"),
    ("opaque", "invented words"),
)
ANSWERS = (("auto", "as suits the model"), ("free", "free text"), ("json", "strict, JSON by schema"),
           ("legal", "strict, legal actions alone"))  # fmt: skip


class ConditionForm(QWidget):
    """The study's conditions by name, and every knob they set."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._quiet = False
        self.preset = QComboBox()
        for name, (title, _) in CONDITIONS.items():
            self.preset.addItem(title, name)
        self.preset.addItem("Own condition", "")
        self.preset.setAccessibleName("Condition")
        self.prior, self.summary = QCheckBox("Prior knowledge told"), QCheckBox("Summary")
        self.prior.setToolTip("The range of rewards, the three pairs of potions, and that nothing is random")
        self.structured, self.changing = QCheckBox("in two sections"), QCheckBox("Chemistry replaced")
        self.changing.setToolTip("Another chemistry holds from this trial on; nothing tells the model")
        self.every, self.window = self._number("Trials between summaries", 1, 100), self._number("Trials shown", 1, 100)
        self.change = self._number("Trial of the change", 2, 100)
        self.every.setPrefix("every ")
        self.every.setSuffix(" trials")
        self.change.setPrefix("at trial ")
        self.trials, self.steps = self._number("Trials", 1, 100), self._number("Steps of a trial", 1, 20)
        self.history = self._choice("History shown again", HISTORIES)
        self.wording, self.answers = self._choice("Wording", WORDINGS), self._choice("Answers", ANSWERS)
        grid = QGridLayout()
        grid.setHorizontalSpacing(UNIT)
        grid.setVerticalSpacing(UNIT)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, 21 * UNIT)
        rows = (
            (self.prior, None),
            (self.summary, self.every),
            (None, self.structured),
            (label("History"), self.history),
            (label("Trials shown"), self.window),
            (self.changing, self.change),
            (label("Trials"), self.trials),
            (label("Most steps"), self.steps),
            (label("Wording"), self.wording),
            (label("Answers"), self.answers),
        )
        for row, (left, right) in enumerate(rows):
            if left is not None:
                grid.addWidget(left, row, 0, 1, 1 if right is not None else 2)
            if right is not None:
                grid.addWidget(right, row, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * UNIT)
        layout.addWidget(self.preset)
        layout.addLayout(grid)
        layout.addStretch(1)
        self.preset.activated.connect(self._on_preset)
        for box in (self.prior, self.summary, self.structured, self.changing):
            box.toggled.connect(self._on_changed)
        self.show_condition(Condition().named("summary"))

    def _number(self, name: str, low: int, high: int) -> NumberBox:
        box = NumberBox()
        box.setRange(low, high)
        box.setAccessibleName(name)
        box.valueChanged.connect(self._on_changed)
        return box

    def _choice(self, name: str, rows: tuple[tuple[str, str], ...]) -> QComboBox:
        box = QComboBox()
        for value, title in rows:
            box.addItem(title, value)
        box.setAccessibleName(name)
        box.currentIndexChanged.connect(self._on_changed)
        return box

    @Slot()
    def _on_preset(self) -> None:
        name = str(self.preset.currentData())
        if name:
            self.show_condition(self.condition.named(name))

    @Slot()
    def _on_changed(self) -> None:
        if self._quiet:
            return
        self._enable()
        self.preset.setCurrentIndex(self.preset.findData(self.condition.name))
        self.changed.emit()

    def _enable(self) -> None:
        summary = self.summary.isChecked()
        for widget in (self.every, self.structured):
            widget.setEnabled(summary)
        self.window.setEnabled(self.history.currentData() == "window")
        self.change.setEnabled(self.changing.isChecked())

    @property
    def condition(self) -> Condition:
        """What is chosen."""
        return Condition(
            prior=self.prior.isChecked(),
            summary=self.summary.isChecked(),
            summary_every=self.every.value(),
            structured=self.structured.isChecked(),
            history=str(self.history.currentData()),
            window=self.window.value(),
            change=self.change.value() if self.changing.isChecked() else 0,
            trials=self.trials.value(),
            steps=self.steps.value(),
            wording=str(self.wording.currentData()),
            answers=str(self.answers.currentData()),
        )

    def show_condition(self, condition: Condition) -> None:
        """Show a choice."""
        self._quiet = True
        self.prior.setChecked(condition.prior)
        self.summary.setChecked(condition.summary)
        self.every.setValue(condition.summary_every)
        self.structured.setChecked(condition.structured)
        self.history.setCurrentIndex(max(self.history.findData(condition.history), 0))
        self.window.setValue(condition.window)
        self.changing.setChecked(bool(condition.change))
        self.change.setValue(condition.change or 11)
        self.trials.setValue(condition.trials)
        self.steps.setValue(condition.steps)
        self.wording.setCurrentIndex(max(self.wording.findData(condition.wording), 0))
        self.answers.setCurrentIndex(max(self.answers.findData(condition.answers), 0))
        self._quiet = False
        self._on_changed()
