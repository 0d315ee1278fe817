"""The list of all runs in a folder, quick to sort and filter however many there are.

Rows come from the record folders alone; ``index.sqlite`` beside them only remembers, and may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from engine.runs.database import COLUMNS, IndexDatabase
from engine.runs.files import RecordError, decode_json, encode_json
from engine.runs.notes import edit_notes, read_notes
from engine.runs.record import Record
from engine.runs.summaries import CurveFigures, update_figures

TRASH = ".trash"
BATCH = 200
_UPSERT = f"INSERT OR REPLACE INTO runs ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
_KEY = re.compile(r"(configuration|result)((?:\.[A-Za-z0-9_-]+)+)")


@dataclass(frozen=True)
class RunRow:
    """One run in the list; attributes as in RunMetadata, RunStatus and Notes.

    ``status`` may also be *damaged*: the folder is there but cannot be read, and ``error`` says why.
    """

    id: str
    experiment: str
    preset: str | None
    title: str
    status: str
    seed: int | None
    created: str
    seconds: float | None
    device: str
    host: str
    parent: str | None
    done: float
    total: float | None
    unit: str
    error: str | None
    configuration_json: str
    result_json: str | None
    tags: tuple[str, ...]
    archived: bool
    colour: str | None
    note: str = ""

    @cached_property
    def configuration(self) -> dict[str, Any]:
        """The run's configuration."""
        return dict(decode_json(self.configuration_json.encode()))

    @cached_property
    def result(self) -> dict[str, Any] | None:
        """The run's result, None where it has none (yet)."""
        return None if self.result_json is None else dict(decode_json(self.result_json.encode()))


_READ = [name for name in COLUMNS if name not in ("words", "signature")]


def _run_row(values: Sequence[Any]) -> RunRow:
    *head, tags, archived, colour, note = values
    every = [*head, tuple(tags.split(",")) if tags else (), bool(archived), colour, note or ""]
    return RunRow(*every)


def _signature(folder: Path) -> str:
    """What changes whenever a file that a row is made from changes; replaced files have another inode."""
    parts = []
    for name in ("status.json", "notes.json", "run.json"):
        try:
            found = os.stat(folder / name)
            parts.append(f"{found.st_mtime_ns}.{found.st_size}.{found.st_ino}")
        except OSError:
            parts.append("")
    return " ".join(parts)


def _read_folder(folder: Path, signature: str) -> tuple[Any, ...]:
    """Values of a row in the order of COLUMNS; a folder that cannot be read becomes a *damaged* row."""
    notes = read_notes(folder)
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= {"experiment": "", "created": "", "device": "", "host": "", "unit": "", "done": 0.0, "configuration": "{}"}
    row |= {"title": notes.title or "", "status": "damaged"}
    try:
        record = Record.open(folder)
        row |= {key: value for key, value in vars(record.metadata).items() if key in COLUMNS}
        status = record.status()
        row |= {key: value for key, value in vars(status).items() if key in COLUMNS}
        row["title"] = record.metadata.title if notes.title is None else notes.title
        for key in ("configuration", "result"):
            row[key] = None if row[key] is None else encode_json(row[key]).decode()
    except RecordError as error:
        row["error"] = str(error)
    row |= {"id": folder.name, "signature": signature, "archived": int(notes.archived), "colour": notes.colour}
    row["tags"], row["note"] = ",".join(notes.tags), notes.note
    searched = ("id", "experiment", "preset", "title", "status", "tags", "note", "configuration")
    row["words"] = "\n".join(str(row[key] or "") for key in searched).casefold()
    return tuple(row[key] for key in COLUMNS)


Rows = list[RunRow]  # inside RunIndex, ``list`` is its method
Paths = list[Path]


class RunIndex:
    """The runs of one folder. Several windows may hold one each; safe to use from several threads.

    Attributes
    ----------
    runs_folder
        The folder; made if it is not there yet.
    """

    def __init__(self, runs_folder: Path | str) -> None:
        """Open the index; ``refresh`` brings it up to date. Raises RecordError if there can be no such folder."""
        self.runs_folder = Path(runs_folder).absolute()
        try:
            self.runs_folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RecordError(f"There can be no runs folder {self.runs_folder}: {error.strerror}") from error
        self._database = IndexDatabase(self.runs_folder / "index.sqlite")
        self._filled = 0
        self._figures: CurveFigures | None = None

    @property
    def note(self) -> str | None:
        """What a person should know about the index (rebuilt, in memory only), or None."""
        return self._database.note

    def refresh(self) -> int:
        """Bring the index up to date with the folders; reads only records whose small files changed.

        Returns
        -------
        int
            How many rows changed, appeared or went.

        Raises
        ------
        RecordError
            If the runs folder cannot be listed; the index is then left as it was.
        """
        generation = self._database.generation
        query = "SELECT id, signature, status FROM runs"
        known = {row[0]: (row[1], row[2]) for row in self._database.run(lambda c: c.execute(query).fetchall())}
        changed = 0
        batch: list[tuple[Any, ...]] = []
        for folder in self._folders():
            before, status = known.pop(folder.name, (None, None))
            signature = _signature(folder)
            if signature == before and status != "running":
                continue
            values = _read_folder(folder, signature)
            if signature == before and values[list(COLUMNS).index("status")] == status:
                continue  # still running
            batch.append(values)
            changed += 1
            if len(batch) == BATCH:
                self._store(batch)
                batch = []
        self._store(batch)
        if known:
            gone = [(name,) for name in known]
            self._database.run(lambda c: c.executemany("DELETE FROM runs WHERE id = ?", gone))
        if self._database.generation != generation:  # a repair on the way emptied the table
            return self.refresh()
        self._filled = generation
        return changed + len(known)

    def clear(self) -> None:
        """Forget every row, for ``refresh`` to read every record again; nothing but the index is touched."""
        for statement in ("DELETE FROM runs", "DELETE FROM curves", "DELETE FROM curve_names"):
            self._database.run(partial(_execute, statement))

    def curve_figures(self, seconds: float) -> CurveFigures:
        """Last, lowest and highest value of every curve of every run, as far as they are known within ``seconds``.

        What is known is remembered, so that the next call goes on from there; ``missing`` says how many runs are left.
        """
        self._figures = update_figures(self._database, self.runs_folder, seconds, self._figures)
        return self._figures

    def _folders(self) -> Paths:
        try:
            with os.scandir(self.runs_folder) as entries:
                return [Path(e.path) for e in entries if not e.name.startswith(".") and e.is_dir(follow_symlinks=False)]
        except OSError as error:
            raise RecordError(f"The runs folder {self.runs_folder} cannot be read: {error.strerror}") from error

    def _store(self, batch: Sequence[tuple[Any, ...]]) -> None:
        if batch:
            self._database.run(lambda connection: connection.executemany(_UPSERT, batch))

    def _fetch(self, query: str, values: Sequence[Any]) -> Sequence[Any]:
        rows = self._database.run(lambda connection: connection.execute(query, values).fetchall())
        if self._database.generation != self._filled:  # a repair emptied the table
            self.refresh()
            rows = self._database.run(lambda connection: connection.execute(query, values).fetchall())
        return rows

    def list(
        self,
        text: str | None = None,
        experiment: str | None = None,
        status: str | Iterable[str] | None = None,
        *,
        archived: bool | None = False,
        sort: str = "created",
        descending: bool = True,
        limit: int | None = None,
        offset: int = 0,
    ) -> Rows:
        """Rows that pass all filters, sorted.

        ``text`` holds words that must all occur in id, experiment, preset, title, status, tags, note or configuration,
        whatever their case. ``status`` is one or several. ``archived`` None means both kinds. ``sort`` is an attribute
        of RunRow or ``configuration.KEY`` or ``result.KEY``; rows without that value come last.

        Raises
        ------
        RecordError
            If one cannot sort by that.
        """
        where, values = _conditions(text, experiment, status, archived)
        expression, sort_values = _sort_expression(sort)
        order = f"{expression} {'DESC' if descending else 'ASC'} NULLS LAST, id DESC"
        query = f"SELECT {', '.join(_READ)} FROM runs WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?"
        every = [*values, *sort_values, -1 if limit is None else limit, offset]
        return [_run_row(row) for row in self._fetch(query, every)]

    def count(
        self,
        text: str | None = None,
        experiment: str | None = None,
        status: str | Iterable[str] | None = None,
        *,
        archived: bool | None = False,
    ) -> int:
        """How many rows pass the filters of ``list``."""
        where, values = _conditions(text, experiment, status, archived)
        return int(self._fetch(f"SELECT COUNT(*) FROM runs WHERE {where}", values)[0][0])

    def get(self, run_id: str) -> RunRow:
        """The row of one run. Raises RecordError if there is none of that id."""
        rows = self._fetch(f"SELECT {', '.join(_READ)} FROM runs WHERE id = ?", [run_id])
        if not rows:
            raise RecordError(f"There is no run {run_id!r} in {self.runs_folder}")
        return _run_row(rows[0])

    def folder(self, run_id: str) -> Path:
        """Record folder of one run. Raises RecordError if there is none of that id."""
        return self.runs_folder / self.get(run_id).id

    def edit(self, run_id: str, **changes: Any) -> RunRow:
        """Change what a person says about a run (title, tags, colour, note, archived), kept in its ``notes.json``.

        Raises
        ------
        RecordError
            If there is no such run, a value cannot be used, or the note cannot be written.
        """
        folder = self.folder(run_id)
        edit_notes(folder, **changes)
        self._store([_read_folder(folder, _signature(folder))])
        return self.get(run_id)

    def tag(self, run_id: str, *tags: str) -> RunRow:
        """Add tags to a run. Raises RecordError as ``edit``."""
        return self.edit(run_id, tags=(*self.get(run_id).tags, *tags))

    def delete(self, run_id: str) -> Path:
        """Move a run's folder to the trash folder ``.trash``; returns where it lies now.

        Raises
        ------
        RecordError
            If there is no such run, it is still running, or the folder cannot be moved.
        """
        folder = self.folder(run_id)
        running = False
        with contextlib.suppress(RecordError):  # a damaged record has no status, and may go
            running = Record.open(folder).status().status == "running"
        if running:
            raise RecordError(f"The run {run_id} is still running; stop it first")
        trash = self.runs_folder / TRASH
        target = trash / run_id
        number = 2
        while target.exists():
            target = trash / f"{run_id}~{number}"
            number += 1
        try:
            trash.mkdir(exist_ok=True)
            os.rename(folder, target)
        except OSError as error:
            raise RecordError(f"{folder} cannot be moved to the trash: {error.strerror}") from error
        self._database.run(lambda connection: connection.execute("DELETE FROM runs WHERE id = ?", [run_id]))
        return target

    def restore(self, run_id: str) -> RunRow:
        """Bring a run back from the trash: the id it had, or the name of its folder there.

        Raises
        ------
        RecordError
            If the trash has no such run, there is a run of that id again, or the folder cannot be moved.
        """
        trash = self.runs_folder / TRASH
        source, target = trash / run_id, self.runs_folder / re.sub(r"~\d+$", "", run_id)
        if not trash.is_dir() or run_id not in os.listdir(trash):  # so it cannot be a path that leads elsewhere
            raise RecordError(f"The trash of {self.runs_folder} has no run {run_id!r}")
        if target.exists():
            raise RecordError(f"There is a run {target.name} again; the one in the trash stays there")
        try:
            os.rename(source, target)
        except OSError as error:
            raise RecordError(f"{source} cannot be moved back: {error.strerror}") from error
        self._store([_read_folder(target, _signature(target))])
        return self.get(target.name)

    def close(self) -> None:
        """Close the index file."""
        self._database.close()


def _execute(statement: str, connection: sqlite3.Connection) -> None:
    connection.execute(statement)


def _conditions(
    text: str | None, experiment: str | None, status: str | Iterable[str] | None, archived: bool | None
) -> tuple[str, list[Any]]:
    """The WHERE expression of the filters of ``RunIndex.list`` and its values."""
    parts, values = ["1"], list[Any]()
    for word in (text or "").casefold().split():
        parts.append("instr(words, ?)")
        values.append(word)
    if experiment is not None:
        parts.append("experiment = ?")
        values.append(experiment)
    if status is not None:
        wanted = [status] if isinstance(status, str) else list(status)
        parts.append(f"status IN ({', '.join('?' * len(wanted))})")
        values += wanted
    if archived is not None:
        parts.append("archived = ?")
        values.append(int(archived))
    return " AND ".join(parts), values


def _sort_expression(sort: str) -> tuple[str, list[Any]]:
    """The ORDER BY expression and its value; never text from outside that SQL would read. Raises RecordError."""
    if sort in _READ:
        return sort, []
    if found := _KEY.fullmatch(sort):
        path = "$" + "".join(f'."{key}"' for key in found[2][1:].split("."))
        return f"json_extract({found[1]}, ?)", [path]
    raise RecordError(f"Runs cannot be sorted by {sort!r}; use {', '.join(_READ)}, configuration.KEY or result.KEY")


def reindex(runs_folder: Path | str) -> int:
    """Make the index of a runs folder anew from its records. Returns how many there are. Raises RecordError."""
    index = RunIndex(runs_folder)
    try:
        index.clear()
        return index.refresh()
    finally:
        index.close()
