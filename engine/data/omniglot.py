"""Omniglot: 1,623 hand-drawn characters of 50 alphabets, 20 drawings each, and the one-shot task made of them.

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

from engine.data.folders import find, folders
from engine.data.memory_tasks import Batch
from engine.errors import BadInput

PACKED = "omniglot_105_packed.npz"
ORIGINALS = {
    "images_background": (964, "68d2efa1b9178cc56df9314c21c6e718"),
    "images_evaluation": (659, "6b91aef0f799c5bb55b94e3f2daec811"),
}
"""Name -> number of characters, MD5 of the zip file, as other libraries check it too."""

SIDE, BOX, DRAWERS = 105, 5, 20
PIXELS = SIDE // BOX  # 21: five by five pixels become one shade of grey, which is exact; Santoro et al. took 20
CODE = re.compile(r"(images_background|images_evaluation)/([^/]+)/character(\d+)/\d+_(\d+)\.png$")


@dataclass(frozen=True, slots=True)
class Drawings:
    """``images`` float32 [characters, 20, 21, 21], ink 1; ``held_out`` bool [characters]: of 20 unseen alphabets."""

    images: NDArray[np.float32]
    held_out: NDArray[np.bool_]


@functools.cache
def drawings() -> Drawings:
    """All drawings, from the first data folder that has them; raises BadInput that names the file and its fault."""
    for folder in folders():
        if (folder / PACKED).is_file():
            break
        if any((folder / f"{name}{ending}").exists() for name in ORIGINALS for ending in ("", ".zip")):
            return read_original(folder)
    return read_packed(find(PACKED))


def read_packed(path: Path) -> Drawings:
    """The packed file: ``packed`` uint8 [drawings, 1379] (one bit a pixel), ``char_id``, ``alphabet`` and its split."""
    try:
        with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as file:
            packed, character, alphabet = file["packed"], file["char_id"], file["alphabet"]
            split = file["alphabet_split"]
        order = np.argsort(character, kind="stable")
        number = len(packed) // DRAWERS
        if packed.shape != (number * DRAWERS, -(-SIDE * SIDE // 8)) or packed.dtype != np.uint8 or not number:
            raise ValueError(f"its drawings have the shape {packed.shape}")
        codes, counts = np.unique(character, return_counts=True)
        if len(character) != len(packed) or len(codes) != number or (counts != DRAWERS).any():
            raise ValueError(f"not every character has {DRAWERS} drawings")
        images = np.empty((len(packed), PIXELS, PIXELS), np.float32)
        for start in range(0, len(packed), 1000):
            bits = np.unpackbits(packed[order[start : start + 1000]], axis=1)[:, : SIDE * SIDE]
            images[start : start + 1000] = _shrink(bits.reshape(-1, SIDE, SIDE))
        held_out = split[alphabet[order[::DRAWERS]]] == 1
    except Exception as problem:  # a damaged zip file fails in many ways: zlib, zipfile, struct, key, index
        raise BadInput(f"{path} cannot be read as the packed Omniglot file: {problem}") from problem
    return Drawings(images.reshape(number, DRAWERS, PIXELS, PIXELS), held_out)


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
    drawing: NDArray[np.float32] = _shrink(ink[None])[0]
    return drawing


def _shrink(ink: NDArray[Any]) -> NDArray[np.float32]:
    """Share of ink in boxes of 5 x 5 pixels: [n, 105, 105] -> float32 [n, 21, 21]."""
    shares: NDArray[np.float32] = ink.reshape(-1, PIXELS, BOX, PIXELS, BOX).mean(axis=(2, 4), dtype=np.float32)
    return shares


@dataclass(frozen=True)
class OneShot:
    """Tell apart characters never seen before: each is shown ten times, and its label comes one step later.

    ``classes``: labels there are; level: how many characters an episode has. Characters, labels, drawings and order are
    drawn anew for each episode. Training turns each character by a multiple of 90 degrees, which makes four characters
    of one, and moves, turns and stretches each drawing a little [as Santoro et al. 2016, 4]; held-out ones stay as
    they are.
    """

    drawings: Drawings
    classes: int = 5
    held_out: bool = False
    times: int = 10
    shortest: int = 1

    @property
    def inputs(self) -> int:
        """Pixels and the label of the drawing before."""
        return PIXELS * PIXELS + self.classes

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
        images = self.drawings.images[characters[everyone, which], drawn[everyone, order]]
        if not self.held_out:
            quarters = random.integers(0, 4, (batch, level))[everyone, which]
            images = _vary(images.reshape(-1, PIXELS, PIXELS), quarters.ravel(), random)
        truth = np.eye(self.classes, dtype=np.float32)[labels[everyone, which]].swapaxes(0, 1)
        inputs = np.zeros((steps, batch, self.inputs), np.float32)
        inputs[:, :, : PIXELS * PIXELS] = images.reshape(batch, steps, -1).swapaxes(0, 1)
        inputs[1:, :, PIXELS * PIXELS :] = truth[:-1]
        return Batch(inputs, np.ascontiguousarray(truth), np.ones(steps, bool), classes=True)


def _vary(images: NDArray[np.float32], quarters: NDArray[np.int64], random: Generator) -> NDArray[np.float32]:
    """Turned by ``quarters`` of a circle and a little more, moved and stretched a little; [n, 21, 21], bilinear."""
    number = len(images)
    angle = (quarters * (np.pi / 2) + random.uniform(-0.25, 0.25, number)).astype(np.float32)
    size = random.uniform(0.85, 1.15, (2, number, 1, 1)).astype(np.float32)
    shift = random.uniform(-1.5, 1.5, (2, number, 1, 1)).astype(np.float32)
    cos, sin = np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
    half = (PIXELS - 1) / 2
    y, x = np.meshgrid(*2 * [np.arange(PIXELS, dtype=np.float32) - half], indexing="ij")
    from_y = (cos * y - sin * x) * size[0] + shift[0] + half + 1  # 1: one pixel of margin on every side
    from_x = (sin * y + cos * x) * size[1] + shift[1] + half + 1
    np.clip(from_y, 0, PIXELS + 0.999, out=from_y)
    np.clip(from_x, 0, PIXELS + 0.999, out=from_x)
    row, column = from_y.astype(np.int32), from_x.astype(np.int32)
    dy, dx = from_y - row, from_x - column
    wide = PIXELS + 2
    flat = np.pad(images, ((0, 0), (1, 1), (1, 1))).reshape(-1)
    at = np.arange(number, dtype=np.int32)[:, None, None] * wide * wide + row * wide + column
    above = flat[at] * (1 - dx) + flat[at + 1] * dx
    below = flat[at + wide] * (1 - dx) + flat[at + wide + 1] * dx
    varied: NDArray[np.float32] = above * (1 - dy) + below * dy
    return varied
