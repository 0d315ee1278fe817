"""Jobs of the page that run by themselves: training a policy, evaluating one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from engine.control.tasks import TASKS
from engine.service.jobs import Job
from gui.pages.control.session import CONTROL
from gui.pages.control.sources import beside
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.labels import label

if TYPE_CHECKING:
    from gui.pages.control.page import ControlPage

LEARNERS = (
    (tr("LSTM: remembers"), "train"),
    (tr("Feed-forward: sees only the present"), "feed-forward"),
    (tr("Five frames: sees the last five steps"), "frame-stack"),
    (tr("Full information: sees what is hidden too"), "full-information"),
    (tr("LSTM, taught: imitates a scripted agent (water mazes, reacher)"), "imitate"),
)
ALGORITHMS = (
    (tr("what suits the task"), None),
    ("RDPG", "rdpg"),
    ("RSVG(0)", "rsvg0"),
    (tr("Recurrent TD3"), "rtd3"),
    (tr("Recurrent SAC"), "rsac"),
)
WHAT = tr(
    "One of its episodes is shown as it learns. A pendulum takes two to three minutes of one core, a taught policy "
    "under one, a water maze by reinforcement five."
)


class TrainDialog(QDialog):
    """What to train: task, kind of agent, algorithm."""

    def __init__(self, parent: QWidget, task: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Train a policy"))
        words = label(WHAT, "muted")
        words.setWordWrap(True)
        words.setMinimumWidth(46 * UNIT)
        self.task, self.agent, self.algorithm = QComboBox(), QComboBox(), QComboBox()
        for known in TASKS.values():
            self.task.addItem(tr(known.title), known.name)
        for title, agent in LEARNERS:
            self.agent.addItem(title, agent)
        for title, algorithm in ALGORITHMS:
            self.algorithm.addItem(title, algorithm)
        self.task.setCurrentIndex(max(self.task.findData(task), 0))
        form = QFormLayout()
        for name, box in ((tr("Task"), self.task), (tr("Agent"), self.agent), (tr("Algorithm"), self.algorithm)):
            box.setAccessibleName(name)
            form.addRow(name, box)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.go = buttons.addButton(tr("Train"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setProperty("role", "primary")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, 2 * UNIT)
        layout.setSpacing(2 * UNIT)
        for part in (words, form, buttons):
            layout.addWidget(part) if isinstance(part, QWidget) else layout.addLayout(part)


class Training(QObject):
    """Submits trainings and evaluations, and opens each run's record once there is one."""

    def __init__(self, page: ControlPage) -> None:
        super().__init__(page)
        self._page = page
        self.job = ""
        self._opened = ""

    @Slot()
    def ask_train(self) -> None:
        """Let the person choose what to train."""
        source = self._page.toolbar.source
        dialog = TrainDialog(self._page, source.task if source is not None else "pendulum-p")
        dialog.accepted.connect(
            lambda: self.train(dialog.task.currentData(), dialog.agent.currentData(), dialog.algorithm.currentData())
        )
        dialog.open()

    def train(self, task: str, agent: str = "train", algorithm: str | None = None, **settings: Any) -> None:
        """Train an agent on a task and show it as it learns, beside those that come with the program."""
        chosen: dict[str, Any] = {"task": task, "agent": agent, "beside": beside(task), **settings}
        if algorithm is not None:
            chosen["algorithm"] = algorithm
        kind = next(title for title, name in LEARNERS if name == agent).split(":")[0]
        self._submit(chosen, tr("{kind} learns {title}", kind=kind, title=tr(TASKS[task].title)))

    @Slot()
    def evaluate(self) -> None:
        """100 fresh episodes of the chosen policy."""
        source = self._page.toolbar.source
        if source is None:
            self.ask_train()
            return
        settings = {"task": source.task, "agent": source.agent, "beside": beside(source.task)}
        self._submit(settings, tr("Evaluation, {title}", title=source.title))

    def _submit(self, settings: dict[str, Any], title: str) -> None:
        workspace = self._page.workspace
        job = Job(CONTROL, settings, device=workspace.settings.device, title=title)
        self.job, self._opened = workspace.engine.submit(job), ""
        workspace.toast(tr("{title}: begins", title=title))

    @Slot()
    def stop(self) -> None:
        """Stop the training; its best policy is kept."""
        if self.running:
            self._page.workspace.engine.stop(self.job)

    @property
    def running(self) -> bool:
        """Whether a job of this page runs or waits."""
        state = self._page.workspace.engine.snapshot.job(self.job) if self.job else None
        return state is not None and not state.ended

    def look(self) -> None:
        """Open the run once it has something to show."""
        state = self._page.workspace.engine.snapshot.job(self.job) if self.job else None
        if state is None:
            return
        if state.record and self._opened != state.record:
            self._opened = state.record
            self._page.open_record(state.record.replace("\\", "/").rsplit("/", 1)[-1])
        if state.ended and self._opened != "ended":
            if state.status in ("failed", "crashed"):
                kept = tr("The best policy so far is in its run") if state.record else tr("Nothing was learned")
                self._page.workspace.show_error(
                    str(state.error or tr("The run failed")), kept, tr("Change its settings")
                )
            self._opened, self.job = "ended", ""
            self._page.show_sources()
