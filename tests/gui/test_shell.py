"""Parts of the shell without the whole program: actions, palette, loader, undo, words, crashes."""

import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QMenuBar, QWidget

from gui import words
from gui.actions import Action, Actions
from gui.crash import CrashGuard
from gui.loader import Loader
from gui.palette import Entry, ranked, score
from gui.undo import Change

# Actions


@pytest.fixture
def bench(qtbot):
    window = QWidget()
    page = QWidget(window)
    qtbot.addWidget(window)
    return Actions(window), page


def test_actions_run_by_name_only_where_they_are_available(bench, qtbot):
    actions, page = bench
    done, allowed = [], []
    actions.add([Action("a.one", "One", lambda: done.append("one"), "File", enabled=lambda: bool(allowed))])
    actions.add([Action("p.two", "Two", lambda: done.append("two"), "View/More")], page, "p")
    actions.run("a.one")
    actions.run("p.two")
    assert done == []
    allowed.append(1)
    actions.show_page("p")
    with qtbot.waitSignal(actions.performed) as signal:
        actions.run("a.one")
    actions.run("p.two")
    assert signal.args == ["a.one"]
    assert done == ["one", "two"]
    assert [action.identifier for action in actions.available()] == ["a.one", "p.two"]


def test_two_actions_of_one_name_are_an_error(bench):
    actions, _ = bench
    actions.add([Action("a.one", "One", print)])
    with pytest.raises(ValueError, match=r"a\.one"):
        actions.add([Action("a.one", "Other", print)])


def test_menus_are_made_from_actions(bench, qtbot):
    actions, page = bench
    actions.add([Action("a.one", "One", print, "File", 1), Action("a.zero", "Zero", print, "File", 0)])
    actions.add([Action("p.two", "Two", print, "View/More")], page, "p")
    bar = QMenuBar()
    qtbot.addWidget(bar)
    actions.fill(bar)
    assert [entry.text() for entry in bar.actions()] == ["File"]
    texts = [entry.text() for entry in bar.actions()[0].menu().actions()]
    assert texts == ["Zero", "", "One"], "groups in order with a line between"
    actions.show_page("p")
    actions.fill(bar)
    assert [entry.text() for entry in bar.actions()] == ["File", "View"]
    assert bar.actions()[1].menu().actions()[0].menu().actions()[0].text() == "Two"


# Palette


def entries(*texts):
    return [Entry(text, text, print) for text in texts]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("theme", "Switch theme"),
        ("dk", "Dark"),
        ("stop", "Stop run"),
        ("run stop", "Stop run"),
        ("exp", "Experiments"),
        ("rl", "Reset layout"),
    ],
)
def test_palette_puts_the_obvious_first(query, first):
    found = ranked(
        query,
        entries("Settings", "Experiments", "Export runs…", "Stop run", "Reset layout", "Dark", "Switch theme"),
        [],
    )
    assert found[0].text == first


def test_palette_shows_recent_first_and_hints_count():
    listed = [*entries("A", "B", "C"), Entry("d", "D", print, hint="Colours of the night")]
    assert [entry.text for entry in ranked("", listed, ["C", "B"])] == ["C", "B", "A", "D"]
    assert [entry.text for entry in ranked("night", listed, [])] == ["D"]
    assert ranked("xyz", listed, []) == []


@given(st.text(min_size=1), st.text(min_size=1))
@example("0", 200 * "0")
def test_score_matches_exactly_the_texts_that_hold_the_letters_in_order(query, text):
    letters = iter(text.casefold())
    in_order = all(letter in letters for letter in query.casefold().replace(" ", ""))
    if in_order:
        assert score(query, text) is not None
    if query.casefold() in text.casefold():
        assert score(query, text) > 2


# Loader


@pytest.fixture
def loader():
    made = Loader()
    yield made
    made.close()


def deliver(loader, done, seconds=3.0):
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        loader.deliver()
        time.sleep(0.005)
    assert done()


def test_loader_answers_on_the_calling_thread(loader):
    threads, answers = [], []
    loader.load("a", lambda: threads.append(threading.current_thread()) or 7, answers.append)
    deliver(loader, lambda: answers)
    assert answers == [7]
    assert threads[0] is not threading.main_thread()


def test_newest_request_wins_and_overtaken_answers_never_land(loader):
    gate, began, answers = threading.Event(), threading.Event(), []
    loader.load("seek", lambda: began.set() or (gate.wait(3) and "old"), answers.append)
    assert began.wait(3)
    for step in range(100):
        loader.load("seek", lambda step=step: step, answers.append)
    assert len(loader._waiting) == 1, "requests of a name do not pile up"
    gate.set()
    deliver(loader, lambda: answers)
    assert answers == [99]


def test_cancelled_request_and_failing_request(loader):
    answers, errors = [], []
    loader.load("a", lambda: time.sleep(0.05) or 1, answers.append)
    loader.cancel("a")
    loader.load("b", lambda: 1 / 0, answers.append, errors.append)
    deliver(loader, lambda: errors)
    assert answers == []
    assert isinstance(errors[0], ZeroDivisionError)


# Undo


def test_quick_changes_of_one_thing_are_one_step(qapp):
    stack, values = QUndoStack(), []
    for value in range(1, 6):
        stack.push(Change("Zoom", values.append, value - 1, value, "zoom", "view.zoom = {!r}"))
    assert stack.count() == 1
    assert stack.command(0).to_python() == "view.zoom = 5"
    stack.undo()
    assert values[-1] == 0
    stack.redo()
    assert values[-1] == 5
    stack.push(Change("Zoom", values.append, 5, 0, "zoom"))
    assert stack.count() == 0, "a drag that ends where it began is no change"


# Words


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (words.amount(212_345), "212 k"),
        (words.amount(20_100_000), "20.1 M"),
        (words.amount(0.4217), "0.422"),
        (words.amount(7.0), "7"),
        (words.duration(3.21), "3.2 s"),
        (words.duration(240), "4 min"),
        (words.duration(6720), "1 h 52 min"),
        (words.duration(3 * 86400 + 4 * 3600), "3 d 4 h"),
        (words.size(1_200_000_000), "1.2 GB"),
        (words.value_words([1, 2.5, True, None]), "1, 2.5, yes, none"),
        (words.value_words({"a": 1}), "a 1"),
        (words.when("not a time"), "not a time"),
    ],
)
def test_words(made, text):
    assert made == text


# The crash path


def test_unexpected_errors_reach_log_and_report(tmp_path):
    guard = CrashGuard(tmp_path)
    told = []
    guard.report = lambda text, details: told.append((text, details))
    try:
        raise RuntimeError("boom")
    except RuntimeError:
        sys.excepthook(*sys.exc_info())
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
    logging.getLogger("athanor.test").warning("a line")
    lines = list(guard.recent.lines)
    guard.close()
    assert [text for text, _ in told] == ["RuntimeError: boom", "ZeroDivisionError: division by zero"]
    assert "Traceback" in told[0][1]
    assert "a line" in (tmp_path / "athanor.log").read_text()
    assert lines[-1].endswith("a line")


def test_the_next_start_knows_of_a_crash(tmp_path):
    code = (
        "import sys, faulthandler; from pathlib import Path; from gui.crash import CrashGuard\n"
        "guard = CrashGuard(Path(sys.argv[1])); faulthandler._sigsegv()"
    )
    died = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, check=False, cwd=ROOT)
    assert died.returncode != 0
    guard = CrashGuard(tmp_path)
    guard.close()
    assert "Segmentation fault" in guard.last_crash
    assert list(tmp_path.glob("fault-*.txt"))
    again = CrashGuard(tmp_path)
    again.close()
    assert again.last_crash == ""


ROOT = Path(__file__).resolve().parents[2]


def test_no_display_is_said_in_words(tmp_path):
    environment = {
        key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    code = "import sys; from gui.application import run; sys.exit(run([]))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 2
    assert "athanor tour" in done.stderr


def test_start_imports_nothing_heavy(tmp_path):
    from gui.benchmarks.startup import _start

    figures = _start()
    assert figures["torch_imported"] is False
    assert not {"torch", "numba", "scipy", "gymnasium"} & set(figures["heavy_imported"])
    assert figures["window_seconds"] < 15, "generous: the machine may be busy"
