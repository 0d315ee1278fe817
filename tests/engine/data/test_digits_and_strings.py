"""Loaders of digits and string keys: what they hold, and files that cannot be used."""

import gzip

import numpy as np
import pytest

from engine.data import digits, string_keys
from engine.data.folders import folders
from engine.errors import BadInput


def test_small_digits_come_with_the_program():
    found = digits.small_digits()
    assert found.pixels.shape == (1797, 8, 8)
    assert np.bincount(found.labels).min() == 174
    assert np.bincount(found.labels[found.test]).min() >= 87
    assert found.pixels.max() == 255


def idx(array):
    head = b"\0\0\x08" + bytes([array.ndim]) + b"".join(int(n).to_bytes(4, "big") for n in array.shape)
    return head + array.tobytes()


def test_mnist_is_read_from_the_original_files_and_from_the_packed_one(tmp_path, monkeypatch):
    random = np.random.default_rng(0)
    arrays = {
        "x_train": random.integers(0, 256, (12, 28, 28)).astype(np.uint8),
        "y_train": random.integers(0, 10, 12).astype(np.uint8),
        "x_test": random.integers(0, 256, (5, 28, 28)).astype(np.uint8),
        "y_test": random.integers(0, 10, 5).astype(np.uint8),
    }
    monkeypatch.setenv("ATHANOR_DATA", str(tmp_path))
    for number, (key, name) in enumerate(digits.IDX.items()):
        data = idx(arrays[key])
        (tmp_path / (name + ".gz" * (number % 2))).write_bytes(gzip.compress(data) if number % 2 else data)
    digits.mnist.cache_clear()
    original = digits.mnist()
    np.savez(tmp_path / digits.MNIST, **arrays)
    digits.mnist.cache_clear()
    packed = digits.mnist()
    np.testing.assert_array_equal(original.pixels, packed.pixels)
    np.testing.assert_array_equal(original.labels, packed.labels)
    assert packed.test.sum() == 5
    for damage in (b"", b"PK\x03\x04 cut"):
        (tmp_path / digits.MNIST).write_bytes(damage)
        digits.mnist.cache_clear()
        with pytest.raises(BadInput, match=r"mnist\.npz cannot be read"):
            digits.mnist()
    (tmp_path / digits.MNIST).unlink()
    (tmp_path / digits.IDX["x_train"]).write_bytes(b"\0\0\x08\x03\0\0")
    digits.mnist.cache_clear()
    with pytest.raises(BadInput, match="train-images"):
        digits.mnist()
    (tmp_path / digits.IDX["x_train"]).write_bytes(idx(arrays["x_train"]))
    monkeypatch.setattr(digits, "LARGEST_BYTES", 5 * 784)
    with pytest.raises(BadInput, match=r"train-images-idx3-ubyte cannot be read .* it holds more than 3,920 bytes"):
        digits.mnist()
    digits.mnist.cache_clear()


def test_the_word_universe_is_sorted_and_without_doubles():
    if not any((folder / string_keys.ARCHIVE).is_file() for folder in folders()):
        pytest.skip("string_keys.zip is in no data folder")
    words = string_keys.universe("words")
    assert len(words) > 235_000
    assert list(words[:1000]) == sorted(set(words[:1000]))
    assert len(string_keys.universe("rows")) > 10_000


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "has no key"),
        (b"\n\n\r\n", "has no key"),
        (b"one\n\xff\xfe\n", "line 2: this is not UTF-8"),
        ("wörter".encode("utf-16"), "UTF-16"),
        (b"\x7fELF\0\0\n", "line 1: this is not a text file"),
        (b"short\n" + b"x" * 70_000, "line 2: a key may have at most"),
    ],
)
def test_a_file_that_is_no_list_of_keys_is_refused(tmp_path, data, words):
    path = tmp_path / "keys.txt"
    path.write_bytes(data)
    with pytest.raises(BadInput, match=words):
        string_keys.read_keys(path)


def test_a_list_of_keys_is_read_each_once(tmp_path):
    path = tmp_path / "keys.txt"
    path.write_bytes(b"\xef\xbb\xbfone\r\ntwo\n\none\ncaf\xc3\xa9\n")
    assert string_keys.read_keys(path) == [b"one", b"two", "café".encode()]
    with pytest.raises(BadInput, match="cannot be read"):
        string_keys.read_keys(tmp_path / "missing.txt")
    with pytest.raises(BadInput, match="cannot be read"):
        string_keys.read_keys(tmp_path)
