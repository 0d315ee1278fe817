"""A sealed filter as one safetensors file: memory, backup filters, what they mean, and a checksum over all of it.

A file that was cut or altered is refused before anything of it is used, since one wrong bit could make a member vanish.
The network's weights are shared and not in the file; the file says which network it needs (SHA-256 of the weights).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from engine.errors import BadInput
from engine.filters.bloom import HASHES, BloomFilter, Fingerprints
from engine.filters.calibration import Choice
from engine.filters.filter import PRECISIONS, SetFilter
from engine.filters.models import fingerprint
from engine.filters.network import SetMemory
from engine.runs.files import decode_json

FORMAT = 1
LARGEST = 1 << 30

Find = Callable[[str, str], SetMemory]
"""Takes the name and the fingerprint of a network and gives it, or raises BadInput."""


def save_filter(path: Path, made: SetFilter, name: str, title: str = "") -> None:
    """Write a filter, replacing a file of that name only once all is written; ``name`` of its network for people.

    Raises BadInput if the disk refuses.
    """
    backups = [filter for filter in (made.backup, *made.later) if filter is not None]
    tensors = {"memory": made.memory} | {f"backup/{i}": _array(filter) for i, filter in enumerate(backups)}
    fields = {
        "format": FORMAT,
        "title": title,
        "network": name,
        "network_sha256": fingerprint(made.network),
        "precision": made.precision,
        "n": made.n,
        "missed": made.missed,
        "threshold": made.choice.threshold,
        "network_rate": made.choice.network_rate,
        "backup_rate": made.choice.backup_rate,
        "sealed_backup": made.backup is not None,
        "backups": [_shape(filter) for filter in backups],
    }
    text = json.dumps(fields, sort_keys=True)
    data = save(tensors, {"filter": text, "sha256": _checksum(tensors, text)})
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(data)
        os.replace(partial, path)
    except (OSError, ValueError) as problem:
        raise BadInput(f"{path} cannot be written: {getattr(problem, 'strerror', None) or problem}") from problem
    finally:
        partial.unlink(missing_ok=True)


def load_filter(path: Path, find: Find) -> tuple[SetFilter, str]:
    """A saved filter and its title; raises BadInput for a file that was cut or altered or needs another network."""
    tensors, fields = _read(path)
    try:
        network = find(str(fields["network"]), str(fields["network_sha256"]))
        made = _restore(network, tensors, fields)
    except (KeyError, IndexError, TypeError, ValueError, OverflowError) as problem:
        if isinstance(problem, BadInput):
            raise
        raise BadInput(f"{path} is not a filter that this Athanor can read: {problem}") from problem
    return made, str(fields.get("title", ""))


def _read(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput(f"{path} is larger than {LARGEST >> 20} MiB: it is not a filter")
        data = path.read_bytes()
        tensors = load(data)
        length = int.from_bytes(data[:8], "little")
        metadata = decode_json(data[8 : 8 + length])["__metadata__"]
        text, checksum = metadata["filter"], metadata["sha256"]
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, AttributeError) as problem:
        if isinstance(problem, BadInput):
            raise
        raise BadInput(f"{path} is not a whole filter file; it may have been cut: {problem}") from problem
    if _checksum(tensors, text) != checksum:
        raise BadInput(f"{path} was altered after it was saved (its checksum does not fit); it cannot be trusted")
    try:
        fields = decode_json(text.encode("utf-8", "replace"))
    except ValueError as problem:
        raise BadInput(f"{path} does not say what kind of filter it holds: {problem}") from problem
    if not isinstance(fields, dict) or fields.get("format") != FORMAT:
        raise BadInput(f"{path} is a filter of a format that this Athanor does not read")
    return tensors, fields


def _restore(network: SetMemory, tensors: dict[str, NDArray[Any]], fields: dict[str, Any]) -> SetFilter:
    n, precision = int(fields["n"]), int(fields["precision"])
    memory = tensors["memory"]
    if precision not in PRECISIONS or memory.dtype != np.float32 or memory.ndim != 1 or not np.isfinite(memory).all():
        raise ValueError("its memory is damaged")
    if n < 0 or len(memory) != network.numbers(n):
        raise ValueError(f"its memory has {len(memory):,} numbers and its network another count")
    choice = Choice(float(fields["threshold"]), float(fields["network_rate"]), float(fields["backup_rate"]))
    backups = [_filter(shape, tensors[f"backup/{i}"]) for i, shape in enumerate(fields["backups"])]
    first = backups.pop(0) if fields["sealed_backup"] else None
    made = SetFilter(network, memory, choice, n, int(fields["missed"]), first, precision)
    for later in backups:
        if not isinstance(later, BloomFilter):
            raise ValueError("its later filters are damaged")
        made.later.append(later)
    return made


def _array(filter: BloomFilter | Fingerprints) -> NDArray[Any]:
    return np.packbits(filter.array) if isinstance(filter, BloomFilter) else filter.values


def _shape(filter: BloomFilter | Fingerprints) -> dict[str, Any]:
    if isinstance(filter, BloomFilter):
        return {"kind": "bloom", "bits": filter.bits, "hashes": filter.k}
    return {"kind": "fingerprints", "width": filter.width, "room": filter.room}


def _filter(shape: dict[str, Any], array: NDArray[Any]) -> BloomFilter | Fingerprints:
    if shape["kind"] == "bloom":
        bloom = BloomFilter(1, 0.5)
        bloom.k, bits = int(shape["hashes"]), int(shape["bits"])
        if not 1 <= bloom.k <= HASHES or array.dtype != np.uint8 or array.shape != (-(-bits // 8),) or not array.size:
            raise ValueError("a filter of bits is damaged")
        bloom.array = np.unpackbits(array)[:bits].astype(np.bool_)
        return bloom
    short = Fingerprints(1, 0.5)
    short.width, short.room, short.values = int(shape["width"]), int(shape["room"]), array
    if not 1 <= short.width <= 63 or short.room < 0 or array.dtype != np.uint64 or array.ndim != 1:
        raise ValueError("a list of fingerprints is damaged")
    return short


def _checksum(tensors: dict[str, NDArray[Any]], text: str) -> str:
    found = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        array = np.ascontiguousarray(tensors[name])
        found.update(f"{name} {array.dtype.str} {array.shape}".encode())
        found.update(array.tobytes())
    return found.hexdigest()
