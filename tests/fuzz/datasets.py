"""Readers of data sets, word lists, pictures, problems and episode files."""

from __future__ import annotations

import gzip
import io
import json
import random
import tarfile
from pathlib import Path

import numpy as np

from tests.fuzz.mutate import mutate
from tests.fuzz.reader import Making, Reader, broken_npz, broken_zip, packed, zipped


def _episodes(path: Path) -> object:
    from engine.alchemy.episodes import read_episodes, read_recordings

    return read_episodes(path), read_recordings(path)


def _episode_lines() -> bytes:
    from engine.alchemy.episodes import sample_episode
    from engine.alchemy.levels import BENCHMARK, Level

    random_state = np.random.RandomState(0)
    found = []
    for _ in range(2):
        line = sample_episode(random_state, Level.parse(BENCHMARK), trials=2).to_json()
        recording = {"actions": [[[0, 3], [1, -1]], []], "rewards": [1, 0]}
        found.append(json.dumps({**line, "agents": {"a": recording}}))
    return "\n".join(found).encode()


def _packed_lines() -> Making:
    plain = _episode_lines()
    return lambda chance: gzip.compress(mutate(plain, chance), 1, mtime=0)


def _chemistry(path: Path) -> object:
    from engine.alchemy.episodes import episode_from_json
    from engine.runs.files import read_json_object

    return episode_from_json(read_json_object(path))


def _babi(path: Path) -> object:
    from engine.data.babi import parse

    return list(parse(path.read_bytes().decode("utf-8", "replace"), "file"))


def _babi_archive(path: Path) -> object:
    from engine.data.babi import read

    return read(path, 1)


BABI = b"1 Mary moved to the bathroom.\n2 John went to the hall.\n3 Where is Mary? \tbathroom\t1\n"
BABI_FILES = {f"tasks_1-20_v1-2/en-10k/qa1_single-supporting-fact_{part}.txt": BABI for part in ("train", "test")}


def _omniglot(path: Path) -> object:
    from engine.data.omniglot import read_packed

    return read_packed(path)


DRAWINGS = {
    "packed": np.zeros((20, 1379), np.uint8),
    "char_id": np.zeros(20, np.int64),
    "alphabet": np.zeros(20, np.int64),
    "alphabet_split": np.zeros(1, np.int64),
}


def _mnist(path: Path) -> object:
    from engine.data import digits

    return digits.read_packed(path)


MNIST = {
    f"{kind}_{part}": np.zeros((2, 3, 3) if kind == "x" else 2, np.uint8)
    for kind in ("x", "y")
    for part in ("train", "test")
}


def _idx(path: Path) -> object:
    from engine.data import digits

    return digits._read_idx(path.parent, path.name)


def _tar(mode: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, data in BABI_FILES.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def _packed_tar() -> Making:
    plain = _tar("w")
    return lambda chance: gzip.compress(mutate(plain, chance), 1, mtime=0)


def _packed_idx() -> Making:
    return lambda chance: gzip.compress(mutate(IDX, chance), 1, mtime=0)


IDX = b"\0\0\x08\x03" + (2).to_bytes(4, "big") * 3 + bytes(8)


def _arrays(path: Path) -> object:
    from engine.data.patterns import _arrays, _scaled

    found = _arrays(path, "x", "split")
    return _scaled(found["x"], 255), found["split"] == 0


def _cifar(path: Path) -> object:
    from engine.data.patterns import read_cifar

    return read_cifar(path)


def _picture(path: Path) -> object:
    from engine.data.pictures import read_picture

    return read_picture(path, (8, 8, 1), binary=True)


def _pictures() -> list[bytes]:
    from PIL import Image

    found = []
    for kind in ("png", "gif", "bmp", "jpeg", "tiff", "webp"):
        buffer = io.BytesIO()
        Image.new("RGB", (6, 5), (200, 10, 30)).save(buffer, kind)
        found.append(buffer.getvalue())
    return found


def _keys(path: Path) -> object:
    from engine.data.string_keys import read_keys

    return read_keys(path)


def _text(path: Path) -> object:
    from engine.data.texts import documents

    return documents(path.read_bytes(), path.name)


def _corpus(path: Path) -> object:
    from engine.data.texts import _archive, _parts

    return _parts(_archive(path), "corpus", path.name)


TEXT = b" \n = A title = \n \n The first words , and more . \n \n = Another = \n \n Words again . \n"


def _problem(path: Path) -> object:
    from engine.composition.files import read_problem

    return read_problem(path)


PROBLEM = {
    "P": np.full((2, 2, 2), 0.5),
    "r": np.ones((1, 2, 2)),
    "gamma": np.array(0.9),
    "alpha": np.array(1.0),
    "w": np.ones(1),
}


def _broken_row(chance: random.Random) -> bytes:
    rows = bytearray(3073 * 2)
    rows[chance.choice((0, 3073))] = chance.randrange(256)
    return bytes(rows[: chance.choice((3073, 6146, 3072, 1))])


READERS = (
    Reader("episodes.jsonl", _episodes, lambda: [_episode_lines()]),
    Reader("episodes.jsonl.gz", _episodes, lambda: [gzip.compress(_episode_lines(), mtime=0)], _packed_lines),
    Reader("chemistry.json", _chemistry, lambda: _episode_lines().split(b"\n")),
    Reader("babi.txt", _babi, lambda: [BABI]),
    Reader("babi.zip", _babi_archive, lambda: [zipped(BABI_FILES)], lambda: broken_zip(BABI_FILES)),
    Reader("babi.tar.gz", _babi_archive, lambda: [_tar("w:gz")], _packed_tar),
    Reader("omniglot.npz", _omniglot, lambda: [packed(DRAWINGS)], lambda: broken_npz(DRAWINGS)),
    Reader("mnist.npz", _mnist, lambda: [packed(MNIST)], lambda: broken_npz(MNIST)),
    Reader("mnist.idx", _idx, lambda: [IDX]),
    Reader("mnist.idx.gz", _idx, lambda: [gzip.compress(IDX, mtime=0)], _packed_idx),
    Reader(
        "patterns.npz",
        _arrays,
        lambda: [packed({"x": np.zeros((2, 4), np.uint8), "split": np.zeros(2, np.int8)})],
        lambda: broken_npz({"x": np.zeros((2, 4), np.uint8), "split": np.zeros(2, np.int8)}),
    ),
    Reader("cifar.bin", _cifar, lambda: [bytes(3073)], lambda: _broken_row),
    Reader("picture", _picture, _pictures),
    Reader("keys.txt", _keys, lambda: [b"one\ntwo\r\nthree\n", "\ufeffwörd\nñ\n".encode()]),
    Reader("text.txt", _text, lambda: [TEXT, b"Plain words, one paragraph.\n\nAnother one.\n"]),
    Reader(
        "texts.zip",
        _corpus,
        lambda: [zipped({f"x/{part}.txt": TEXT for part in ("train", "valid", "test")})],
        lambda: broken_zip({f"x/{part}.txt": TEXT for part in ("train", "valid", "test")}),
    ),
    Reader("problem.npz", _problem, lambda: [packed(PROBLEM)], lambda: broken_npz(PROBLEM)),
)
