"""Omniglot: both forms of the files give the same drawings, damaged ones say so, and episodes are fair."""

from __future__ import annotations

import importlib
import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from engine.data import omniglot
from engine.data.folders import find
from engine.data.omniglot import OneShot, drawings, read_original, read_packed, strokes, turned
from engine.errors import BadInput


@pytest.fixture(scope="module")
def real():
    try:
        find(omniglot.PACKED)
    except BadInput as absent:
        pytest.skip(str(absent))
    return drawings()


def ink(characters, seed=0):
    """Random drawings uint8 [characters, 20, 105, 105], 1 ink."""
    return (np.random.default_rng(seed).random((characters, 20, 105, 105)) < 0.1).astype(np.uint8)


def pack(path, pixels, held_out, **changes):
    """Write drawings as the packed file does, in an order of its own."""
    number = len(pixels)
    order = np.random.default_rng(1).permutation(number * 20)
    order = order[np.argsort(order % 20, kind="stable")]  # drawers in order, characters mixed
    fields = {
        "packed": np.packbits(pixels.reshape(number * 20, -1), axis=1)[order],
        "char_id": (1 + order // 20).astype(np.uint16),
        "alphabet": np.array(held_out, np.uint8)[order // 20],
        "alphabet_split": np.array([0, 1], np.uint8),
    }
    np.savez(path, **(fields | changes))
    return path


def test_packed_drawings_become_strokes(tmp_path):
    pixels = ink(4)
    found = read_packed(pack(tmp_path / "small.npz", pixels, [0, 1, 0, 1]))
    assert found.strokes.shape == (4, 20, 4, 5, 5)
    assert found.held_out.tolist() == [False, True, False, True]
    for character, drawer in ((0, 0), (3, 19), (2, 7)):
        np.testing.assert_allclose(found.strokes[character, drawer], strokes(pixels[character, [drawer]])[0], atol=1e-6)


def test_strokes_tell_directions_and_places():
    drawing = np.zeros((2, 105, 105))
    drawing[0, 10:12, 5:100] = 1  # a line from left to right at the top: its slope runs up and down
    drawing[1, 5:100, 92:94] = 1  # one from top to bottom at the right
    across, down = strokes(drawing)
    assert across.sum(axis=(1, 2)).argmax() == 2
    assert down.sum(axis=(1, 2)).argmax() == 0
    assert across.sum(axis=(0, 2)).argmax() == 0
    assert down.sum(axis=(0, 1)).argmax() == 4
    for quarters in range(4):
        expected = strokes(np.rot90(drawing, quarters, axes=(1, 2)))
        np.testing.assert_allclose(turned(strokes(drawing), quarters), expected, atol=1e-5)


def test_damaged_packed_files(tmp_path):
    path = pack(tmp_path / "damaged.npz", ink(2), [0, 1])
    whole = path.read_bytes()
    for broken in (b"", b"PK\x03\x04 nonsense", whole[: len(whole) // 2], whole[:200] + b"\xff" * 50 + whole[250:]):
        path.write_bytes(broken)
        with pytest.raises(BadInput, match=r"damaged\.npz cannot be read as the packed Omniglot"):
            read_packed(path)
    for changes in (
        {"packed": np.zeros((40, 5), np.uint8)},
        {"char_id": np.zeros(40, np.uint16)},
        {"alphabet": np.full(40, 9, np.uint8)},
        {"packed": np.array([{"an": "object"}], dtype=object)},
    ):
        with pytest.raises(BadInput, match=r"damaged\.npz"):
            read_packed(pack(path, ink(2), [0, 1], **changes))


def write_originals(folder, pixels, zipped):
    """Write drawings as the authors' folders or zips; one character in each part."""
    for name, drawn in zip(omniglot.ORIGINALS, pixels, strict=True):
        files = {}
        for drawer, drawing in enumerate(drawn, start=1):
            data = io.BytesIO()
            Image.fromarray((1 - drawing) * 255).convert("1").save(data, "PNG")
            files[f"{name}/Greek/character01/0001_{drawer:02}.png"] = data.getvalue()
        if zipped:
            with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
                for path, data in files.items():
                    archive.writestr(path, data)
        for path, data in {} if zipped else files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)


def test_the_authors_files_give_the_same_drawings(tmp_path, monkeypatch):
    pixels = ink(2)
    sums = {name: (1, checksum) for name, (_, checksum) in omniglot.ORIGINALS.items()}
    monkeypatch.setattr(omniglot, "ORIGINALS", sums)
    write_originals(tmp_path, pixels, zipped=False)
    found, packed = read_original(tmp_path), read_packed(pack(tmp_path / "small.npz", pixels, [0, 1]))
    np.testing.assert_allclose(found.strokes, packed.strokes, atol=1e-6)
    assert found.held_out.tolist() == [False, True]
    (tmp_path / "images_evaluation/Greek/character01/0001_07.png").write_bytes(b"\x89PNG no more")
    with pytest.raises(BadInput, match=r"0001_07\.png is not a drawing"):
        read_original(tmp_path)
    (tmp_path / "images_evaluation/Greek/character01/0001_07.png").unlink()
    with pytest.raises(BadInput, match=r"images_evaluation is not complete"):
        read_original(tmp_path)
    write_originals(tmp_path, pixels, zipped=True)
    with pytest.raises(BadInput, match=r"images_background\.zip is damaged or another file: its MD5 is not 68d2efa"):
        read_original(tmp_path)


def test_missing_drawings_say_what_to_fetch(tmp_path, monkeypatch):
    for module in ("folders", "omniglot"):
        monkeypatch.setattr(importlib.import_module(f"engine.data.{module}"), "folders", lambda: [tmp_path])
    with pytest.raises(BadInput, match=r"was not found.*images_background\.zip and images_evaluation\.zip"):
        drawings.__wrapped__()
    (tmp_path / "images_background.zip").write_bytes(b"nothing")
    with pytest.raises(BadInput, match="MD5"):
        drawings.__wrapped__()


def test_the_real_drawings(real):
    assert real.strokes.shape == (1623, 20, 4, 5, 5)
    assert real.held_out.sum() == 659
    flat = real.strokes[real.held_out].reshape(659, 20, -1)
    flat /= np.linalg.norm(flat, axis=-1, keepdims=True)
    random, right = np.random.default_rng(0), 0
    for _ in range(500):
        five, (shown, asked) = random.choice(659, 5, replace=False), random.permutation(20)[:2]
        right += (flat[five, shown] @ flat[five[0], asked]).argmax() == 0
    assert 0.7 < right / 500 < 0.9  # the nearest drawing is mostly of the same character


@pytest.mark.parametrize("held_out", [False, True])
def test_episodes(real, held_out):
    task = OneShot(real, 5, held_out)
    batch = task.sample(np.random.default_rng(0), 6, 3)
    assert (batch.inputs.shape[-1], batch.targets.shape[-1]) == (task.inputs, task.outputs)
    assert batch.inputs.shape == (30, 6, 105)
    assert batch.classes
    truth = batch.targets.argmax(-1)
    for b in range(6):
        labels, counts = np.unique(truth[:, b], return_counts=True)
        assert counts.tolist() == [10, 10, 10]
        assert labels.max() < 5
    np.testing.assert_array_equal(batch.inputs[1:, :, 100:], batch.targets[:-1])  # one step late
    assert not batch.inputs[0, :, 100:].any()
    assert 0.8 < np.square(batch.inputs[..., :100]).mean() < 1.2
    again = task.sample(np.random.default_rng(0), 6, 3)
    np.testing.assert_array_equal(batch.inputs, again.inputs)
    for level in (0, 6):
        with pytest.raises(BadInput, match="level must be from 1 to 5"):
            task.sample(np.random.default_rng(0), 6, level)


def test_only_training_turns_characters(real):
    def nearest(task, pool):
        shown = task.sample(np.random.default_rng(1), 1, 5).inputs[:, 0, :100]
        found = pool.reshape(-1, 100) / np.sqrt(np.square(real.strokes).mean())
        return np.array([np.abs(found - each).max(axis=1).min() for each in shown])

    assert (nearest(OneShot(real, 5, True), real.strokes[real.held_out]) < 1e-5).all()
    trained = nearest(OneShot(real, 5), real.strokes[~real.held_out])
    assert 0 < (trained > 1e-3).sum() < 50  # some turned, some not
