"""The page as a person uses it: setting up, reading, searching, exporting, entering a key."""

import json
import shutil

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from engine.language import keys as engine_keys
from engine.language.model import ModelError
from engine.runs import Record
from gui.actions import Action
from gui.pages.catalogue import PAGES, page_of
from gui.pages.language import keys
from gui.pages.language.setup import Condition, Model, Setup
from gui.pages.language.toolbar import FIGURES, SETUP, TALKS
from gui.pages.language.transcripts import ANSWER

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")  # the offscreen platform says so

CANARY = "sk-canary-0123456789abcdef"


def settle(qtbot, page):
    """Let the loader answer and the page draw."""

    def idle():
        page.workspace.loader.deliver()
        page._looked = 0.0
        page.on_frame()
        return page.workspace.loader.is_idle

    qtbot.waitUntil(idle, timeout=10_000)
    page.on_frame()


@pytest.fixture
def opened(page, workspace, kept, qtbot):
    """The page with the evaluation of an endpoint's answers."""
    for folder in kept.values():
        shutil.copytree(folder, workspace.runs_folder / folder.name)
    page.open_record(kept["parrot"].name)
    settle(qtbot, page)
    return page


def test_the_page_is_in_the_rail_after_memory():
    names = [entry.identifier for entry in PAGES]
    assert names.index("memory") < names.index("language") < names.index("runs")
    assert page_of("text-alchemy") == "language"
    assert len({entry.shortcut for entry in PAGES}) == len(PAGES)
    for entry in PAGES:
        assert entry.load().shortcut == entry.shortcut


def test_an_empty_page_says_what_to_press(page):
    assert page.view == SETUP
    assert page.reading is None
    assert page.setup.run.run.isEnabled()
    assert page.setup.run.run.text() == "Run"
    page.show_view(TALKS)
    assert "press Run" in page.talks.transcript.message
    assert all(isinstance(action, Action) for action in page.actions())
    assert len({action.identifier for action in page.actions()}) == len(page.actions())


def test_run_submits_what_is_set_up_and_stop_ends_it(page, workspace, kept, qtbot):
    page.setup.condition.show_condition(Condition().named("both"))
    page.setup.run.episodes.setValue(7)
    qtbot.mouseClick(page.setup.run.run, Qt.MouseButton.LeftButton)
    (job,) = workspace.engine.jobs
    assert job.experiment == "text-alchemy"
    assert job.lane == "batch"
    assert job.configuration["episodes"] == 7
    assert job.configuration["prior_knowledge"]
    assert job.configuration["summary"]
    assert page.view == TALKS
    workspace.engine.tell(0, record=str(kept["plain"]))
    page.on_frame()
    settle(qtbot, page)
    assert page.reading.evaluation.record.id == kept["plain"].name
    assert not page.toolbar.stop_button.isHidden()
    page.stop()
    assert workspace.engine.stopped == [job.id]
    workspace.engine.tell(0, "stopped", record=str(kept["plain"]))
    page.on_frame()
    page.on_frame()
    assert page.session is None
    assert page.toolbar.stop_button.isHidden()


def test_a_run_that_fails_says_why_and_what_was_kept(page, workspace):
    page.run()
    workspace.engine.tell(0, "failed", error="endpoint/x refused the request (401): wrong key")
    page.on_frame()
    words = page.talks.transcript.message
    assert "401" in words
    assert "kept" in words
    assert page.session is None


def test_clicking_a_turn_shows_the_table_at_that_turn(opened, qtbot):
    reading = opened.reading
    answers = [m for m in reading.messages.values() if m.kind == ANSWER and m.valid]
    wanted = answers[3]
    transcript = opened.talks.transcript
    transcript.reveal(wanted.number)
    place = transcript._places[wanted.number]
    y = int(transcript._tops[place] - transcript.verticalScrollBar().value()) + 20
    qtbot.mouseClick(transcript.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, y))
    opened.on_frame()
    turn = reading.evaluation.turn(0, wanted.question)
    assert reading.course.rows[reading.index] == turn["next_node"]
    node = reading.evaluation.situations.nodes[int(turn["next_node"])]
    side = opened.talks.side
    assert side.bench.state.potions == tuple(int(c) for c in node["colours"])
    assert side.belief.state.remaining == node["remaining"]
    assert side.information.state.last == pytest.approx(max(float(node["information"]), 0.0), abs=1e-4)
    assert opened.transport.timeline.position == reading.position
    card = transcript.card(wanted.number)
    assert "bits gained" in card.note
    assert "tokens read" in card.note


def test_the_timeline_moves_the_transcript(opened):
    opened.transport.to_last()
    opened.on_frame()
    assert opened.talks.transcript.selected == opened.reading.key
    last = [m for m in opened.reading.messages.values() if m.kind == ANSWER][-1]
    assert opened.reading.key == last.number
    opened.transport.to_first()
    opened.on_frame()
    assert opened.reading.index == 0


def test_search_filter_and_episode(opened, qtbot):
    qtbot.keyClicks(opened.talks.search, "opposite pairs")
    opened.on_frame()
    assert opened.talks.count.text().startswith("1 of ")
    assert opened.talks.list.rows[1].found > 0
    first = opened.reading.key
    qtbot.keyClick(opened.talks.search, Qt.Key.Key_Return)
    opened.on_frame()
    assert opened.talks.count.text().startswith("2 of ")
    assert opened.reading.key > first
    opened.talks.search.clear()
    opened.talks.filter.setCurrentIndex(opened.talks.filter.findData("summary"))
    opened.on_frame()
    assert {card.tint for card in opened.talks.transcript.cards} == {"summary"}
    opened.talks.filter.setCurrentIndex(0)
    opened.talks.list.setCurrentIndex(opened.talks.list.model().index(1))
    opened.on_frame()
    assert opened.reading.episode == 1
    assert opened.talks.transcript.cards[0].key in opened.reading.messages


def test_what_is_exported_can_be_read_again(opened, qtbot, tmp_path):
    record = opened.reading.evaluation.record
    opened.exporter.save(tmp_path / "a.jsonl")
    opened.exporter.save(tmp_path / "a.txt")
    settle(qtbot, opened)
    lines = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text("utf-8").splitlines()]
    assert [line["episode_index"] for line in lines] == [0, 1]
    said = [event for event in record.events("transcript") if event["episode"] == 0]
    assert [m["content"] for m in lines[0]["messages"]] == [event["text"] for event in said]
    assert lines[0]["invalid_actions"] == opened.reading.evaluation.talks[0].invalid
    assert said[-1]["text"] in (tmp_path / "a.txt").read_text("utf-8")
    opened.exporter.copy_python()
    code = QGuiApplication.clipboard().text()
    compile(code, "copied", "exec")
    assert str(record.folder) in code
    opened.exporter.copy_command()
    settle(qtbot, opened)
    command = QGuiApplication.clipboard().text()
    assert command.startswith("athanor run text-alchemy")
    assert "model=endpoint/parrot" in command
    opened.exporter.copy_turn()
    assert QGuiApplication.clipboard().text() == opened.reading.messages[opened.reading.key].text


def test_a_file_that_cannot_be_written_is_said(opened, workspace, tmp_path):
    opened.exporter.save(tmp_path / "nowhere" / "a.txt")
    assert "a.txt" in workspace.errors[0][0]


def test_figures_show_every_condition_and_the_published_layer(opened, qtbot, tmp_path):
    opened.show_view(FIGURES)
    settle(qtbot, opened)
    view = opened.figures
    assert len(view.groups) == 3
    assert len(view.curves.state.curves) == 3
    published = [row for row in view.rows.state.rows if row.published]
    assert published
    assert "not recovered" in " ".join(view.rows.state.notes)
    assert "published" in view.rows.describe()
    view.published.setChecked(False)
    assert not [row for row in view.rows.state.rows if row.published]
    view.unit.setCurrentIndex(1)
    assert view.curves.state.unit == "points"
    opened.exporter.save(tmp_path / "a.csv")
    assert len((tmp_path / "a.csv").read_text().splitlines()) == 1 + 2 * 3 + 2 * 3 + 2 * 4
    for picture in (view.curves, view.rows):
        assert not picture.image().isNull()


def test_an_unfinished_run_can_be_continued(page, workspace, kept, qtbot):
    folder = shutil.copytree(kept["plain"], workspace.runs_folder / kept["plain"].name)
    status = json.loads((folder / "status.json").read_text())
    (folder / "status.json").write_text(json.dumps(status | {"status": "stopped", "result": None}))
    page.open_record(folder.name)
    settle(qtbot, page)
    assert page.may_go_on
    page.go_on()
    assert workspace.engine.jobs[0].parent == folder.name
    assert workspace.engine.jobs[0].configuration["trials"] == 3


def test_a_record_of_something_else_is_refused_in_words(page, workspace, qtbot):
    page.open_record("no-such-run")
    settle(qtbot, page)
    assert len(workspace.errors) == 1


def texts(widget):
    """Everything that a widget and those in it show or tell."""
    found = []
    for part in (widget, *widget.findChildren(QWidget)):
        found += [part.toolTip(), part.accessibleName(), part.accessibleDescription(), part.windowTitle()]
        if isinstance(part, QLabel):
            found.append(part.text())
        elif isinstance(part, QLineEdit):
            found.append(part.displayText())
    return "\n".join(found)


class Ring:
    """A keyring in memory; one that is locked refuses."""

    def __init__(self, locked=False):
        self.kept, self.locked = {}, locked

    def store(self, provider, key):
        if self.locked:
            raise ModelError("This system has no keyring that works; the key is asked for each time")
        self.kept[provider] = key

    def stored(self, provider):
        value = self.kept.get(provider)
        return engine_keys.Secret(value) if value else None


@pytest.fixture
def ring(monkeypatch):
    made = Ring()
    monkeypatch.setattr(keys, "store_key", made.store)
    monkeypatch.setattr(keys, "stored_key", made.stored)
    return made


@pytest.mark.parametrize("locked", [False, True])
def test_a_key_goes_to_the_keyring_or_the_run_and_is_seen_nowhere(page, workspace, kept, ring, qtbot, locked):
    ring.locked = locked
    page.setup.model.show_model(Model("endpoint", "gpt-4o", "openai"))
    page.run()
    settle(qtbot, page)
    dialog = page.keys.dialog
    assert dialog is not None
    assert not workspace.engine.jobs
    field = dialog.findChild(QLineEdit)
    qtbot.keyClicks(field, CANARY)
    assert CANARY not in texts(dialog)
    assert field.echoMode() == QLineEdit.EchoMode.NoEcho
    dialog.accept()
    settle(qtbot, page)
    (job,) = workspace.engine.jobs
    assert ring.kept == ({} if locked else {"openai": CANARY})
    folder = shutil.copytree(kept["plain"], workspace.runs_folder / kept["plain"].name)
    (folder / "key-wanted.jsonl").write_text(json.dumps({"provider": "openai", "seconds": 300}) + "\n")
    workspace.engine.tell(0, record=str(folder))
    page.on_frame()
    settle(qtbot, page)
    if locked:
        assert workspace.engine.commands == [(job.id, {"command": "key", "provider": "openai", "key": CANARY})]
    else:
        assert not workspace.engine.commands
        assert page.keys.dialog is not None
        page.keys.dialog.reject()
    assert CANARY not in json.dumps(page.save_state()) + repr(job)
    assert CANARY not in texts(page)
    files = [path for path in (workspace.runs_folder.parent).rglob("*") if path.is_file()]
    assert not [path for path in files if CANARY.encode() in path.read_bytes()]


def test_no_key_is_asked_for_where_none_is_needed_or_one_is_there(page, workspace, ring, qtbot):
    page._on_run(Setup(Model("endpoint", "qwen3:4b", "ollama")))
    settle(qtbot, page)
    assert page.keys.dialog is None
    assert len(workspace.engine.jobs) == 1
    ring.kept["openai"] = CANARY
    page._on_run(Setup(Model("endpoint", "gpt-4o", "openai")))
    settle(qtbot, page)
    assert page.keys.dialog is None
    assert len(workspace.engine.jobs) == 2


def test_the_choice_is_kept_between_starts(page, workspace, qtbot):
    from gui.pages.language.page import LanguagePage

    page.setup.model.show_model(Model("endpoint", "m", "address", "http://127.0.0.1:9/v1", 1.5, 2.5))
    page.setup.condition.show_condition(Condition(prior=True, summary=False, wording="compact", trials=4))
    page.setup.run.episodes.setValue(3)
    page.setup.run.money.setValue(2.5)
    page.setup.run.advice.setChecked(True)
    state = json.loads(json.dumps(page.save_state()))
    other = LanguagePage(workspace)
    qtbot.addWidget(other)
    other.restore_state(state)
    assert other.setup.setup == page.setup.setup
    other.restore_state({"setup": {"episodes": "many", "condition.trials": None}, "record": 5, "view": {}})
    assert other.setup.setup.episodes == 3


def test_records_hold_the_transcripts_the_page_shows(opened):
    record = Record.open(opened.reading.evaluation.record.folder)
    shown = [card.key for card in opened.talks.transcript.cards if card.tint != "trial"]
    assert shown == [k for k, event in enumerate(record.events("transcript")) if event["episode"] == 0]


def test_the_dialog_forgets_the_key_it_gave(qtbot):
    dialog = keys.KeyDialog(None, "openai")
    qtbot.addWidget(dialog)
    qtbot.keyClicks(dialog.findChild(QLineEdit), CANARY)
    assert dialog.take() == CANARY
    assert dialog.findChild(QLineEdit).text() == ""
