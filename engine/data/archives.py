"""Archives that strangers may have made, opened so that a few bytes cannot have gigabytes set aside for them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Frugal(io.BufferedReader):
    """A file of which at most ``most`` bytes are asked at once: Python sets aside what is asked for before it reads.

    Lengths in an archive's own tables are asked for as they stand there.
    """

    def __init__(self, raw: Any, most: int) -> None:
        super().__init__(raw)
        self.most = most

    def read(self, size: int | None = -1, /) -> bytes:
        """At most ``size`` bytes, all that are left where it is negative."""
        return super().read(self.most if size is None or size < 0 else min(size, self.most))


@contextmanager
def open_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """A zip archive to read from, while the context lasts."""
    with Frugal(io.FileIO(path), max(1, path.stat().st_size)) as file, zipfile.ZipFile(file) as archive:
        yield archive


def open_member(archive: zipfile.ZipFile, name: str | zipfile.ZipInfo) -> IO[bytes]:
    """A member to read piece by piece; raises ValueError where it is packed in a way that cannot be unpacked so."""
    info = archive.getinfo(name) if isinstance(name, str) else name
    if info.compress_type not in KINDS:
        raise ValueError(f"{info.filename} is packed in another way than zip files usually are")
    return archive.open(info)


def read_member(archive: zipfile.ZipFile, name: str | zipfile.ZipInfo, most: int) -> bytes:
    """A whole member; raises ValueError for one larger than ``most`` bytes."""
    info = archive.getinfo(name) if isinstance(name, str) else name
    if info.file_size > most:
        raise ValueError(f"{info.filename} has {info.file_size:,} bytes; at most {most:,} are read")
    with open_member(archive, info) as file:
        return file.read(info.file_size)  # a number: without one, all that is packed would be unpacked at once
