"""Readers of files that strangers may have made, each as a function of bytes, and small files that are right.

A reader may return anything or raise BadInput (RecordError is one): nothing else, not slowly, and not by taking the
memory of the machine.
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import BadInput


@dataclass(frozen=True)
class Reader:
    """``read`` gets the bytes as a file at ``name`` in a scratch folder; ``seeds`` are right files to mutate."""

    name: str
    read: Callable[[Path], object]
    seeds: Callable[[], list[bytes]]


def _episodes(path: Path) -> object:
    from engine.alchemy.episodes import read_episodes

    return read_episodes(path)


def _episode_seeds() -> list[bytes]:
    from engine.alchemy.episodes import sample_episode
    from engine.alchemy.levels import BENCHMARK, Level

    random = np.random.RandomState(0)
    lines = [json.dumps(sample_episode(random, Level.parse(BENCHMARK), trials=2).to_json()) for _ in range(2)]
    return ["\n".join(lines).encode()]


def _packed_episode_seeds() -> list[bytes]:
    return [gzip.compress(seed, mtime=0) for seed in _episode_seeds()]


def _babi(path: Path) -> object:
    from engine.data.babi import parse

    return list(parse(path.read_bytes().decode("utf-8", "replace"), "file"))


def _babi_archive(path: Path) -> object:
    from engine.data.babi import read

    return read(path, 1)


def _babi_seeds() -> list[bytes]:
    return [b"1 Mary moved to the bathroom.\n2 John went to the hall.\n3 Where is Mary? \tbathroom\t1\n"]


def _babi_archive_seeds() -> list[bytes]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for part in ("train", "test"):
            archive.writestr(f"tasks_1-20_v1-2/en-10k/qa1_single-supporting-fact_{part}.txt", _babi_seeds()[0])
    return [buffer.getvalue()]


def _omniglot(path: Path) -> object:
    from engine.data.omniglot import read_packed

    return read_packed(path)


def _archive_seeds() -> list[bytes]:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, packed=np.zeros((4, 8), np.uint8), names=np.array(["a", "b"]))
    return [buffer.getvalue()]


def _checkpoint(path: Path) -> object:
    from engine.runs.checkpoints import load_checkpoint

    folder = path.parent / "checkpoints"
    folder.mkdir(exist_ok=True)
    (folder / "latest.safetensors").write_bytes(path.read_bytes())
    return load_checkpoint(path.parent, "latest")


def _checkpoint_seeds() -> list[bytes]:
    from safetensors.numpy import save

    return [save({"weight": np.arange(6, dtype=np.float32).reshape(2, 3)}, {"about": "a test"})]


def _record(path: Path, name: str) -> object:
    from engine.runs import Record

    (path.parent / "run.json").write_bytes(_RUN)
    (path.parent / "t.columns.json").write_bytes(_COLUMNS)
    (path.parent / "t.rows").write_bytes(bytes(range(48)))
    (path.parent / "status.json").write_bytes(_STATUS)
    (path.parent / name).write_bytes(path.read_bytes())
    record = Record.open(path.parent)
    return record.status(), record.table("t").read(), record.events("e"), record.scalars("loss")


def _settings(path: Path) -> object:
    from gui.settings import Settings

    (path.parent / "settings.json").write_bytes(path.read_bytes())
    return Settings.load(path.parent)


def _language_messages(path: Path) -> object:
    from engine.language.actions import read_action

    return read_action(path.read_bytes().decode("utf-8", "replace"))


_RUN = json.dumps(
    {
        "format": 1, "id": "20260101-000000-pulse-0000", "experiment": "pulse", "preset": None, "configuration": {},
        "seed": 0, "device": "cpu", "created": "2026-01-01T00:00:00.000+00:00", "versions": {}, "host": "h", "pid": 1,
        "process_started": 0.0, "parent": None, "title": "",
    }
).encode()  # fmt: skip
_COLUMNS = json.dumps([{"name": "n", "dtype": "i8", "shape": [], "unit": "", "description": ""}]).encode()
_STATUS = json.dumps({"status": "finished", "heartbeat": 1.0, "done": 1, "total": 2, "unit": "", "result": {}}).encode()
_EVENTS = b'{"n": 1, "words": "one"}\n{"n": 2}\n'


def _part(name: str) -> Callable[[Path], object]:
    return lambda path: _record(path, name)


READERS = {
    reader.name: reader
    for reader in (
        Reader("episodes.jsonl", _episodes, _episode_seeds),
        Reader("episodes.jsonl.gz", _episodes, _packed_episode_seeds),
        Reader("babi.txt", _babi, _babi_seeds),
        Reader("babi.zip", _babi_archive, _babi_archive_seeds),
        Reader("omniglot.npz", _omniglot, _archive_seeds),
        Reader("checkpoint.safetensors", _checkpoint, _checkpoint_seeds),
        Reader("run.json", _part("run.json"), lambda: [_RUN]),
        Reader("status.json", _part("status.json"), lambda: [_STATUS]),
        Reader("columns.json", _part("t.columns.json"), lambda: [_COLUMNS]),
        Reader("table.rows", _part("t.rows"), lambda: [bytes(48)]),
        Reader("events.jsonl", _part("e.jsonl"), lambda: [_EVENTS]),
        Reader("settings.json", _settings, lambda: [b'{"version": 1, "theme": "dark", "recent": ["a"]}']),
    )
}
ALLOWED = (BadInput,)
