"""Runs made by other programs, brought in as records: TensorBoard event files and folders of CSV logs.

What is read is data from strangers: sizes are bounded, links are not followed, nothing is executed, and what cannot be
read is counted and told rather than guessed.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import os
import re
import time
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.runs.event_file import MAX_FILE_BYTES, MAX_POINTS, MAX_TAGS, Curves, Points, read_event_file
from engine.runs.export import import_record
from engine.runs.files import RecordError, read_json_object, regular_size
from engine.runs.index import RunIndex
from engine.runs.record import Record
from engine.runs.writer import RecordWriter

EXPERIMENT = "imported"
MAX_RUNS = 10_000
MAX_COLUMNS = 1000
MAX_CELL = 10_000
STEPS = ("step", "_step", "global_step", "steps", "timesteps", "total_timesteps", "time/total_timesteps",
         "num_timesteps", "env_steps", "iteration", "iter", "update", "epoch")  # fmt: skip
TIMES = ("wall_time", "_timestamp", "timestamp")
SETTINGS = ("config.json", "hparams.json", "args.json", "params.json", "configuration.json")
_SEED = re.compile(r"[-_. ]*(?:seed|s)[-_= ]?(\d{1,9})$", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """A run found in a folder: its ``kind`` (tensorboard or csv), ``name`` relative to the folder, and its files."""

    kind: str
    name: str
    files: tuple[Path, ...]


def import_all(folder: Path, runs_folder: Path | str) -> tuple[list[str], dict[str, str]]:
    """Bring in whatever runs a folder holds: records of Athanor, event files, CSV logs.

    Returns
    -------
    tuple
        Ids of the runs that came in, and why each of the others did not, by its path.

    Raises
    ------
    RecordError
        If there is no such folder, or it holds nothing that could be a run.
    """
    folder = folder.absolute()
    if not folder.is_dir():
        raise RecordError(f"There is no folder {folder}")
    is_record = (folder / "run.json").is_file()
    records = [folder] if is_record else sorted(path.parent for path in folder.glob("*/run.json"))
    taken: list[str] = []
    refused: dict[str, str] = {}
    for record in records:
        try:
            taken.append(import_record(record, runs_folder).id)
        except RecordError as problem:
            refused[record.name] = str(problem)
    try:
        sources = [] if is_record else find_sources(folder)
    except RecordError:
        if not records:
            raise
        sources = []
    known = _known_fingerprints(runs_folder) if sources else set()
    for source in sources:
        try:
            if (mark := fingerprint(source)) in known:
                raise RecordError(f"{source.name} was imported before; a run counted twice would make means wrong")
            taken.append(import_source(source, runs_folder, root=folder.name, mark=mark).id)
            known.add(mark)
        except RecordError as problem:
            refused[source.name] = str(problem)
    return taken, refused


def fingerprint(source: Source) -> str:
    """What tells a run from any other: of its path, and its files' sizes, beginnings and ends. Raises RecordError."""
    digest = hashlib.sha256(source.name.encode("utf-8", "replace"))
    for file in source.files:
        size = regular_size(file) or 0
        try:
            with open(file, "rb") as opened:
                head = opened.read(1 << 16)
                opened.seek(max(0, size - (1 << 16)))
                digest.update(b"%d" % size + head + opened.read(1 << 16))
        except OSError as error:
            raise RecordError(f"{file} cannot be read: {error.strerror}") from error
    return digest.hexdigest()[:32]


def _known_fingerprints(runs_folder: Path | str) -> set[str]:
    index = RunIndex(runs_folder)
    try:
        index.refresh()
        return {str((row.result or {}).get("fingerprint")) for row in index.list(experiment=EXPERIMENT, archived=None)}
    finally:
        index.close()


def find_sources(folder: Path) -> list[Source]:
    """Runs below a folder: each folder with event files is one, and each CSV file. Raises RecordError if it has none.

    Folders that are records of Athanor are left to ``import_record``. Links are not followed.
    """
    found: list[Source] = []
    for place, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        if "run.json" in names and "status.json" in names:
            folders.clear()
            continue
        here = Path(place)
        plain = [name for name in sorted(names) if not (here / name).is_symlink()]
        events = tuple(here / name for name in plain if "tfevents" in name)
        if events:
            found.append(Source("tensorboard", here.relative_to(folder).as_posix(), events))
        for name in plain:
            if name.lower().endswith((".csv", ".tsv")):
                file = here / name
                same = sum(other.lower().endswith((".csv", ".tsv")) for other in plain) == 1
                inside = here if same and here != folder else file.with_suffix("")
                found.append(Source("csv", inside.relative_to(folder).as_posix(), (file,)))
        if len(found) > MAX_RUNS:
            raise RecordError(f"{folder} holds more than {MAX_RUNS:,} runs; import a part of it at a time")
    if not found:
        raise RecordError(f"{folder} holds no record, no TensorBoard event file and no CSV log")
    return found


def import_source(source: Source, runs_folder: Path | str, *, root: str = "", mark: str = "") -> Record:
    """Make a record of a run that another program wrote.

    The configuration is that of a JSON file beside it (config.json and the like), and ``source`` (its path) and
    ``name`` (the path without its seed), so that seeds of one thing group. The result says what was read, and the last
    value of each curve. ``root`` is the name of a run at the top of the folder, ``mark`` its fingerprint.

    Raises
    ------
    RecordError
        If nothing can be read from it, or no record can be written.
    """
    curves = Curves()
    if source.kind == "csv":
        read_csv_log(source.files[0], curves)
    else:
        for file in source.files:
            read_event_file(file, curves)
    if not curves.points:
        left = f" ({curves.damaged} damaged entries)" if curves.damaged else ""
        raise RecordError(f"{source.files[0]} holds no scalars{left}")
    path = source.name if source.name != "." else root or source.files[0].parent.name
    name, seed = split_seed(path)
    settings = _settings(source.files[0].parent)
    given = settings.get("seed")
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 2**32:
        seed = given
    configuration = {**settings, "source": path, "name": name, "kind": source.kind}
    title = "".join(letter for letter in path if letter.isprintable())[:200]
    with RecordWriter.create(
        runs_folder, experiment=EXPERIMENT, configuration=configuration, seed=seed, title=title
    ) as writer:
        last: dict[str, float] = {}
        for tag, points in _named(curves.points):
            steps, values, times = (np.frombuffer(numbers, numbers.typecode) for numbers in points)
            writer.scalars(tag, steps, values, times)
            last[tag] = float(values[-1])
        about: dict[str, Any] = {"points": curves.count, "curves": len(last), "fingerprint": mark}
        if curves.damaged:
            about["damaged"] = curves.damaged
        writer.finish("finished", {**dict(list(last.items())[:50]), **about})
    return Record.open(writer.folder)


def split_seed(path: str) -> tuple[str, int]:
    """Name and seed in a path such as ``dqn/seed_3``, ``dqn-s3`` or ``seed3/dqn``; seed 0 where none is written."""
    seed, kept = 0, []
    for part in path.split("/"):
        found = _SEED.search(part)
        if found:
            seed = int(found[1])
            part = part[: found.start()]
        if part:
            kept.append(part)
    return "/".join(kept) or path, seed


def _settings(folder: Path) -> dict[str, Any]:
    for name in SETTINGS:
        with contextlib.suppress(RecordError):
            return read_json_object(folder / name, 1 << 20)
    return {}


def _named(curves: dict[str, Points]) -> Iterator[tuple[str, Points]]:
    """The curves under names that a record can have, no two the same."""
    taken: set[str] = set()
    for tag, points in curves.items():
        plain = "".join(letter if letter.isprintable() else "?" for letter in tag).strip()[:190] or "unnamed"
        name, number = plain, 2
        while name in taken:
            name, number = f"{plain} ({number})", number + 1
        taken.add(name)
        yield name, points


def read_csv_log(path: Path, into: Curves) -> None:
    """Add the numeric columns of a CSV log (comma, semicolon or tab; names in the first line) to ``into``.

    The step is the column that is called so (step, global_step, timesteps, epoch ...), else the number of the row. An
    empty cell means that there is no value at that step; ``nan`` means that the value is not a number, and stays so. A
    cell that is neither, in a column that has numbers, counts as damaged.

    Raises
    ------
    RecordError
        If the path is no ordinary file, is too large, has no names, or cannot be read.
    """
    size = regular_size(path)
    if size is None:
        raise RecordError(f"There is no file {path}")
    if size > MAX_FILE_BYTES:
        raise RecordError(f"{path} is larger than {MAX_FILE_BYTES >> 30} GiB")
    try:
        with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
            start = file.readline(MAX_COLUMNS * 200)
            mark = max(",;\t", key=start.count)
            names = _header(next(csv.reader([start.replace("\0", "")], delimiter=mark), []), path)
            lines = (line.replace("\0", "") for line in iter(lambda: file.readline(MAX_COLUMNS * MAX_CELL), ""))
            _read_rows(csv.reader(lines, delimiter=mark), names, into)
    except OSError as error:
        raise RecordError(f"{path} cannot be read: {error.strerror}") from error


def _header(names: list[str], path: Path) -> list[str]:
    found: list[str] = []
    for name in names:
        plain, number = name.strip().lstrip("#").strip(), 2
        unique = plain
        while unique in found and unique:
            unique, number = f"{plain} ({number})", number + 1
        found.append(unique)
    if not any(found) or all(_number(name) is not None for name in found if name):
        raise RecordError(f"{path} is no CSV log: its first line should name the columns")
    if len(found) > MAX_COLUMNS:
        raise RecordError(f"{path} has more than {MAX_COLUMNS} columns")
    return found


def _read_rows(rows: Any, names: list[str], into: Curves) -> None:
    lower = [name.casefold() for name in names]
    step_at = next((lower.index(name) for name in STEPS if name in lower), -1)
    time_at = next((lower.index(name) for name in TIMES if name in lower), -1)
    columns = [k for k, name in enumerate(names) if name and k not in (step_at, time_at)]
    made = {k: Points(array("q"), array("d"), array("d")) for k in columns}
    bad = dict.fromkeys(columns, 0)
    now = time.time()
    for number in range(MAX_POINTS + 1):
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error:
            into.damaged += 1
            continue
        step: float | None = number
        if step_at >= 0:
            step = _number(row[step_at]) if step_at < len(row) else None
        if step is None or not -(2**62) < step < 2**62:
            into.damaged += bool(row)
            continue
        moment = _number(row[time_at]) if 0 <= time_at < len(row) else None
        for k in columns:
            if k >= len(row) or not row[k].strip():
                continue
            value = _number(row[k])
            if value is None:
                bad[k] += 1
                continue
            made[k].steps.append(int(step))
            made[k].values.append(value)
            made[k].times.append(now if moment is None else moment)
            into.count += 1
        if into.count > MAX_POINTS:
            raise RecordError(f"A CSV log holds more than {MAX_POINTS:,} numbers")
    else:
        raise RecordError(f"A CSV log has more than {MAX_POINTS:,} lines")
    for k in columns:
        if len(made[k].steps):
            if len(into.points) == MAX_TAGS:
                raise RecordError(f"The CSV logs hold more than {MAX_TAGS:,} columns")
            into.points[names[k]] = made[k]
            into.damaged += bad[k]  # in a column of words only, words are no damage


def _number(text: str) -> float | None:
    try:
        return float(text) if len(text) < 64 and "_" not in text else None
    except ValueError:
        return None
