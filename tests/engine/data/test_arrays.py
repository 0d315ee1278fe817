"""Arrays of .npz files: what is announced is held against bounds before memory is set aside for it."""

import io
import tracemalloc

import numpy as np
import pytest

from engine.data.arrays import LARGEST_BYTES, read_arrays
from tests.fuzz.reader import boast, npy, zipped


@pytest.mark.parametrize("compressed", [False, True])
def test_what_numpy_saved_is_read_back(tmp_path, compressed):
    arrays = {"a": np.arange(6.0).reshape(2, 3).T, "b": np.array(7), "c": np.zeros((0, 2), np.uint8)}
    (np.savez_compressed if compressed else np.savez)(tmp_path / "x.npz", **arrays)
    found = read_arrays(tmp_path / "x.npz", "c", "a", "b")
    assert list(found) == ["c", "a", "b"]
    for name, array in found.items():
        np.testing.assert_array_equal(array, arrays[name], strict=True)


def test_the_second_version_of_the_format_is_read(tmp_path):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.arange(3), version=(2, 0))
    (tmp_path / "x.npz").write_bytes(zipped({"a.npy": buffer.getvalue()}))
    np.testing.assert_array_equal(read_arrays(tmp_path / "x.npz", "a")["a"], np.arange(3))


def test_an_array_that_is_missing_is_named(tmp_path):
    np.savez(tmp_path / "x.npz", a=np.zeros(2))
    with pytest.raises(ValueError, match="it lacks b, c; it must hold a, b, c"):
        read_arrays(tmp_path / "x.npz", "a", "b", "c")


@pytest.mark.parametrize("shape", [(LARGEST_BYTES // 4 + 1,), (1 << 31, 1), (1 << 62, 4)])
def test_a_small_file_that_announces_much_is_refused_without_memory(tmp_path, shape):
    (tmp_path / "x.npz").write_bytes(zipped({"a.npy": boast(shape)}))
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"it unpacks to [\d,]+ bytes, more than 268,435,456"):
            read_arrays(tmp_path / "x.npz", "a")
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_numbers_count_as_wide_as_they_become(tmp_path):
    (tmp_path / "x.npz").write_bytes(zipped({"a.npy": npy(np.zeros(100, np.uint8)), "b.npy": npy(np.zeros(3))}))
    assert len(read_arrays(tmp_path / "x.npz", "a", "b", width=8, largest=824)["a"]) == 100
    with pytest.raises(ValueError, match="it unpacks to 824 bytes, more than 823"):
        read_arrays(tmp_path / "x.npz", "a", "b", width=8, largest=823)


def test_objects_are_never_unpickled(tmp_path):
    np.savez(tmp_path / "x.npz", a=np.array([{}], object))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        read_arrays(tmp_path / "x.npz", "a")
