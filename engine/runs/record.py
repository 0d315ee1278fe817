"""The reading end of a record: the same for a run that is growing, one that ended and one that came from elsewhere."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.runs.checkpoints import list_checkpoints, load_checkpoint
from engine.runs.files import RecordError, decode_json, read_bytes, read_json_object, regular_size
from engine.runs.processes import host_name, is_alive
from engine.runs.schema import RunMetadata, RunStatus, check_name
from engine.runs.table import TableReader

STALE_SECONDS = 60.0
CHUNK_BYTES = 64 << 20


class EventReader:
    """An event stream read as it grows; a torn last line waits for its rest.

    Attributes
    ----------
    events
        All events read so far, in order.
    damaged
        Lines so far that are not a JSON object, left out of ``events``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.events: list[dict[str, Any]] = []
        self.damaged = 0
        self._offset = 0

    def poll(self) -> list[dict[str, Any]]:
        """The events that arrived since the last call. Raises RecordError."""
        first = len(self.events)
        size = regular_size(self.path) or 0
        if size < self._offset:
            raise RecordError(f"{self.path} became shorter while it was read; open the record again")
        if size > self._offset:
            try:
                self._read(size)
            except OSError as error:
                raise RecordError(f"{self.path} cannot be read: {error.strerror}") from error
        return self.events[first:]

    def _read(self, size: int) -> None:
        rest = b""
        with open(self.path, "rb") as file:
            file.seek(self._offset)
            while self._offset + len(rest) < size:
                data = file.read(min(CHUNK_BYTES, size - self._offset - len(rest)))
                if not data:
                    return
                *lines, rest = (rest + data).split(b"\n")
                if len(rest) > CHUNK_BYTES:
                    raise RecordError(f"{self.path} is damaged: it has a line of more than {CHUNK_BYTES >> 20} MiB")
                for line in lines:
                    self._take(line)
                    self._offset += len(line) + 1

    def _take(self, line: bytes) -> None:
        try:
            event = decode_json(line)
        except ValueError:
            event = None
        if isinstance(event, dict):
            self.events.append(event)
        else:
            self.damaged += 1


class _Series:
    """A growing pair of arrays; what was handed out stays valid because filled places are never written again."""

    def __init__(self) -> None:
        self.steps: NDArray[np.int64] = np.zeros(256, np.int64)
        self.values: NDArray[np.float64] = np.zeros(256)
        self.count = 0

    def add(self, steps: NDArray[np.int64], values: NDArray[np.float64]) -> None:
        count = self.count + len(steps)
        if count > len(self.steps):
            self.steps = np.concatenate([self.steps[: self.count], np.zeros(2 * count - self.count, np.int64)])
            self.values = np.concatenate([self.values[: self.count], np.zeros(2 * count - self.count)])
        self.steps[self.count : count] = steps
        self.values[self.count : count] = values
        self.count = count


class Record:
    """One record folder, opened for reading; made by ``Record.open``. Not for use by several threads at once.

    Attributes
    ----------
    folder
        The record folder.
    id
        Its name, which identifies the run among others.
    metadata
        What ``run.json`` says.
    """

    def __init__(self, folder: Path, metadata: RunMetadata) -> None:
        self.folder = folder
        self.id = folder.name
        self.metadata = metadata
        self._tables: dict[str, TableReader] = {}
        self._events: dict[str, EventReader] = {}
        self._series: dict[int, _Series] = {}
        self._scalar_rows = 0

    @classmethod
    def open(cls, folder: Path | str) -> Record:
        """Open a record folder; takes about as long as reading one small file, however large the record.

        Raises
        ------
        RecordError
            If this is no record, ``run.json`` is damaged, or a newer version of Athanor made it.
        """
        folder = Path(folder).absolute()
        path = folder / "run.json"
        try:
            found = folder.is_dir()
            missing = regular_size(path) is None
        except ValueError as error:
            raise RecordError(f"{str(folder)!r} cannot be a folder: {error}") from error
        if not found:
            raise RecordError(f"There is no record folder {folder}")
        if missing:
            raise RecordError(f"{folder} is not a record: it has no run.json")
        return cls(folder, RunMetadata.from_json(read_json_object(path), path))

    def status(self) -> RunStatus:
        """How the run is going, now. *interrupted* where it says running but its writer is gone.

        A damaged or missing ``status.json`` does not stop anyone from reading the rest: the status is then running or
        interrupted, with the damage as its error.
        """
        path = self.folder / "status.json"
        try:
            return derive_status(RunStatus.from_json(read_json_object(path), path))
        except RecordError as damage:
            made = self.metadata
            unknown = RunStatus("running", 0.0, made.pid, made.process_started, made.host, error=str(damage))
            return derive_status(unknown)

    def tables(self) -> list[str]:
        """Names of the tables, the scalars among them, sorted."""
        return sorted(path.name.removesuffix(".columns.json") for path in self._glob("*.columns.json"))

    def event_streams(self) -> list[str]:
        """Names of the event streams, sorted."""
        return sorted(path.name.removesuffix(".jsonl") for path in self._glob("*.jsonl"))

    def _glob(self, pattern: str) -> list[Path]:
        with contextlib.suppress(OSError):
            return [path for path in self.folder.glob(pattern) if not path.name.startswith(".")]
        return []

    def table(self, name: str) -> TableReader:
        """The table of that name; the same object each time. Raises RecordError if it is missing or damaged."""
        if name not in self._tables:
            check_name(name, "table name")
            if regular_size(self.folder / f"{name}.columns.json") is None:
                raise RecordError(f"{self.id} has no table {name!r}; it has {', '.join(self.tables()) or 'none'}")
            self._tables[name] = TableReader(self.folder, name)
        return self._tables[name]

    def events(self, name: str, start: int = 0) -> list[dict[str, Any]]:
        """Events of a stream from number ``start`` on; only what is new is read from disk. None yet is an empty list.

        Raises
        ------
        RecordError
            If the stream cannot be read. Lines that are damaged are left out and counted in ``event_reader(name)``.
        """
        reader = self.event_reader(name)
        reader.poll()
        return reader.events[start:]

    def event_reader(self, name: str) -> EventReader:
        """The reader of an event stream; the same object each time, shared with ``events``."""
        if name not in self._events:
            self._events[name] = EventReader(self.folder / f"{check_name(name, 'event stream name')}.jsonl")
        return self._events[name]

    def scalar_names(self) -> list[str]:
        """Names of the scalars in the order they first appeared."""
        path = self.folder / "scalars.names"
        if regular_size(path) is None:
            return []
        return [line.decode("utf-8", "replace") for line in read_bytes(path).split(b"\n")[:-1]]

    def scalars(self, name: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Steps int64 [n] and values float64 [n] of a scalar in the order written, read-only; empty if there is none.

        Only rows that are new since the last call are read from disk. Raises RecordError.
        """
        names = self.scalar_names()
        if name not in names:
            return np.zeros(0, np.int64), np.zeros(0)
        self._read_scalars()
        series = self._series.get(names.index(name)) or _Series()
        steps, values = series.steps[: series.count], series.values[: series.count]
        steps.flags.writeable = values.flags.writeable = False
        return steps, values

    def _read_scalars(self) -> None:
        table = self.table("scalars")
        if not {"key", "step", "value"} <= set(table.dtype.names or ()) or any(
            column.shape for column in table.columns
        ):
            raise RecordError(f"{table.path} is damaged: it should have the columns key, step and value")
        rows = table.read(self._scalar_rows)
        self._scalar_rows += len(rows)
        order = np.argsort(rows["key"], kind="stable")
        keys, starts = np.unique(rows["key"][order], return_index=True)
        for key, part in zip(keys.tolist(), np.split(rows[order], starts[1:]), strict=False):
            self._series.setdefault(key, _Series()).add(part["step"], part["value"])

    def checkpoints(self) -> list[str]:
        """Names of the checkpoints, oldest first."""
        return list_checkpoints(self.folder)

    def checkpoint(self, name: str, *, as_torch: bool = False) -> tuple[dict[str, Any], dict[str, str]]:
        """Tensors (numpy arrays, or torch tensors on the CPU) and metadata of a checkpoint. Raises RecordError."""
        return load_checkpoint(self.folder, name, as_torch=as_torch)

    def log(self, lines: int = 200) -> list[str]:
        """The last lines of ``log.txt``. Raises RecordError."""
        path = self.folder / "log.txt"
        size = regular_size(path)
        if not size:
            return []
        try:
            with open(path, "rb") as file:
                file.seek(max(0, size - 1000 * lines))
                return file.read(1000 * lines).decode("utf-8", "replace").splitlines()[-lines:]
        except OSError as error:
            raise RecordError(f"{path} cannot be read: {error.strerror}") from error


def derive_status(status: RunStatus) -> RunStatus:
    """The status with *interrupted* in place of *running* where the writer is gone.

    On this machine the process itself is asked (pid and start), so that setting the clock changes nothing; for another
    machine a heartbeat older than STALE_SECONDS counts as gone.
    """
    if status.status != "running":
        return status
    if status.host == host_name():
        alive = is_alive(status.pid, status.process_started)
    else:
        alive = time.time() - status.heartbeat < STALE_SECONDS
    return status if alive else dataclasses.replace(status, status="interrupted")
