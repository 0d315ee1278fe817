"""Whole episodes, kept to be gone through again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Generator, Tensor


@dataclass(frozen=True, slots=True)
class Batch:
    """B segments of T steps.

    Attributes
    ----------
    observations
        float32 [T + 1, B, o].
    last_actions
        float32 [T + 1, B, m], the action before each observation, zeros at an episode's start.
    actions, rewards
        float32 [T, B, m] and [T, B].
    weight
        float32 [T, B]: 0 where a step only warms up the memory, else such that all sum to 1.
    continues
        float32 [T, B]: 0 where the episode really ends after this step.
    """

    observations: Tensor
    last_actions: Tensor
    actions: Tensor
    rewards: Tensor
    weight: Tensor
    continues: Tensor


class Replay:
    """The last ``capacity`` episodes of ``horizon`` steps; the oldest goes first, always as a whole.

    Images are kept as bytes.
    """

    def __init__(
        self, capacity: int, horizon: int, observations: int, actions: int, *, pixels: bool, terminal: bool
    ) -> None:
        kind = torch.uint8 if pixels else torch.float32
        self._observations = torch.zeros(capacity, horizon + 1, observations, dtype=kind)
        self._actions = torch.zeros(capacity, horizon + 1, actions)  # the first is the action before the first step
        self._rewards = torch.zeros(capacity, horizon)
        self._horizon, self._pixels, self._terminal = horizon, pixels, terminal
        self._next = self.episodes = 0

    def add(self, observations: Tensor, actions: Tensor, rewards: Tensor) -> None:
        """Keep N episodes: observations [T + 1, N, o], executed actions [T, N, m], rewards [T, N]."""
        if self._pixels:
            observations = (255 * observations).round().to(torch.uint8)
        for k in range(observations.shape[1]):
            self._observations[self._next] = observations[:, k]
            self._actions[self._next, 1:] = actions[:, k]
            self._rewards[self._next] = rewards[:, k]
            self._next = (self._next + 1) % len(self._rewards)
            self.episodes = min(self.episodes + 1, len(self._rewards))

    def tensors(self) -> dict[str, Tensor]:
        """What is kept, the oldest not necessarily first."""
        kept = {"observations": self._observations, "actions": self._actions, "rewards": self._rewards}
        return {name: value[: self.episodes] for name, value in kept.items()} | {"next": torch.tensor(self._next)}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Keep what was kept; raises KeyError or RuntimeError if it does not fit."""
        self.episodes, self._next = len(tensors["rewards"]), int(tensors["next"])
        self._observations[: self.episodes] = tensors["observations"]
        self._actions[: self.episodes] = tensors["actions"]
        self._rewards[: self.episodes] = tensors["rewards"]

    def sample(self, batch: int, burn_in: int, length: int, random: Generator) -> Batch:
        """Segments of ``burn_in + length`` steps, or whole episodes with length 0.

        A segment that begins with its episode is learned from entirely: its memory is right from the first step.
        """
        rows = torch.randint(self.episodes, (batch,), generator=random)
        steps = min(burn_in + length, self._horizon) if length else self._horizon
        first = torch.randint(-burn_in, self._horizon - steps + 1, (batch,), generator=random).clamp(min=0)
        at = first + torch.arange(steps + 1)[:, None]
        observations, before = self._observations[rows, at], self._actions[rows, at]
        if self._pixels:
            observations = observations.float() / 255
        learned = (torch.arange(steps)[:, None] >= burn_in) | (first == 0)
        weight = learned.float() / learned.sum()
        continues = (at[1:] < self._horizon) if self._terminal else torch.ones(steps, batch, dtype=torch.bool)
        return Batch(observations, before, before[1:], self._rewards[rows, at[:-1]], weight, continues.float())
