"""A record on its way from one machine to another: what has grown is sent, and written at the other end as it came.

Files that only grow are sent from where the last piece ended; small files that are replaced are sent whole. So the copy
is at each moment a record as a reader on the first machine would have seen it a moment before.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from engine.runs.files import RecordError, write_atomically

PIECE = 4 << 20
GROWING = (".rows", ".jsonl", ".names", ".txt")
_FILE = re.compile(r"(checkpoints/)?[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_LAST = {"scalars.names": -1, "run.json": 1, "status.json": 2}  # names before rows, what describes the rest after it


class Piece(NamedTuple):
    """Bytes of a file of a record; ``offset`` -1 replaces the whole file."""

    name: str
    offset: int
    data: bytes


class Sender:
    """Tells what is new in a record folder since it was last asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sent: dict[str, tuple[int, int, int]] = {}

    def news(self) -> Iterator[Piece]:
        """Pieces in an order in which they can be written one by one."""
        for name in self._names():
            path = self._folder / name
            try:
                found = os.stat(path)
            except OSError:
                continue  # replaced this very moment: it is there again next time
            if name.endswith(GROWING):
                yield from self._grown(name, path, found.st_size)
                continue
            mark = (found.st_mtime_ns, found.st_size, found.st_ino)
            if self._sent.get(name) != mark:
                self._sent[name] = mark
                yield Piece(name, -1, path.read_bytes())

    def _names(self) -> list[str]:
        names = []
        for place, prefix in ((self._folder, ""), (self._folder / "checkpoints", "checkpoints/")):
            if place.is_dir():
                names += [prefix + entry.name for entry in os.scandir(place) if entry.is_file(follow_symlinks=False)]
        kept = [name for name in names if _FILE.fullmatch(name) and not name.endswith(".partial")]
        return sorted(kept, key=lambda name: (_LAST.get(name, 0), not name.endswith(".json"), name))

    def _grown(self, name: str, path: Path, size: int) -> Iterator[Piece]:
        at = self._sent.get(name, (0, 0, 0))[0]
        with open(path, "rb") as file:
            file.seek(at)
            while at < size:
                data = file.read(min(PIECE, size - at))
                if not data:
                    break
                yield Piece(name, at, data)
                at += len(data)
        self._sent[name] = (at, 0, 0)


class Receiver:
    """Writes pieces of one record into a runs folder.

    Raises RecordError for an id or a file name that no record has, and OSError where the disk refuses.
    """

    def __init__(self, runs_folder: Path, run_id: str) -> None:
        if not _ID.fullmatch(run_id):
            raise RecordError(f"{run_id!r} is no id of a run")
        self.folder = runs_folder / run_id
        self.folder.mkdir(parents=True)

    def take(self, piece: Piece) -> None:
        """Write one piece; one that was lost on the way leaves a gap that is refused, never a shifted file."""
        name, offset, data = piece
        if not _FILE.fullmatch(name) or ".." in name:
            raise RecordError(f"{name!r} is no file of a record")
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        if offset < 0:
            write_atomically(path, data)
            return
        with open(path, "ab") as file:
            if file.tell() != offset:
                raise RecordError(f"{path} has {file.tell()} bytes where a piece from {offset} on arrived")
            file.write(data)
