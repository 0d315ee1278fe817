"""Scripted agents to compare with: random, in the water maze a search without memory, one with, and one that knows,
and for the reacher one that knows its target.

None of them learns. *circle* swims to radius 0.6 and round, and stops when it feels the platform; *circle-remembers*
does the same until it has felt it once, and then goes straight back. *knows-target* turns both joints to where the hand
is on the target, hardest where they are far from it; what it earns is what the best plan earns.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from engine.control.arm import LINK, Reacher
from engine.control.environment import Environment, wrap
from engine.control.episodes import Act
from engine.control.maze import ACCELERATION, FASTEST, WaterMaze
from engine.errors import BadInput

SCRIPTED: dict[str, str] = {
    "random": "Random, correlated actions",
    "circle": "Circle, no memory",
    "circle-remembers": "Circle, remembers",
    "knows-platform": "Knows the platform",
    "knows-target": "Knows the target",
}
"""Title by name."""

CIRCLE = 0.6
PULL, BRAKE, NEARBY = 0.3, 0.05, 0.1  # of the reacher's: found by trial; its best plan earns no more


def scripted(name: str, environment: Environment, seed: int, count: int) -> Act:
    """The agent of this name for ``count`` episodes; raises BadInput where the task has no use for it."""
    if name == "random":
        return _random(seed, count, len(environment.task.actions))
    if name == "knows-target":
        if not isinstance(environment, Reacher):
            raise BadInput(f"{name} is an agent for the reacher, not for {environment.task.name}")
        return _pointer
    if not isinstance(environment, WaterMaze):
        raise BadInput(f"{name} is an agent for water mazes, not for {environment.task.name}")
    makers: dict[str, Callable[[int], Act]] = {
        "circle": lambda count: _searcher(count, remembers=False),
        "circle-remembers": lambda count: _searcher(count, remembers=True),
        "knows-platform": lambda count: _knower,
    }
    return makers[name](count)


def _random(seed: int, count: int, actions: int) -> Act:
    random = np.random.default_rng([seed, 77])
    drift = random.standard_normal((count, actions))

    def act(environment: Environment, step: int) -> Tensor:
        nonlocal drift
        drift = 0.9 * drift + np.sqrt(1 - 0.81) * random.standard_normal((count, actions))
        return torch.from_numpy(drift).float().clamp(-1.0, 1.0)

    return act


def _towards(maze: WaterMaze, goal: Tensor) -> Tensor:
    """Accelerations that bring the agent to ``goal`` [N, 2] and let it rest there."""
    way = goal - maze.place
    distance = way.norm(dim=1, keepdim=True).clamp(min=1e-9)
    speed = (0.5 * distance).clamp(max=FASTEST)
    wanted: Tensor = (way / distance * speed - maze.velocity) / ACCELERATION
    return wanted.float().clamp(-1.0, 1.0)


def _knower(environment: Environment, step: int) -> Tensor:
    assert isinstance(environment, WaterMaze)
    return _towards(environment, environment.platform)


def _pointer(environment: Environment, step: int) -> Tensor:
    """Feedback on the joints' errors, with about the root of their size: distance is paid for as it is, not squared."""
    assert isinstance(environment, Reacher)
    way = environment.target
    bend = 2 * torch.acos((way.norm(dim=1) / (2 * LINK)).clamp(max=1.0))
    turn = torch.atan2(way[:, 1], way[:, 0])
    sides = torch.tensor([1.0, -1.0], dtype=torch.float64)[:, None]
    ways = torch.stack((turn - 0.5 * sides * bend, sides * bend), -1)  # elbow on either side
    error = ways - environment.joints
    error[..., 0] = wrap(error[..., 0])
    near = error.square().sum(-1).argmin(0)
    wanted = error[near, torch.arange(len(near))] - BRAKE * environment.speeds
    pull: Tensor = PULL * wanted / (wanted.norm(dim=1, keepdim=True) + NEARBY).sqrt()
    return pull.float().clamp(-1.0, 1.0)


def _searcher(count: int, *, remembers: bool) -> Act:
    found = torch.zeros(count, dtype=torch.bool)
    where = torch.zeros(count, 2, dtype=torch.float64)

    def act(environment: Environment, step: int) -> Tensor:
        nonlocal found, where
        assert isinstance(environment, WaterMaze)
        maze = environment
        feels = maze.on & ~maze.teleported
        radius = maze.place.norm(dim=1, keepdim=True)
        angle = torch.atan2(maze.place[:, 1], maze.place[:, 0]) + 0.3
        ahead = CIRCLE * torch.stack((angle.cos(), angle.sin()), 1)
        ahead = torch.where(radius < 1e-6, torch.tensor([CIRCLE, 0.0], dtype=torch.float64), ahead)
        goal = torch.where(feels[:, None], maze.place, ahead)
        if remembers:
            fresh = feels & ~found
            where = torch.where(fresh[:, None], maze.place, where)
            found = found | fresh
            goal = torch.where(found[:, None], where, goal)
        return _towards(maze, goal)

    return act
