"""Archives of a few bytes that would unpack to gigabytes, or announce them, take next to no memory."""

import io
import struct
import tracemalloc
import zipfile
from contextlib import contextmanager

import pytest

from engine.data.archives import Frugal, open_member, open_zip, read_member

MEGABYTE = 1 << 20


@contextmanager
def little_memory():
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 4 * MEGABYTE
    finally:
        tracemalloc.stop()


def packed(path, data, kind=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", kind) as archive:
        archive.writestr("a.txt", data)
    return path


@pytest.mark.parametrize("kind", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_member_is_read_whole(tmp_path, kind):
    for data in (b"", b"words " * 9000):
        with open_zip(packed(tmp_path / "a.zip", data, kind)) as archive:
            assert read_member(archive, "a.txt", len(data)) == data
            assert open_member(archive, archive.infolist()[0]).read(5) == data[:5]


def test_a_member_larger_than_allowed_is_refused(tmp_path):
    with (
        open_zip(packed(tmp_path / "a.zip", b"0123456789")) as archive,
        pytest.raises(ValueError, match=r"a\.txt has 10 bytes; at most 9 are read"),
    ):
        read_member(archive, "a.txt", 9)


def test_what_unpacks_at_once_is_refused(tmp_path):
    with (
        open_zip(packed(tmp_path / "a.zip", bytes(MEGABYTE), zipfile.ZIP_BZIP2)) as archive,
        pytest.raises(ValueError, match=r"a\.txt is packed in another way"),
    ):
        read_member(archive, "a.txt", MEGABYTE)


def test_a_member_that_announces_less_than_it_holds_is_unpacked_no_further(tmp_path):
    path = packed(tmp_path / "a.zip", bytes(64 * MEGABYTE))
    data = bytearray(path.read_bytes())
    central = data.index(b"PK\x01\x02")
    data[central + 24 : central + 28] = struct.pack("<I", 1000)  # what the directory says of its size
    path.write_bytes(data)
    with little_memory(), open_zip(path) as archive, pytest.raises(zipfile.BadZipFile, match="CRC"):
        read_member(archive, "a.txt", MEGABYTE)


def test_a_directory_that_announces_gigabytes_takes_no_memory(tmp_path):
    path = packed(tmp_path / "a.zip", b"words")
    data = bytearray(path.read_bytes())
    end = data.index(b"PK\x05\x06")
    data[end + 12 : end + 16] = struct.pack("<I", (1 << 31) - 1)
    path.write_bytes(data)
    with little_memory(), pytest.raises((zipfile.BadZipFile, ValueError)), open_zip(path):
        pass


def test_a_frugal_file_gives_no_more_than_it_may_at_once():
    file = Frugal(io.BytesIO(b"0123456789"), 4)
    assert [file.read(1 << 40), file.read(), file.read(1), file.read(None)] == [b"0123", b"4567", b"8", b"9"]
