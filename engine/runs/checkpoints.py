"""Checkpoints of a record: named tensors in safetensors files, never pickled."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from engine.runs.files import RecordError, regular_size, replace
from engine.runs.schema import check_name


def checkpoint_path(folder: Path, name: str) -> Path:
    """Where the checkpoint of that name lies in a record folder. Raises RecordError for a bad name."""
    return folder / "checkpoints" / f"{check_name(name, 'checkpoint name')}.safetensors"


def save_checkpoint(folder: Path, name: str, tensors: Mapping[str, Any], metadata: Mapping[str, str]) -> Path:
    """Write numpy arrays and torch tensors (any device, shared storage allowed) as one file, replaced atomically.

    Raises
    ------
    OSError
        If the disk refuses; an older checkpoint of the same name is then still there.
    TypeError
        For a value that is neither array nor tensor.
    """
    path = checkpoint_path(folder, name)
    path.parent.mkdir(exist_ok=True)
    torch = sys.modules.get("torch")  # whoever holds a torch tensor has imported it already
    if torch is not None and any(isinstance(value, torch.Tensor) for value in tensors.values()):
        from safetensors.torch import save

        data = save({key: _own(torch, value) for key, value in tensors.items()}, dict(metadata))
    else:
        from safetensors.numpy import save as save_arrays

        for key, value in tensors.items():
            if not isinstance(value, (np.ndarray, np.generic)):
                raise TypeError(f"The checkpoint entry {key!r} is a {type(value).__name__}, not an array or tensor")
        data = save_arrays({key: np.ascontiguousarray(value) for key, value in tensors.items()}, dict(metadata))
    temporary = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def _own(torch: Any, value: Any) -> Any:
    """The tensor as its own contiguous memory on the CPU: safetensors refuses tied weights."""
    if isinstance(value, (np.ndarray, np.generic)):
        return torch.from_numpy(np.array(value))
    return value.detach().to("cpu", copy=True).contiguous()


def list_checkpoints(folder: Path) -> list[str]:
    """Names of the checkpoints in a record folder, oldest first."""
    found: list[tuple[int, str]] = []
    for path in (folder / "checkpoints").glob("*.safetensors"):
        with contextlib.suppress(OSError):  # gone meanwhile, or a link that leads nowhere
            if not path.name.startswith("."):
                found.append((path.stat().st_mtime_ns, path.stem))
    return [name for _, name in sorted(found)]


def load_checkpoint(folder: Path, name: str, *, as_torch: bool = False) -> tuple[dict[str, Any], dict[str, str]]:
    """Tensors and metadata of a checkpoint.

    The tensors are numpy arrays, or with ``as_torch`` torch tensors on the CPU; bfloat16 exists only as the latter.

    Raises
    ------
    RecordError
        If there is no such checkpoint, or it is damaged, or numpy lacks its type.
    """
    path = checkpoint_path(folder, name)
    if regular_size(path) is None:
        names = ", ".join(list_checkpoints(folder)) or "none"
        raise RecordError(f"{folder} has no checkpoint {name!r}; it has {names}")
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt" if as_torch else "numpy") as file:
            return {key: file.get_tensor(key) for key in file.keys()}, dict(file.metadata() or {})  # noqa: SIM118
    except (SafetensorError, OSError, TypeError, ValueError, AttributeError) as error:
        raise RecordError(f"{path} cannot be read as a checkpoint: {error}") from error
