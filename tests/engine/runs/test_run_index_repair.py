"""The index file when other programs hold it, changed it, or the system refuses: the list of runs goes on."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.errors import BadInput
from engine.runs import RecordWriter, RunIndex
from engine.runs import database as database_module
from engine.runs import index as index_module
from engine.runs.database import IndexDatabase


def make(folder: Path, seed: int = 0) -> str:
    with RecordWriter.create(folder, experiment="test", configuration={}, seed=seed) as writer:
        pass
    return writer.id


@pytest.fixture
def index(tmp_path: Path) -> Iterator[RunIndex]:
    made = RunIndex(tmp_path)
    yield made
    made.close()


def refuse(*_: object, **__: object) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT COUNT(*) FROM runs").fetchone()[0])


def test_a_new_file_that_another_program_keeps_reading_is_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "index.sqlite"
    monkeypatch.setattr(database_module, "PATIENCE_S", 0.05)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("CREATE TABLE precious (x)")
    holder.execute("BEGIN")
    holder.execute("SELECT * FROM precious").fetchall()  # from here on it holds a lock to read
    found = IndexDatabase(path)
    assert "cannot be kept" in str(found.note)
    assert "database is locked" in str(found.note)
    assert found.run(count) == 0
    found.close()
    assert holder.execute("SELECT name FROM sqlite_master").fetchall() == [("precious",)]
    assert [each.name for each in tmp_path.glob("*.damaged")] == []
    holder.close()


def test_two_windows_that_begin_an_index_at_once_wait_for_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite refuses at once, without its usual patience, where two connections change the journal of a new file."""
    refusals = []

    class Contended(sqlite3.Connection):
        def execute(self, statement: str, *rest: Any) -> sqlite3.Cursor:
            if statement.startswith("PRAGMA journal_mode") and len(refusals) < 3:
                refusals.append(sqlite3.OperationalError("database is locked"))
                refusals[-1].sqlite_errorcode = sqlite3.SQLITE_BUSY
                raise refusals[-1]
            return super().execute(statement, *rest)

    monkeypatch.setattr(
        sqlite3, "connect", lambda *a, connect=sqlite3.connect, **k: connect(*a, factory=Contended, **k)
    )
    found = IndexDatabase(tmp_path / "index.sqlite")
    assert len(refusals) == 3
    assert found.note is None
    assert found.run(lambda connection: connection.execute("PRAGMA journal_mode").fetchone()) == ("wal",)
    found.close()


def test_a_table_with_other_columns_is_made_anew(index: RunIndex, tmp_path: Path) -> None:
    name = make(tmp_path)
    index.refresh()
    index.close()
    with sqlite3.connect(tmp_path / "index.sqlite") as other:
        other.execute("ALTER TABLE runs ADD COLUMN mine TEXT")
    other.close()
    again = RunIndex(tmp_path)
    assert "its table has other columns" in str(again.note)
    assert [row.id for row in again.list()] == [name]
    again.close()
    assert (tmp_path / "index.sqlite.damaged").exists()


def test_a_question_that_makes_no_sense_is_an_error_after_two_repairs(tmp_path: Path) -> None:
    found = IndexDatabase(tmp_path / "index.sqlite")
    with pytest.raises(sqlite3.OperationalError, match="no such table: nonsense"):
        found.run(lambda connection: connection.execute("SELECT * FROM nonsense"))
    assert "in memory" in str(found.note)
    assert found.generation == 2
    assert found.run(count) == 0, "and it is of use as before"
    found.close()


def test_many_changed_runs_are_stored_some_at_a_time(
    index: RunIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "BATCH", 2)
    names = {make(tmp_path, seed) for seed in range(5)}
    assert index.refresh() == 5
    assert {row.id for row in index.list()} == names
    assert index.refresh() == 0


def test_a_run_that_cannot_be_moved_to_the_trash_stays_in_the_list(index: RunIndex, tmp_path: Path) -> None:
    name = make(tmp_path)
    index.refresh()
    (tmp_path / ".trash").write_text("in the way")
    with pytest.raises(BadInput, match=rf"{name} cannot be moved to the trash: File exists"):
        index.delete(name)
    assert [row.id for row in index.list()] == [name]
    assert index.refresh() == 0


def test_a_run_that_cannot_be_moved_back_stays_in_the_trash(
    index: RunIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = make(tmp_path)
    index.refresh()
    place = index.delete(name)
    with monkeypatch.context() as broken:
        broken.setattr(os, "rename", refuse)
        with pytest.raises(BadInput, match=r"cannot be moved back: Input/output error"):
            index.restore(name)
    assert index.list() == []
    assert place.is_dir()
    assert index.restore(name).id == name


def test_notes_that_cannot_be_kept_are_refused(index: RunIndex, tmp_path: Path) -> None:
    name = make(tmp_path)
    index.refresh()
    for note in ("x" * 10_001, "zero \0 byte", 5):
        with pytest.raises(BadInput, match="A note is text of up to 10,000 characters"):
            index.edit(name, note=note)
    assert index.edit(name, note="y" * 10_000).note == "y" * 10_000
    shutil.rmtree(tmp_path / name)
    with pytest.raises(BadInput, match=r"notes\.json cannot be written: No such file or directory"):
        index.edit(name, title="new")
