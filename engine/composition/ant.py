"""The ant: a torso on four legs with eight torques, simulated by MuJoCo (the extra ``mujoco``).

The body is Gymnasium's Ant-v5 (its file comes with gymnasium): torques in [-1, 1] times 150 N m, 0.05 s a step. Hunt et
al. 2019, 4, pay for the torso's horizontal place; so do we, with the regions of :mod:`engine.composition.plane` made
three times as large. Discount and temperature are those of the paper's supplement as far as known (0.95, 0.1); its
observations and length of episodes are not.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.composition.bodies import Body, waves
from engine.errors import BadInput

SKIP = 5  # physics steps of 0.01 s in a step
METRES = 3.0  # of one unit of the plane: regions are 2.1 m from the middle
STANDING = 0.55  # m, height of the torso at rest
PLACES, SPEEDS = 15, 14  # numbers of MuJoCo's qpos and qvel; the legs are the last 8 of each
TORSO, THIGH, SHIN = 0.2, 0.2, 0.4  # m along each axis: the legs point along diagonals
DIAGONALS = ((1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0))
DOWNWARDS = (1.0, -1.0, -1.0, 1.0)  # sign of an ankle's angle that puts the foot down
MISSING = "The ant needs MuJoCo, which is not installed. In a terminal: pip install 'athanor[mujoco]'"


@lru_cache(maxsize=1)
def _simulator() -> tuple[Any, Any, Any]:
    """MuJoCo's model, its working memory and the function that steps a batch; raises BadInput."""
    package = find_spec("gymnasium")
    if find_spec("mujoco") is None or package is None or package.origin is None:
        raise BadInput(MISSING)
    import mujoco
    from mujoco.rollout import rollout

    model = mujoco.MjModel.from_xml_path(str(Path(package.origin).parent / "envs" / "mujoco" / "assets" / "ant.xml"))
    return model, mujoco.MjData(model), rollout


def step(state: Tensor, action: Tensor) -> Tensor:
    """States [m, 29] (MuJoCo's qpos and qvel) 0.05 s after torques [m, 8] in [-1, 1]."""
    model, data, rollout = _simulator()
    begin = np.zeros((len(state), 1 + PLACES + SPEEDS))  # the first number is the time
    begin[:, 1:] = state.numpy()
    torque = np.repeat(action.double().numpy()[:, None], SKIP, 1)
    found, _ = rollout(model, data, begin, torque)
    return torch.from_numpy(found[:, -1, 1:]).float()


def random_states(count: int, random: torch.Generator) -> Tensor:
    """States [count, 29]: anywhere, turned any way about the vertical, legs bent at random, nearly still."""
    state = torch.zeros(count, PLACES + SPEEDS)
    state[:, :2] = (torch.rand(count, 2, generator=random) * 2 - 1) * METRES
    state[:, 2] = STANDING + 0.05
    half = torch.rand(count, generator=random) * math.pi
    state[:, 3], state[:, 6] = half.cos(), half.sin()
    bend = torch.rand(count, 8, generator=random)
    state[:, 7:15:2] = (bend[:, :4] - 0.5) * 0.8
    state[:, 8:15:2] = (0.6 + 0.5 * bend[:, 4:]) * torch.tensor(DOWNWARDS)
    state[:, PLACES:] = torch.randn(count, SPEEDS, generator=random) * 0.1
    return state


def _turned(state: Tensor) -> Tensor:
    """Rotation matrices [m, 3, 3] of the torso."""
    w, x, y, z = torch.nn.functional.normalize(state[:, 3:7], dim=1).unbind(1)
    rows = [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
            2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
            2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)]  # fmt: skip
    return torch.stack(rows, 1).view(-1, 3, 3)


def joints(state: Tensor) -> Tensor:
    """Hip, knee and foot of each leg [m, 4, 3, 3], in metres."""
    out = torch.tensor([[*one, 0.0] for one in DIAGONALS])
    hip, ankle = state[:, 7:15:2], state[:, 8:15:2] * torch.tensor(DOWNWARDS)
    aside = torch.stack([-out[:, 1], out[:, 0], out[:, 2]], -1)  # a quarter turn on
    along = hip.cos()[..., None] * out + hip.sin()[..., None] * aside
    down = torch.tensor([0.0, 0.0, -math.sqrt(2)])
    first = (TORSO * out).expand_as(along)
    knee = first + THIGH * along
    foot = knee + SHIN * (ankle.cos()[..., None] * along + ankle.sin()[..., None] * down)
    own = torch.stack([first, knee, foot], 2)
    return torch.einsum("mij,mlkj->mlki", _turned(state), own) + state[:, None, None, :3]


def points(state: Tensor) -> Tensor:
    """One line [m, 25, 3] through all legs that ends at the torso, in units of the plane; heights are those above a
    standing torso.
    """
    torso = state[:, :3]
    line = [torso]
    for leg in joints(state).unbind(1):
        hip, knee, foot = leg.unbind(1)
        line += [hip, knee, foot, knee, hip, torso]
    return (torch.stack(line, 1) - torch.tensor([0.0, 0.0, STANDING])) / METRES


def observe(state: Tensor) -> Tensor:
    """Observations [m, 42]: place, height, orientation, joints, speeds; rare large speeds are cut."""
    speed = state[:, PLACES:]
    ankles = (state[:, 8:15:2] * torch.tensor(DOWNWARDS) - 0.87) * 2
    parts = [waves(state[:, :2] / METRES), (state[:, 2:3] - STANDING) * 4, _turned(state).flatten(1),
             state[:, 7:15:2] * 2, ankles, speed[:, :6] / 2, speed[:, 6:] / 8]  # fmt: skip
    return torch.cat(parts, 1).clamp(-5, 5)


@cache
def make_ant() -> Body:
    """The ant; raises BadInput where MuJoCo is missing."""
    _simulator()
    return Body(
        "ant",
        states=PLACES + SPEEDS,
        actions=8,
        observed=42,
        joints=25,
        gamma=0.95,
        alpha=0.1,
        steps=100,
        random=random_states,
        step=step,
        observe=observe,
        points=points,
    )
