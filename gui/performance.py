"""How responsive the window is: lateness of the event loop, frames a second, and the thread that catches a frozen
window.

Source of the method: a precise timer that is due every 10 ms; lateness = when it came minus when it was due.
"""

from __future__ import annotations

import faulthandler
import logging
import math
import tempfile
import threading
import time

from PySide6.QtCore import QObject, Qt, QTimer, Slot

log = logging.getLogger("athanor.responsiveness")

INTERVAL_MS = 10
BINS = 64
LOWEST_MS, DECADES = 0.1, 5.0  # bins from 0.1 ms to 10 s, equal on a logarithmic scale
SLICES, SLICE_S = 12, 5.0  # the last minute as twelve slices of five seconds


class Histogram:
    """Lateness of the last minute in logarithmic bins; adding a value allocates nothing that stays."""

    def __init__(self) -> None:
        self._counts = [[0] * BINS for _ in range(SLICES)]
        self._maxima = [0.0] * SLICES
        self._slice = 0
        self._until = 0.0

    def add(self, milliseconds: float, now: float) -> None:
        """Count one value at time ``now`` (seconds, any steady clock)."""
        if now >= self._until:
            self._turn(now)
        place = 0
        if milliseconds > LOWEST_MS:
            place = min(BINS - 1, int(math.log10(milliseconds / LOWEST_MS) * (BINS / DECADES)) + 1)
        self._counts[self._slice][place] += 1
        if milliseconds > self._maxima[self._slice]:
            self._maxima[self._slice] = milliseconds

    def _turn(self, now: float) -> None:
        steps = 1 if self._until == 0 else min(SLICES, 1 + int((now - self._until) / SLICE_S))
        for _ in range(steps):
            self._slice = (self._slice + 1) % SLICES
            counts = self._counts[self._slice]
            for place in range(BINS):
                counts[place] = 0
            self._maxima[self._slice] = 0.0
        self._until = now + SLICE_S

    @property
    def count(self) -> int:
        return sum(map(sum, self._counts))

    @property
    def maximum(self) -> float:
        return max(self._maxima)

    def quantile(self, share: float) -> float:
        """Upper edge in milliseconds of the bin in which the quantile lies (never above the maximum); 0 while empty."""
        totals = [sum(column) for column in zip(*self._counts, strict=True)]
        wanted, seen = share * sum(totals), 0
        for place, count in enumerate(totals):
            seen += count
            if count and seen >= wanted:
                return min(self.maximum, LOWEST_MS * 10 ** (place * DECADES / BINS))
        return 0.0


class LatencyProbe(QObject):
    """Measures how late the main thread's event loop serves a timer; also the heart-beat that the watchdog watches.

    Attributes: ``histogram``, ``last_beat`` (``time.perf_counter()`` of the newest tick).
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.histogram = Histogram()
        self.last_beat = time.perf_counter()
        self._due = self.last_beat + INTERVAL_MS / 1000
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._on_tick)

    def start(self) -> None:
        self.last_beat = time.perf_counter()
        self._due = self.last_beat + INTERVAL_MS / 1000
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    @property
    def is_running(self) -> bool:
        return self._timer.isActive()

    @Slot()
    def _on_tick(self) -> None:
        now = time.perf_counter()
        self.histogram.add(max(0.0, now - self._due) * 1000, now)
        self.last_beat = now
        self._due = now + INTERVAL_MS / 1000


class FrameMeter:
    """Frames a second and the longest frame of about the last second."""

    def __init__(self) -> None:
        self.per_second = 0.0
        self.longest_ms = 0.0
        self._frames = 0
        self._longest = 0.0
        self._since = time.perf_counter()

    def frame(self, began: float, taken: float) -> None:
        """Count a frame that began at ``began`` and took ``taken`` seconds."""
        self._frames += 1
        self._longest = max(self._longest, taken)
        if began - self._since >= 1.0:
            self.per_second = self._frames / (began - self._since)
            self.longest_ms = self._longest * 1000
            self._frames, self._longest, self._since = 0, 0.0, began


class Watchdog(threading.Thread):
    """Writes the stacks of all threads to the log when the main thread has not beaten for a quarter of a second.

    One report a freeze and at most one every ten seconds: a slow machine must not fill the disk.
    """

    LIMIT_S, PAUSE_S = 0.25, 10.0

    def __init__(self, probe: LatencyProbe) -> None:
        super().__init__(name="athanor-watchdog", daemon=True)
        self._probe = probe
        self._main = threading.get_ident()
        self._end = threading.Event()
        self.reports = 0

    def run(self) -> None:
        reported_at, reported_beat = -self.PAUSE_S, 0.0
        while not self._end.wait(self.LIMIT_S / 2):
            now, beat = time.perf_counter(), self._probe.last_beat
            late = now - beat
            if (
                not self._probe.is_running
                or late < self.LIMIT_S
                or beat == reported_beat
                or now - reported_at < self.PAUSE_S
            ):
                continue
            reported_at, reported_beat = now, beat
            self.reports += 1
            log.warning("the window has not answered for %.0f ms\n%s", late * 1000, stacks(self._main))

    def close(self) -> None:
        self._end.set()
        self.join(2)


def stacks(main: int) -> str:
    """The stacks of all Python threads as text, the main thread first, each newest call first.

    Written by faulthandler, which holds no frame. Whoever holds a frame of another thread keeps its variables alive:
    a painter would then outlive the paint event and be destroyed in the wrong thread, which ends the program.
    """
    names = {f"0x{thread.ident or 0:016x}": thread.name for thread in threading.enumerate()}
    with tempfile.TemporaryFile() as file:
        faulthandler.dump_traceback(file, all_threads=True)
        file.seek(0)
        blocks = file.read().decode("utf-8", "replace").strip().split("\n\n")
    found = []
    for block in blocks:
        head, _, calls = block.partition("\n")
        ident = next((word for word in head.split() if word.startswith("0x")), "")
        found.append((int(ident or "0", 16) != main, f"-- {names.get(ident, ident)}\n{calls}"))
    return "\n".join(text for _, text in sorted(found, key=lambda entry: entry[0]))
