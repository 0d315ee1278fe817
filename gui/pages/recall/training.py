"""Trainings started from the page, and the dialog that asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout

from engine.errors import BadInput
from engine.service.jobs import Job
from gui.pages.recall.session import TRAIN
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.labels import label
from gui.widgets.learning import Curve, LearningState
from gui.widgets.numbers import NumberBox
from gui.words import amount

if TYPE_CHECKING:
    from engine.runs import Record
    from gui.pages.recall.page import RecallPage

CURVES = ("error in training", "error in training, unwritten", "gradient norm", "gamma 1")


class TrainDialog(QDialog):
    """Which preset, how large a memory, how many patterns."""

    def __init__(self, parent: RecallPage) -> None:
        super().__init__(parent)
        from engine.experiments.catalogue import EXPERIMENTS

        self.setWindowTitle(tr("Train a memory"))
        words = label(
            tr(
                "Meta-training learns how to write and how to read, on classes that are never examined. The quick "
                "preset "
                "takes about a minute and a half of one processor core."
            ),
            "muted",
        )
        words.setWordWrap(True)
        words.setMinimumWidth(48 * UNIT)
        self.preset, self.floats, self.patterns = QComboBox(), NumberBox(), NumberBox()
        for name in EXPERIMENTS[TRAIN].presets:
            self.preset.addItem(name)
        self.floats.setRange(0, 10_000_000)
        self.floats.setSpecialValueText(tr("as in the preset"))
        self.floats.setSuffix(tr(" floats"))
        self.patterns.setRange(0, 1024)
        self.patterns.setSpecialValueText(tr("as in the preset"))
        self.patterns.setSuffix(tr(" patterns"))
        form = QFormLayout()
        for title, box in (
            (tr("Preset"), self.preset),
            (tr("Memory"), self.floats),
            (tr("Written together"), self.patterns),
        ):
            box.setAccessibleName(title)
            form.addRow(title, box)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(tr("Train"), QDialogButtonBox.ButtonRole.AcceptRole).setProperty("role", "primary")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, 2 * UNIT)
        layout.setSpacing(2 * UNIT)
        layout.addWidget(words)
        layout.addLayout(form)
        layout.addWidget(buttons)


class Training(QObject):
    """Submits trainings and opens their record as soon as there is one."""

    def __init__(self, page: RecallPage) -> None:
        super().__init__(page)
        self._page = page
        self._job = ""

    @Slot()
    def ask(self) -> None:
        """Let the person choose what to train."""
        dialog = TrainDialog(self._page)
        dialog.accepted.connect(
            lambda: self.train(dialog.preset.currentText(), dialog.floats.value(), dialog.patterns.value())
        )
        dialog.open()

    def train(self, preset: str, floats: int = 0, patterns: int = 0, seed: int = 0) -> None:
        """Train with a preset's settings (0: the preset's own) and show it as it learns."""
        from engine.experiments.catalogue import EXPERIMENTS

        settings = dict(EXPERIMENTS[TRAIN].presets.get(preset, {}))
        settings |= {key: value for key, value in (("floats", floats), ("patterns", patterns)) if value}
        if patterns and settings.get("fewest", 0) > patterns:
            settings["fewest"] = patterns
        workspace = self._page.workspace
        try:
            EXPERIMENTS[TRAIN].configuration_class().from_dict(settings)
        except BadInput as problem:
            workspace.show_error(str(problem), tr("Nothing was started"), tr("Choose other settings"))
            return
        words = tr("{value}, preset {preset}", value=settings.get("data", "digits"), preset=preset)
        self._job = workspace.engine.submit(
            Job(
                TRAIN,
                settings,
                seed,
                workspace.settings.device,
                preset,
                tr("Energy-based memory, {words}", words=words),
            )
        )
        workspace.toast(tr("The training begins"))

    def look(self) -> None:
        """Open the training run once it has a record."""
        if self._job and (state := self._page.workspace.engine.snapshot.job(self._job)) is not None:
            if state.record:
                self._page.open_record(state.record.replace("\\", "/").rsplit("/", 1)[-1])
            elif state.ended:
                self._page.workspace.show_error(
                    state.error or tr("The training {status}", status=state.status), tr("Nothing was kept"), ""
                )
            if state.record or state.ended:
                self._job = ""


def learning_state(record: Record) -> LearningState | None:
    """Curves of a training run and where it stands; None where it has none."""
    names = record.scalar_names()
    order = [name for name in CURVES if name in names]
    curves = []
    for name in order[:3]:
        steps, values = record.scalars(name)
        if len(steps):
            curves.append(Curve(name, len(steps), steps, values))
    status = record.status()
    words = status.status
    if status.status == "running" and status.total:
        words = tr("{done} of {total} {unit}", done=amount(status.done), total=amount(status.total), unit=status.unit)
    return LearningState(tuple(curves), words) if curves else None
