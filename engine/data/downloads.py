"""Explicit downloads of published data sets into the user's data folder, each checked against its checksum."""

from __future__ import annotations

import hashlib
import os
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.data.folders import user_folder
from engine.errors import BadInput

CHUNK = 1 << 20
PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Source:
    """Where a file is published, its MD5 as other libraries check it too, and its size in bytes, about."""

    url: str
    md5: str
    size: int


SOURCES = {
    "wikitext-2-v1.zip": Source(
        "https://s3.amazonaws.com/research.metamind.io/wikitext/wikitext-2-v1.zip",
        "542ccefacc6c27f945fb54453812b3cd",
        4_475_746,
    ),
    "wikitext-103-v1.zip": Source(
        "https://s3.amazonaws.com/research.metamind.io/wikitext/wikitext-103-v1.zip",
        "9ddaacaf6af0710eda8c456decff7832",
        190_229_076,
    ),
}
"""Merity et al. 2016 (arXiv 1609.07843)."""


def download(
    name: str,
    report: Callable[[int, int], None] = lambda done, total: None,
    *,
    sources: dict[str, Source] = SOURCES,
) -> Path:
    """The file in the user's data folder, downloaded if it is not there; ``report`` gets bytes done and in all.

    Raises BadInput that says what to do by hand: no network, another file than expected, a folder that is read-only.
    """
    source, folder = sources[name], user_folder() / "datasets"
    path, partial = folder / name, folder / f".{name}.{os.getpid()}.partial"
    if path.is_file():
        return path
    digest, done = hashlib.md5(usedforsecurity=False), 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        request = urllib.request.Request(source.url, headers={"User-Agent": "Athanor"})
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer, open(partial, "wb") as file:
            while piece := answer.read(CHUNK):
                file.write(piece)
                digest.update(piece)
                done += len(piece)
                report(done, max(source.size, done))
                if done > 4 * source.size:
                    break  # not the file that was published: the checksum says so
        if digest.hexdigest() != source.md5:
            raise BadInput(
                f"{source.url} gave another file than the published one (MD5 {digest.hexdigest()}); kept none"
            )
        partial.replace(path)
    except OSError as problem:
        raise BadInput(
            f"{name} could not be downloaded from {source.url} ({problem}); put the file into {folder} by hand"
        ) from problem
    finally:
        partial.unlink(missing_ok=True)
    return path
