"""Ctrl-C and the system's request to end: ask first, insist later."""

from __future__ import annotations

import _thread
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

FORCE_SECONDS = 2.0

Handler = Callable[[int, FrameType | None], Any]


@contextlib.contextmanager
def on_interrupt(ask: Callable[[], None], insist: Callable[[], None]) -> Iterator[None]:
    """While inside, SIGINT and SIGTERM call `ask`; two seconds later, or the second time, `insist` (which may raise).

    Both are called in the main thread. Elsewhere signals are left alone.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    main = threading.get_ident()
    asked = False

    def again() -> None:
        if hasattr(signal, "pthread_kill"):
            signal.pthread_kill(main, signal.SIGINT)  # to the main thread, so that it wakes from a long sleep too
        else:
            _thread.interrupt_main()

    timer = threading.Timer(FORCE_SECONDS, again)
    timer.daemon = True

    def handle(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            insist()
            return
        asked = True
        ask()
        timer.start()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        timer.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)
