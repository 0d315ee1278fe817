"""The catalogue of experiments: choose one, see its settings, run it; what runs and waits is listed below."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from gui.actions import Action
from gui.pages.experiments.queue import QueueView
from gui.pages.experiments.sweeping import Sweeping, combine
from gui.pages.page import Page
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.form import Form
from gui.widgets.labels import hairline, label
from gui.widgets.panel import Panel
from gui.words import duration

if TYPE_CHECKING:
    from engine.experiments.experiment import Experiment
    from gui.workspace import Workspace

MOST_SEEDS = 1000
MOST_EARLIER = 200  # runs that are asked how long they took
NAME = Qt.ItemDataRole.UserRole


def parse_seeds(text: str) -> list[int]:
    """Seeds from "0", "0, 1, 5" or "0-9"; ValueError says what may be written."""
    seeds: list[int] = []
    try:
        for part in text.split(","):
            first, dash, last = part.strip().partition("-")
            seeds += range(int(first), int(last) + 1) if dash else [int(first)]
    except ValueError:
        seeds = []
    if not seeds or len(seeds) > MOST_SEEDS or any(not 0 <= seed < 2**32 for seed in seeds):
        raise ValueError(
            tr("Seeds are whole numbers as in 0 or 0, 3, 7 or 0-9, at most {most_seeds} of them", most_seeds=MOST_SEEDS)
        )
    return list(dict.fromkeys(seeds))


class ExperimentsPage(Page):
    """Catalogue at the left, form in the middle, queue at the right."""

    identifier = "experiments"
    title = tr("Experiments")
    icon = "play"
    shortcut = "Ctrl+5"

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        from engine.experiments.catalogue import EXPERIMENTS

        self._experiments = {name: entry for name, entry in EXPERIMENTS.items() if not entry.interactive}
        self._form: Form | None = None
        self.sweeping = Sweeping(workspace, self)
        self._snapshot: object = None
        self.search = QLineEdit()
        self.search.setProperty("role", "search")
        self.search.setPlaceholderText(tr("Search experiments"))
        self.search.setAccessibleName(tr("Search experiments"))
        self.search.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Experiments"))
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for name, entry in self._experiments.items():
            item = QListWidgetItem(tr(entry.title))
            item.setData(NAME, name)
            item.setToolTip(tr(entry.summary))
            self.list.addItem(item)
        catalogue = Panel(tr("Catalogue"))
        catalogue.body.addWidget(self.search)
        catalogue.body.addWidget(self.list, 1)
        self.queue = QueueView(workspace)
        queue = Panel(tr("Queue"), self.queue)
        self._queue_panel = queue
        splitter = QSplitter(Qt.Orientation.Horizontal)
        for widget, stretch in ((catalogue, 2), (self._make_middle(), 5), (queue, 3)):
            splitter.addWidget(widget)
            splitter.setStretchFactor(splitter.count() - 1, stretch)
        splitter.setSizes([240, 620, 360])
        splitter.setChildrenCollapsible(False)
        self._splitter = splitter
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)
        self.search.textChanged.connect(self._on_search)
        self.list.currentItemChanged.connect(self._on_chosen)
        self.list.setCurrentRow(0)

    def _make_middle(self) -> QWidget:
        self._title, self._summary = label("", "title"), label("", "muted")
        self._summary.setWordWrap(True)
        self.preset = QComboBox()
        self.preset.setAccessibleName(tr("Preset"))
        self.preset.currentIndexChanged.connect(self._on_preset)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setAccessibleName(tr("Settings"))
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.seeds = QLineEdit("0")
        self.seeds.setAccessibleName(tr("Seeds"))
        self.seeds.setToolTip(tr("One run for each seed: 0 or 0, 3, 7 or 0-9"))
        self.seeds.setMaximumWidth(16 * UNIT)
        self.name = QLineEdit()
        self.name.setPlaceholderText(tr("Name of the run"))
        self.name.setAccessibleName(tr("Name of the run"))
        self.problem = label("", "bad")
        self.run_button = QPushButton(tr("Run"))
        self.run_button.setProperty("role", "primary")
        self.run_button.setToolTip(tr("Put it into the queue  Ctrl+Return"))
        self.run_button.clicked.connect(self.run)
        self.seeds.textChanged.connect(self._check)
        self.vary = QLineEdit()
        self.vary.setPlaceholderText(tr("Vary settings, such as agent=uniform,thompson episodes=10,100"))
        self.vary.setAccessibleName(tr("Settings to vary"))
        self.vary.setToolTip(
            tr(
                "A sweep: one run for every combination of these values and the seeds; the runs page shows it under "
                "Sweeps"
            )
        )
        self.vary.textChanged.connect(self._check)
        self.expected = label("", "muted")
        self.expected.setToolTip(tr("From earlier runs of this experiment on this machine"))
        head, foot, presets = QVBoxLayout(), QHBoxLayout(), QHBoxLayout()
        head.setSpacing(UNIT // 2)
        head.addWidget(self._title)
        head.addWidget(self._summary)
        self._preset_label = label(tr("Preset"), "muted")
        presets.setSpacing(UNIT)
        presets.addWidget(self._preset_label)
        presets.addWidget(self.preset)
        presets.addStretch(1)
        foot.setSpacing(UNIT)
        for widget in (label(tr("Seeds"), "muted"), self.seeds, self.name, self.problem, self.run_button):
            foot.addWidget(widget, 1 if widget is self.name else 0)
        middle = QWidget()
        middle.setProperty("role", "panel")
        middle.setMinimumWidth(44 * UNIT)
        column = QVBoxLayout(middle)
        column.setContentsMargins(3 * UNIT, 2 * UNIT, 3 * UNIT, 2 * UNIT)
        column.setSpacing(2 * UNIT)
        column.addLayout(head)
        column.addLayout(presets)
        column.addWidget(hairline())
        column.addWidget(self._area, 1)
        column.addWidget(hairline())
        column.addWidget(self.vary)
        column.addLayout(foot)
        column.addWidget(self.expected)
        return middle

    def actions(self) -> list[Action]:
        return [
            Action(
                "experiments.run",
                tr("Run experiment"),
                self.run,
                "Run",
                0,
                "Ctrl+Return",
                "play",
                self.run_button.isEnabled,
            ),
            Action("experiments.find", tr("Search experiments"), self.search.setFocus, "Edit", 3, "Ctrl+F", "search"),
            Action("experiments.reset", tr("Reset settings to defaults"), self._on_reset, "Edit", 3, icon="undo"),
        ]

    @property
    def experiment(self) -> Experiment:
        """The experiment whose settings are shown."""
        return self._experiments[self.list.currentItem().data(NAME)]

    @property
    def form(self) -> Form:
        return self._form

    def choose(self, name: str) -> None:
        """Show the settings of an experiment; an interactive or unknown name is left alone."""
        for row in range(self.list.count()):
            if self.list.item(row).data(NAME) == name:
                self.search.clear()
                self.list.setCurrentRow(row)

    def clone(self, identifier: str) -> None:
        """Take experiment, settings, seed and name from a run."""
        made = self.workspace.record(identifier).metadata
        if made.experiment not in self._experiments:
            self.workspace.open_record(identifier)
            return
        self.choose(made.experiment)
        self._form.set_values(made.configuration)
        self.seeds.setText(str(made.seed))
        self.name.setText(made.title)

    @Slot(str)
    def _on_search(self, text: str) -> None:
        words = text.casefold().split()
        for row in range(self.list.count()):
            entry = self._experiments[self.list.item(row).data(NAME)]
            content = f"{entry.name} {entry.title} {tr(entry.title)} {tr(entry.summary)}".casefold()
            self.list.item(row).setHidden(not all(word in content for word in words))

    @Slot()
    def _on_chosen(self) -> None:
        if self.list.currentItem() is None:
            return
        entry = self.experiment
        self._title.setText(tr(entry.title))
        self._summary.setText(tr(entry.summary))
        try:
            form = Form(entry.configuration_class().describe(), self._check_values)
        except ImportError as error:
            self.workspace.show_error(
                tr("{title} cannot be set up: {error}", title=entry.title, error=error),
                tr("Nothing was changed"),
                tr("Install what is missing"),
            )
            return
        self._form = form
        self._area.setWidget(form)
        form.changed.connect(self._check)
        self.preset.blockSignals(True)
        self.preset.clear()
        self.preset.addItem(tr("Defaults"), "")
        for name in entry.presets:
            self.preset.addItem(tr(name.replace("-", " ").capitalize()), name)
        self.preset.blockSignals(False)
        for widget in (self.preset, self._preset_label):
            widget.setVisible(bool(entry.presets))
        self.name.setText("")
        self.vary.setText("")
        self._check()

    @Slot()
    def _on_preset(self) -> None:
        name = self.preset.currentData()
        self._form.set_values(dict(self.experiment.presets.get(name, {})))

    @Slot()
    def _on_reset(self) -> None:
        self.preset.setCurrentIndex(0)
        self._on_preset()

    def _check_values(self, values: dict[str, Any]) -> tuple[str, str]:
        """(field, what is wrong) by the configuration's own judgement; ("", "") where all is well."""
        from engine.errors import BadInput

        try:
            self.experiment.configuration_class().from_dict(values)
        except BadInput as error:
            sentence = str(error)
            name = sentence.split(" ", 1)[0].rstrip(":")
            return name if name in values else "", sentence
        return "", ""

    @Slot()
    def _check(self) -> bool:
        values = self._form.values() if self._form else None
        try:
            count = len(parse_seeds(self.seeds.text()))
            combinations = len(combine(self.experiment, values, self.vary.text())) if values is not None else 1
            problem = ""
        except ValueError as error:
            count, combinations, problem = 0, 1, str(error)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        runs = count * combinations
        words = tr("Run {runs} runs", runs=runs) if combinations > 1 else tr("Run {count} seeds", count=count)
        self.run_button.setText(words if runs > 1 else tr("Run"))
        self.run_button.setEnabled(values is not None and count > 0)
        if self.run_button.isEnabled():
            self._expect(values, runs)
        else:
            self.expected.setText("")
        return self.run_button.isEnabled()

    def _expect(self, values: dict[str, Any], runs: int) -> None:
        """Say how long it will take, as far as earlier runs tell."""
        index, name = self.workspace.index, self.experiment.name

        def estimated() -> Any:
            from engine.runs.estimate import estimate
            from engine.runs.processes import host_name

            return estimate(index.list(experiment=name, status="finished", limit=MOST_EARLIER), values, host_name())

        def done(found: Any) -> None:
            if found is None:
                self.expected.setText(tr("No earlier run tells how long this takes"))
                return
            like = tr("runs like it") if found.exact else tr("similar runs")
            each = tr("about {seconds}", seconds=duration(found.seconds)) + (" each" if runs > 1 else "")
            whole = tr(", {seconds} in all", seconds=duration(found.seconds * runs)) if runs > 1 else ""
            count = f"{found.runs} {like if found.runs > 1 else like.replace('runs', 'run')}"
            self.expected.setText(tr("Takes {each}{whole}, as told by {count}", each=each, whole=whole, count=count))

        self.workspace.loader.load("experiments.expected", estimated, done, lambda error: self.expected.setText(""))

    @Slot()
    def run(self) -> None:
        """Put one job for each seed into the queue."""
        from engine.service.jobs import Job

        if not self._check():
            return
        entry, values = self.experiment, self._form.values()
        if self.vary.text().strip():
            self.sweeping.start(
                entry, values, self.vary.text(), parse_seeds(self.seeds.text()), self.preset.currentData() or ""
            )
            return
        for seed in parse_seeds(self.seeds.text()):
            device = self.workspace.settings.device if entry.uses_torch else "auto"
            self.workspace.engine.submit(
                Job(
                    entry.name,
                    values,
                    seed,
                    device,
                    self.preset.currentData() or "",
                    self.name.text().strip() or entry.title,
                    runs_folder=str(self.workspace.runs_folder),
                )
            )

    def on_frame(self) -> None:
        snapshot = self.workspace.engine.snapshot
        if snapshot is not self._snapshot:
            self._snapshot = snapshot
            self.queue.show_jobs(snapshot.jobs)
            waiting = sum(job.lane == "batch" and not job.ended for job in snapshot.jobs)
            self._queue_panel.set_detail(tr("{waiting} to do", waiting=waiting) if waiting else "")

    def save_state(self) -> dict[str, Any]:
        return {"experiment": self.experiment.name, "splitter": self._splitter.sizes(), "seeds": self.seeds.text()}

    def restore_state(self, state: dict[str, Any]) -> None:
        self.choose(str(state.get("experiment", "")))
        self.seeds.setText(str(state.get("seeds", "0")))
        sizes = state.get("splitter")
        if isinstance(sizes, list) and len(sizes) == 3 and all(isinstance(size, int) and size > 0 for size in sizes):
            self._splitter.setSizes(sizes)

    def tour(self, folder: Path) -> dict[str, Any]:
        self.choose("pulse")
        self._form.set_values({"steps": 60, "rate_hz": 100.0})
        before = {job.id for job in self.workspace.engine.snapshot.jobs}
        self.run()

        def ended() -> bool:
            jobs = [job for job in self.workspace.engine.snapshot.jobs if job.id not in before]
            return bool(jobs) and all(job.ended for job in jobs)

        self.workspace.wait(ended, 60)
        jobs = [job for job in self.workspace.engine.snapshot.jobs if job.id not in before]
        return {
            "experiments": list(self._experiments),
            "jobs": [{"status": job.status, "result": job.result} for job in jobs],
        }
