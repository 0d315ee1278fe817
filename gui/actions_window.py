"""The actions of the window itself, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox

from gui import layouts
from gui.actions import Action
from gui.lessons import lessons
from gui.settings import LARGEST_TEXT, SMALLEST_TEXT
from gui.translation import tr

if TYPE_CHECKING:
    from gui.window import MainWindow

THEMES = (("system", tr("As the system")), ("light", tr("Light")), ("dark", tr("Dark")))


def window_actions(window: MainWindow) -> list[Action]:
    """Every action that is there whatever page is shown."""
    return [*_files(window), *_edits(window), *_views(window), *_runs(window), *_windows(window), *_helps(window)]


def _files(window: MainWindow) -> list[Action]:
    folder = window.workspace.runs_folder
    return [
        Action(
            "window.palette",
            tr("Search…"),
            window.open_palette,
            "File",
            0,
            "Ctrl+K; Ctrl+Shift+P",
            "search",
            hint=tr("Everything that can be done or opened"),
        ),
        Action("window.runs-folder", tr("Show the runs folder"), lambda: open_folder(folder), "File", 8, icon="folder"),
        Action("window.quit", tr("Quit"), window.close, "File", 9, "Ctrl+Q"),
    ]


def _edits(window: MainWindow) -> list[Action]:
    undo = window.workspace.undo
    return [
        Action("edit.undo", tr("Undo"), undo.undo, "Edit", 0, "Ctrl+Z", "undo", undo.canUndo),
        Action("edit.redo", tr("Redo"), undo.redo, "Edit", 0, "Ctrl+Shift+Z", "redo", undo.canRedo),
        Action(
            "edit.script",
            tr("Copy changes as Python"),
            lambda: copy_script(window),
            "Edit",
            1,
            enabled=undo.canUndo,
            hint=tr("The arrangement made so far as lines of Python"),
        ),
    ]


def _views(window: MainWindow) -> list[Action]:
    settings = window.workspace.settings
    themes = [
        Action(
            f"theme.{name}",
            text,
            lambda name=name: window.choose_theme(name),
            "View/Theme",
            1,
            checked=lambda name=name: settings.theme == name,
            hint=tr("Colours: {lower}", lower=text.lower()),
        )
        for name, text in THEMES
    ]
    return [
        *[
            Action(
                f"page.{page.identifier}",
                page.title,
                lambda name=page.identifier: window.show_page(name),
                "View",
                0,
                page.shortcut,
                page.icon,
                checked=lambda name=page.identifier: window.current == name,
                hint=tr("Show the page {title}", title=page.title),
            )
            for page in window.entries.values()
        ],
        *themes,
        Action(
            "theme.switch",
            tr("Switch between light and dark"),
            window.switch_theme,
            "View",
            1,
            "Ctrl+Shift+L",
            "contrast",
        ),
        Action("view.larger", tr("Larger text"), lambda: scale_text(window, 10), "View", 2, "Ctrl++; Ctrl+="),
        Action("view.smaller", tr("Smaller text"), lambda: scale_text(window, -10), "View", 2, "Ctrl+-"),
        Action(
            "view.full-screen",
            tr("Full screen"),
            lambda: full_screen(window),
            "View",
            3,
            "F11",
            checked=window.isFullScreen,
        ),
    ]


def _runs(window: MainWindow) -> list[Action]:
    engine = window.workspace.engine

    def act(verb: str) -> None:
        job = engine.active
        if job is not None:
            getattr(engine, verb)(job.id)

    def has(*statuses: str) -> bool:
        return engine.active is not None and engine.active.status in statuses

    return [
        Action(
            "run.pause", tr("Pause run"), lambda: act("pause"), "Run", 5, icon="pause", enabled=lambda: has("running")
        ),
        Action(
            "run.resume", tr("Resume run"), lambda: act("resume"), "Run", 5, icon="play", enabled=lambda: has("paused")
        ),
        Action(
            "run.step", tr("One step of a paused run"), lambda: act("step"), "Run", 5, enabled=lambda: has("paused")
        ),
        Action(
            "run.stop",
            tr("Stop run"),
            window.stop_run,
            "Run",
            5,
            "Ctrl+.",
            "stop",
            lambda: has("running", "paused"),
            hint=tr("Stops the current run; everything written so far is kept"),
        ),
    ]


def _windows(window: MainWindow) -> list[Action]:
    return [
        *[
            Action(
                f"dock.{name}",
                dock.windowTitle(),
                lambda dock=dock: dock.setVisible(not dock.isVisible()),
                "Window",
                0,
                shortcut,
                checked=dock.isVisible,
                hint=tr("Show or hide {lower}", lower=dock.windowTitle().lower()),
            )
            for (name, dock), shortcut in zip(
                window.docks.items(), ("Ctrl+Shift+U", "Ctrl+Shift+M", "Ctrl+Shift+H", "Shift+F1", "F1"), strict=True
            )
        ],
        *[
            Action(
                f"layout.{name}",
                tr("{titles} layout", titles=layouts.TITLES[name]),
                lambda name=name: window.choose_layout(name),
                "Window",
                1,
                checked=lambda name=name: window.workspace.settings.layout == name,
                hint=layouts.HINTS[name],
            )
            for name in layouts.FACTORY
        ],
        Action("layout.reset", tr("Reset layout"), lambda: window.choose_layout("explore"), "Window", 2),
    ]


def _helps(window: MainWindow) -> list[Action]:
    return [
        Action(
            "help.diagnostics",
            tr("Copy diagnostics"),
            window.performance.copy,
            "Help",
            0,
            icon="copy",
            hint=tr("Versions, platform, speed and the last warnings"),
        ),
        Action(
            "help.logs",
            tr("Show the log folder"),
            lambda: open_folder(window.workspace.runs_folder.parent / "logs"),
            "Help",
            0,
        ),
        *(
            Action(
                f"lesson.{name}",
                tr("Lesson: {title}", title=lesson.title[0].lower() + lesson.title[1:]),
                lambda name=name: window.begin_lesson(name),
                "Help",
                0,
                hint=tr("{steps} steps beside the page", steps=len(lesson.steps)),
            )
            for name, lesson in lessons().items()
        ),
        Action("help.about", tr("About Athanor…"), lambda: about(window), "Help", 1, icon="info"),
    ]


def open_folder(folder) -> None:
    """Show a folder in the system's file manager."""
    folder.mkdir(parents=True, exist_ok=True)
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def copy_script(window: MainWindow) -> None:
    """Put the lines of Python of every change that is in force on the clipboard."""
    from PySide6.QtGui import QGuiApplication

    undo = window.workspace.undo
    commands = (undo.command(place) for place in range(undo.index()))
    lines = [command.to_python() for command in commands if hasattr(command, "to_python")]
    QGuiApplication.clipboard().setText("\n".join(line for line in lines if line))
    window.toast.say(tr("Copied as Python"))


def scale_text(window: MainWindow, step: int) -> None:
    """Make all text larger or smaller by ``step`` percent, between 70 and 200."""
    settings = window.workspace.settings
    settings.text_scale = max(SMALLEST_TEXT, min(LARGEST_TEXT, settings.text_scale + step))
    window.theme.set_scale(settings.text_scale)
    window.rail.fit()


def full_screen(window: MainWindow) -> None:
    """Use the whole screen, or give it back."""
    if window.isFullScreen():
        window.showNormal()
    else:
        window.showFullScreen()


def about(window: MainWindow) -> None:
    """Say what this is."""
    from importlib.metadata import version

    box = QMessageBox(window)
    box.setWindowTitle(tr("About Athanor"))
    box.setText(tr("Athanor {value}", value=version("athanor")))
    box.setInformativeText(tr("A desktop laboratory for agents and networks that remember.\nApache License 2.0"))
    box.open()
