"""Trained networks as files that strangers may have made: weights, a card in JSON beside them, whether they fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from engine.errors import BadInput
from engine.runs.files import decode_json, read_json

SPARE = 1 << 20
"""Numbers that a network may have beyond those in the file: a mistake of that size is told by name, not by size."""


UNUSABLE = (KeyError, TypeError, ValueError, OverflowError, AttributeError)
"""What a card of the wrong build raises where it is taken apart."""


def read_model(path: Path, kind: str) -> tuple[Any, dict[str, Tensor]]:
    """The JSON value beside a safetensors file, and its tensors; raises BadInput that names the file and the kind."""
    values = read_json(path.with_suffix(".json"))
    try:
        with safe_open(path, framework="pt") as file:
            return values, {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, *UNUSABLE) as problem:
        raise BadInput(f"{path} cannot be read as {kind}: {problem}") from problem


def read_card(metadata: Mapping[str, str], where: str) -> Any:
    """The JSON value that a checkpoint's metadata has under "card"; raises BadInput naming ``where``."""
    try:
        return decode_json(metadata["card"].encode("utf-8", "replace"))
    except UNUSABLE as problem:
        raise BadInput(f"{where} does not say which network it belongs to") from problem


@contextmanager
def card_read(values: Any, version: int, kind: str, where: str) -> Iterator[None]:
    """While a card is taken apart: raises BadInput naming ``where`` for another format, or if it describes no kind."""
    try:
        if values["format"] != version:
            raise BadInput(f"{where} is of format {values['format']}; this Athanor reads format {version}")
        yield
    except BadInput:
        raise
    except UNUSABLE as problem:
        raise BadInput(f"{where} does not describe {kind}: {problem}") from problem


def check_room(make: Callable[[], nn.Module], tensors: Mapping[str, Tensor], where: str) -> None:
    """Raises BadInput naming ``where`` if the network that ``make`` builds has far more numbers than the file holds.

    A card of a few bytes could otherwise ask for all memory there is. The network is built without storage.
    """
    try:
        with torch.device("meta"):
            needed = _numbers(make().state_dict())
    except (RuntimeError, ArithmeticError, IndexError, *UNUSABLE) as problem:
        if isinstance(problem, BadInput):
            raise
        raise BadInput(f"{where} gives sizes that no network has: {str(problem).splitlines()[0][:200]}") from problem
    if needed > _numbers(tensors) + SPARE:
        raise BadInput(f"{where} gives sizes of a network of {needed:,} numbers and holds {_numbers(tensors):,}")


def _numbers(tensors: Mapping[str, Any]) -> int:
    return sum(tensor.numel() for tensor in tensors.values())
