"""Patterns, their splits and their damage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.data.digits import small_digits
from engine.data.folders import folders
from engine.data.patterns import Patterns, load, read_cifar
from engine.errors import BadInput


def test_digits_are_split_by_class() -> None:
    data, labels = load("digits"), small_digits().labels
    assert data.train is not None
    assert data.test is not None
    assert (len(data.train), len(data.test)) == ((labels < 7).sum(), (labels >= 7).sum())
    assert data.train.min() == -1
    assert data.train.max() == 1


@pytest.mark.parametrize("name", ["bits", "digits"])
@pytest.mark.parametrize("kind", ["block", "noise"])
def test_damage_stays_inside_its_mask_and_has_its_size(name: str, kind: str) -> None:
    data, random = load(name), np.random.default_rng(0)  # type: ignore[arg-type]
    x = data.sample(random, 3, 5, held_out=True)
    damaged, mask = data.damage(random, x, kind, 0.5)  # type: ignore[arg-type]
    assert (damaged == x)[~mask].all()
    share = 0.25 if kind == "block" and name == "digits" else 0.5
    assert (mask.mean(-1) == share).all()
    assert np.abs(damaged).max() <= 1
    if data.binary:
        assert set(np.unique(damaged)) == {-1, 1}


def test_a_block_is_a_square_and_comes_everywhere() -> None:
    data, random = load("digits"), np.random.default_rng(0)
    _, mask = data.damage(random, data.sample(random, 50, 16, held_out=True), "block", 0.5)
    square = mask.reshape(-1, 8, 8)
    assert (square.any(1).sum(1) == 4).all()
    assert (square.any(2).sum(1) == 4).all()
    corners = square.any(0)[[0, 0, 7, 7], [0, 7, 0, 7]]
    assert corners.all()
    assert len({row.tobytes() for row in square}) == 25


def test_errors_are_wrong_bits_or_squared_error() -> None:
    bits = load("bits", 8)
    truth = np.array([[1, -1, 1, -1, 1, -1, 1, -1]], np.float32)
    assert bits.error(-truth, truth)[0] == 8
    assert bits.error(truth * 0.1, truth)[0] == 0
    grey = Patterns("digits", (1, 2, 1), False)
    assert grey.error(np.array([1.0, -1.0]), np.array([-1.0, -1.0])) == 1.0


def test_training_images_are_varied_but_examined_ones_are_not() -> None:
    data = load("digits")
    assert data.train is not None
    assert data.test is not None
    held_out = {row.tobytes() for row in data.test}
    assert all(row.tobytes() in held_out for row in data.sample(np.random.default_rng(0), 1, 20, held_out=True)[0])
    known = {row.tobytes() for row in data.train}
    varied = data.sample(np.random.default_rng(0), 1, 100)[0]
    assert sum(row.tobytes() in known for row in varied) < 50


def test_patterns_of_a_task_differ_and_seeds_repeat() -> None:
    data = load("digits")
    x = data.sample(np.random.default_rng(4), 2, 64, held_out=True)
    assert len({row.tobytes() for row in x[0]}) == 64
    np.testing.assert_array_equal(x, data.sample(np.random.default_rng(4), 2, 64, held_out=True))


def test_a_size_that_does_not_exist() -> None:
    with pytest.raises(BadInput, match="size may be one of 16, 32 for omniglot, not 20"):
        load("omniglot", 20)


def test_the_binary_version_of_cifar(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    image = random.integers(0, 256, (32, 32, 3), dtype=np.uint8)
    path = tmp_path / "data_batch_1.bin"
    path.write_bytes(bytes([7]) + image.transpose(2, 0, 1).tobytes())
    np.testing.assert_allclose((read_cifar(path)[0].reshape(32, 32, 3) + 1) * 127.5, image, atol=1e-3)
    path.write_bytes(b"\7" * 100)
    with pytest.raises(BadInput, match="is not a file of the binary version of CIFAR-10"):
        read_cifar(path)


def test_omniglot_reduced() -> None:
    if not any((folder / "omniglot_105_packed.npz").is_file() for folder in folders()):
        pytest.skip("omniglot_105_packed.npz is not in a data folder")
    data = load("omniglot", 16)
    assert data.train is not None
    assert data.test is not None
    assert (len(data.train), len(data.test)) == (964 * 20, 659 * 20)
    assert 0.1 < (data.train > 0).mean() < 0.4


def test_photographs_are_mirrored_only_and_come_twice_where_there_are_too_few() -> None:
    photographs = np.random.default_rng(0).random((3, 4, 4, 3)).astype(np.float32)
    rows, mirrored = photographs.reshape(3, -1), photographs[:, :, ::-1].reshape(3, -1)
    data = Patterns("natural", (4, 4, 3), False, rows, rows)
    found = data.sample(np.random.default_rng(1), 2, 20)
    assert found.shape == (2, 20, 48)
    for known in (rows, mirrored):
        assert any((known == row).all(1).any() for row in found[0])
    for row in found.reshape(-1, 48):
        assert (row == np.concatenate([rows, mirrored])).all(1).any()
