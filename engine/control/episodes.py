"""Episodes as they are played: many at once, with the memory wiped where asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from engine.control.environment import Environment
from engine.control.maze import WaterMaze
from engine.control.policy import Mind, Policy

Wipe = Literal["none", "step", "teleport"]

Seeds = Sequence[Sequence[int]]
"""One sequence of whole numbers an episode."""

VALIDATION, EVALUATION, FITTING, TRAINING = 1, 2, 3, 4
"""Streams of episodes that never overlap: first number of their seeds."""


def seeds_of(stream: int, seed: int, first: int, count: int) -> list[tuple[int, int, int]]:
    """Seeds of ``count`` episodes of a stream."""
    return [(stream, seed, first + k) for k in range(count)]


@dataclass(frozen=True, slots=True)
class Play:
    """N episodes of T steps, on the CPU.

    Attributes
    ----------
    rewards
        float64 [T, N].
    actions
        float32 [T, N, m].
    observations, known
        float32 [T, N, ...]: what was seen, and the memory's output after taking it in; empty unless asked for.
    state, hidden
        float64 [T, N, ...] before each action; empty unless asked for.
    on, teleported
        bool [T, N]: after each action.
    """

    rewards: Tensor
    actions: Tensor
    observations: Tensor
    known: Tensor
    state: Tensor
    hidden: Tensor
    on: Tensor
    teleported: Tensor

    @property
    def returns(self) -> Tensor:
        """Sum of rewards of each episode, float64 [N]."""
        return self.rewards.sum(0)


Act = Callable[[Environment, int], Tensor]
"""From environment and step number to actions [N, m]."""


def play_scripted(environment: Environment, seeds: Seeds, act: Act, *, whole: bool = False) -> Play:
    """Play with a function that may look at everything."""
    return _play(environment, seeds, act, whole=whole)


@torch.no_grad()
def play(
    policy: Policy,
    environment: Environment,
    seeds: Seeds,
    *,
    wipe: Wipe = "none",
    whole: bool = False,
    before: Callable[[int, Mind], None] | None = None,
) -> Play:
    """Play with a policy, without exploration.

    ``wipe``: forget everything before each step, or after each teleport. ``whole``: keep observations, memory and
    state too. ``before``: called before each step with its number and the mind, which it may change, as it may change
    the environment.
    """
    mind = policy.begin(len(seeds))
    seen: list[Tensor] = []

    def act(environment: Environment, step: int) -> Tensor:
        if before is not None:
            before(step, mind)
        if wipe == "step":
            mind.wipe()
        elif wipe == "teleport":
            mind.wipe(environment.teleported)
        observation = policy.look(environment)
        actions = policy.decide(observation, mind)
        mind.last_action = actions
        seen[:] = (observation, mind.state[0])
        return actions

    return _play(environment, seeds, act, whole=whole, seen=seen)


def _play(environment: Environment, seeds: Seeds, act: Act, *, whole: bool, seen: Sequence[Tensor] = ()) -> Play:
    environment.reset(seeds)
    kept: dict[str, list[Tensor]] = {name: [] for name in Play.__slots__}
    for step in range(environment.task.horizon):
        actions = act(environment, step)
        if whole:
            kept["observations"].append(environment.observation())
            kept["known"].append(seen[1] if seen else torch.zeros(len(seeds), 0))
            kept["state"].append(environment.state())
            kept["hidden"].append(environment.hidden())
        kept["rewards"].append(environment.step(actions))
        kept["actions"].append(actions)
        kept["on"].append(environment.on if isinstance(environment, WaterMaze) else environment.teleported)
        kept["teleported"].append(environment.teleported)
    return Play(**{name: torch.stack(parts) if parts else torch.zeros(0) for name, parts in kept.items()})
