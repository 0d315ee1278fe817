"""What a record folder holds, format 1: names, columns, ``run.json`` and ``status.json``.

A record is one folder, readable with numpy and any JSON reader:

=========================== ===========================================================================================
``run.json``                what was started: written once, atomically, as the last step of creation
``status.json``             how it is going: replaced atomically at least every half second while the writer lives
``NAME.columns.json``       columns of the table NAME: a list of {name, dtype, shape, unit, description}
``NAME.rows``               its rows, raw little-endian and without gaps: ``np.fromfile(path, dtype)``
``NAME.jsonl``              an event stream: one JSON object a line
``scalars.*``               the table of scalars (key u2, step i8, value f8, time f8); ``scalars.names``: a name a line
``checkpoints/NAME.safetensors``  tensors
``log.txt``, ``notes.json``       messages of the run; title, tags, colour and archived as the user set them later
=========================== ===========================================================================================

Files only ever grow; a torn last row or line belongs to a writer that was killed and is ignored.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from engine.runs.files import RecordError

FORMAT = 1
STATUSES = ("running", "finished", "stopped", "failed", "crashed", "interrupted")
DTYPES = ("b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8")
MAX_ROW_BYTES = 16 << 20
MAX_COLUMNS = 1000

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_COLUMN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)  # file names that Windows keeps for itself


def check_name(name: str, what: str = "name") -> str:
    """The name itself if it can be a file name on every system. Raises RecordError."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or _DEVICES.fullmatch(name):
        raise RecordError(
            f"The {what} {name!r} cannot be used: 1 to 64 letters, digits, - and _, a letter or digit first"
        )
    return name


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    dtype
        One of DTYPES; stored little-endian.
    shape
        Shape of one cell; () for a plain number.
    unit, description
        For people: "bits", "probability of each action, nan where none".
    """

    name: str
    dtype: str
    shape: tuple[int, ...] = ()
    unit: str = ""
    description: str = ""

    @property
    def size(self) -> int:
        """Numbers in a cell."""
        return math.prod(self.shape)


SCALAR_COLUMNS = (
    Column("key", "u2", description="line in scalars.names, from 0"),
    Column("step", "i8"),
    Column("value", "f8"),
    Column("time", "f8", unit="s", description="seconds since 1970"),
)


def row_dtype(columns: Sequence[Column]) -> np.dtype[np.void]:
    """Packed little-endian dtype of a row.

    Built from the whitelist DTYPES, never from text handed to ``np.dtype``, because columns may come from a stranger.

    Raises
    ------
    RecordError
        For an unknown dtype, a bad or repeated name, a bad shape, or a row larger than MAX_ROW_BYTES.
    """
    if not 1 <= len(columns) <= MAX_COLUMNS:
        raise RecordError(f"A table has 1 to {MAX_COLUMNS} columns, not {len(columns)}")
    total = 0
    for column in columns:
        if not isinstance(column.name, str) or not _COLUMN_NAME.fullmatch(column.name):
            raise RecordError(f"The column name {column.name!r} cannot be used: letters, digits and _, no digit first")
        if column.dtype not in DTYPES:
            raise RecordError(f"The dtype {column.dtype!r} of column {column.name} is not one of {', '.join(DTYPES)}")
        if len(column.shape) > 8 or any(type(n) is not int or not 1 <= n <= MAX_ROW_BYTES for n in column.shape):
            raise RecordError(f"The shape {column.shape!r} of column {column.name} is not up to 8 positive numbers")
        total += int(column.dtype[1:]) * column.size
        if total > MAX_ROW_BYTES:
            raise RecordError(f"A row is larger than {MAX_ROW_BYTES >> 20} MiB (at column {column.name})")
    if len({column.name for column in columns}) < len(columns):
        raise RecordError("Two columns have the same name")
    return np.dtype([(column.name, "<" + column.dtype, column.shape) for column in columns])


def columns_to_json(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """JSON form of the columns."""
    return [dataclasses.asdict(column) for column in columns]


def columns_from_json(value: object, path: Path) -> tuple[Column, ...]:
    """Columns of a table from their JSON form, checked. Raises RecordError that names the file."""
    try:
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise RecordError("it should hold a list of columns")
        columns = []
        for item in value[: MAX_COLUMNS + 1]:
            shape = item.get("shape", [])
            if not isinstance(shape, list):
                raise RecordError("a shape should be a list of numbers")
            texts = [_text(item.get(key, "")) for key in ("name", "dtype", "unit", "description")]
            columns.append(Column(texts[0], texts[1], tuple(shape), texts[2], texts[3]))
        row_dtype(columns)
    except RecordError as error:
        raise RecordError(f"{path} is damaged: {error}") from error
    return tuple(columns)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise RecordError("it should be text")
    return value.encode("utf-8", "replace").decode()  # lone surrogates are legal JSON but no legal text


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -(2**63) <= value < 2**63:
        raise RecordError("it should be a number")
    return value


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise RecordError("it should be a whole number")
    return value


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RecordError("it should be a JSON object")
    return value


def _pid(value: object) -> int:
    if not 0 <= _whole(value) < 2**31:
        raise RecordError("it should be a process number")
    return _whole(value)


_READ = {"str": _text, "int": _whole, "float": _number, "dict[str, Any]": _object, "dict[str, str]": _object}


def _fields(kind: type, data: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Checked arguments of one of the two classes below; unknown keys are left alone, for other programs to use."""
    found: dict[str, Any] = {}
    for item in dataclasses.fields(kind):
        annotation = str(item.type)
        base = annotation.removesuffix(" | None")
        value = data.get(item.name)
        try:
            if value is not None:
                found[item.name] = _pid(value) if item.name == "pid" else _READ[base](value)
            elif base == annotation and item.default is dataclasses.MISSING:
                raise RecordError("it is missing")
        except RecordError as error:
            raise RecordError(f"{path} is damaged at {item.name!r}: {error}") from error
    return found


@dataclass(frozen=True)
class RunMetadata:
    """``run.json``: what was started, when and where.

    Attributes
    ----------
    created
        ISO 8601, UTC.
    process_started
        Start of the writing process, see ``engine.runs.processes.process_start``.
    parent
        Id of the run that this one goes on from, or None.
    """

    id: str
    experiment: str
    configuration: dict[str, Any]
    seed: int
    created: str
    host: str
    pid: int
    process_started: float
    preset: str | None = None
    device: str = "cpu"
    versions: dict[str, Any] = field(default_factory=dict)
    parent: str | None = None
    title: str = ""
    format: int = FORMAT

    @classmethod
    def from_json(cls, data: Mapping[str, Any], path: Path) -> RunMetadata:
        """Checked metadata. Raises RecordError, in particular for a format that only a newer version reads."""
        found = data.get("format")
        if type(found) is not int or found < 1:
            raise RecordError(f"{path} does not describe a run of Athanor: it has no record format number")
        if found > FORMAT:
            raise RecordError(
                f"{path.parent} was made by a newer version of Athanor (its record format is {found}, this one reads "
                f"up to {FORMAT}): open it with that version"
            )
        return cls(**_fields(cls, data, path))


@dataclass(frozen=True)
class RunStatus:
    """``status.json``: how a run is going.

    Attributes
    ----------
    status
        One of STATUSES; *interrupted* is never written while a run goes on, a reader derives it.
    heartbeat
        Seconds since 1970 when the writer last wrote.
    done, total, unit
        Progress; total is None where unknown.
    result
        JSON result of the experiment once it ended, else None.
    error
        One sentence if something went wrong, else None.
    seconds
        How long the run took so far.
    """

    status: str
    heartbeat: float
    pid: int
    process_started: float
    host: str
    done: float = 0
    total: float | None = None
    unit: str = ""
    result: dict[str, Any] | None = None
    error: str | None = None
    seconds: float = 0.0

    @classmethod
    def from_json(cls, data: Mapping[str, Any], path: Path) -> RunStatus:
        """Checked status. Raises RecordError."""
        found = cls(**_fields(cls, data, path))
        if found.status not in STATUSES:
            raise RecordError(f"{path} is damaged: the status {found.status!r} is not one of {', '.join(STATUSES)}")
        return found

    def to_json(self) -> dict[str, Any]:
        """JSON form."""
        return {item.name: getattr(self, item.name) for item in dataclasses.fields(self)}
