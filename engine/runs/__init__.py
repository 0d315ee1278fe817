"""Records of runs: written while an experiment runs, read by every view, indexed, exported and compared.

The folder format is described in ``engine.runs.schema``. The index is imported when first used;
``engine.runs.export`` and ``engine.runs.statistics`` are modules to import by name.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from engine.runs.files import RecordError
from engine.runs.record import EventReader, Record, derive_status
from engine.runs.schema import FORMAT, STATUSES, Column, RunMetadata, RunStatus
from engine.runs.table import Table, TableReader
from engine.runs.writer import RecordWriter

if TYPE_CHECKING:
    from engine.runs.index import RunIndex, RunRow, reindex

__all__ = [
    "FORMAT",
    "STATUSES",
    "Column",
    "EventReader",
    "Record",
    "RecordError",
    "RecordWriter",
    "RunIndex",
    "RunMetadata",
    "RunRow",
    "RunStatus",
    "Table",
    "TableReader",
    "derive_status",
    "reindex",
]

_LATER = {"RunIndex": "index", "RunRow": "index", "reindex": "index"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
