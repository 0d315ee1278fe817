"""The SQLite file behind the run index: disposable, shared by several windows, never in the way.

Whatever happens to it, work goes on: a corrupt or foreign file is made anew, and where no file can be written the index
lives in memory. Losing it loses nothing, because everything in it comes from the record folders.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

PATIENCE_S = 5.0  # for another window that writes
VERSION = 2  # of the tables below; another number in the file means: make it anew
COLUMNS = {
    "id": "TEXT PRIMARY KEY",
    "experiment": "TEXT",
    "preset": "TEXT",
    "title": "TEXT",
    "status": "TEXT",
    "seed": "INTEGER",
    "created": "TEXT",
    "seconds": "REAL",
    "device": "TEXT",
    "host": "TEXT",
    "parent": "TEXT",
    "done": "REAL",
    "total": "REAL",
    "unit": "TEXT",
    "error": "TEXT",
    "configuration": "TEXT",
    "result": "TEXT",
    "tags": "TEXT",
    "archived": "INTEGER",
    "colour": "TEXT",
    "note": "TEXT",
    "words": "TEXT",  # everything a text filter looks at, case-folded
    "signature": "TEXT",  # of the files the row was made from
}
_SCHEMA = (
    f"CREATE TABLE IF NOT EXISTS runs ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})",
    # Figures of each run's curves, see engine.runs.summaries; ``final``: the run has ended, so they stay as they are.
    "CREATE TABLE IF NOT EXISTS curves (id TEXT PRIMARY KEY, size INTEGER, final INTEGER, figures BLOB)",
    "CREATE TABLE IF NOT EXISTS curve_names (number INTEGER PRIMARY KEY, name TEXT UNIQUE)",
)
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_SCHEMA)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)


class IndexDatabase:
    """A connection that repairs itself. Safe to use from several threads.

    Attributes
    ----------
    note
        What a person should know (the file was rebuilt, the index is in memory only), or None.
    generation
        Grows each time the table was emptied by a repair; whoever filled it must then fill it again.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.note: str | None = None
        self.generation = 0
        self._lock = threading.RLock()
        self._in_memory = False
        self._connection = sqlite3.connect(":memory:")
        try:
            self._open()
        except sqlite3.Error as error:
            self._repair(error, first=_code(error) in _DAMAGED)

    def run(self, action: Callable[[sqlite3.Connection], T]) -> T:
        """Result of ``action(connection)`` in one transaction, tried again after a repair."""
        with self._lock:
            first = True
            while True:  # a second repair leaves the file for memory, where nothing is repaired
                try:
                    return self._once(action)
                except sqlite3.Error as error:
                    if self._in_memory:
                        raise
                    self._repair(error, first=first)
                    first = False

    def _once(self, action: Callable[[sqlite3.Connection], T]) -> T:
        try:
            result = action(self._connection)
            self._connection.commit()
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._connection.rollback()
            raise
        return result

    def _repair(self, error: sqlite3.Error, *, first: bool) -> None:
        code = _code(error)
        if code in _BUSY and first:
            return  # SQLite itself has waited PATIENCE_S; once more, then without the file
        if code in _DAMAGED and first:
            with contextlib.suppress(sqlite3.Error, OSError):
                self._begin_anew()
                self.note = f"The index of runs was damaged ({error}) and has been made anew from the record folders"
                return
        self._connection.close()
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        for statement in _SCHEMA:
            self._connection.execute(statement)
        self._in_memory = True
        self.generation += 1
        self.note = f"The index of runs cannot be kept in {self.path} ({error}); it is in memory until the program ends"

    def _begin_anew(self) -> None:
        """Move the file aside, whatever it is, and begin an empty one."""
        self._connection.close()
        if self.path.exists():
            os.replace(self.path, self.path.with_name(self.path.name + ".damaged"))
        for suffix in ("-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self.generation += 1
        self._open()

    def _open(self) -> None:
        self._connection.close()
        self._connection = sqlite3.connect(self.path, timeout=PATIENCE_S, check_same_thread=False)
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                break
            except sqlite3.OperationalError as error:  # two windows that open a new index at once: no waiting built in
                if _code(error) not in _BUSY or time.monotonic() > until:
                    raise
                time.sleep(0.02)
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._once(_prepare)

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()


def _code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_NOTADB)) & 0xFF


def _prepare(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
        connection.execute("BEGIN IMMEDIATE")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0 and connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]:
            raise sqlite3.DatabaseError("it belongs to another program")
        if version != VERSION:  # not made meanwhile by another window
            for table in ("runs", "curves", "curve_names"):
                connection.execute(f"DROP TABLE IF EXISTS {table}")
            for statement in _SCHEMA:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")
    if list(COLUMNS) != [row[1] for row in connection.execute("PRAGMA table_info(runs)")]:
        raise sqlite3.DatabaseError("its table has other columns")
