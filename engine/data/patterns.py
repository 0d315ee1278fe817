"""Patterns to store in an associative memory, and the damage they are asked back from.

A pattern is a row of values in [-1, 1]: random bits, or an image with -1 for black. Images are split so that what is
examined is of classes never trained on: digits 7, 8 and 9; the 20 evaluation alphabets of Omniglot; for photographs
other pictures. Errors are counted in wrong bits or pixels of binary patterns, else as squared error of an image with
values in [0, 1], summed over its pixels.

Sources: Bartunov et al. 2020 (arXiv 1910.02720), 5 (random bits, Omniglot, CIFAR-10 and ImageNet at 64 x 64; block
damage); Alpaydin and Kaynak 1998 (digits).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from engine.data import omniglot
from engine.data.arrays import read_arrays
from engine.data.digits import small_digits
from engine.data.folders import find, folders
from engine.errors import BadInput

DataName = Literal["bits", "digits", "omniglot", "cifar10", "natural"]
DamageName = Literal["block", "noise"]
Floats = NDArray[np.float32]

SIZES: dict[str, tuple[int, ...]] = {
    "bits": (),
    "digits": (8,),
    "omniglot": (16, 32),
    "cifar10": (32,),
    "natural": (64,),
}
"""Sides in pixels that images come in, the usual one first; bits come in any number."""

CIFAR_TRAIN = 3500  # of the 4,000 pictures in the file with some of CIFAR-10
UNSEEN_DIGITS = 7  # digits from this one on are only examined
INK = 0.2  # share of ink in a cell from which on a reduced drawing is black there


@dataclass(frozen=True)
class Patterns:
    """Where the patterns of a task come from.

    ``train``, ``test`` float32 [n, d] in [-1, 1], or None where every pattern is drawn afresh; ``shape`` (height,
    width, channels); ``binary``: values are only -1 and 1.
    """

    name: str
    shape: tuple[int, int, int]
    binary: bool
    train: Floats | None = None
    test: Floats | None = None

    @property
    def size(self) -> int:
        """Values in a pattern, d."""
        height, width, channels = self.shape
        return height * width * channels

    def sample(self, random: Generator, tasks: int, count: int, *, held_out: bool = False) -> Floats:
        """Patterns of independent tasks, all different within a task where there are enough: [tasks, count, d].

        Training images are turned and mirrored, and shifted by a pixel of background, each at random: more strokes to
        learn from, the same classes.
        """
        pool = self.test if held_out else self.train
        if pool is None:
            return random.choice(np.array([-1, 1], np.float32), (tasks, count, self.size))
        if count <= len(pool):
            chosen = np.stack([random.choice(len(pool), count, replace=False) for _ in range(tasks)])
        else:
            chosen = random.integers(0, len(pool), (tasks, count))
        found: Floats = pool[chosen]
        if held_out:
            return found
        varied = _vary(random, found.reshape(-1, *self.shape), shifted=self.name in ("digits", "omniglot"))
        return varied.reshape(found.shape)

    def damage(
        self, random: Generator, patterns: Floats, kind: DamageName, amount: float
    ) -> tuple[Floats, NDArray[np.bool_]]:
        """Damaged copies of ``patterns`` [..., d], and where they were damaged (some values hit may stay the same).

        ``block``: a square (of bits: a run) of noise, its side ``amount`` of the image's; ``noise``: that share of all
        pixels, exactly. Noise is binary for binary patterns, else uniform.
        """
        height, width, channels = self.shape
        flat = patterns.reshape(-1, height, width, channels)
        count = len(flat)
        if kind == "noise":
            order = random.random((count, height * width)).argsort(1)
            where = (order < round(amount * height * width)).reshape(count, height, width)
        else:
            tall, wide = max(1, round(amount * height)), max(1, round(amount * width))
            top, left = random.integers(0, height - tall + 1, count), random.integers(0, width - wide + 1, count)
            rows, columns = np.arange(height)[None], np.arange(width)[None]
            in_rows = (rows >= top[:, None]) & (rows < top[:, None] + tall)
            in_columns = (columns >= left[:, None]) & (columns < left[:, None] + wide)
            where = in_rows[:, :, None] & in_columns[:, None, :]
        mask = np.broadcast_to(where[..., None], flat.shape)
        noise = (
            random.choice(np.array([-1, 1], np.float32), flat.shape)
            if self.binary
            else random.uniform(-1, 1, flat.shape).astype(np.float32)
        )
        damaged = np.where(mask, noise, flat)
        return damaged.reshape(patterns.shape), mask.reshape(patterns.shape)

    def error(self, found: Floats, truth: Floats) -> NDArray[np.float64]:
        """Error of each pattern, [..., d] -> [...]: wrong bits, or squared error with values in [0, 1]."""
        if self.binary:
            wrong: NDArray[np.float64] = ((found > 0) != (truth > 0)).sum(-1).astype(np.float64)
            return wrong
        squared: NDArray[np.float64] = np.square((found - truth) / 2, dtype=np.float64).sum(-1)
        return squared

    @property
    def unit(self) -> str:
        """Unit of ``error``."""
        if not self.binary:
            return "squared error an image"
        return f"wrong {'bits' if self.name == 'bits' else 'pixels'} of {self.size}"


def _vary(random: Generator, images: Floats, *, shifted: bool) -> Floats:
    """Images [n, h, w, c] each turned, mirrored and, if ``shifted``, moved by at most a pixel, at random."""
    found = images.copy()
    kind = random.integers(0, 8 if shifted else 2, len(images))  # photographs are only mirrored
    for value in range(8 if shifted else 2):
        which = kind == value
        some = images[which]
        some = some[:, :, ::-1] if value & 1 else some
        found[which] = np.rot90(some, value >> 1, axes=(1, 2))
    if not shifted:
        return found
    padded = np.pad(found, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=-1)
    height, width = images.shape[1:3]
    moves = random.integers(0, 9, len(images))
    for value in range(9):
        top, left = divmod(value, 3)
        found[moves == value] = padded[moves == value, top : top + height, left : left + width]
    return found


@functools.lru_cache(maxsize=4)
def load(name: DataName, size: int | None = None) -> Patterns:
    """The patterns of a data set, of ``size`` bits or pixels a side; raises BadInput in one sentence."""
    if name == "bits":
        return Patterns("bits", (1, size or 32, 1), binary=True)
    size = size or SIZES[name][0]
    if size not in SIZES[name]:
        raise BadInput(f"size may be one of {', '.join(map(str, SIZES[name]))} for {name}, not {size}")
    loaders: dict[str, Callable[[int], Patterns]] = {
        "digits": _digits,
        "omniglot": _omniglot,
        "cifar10": _cifar,
        "natural": _natural,
    }
    return loaders[name](size)


def _scaled(values: NDArray[Any], most: float) -> Floats:
    """Whole numbers 0..most as rows of values in [-1, 1]."""
    if not values.ndim or not values.size or values.dtype.kind not in "fiu":
        raise BadInput("A file of pictures holds something else than pictures")
    rows: Floats = (values.reshape(len(values), -1) * np.float32(2 / most) - 1).astype(np.float32)
    return rows


def _digits(size: int) -> Patterns:
    digits = small_digits()
    unseen = digits.labels >= UNSEEN_DIGITS
    images = _scaled(digits.pixels, 255)
    return Patterns("digits", (size, size, 1), False, images[~unseen], images[unseen])


def _omniglot(size: int) -> Patterns:
    ink, held_out = omniglot.reduced(size)
    rows = np.where(ink.reshape(len(ink), -1) > INK, np.float32(1), np.float32(-1))
    return Patterns("omniglot", (size, size, 1), True, rows[~held_out], rows[held_out])


def _cifar(size: int) -> Patterns:
    original = [folder / "cifar-10-batches-bin" for folder in folders()]
    original = [folder for folder in original if folder.is_dir()]
    if original:
        train = np.concatenate([read_cifar(original[0] / f"data_batch_{i}.bin") for i in range(1, 6)])
        return Patterns("cifar10", (size, size, 3), False, train, read_cifar(original[0] / "test_batch.bin"))
    path, shape = find("cifar10_train4000_lossless.npz"), (size, size, 3)
    images = _pictures(path, _arrays(path, "x")["x"], shape, CIFAR_TRAIN + 1)
    return Patterns("cifar10", shape, False, images[:CIFAR_TRAIN], images[CIFAR_TRAIN:])


def read_cifar(path: Path) -> Floats:
    """One file of the binary version of CIFAR-10 [Krizhevsky 2009]: a label and 3 x 32 x 32 bytes each image."""
    record = 1 + 3 * 32 * 32
    try:
        data = np.fromfile(path, np.uint8)
    except OSError as problem:
        raise BadInput(f"{path} cannot be read: {problem.strerror}") from problem
    if not len(data) or len(data) % record or data.reshape(-1, record)[:, 0].max() > 9:
        raise BadInput(f"{path} is not a file of the binary version of CIFAR-10 (images of {record:,} bytes)")
    return _scaled(data.reshape(-1, record)[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), 255)


def _natural(size: int) -> Patterns:
    path, shape = find("natural_patches_64.npz"), (size, size, 3)
    file = _arrays(path, "x", "split")
    images, split = _pictures(path, file["x"], shape, 2), file["split"]
    if split.shape != (len(images),) or not {0, 1} <= set(split.tolist()):
        raise BadInput(f"{path} does not say of each of its {len(images):,} pictures whether it is trained on")
    return Patterns("natural", shape, False, images[split == 0], images[split == 1])


def _pictures(path: Path, values: NDArray[Any], shape: tuple[int, ...], fewest: int) -> Floats:
    """Pictures [n, h, w, c] of bytes as rows; raises BadInput for another shape and for fewer than are needed."""
    images = _scaled(values, 255)
    if values.shape[1:] != shape or len(values) < fewest:
        wanted = " x ".join(map(str, shape))
        raise BadInput(f"{path} holds {' x '.join(map(str, values.shape))} values; {fewest:,} x {wanted} are needed")
    return images


def _arrays(path: Path, *names: str) -> dict[str, NDArray[Any]]:
    """Arrays of an npz file; raises BadInput naming it."""
    try:
        return read_arrays(path, *names)
    except Exception as problem:  # a damaged zip file fails in many ways: zlib, zipfile, struct, key
        raise BadInput(f"{path} cannot be read: {problem}") from problem
