"""Pictures of digits: the 1,797 small ones that come with the program, and MNIST where its file is.

Sources: Alpaydin and Kaynak 1998 (8 x 8, in assets/data); LeCun, Cortes and Burges (28 x 28), read from
``mnist.npz`` or from the four original idx files, packed or not.
"""

from __future__ import annotations

import functools
import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.data.arrays import LARGEST_BYTES, read_arrays
from engine.data.folders import find, folders
from engine.errors import BadInput

SHIPPED = Path(__file__).resolve().parents[2] / "assets" / "data" / "digits.csv.gz"
MNIST = "mnist.npz"
IDX = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
CLASSES = 10


@dataclass(frozen=True)
class Pictures:
    """``pixels`` uint8 [n, height, width], 255 the most ink; ``labels`` int64 [n] 0..9; ``test`` bool [n]."""

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    test: NDArray[np.bool_]


@functools.cache
def small_digits() -> Pictures:
    """The 8 x 8 digits; every second drawing of each class is for testing. Raises BadInput if the file is damaged."""
    try:
        with gzip.open(SHIPPED, "rt", encoding="ascii") as file:
            rows = np.loadtxt(file, delimiter=",", dtype=np.int64)
        if rows.shape != (1797, 65) or rows[:, :64].min() < 0 or rows[:, :64].max() > 16:
            raise ValueError(f"it holds an array of shape {rows.shape}")
    except (OSError, ValueError, EOFError) as problem:
        raise BadInput(f"{SHIPPED} cannot be read as the digits: {problem}") from problem
    labels = rows[:, 64]
    test = np.zeros(len(rows), bool)
    for label in range(CLASSES):
        test[np.flatnonzero(labels == label)[1::2]] = True
    pixels = np.round(rows[:, :64] * (255 / 16)).astype(np.uint8).reshape(-1, 8, 8)
    return Pictures(pixels, labels, test)


@functools.cache
def mnist() -> Pictures:
    """MNIST from the first data folder that has it; raises BadInput that names what is missing or damaged."""
    for folder in folders():
        if (folder / MNIST).is_file():
            break
        if all(_idx_path(folder, name) for name in IDX.values()):
            return _pictures({key: _read_idx(folder, name) for key, name in IDX.items()}, folder)
    return read_packed(find(MNIST))


def read_packed(path: Path) -> Pictures:
    """MNIST as one ``.npz`` of four arrays; raises BadInput."""
    try:
        arrays = read_arrays(path, *IDX)
    except Exception as problem:  # a damaged zip file fails in many ways: zlib, zipfile, struct, key
        raise BadInput(f"{path} cannot be read as MNIST: {problem}") from problem
    return _pictures(arrays, path)


def _pictures(arrays: dict[str, NDArray[np.uint8]], where: Path) -> Pictures:
    images, labels = [], []
    for part in ("train", "test"):
        x, y = arrays[f"x_{part}"], arrays[f"y_{part}"]
        if y.dtype.kind not in "iu":
            raise BadInput(f"{where} cannot be read as MNIST: its {part} part has labels that are no numbers")
        if x.ndim != 3 or x.dtype != np.uint8 or y.shape != x.shape[:1] or not len(x) or y.max() >= CLASSES:
            raise BadInput(f"{where} cannot be read as MNIST: its {part} part has shapes {x.shape} and {y.shape}")
        images.append(x)
        labels.append(y.astype(np.int64))
    if images[0].shape[1:] != images[1].shape[1:]:
        raise BadInput(f"{where} cannot be read as MNIST: its parts hold pictures of two sizes")
    test = np.repeat([False, True], [len(part) for part in images])
    return Pictures(np.concatenate(images), np.concatenate(labels), test)


def _idx_path(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def _read_idx(folder: Path, name: str) -> NDArray[np.uint8]:
    path = _idx_path(folder, name)
    assert path is not None
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
        if len(data) > LARGEST_BYTES:
            raise ValueError(f"it holds more than {LARGEST_BYTES:,} bytes")
        if len(data) < 4 or data[:3] != b"\0\0\x08" or len(data) < 4 + 4 * data[3]:
            raise ValueError("it does not begin like an idx file of bytes")
        shape = np.frombuffer(data, ">u4", data[3], 4).astype(np.int64)
        return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(shape)
    except (OSError, EOFError, ValueError, zlib.error) as problem:
        raise BadInput(f"{path} cannot be read as a part of MNIST: {problem}") from problem
