"""One engine as its supervisor sees it: is it there, does it live, what does it run, was it asked to stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from engine.service.jobs import EngineState, JobStatus, Lane, LaneState
from engine.service.link import Deliver, Gone, Link, refusal
from engine.service.protocol import Beat, Ready, Refused, Stop, Submit, Upward

TERMINATE_SECONDS = 2.0
KILL_SECONDS = 5.0
STALL_SECONDS = 3.0


@dataclass(frozen=True)
class Ending:
    """How a job ended whose engine went away under it, and what to tell."""

    status: JobStatus
    error: str
    note: str


class Worker:
    """One engine of a lane. All methods are called in the engine thread.

    Attributes
    ----------
    job
        Id of the job it was given and has not finished, or None.
    generation
        Counts the engines this worker has had; messages of an earlier one are no longer its own.
    """

    def __init__(self, name: str, lane: Lane, connect: Callable[[Deliver], Link]) -> None:
        self.name = name
        self.lane: Lane = lane
        self.job: str | None = None
        self.link: Link | None = None
        self.generation = 0
        self.ready = False
        self._connect = connect
        self._failed = False
        self._refused = ""
        self._beaten = 0.0
        self._rss = 0
        self._rate = 0.0
        self._stopping_since: float | None = None
        self._forced = 0

    def start(self, deliver: Callable[[int, Upward | Gone], None]) -> None:
        """Have an engine; `deliver` gets its messages with the generation they belong to."""
        if self.link is not None:
            return
        self.generation += 1
        generation = self.generation
        self.ready, self._failed, self._refused = False, False, ""
        self._beaten = time.monotonic()
        try:
            self.link = self._connect(lambda message: deliver(generation, message))
        except (OSError, ValueError) as problem:  # ValueError: a path that no system has
            deliver(generation, Gone(None, getattr(problem, "strerror", None) or str(problem)))

    def submit(self, message: Submit) -> None:
        """Give it a job; it must have none."""
        self.job = message.job.id
        self._forget_stop()
        if self.link is not None:
            self.link.send(message)

    def stop_job(self) -> None:
        """Ask its job to stop; `escalate` insists from then on."""
        if self.job is None or self._stopping_since is not None:
            return
        self._stopping_since = time.monotonic()
        if self.link is not None:
            self.link.send(Stop(self.job))

    def escalate(self, now: float) -> None:
        """Force a job that was asked to stop long ago: unwind it after two seconds, kill its engine after five."""
        if self._stopping_since is None or self.link is None:
            return
        waited = now - self._stopping_since
        if self._forced < 1 and waited >= TERMINATE_SECONDS:
            self._forced = 1
            self.link.terminate()
        if self._forced < 2 and waited >= KILL_SECONDS:
            self._forced = 2
            self.link.kill()

    @property
    def hurrying(self) -> bool:
        """Whether a job has been asked to stop and has not yet."""
        return self._stopping_since is not None

    def heard(self, message: Beat | Ready | Refused) -> None:
        """Take in a message about the engine itself."""
        self._beaten = time.monotonic()
        match message:
            case Beat(rss=rss, steps_per_second=rate):
                self._rss, self._rate = rss, rate
            case Ready():
                self.ready = True
                self._refused = refusal(message) or ""
                if self._refused and self.link is not None:
                    self.link.kill()
            case Refused(reason=reason):
                self._refused = reason

    def finished(self) -> None:
        """Its job ended."""
        self.job = None
        self._rate = 0.0
        self._forget_stop()

    def gone(self, message: Gone) -> Ending | None:
        """Take in that the engine ended; what that means for its job, None if it had none."""
        healthy = self.ready and not self._refused
        self._failed = not healthy and (message.code != 0 or bool(self._refused))
        said = self.link.log()[-1:] if self.link is not None else []
        self.link, self.ready, self._rss = None, False, 0
        ending: Ending | None = None
        if self.job is not None:
            if self._stopping_since is not None:
                words = f"The job did not react to Stop and was ended ({message.words})"
                ending = Ending("stopped", words, words)
            elif healthy:
                words = f"The engine process ended unexpectedly ({message.words})"
                ending = Ending("crashed", words, f"{words}; the record is kept up to there and the engine starts anew")
            else:
                words = self._refused or ": ".join([f"The engine could not start ({message.words})", *said])
                ending = Ending("failed", words, words)
        self.finished()
        return ending

    def state(self, now: float) -> LaneState:
        """How it stands."""
        found: EngineState
        if self.link is None:
            found = "gone" if self._failed else "idle"
        elif not self.ready:
            found = "starting"
        elif now - self._beaten > STALL_SECONDS:
            found = "stalled"
        else:
            found = "busy" if self.job else "idle"
        return LaneState(self.name, found, self.link.pid if self.link else None, self._rss, self._rate)

    def _forget_stop(self) -> None:
        self._stopping_since, self._forced = None, 0
