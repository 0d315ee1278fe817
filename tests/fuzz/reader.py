"""What a reader of files is to the fuzzer, and ways to break a file inside its frame of checksums and lengths."""

from __future__ import annotations

import io
import json
import random
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.fuzz.mutate import mutate

Making = Callable[[random.Random], bytes]


@dataclass(frozen=True)
class Reader:
    """``read`` gets the bytes as a file called ``name``; ``seeds`` are right files to mutate.

    ``making`` makes a file whose frame is right and whose inside is not: random bytes behind a checksum would only
    ever try the checksum.
    """

    name: str
    read: Callable[[Path], object]
    seeds: Callable[[], list[bytes]]
    making: Callable[[], Making] | None = None


def packed(arrays: dict[str, np.ndarray]) -> bytes:
    """An .npz file of arrays."""
    return zipped({f"{name}.npy": npy(array) for name, array in arrays.items()})


def npy(array: np.ndarray) -> bytes:
    """An .npy file."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def boast(shape: tuple[int, ...]) -> bytes:
    """An .npy file that announces bytes of this shape and holds a few."""
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "|u1", "fortran_order": False, "shape": shape})
    return buffer.getvalue() + bytes(100)


def zipped(files: dict[str, bytes], kind: int = zipfile.ZIP_STORED) -> bytes:
    """A zip archive, packed in this way."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, kind)
    return buffer.getvalue()


def broken_zip(files: dict[str, bytes]) -> Making:
    """Archives with one file broken, and sometimes left out or under another name."""

    def make(chance: random.Random) -> bytes:
        name = chance.choice(list(files))
        changed = {**files, name: mutate(files[name], chance)}
        if chance.random() < 0.1:
            changed["../../x" if chance.random() < 0.5 else "x"] = changed.pop(name)
        return zipped(changed, chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)))

    return make


def broken_npz(arrays: dict[str, np.ndarray]) -> Making:
    """Archives of arrays of which one is broken, or of another shape or type."""
    files = broken_zip({f"{name}.npy": npy(array) for name, array in arrays.items()})

    def make(chance: random.Random) -> bytes:
        if chance.random() < 0.5:
            return files(chance)
        name = chance.choice(list(arrays))
        array = arrays[name]
        other = chance.choice(
            (
                lambda: array.ravel()[: chance.randrange(array.size + 1)],
                lambda: array.astype(chance.choice(("f2", "f8", "i1", "u8", "c8", "?", "U3", "S2"))),
                lambda: array * np.array(chance.choice((0, 1, 5)), array.dtype) if array.size else array,
                lambda: array + np.array(np.inf) if array.dtype.kind == "f" else array,
                lambda: array[None],
                lambda: array.T,
                lambda: np.zeros((0,) * array.ndim, array.dtype),
                lambda: np.array(chance.choice((0, -1, 2**62, 1e308))),
            )
        )
        if chance.random() < 0.1:
            shape = chance.choice(((2**29,), (2**31, 1), (3, 2**28), (2**62,), (1 << 15, 1 << 15)))
            return zipped({**{f"{key}.npy": npy(array) for key, array in arrays.items()}, f"{name}.npy": boast(shape)})
        return packed({**arrays, name: other()})

    return make


def broken_header(seed: bytes) -> Making:
    """Safetensors files whose header is broken and whose length fits it."""
    length = int.from_bytes(seed[:8], "little")
    header, rest = seed[8 : 8 + length], seed[8 + length :]

    def make(chance: random.Random) -> bytes:
        changed = mutate(header, chance)
        return struct.pack("<Q", len(changed)) + changed + rest

    return make


def lines(*values: object) -> bytes:
    """JSON lines."""
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)
