"""A workspace whose engine records what it is told; everything else is the real thing, records included."""

import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QObject

from engine.service.jobs import EngineSnapshot, JobState
from gui.loader import Loader
from gui.settings import Settings
from gui.workspace import Workspace


class Engine(QObject):
    """The bridge's side of the engine: keeps jobs and commands, and lets a test say what became of them."""

    def __init__(self, parent):
        super().__init__(parent)
        self.snapshot = EngineSnapshot()
        self.jobs, self.commands, self.warmed, self.stopped = [], [], [], []

    def submit(self, job):
        self.jobs.append(job)
        return job.id

    def warm_interactive(self, experiment):
        self.warmed.append(experiment)

    def command(self, job, payload):
        self.commands.append((job, payload))

    def stop(self, job):
        self.stopped.append(job)

    def tell(self, number, status="running", record=None, error=None):
        job = self.jobs[number]
        state = JobState(job.id, job.experiment, job.title, job.lane, status, record=record, error=error)
        self.snapshot = EngineSnapshot(jobs=(state,))


@pytest.fixture
def workspace(qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("ATHANOR_HOME", str(tmp_path / "home"))
    owner = QObject()
    runs = tmp_path / "runs"
    runs.mkdir()
    loader = Loader()
    made = Workspace(Engine(owner), loader, Settings(), runs, owner)
    yield made
    loader.close()
    made.close()


@pytest.fixture
def page(qtbot, workspace, monkeypatch):
    from gui.pages.control import page as module
    from gui.pages.control.sources import Source

    offered = [Source("pretrained", "water-maze-r", "Water maze"), Source("pretrained", "pendulum-p", "Pendulum")]
    monkeypatch.setattr(module, "pretrained", lambda: offered)
    made = module.ControlPage(workspace)
    qtbot.addWidget(made)
    made.resize(1200, 720)
    made.show()
    return made
