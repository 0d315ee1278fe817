"""Jobs of the page that run by themselves: training a network, measuring costs; and what they have shown so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from engine.errors import BadInput
from engine.service.jobs import Job
from gui.pages.memory import overview
from gui.pages.memory.dialogs import ScalingDialog, TrainDialog
from gui.pages.memory.model import MemoryRecord
from gui.pages.memory.session import SCALING, TRAIN
from gui.translation import tr
from gui.words import amount

if TYPE_CHECKING:
    from engine.runs import Record
    from gui.pages.memory.page import MemoryPage

MODELS = ["ntm", "dnc", "dam", "sam", "sdnc"]
TASKS = ["copy", "repeat-copy", "recall", "sort", "omniglot", "babi"]


class Training(QObject):
    """``costs`` is the newest cost measurement, which stays on screen whatever trace is shown."""

    def __init__(self, page: MemoryPage) -> None:
        super().__init__(page)
        self._page = page
        self.costs: MemoryRecord | None = None
        self._training = self._measuring = ""

    @Slot()
    def ask_train(self) -> None:
        """Let the person choose what to train."""
        dialog = TrainDialog(self._page, ["lstm", *MODELS], TASKS, ["quick", "paper"])
        dialog.accepted.connect(
            lambda: self.train(dialog.model.currentData(), dialog.task.currentData(), dialog.preset.currentData())
        )
        dialog.open()

    def train(self, model: str, task: str, preset: str = "quick", seed: int = 0) -> None:
        """Train ``model`` on ``task`` and show it as it learns."""
        workspace = self._page.workspace
        settings = {**_preset(TRAIN, preset), "model": model, "task": task}
        job = Job(
            TRAIN,
            settings,
            seed,
            workspace.settings.device,
            preset,
            tr("{upper} on {task}", upper=model.upper(), task=task),
        )
        self._training = workspace.engine.submit(job)
        workspace.toast(tr("{upper} begins to learn {task}", upper=model.upper(), task=task))

    @Slot()
    def ask_scaling(self) -> None:
        """Let the person choose which networks to measure."""
        dialog = ScalingDialog(self._page, MODELS)
        dialog.accepted.connect(lambda: self.measure(dialog.models, int(dialog.most.currentData())))
        dialog.open()

    def measure(self, models: list[str], most: int) -> None:
        """Time ``models`` up to ``most`` slots."""
        if not models:
            self._page.workspace.toast(tr("Choose at least one network"))
            return
        title = tr("Cost of {models}", models=", ".join(model.upper() for model in models))
        job = Job(SCALING, {"models": models, "most_slots": most}, title=title)
        self._measuring = self._page.workspace.engine.submit(job)
        self._page.panels.side.show_cost()

    def look(self) -> None:
        """Open the training run once it has a record; read costs as they come."""
        page = self._page
        snapshot = page.workspace.engine.snapshot
        if self._training and (state := snapshot.job(self._training)) is not None and (state.record or state.ended):
            self._training = ""
            if state.record:
                page.open_record(state.record.replace("\\", "/").rsplit("/", 1)[-1])
        if self._measuring and (state := snapshot.job(self._measuring)) is not None:
            if state.record and (self.costs is None or str(self.costs.record.folder) != state.record):
                self._open_costs(state.record)
            if state.ended:
                self._measuring = ""
        if self.costs is not None:
            self.costs.refresh()

    def _open_costs(self, folder: str) -> None:
        from engine.runs import Record

        try:
            self.costs = MemoryRecord(Record.open(folder))
        except BadInput as problem:
            self._page.workspace.show_error(str(problem), tr("The record was left as it is"), tr("Measure again"))
            self._measuring = ""

    def show_curves(self, record: Record) -> None:
        """Curves of a training run and where it stands."""
        status = record.status()
        words = status.status
        if status.status == "running" and status.total:
            words = tr(
                "{done} of {total} {unit}", done=amount(status.done), total=amount(status.total), unit=status.unit
            )
        self._page.panels.side.cost.learning.set_state(overview.learning_state(record, words))


def _preset(experiment: str, preset: str) -> dict:
    from engine.experiments.catalogue import EXPERIMENTS

    entry = EXPERIMENTS.get(experiment)
    return dict(entry.presets.get(preset, {})) if entry is not None else {}
