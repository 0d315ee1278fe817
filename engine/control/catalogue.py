"""From a task to its environment."""

from __future__ import annotations

from engine.control.arm import PayloadArm, Reacher
from engine.control.cartpole import CartPole
from engine.control.environment import Environment
from engine.control.maze import WaterMaze
from engine.control.pendulum import Pendulum
from engine.control.quantities import Task
from engine.control.small import TMaze, Wind

FAMILIES: dict[str, type[Environment]] = {
    "pendulum": Pendulum,
    "cartpole": CartPole,
    "reacher": Reacher,
    "payload": PayloadArm,
    "maze": WaterMaze,
    "t-maze": TMaze,
    "wind": Wind,
}


def make(task: Task) -> Environment:
    """The environment of a task, not yet reset."""
    return FAMILIES[task.family](task)
