"""The part of the set-up that says how the game is put to the model."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QVBoxLayout, QWidget

from gui.pages.language.setup import CONDITIONS, Condition
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.labels import label
from gui.widgets.numbers import NumberBox

HISTORIES = (
    ("full", tr("everything so far")),
    ("window", tr("the last trials")),
    ("summary", tr("the newest summary alone")),
)
WORDINGS = (
    ("paper", tr("as in the study")),
    ("sentences", tr("whole sentences")),
    ("compact", tr("as few tokens as possible")),
    ("opaque", tr("invented words")),
)
ANSWERS = (("auto", tr("as suits the model")), ("free", tr("free text")), ("json", tr("strict, JSON by schema")),
           ("legal", tr("strict, legal actions alone")))  # fmt: skip


class ConditionForm(QWidget):
    """The study's conditions by name, and every knob they set."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._quiet = False
        self.preset = QComboBox()
        for name, (title, _) in CONDITIONS.items():
            self.preset.addItem(title, name)
        self.preset.addItem(tr("Own condition"), "")
        self.preset.setAccessibleName(tr("Condition"))
        self.prior, self.summary = QCheckBox(tr("Prior knowledge told")), QCheckBox(tr("Summary"))
        self.prior.setToolTip(tr("The range of rewards, the three pairs of potions, and that nothing is random"))
        self.structured, self.changing = QCheckBox(tr("in two sections")), QCheckBox(tr("Chemistry replaced"))
        self.changing.setToolTip(tr("Another chemistry holds from this trial on; nothing tells the model"))
        self.every, self.window = (
            self._number(tr("Trials between summaries"), 1, 100),
            self._number(tr("Trials shown"), 1, 100),
        )
        self.change = self._number(tr("Trial of the change"), 2, 100)
        self.every.setPrefix(tr("every "))
        self.every.setSuffix(tr(" trials"))
        self.change.setPrefix(tr("at trial "))
        self.trials, self.steps = self._number(tr("Trials"), 1, 100), self._number(tr("Steps of a trial"), 1, 20)
        self.history = self._choice(tr("History shown again"), HISTORIES)
        self.wording, self.answers = self._choice(tr("Wording"), WORDINGS), self._choice(tr("Answers"), ANSWERS)
        grid = QGridLayout()
        grid.setHorizontalSpacing(UNIT)
        grid.setVerticalSpacing(UNIT)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, 21 * UNIT)
        rows = (
            (self.prior, None),
            (self.summary, self.every),
            (None, self.structured),
            (label(tr("History")), self.history),
            (label(tr("Trials shown")), self.window),
            (self.changing, self.change),
            (label(tr("Trials")), self.trials),
            (label(tr("Most steps")), self.steps),
            (label(tr("Wording")), self.wording),
            (label(tr("Answers")), self.answers),
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
