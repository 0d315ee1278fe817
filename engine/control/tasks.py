"""The tasks by name. Names as in Ni et al. 2022 where they have one: F everything seen, P positions, V velocities."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from typing import Any

from engine.control.quantities import Quantity, Recipe, Task
from engine.errors import BadInput

TURN = Quantity("angle", "rad", -math.pi, math.pi)
TORQUE, FORCE = Quantity("torque", "2 N m"), Quantity("force", "10 N")

SHORT = Recipe(environments=8, rounds=45, hidden=32, follow=0.01)
LONG = Recipe("rsac", 0.97, 1.0, 1e-3, 0, 0, 8, 8, 40, 180)


def _pendulum(name: str, view: str, title: str, summary: str, recipe: Recipe = SHORT, **options: Any) -> Task:
    """A pendulum; ``lengths`` among the options makes its length unknown."""
    speed, position = ("angular speed",), ("cos angle", "sin angle")
    seen = {"F": position + speed, "P": position, "V": speed, "pixels": ("image",)}[view]
    removed: tuple[str, ...] = {"F": (), "P": speed, "V": position, "pixels": position + speed}[view]
    hidden: tuple[Quantity, ...] = (Quantity("angular speed", "rad/s", -8.0, 8.0),)
    if view == "V":
        hidden = (Quantity("cos angle"), Quantity("sin angle"))
    low, high = options.get("lengths", (0.2, 2.0))
    length = Quantity("length", "m", low, high)
    if "lengths" in options:
        removed, hidden = (*removed, "length"), (*hidden, length)
    return Task(
        name,
        title,
        summary,
        "pendulum",
        200,
        0.05,
        seen,
        removed,
        (TORQUE,),
        (TURN, Quantity("angular speed", "rad/s", -8.0, 8.0), length),
        hidden,
        16.3,
        recipe,
        {"view": view, **options},
        pixels=view == "pixels",
    )


def _cartpole(name: str, view: str, title: str, summary: str, recipe: Recipe, **options: Any) -> Task:
    """A cart-pole to swing up."""
    position, speeds = ("place", "cos angle", "sin angle"), ("velocity", "angular speed")
    seen = {"F": position + speeds, "P": position, "pixels": ("image",)}[view]
    removed: tuple[str, ...] = {"F": (), "P": speeds, "pixels": position + speeds}[view]
    moving = (Quantity("velocity", "m/s", -3.0, 3.0), Quantity("angular speed", "rad/s", -10.0, 10.0))
    hidden: tuple[Quantity, ...] = moving
    low, high = options.get("lengths", (0.1, 1.2))
    length = Quantity("length", "m", low, high)
    if "lengths" in options:
        removed, hidden = (*removed, "length"), (*hidden, length)
    state = (Quantity("place", "m", -3.0, 3.0), moving[0], TURN, moving[1], length)
    return Task(
        name,
        title,
        summary,
        "cartpole",
        125,
        0.04,
        seen,
        removed,
        (FORCE,),
        state,
        hidden,
        4000.0,  # a cart may run away: its distance is squared
        recipe,
        {"view": view, **options},
        pixels=view == "pixels",
    )


def _reacher(delay: int) -> Task:
    """The hidden-target reacher with this delay."""
    target = (Quantity("target x", "m", -0.2, 0.2), Quantity("target y", "m", -0.2, 0.2))
    joints = ("cos q1", "cos q2", "sin q1", "sin q2")
    return Task(
        "reacher" if delay == 10 else f"reacher-delay-{delay}",
        f"Hidden-target reacher, delay {delay}",
        f"The target is shown for two decisions; {delay} later the arm is released and has to be brought there",
        "reacher",
        52 + delay,
        0.02,
        (*joints, "speed 1", "speed 2", "hand x", "hand y", "shown", "target x", "target y"),
        ("target x", "target y", "free"),
        (Quantity("drive 1"), Quantity("drive 2")),
        (Quantity("q1", "rad"), Quantity("q2", "rad"), *target, Quantity("shown", "", 0.0, 1.0)),
        target,
        2.5,
        Recipe("rtd3", 0.98, 2.0, 2e-3, 0, 0, 16, 8, 100, 45, 0.3, 0.95, 2.0, 48, 0.02, 0.5),
        {"delay": delay},
    )


def _maze(name: str, title: str, summary: str, **options: Any) -> Task:
    """A water maze."""
    place = (Quantity("x", "pool radii"), Quantity("y", "pool radii"))
    platform = (Quantity("platform x", "pool radii"), Quantity("platform y", "pool radii"))
    shown = options.get("shown", "never") != "never"
    rest = (Quantity("platform radius", "pool radii", 0.0, 0.5), Quantity("on platform", "", 0.0, 1.0))
    return Task(
        name,
        title,
        summary,
        "maze",
        200,
        0.0,
        ("x", "y", "on platform", *(("platform x", "platform y") if shown else ())),
        ("velocity x", "velocity y", "platform x", "platform y"),
        (Quantity("acceleration x", "0.03"), Quantity("acceleration y", "0.03")),
        (*place, *platform, *rest, Quantity("trial", "", 0.0, 40.0)),
        platform,
        1.3,
        LONG,
        {"radius": 0.3, "centre": False, **options},
    )


def _t_maze(length: int) -> Task:
    """The passive T-maze of this length."""
    return Task(
        f"t-maze-{length}",
        f"T-maze, {length} steps",
        f"A cue at the first step tells which way to turn {length} steps later",
        "t-maze",
        length,
        0.0,
        ("cue", "choose now"),
        ("cue",),
        (Quantity("side"),),
        (Quantity("walked", "share", 0.0, 1.0), Quantity("cue"), Quantity("side")),
        (Quantity("cue"),),
        1.0,
        Recipe("rsac", 0.99, 1.0, 1e-3, 0, 0, 32, 16, 20, 25, keeping=round(math.log(length), 1)),
        terminal=True,
    )


_FOUND = "Somewhere in the pool is a platform that cannot be seen; found once, it should be found again at once"
_PIXELS = Recipe(batch=8, environments=8, updates=100, rounds=60, hidden=32, follow=0.01)
_SWING = Recipe("rtd3", 0.97, 0.25, 1e-3, 10, 40, 16, 8, 100, 46, 0.2, 0.8, 0.0, 32, 0.01)
_LENGTHS = Recipe("rtd3", 0.95, 0.1, 1e-3, 10, 50, 16, 8, 150, 80, 0.2, 0.0, 0.0, 32, 0.01)

TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        _pendulum("pendulum-f", "F", "Pendulum, all seen", "Swing the rod up; angle and angular speed are seen"),
        _pendulum("pendulum-p", "P", "Pendulum, speed hidden", "Swing the rod up; only its direction is seen"),
        _pendulum(
            "pendulum-v",
            "V",
            "Pendulum, angle hidden",
            "Swing the rod up; only its angular speed is seen, so the angle has to be found out and kept",
            Recipe("rtd3", 0.95, 0.1, 1e-3, 20, 60, 16, 8, 120, 32, 0.2, 0.5, 1.0, 32, 0.01),
        ),
        _pendulum(
            "unknown-length",
            "P",
            "Pendulum, unknown length",
            "Swing up a rod whose length is drawn anew each episode and never seen, nor its speed",
            _LENGTHS,
            lengths=(0.5, 1.5),
        ),
        _pendulum("pixel-pendulum", "pixels", "Pendulum from pixels", "Swing the rod up from single images", _PIXELS),
        _cartpole("cartpole", "P", "Cart-pole, velocities hidden", "Swing the pole up; positions are seen", _SWING),
        _cartpole(
            "cartpole-length",
            "P",
            "Cart-pole, unknown length",
            "Swing up a pole whose length is drawn anew each episode and never seen",
            _SWING,
            lengths=(0.3, 0.9),
        ),
        _cartpole("pixel-cartpole", "pixels", "Cart-pole from pixels", "Swing the pole up from single images", _PIXELS),
        _reacher(10),
        _reacher(0),
        _reacher(25),
        Task(
            "payload",
            "Arm with an unknown payload",
            "Carry a mass that is drawn anew each episode and never weighed to a place that is seen",
            "payload",
            100,
            0.05,
            ("cos q1", "cos q2", "sin q1", "sin q2", "target x", "target y"),
            ("speed 1", "speed 2", "mass"),
            (Quantity("torque 1", "30 N m"), Quantity("torque 2", "15 N m")),
            (
                Quantity("q1", "rad"),
                Quantity("q2", "rad"),
                Quantity("target x", "m"),
                Quantity("target y", "m"),
                Quantity("mass", "kg", 0.0, 1.0),
            ),
            (
                Quantity("mass", "kg", 0.0, 1.0),
                Quantity("speed 1", "rad/s", -5.0, 5.0),
                Quantity("speed 2", "rad/s", -5.0, 5.0),
            ),
            2.1,
            Recipe("rtd3", 0.95, 1.0, 1e-3, 10, 40, 16, 8, 100, 46, 0.2, 0.8, 0.0, 32, 0.01),
        ),
        _maze("water-maze-c", "Water maze, centre start", _FOUND + ". Every trial starts in the centre", centre=True),
        _maze("water-maze-r", "Water maze, random start", _FOUND + ". Every trial starts somewhere else"),
        _maze("water-maze-hard", "Water maze, small platform", _FOUND + ". It is two thirds as wide", radius=0.2),
        _maze("water-maze-dense", "Water maze, dense reward", _FOUND + ". Being near pays a little", dense=True),
        _maze("water-maze-probe", "Water maze, probe", _FOUND + ". After three visits it is gone", probe=3),
        _maze("water-maze-shown", "Water maze, shown first", _FOUND + ". It is shown at the first step", shown="first"),
        _maze("water-maze-visible", "Water maze, visible", "The platform is always seen", shown="always"),
        _t_maze(10),
        _t_maze(50),
        _t_maze(100),
        Task(
            "wind",
            "Wind",
            "Walk to a goal against a constant wind that is drawn anew each episode and never seen",
            "wind",
            75,
            0.0,
            ("to goal x", "to goal y"),
            ("wind x", "wind y"),
            (Quantity("step x", "0.1"), Quantity("step y", "0.1")),
            (Quantity("x"), Quantity("y"), Quantity("wind x", "", -0.08, 0.08), Quantity("wind y", "", -0.08, 0.08)),
            (Quantity("wind x", "", -0.08, 0.08), Quantity("wind y", "", -0.08, 0.08)),
            1.0,
            Recipe("rsac", 0.95, 1.0, 1e-3, 0, 0, 16, 8, 50, 60, hidden=32, follow=0.01),
        ),
    )
}


def find_task(name: str) -> Task:
    """The task of this name; raises BadInput that lists the names."""
    if name not in TASKS:
        close = difflib.get_close_matches(name, TASKS, 1)
        hint = f" (did you mean {close[0]}?)" if close else ""
        raise BadInput(f"task may be one of {', '.join(TASKS)}, not {name!r}{hint}")
    return TASKS[name]


def policy_task(task: Task) -> str:
    """Name of the task whose shipped policies also fit this one: what differs is only the world, not what is seen."""
    also: Mapping[str, str] = {
        **dict.fromkeys(("water-maze-probe", "water-maze-hard", "water-maze-dense"), "water-maze-r"),
        **dict.fromkeys(("reacher-delay-0", "reacher-delay-25"), "reacher"),
        "cartpole-length": "cartpole",
        "t-maze-100": "t-maze-50",
    }
    return also.get(task.name, task.name)
