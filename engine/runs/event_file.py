"""TensorBoard event files, written and read without TensorBoard: framed records with checksums around small messages.

A file is a sequence of records: length (u8), masked CRC-32C of the length, message, masked CRC-32C of the message. A
message is an ``Event`` in protocol-buffer encoding, of which only wall time, step and scalar summaries matter here.

Sources: tensorflow/core/lib/io/record_writer.cc, tensorflow/core/util/event.proto and framework/summary.proto.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.runs.files import RecordError, regular_size

MAX_FILE_BYTES = 4 << 30
MAX_MESSAGE_BYTES = 1 << 20  # a longer one holds a picture or a graph, and is stepped over
MAX_TAGS = 10_000
MAX_POINTS = 10_000_000
BATCH = 4096  # messages at a time
BATCH_BYTES = 8 << 20
FEW = 32  # messages of one length, whose checksums are quicker found one by one

_FRAME = struct.Struct("<QI")
_KINDS = {1: "<f4", 2: "<f8", 3: "<i4", 9: "<i8", 19: "<f2"}  # tensor types that a scalar comes as
_VALUES = {5: "<f4", 6: "<f8", 7: "varint", 10: "varint"}  # fields of a tensor that hold its numbers one by one


def _make_table() -> NDArray[np.uint32]:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(0x82F63B78), table >> 1)
    return table


_TABLE = _make_table()
_ENTRIES = _TABLE.tolist()


def masked_checksums(messages: Sequence[bytes]) -> list[int]:
    """Masked CRC-32C of each message; those of equal length are done together, a byte of all of them at a time."""
    found = np.zeros(len(messages), np.uint32)
    lengths = np.array([len(message) for message in messages])
    for length in np.unique(lengths).tolist():
        places = np.flatnonzero(lengths == length)
        if len(places) < FEW:
            found[places] = [_checksum(messages[place]) for place in places.tolist()]
            continue
        data = np.frombuffer(b"".join(messages[place] for place in places.tolist()), np.uint8).reshape(
            len(places), length
        )
        crc = np.full(len(places), 0xFFFFFFFF, np.uint32)
        for column in np.ascontiguousarray(data.T):
            crc = _TABLE[(crc ^ column) & 0xFF] ^ (crc >> np.uint32(8))
        crc ^= np.uint32(0xFFFFFFFF)
        found[places] = ((crc >> np.uint32(15)) | (crc << np.uint32(17))) + np.uint32(0xA282EAD8)
    return [int(value) for value in found]


def _checksum(message: bytes) -> int:
    """The same of one message, without the detour over arrays."""
    crc = 0xFFFFFFFF
    for byte in message:
        crc = _ENTRIES[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return (crc >> 15 | crc << 17) + 0xA282EAD8 & 0xFFFFFFFF


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _bytes(number: int, data: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(data)) + data


def _event(time: float, step: int, rest: bytes) -> bytes:
    return b"\x09" + struct.pack("<d", time) + b"\x10" + _varint(step) + rest


def scalar_message(tag: str, step: int, value: float, time: float) -> bytes:
    """The message of one point of a curve; the value becomes a 32-bit float, which is all the format has."""
    with np.errstate(over="ignore"):
        plain = b"\x15" + np.float32(value).astype("<f4").tobytes()
    return _event(time, step, _bytes(5, _bytes(1, _bytes(1, tag.encode("utf-8", "replace")) + plain)))


def text_message(tag: str, text: str, time: float) -> bytes:
    """The message of a text that TensorBoard shows under *Text*."""
    shape = _bytes(2, b"\x08\x01")
    tensor = b"\x08\x07" + _bytes(2, shape) + _bytes(8, text.encode("utf-8", "replace"))
    plugin = _bytes(1, _bytes(1, b"text"))
    value = _bytes(1, tag.encode("utf-8", "replace")) + _bytes(8, tensor) + _bytes(9, plugin)
    return _event(time, 0, _bytes(5, _bytes(1, value)))


def version_message(time: float) -> bytes:
    """The message that every event file begins with."""
    return b"\x09" + struct.pack("<d", time) + _bytes(3, b"brain.Event:2")


def write_messages(file: BinaryIO, messages: Iterable[bytes]) -> None:
    """Append messages as records."""
    batch: list[bytes] = []
    for message in messages:
        batch.append(message)
        if len(batch) == BATCH:
            _write(file, batch)
            batch = []
    _write(file, batch)


def _write(file: BinaryIO, batch: list[bytes]) -> None:
    heads = [struct.pack("<Q", len(message)) for message in batch]
    sums = zip(heads, masked_checksums(heads), batch, masked_checksums(batch), strict=True)
    parts = (head + struct.pack("<I", first) + data + struct.pack("<I", last) for head, first, data, last in sums)
    file.write(b"".join(parts))


class Points(NamedTuple):
    """A growing curve: machine numbers, because there can be millions."""

    steps: array[int]
    values: array[float]
    times: array[float]


@dataclass
class Curves:
    """What event files hold that can be drawn.

    Attributes
    ----------
    points
        Steps, values and wall times (seconds since 1970) of each tag, in the order read.
    damaged
        Records that were left out because their checksum or content was wrong; a cut or unreadable rest counts as one.
    """

    points: dict[str, Points] = field(default_factory=dict)
    damaged: int = 0
    count: int = 0

    def add(self, tag: str, step: int, value: float, time: float) -> None:
        """Add a point. Raises RecordError where a file holds more than any run would."""
        if tag not in self.points:
            if len(self.points) == MAX_TAGS:
                raise RecordError(f"The event files hold more than {MAX_TAGS:,} different scalars")
            self.points[tag] = Points(array("q"), array("d"), array("d"))
        self.count += 1
        if self.count > MAX_POINTS:
            raise RecordError(f"The event files hold more than {MAX_POINTS:,} points")
        points = self.points[tag]
        points.steps.append(step)
        points.values.append(value)
        points.times.append(time)


def read_event_file(path: Path, into: Curves) -> None:
    """Add the scalars of one event file to ``into``.

    A file that is still being written, was cut short or is damaged gives what can be read, and ``into.damaged`` counts
    the rest. Nothing in the file is ever executed or unpickled, and lengths are checked before anything is read.

    Raises
    ------
    RecordError
        If the path is no ordinary file, is too large, cannot be read, or is no event file at all.
    """
    size = regular_size(path)
    if size is None:
        raise RecordError(f"There is no file {path}")
    if size > MAX_FILE_BYTES:
        raise RecordError(f"{path} is larger than {MAX_FILE_BYTES >> 30} GiB")
    try:
        with open(path, "rb") as file:
            first = True
            for batch, sums in _batches(file, size, into):
                for message, wanted, found in zip(batch, sums, masked_checksums(batch), strict=True):
                    if wanted != found or not _take(message, into):
                        into.damaged += 1
                first = False
            if first and size:
                raise RecordError(f"{path} is not a TensorBoard event file")
    except OSError as error:
        raise RecordError(f"{path} cannot be read: {error.strerror}") from error


def _batches(file: BinaryIO, size: int, into: Curves) -> Iterator[tuple[list[bytes], list[int]]]:
    """Messages with the checksums they should have, some at a time, up to the first place that makes no sense."""
    at, held, batch, sums = 0, 0, list[bytes](), list[int]()
    while at < size:
        head = file.read(_FRAME.size)
        if len(head) < _FRAME.size:
            into.damaged += 1
            break
        length, checksum = _FRAME.unpack(head)
        if _checksum(head[:8]) != checksum or length > size - at - _FRAME.size - 4:
            into.damaged += 1  # the lengths no longer lead anywhere: what follows is lost
            break
        at += _FRAME.size + length + 4
        if length > MAX_MESSAGE_BYTES:
            file.seek(at)
            continue
        data = file.read(length + 4)
        if len(data) < length + 4:
            into.damaged += 1
            break
        batch.append(data[:length])
        sums.append(int.from_bytes(data[length:], "little"))
        held += length
        if len(batch) == BATCH or held > BATCH_BYTES:
            yield batch, sums
            held, batch, sums = 0, [], []
    if batch:
        yield batch, sums


def _take(message: bytes, into: Curves) -> bool:
    """Add the scalars of one message; false where it is not in the encoding."""
    try:
        time, step, summaries = 0.0, 0, []
        for number, value in _fields(message):
            if number == 1 and isinstance(value, bytes) and len(value) == 8:
                time = struct.unpack("<d", value)[0]
            elif number == 2 and isinstance(value, int):
                step = value - (1 << 64) if value >= 1 << 63 else value
            elif number == 5 and isinstance(value, bytes):
                summaries.append(value)
        found = [_scalar(value) for summary in summaries for number, value in _fields(summary) if number == 1]
    except (ValueError, struct.error):
        return False
    for pair in found:
        if pair is not None:
            into.add(pair[0], step, pair[1], time)
    return True


def _scalar(data: Any) -> tuple[str, float] | None:
    """Tag and value of a summary value, None where it is no scalar."""
    tag, value = "", None
    if not isinstance(data, bytes):
        raise ValueError("a message was expected")
    for number, content in _fields(data):
        if number == 1 and isinstance(content, bytes):
            tag = content.decode("utf-8", "replace")
        elif number == 2 and isinstance(content, bytes) and len(content) == 4:
            value = struct.unpack("<f", content)[0]
        elif number == 8 and isinstance(content, bytes):
            value = _tensor(content)
    return None if value is None else (tag, float(value))


def _tensor(data: bytes) -> float | None:
    """The one number a tensor holds, None for anything else."""
    kind, content, single = 0, b"", None
    for number, value in _fields(data):
        if number == 1 and isinstance(value, int):
            kind = value
        elif number == 4 and isinstance(value, bytes):
            content = value
        elif number in _VALUES:
            if isinstance(value, int) and _VALUES[number] == "varint":
                single = float(value - (1 << 64) if value >= 1 << 63 else value)
            elif isinstance(value, bytes) and _VALUES[number] == "varint":
                whole, at = _read_varint(value, 0)
                single = float(whole - (1 << 64) if whole >= 1 << 63 else whole) if at == len(value) else None
            elif isinstance(value, bytes):
                numbers = np.frombuffer(value, _VALUES[number])
                single = float(numbers[0]) if len(numbers) == 1 else None
    if kind not in _KINDS:
        return None
    if content:
        return float(np.frombuffer(content, _KINDS[kind])[0]) if len(content) == int(_KINDS[kind][2:]) else None
    return single


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(number, value) of each field of a message. Raises ValueError where it is not in the encoding."""
    at, end = 0, len(data)
    while at < end:
        key, at = _read_varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _read_varint(data, at)
            yield number, value
            continue
        if wire == 2:
            length, at = _read_varint(data, at)
        elif wire in (1, 5):
            length = 8 if wire == 1 else 4
        else:
            raise ValueError("an unknown kind of field")
        if length > end - at:
            raise ValueError("a field that ends behind its message")
        yield number, data[at : at + length]
        at += length


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 70:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value & (1 << 64) - 1, at
    raise ValueError("a number that does not end")
