"""Bodies in the plane, thousands at a time: a point, a planar arm, a jumping ball.

Each pays two tasks by where it is, with the regions of :mod:`engine.composition.plane`. States are float32 tensors
[m, s]; a step is a pure function. The sizes of the paper's bodies are not published; the number of joints and forces is
theirs (Hunt et al. 2019, 4: arm with 5 degrees of freedom, ball with 3), the dynamics are ours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.composition.plane import SHARED, STRIDE, TARGETS, WIDTH
from engine.errors import BadInput

TURN = 0.3  # rad a step at full command
BEND = 2.6  # rad, limit of every joint but the first
GRAVITY, DRAG, ROLLING = 9.81, 0.3, 3.0  # m/s^2; 1/s in the air; 1/s on the ground
PUSH, JUMP, CONTACT = 6.0, 25.0, 0.1  # m/s^2 sideways and upwards; m above ground where a jump can push
SUBSTEPS, SUBSTEP_S = 10, 0.02
HIGHEST = 1.0  # m, of a random start


@dataclass(frozen=True)
class Body:
    """A body and its tasks.

    Attributes
    ----------
    states, actions, observed
        Numbers in a state, an action (each in [-1, 1]) and an observation.
    gamma, alpha
        Discount and temperature of its tasks.
    steps
        Length of a rollout.
    random
        (m, generator) -> states [m, states], uniform.
    step
        (states, actions [m, actions]) -> states.
    observe
        states -> observations [m, observed], each number about -3 .. 3.
    points
        states -> points [m, joints, 3] to draw; the last one is what the reward looks at.
    """

    name: str
    states: int
    actions: int
    observed: int
    joints: int
    gamma: float
    alpha: float
    steps: int
    random: Callable[[int, torch.Generator], Tensor]
    step: Callable[[Tensor, Tensor], Tensor]
    observe: Callable[[Tensor], Tensor]
    points: Callable[[Tensor], Tensor]

    def rewards(self, pair: str, states: Tensor) -> Tensor:
        """Rewards [m, 2] of both tasks of a pair."""
        place = self.points(states)[:, -1, :2]
        paid = torch.stack([_bump(place, torch.from_numpy(centre).float()) for centre in TARGETS[pair]], -1)
        if pair == "tricky":
            paid = paid + 0.75 * _bump(place, torch.from_numpy(SHARED).float())[:, None]
        return paid


def _bump(place: Tensor, centre: Tensor) -> Tensor:
    away = torch.where(torch.isnan(centre), torch.zeros(()), place - torch.nan_to_num(centre))
    return torch.exp(-(away**2).sum(-1) / (2 * WIDTH**2))


def _uniform(count: int, size: int, random: torch.Generator) -> Tensor:
    return torch.rand(count, size, generator=random) * 2 - 1


def waves(place: Tensor) -> Tensor:
    """Positions in [-1, 1] and two octaves of waves: lets small networks bend where the regions are."""
    turn = torch.pi * place
    return torch.cat([place, turn.sin(), turn.cos(), (2 * turn).sin(), (2 * turn).cos()], -1)


def _flat(place: Tensor) -> Tensor:
    """Points [m, 1, 3] on the ground."""
    return torch.nn.functional.pad(place, (0, 1))[:, None]


POINT = Body(
    "point",
    states=2,
    actions=2,
    observed=10,
    joints=1,
    gamma=0.95,
    alpha=0.2,
    steps=45,
    random=lambda count, random: _uniform(count, 2, random),
    step=lambda state, action: (state + STRIDE * action).clamp(-1, 1),
    observe=waves,
    points=_flat,
)
"""The velocity-controlled point, whose near-exact answers are known."""


def _arm_points(state: Tensor) -> Tensor:
    """Root, four joints and fingertip of five equal links, 1.2 long together."""
    angle = state.cumsum(-1)
    links = torch.stack([angle.cos(), angle.sin()], -1) * (1.2 / 5)
    reached = torch.nn.functional.pad(links.cumsum(1), (0, 1))
    return torch.cat([torch.zeros_like(reached[:, :1]), reached], 1)


def _arm_random(count: int, random: torch.Generator) -> Tensor:
    spread = torch.tensor([torch.pi] + [1.2] * 4)
    return _uniform(count, 5, random) * spread


def _arm_step(state: Tensor, action: Tensor) -> Tensor:
    moved = state + TURN * action
    base = torch.remainder(moved[:, :1] + torch.pi, 2 * torch.pi) - torch.pi
    return torch.cat([base, moved[:, 1:].clamp(-BEND, BEND)], -1)


def _arm_observe(state: Tensor) -> Tensor:
    angle = state.cumsum(-1)
    tip = _arm_points(state)[:, -1, :2]
    return torch.cat([angle.cos(), angle.sin(), state[:, 1:] / BEND, waves(tip)], -1)


ARM = Body(
    "arm",
    states=5,
    actions=5,
    observed=24,
    joints=6,
    gamma=0.95,
    alpha=0.05,
    steps=45,
    random=_arm_random,
    step=_arm_step,
    observe=_arm_observe,
    points=_arm_points,
)
"""Five joints whose velocities are commanded; the fingertip's place is paid."""


def _ball_random(count: int, random: torch.Generator) -> Tensor:
    place, speed = _uniform(count, 2, random), _uniform(count, 3, random)
    height = torch.rand(count, 1, generator=random) * HIGHEST
    height = torch.where(torch.rand(count, 1, generator=random) < 0.5, torch.zeros_like(height), height)
    return torch.cat([place, height, speed], -1)


def _ball_step(state: Tensor, action: Tensor) -> Tensor:
    place, height, speed, rise = state[:, :2], state[:, 2:3], state[:, 3:5], state[:, 5:]
    for _ in range(SUBSTEPS):
        down = height < CONTACT
        speed = speed + SUBSTEP_S * (PUSH * action[:, :2] - torch.where(down, ROLLING, DRAG) * speed)
        rise = rise + SUBSTEP_S * (JUMP * action[:, 2:].clamp(min=0) * down - GRAVITY)
        place, height = place + SUBSTEP_S * speed, height + SUBSTEP_S * rise
        speed = torch.where(place.abs() > 1, -0.5 * speed, speed)  # the walls give back half
        rise = torch.where((height < 0) & (rise < 0), -0.3 * rise, rise)
        place, height = place.clamp(-1, 1), height.clamp(min=0)
    return torch.cat([place, height, speed, rise], -1)


def _ball_observe(state: Tensor) -> Tensor:
    down = torch.exp(-state[:, 2:3] / CONTACT)
    return torch.cat([waves(state[:, :2]), state[:, 2:3] * 2, down, state[:, 3:]], -1)


BALL = Body(
    "ball",
    states=6,
    actions=3,
    observed=15,
    joints=1,
    gamma=0.95,
    alpha=0.05,
    steps=45,
    random=_ball_random,
    step=_ball_step,
    observe=_ball_observe,
    points=lambda state: state[:, None, :3],
)
"""Forces in the plane and a push off the ground; it rolls badly and flies well, its horizontal place is paid."""

BODIES = {body.name: body for body in (POINT, ARM, BALL)}


def find_body(name: str) -> Body:
    """The body of this name; raises BadInput, for the ant where MuJoCo is missing."""
    if name == "ant":
        from engine.composition.ant import make_ant  # the others need no simulator

        return make_ant()
    if name not in BODIES:
        raise BadInput(f"body may be one of {', '.join(BODIES)}, ant, not {name!r}")
    return BODIES[name]
