"""Records out to formats that other programs read, and records from elsewhere in."""

from __future__ import annotations

import contextlib
import csv
import datetime
import importlib
import json
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.runs.event_file import scalar_message, text_message, version_message, write_messages
from engine.runs.files import RecordError
from engine.runs.record import Record
from engine.runs.schema import Column
from engine.runs.table import TableReader

MAX_IMPORT_BYTES = 64 << 30
ROWS_AT_ONCE = 16384
_KNOWN = re.compile(
    r"(run\.json|status\.json|notes\.json|log\.txt|scalars\.names|[A-Za-z0-9][A-Za-z0-9_-]*\.(rows|columns\.json|jsonl))"
)
_CHECKPOINT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\.safetensors")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")


def export(record: Record, to: str, folder: Path | str) -> Path:
    """Write a record as ``<folder>/<id>/`` in another format. Nothing that exists is ever written over.

    ``csv``
        One file per table with array columns flattened to ``name[0]``, ``name[1][2]`` …; scalars in long form (name,
        step, value, time); events and JSON files as they are.
    ``parquet``
        One file per table, array columns as fixed-size lists; needs the extra ``parquet``.
    ``tensorboard``
        The scalars and the configuration as an event file that TensorBoard shows.

    Returns
    -------
    Path
        The folder written.

    Raises
    ------
    RecordError
        If the format is unknown or its extra is not installed, the folder exists, or the disk refuses.
    """
    if to == "gif":
        raise RecordError(
            "A GIF is made from the pictures of the window: open the run's page and choose Save animation"
        )
    if to not in _FORMATS:
        raise RecordError(f"Runs cannot be exported to {to!r}; use {', '.join(_FORMATS)}")
    write = _FORMATS[to]
    target = Path(folder) / record.id
    partial = target.with_name(f".{record.id}.{os.getpid()}.partial")
    if target.exists():
        raise RecordError(f"{target} exists already; choose another folder or move it away")
    try:
        partial.mkdir(parents=True)
        try:
            write(record, partial)
            os.rename(partial, target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as error:
        raise RecordError(f"{target} cannot be written: {error.strerror or error}") from error
    return target


def _chunks(table: TableReader) -> Iterator[NDArray[np.void]]:
    """The rows that are there now, some at a time; one empty part where there are none."""
    for start in range(0, max(1, len(table)), ROWS_AT_ONCE):
        yield table.read(start, start + ROWS_AT_ONCE)


def _names_of(record: Record, keys: NDArray[Any]) -> list[str]:
    """Name of the scalar in each row; names are on disk before the rows that use them."""
    names = record.scalar_names()
    return [names[key] if key < len(names) else f"scalar {key}" for key in keys.tolist()]


def _flat(values: NDArray[Any], column: Column) -> Iterator[tuple[str, list[Any]]]:
    """Title and values of each flat column that a column [rows, *shape] becomes."""
    if column.dtype in ("f2", "f4"):
        values = values.astype("U")  # the shortest text that reads back as the same number: 0.1, not 0.10000000149
    for place in np.ndindex(*column.shape):
        yield column.name + "".join(f"[{n}]" for n in place), values[:, *place].tolist()


def _to_csv(record: Record, folder: Path) -> None:
    for name in record.tables():
        table = record.table(name)
        with open(folder / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            for number, rows in enumerate(_chunks(table)):
                flat = [pair for column in table.columns for pair in _flat(rows[column.name], column)]
                if name == "scalars":
                    flat[0] = ("name", _names_of(record, rows["key"]))
                if number == 0:
                    writer.writerow([title for title, _ in flat])
                writer.writerows(zip(*(values for _, values in flat), strict=True))
    for file_name in ["run.json", "status.json", "notes.json", *(f"{name}.jsonl" for name in record.event_streams())]:
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(record.folder / file_name, folder / file_name)


def _extra(module: str, extra: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise RecordError(
            f"This export needs the package {module.partition('.')[0]}: install athanor[{extra}]"
        ) from error


def _to_parquet(record: Record, folder: Path) -> None:
    arrow, parquet = _extra("pyarrow", "parquet"), _extra("pyarrow.parquet", "parquet")
    for name in record.tables():
        table = record.table(name)
        fields = []
        for column in table.columns:
            kind = arrow.from_numpy_dtype(np.dtype(column.dtype))
            for length in reversed(column.shape):
                kind = arrow.list_(kind, length)
            about = {"unit": column.unit, "description": column.description}
            fields.append(arrow.field(column.name, kind, metadata=about))
        if name == "scalars":
            fields[0] = arrow.field("name", arrow.string())
        schema = arrow.schema(fields, metadata={"run": json.dumps({"id": record.id, "seed": record.metadata.seed})})
        with parquet.ParquetWriter(folder / f"{name}.parquet", schema) as writer:
            for rows in _chunks(table):
                columns = [_nested(arrow, rows[column.name]) for column in table.columns]
                if name == "scalars":
                    columns[0] = arrow.array(_names_of(record, rows["key"]), arrow.string())
                writer.write_table(arrow.Table.from_arrays(columns, schema=schema))


def _nested(arrow: Any, values: NDArray[Any]) -> Any:
    """Arrow array of fixed-size lists, one level for each dimension of a cell."""
    found = arrow.array(np.ascontiguousarray(values).reshape(-1))
    for length in reversed(values.shape[1:]):
        found = arrow.FixedSizeListArray.from_arrays(found, length)
    return found


def _to_tensorboard(record: Record, folder: Path) -> None:
    made = record.metadata.created
    started = datetime.datetime.fromisoformat(made).timestamp() if made else 0.0

    def messages() -> Iterator[bytes]:
        yield version_message(started)
        words = json.dumps(record.metadata.configuration, indent=2)
        yield text_message("configuration", f"```json\n{words}\n```", started)
        if "scalars" in record.tables():
            for rows in _chunks(record.table("scalars")):
                plain = (rows[key].tolist() for key in ("step", "value", "time"))
                yield from map(scalar_message, _names_of(record, rows["key"]), *plain)

    with open(folder / f"events.out.tfevents.{started:.0f}.{record.id}", "wb") as file:
        write_messages(file, messages())


_FORMATS: dict[str, Callable[[Record, Path], None]] = {
    "csv": _to_csv,
    "parquet": _to_parquet,
    "tensorboard": _to_tensorboard,
}


def import_record(folder: Path | str, runs_folder: Path | str, *, limit_bytes: int = MAX_IMPORT_BYTES) -> Record:
    """Copy a record folder from elsewhere into the runs folder, under the id it was made with.

    Only files that a record can hold are copied, each as it is; everything else in the folder stays behind.

    Raises
    ------
    RecordError
        If it is no record of this or an older format, is still running, is larger than ``limit_bytes``, holds links,
        the runs folder has a run of that id already, or a file cannot be read or written.
    """
    source = Record.open(folder)
    run_id = source.metadata.id
    if not _ID.fullmatch(run_id):
        raise RecordError(f"{source.folder} has an id that cannot be a folder's name: {run_id!r}")
    if source.status().status == "running":
        raise RecordError(f"{source.folder} is still running; import it once it has ended")
    target = Path(runs_folder).absolute() / run_id
    if target.exists():
        raise RecordError(f"The runs folder has a run {run_id} already")
    partial = target.with_name(f".{run_id}.{os.getpid()}.partial")
    try:
        names = _files_to_import(source.folder, limit_bytes)
        for name in source.tables():
            source.table(name)  # refuses columns that make no sense before anything is copied
        (partial / "checkpoints").mkdir(parents=True)
        try:
            for name in names:
                _copy(source.folder / name, partial / name)
            if not any(name.startswith("checkpoints/") for name in names):
                (partial / "checkpoints").rmdir()
            os.rename(partial, target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as error:
        raise RecordError(f"{source.folder} cannot be imported: {error.strerror or error}") from error
    return Record.open(target)


def _files_to_import(folder: Path, limit_bytes: int) -> list[str]:
    """Names of the known ordinary files in a record folder. Raises RecordError for links and too much data."""
    found: list[str] = []
    total = 0
    for prefix, known in (("", _KNOWN), ("checkpoints/", _CHECKPOINT)):
        place = folder / prefix
        if prefix and not place.exists():
            continue
        if place.is_symlink():
            raise RecordError(f"{place} is a link; import a folder that holds the files themselves")
        for entry in sorted(os.scandir(place), key=lambda entry: entry.name):
            if known.fullmatch(entry.name):
                about = entry.stat(follow_symlinks=False)
                if not stat.S_ISREG(about.st_mode):
                    raise RecordError(f"{entry.path} is not an ordinary file; a record holds no links")
                total += about.st_size
                found.append(prefix + entry.name)
    if total > limit_bytes:
        raise RecordError(f"{folder} holds {total} bytes, more than the {limit_bytes} that can be imported at once")
    return found


def _copy(source: Path, target: Path) -> None:
    """Copy one file's content, refusing to follow a link that took its place meanwhile."""
    descriptor = os.open(source, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    with open(descriptor, "rb") as reading, open(target, "xb") as writing:
        shutil.copyfileobj(reading, writing, 1 << 20)
