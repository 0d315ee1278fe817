import pytest

from engine.runs import Record
from gui.pages.alchemy.model import Situations
from tests.gui.alchemy.sample import write


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    writer, _, _ = write(tmp_path_factory.mktemp("runs"))
    return writer.folder


@pytest.fixture
def situations(folder):
    found = Situations(Record.open(folder))
    found.refresh()
    return found


@pytest.fixture
def path(situations):
    return situations.line_path("main")
