"""A workspace whose engine records what it is told; everything else is the real thing."""

import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QObject

from engine.service.jobs import EngineSnapshot, JobState
from gui.loader import Loader
from gui.settings import Settings
from gui.workspace import Workspace
from tests.gui.language import sample


class Engine(QObject):
    """The bridge's side of the engine: keeps jobs and commands, and lets a test say what became of them."""

    def __init__(self, parent):
        super().__init__(parent)
        self.snapshot = EngineSnapshot()
        self.jobs, self.commands, self.stopped = [], [], []

    def submit(self, job):
        self.jobs.append(job)
        return job.id

    def command(self, job, payload):
        self.commands.append((job, payload))

    def stop(self, job):
        self.stopped.append(job)

    def tell(self, number, status="running", record=None, error=None):
        job = self.jobs[number]
        state = JobState(job.id, job.experiment, job.title, job.lane, status, record=record, error=error)
        self.snapshot = EngineSnapshot(jobs=(state,))


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATHANOR_HOME", str(tmp_path / "home"))


@pytest.fixture
def workspace(qtbot, tmp_path, home):
    owner = QObject()
    runs = tmp_path / "runs"
    runs.mkdir()
    loader = Loader()
    made = Workspace(Engine(owner), loader, Settings(), runs, owner)
    made.errors = []
    made.error_raised.connect(lambda *words: made.errors.append(words))
    yield made
    loader.close()
    made.close()


@pytest.fixture
def page(qtbot, workspace):
    from gui.pages.language.page import LanguagePage

    made = LanguagePage(workspace)
    qtbot.addWidget(made)
    made.resize(1200, 720)
    made.show()
    return made


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    """A folder of runs with a plain evaluation, one with a change of chemistry, and one of an endpoint's answers."""
    folder = tmp_path_factory.mktemp("kept")
    before = os.environ.get("ATHANOR_HOME")
    os.environ["ATHANOR_HOME"] = str(folder / "home")
    parrot = sample.Parrot()
    try:
        settings = {"endpoint_url": parrot.url, "price_prompt": 1.0, "price_completion": 2.0}
        yield {
            "plain": sample.play(folder, summary=False).folder,
            "change": sample.play(folder, seed=3, trials=4, change_at=3).folder,
            "parrot": sample.play(folder, seed=1, model="endpoint/parrot", **settings).folder,
        }
    finally:
        parrot.close()
        if before is None:
            del os.environ["ATHANOR_HOME"]
        else:
            os.environ["ATHANOR_HOME"] = before
