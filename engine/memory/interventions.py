"""Changing a network to ask what would have happened; words are changed with ``MemoryNetwork.overwrite``."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import torch
from torch import nn

from engine.errors import BadInput
from engine.memory.dam import DAM
from engine.memory.dnc import DNC
from engine.memory.interface import MemoryNetwork
from engine.memory.ntm import NTM
from engine.memory.sparse_network import SparseNetwork

SHUT = -1e4  # a sigmoid of this is exactly 0


def freeze_head(network: MemoryNetwork[Any], head: int) -> MemoryNetwork[Any]:
    """A copy of the network whose write head ``head`` (0-based) adds nothing any more; reads go on.

    SAM and DAM still clear the word that the head would have taken, as published. Raises BadInput for a head that does
    not exist; DNC and SDNC have one write head.
    """
    frozen = deepcopy(network)
    sizes = network.sizes
    if isinstance(frozen, SparseNetwork):
        writers, layer = frozen.writers, frozen.interface
        rows = [(sizes.heads + writers) * sizes.word + sizes.heads + head]
    elif isinstance(frozen, DAM):
        writers, layer = sizes.heads, frozen.interface
        rows = [head * (2 * sizes.word + 3) + 2 * sizes.word + 1]
    elif isinstance(frozen, DNC):
        writers, layer = 1, frozen.writer
        rows = [3 * sizes.word + 2]
    elif isinstance(frozen, NTM):
        writers, layer = sizes.heads, frozen.changes
        rows = list(range(head * sizes.word, (head + 1) * sizes.word))  # erase gates; its add vectors follow below
    else:
        raise BadInput("this network has no external memory")
    if not 0 <= head < writers:
        raise BadInput(f"write head must be 0 to {writers - 1}, not {head}")
    _set(layer, rows, SHUT)
    if isinstance(frozen, NTM):
        _set(layer, [sizes.heads * sizes.word + row for row in rows], 0.0)
    return frozen


def _set(layer: nn.Linear, rows: list[int], value: float) -> None:
    """Make some outputs of a layer constant."""
    with torch.no_grad():
        layer.weight[rows] = 0.0
        layer.bias[rows] = value
