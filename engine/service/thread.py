"""The engine thread: owns the queue of jobs and the engine processes, and tells at any time how they stand."""

from __future__ import annotations

import dataclasses
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from engine.service.jobs import EngineSnapshot, Job, JobState, Lane
from engine.service.lane import Worker
from engine.service.link import Deliver, Gone, InlineLink, Link, ProcessLink, child_command
from engine.service.protocol import (
    Beat,
    Command,
    Finished,
    Log,
    Pause,
    Paused,
    Prepare,
    Progress,
    Quit,
    Ready,
    Refused,
    Resume,
    Started,
    Step,
    Submit,
    Upward,
)

KEPT_JOBS = 500
"""Ended jobs that a snapshot still shows."""

_logger = logging.getLogger("engine.supervisor")


class EngineThread(threading.Thread):
    """Takes jobs and commands from any thread without blocking it; `snapshot` shows how everything stands.

    Two lanes: *batch* jobs run one after the other (`workers` at a time), an *interactive* job has an engine of its own
    so that play never waits for training, and ends the interactive job before it. Engines start when first needed. An
    engine that dies takes only its job with it: the record is marked and the next job gets a new engine.

    Parameters
    ----------
    mode
        *process*: each engine is a child process. *inline*: each is a thread of this process.
    interpreter
        Another Python that has Athanor installed, for instance one with a GPU build of torch.
    workers
        Batch jobs at a time.
    command
        The whole command of the child, in place of the usual one.
    """

    def __init__(
        self,
        mode: Literal["process", "inline"] = "process",
        *,
        interpreter: str | Path | None = None,
        workers: int = 1,
        command: Sequence[str] | None = None,
    ) -> None:
        super().__init__(name="engine", daemon=True)
        child = list(command or child_command(interpreter))

        def connect(deliver: Deliver) -> Link:
            return InlineLink(deliver) if mode == "inline" else ProcessLink(child, deliver)

        names = ["batch", *(f"batch {number}" for number in range(2, workers + 1))]
        self._workers = [Worker(name, "batch", connect) for name in names]
        self._workers.append(Worker("interactive", "interactive", connect))
        self._inbox: queue.SimpleQueue[tuple[Callable[..., None], tuple[Any, ...]]] = queue.SimpleQueue()
        self._queues: dict[Lane, deque[Job]] = {"batch": deque(), "interactive": deque()}
        self._jobs: dict[str, JobState] = {}
        self._log: deque[str] = deque(maxlen=200)
        self._note, self._note_number = "", 0
        self._leave_at: float | None = None
        self._published = threading.Condition()
        self._snapshot = EngineSnapshot()
        self._publish(time.monotonic())

    # Called from any thread

    def submit(self, job: Job) -> str:
        """Queue a job; returns its id at once. The next snapshot but one at the latest shows it."""
        self._post(self._submit, job)
        return job.id

    def stop(self, job_id: str) -> None:
        """Ask a job to stop; one that does not react is unwound after 2 s and killed with its descendants after 5 s."""
        self._post(self._stop_job, job_id)

    def pause(self, job_id: str) -> None:
        """Hold a running job at its next check."""
        self._post(self._tell, Pause(job_id))

    def resume(self, job_id: str) -> None:
        """Let a paused job go on."""
        self._post(self._tell, Resume(job_id))

    def step(self, job_id: str) -> None:
        """Let a paused job pass one check."""
        self._post(self._tell, Step(job_id))

    def command(self, job_id: str, payload: dict[str, Any]) -> None:
        """Hand a command to a running job; dropped if it does not run."""
        self._post(self._tell, Command(job_id, payload))

    def warm(self, lane: Lane = "batch", experiment: str = "") -> None:
        """Start an engine of the lane now, so that its first job need not wait; it loads what `experiment` needs.

        A thread of this process does not load: it would take its turns with the window's.
        """
        self._post(self._warm, next(worker for worker in self._workers if worker.lane == lane), experiment)

    def snapshot(self) -> EngineSnapshot:
        """How everything stands; cheap, and the identical object as long as nothing changed."""
        return self._snapshot

    def recent_log(self) -> list[str]:
        """The last lines of the engines that run, and of the last one that died."""
        return [*self._log, *(line for worker in self._workers if (link := worker.link) for line in link.log())]

    def wait(self, job_id: str, timeout: float | None = None) -> JobState:
        """Wait until a job has ended and return how; raises TimeoutError. Not for a window's thread."""

        def ended() -> JobState | None:
            job = self._snapshot.job(job_id)
            return job if job and job.ended else None

        with self._published:
            found = self._published.wait_for(ended, timeout)
        if found is None:
            raise TimeoutError(f"The job {job_id} did not end within {timeout} s")
        return found

    def wait_for_news(self, timeout: float) -> None:
        """Return when the snapshot changes, at the latest after `timeout` seconds. Not for a window's thread."""
        with self._published:
            self._published.wait(timeout)

    def shutdown(self, timeout: float = 5.0) -> None:
        """Stop every job (their records are completed), end the engines and this thread; forces what is left over."""
        if self.is_alive():
            self._post(self._shut_down, timeout)
            self.join(timeout + 2.0)

    # Called in this thread

    def run(self) -> None:
        """Handle what arrives until shut down."""
        while self._leave_at is None or any(worker.link for worker in self._workers):
            hurry = self._leave_at is not None or any(worker.hurrying for worker in self._workers)
            try:
                function, arguments = self._inbox.get(timeout=0.05 if hurry else 0.5)
                function(*arguments)
                while not self._inbox.empty():
                    function, arguments = self._inbox.get()
                    function(*arguments)
            except queue.Empty:
                pass
            except Exception:
                _logger.exception("The engine thread could not handle an event")
            now = time.monotonic()
            for worker in self._workers:
                worker.escalate(now)
            if self._leave_at is None:
                self._assign()
            elif now >= self._leave_at:
                self._abandon()
            self._publish(now)

    def _post(self, function: Callable[..., None], *arguments: Any) -> None:
        self._inbox.put((function, arguments))

    def _submit(self, job: Job) -> None:
        if self._leave_at is not None:
            return
        if job.lane == "interactive":
            for other in [state.id for state in self._jobs.values() if state.lane == job.lane and not state.ended]:
                self._stop_job(other)
        self._jobs[job.id] = JobState(job.id, job.experiment, job.title, job.lane)
        self._queues[job.lane].append(job)

    def _stop_job(self, job_id: str) -> None:
        for waiting in self._queues.values():
            for job in [job for job in waiting if job.id == job_id]:
                waiting.remove(job)
                self._change(job_id, status="stopped")
        if worker := self._worker_of(job_id):
            self._change(job_id, status="stopping")
            worker.stop_job()

    def _tell(self, message: Pause | Resume | Step | Command) -> None:
        worker = self._worker_of(message.job)
        if worker and worker.link:
            worker.link.send(message)

    def _worker_of(self, job_id: str) -> Worker | None:
        return next((worker for worker in self._workers if worker.job == job_id), None)

    def _start_engine(self, worker: Worker) -> None:
        worker.start(lambda generation, message: self._receive(worker, generation, message))

    def _warm(self, worker: Worker, experiment: str) -> None:
        if self._leave_at is not None:
            return
        if worker.link is None:
            self._start_engine(worker)
        if experiment and isinstance(worker.link, ProcessLink):
            worker.link.send(Prepare(experiment))

    def _assign(self) -> None:
        for worker in self._workers:
            waiting = self._queues[worker.lane]
            if worker.job is None and waiting:
                job = waiting.popleft()
                self._start_engine(worker)
                worker.submit(Submit(job))

    def _receive(self, worker: Worker, generation: int, message: Upward | Gone) -> None:
        """Take a message from a link. Called in the link's thread."""
        if isinstance(message, Log):
            logging.getLogger(message.logger).log(
                message.level, "%s", message.text
            )  # here, so that a flood blocks its source
        else:
            self._post(self._take, worker, generation, message)

    def _take(self, worker: Worker, generation: int, message: Upward | Gone) -> None:
        if generation != worker.generation:
            return
        match message:
            case Ready() | Beat() | Refused():
                worker.heard(message)
            case Gone():
                self._gone(worker, message)
            case Started(job=job_id, record=record):
                status = "stopping" if worker.hurrying else "running"
                self._change(job_id, status=status, record=record)
            case Progress(job=job_id):
                self._change(job_id, done=message.done, total=message.total, unit=message.unit, rate=message.rate)
            case Paused(job=job_id, paused=paused) if not worker.hurrying:
                self._change(job_id, status="paused" if paused else "running", rate=0.0)
            case Finished(job=job_id):
                if worker.job == job_id:
                    worker.finished()
                self._change(job_id, status=message.status, result=message.result, error=message.error)

    def _gone(self, worker: Worker, message: Gone) -> None:
        job_id = worker.job
        lines = worker.link.log() if worker.link else []
        ending = worker.gone(message)
        self._log.extend([*lines, f"The {worker.name} engine ended ({message.words})"])
        if ending and job_id:
            self._note, self._note_number = ending.note, self._note_number + 1
            self._change(job_id, status=ending.status, error=ending.error)
            _complete(self._jobs[job_id], lines)
            if ending.status != "failed" and self._leave_at is None:  # one that cannot start is not tried on end
                self._start_engine(worker)

    def _shut_down(self, timeout: float) -> None:
        self._leave_at = time.monotonic() + timeout
        for waiting in self._queues.values():
            while waiting:
                self._change(waiting.popleft().id, status="stopped")
        for worker in self._workers:
            if worker.job:
                self._stop_job(worker.job)
            if worker.link:
                worker.link.send(Quit())

    def _abandon(self) -> None:
        """Kill what did not leave in time; a thread that cannot be killed is left behind."""
        for worker in self._workers:
            if link := worker.link:
                link.kill()
                job_id = worker.job
                if not link.join(1.0) and (ending := worker.gone(Gone(None, "left behind"))) and job_id:
                    self._change(job_id, status=ending.status, error=ending.error)
        self._leave_at = time.monotonic() + 0.2  # the messages of the end are under way

    def _change(self, job_id: str, **fields: Any) -> None:
        state = self._jobs.get(job_id)
        if state is not None and not state.ended:
            self._jobs[job_id] = dataclasses.replace(state, **fields)

    def _publish(self, now: float) -> None:
        ended = [job_id for job_id, state in self._jobs.items() if state.ended]
        for job_id in ended[: max(0, len(ended) - KEPT_JOBS)]:
            del self._jobs[job_id]
        lanes = tuple(worker.state(now) for worker in self._workers)
        snapshot = EngineSnapshot(
            tuple(self._jobs.values()),
            lanes,
            lanes[0].state,
            sum(lane.rss for lane in lanes),
            sum(lane.steps_per_second for lane in lanes),
            self._note,
            self._note_number,
        )
        if snapshot != self._snapshot:
            with self._published:
                self._snapshot = snapshot
                self._published.notify_all()


def _complete(state: JobState, log: Sequence[str]) -> None:
    """Mark the record of a dead process; one that cannot be marked is derived as interrupted by its readers."""
    from engine.service.crash import mark_ended  # numpy, which a window without jobs need not wait for

    try:
        mark_ended(state, log)
    except (OSError, ValueError) as problem:
        _logger.warning("The record %s could not be marked as %s: %s", state.record, state.status, problem)
