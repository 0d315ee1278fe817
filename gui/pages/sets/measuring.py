"""Jobs of the page that run by themselves: measuring a network over many sets, or training one first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout

from engine.errors import BadInput
from engine.service.jobs import Job
from gui.pages.sets.model import SetsRecord
from gui.pages.sets.session import MEASURE, TITLES
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.labels import label
from gui.widgets.numbers import NumberBox
from gui.words import amount

if TYPE_CHECKING:
    from gui.pages.sets.page import SetsPage

CURVES = {"digits-class": (10, 20, 40), "mnist-class": (50, 100, 200), "word-ranges": (50, 100, 500, 1000)}
WHAT = tr(
    "Builds filters of many sets that the network has never seen, asks each for keys that are not in it, and compares "
    "bits with Bloom's filter and with no memory at all. Training a network first takes minutes to hours."
)


class MeasureDialog(QDialog):
    """Task, keys in a set, sets, and whether to train."""

    def __init__(self, page: SetsPage) -> None:
        super().__init__(page)
        self.setWindowTitle(tr("Measure filters"))
        words = label(WHAT, "muted")
        words.setWordWrap(True)
        words.setMinimumWidth(44 * UNIT)
        self.task, self.way = QComboBox(), QComboBox()
        chosen = page.toolbar.chosen
        for task, title in TITLES.items():
            self.task.addItem(title, task)
        if chosen is not None:
            self.task.setCurrentIndex(max(self.task.findData(chosen.task), 0))
        self.way.addItem(tr("network that comes with the program"), "pretrained")
        self.way.addItem(tr("train a new one"), "train")
        self.n, self.sets, self.steps = NumberBox(), NumberBox(), NumberBox()
        for box, low, high, value, unit in (
            (self.n, 1, 20_000, page.toolbar.count.value() or 60, " keys"),
            (self.sets, 2, 1000, 40, " sets"),
            (self.steps, 100, 1_000_000, 4000, tr(" steps of training")),
        ):
            box.setRange(low, high)
            box.setValue(value)
            box.setSuffix(unit)
        form = QFormLayout()
        for name, widget in (
            (tr("Task"), self.task),
            (tr("Network"), self.way),
            (tr("In a set"), self.n),
            (tr("Measured on"), self.sets),
            (tr("Trained for"), self.steps),
        ):
            widget.setAccessibleName(name)
            form.addRow(name, widget)
        self.way.currentIndexChanged.connect(lambda index: self.steps.setEnabled(index == 1))
        self.steps.setEnabled(False)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        go = buttons.addButton(tr("Measure"), QDialogButtonBox.ButtonRole.AcceptRole)
        go.setProperty("role", "primary")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, 2 * UNIT)
        layout.setSpacing(2 * UNIT)
        layout.addWidget(words)
        layout.addLayout(form)
        layout.addWidget(buttons)

    def configuration(self) -> dict:
        """Settings of the job."""
        task, n = str(self.task.currentData()), self.n.value()
        settings = {"task": task, "n": n, "source": self.way.currentData(), "sets": self.sets.value()}
        settings["curve"] = [size for size in CURVES.get(task, ()) if size != n]
        if self.way.currentData() == "train":
            settings["steps"] = self.steps.value()
        return settings


class Measuring(QObject):
    """``source`` is the newest measurement; it stays on screen whatever filter is shown."""

    def __init__(self, page: SetsPage) -> None:
        super().__init__(page)
        self._page = page
        self.source: SetsRecord | None = None
        self._job = ""

    @Slot()
    def ask(self) -> None:
        """Let the person choose what to measure."""
        dialog = MeasureDialog(self._page)
        dialog.accepted.connect(lambda: self.measure(dialog.configuration()))
        dialog.open()

    def measure(self, settings: dict, seed: int = 0) -> None:
        """Start a measurement and show it as it grows."""
        workspace = self._page.workspace
        title = tr("Filters of {task}", task=TITLES.get(settings["task"], settings["task"]))
        self._job = workspace.engine.submit(Job(MEASURE, settings, seed, workspace.settings.device, title=title))
        self.source = None
        self._page.panels.curves.set_state(None)
        self._page.panels.rates.set_state(None)
        self._page.panels.curves.set_message(tr("Measuring…"))

    @property
    def running(self) -> bool:
        """Whether a measurement is under way."""
        return bool(self._job)

    def open(self, source: SetsRecord) -> None:
        """Show a measurement from a record."""
        self.source, self._job = source, ""

    def look(self) -> bool:
        """Take news; true where something new is to be drawn."""
        page = self._page
        came = False
        if self._job and (state := page.workspace.engine.snapshot.job(self._job)) is not None:
            if state.record and self.source is None:
                self._open(state.record)
            if state.total and not state.ended:
                page.panels.curves.set_message(
                    tr("{done} of {total} {unit}", done=amount(state.done), total=amount(state.total), unit=state.unit)
                )
            if state.ended:
                self._job, came = "", True
                if state.status not in ("finished", "stopped"):
                    words = state.error or tr("The measurement {status}", status=state.status)
                    page.workspace.show_error(
                        words, tr("What was measured is kept"), tr("Choose another task or train")
                    )
                    page.panels.curves.set_message(words)
        if self.source is not None:
            came |= self.source.refresh()
        return came

    def _open(self, folder: str) -> None:
        from engine.runs import Record

        try:
            self.source = SetsRecord(Record.open(folder))
        except BadInput as problem:
            self._page.workspace.show_error(str(problem), tr("The record was left as it is"), tr("Measure again"))
            self._job = ""
