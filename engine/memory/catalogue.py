"""The networks of this room by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.errors import BadInput
from engine.memory.dam import DAM
from engine.memory.dnc import DNC
from engine.memory.interface import MemoryNetwork, Sizes
from engine.memory.lstm import LSTM
from engine.memory.ntm import NTM
from engine.memory.sparse_network import SparseNetwork


def sam(sizes: Sizes) -> SparseNetwork:
    """Sparse access memory."""
    return SparseNetwork(sizes)


def sdnc(sizes: Sizes) -> SparseNetwork:
    """Sparse differentiable neural computer."""
    return SparseNetwork(sizes, linked=True)


MODELS: dict[str, Callable[[Sizes], MemoryNetwork[Any]]] = {
    "lstm": LSTM,
    "ntm": NTM,
    "dnc": DNC,
    "dam": DAM,
    "sam": sam,
    "sdnc": sdnc,
}
"""Name -> builder, from the plain control to the sparse networks."""


def build(model: str, sizes: Sizes) -> MemoryNetwork[Any]:
    """A network by name with weights from torch's generator; raises BadInput for an unknown name."""
    if model not in MODELS:
        raise BadInput(f"model must be one of {', '.join(MODELS)}, not {model}")
    return MODELS[model](sizes)
