"""The composition root: reads the window's options, puts the parts together, takes them apart in order."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QThreadPool, Signal, Slot
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from engine.data.folders import runs_folder, user_folder
from gui.bridge import Bridge, FrameClock
from gui.crash import CrashGuard, RecentLines
from gui.loader import Loader
from gui.performance import LatencyProbe, Watchdog
from gui.settings import Settings, config_folder
from gui.theme.motion import reduce_motion
from gui.theme.style import ThemeSwitch
from gui.translation import tr, trn
from gui.window import MainWindow
from gui.workspace import Workspace

log = logging.getLogger("athanor")
ICON = Path(__file__).resolve().parents[1] / "assets" / "icons" / "athanor.svg"


def options(arguments: list[str]) -> argparse.Namespace:
    """The window's own options."""
    parser = argparse.ArgumentParser(
        prog="athanor", description="Open the window. For headless commands see athanor --help."
    )
    parser.add_argument(
        "--engine", choices=("process", "inline"), help="run jobs in a process of their own, or in a thread"
    )
    parser.add_argument("--data", metavar="DIR", help="keep runs, settings and logs in this folder")
    parser.add_argument("--page", metavar="NAME", help="page to open with")
    parser.add_argument("--debug", action="store_true", help="write more to the log")
    return parser.parse_args(arguments)


class _Reports(QObject):
    """Carries reports of unexpected errors from any thread to the window."""

    raised = Signal(str, str)


class Application(QObject):
    """Everything that lives while the window is open. Built on the main thread after QApplication.

    Attributes: ``window``, ``workspace``, ``engine`` (the bridge), ``clock``, ``probe``, ``settings``, ``guard`` (None
    in tests).
    """

    def __init__(self, application: QApplication, chosen: argparse.Namespace, guard: CrashGuard | None = None) -> None:
        super().__init__()
        from engine.service.thread import EngineThread

        self.settings = Settings.load(config_folder())
        self._chosen_engine = chosen.engine
        self.guard = guard
        self.theme = ThemeSwitch(application, self.settings.theme, self.settings.text_scale)
        if self.settings.reduced_motion:
            reduce_motion(True)
        self.probe = LatencyProbe(self)
        self.watchdog = Watchdog(self.probe)
        self.clock = FrameClock(self)
        self.loader = Loader()
        mode = chosen.engine or self.settings.engine
        self.engine = Bridge(EngineThread(mode, interpreter=self.settings.interpreter or None), self)
        self.workspace = Workspace(self.engine, self.loader, self.settings, runs_folder(), self)
        recent = guard.recent if guard else RecentLines()
        self.window = MainWindow(
            self.workspace, self.clock, self.probe, recent, self.theme, device_words(self.settings)
        )
        self.window.first_painted.connect(self._on_first_painted)
        self._reports = _Reports(self)
        self._reports.raised.connect(self._on_report)
        if guard:
            guard.report = self._reports.raised.emit
        self.window.show_page(chosen.page or self.settings.page)
        self._is_closed = False

    def show(self) -> None:
        """Show the window; frames begin, and the engine starts after the first paint."""
        self.window.show()
        self.clock.start()
        self.probe.start()

    @Slot()
    def _on_first_painted(self) -> None:
        self.engine.start()
        self.watchdog.start()
        if not can_write(self.workspace.runs_folder):
            self.workspace.show_error(
                tr(
                    "The data folder {runs_folder} cannot be written (read-only, or the disk is full)",
                    runs_folder=self.workspace.runs_folder,
                ),
                tr("Runs that are there can be looked at; nothing new can be recorded"),
                tr("Make room or allow writing, or start with athanor --data and another folder"),
            )
        if self.settings.problem:
            self.workspace.show_error(
                self.settings.problem, tr("Runs and data were not touched"), tr("Choose again on the settings page")
            )
        if self.guard and self.guard.last_crash:
            self.workspace.show_error(
                tr("Athanor ended unexpectedly the last time"),
                tr("Runs are kept up to their last written step"),
                tr("The report is in {folder}", folder=self.guard.folder),
                self.guard.last_crash,
            )

    @Slot(str, str)
    def _on_report(self, text: str, details: str) -> None:
        self.workspace.show_error(
            text, tr("Every run is kept"), tr("Copy the report and send it to the developers"), details
        )

    def close(self) -> None:
        """Ordered end: timers, engine, threads, window, deferred deletes. Plots that outlive the program would crash
        it.
        """
        if self._is_closed:
            return
        self._is_closed = True
        self.clock.stop()
        self.probe.stop()
        if self.watchdog.is_alive():
            self.watchdog.close()
        self.window.save()
        self.engine.shutdown()
        self.loader.close()
        QThreadPool.globalInstance().waitForDone(2000)
        self.workspace.undo.clear()
        self.workspace.close()
        self.window.hide()
        self.window.deleteLater()
        self.theme.deleteLater()
        self.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def device_words(settings: Settings) -> str:
    """Where jobs will run, for the status bar."""
    cores = os.cpu_count() or 1
    place = {"auto": tr("CPU or GPU") if Path("/dev/nvidia0").exists() else "CPU", "cuda": "GPU"}.get(
        settings.device, "CPU"
    )
    return trn("{place} · {cores} core", "{place} · {cores} cores", cores, place=place, cores=cores)


def has_display() -> bool:
    """Whether a window can be shown at all; only Linux can be without."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def make_qt() -> QApplication:
    """The QApplication, named and in the style that the theme is made for."""
    application = QApplication.instance()
    if application is None:
        policy = Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
        QGuiApplication.setHighDpiScaleFactorRoundingPolicy(policy)
        application = QApplication(sys.argv[:1])
    QCoreApplication.setApplicationName("athanor")
    QGuiApplication.setApplicationDisplayName("Athanor")
    QGuiApplication.setDesktopFileName("athanor")
    application.setStyle("Fusion")
    application.setWindowIcon(QIcon(str(ICON)))
    application.setQuitOnLastWindowClosed(False)
    return application


def log_folder() -> Path:
    """Folder of log and fault file: in the user's folder, or a temporary one where that cannot be written."""
    folder = user_folder() / "logs"
    return folder if can_write(folder) else Path(tempfile.mkdtemp(prefix="athanor-logs-"))


def can_write(folder: Path) -> bool:
    """Whether files can be made in ``folder``, which is made if need be; a full disk counts as no."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"x")
    except OSError:
        return False
    return True


def run(arguments: list[str]) -> int:
    """Open the window and stay until it is closed; returns the exit status."""
    chosen = options(arguments)
    if chosen.data:
        os.environ["ATHANOR_HOME"] = str(Path(chosen.data).expanduser().absolute())
    if not has_display():
        print(  # noqa: T201
            tr(
                "There is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set).\n"
                "athanor tour DIR runs every page without one and leaves pictures; athanor --help lists headless "
                "commands."
            ),
            file=sys.stderr,
        )
        return 2
    application = make_qt()
    guard = CrashGuard(log_folder(), chosen.debug)
    whole = Application(application, chosen, guard)
    whole.window.ended.connect(application.quit)
    for number in (signal.SIGINT, signal.SIGTERM):  # the ordered end, not a cut: runs are stopped and kept
        signal.signal(number, lambda *_: application.quit())
    whole.show()
    application.exec()
    whole.close()
    guard.close()
    return 0


def started_seconds_ago() -> float:
    """Seconds since this process was started, the interpreter's own start included."""
    import psutil

    return time.time() - psutil.Process().create_time()
