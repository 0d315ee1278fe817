"""Run one job here and now: configuration, record, experiment function, end. Every way to run ends up in `execute`."""

from __future__ import annotations

import contextlib
import json
import logging
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.data.folders import runs_folder
from engine.errors import BadInput, Stopped
from engine.experiments.catalogue import find
from engine.experiments.configuration import Configuration
from engine.experiments.context import Context
from engine.experiments.control import Control
from engine.experiments.experiment import Experiment
from engine.runs.files import RecordError, encode_json
from engine.runs.writer import RecordWriter
from engine.service.devices import check_device
from engine.service.jobs import Job
from engine.service.protocol import Finished, Paused, Progress, Started, Upward
from engine.service.seeds import check_seed

_logger = logging.getLogger("engine.run")


class Execution:
    """One job being run.

    Attributes
    ----------
    context
        There once the record is made.
    unwindable
        Whether a signal handler may raise Stopped in the thread that runs the job: only while the experiment's own
        code runs, never while its record is made or completed.
    """

    def __init__(self, job: Job, control: Control, send: Callable[[Upward], None]) -> None:
        self.job = job
        self.control = control
        self.context: Context | None = None
        self.unwindable = False
        self._send = send

    def run(self) -> Finished:
        """Run the job to its end; never raises: whatever goes wrong is in what it returns, and in the record."""
        job = self.job
        try:
            experiment, configuration = check(job)
            function = experiment.load()
            writer = self._writer(configuration)
        except BadInput as problem:
            return Finished(job.id, "failed", None, _one_line(problem), bad_input=True)
        except Exception as problem:  # noqa: BLE001 - the fault of one job must not end the engine
            _logger.error("%s could not start\n%s", job.experiment, traceback.format_exc())
            return Finished(job.id, "failed", None, f"{job.experiment} could not start: {_one_line(problem)}")
        with _LogFile(writer):
            self._send(Started(job.id, str(writer.folder)))
            finished = self._run(lambda context: function(configuration, context), writer)
        if self.context:
            self.context.send_progress()
        try:
            if finished.status == "interrupted":
                writer.flush()  # left as it is: a reader sees that this process is gone
            else:
                writer.finish(finished.status, finished.result, finished.error)
        except RecordError as problem:
            finished = Finished(job.id, "failed", finished.result, _one_line(problem))
        return finished

    def _writer(self, configuration: Configuration) -> RecordWriter:
        job = self.job
        return RecordWriter.create(
            Path(job.runs_folder) if job.runs_folder else runs_folder(),
            experiment=job.experiment,
            configuration=configuration.to_dict(),
            seed=job.seed,
            preset=job.preset or None,
            device=job.device,
            parent=job.parent,
            title=job.title,
        )

    def _run(self, function: Callable[[Context], dict[str, Any]], writer: RecordWriter) -> Finished:
        job = self.job
        try:
            self.context = Context(
                writer,
                seed=job.seed,
                device=job.device,
                parent=writer.folder.parent / job.parent if job.parent else None,
                control=self.control,
                report=lambda done, total, unit, rate: self._send(Progress(job.id, done, total, unit, rate)),
                on_pause=lambda paused: self._send(Paused(job.id, paused)),
            )
            self.unwindable = True
            result = function(self.context)
            self.unwindable = False
            return Finished(job.id, "finished", json.loads(encode_json(result)))
        except Stopped:
            status = "interrupted" if self.control.stop_reason else "stopped"
            return Finished(job.id, status, None, self.control.stop_reason or None)
        except BadInput as problem:
            _logger.info("%s", problem)
            faulty = not isinstance(problem, RecordError)  # a full disk is nobody's bad input
            return Finished(job.id, "failed", None, _one_line(problem), bad_input=faulty)
        except MemoryError:
            _logger.error("Out of memory\n%s", traceback.format_exc())
            return Finished(job.id, "failed", None, "There was not enough memory")
        except Exception as problem:  # noqa: BLE001 - the fault of one job must not end the engine
            _logger.error("%s failed\n%s", job.experiment, traceback.format_exc())
            return Finished(job.id, "failed", None, f"{type(problem).__name__}: {_one_line(problem)}")
        finally:
            self.unwindable = False


def check(job: Job) -> tuple[Experiment, Configuration]:
    """The experiment and the validated configuration of a job; raises BadInput."""
    experiment = find(job.experiment)
    configuration = experiment.configuration_class().from_dict(job.configuration)
    check_seed(job.seed)
    check_device(job.device, uses_torch=experiment.uses_torch)
    return experiment, configuration


def _one_line(problem: BaseException) -> str:
    return " ".join(str(problem).split()) or type(problem).__name__


class _LogFile(logging.Handler):
    """Everything the engine logs while a job runs also goes to its record."""

    def __init__(self, writer: RecordWriter) -> None:
        super().__init__(logging.INFO)
        self._writer = writer
        self._thread = threading.get_ident()
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread != self._thread:
            return  # inline, the jobs of two lanes share one process
        with contextlib.suppress(RecordError):  # the experiment meets the same refusal at its next row
            self._writer.log(self.format(record))

    def __enter__(self) -> None:
        logging.getLogger().addHandler(self)

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)
