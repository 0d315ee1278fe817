"""What all environments share: many episodes at once, everything random drawn before the first step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.control.quantities import Task
from engine.errors import BadInput

Draw = dict[str, NDArray[np.float64]]
"""All that chance decides in one episode; a later step draws nothing."""


class Environment(ABC):
    """N episodes of one task that advance together; physics in float64, observations float32.

    Attributes
    ----------
    step_number
        Decisions taken since reset.
    teleported
        bool [N]: whether the last step threw the agent to another place (water maze only).
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self.step_number = 0
        self.teleported = torch.zeros(0, dtype=torch.bool)

    def reset(self, seeds: Sequence[Sequence[int]]) -> None:
        """Begin an episode for each seed (a sequence of whole numbers, as ``numpy.random.default_rng`` takes).

        An episode depends on its own seed alone, not on the others beside it nor on what any agent does.
        """
        draws = [self.draw(np.random.default_rng(list(seed))) for seed in seeds]
        self.step_number = 0
        self.teleported = torch.zeros(len(draws), dtype=torch.bool)
        self.begin({key: torch.from_numpy(np.stack([draw[key] for draw in draws])) for key in draws[0]})

    def step(self, actions: Tensor) -> Tensor:
        """Take actions float32 [N, actions], clipped to [-1, 1]; returns rewards float64 [N]."""
        self.step_number += 1
        return self.advance(actions.double().clamp(-1.0, 1.0))

    @abstractmethod
    def draw(self, random: np.random.Generator) -> Draw:
        """Chance of one episode: its start and its hidden parameters."""

    @abstractmethod
    def begin(self, draws: dict[str, Tensor]) -> None:
        """Begin with these draws, each float64 [N, ...]."""

    @abstractmethod
    def advance(self, actions: Tensor) -> Tensor:
        """One decision; ``actions`` float64 [N, actions] within [-1, 1]; rewards float64 [N]."""

    @abstractmethod
    def observation(self) -> Tensor:
        """What the agent sees now, float32 [N, observations]."""

    @abstractmethod
    def removed(self) -> Tensor:
        """What a full-information agent sees besides, float32 [N, removed]."""

    @abstractmethod
    def state(self) -> Tensor:
        """What a picture needs, float64 [N, state], in the order of ``task.state``."""

    @abstractmethod
    def hidden(self) -> Tensor:
        """What a memory has to know, float64 [N, hidden], in the order of ``task.hidden``."""

    def change(self, kind: str, values: Mapping[str, Any]) -> None:
        """Change the world between two steps, in every episode; raises BadInput where that makes no sense here."""
        raise BadInput(f"{self.task.title} has nothing of the kind {kind!r} to change")


def number(values: Mapping[str, Any], key: str, low: float, high: float) -> float:
    """A number of a change; raises BadInput that says what it may be."""
    value = values.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise BadInput(f"{key} must be a number from {low:g} to {high:g}, not {value!r}")
    return float(value)


def wrap(angle: Tensor) -> Tensor:
    """The angle within [-pi, pi)."""
    return torch.remainder(angle + torch.pi, 2 * torch.pi) - torch.pi
