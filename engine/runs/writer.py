"""The writing end of a record: what an experiment appends to while it runs."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import functools
import os
import platform
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from importlib import metadata as packages
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from engine.errors import Stopped
from engine.runs.checkpoints import save_checkpoint
from engine.runs.files import RecordError, decode_json, encode_json, write_atomically
from engine.runs.processes import host_name, process_start
from engine.runs.schema import SCALAR_COLUMNS, Column, RunMetadata, RunStatus, check_name
from engine.runs.table import BUFFER_BYTES, AppendFile, Guard, Table

BEAT_SECONDS = 0.5


class _Lines:
    """Text lines on their way to an append-only file."""

    def __init__(self, path: Path) -> None:
        self._file = AppendFile(path)
        self._waiting: list[bytes] = []
        self._bytes = 0
        self.count = 0

    def append(self, line: bytes) -> int:
        self._waiting.append(line)
        self._bytes += len(line)
        self.count += 1
        if self._bytes > BUFFER_BYTES:
            self.write_out()
        return self.count - 1

    def write_out(self) -> None:
        if self._waiting:
            data = b"\n".join(self._waiting) + b"\n"
            self._waiting.clear()
            self._bytes = 0
            self._file.write(data)

    def close(self) -> None:
        self._file.close()


class RecordWriter:
    """One record that is being written; made by ``RecordWriter.create``.

    Everything appended is handed to the system at the latest half a second later by a small thread, which also renews
    the heartbeat in ``status.json``: whatever kills this process, at most the last second is lost. What the disk
    refuses (full, gone, read-only) is raised as a RecordError at the next call and never retried: the record ends
    there, readable.

    A ``with`` block finishes the record: *finished*, *stopped* (Stopped, KeyboardInterrupt) or *failed* (other errors).

    Attributes
    ----------
    folder
        The record folder.
    metadata
        What ``run.json`` says.
    """

    def __init__(self, folder: Path, metadata: RunMetadata) -> None:
        self.folder = folder
        self.metadata = metadata
        self._started = time.monotonic()
        self._status = RunStatus("running", time.time(), metadata.pid, metadata.process_started, metadata.host)
        self._guard = Guard(folder)
        self._tables: dict[str, Table] = {}
        self._lines: dict[str, _Lines] = {}
        self._scalar_keys: dict[str, int] = {}
        self._status_lock = threading.Lock()
        self._ended = threading.Event()
        self._beat = threading.Thread(target=self._keep_beating, name=f"beat {self.id}", daemon=True)

    @classmethod
    def create(
        cls,
        runs_folder: Path | str,
        *,
        experiment: str,
        configuration: Mapping[str, Any],
        seed: int = 0,
        preset: str | None = None,
        device: str = "cpu",
        title: str = "",
        parent: str | None = None,
        versions: Mapping[str, str] | None = None,
    ) -> RecordWriter:
        """Make the folder ``<runs folder>/<YYYYMMDD-HHMMSS>-<experiment>-<4 hex digits>`` (UTC) and begin to write.

        ``configuration`` is what JSON can hold; ``versions`` are added to those of Athanor, Python, numpy and torch;
        the other arguments are kept as RunMetadata describes them.

        Raises
        ------
        RecordError
            If the experiment's name cannot be part of a file name, or the folder cannot be written.
        """
        check_name(experiment, "experiment name")
        now = datetime.datetime.now(datetime.UTC)
        pid = os.getpid()
        try:
            folder = _new_folder(Path(runs_folder), f"{now:%Y%m%d-%H%M%S}-{experiment}")
            metadata = RunMetadata(
                id=folder.name,
                experiment=experiment,
                preset=preset,
                configuration=dict(configuration),
                seed=seed,
                device=device,
                created=now.isoformat(timespec="milliseconds"),
                versions={**_versions(), **(versions or {})},
                host=host_name(),
                pid=pid,
                process_started=process_start(pid) or 0.0,
                parent=parent,
                title=title,
            )
            writer = cls(folder, metadata)
            writer._write_status()
            write_atomically(folder / "run.json", encode_json(dataclasses.asdict(metadata)) + b"\n", durable=True)
        except OSError as error:
            raise RecordError(f"No record can be written in {runs_folder}: {error.strerror or error}") from error
        writer._beat.start()
        return writer

    @property
    def id(self) -> str:
        """Id of the run, the folder's name."""
        return self.metadata.id

    def table(self, name: str, columns: Sequence[Column]) -> Table:
        """Begin a table. Raises RecordError for bad names or columns, or if the record has it already."""
        if check_name(name, "table name") == "scalars":
            raise RecordError("The table name 'scalars' is taken by the scalars of the record")
        return self._table(name, columns)

    def _table(self, name: str, columns: Sequence[Column]) -> Table:
        with self._guard:
            self._tables[name] = table = Table(self.folder, name, columns, self._guard)
            return table

    def _stream(self, file_name: str) -> _Lines:
        if file_name not in self._lines:
            self._lines[file_name] = _Lines(self.folder / file_name)
        return self._lines[file_name]

    def event(self, name: str, event: Mapping[str, Any]) -> int:
        """Append one JSON object to an event stream; returns its number, from 0. Raises RecordError, TypeError."""
        line = encode_json(event)
        with self._guard:
            stream = self._lines.get(name + ".jsonl") or self._stream(check_name(name, "event stream name") + ".jsonl")
            return stream.append(line)

    def scalar(self, name: str, value: float, step: int) -> None:
        """Append one value of a named curve, at a step that need not be regular. Raises RecordError."""
        with self._guard:
            key = self._scalar_keys.get(name)
            if key is None:
                key = self._new_scalar(name)
            self._tables["scalars"].append(key=key, step=step, value=value, time=time.time())

    def scalars(self, name: str, steps: ArrayLike, values: ArrayLike, times: ArrayLike) -> None:
        """Append a whole curve: steps, values and times (seconds since 1970), each [n]. Raises RecordError."""
        with self._guard:
            key = self._scalar_keys.get(name)
            if key is None:
                key = self._new_scalar(name)
            table = self._tables["scalars"]
            rows = np.zeros(np.shape(steps), table.dtype)
            rows["key"], rows["step"], rows["value"], rows["time"] = key, steps, values, times
            table.extend(rows)

    def _new_scalar(self, name: str) -> int:
        if not name or len(name) > 200 or not name.isprintable():
            raise RecordError(f"The scalar name {name!r} cannot be used: 1 to 200 printable characters")
        if len(self._scalar_keys) > 65535:
            raise RecordError("A record holds at most 65,536 different scalars")
        if not self._scalar_keys:
            self._table("scalars", SCALAR_COLUMNS)
        key = self._scalar_keys[name] = len(self._scalar_keys)
        self._stream("scalars.names").append(name.encode("utf-8", "replace"))
        self._lines["scalars.names"].write_out()  # a row must never be on disk before its name
        return key

    def checkpoint(self, name: str, tensors: Mapping[str, Any], metadata: Mapping[str, str] | None = None) -> Path:
        """Save numpy arrays and torch tensors as ``checkpoints/NAME.safetensors``; the same name again replaces it.

        Raises
        ------
        RecordError
            For a bad name or a disk that refuses; an older checkpoint of that name is then kept.
        TypeError
            For a value that is neither array nor tensor.
        """
        with self._guard:
            return save_checkpoint(self.folder, name, tensors, metadata or {})

    def log(self, text: str) -> None:
        """Append lines to ``log.txt``, each with the time (UTC). Raises RecordError."""
        stamp = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S")
        with self._guard:
            for line in text.splitlines():
                self._stream("log.txt").append(f"{stamp} {line}".encode("utf-8", "replace"))

    def progress(self, done: float, total: float | None = None, unit: str = "") -> None:
        """Say how far the run is; the next beat writes it."""
        with self._status_lock:
            self._status = dataclasses.replace(self._status, done=done, total=total, unit=unit)

    def flush(self) -> None:
        """Hand everything appended so far, and the status, to the system now. Raises RecordError."""
        with self._guard:
            self._write_out()
            self._write_status()

    def finish(
        self, status: str = "finished", result: Mapping[str, Any] | None = None, error: str | None = None
    ) -> None:
        """Write the rest, set the final status and close the record; a second call does nothing.

        Parameters
        ----------
        status
            finished, stopped, failed or crashed.
        result
            JSON result of the experiment.
        error
            One sentence about what went wrong.

        Raises
        ------
        RecordError
            If something could not be written and the caller did not yet count the run as failed; its status is then
            *failed* where even that can still be written.
        TypeError
            If JSON cannot hold the result; the record is then still open.
        """
        if status not in ("finished", "stopped", "failed", "crashed"):
            raise ValueError(f"A run cannot end as {status!r}")
        if self._ended.is_set():
            return
        kept = None if result is None else decode_json(encode_json(result))
        self._ended.set()
        self._beat.join()
        refusal: RecordError | None = None
        try:
            with self._guard:
                self._write_out()
                self._set_status(status=status, result=kept, error=error)
                self._write_status(durable=True)
        except RecordError as refused:
            refusal = refused
            self._mark_failed(error or str(refused), kept)
        self._guard.refusal = RecordError(f"The record {self.id} is closed")
        for table in self._tables.values():
            table.close()
        for lines in self._lines.values():
            lines.close()
        if refusal is not None and status in ("finished", "stopped"):
            raise refusal

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            self.finish()
        elif isinstance(error, (Stopped, KeyboardInterrupt)):
            self.finish("stopped")
        else:
            self.finish("failed", error=str(error) or type(error).__name__)

    def _keep_beating(self) -> None:
        while not self._ended.wait(BEAT_SECONDS):
            try:
                self.flush()
            except RecordError as refused:  # stays refused: each further beat tries to say so on disk
                self._mark_failed(str(refused), None)
            except Exception as error:  # noqa: BLE001 - whatever it is, the next append must raise it
                self._guard.refusal = RecordError(f"{self.folder} can no longer be written: {error!r}")

    def _mark_failed(self, error: str, result: dict[str, Any] | None) -> None:
        self._set_status(status="failed", error=error, result=result)
        try:
            self._write_status()
        except OSError:  # a full disk has no room for a second file, but the old one can be written over
            with contextlib.suppress(OSError), self._status_lock, open(self.folder / "status.json", "r+b") as file:
                file.write(self._status_line())
                file.truncate()

    def _write_out(self) -> None:
        for lines in self._lines.values():
            lines.write_out()
        for table in self._tables.values():
            table.write_out()

    def _set_status(self, **changes: Any) -> None:
        with self._status_lock:
            self._status = dataclasses.replace(self._status, **changes)

    def _write_status(self, *, durable: bool = False) -> None:
        with self._status_lock:
            write_atomically(self.folder / "status.json", self._status_line(), durable=durable)

    def _status_line(self) -> bytes:
        now = dataclasses.replace(self._status, heartbeat=time.time(), seconds=time.monotonic() - self._started)
        return encode_json(now.to_json()) + b"\n"


def _new_folder(runs_folder: Path, stem: str) -> Path:
    runs_folder.mkdir(parents=True, exist_ok=True)
    while True:
        folder = runs_folder / f"{stem}-{secrets.token_hex(2)}"
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder


@functools.cache
def _versions() -> dict[str, str]:
    found = {"python": platform.python_version(), "platform": platform.platform()}
    for name in ("athanor", "numpy", "torch"):
        with contextlib.suppress(packages.PackageNotFoundError):
            found[name] = packages.version(name)
    return found
