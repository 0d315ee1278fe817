"""An energy-based memory as one thing: network, schedules, what it was made for; and as a file."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import torch
from torch import Tensor, nn

from engine.associative.convolutional import ConvolutionalEnergy
from engine.associative.dense import DenseEnergy
from engine.associative.dynamics import Schedule, read, write
from engine.associative.energy import EnergyNetwork, Fast
from engine.associative.recurrent import RecurrentEnergy
from engine.data.patterns import DataName
from engine.errors import BadInput
from engine.weights import card_read

FORMAT = 1
LARGEST = 1 << 26  # numbers in a layer: a file of a few bytes must not take all memory there is
WIDEST, MOST_STEPS = 8192, 10_000
FormName = Literal["dense", "recurrent", "convolutional"]


@dataclass(frozen=True, slots=True)
class Card:
    """What an energy-based memory is, and where it comes from.

    ``shape`` (height, width, channels) of its patterns; ``width``: writable units (of each block of the convolutional
    form); ``code``: values a unit of the dense form sees, 0 for all; ``reads``, ``writes``: steps of its
    schedules, no writes for the twin; ``patterns``: how many it was trained to store; ``made``: command, seed and
    figures, for people.
    """

    form: FormName
    data: DataName
    shape: tuple[int, int, int]
    width: int
    hidden: int
    code: int
    reads: int
    writes: int
    patterns: int
    made: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"format": FORMAT, **asdict(self)}

    @classmethod
    def from_json(cls, values: Any, where: str) -> Card:
        """The card; raises BadInput naming ``where`` it was read."""
        with card_read(values, FORMAT, "an energy-based memory", where):
            height, width, channels = (int(n) for n in values["shape"])
            numbers = {key: int(values[key]) for key in ("width", "hidden", "code", "reads", "writes", "patterns")}
            size = height * width * channels + numbers["code"]
            if (
                min(height, width, channels, numbers["width"], numbers["hidden"]) < 1
                or min(numbers.values()) < 0
                or size * (numbers["width"] + numbers["hidden"]) > LARGEST
                or max(numbers["width"], numbers["hidden"], numbers["code"]) > WIDEST
                or max(numbers["reads"], numbers["writes"]) > MOST_STEPS
            ):
                raise ValueError("no memory has such sizes")
            return cls(values["form"], values["data"], (height, width, channels), made=dict(values["made"]), **numbers)


class Ebmm(nn.Module):
    """Network and schedules; ``write`` and ``read`` are pure functions of them, patterns and memory."""

    def __init__(self, card: Card) -> None:
        super().__init__()
        self.card = card
        self.energy = build(card)
        image = card.data != "bits"
        gamma, eta = (2.0, 0.5) if card.form == "convolutional" else (1.0 if image else 0.5, 0.1)
        tensors = len(self.energy.written)
        self.schedule = Schedule(card.reads, card.writes, tensors, gamma=gamma, eta=eta)

    def write(self, patterns: Tensor) -> list[Fast]:
        """See engine.associative.dynamics.write."""
        return write(self.energy, self.schedule, patterns)

    def read(self, fast: Fast, queries: Tensor, *, steps: int | None = None) -> list[Tensor]:
        """See engine.associative.dynamics.read."""
        return read(self.energy, self.schedule, fast, queries, steps=steps)


def build(card: Card) -> EnergyNetwork:
    """The energy network of a card; raises BadInput for a form that does not exist or does not fit."""
    height, width, channels = card.shape
    match card.form:
        case "dense":
            return DenseEnergy(height * width * channels, card.width, card.hidden, card.code)
        case "recurrent":
            return RecurrentEnergy(height * width * channels, card.width, card.hidden)
        case "convolutional":
            return ConvolutionalEnergy(card.shape, card.width, card.hidden)
    raise BadInput(f"There is no form {card.form!r}")


def width_for(form: FormName, shape: tuple[int, int, int], hidden: int, code: int, floats: int) -> int:
    """The largest width whose memory needs at most ``floats``; raises BadInput if not even one unit fits."""
    height, width, channels = shape
    if form == "convolutional":
        one = ConvolutionalEnergy.floats_of(shape, 1, hidden)
    else:
        one = (code or height * width * channels) + 1
    if floats < one:
        raise BadInput(f"floats must be at least {one:,} for one unit of the {form} form here, not {floats:,}")
    return floats // one


def fit(module: nn.Module, tensors: dict[str, Tensor]) -> None:
    """Put saved weights into a module; raises BadInput naming the first tensor that does not fit."""
    own = module.state_dict()
    for name in own.keys() | tensors.keys():
        if name not in own or name not in tensors:
            raise BadInput(
                f"The weights do not fit this memory: only {'they have' if name in tensors else 'it has'} {name}"
            )
        if own[name].shape != tensors[name].shape:
            shapes = f"{list(tensors[name].shape)} saved, {list(own[name].shape)} here"
            raise BadInput(f"The weights do not fit this memory: {name} is {shapes}")
        if not tensors[name].isfinite().all():
            raise BadInput(f"The weights cannot be used: {name} is not finite")
    module.load_state_dict(tensors)


def flat_change(fast: Fast, start: Fast) -> Tensor:
    """What a write changed, all tensors of one task in a row: [floats]."""
    return torch.cat([(after[0] - before[0]).flatten() for after, before in zip(fast, start, strict=True)])
