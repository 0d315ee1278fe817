"""Omniglot: both forms of the files give the same drawings, damaged ones say so, and episodes are fair."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from engine.data import omniglot
from engine.data.folders import find
from engine.data.omniglot import OneShot, drawings, read_original, read_packed
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


def test_packed_drawings_become_shades(tmp_path):
    pixels = ink(4)
    found = read_packed(pack(tmp_path / "small.npz", pixels, [0, 1, 0, 1]))
    assert found.images.shape == (4, 20, 21, 21)
    assert found.held_out.tolist() == [False, True, False, True]
    for character, drawer, y, x in ((0, 0, 0, 0), (3, 19, 20, 20), (2, 7, 11, 3)):
        box = pixels[character, drawer, 5 * y : 5 * y + 5, 5 * x : 5 * x + 5]
        assert found.images[character, drawer, y, x] == pytest.approx(box.mean())


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
    np.testing.assert_allclose(found.images, packed.images, atol=1e-6)
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


def test_the_real_drawings(real):
    assert real.images.shape == (1623, 20, 21, 21)
    assert real.held_out.sum() == 659
    assert 0.05 < real.images.mean() < 0.12
    within = np.abs(real.images[:200, 0] - real.images[:200, 1]).mean()
    across = np.abs(real.images[:200, 0] - real.images[1:201, 1]).mean()
    assert within < 0.95 * across  # drawings of one character are grouped


@pytest.mark.parametrize("held_out", [False, True])
def test_episodes(real, held_out):
    task = OneShot(real, 5, held_out)
    batch = task.sample(np.random.default_rng(0), 6, 3)
    assert batch.inputs.shape == (30, 6, 446)
    assert batch.classes
    truth = batch.targets.argmax(-1)
    for b in range(6):
        labels, counts = np.unique(truth[:, b], return_counts=True)
        assert counts.tolist() == [10, 10, 10]
        assert labels.max() < 5
    np.testing.assert_array_equal(batch.inputs[1:, :, 441:], batch.targets[:-1])  # one step late
    assert not batch.inputs[0, :, 441:].any()
    assert batch.inputs[..., :441].min() >= 0
    assert batch.inputs[..., :441].max() <= 1
    again = task.sample(np.random.default_rng(0), 6, 3)
    np.testing.assert_array_equal(batch.inputs, again.inputs)
    for level in (0, 6):
        with pytest.raises(BadInput, match="level must be from 1 to 5"):
            task.sample(np.random.default_rng(0), 6, level)


def test_held_out_drawings_are_shown_as_they_are(real):
    batch = OneShot(real, 5, True).sample(np.random.default_rng(1), 1, 5)
    known = {image.tobytes() for image in real.images[real.held_out].reshape(-1, 441)}
    assert all(image.tobytes() in known for image in batch.inputs[:, 0, :441])
    varied = OneShot(real, 5).sample(np.random.default_rng(1), 1, 5)
    trained = {image.tobytes() for image in real.images[~real.held_out].reshape(-1, 441)}
    assert not any(image.tobytes() in trained for image in varied.inputs[:, 0, :441])
