"""Omniglot: 1,623 hand-drawn characters of 50 alphabets, 20 drawings each, and the one-shot task made of them.

A network is shown 100 numbers a drawing: how much contour runs in each of four directions in each cell of a 5 x 5 grid
(the idea of Dalal and Triggs 2005). Santoro et al. showed 20 x 20 pixels to networks that had days to learn; with these
numbers, in which the nearest of five drawings is the right one in 80 % of cases, minutes are enough.

Sources: Lake et al. 2015 (data and split by alphabet); Santoro et al. 2016 (arXiv 1605.06065), 3 (the task: the label
of a drawing arrives with the next one). Two forms are read: the packed file of this project, and the authors' own
``images_background.zip`` and ``images_evaluation.zip``, packed or unpacked.
"""

from __future__ import annotations

import functools
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

from engine.data.arrays import read_arrays
from engine.data.folders import find, folders
from engine.data.memory_tasks import Batch
from engine.errors import BadInput

PACKED = "omniglot_105_packed.npz"
ORIGINALS = {
    "images_background": (964, "68d2efa1b9178cc56df9314c21c6e718"),
    "images_evaluation": (659, "6b91aef0f799c5bb55b94e3f2daec811"),
}
"""Name -> number of characters, MD5 of the zip file, as other libraries check it too."""

SIDE, DRAWERS = 105, 20
DIRECTIONS, GRID = 4, 5
FEATURES = DIRECTIONS * GRID * GRID
CODE = re.compile(r"(images_background|images_evaluation)/([^/]+)/character(\d+)/\d+_(\d+)\.png$")


@dataclass(frozen=True, slots=True)
class Drawings:
    """``strokes`` float32 [characters, 20, 4, 5, 5]; ``held_out`` bool [characters]: of the 20 unseen alphabets."""

    strokes: NDArray[np.float32]
    held_out: NDArray[np.bool_]


@functools.cache
def drawings() -> Drawings:
    """All drawings, from the first data folder that has them; raises BadInput that names the file and its fault."""
    for folder in folders():
        if (folder / PACKED).is_file():
            break
        if any((folder / f"{name}{ending}").exists() for name in ORIGINALS for ending in ("", ".zip")):
            return read_original(folder)
    try:
        path = find(PACKED)
    except BadInput as problem:
        names = " and ".join(f"{name}.zip" for name in ORIGINALS)
        raise BadInput(f"{problem}. The authors' own {names} (github.com/brendenlake/omniglot) do as well") from problem
    return read_packed(path)


def read_packed(path: Path) -> Drawings:
    """The packed file: ``packed`` uint8 [drawings, 1379] (one bit a pixel), ``char_id``, ``alphabet`` and its split."""
    try:
        names = "packed", "char_id", "alphabet", "alphabet_split"
        packed, character, alphabet, split = read_arrays(path, *names).values()
        number = len(packed) // DRAWERS
        if packed.shape != (number * DRAWERS, -(-SIDE * SIDE // 8)) or packed.dtype != np.uint8 or not number:
            raise ValueError(f"its drawings have the shape {packed.shape}")
        if character.shape != (len(packed),):
            raise ValueError(f"it names {character.size:,} characters for {len(packed):,} drawings")
        codes, counts = np.unique(character, return_counts=True)
        if len(codes) != number or (counts != DRAWERS).any():
            raise ValueError(f"not every character has {DRAWERS} drawings")
        order = np.argsort(character, kind="stable")
        found = np.empty((len(packed), DIRECTIONS, GRID, GRID), np.float32)
        for start in range(0, len(packed), 500):
            bits = np.unpackbits(packed[order[start : start + 500]], axis=1)[:, : SIDE * SIDE]
            found[start : start + 500] = strokes(bits.reshape(-1, SIDE, SIDE))
        held_out = split[alphabet[order[::DRAWERS]]] == 1
    except Exception as problem:  # a damaged zip file fails in many ways: zlib, zipfile, struct, key, index
        raise BadInput(f"{path} cannot be read as the packed Omniglot file: {problem}") from problem
    return Drawings(found.reshape(number, DRAWERS, DIRECTIONS, GRID, GRID), held_out)


def reduced(size: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """All drawings of the packed file, reduced to ``size`` x ``size`` shares of ink, and which are of unseen alphabets.

    Each cell is the mean over the part of the drawing it covers. Returns float32 [drawings, size, size] and bool
    [drawings]. Raises BadInput where the file is missing or damaged.
    """
    path = find(PACKED)
    try:
        packed, alphabet, split = read_arrays(path, "packed", "alphabet", "alphabet_split").values()
        edges = np.arange(SIDE + 1)[None] * (size / SIDE)
        cell = np.arange(size)[:, None]
        share = np.clip(edges[:, 1:], cell, cell + 1) - np.clip(edges[:, :-1], cell, cell + 1)  # [size, SIDE]
        share = share.astype(np.float32)
        found = np.empty((len(packed), size, size), np.float32)
        for start in range(0, len(packed), 2000):
            bits = np.unpackbits(packed[start : start + 2000], axis=1)[:, : SIDE * SIDE].reshape(-1, SIDE, SIDE)
            found[start : start + 2000] = share @ bits.astype(np.float32) @ share.T
        held_out: NDArray[np.bool_] = split[alphabet] == 1
    except Exception as problem:  # a damaged zip file fails in many ways: zlib, zipfile, struct, key, index
        raise BadInput(f"{path} cannot be read as the packed Omniglot file: {problem}") from problem
    return found, held_out


def read_original(folder: Path) -> Drawings:
    """The authors' files, zip or unpacked, both parts; zips are checked against their MD5, folders by their counts."""
    images, held_out = [], []
    for name, (number, checksum) in ORIGINALS.items():
        found: dict[tuple[str, str], dict[int, NDArray[np.float32]]] = {}
        source = folder / name
        for path, data in _members(folder, name, checksum):
            match = CODE.search(path)
            if match:
                found.setdefault((match[2], match[3]), {})[int(match[4])] = _read_png(data, path)
        if len(found) != number or any(len(drawn) != DRAWERS for drawn in found.values()):
            raise BadInput(f"{source} is not complete: {len(found)} of {number} characters, {DRAWERS} drawings each")
        images += [np.stack([drawn[i] for i in sorted(drawn)]) for _, drawn in sorted(found.items())]
        held_out += [name == "images_evaluation"] * number
    return Drawings(np.stack(images), np.array(held_out))


def _members(folder: Path, name: str, checksum: str) -> Iterator[tuple[str, bytes]]:
    archive = folder / f"{name}.zip"
    if archive.is_file():
        data = archive.read_bytes()
        if hashlib.md5(data, usedforsecurity=False).hexdigest() != checksum:
            raise BadInput(f"{archive} is damaged or another file: its MD5 is not {checksum}")
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            for member in file.namelist():
                if member.endswith(".png"):
                    yield member, file.read(member)
    else:
        for path in sorted((folder / name).rglob("*.png")):
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def _read_png(data: bytes, path: str) -> NDArray[np.float32]:
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            if image.size != (SIDE, SIDE):
                raise ValueError(f"it has {image.size[0]} x {image.size[1]} pixels")
            ink = np.asarray(image.convert("L")) < 128
    except (OSError, ValueError, SyntaxError) as problem:
        raise BadInput(f"{path} is not a drawing of {SIDE} x {SIDE} pixels: {problem}") from problem
    drawing: NDArray[np.float32] = strokes(ink[None])[0]
    return drawing


def strokes(ink: NDArray[Any]) -> NDArray[np.float32]:
    """Square root of the contour length in four directions and 5 x 5 cells: [n, 105, 105] -> float32 [n, 4, 5, 5].

    Contours are the slope of the drawing, shrunk by 3 and smoothed; each is shared between the two nearest directions
    (0, 45, 90, 135 degrees), and smoothed again so that a shift by a pixel changes little.
    """
    shades = SHRINK @ ink.astype(np.float32) @ SHRINK.T
    slope_y, slope_x = np.zeros_like(shades), np.zeros_like(shades)
    slope_y[:, 1:-1] = shades[:, 2:] - shades[:, :-2]
    slope_x[:, :, 1:-1] = shades[:, :, 2:] - shades[:, :, :-2]
    steepness = np.sqrt(slope_x * slope_x + slope_y * slope_y)
    direction = np.arctan2(slope_y, slope_x) * np.float32(DIRECTIONS / np.pi) % DIRECTIONS
    found = np.empty((len(ink), DIRECTIONS, GRID, GRID), np.float32)
    for d in range(DIRECTIONS):
        away = np.abs(direction - d)
        share = np.clip(1 - np.minimum(away, DIRECTIONS - away), 0, 1)
        found[:, d] = np.sqrt(POOL @ (steepness * share) @ POOL.T)
    return found


def _boxes(small: int, large: int) -> NDArray[np.float32]:
    """Matrix [small, large] that takes the mean of neighbouring values."""
    return np.kron(np.eye(small), np.full((1, large // small), small / large)).astype(np.float32)


def _smoothing(size: int, times: int) -> NDArray[np.float32]:
    """Matrix [size, size]: a quarter of each neighbour and half of each value, ``times`` over; zeros outside."""
    once = np.eye(size) / 2 + np.eye(size, k=1) / 4 + np.eye(size, k=-1) / 4
    return np.linalg.matrix_power(once, times).astype(np.float32)


SHRINK = _smoothing(35, 2) @ _boxes(35, SIDE)
POOL = _boxes(GRID, 35) @ _smoothing(35, 3)


def turned(found: NDArray[np.float32], quarters: int) -> NDArray[np.float32]:
    """Strokes [..., 4, 5, 5] of drawings turned by ``quarters`` of a circle, counter-clockwise."""
    grid: NDArray[np.float32] = np.rot90(found, quarters, axes=(-2, -1))
    return np.roll(grid, quarters * DIRECTIONS // 2, axis=-3)


@dataclass(frozen=True)
class OneShot:
    """Tell apart characters never seen before: each is shown ten times, and its label comes one step later.

    ``classes``: labels there are; level: how many characters an episode has. Characters, labels, drawings and order are
    drawn anew for each episode. Training turns each character by a multiple of 90 degrees, which makes four characters
    of one [as Santoro et al. 2016, 4]; held-out ones stay as they are.
    """

    drawings: Drawings
    classes: int = 5
    held_out: bool = False
    times: int = 10
    shortest: int = 1

    @property
    def inputs(self) -> int:
        """Strokes and the label of the drawing before."""
        return FEATURES + self.classes

    @property
    def outputs(self) -> int:
        """One output a label."""
        return self.classes

    def sample(self, random: Generator, batch: int, level: int) -> Batch:
        """See ``Task``; 10 level steps."""
        if not self.shortest <= level <= self.classes:
            raise BadInput(f"level must be from {self.shortest} to {self.classes} for this task, not {level}")
        pool = np.flatnonzero(self.drawings.held_out == self.held_out)
        steps = level * self.times
        everyone = np.arange(batch)[:, None]
        characters = pool[random.random((batch, len(pool))).argpartition(level - 1, axis=1)[:, :level]]
        labels = random.random((batch, self.classes)).argsort(axis=1)[:, :level]
        drawn = random.random((batch, level, DRAWERS)).argsort(axis=2)[:, :, : self.times].reshape(batch, steps)
        order = random.random((batch, steps)).argsort(axis=1)
        which = order // self.times  # [batch, steps] index of the character in its episode
        turns = random.integers(0, 1 if self.held_out else 4, (batch, level))[everyone, which]
        shown = self._turned[turns, characters[everyone, which], drawn[everyone, order]]
        truth = np.eye(self.classes, dtype=np.float32)[labels[everyone, which]].swapaxes(0, 1)
        inputs = np.zeros((steps, batch, self.inputs), np.float32)
        inputs[:, :, :FEATURES] = shown.reshape(batch, steps, FEATURES).swapaxes(0, 1)
        inputs[1:, :, FEATURES:] = truth[:-1]
        return Batch(inputs, np.ascontiguousarray(truth), np.ones(steps, bool), classes=True)

    @functools.cached_property
    def _turned(self) -> NDArray[np.float32]:
        """Strokes of all drawings in every turn that is used, [turns, characters, 20, 4, 5, 5], mean square 1."""
        found = self.drawings.strokes
        turns = np.stack([turned(found, quarters) for quarters in range(1 if self.held_out else 4)])
        turns /= np.sqrt(np.square(found).mean())
        return turns
