"""A workspace whose engine records what it is told; everything else is the real thing."""

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
        self.jobs, self.commands, self.stopped = [], [], []

    def submit(self, job):
        self.jobs.append(job)
        return job.id

    def stop(self, job):
        self.stopped.append(job)

    def command(self, job, payload):
        self.commands.append((job, payload))

    def tell(self, number, status="running", record=None, error=None, **more):
        job = self.jobs[number]
        state = JobState(job.id, job.experiment, job.title, job.lane, status, record=record, error=error, **more)
        self.snapshot = EngineSnapshot(jobs=(state,))


@pytest.fixture
def workspace(qtbot, tmp_path):
    owner = QObject()
    runs = tmp_path / "runs"
    runs.mkdir()
    loader = Loader()
    made = Workspace(Engine(owner), loader, Settings(), runs, owner)
    yield made
    loader.close()
    made.close()


@pytest.fixture
def page(workspace, qtbot):
    from gui.pages.composition.page import CompositionPage

    made = CompositionPage(workspace)
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    return made
