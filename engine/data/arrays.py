"""Arrays of .npz files that strangers may have made: how large each is is known before any of it is read."""

from __future__ import annotations

import math
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from engine.data.archives import open_member, open_zip

LARGEST_BYTES = 256 << 20


def read_arrays(path: Path, *names: str, width: int = 4, largest: int = LARGEST_BYTES) -> dict[str, NDArray[Any]]:
    """Arrays of an .npz file by name; nothing is ever unpickled.

    A damaged archive fails in many ways (zlib, zipfile, struct, tokenize), so that whoever calls has to catch them all.

    Parameters
    ----------
    path, *names
        The file, and the arrays it must hold.
    width
        Bytes that the caller makes of each number; what is wider in the file counts as it is.
    largest
        Bytes that all arrays together may take then.

    Raises
    ------
    ValueError
        If an array is missing, or they announce more than ``largest``: a file of a few bytes may announce terabytes.
    """
    with open_zip(path) as packed:
        held = set(packed.namelist())
        if missing := [name for name in names if f"{name}.npy" not in held]:
            raise ValueError(f"it lacks {', '.join(missing)}; it must hold {', '.join(names)}")
        total = 0
        for name in names:
            with open_member(packed, f"{name}.npy") as file:
                count, size = _announced(file)
            total += count * max(size, width)
        if total > largest:
            raise ValueError(f"it unpacks to {total:,} bytes, more than {largest:,}")
        found: dict[str, NDArray[Any]] = {}
        for name in names:
            with open_member(packed, f"{name}.npy") as file:
                found[name] = npy.read_array(file, allow_pickle=False)
    return found


def _announced(file: IO[bytes]) -> tuple[int, int]:
    """Numbers of the array at the beginning of a .npy file, and bytes of each."""
    read = npy.read_array_header_1_0 if npy.read_magic(file) == (1, 0) else npy.read_array_header_2_0
    shape, _, dtype = read(file)
    return math.prod(shape), np.dtype(dtype).itemsize
