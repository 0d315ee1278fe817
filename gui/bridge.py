"""Where the engine meets Qt: commands go out at once, news comes in once a frame at most, however fast the engine
writes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from gui.performance import FrameMeter

if TYPE_CHECKING:
    from engine.service.jobs import EngineSnapshot, Job, JobState
    from engine.service.thread import EngineThread

FRAME_MS = 16
BUDGET_S = 0.008  # a frame that takes longer is followed by as long a rest, so that clicks are served in between


class Bridge(QObject):
    """Owns the engine thread; the rest of the window knows the engine by this object alone.

    ``changed`` is emitted on a frame in which the snapshot differs from the frame before; ``job_ended`` once for each
    job that ended; ``noted`` for each thing a person should know about the engine itself.
    """

    changed = Signal()
    job_ended = Signal(object)
    noted = Signal(str)

    def __init__(self, engine: EngineThread, parent: QObject) -> None:
        super().__init__(parent)
        self._engine = engine
        self._is_started = False
        self.snapshot: EngineSnapshot = engine.snapshot()
        self._note = self.snapshot.note_number
        self._ended: set[str] = set()

    def start(self) -> None:
        """Start the engine thread: called after the window's first paint."""
        if not self._is_started:
            self._is_started = True
            self._engine.start()
            self._engine.warm()

    def warm_interactive(self, experiment: str) -> None:
        """Let the engine for interactive sessions start and load what `experiment` needs before it is asked for."""
        self._engine.warm("interactive", experiment)

    def pull(self) -> None:
        """Take the engine's newest snapshot and tell what changed; the frame clock calls this."""
        snapshot = self._engine.snapshot()
        if snapshot is self.snapshot:
            return
        self.snapshot = snapshot
        present = {job.id for job in snapshot.jobs if job.ended}
        for job in snapshot.jobs:
            if job.ended and job.id not in self._ended:
                self.job_ended.emit(job)
        self._ended = present  # forgets the jobs the engine has forgotten: bounded
        if snapshot.note_number != self._note:
            self._note = snapshot.note_number
            self.noted.emit(snapshot.note)
        self.changed.emit()

    @property
    def active(self) -> JobState | None:
        """The job to show in the status bar: the running one of the batch lane, else a running session that counts
        steps.
        """
        running = [job for job in self.snapshot.jobs if job.status in ("running", "paused", "stopping")]
        batch = [job for job in running if job.lane == "batch"]
        return batch[0] if batch else None

    @property
    def unfinished(self) -> list[JobState]:
        """Batch jobs that run or wait; interactive sessions are saved as they go and need no one to wait for them."""
        return [job for job in self.snapshot.jobs if not job.ended and job.lane == "batch"]

    def submit(self, job: Job) -> str:
        """Queue a job; its id is known at once, its record with the snapshot that says it runs."""
        return self._engine.submit(job)

    def stop(self, job_id: str) -> None:
        self._engine.stop(job_id)

    def pause(self, job_id: str) -> None:
        self._engine.pause(job_id)

    def resume(self, job_id: str) -> None:
        self._engine.resume(job_id)

    def step(self, job_id: str) -> None:
        self._engine.step(job_id)

    def command(self, job_id: str, payload: dict[str, Any]) -> None:
        """Hand something to an interactive job."""
        self._engine.command(job_id, payload)

    def recent_log(self) -> list[str]:
        """The engine's last log lines."""
        return self._engine.recent_log()

    def shutdown(self) -> None:
        """Stop what runs (records are kept) and end the engine."""
        if self._is_started:
            self._is_started = False
            self._engine.shutdown()
            self._engine.join(10)


class FrameClock(QObject):
    """The one clock of the screen: at most 60 times a second it lets each follower look for news.

    ``followers`` run in order on every tick; ``page`` (the visible page's ``on_frame``) runs within a budget: if it
    took long, the next ticks are left to the event loop. A page that fails is reported once and then left alone until
    another page is shown.
    """

    failed = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.meter = FrameMeter()
        self.followers: list[Callable[[], None]] = []
        self._page: Callable[[], None] | None = None
        self._rest_until = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._on_tick)

    def show(self, page: Callable[[], None] | None) -> None:
        """Let ``page`` be the one that is drawn (None: nothing is visible)."""
        self._page = page
        self._rest_until = 0.0

    def start(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    @Slot()
    def _on_tick(self) -> None:
        for follower in self.followers:
            follower()
        began = time.perf_counter()
        if self._page is None or began < self._rest_until:
            return
        try:
            self._page()
        except Exception as error:  # noqa: BLE001  one broken page must not repeat its error sixty times a second
            self._page = None
            self.failed.emit(error)
            return
        taken = time.perf_counter() - began
        self._rest_until = began + 2 * taken if taken > BUDGET_S else 0.0
        self.meter.frame(began, taken)
