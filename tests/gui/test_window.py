"""The real window with a real engine process."""

import re
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTextEdit,
    QWidget,
)

from engine.service.jobs import Job
from gui.pages.catalogue import PAGES, PageEntry
from gui.theme import current

INTERACTIVE = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
)
OWN_PAGES = ("runs", "experiments", "settings")


def test_pages_are_built_when_first_shown(whole):
    assert list(whole.window.pages) == ["settings"]
    whole.window.show_page("experiments")
    assert list(whole.window.pages) == ["settings", "experiments"]
    assert whole.window.page is whole.window.pages["experiments"]
    assert whole.window.windowTitle().startswith("Experiments")


def test_catalogue_of_pages_agrees_with_the_classes():
    for entry in PAGES:
        if entry.identifier not in OWN_PAGES:
            continue
        page = entry.load()
        assert (page.identifier, page.title, page.icon, page.shortcut) == (
            entry.identifier,
            entry.title,
            entry.icon,
            entry.shortcut,
        )


def test_a_page_that_cannot_be_built_leaves_the_others_alive(whole):
    whole.window.entries["broken"] = PageEntry("broken", "Broken", "gear", "", "gui.pages.no_such_module:Page")
    whole.window.rail._buttons["broken"] = whole.window.rail._buttons["settings"]
    whole.window.show_page("broken")
    assert "could not be opened" in whole.window.errors.report
    whole.window.show_page("runs")
    assert whole.window.current == "runs"


def test_palette_runs_an_action(whole, qtbot):
    window = whole.window
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.palette_box.isVisible()
    qtbot.keyClicks(window.palette_box.field, "light")
    assert window.palette_box.entries()[0].key == "theme.light"
    qtbot.keyClick(window.palette_box.field, Qt.Key.Key_Return)
    assert not window.palette_box.isVisible()
    assert current().name == "light"
    window.open_palette()
    assert window.palette_box.entries()[0].key == "theme.light", "what was used last comes first"
    qtbot.keyClick(window.palette_box.field, Qt.Key.Key_Escape)
    assert not window.palette_box.isVisible()


def test_palette_finds_experiments_and_runs(whole, qtbot, run_job):
    state = run_job(whole)
    whole.workspace.index.refresh()
    window = whole.window
    window.palette_box.open("engine check")
    kinds = {entry.key.split(".")[0] for entry in window.palette_box.entries()}
    assert {"experiment", "run"} <= kinds
    entry = next(entry for entry in window.palette_box.entries() if entry.key.startswith("run.open"))
    assert entry.key.endswith(Path(state.record).name)
    window.palette_box._choose(entry)
    assert window.current == "runs"
    qtbot.waitUntil(lambda: window.page.selected() == [Path(state.record).name], timeout=5000)


def test_theme_switches_live(whole):
    whole.window.choose_theme("dark")
    dark = whole.window.grab().toImage().pixelColor(200, 200)
    whole.window.switch_theme()
    light = whole.window.grab().toImage().pixelColor(200, 200)
    assert dark.lightness() < 80 < 200 < light.lightness()
    assert whole.settings.theme == "light"


def test_the_settings_page_follows_what_is_chosen_elsewhere(whole):
    whole.window.show_page("settings")
    page = whole.window.page
    whole.window.choose_theme("dark")
    whole.window.choose_theme("light")
    assert page.theme.currentData() == "light"
    page.device.setCurrentIndex(1)
    page.device.activated.emit(1)
    assert (whole.settings.theme, whole.settings.device) == ("light", "cpu"), "another choice must not undo it"


def test_every_control_has_a_name(whole):
    for name in OWN_PAGES:
        whole.window.show_page(name)
    nameless = []
    for widget in whole.window.findChildren(QWidget):
        if (
            not isinstance(widget, INTERACTIVE)
            or isinstance(widget, QScrollBar)
            or widget.objectName().startswith("qt_")
        ):
            continue
        if isinstance(widget, QLineEdit) and isinstance(widget.parent(), QComboBox):
            continue  # an editable box is named as a whole
        words = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
        if (
            not words
            and type(widget).__module__.startswith("PySide6")
            and type(widget).__name__
            in (
                "QAbstractButton",
                "QHeaderView",
                "QListView",
                "QComboBoxListView",
                "QTableCornerButton",
                "QToolButton",
            )
        ):
            continue  # parts that Qt makes inside its own widgets
        if not words:
            nameless.append((type(widget).__name__, widget.objectName(), type(widget.parent()).__name__))
    assert not nameless


def test_words_follow_the_house_rules(whole):
    for name in OWN_PAGES:
        whole.window.show_page(name)
    for action in whole.window.actions_list.all():
        assert not re.search(r"[.:]$", action.text), action.text
        words = [word.rstrip("…") for word in action.text.split()[1:]]
        words = [word for word in words if word not in ("Python", "Athanor") and not word.isupper()]  # PNG, CSV
        assert not any(word[0].isupper() for word in words), f"not sentence case: {action.text}"


def test_shortcuts_are_unique_on_every_page(whole):
    for name in OWN_PAGES:
        whole.window.show_page(name)
        keys = [
            QKeySequence(key).toString()
            for action in whole.window.actions_list.all()
            if whole.window.actions_list._owners[action.identifier] in ("", name)
            for key in action.shortcut.split("; ")
            if key
        ]
        assert len(keys) == len(set(keys)), sorted(keys)


def test_error_panel_tells_and_copies(whole, qtbot):
    errors = whole.window.errors
    assert not errors.isVisible()
    whole.workspace.show_error("The disk is full", "Everything up to step 9 is kept", "Free some space", "stack")
    whole.workspace.show_error("The disk is full", "Everything up to step 9 is kept", "Free some space", "stack")
    whole.workspace.show_error("Another thing")
    assert errors.isVisible()
    errors.copy_button.click()
    from PySide6.QtGui import QGuiApplication

    assert (
        QGuiApplication.clipboard().text()
        == "The disk is full\nEverything up to step 9 is kept\nFree some space\nstack"
    )
    errors.dismiss_button.click()
    assert errors.report == "Another thing", "a second problem waits its turn, the same one is told once"
    errors.dismiss_button.click()
    assert not errors.isVisible()


def test_status_bar_shows_the_run_and_stop_stops_it(whole, qtbot):
    job = whole.engine.submit(Job("pulse", {"steps": 100_000, "rate_hz": 500.0}, title="Long"))
    qtbot.waitUntil(lambda: whole.engine.active is not None and whole.engine.active.done > 0, timeout=30_000)
    status = whole.window.status
    qtbot.waitUntil(lambda: status.stop.isVisible() and "Long" in status._engine.text(), timeout=2000)
    whole.window.actions_list.run("run.stop")
    qtbot.waitUntil(lambda: whole.engine.snapshot.job(job).ended, timeout=3000)
    assert whole.engine.snapshot.job(job).status == "stopped"
    qtbot.waitUntil(lambda: not status.stop.isVisible(), timeout=2000)


def test_a_failing_job_is_told_once(whole, run_job, qtbot):
    assert run_job(whole, fault="fail", fault_at=1).status == "failed"
    qtbot.waitUntil(whole.window.errors.isVisible, timeout=2000)
    assert "kept" in whole.window.errors.report
    whole.window.errors.dismiss()
    assert not whole.window.errors.isVisible()


def test_closing_with_a_run_asks_once_and_remembers(whole, qtbot, monkeypatch):
    whole.engine.submit(Job("pulse", {"steps": 100_000, "rate_hz": 500.0}))
    qtbot.waitUntil(lambda: whole.engine.active is not None, timeout=30_000)
    asked, answers = [], [("cancel", True), ("stop", True)]
    monkeypatch.setattr(whole.window.closing, "ask", lambda count: (asked.append(count), answers.pop(0))[1])
    assert not whole.window.close()
    assert whole.settings.when_closing == "ask", "a cancelled question is not an answer"
    assert whole.window.isVisible()
    assert whole.window.close()
    assert asked == [1, 1]
    assert whole.settings.when_closing == "stop"


def test_keep_going_hides_the_window_until_the_run_ends(whole, qtbot):
    whole.settings.when_closing = "finish"
    whole.engine.submit(Job("pulse", {"steps": 150, "rate_hz": 100.0}))
    qtbot.waitUntil(lambda: whole.engine.active is not None, timeout=30_000)
    with qtbot.waitSignal(whole.window.ended, timeout=20_000):
        assert not whole.window.close()
        assert not whole.window.isVisible()
    assert all(job.status == "finished" for job in whole.engine.snapshot.jobs)


def test_docks_layouts_and_performance(whole, qtbot):
    window = whole.window
    window.actions_list.run("dock.performance")
    window.actions_list.run("dock.log")
    assert window.docks["performance"].isVisible()
    qtbot.waitUntil(lambda: whole.probe.histogram.count > 20, timeout=5000)
    figures = window.performance.figures()
    assert figures["window_memory"].endswith(("MB", "GB"))
    window.performance.copy()
    assert "Python" in window.performance.diagnostics()
    window.actions_list.run("layout.compare")
    assert window.docks["undo"].isVisible()
    assert not window.docks["performance"].isVisible()
    window.actions_list.run("layout.teach")
    assert window.theme.percent == 130
    window.actions_list.run("layout.reset")
    assert window.theme.percent == 100
    assert not any(dock.isVisible() for dock in window.docks.values())


def test_state_comes_back_with_the_next_start(make_application, qtbot):
    first = make_application(page="experiments")
    first.window.page.choose("pulse")
    first.window.page.seeds.setText("0-3")
    first.window.choose_theme("light")
    first.close()
    second = make_application(page="experiments")
    assert second.settings.theme == "light"
    assert second.window.page.experiment.name == "pulse"
    assert second.window.page.seeds.text() == "0-3"


def test_nothing_is_clipped_at_the_smallest_size(whole):
    whole.window.resize(whole.window.minimumSize())
    for name in OWN_PAGES:
        whole.window.show_page(name)
        page = whole.window.page
        right = page.mapTo(whole.window, QPoint(page.width(), 0)).x()
        assert right <= whole.window.width()
        assert page.minimumSizeHint().width() <= page.width(), name


def test_the_engine_may_run_in_a_thread(make_application, run_job):
    whole = make_application("--engine", "inline")
    assert run_job(whole).status == "finished"


def test_turning_pages_leaves_no_widgets_behind(whole, qtbot):
    def turn():
        for name in ("experiments", "settings"):
            whole.window.show_page(name)
            qtbot.wait(20)

    turn()
    before = len(QApplication.allWidgets())
    for _ in range(3):
        turn()
    assert len(QApplication.allWidgets()) == before
