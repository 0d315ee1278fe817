"""What every test gets: a home of its own, no display, and a check that it leaves nothing behind."""

import gc
import os
import sys
import threading
import time

import pytest

if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

GRACE_S = 3.0
# Threads of libraries that live as long as the process, by the start of their names.
LASTING = ("asyncio_", "pydevd", "ThreadPoolExecutor", "numba", "Dummy-", "tbb", "QThread")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Runs, settings and logs of this test alone."""
    folder = tmp_path / "home"
    monkeypatch.setenv("ATHANOR_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def nothing_left(request):
    """Fail a test that leaves threads, timers, Qt threads or windows behind."""
    before = set(threading.enumerate())
    yield
    left = _wait_for(lambda: [thread for thread in threading.enumerate() if _is_leak(thread, before)])
    assert not left, f"threads left running: {left}"
    if "qapp" in request.fixturenames and "PySide6.QtWidgets" in sys.modules:
        _check_qt()


def _is_leak(thread, before):
    return thread.is_alive() and thread not in before and not thread.name.startswith(LASTING)


def _wait_for(look):
    end = time.monotonic() + GRACE_S
    while (left := look()) and time.monotonic() < end:
        time.sleep(0.02)
    return left


def _check_qt():
    import shiboken6
    from PySide6.QtCore import QCoreApplication, QEvent, QThread, QTimer
    from PySide6.QtWidgets import QApplication

    from gui.theme import DARK
    from gui.theme.tokens import set_current

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    windows = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    # By type, not isinstance: some libraries' lazy objects warn when asked for their class.
    objects = [thing for thing in gc.get_objects() if issubclass(type(thing), (QTimer, QThread))]
    objects = [thing for thing in objects if shiboken6.isValid(thing)]
    timers = [thing for thing in objects if isinstance(thing, QTimer) and thing.isActive()]
    main = QThread.currentThread()
    threads = [thing for thing in objects if isinstance(thing, QThread) and thing != main and thing.isRunning()]
    set_current(DARK)
    assert not windows, f"windows left open: {windows}"
    assert not timers, f"timers left running: {[(timer, timer.parent()) for timer in timers]}"
    assert not threads, f"Qt threads left running: {threads}"
