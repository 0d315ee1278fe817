"""Tables: fixed-size rows appended to a raw file, and read while they grow."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.runs.files import (
    RecordError,
    encode_json,
    read_json,
    regular_size,
    write_atomically,
)
from engine.runs.schema import Column, check_name, columns_from_json, columns_to_json, row_dtype

BUFFER_BYTES = 1 << 20


class AppendFile:
    """A new file that only grows, with no buffer but the system's: a killed process loses nothing that was written."""

    def __init__(self, path: Path) -> None:
        self._file = open(path, "xb", buffering=0)  # noqa: SIM115 - open for the life of the record

    def write(self, data: bytes | memoryview) -> None:
        """Append all the bytes; raises OSError when only a part fits."""
        rest = memoryview(data).cast("B")
        while rest:
            rest = rest[self._file.write(rest) :]

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Table:
    """The writing end of a table; made by ``RecordWriter.table``.

    Attributes
    ----------
    columns
        The columns, in order.
    dtype
        Structured dtype of a row; ``np.zeros(n, table.dtype)`` makes rows for ``extend``.
    """

    def __init__(self, folder: Path, name: str, columns: Sequence[Column], guard: Guard) -> None:
        self.columns = tuple(columns)
        self.dtype = row_dtype(self.columns)
        columns_path = folder / f"{name}.columns.json"
        if columns_path.exists():
            raise RecordError(f"The record already has a table {name!r}")
        self._file = AppendFile(folder / f"{name}.rows")
        write_atomically(columns_path, encode_json(columns_to_json(self.columns)))
        self._buffer = np.zeros(max(1, min(16384, BUFFER_BYTES // self.dtype.itemsize)), self.dtype)
        self._views = {column.name: self._buffer[column.name] for column in self.columns}
        self._written = 0
        self._filled = 0
        self._guard = guard

    def __len__(self) -> int:
        """Rows appended so far."""
        return self._written + self._filled

    def append(self, **values: Any) -> int:
        """Append one row; every column must be given (a cell of an array column broadcasts).

        Returns
        -------
        int
            Number of the row, from 0.

        Raises
        ------
        ValueError
            For missing, unknown or misshapen columns; the row is then not appended.
        RecordError
            If the record could not be written.
        """
        views = self._views
        if values.keys() != views.keys():
            raise ValueError(f"The row needs exactly the columns {', '.join(views)}, not {', '.join(values)}")
        with self._guard:
            filled = self._filled
            for name, value in values.items():
                views[name][filled] = value
            self._filled = filled + 1
            if self._filled == len(self._buffer):
                self.write_out()
            return self._written + self._filled - 1

    def extend(self, rows: NDArray[np.void]) -> int:
        """Append many rows, a structured array [n] of this table's dtype. Returns the number of the first.

        Raises
        ------
        ValueError
            If the dtype is another one.
        RecordError
            If the record could not be written.
        """
        if rows.dtype != self.dtype or rows.ndim != 1:
            raise ValueError(f"The rows should be one-dimensional with dtype {self.dtype}, not {rows.dtype}")
        with self._guard:
            first = len(self)
            if self._filled + len(rows) <= len(self._buffer):
                self._buffer[self._filled : self._filled + len(rows)] = rows
                self._filled += len(rows)
            else:
                self.write_out()
                self._write(np.ascontiguousarray(rows))
            return first

    def write_out(self) -> None:
        """Hand the buffered rows to the system; called by the record's writer and its beat, inside the guard."""
        if self._filled:
            rows, self._filled = self._buffer[: self._filled], 0
            self._write(rows)

    def _write(self, rows: NDArray[np.void]) -> None:
        self._file.write(rows.view(np.uint8).data if rows.size else b"")
        self._written += len(rows)

    def close(self) -> None:
        """Close the file; what is buffered must have been written out."""
        self._file.close()


class Guard:
    """The lock of a record that is being written: refuses entry once writing failed or the record was closed.

    An OSError inside it is kept as ``refusal`` and raised as that RecordError, now and at each further entry.
    """

    def __init__(self, folder: Path) -> None:
        self._lock = threading.RLock()
        self._folder = folder
        self.refusal: RecordError | None = None

    def __enter__(self) -> None:
        self._lock.acquire()
        if self.refusal is not None:
            self._lock.release()
            raise RecordError(str(self.refusal)) from self.refusal

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            if isinstance(error, OSError):
                reason = error.strerror or str(error)
                self.refusal = RecordError(
                    f"{self._folder} can no longer be written ({reason}); what was written before is kept"
                )
                raise self.refusal from error
        finally:
            self._lock.release()


class TableReader:
    """The reading end of a table, live or finished; ``len()`` is one look at the file's size.

    Rows are read from the file, not mapped into memory: a mapped file that is cut short would kill the whole process.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.name = check_name(name, "table name")
        self.path = folder / f"{name}.rows"
        columns_path = folder / f"{name}.columns.json"
        self.columns = columns_from_json(read_json(columns_path, 4 << 20), columns_path)
        self.dtype = row_dtype(self.columns)

    def __len__(self) -> int:
        """Whole rows in the file now; a torn last row does not count."""
        return (regular_size(self.path) or 0) // self.dtype.itemsize

    def read(self, start: int = 0, stop: int | None = None) -> NDArray[np.void]:
        """Rows ``start`` to ``stop`` as a structured array of this table's dtype, a copy.

        Negative and too large numbers mean what they mean in a slice. Raises RecordError.
        """
        start, stop, _ = slice(start, stop).indices(len(self))
        if stop <= start:
            return np.zeros(0, self.dtype)
        try:
            return np.fromfile(self.path, self.dtype, stop - start, offset=start * self.dtype.itemsize)
        except (OSError, MemoryError) as error:
            raise RecordError(f"{self.path} cannot be read: {error}") from error

    def column(self, name: str, start: int = 0, stop: int | None = None) -> NDArray[Any]:
        """One column [rows, *shape] of the rows ``start`` to ``stop``, without holding the whole rows in memory.

        Raises
        ------
        RecordError
            If the table has no such column or cannot be read.
        """
        if name not in (self.dtype.names or ()):
            names = ", ".join(column.name for column in self.columns)
            raise RecordError(f"The table {self.name} has no column {name!r}; it has {names}")
        start, stop, _ = slice(start, stop).indices(len(self))
        rows = max(1, 4 * BUFFER_BYTES // self.dtype.itemsize)
        parts = [self.read(at, min(at + rows, stop))[name] for at in range(start, max(stop, start), rows)]
        return (
            np.concatenate([np.ascontiguousarray(part) for part in parts]) if parts else np.zeros(0, self.dtype)[name]
        )
