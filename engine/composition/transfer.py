"""Zero-shot transfer: bodies act on a mixture of their tasks by each method, with nothing learned any more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from engine.composition.dynamics import Floats
from engine.composition.learning import HALF, Learner, pick
from engine.composition.learning import C as CORRECTION
from engine.composition.plane import NEAR, TARGETS, share_near

EACH, UNIFORM = 6, 14  # action samples when acting: three proposals and the box
PLACES = 25  # bins along each axis of a field


@dataclass(frozen=True)
class Runs:
    """m runs of one method from the same starts as every other method's.

    Attributes
    ----------
    points
        float32 [m, T + 1, joints, 3].
    returns
        [m], undiscounted sum of the mixed reward, without entropy.
    soft_returns
        [m], discounted sum of reward and entropy bonus: what is maximised, up to the end of the run.
    """

    points: NDArray[np.float32]
    returns: Floats
    soft_returns: Floats

    @property
    def ends(self) -> Floats:
        """Where the runs end, [m, 2]."""
        return self.points[:, -1, -1, :2].astype(np.float64)


def starts(learner: Learner, count: int, seed: int) -> torch.Tensor:
    """Random states [m, s]; the same seed gives the same for every method and learner of a body."""
    return learner.body.random(count, torch.Generator().manual_seed(seed))


def act(learner: Learner, method: str, mixture: float, states: torch.Tensor) -> Runs:
    """Runs of a method in LEARNED from ``states`` [m, s]."""
    body, pair = learner.body, learner.pair
    b = torch.full((len(states),), mixture)
    weights = torch.tensor([mixture, 1 - mixture])
    points, returns, soft = [body.points(states)], torch.zeros(len(states)), torch.zeros(len(states))
    with torch.no_grad():
        for step in range(body.steps):
            seen = body.observe(states)
            draws = learner.draw(seen, b, EACH, UNIFORM)
            values = learner.values(seen, b, draws.actions).method(method)
            action, chosen = pick(draws, draws.shares(values, body.alpha), learner.random)
            surprise = draws.soft_value(values, body.alpha) - values[torch.arange(len(values)), chosen]
            paid = body.rewards(pair, states) @ weights
            returns += paid
            soft += body.gamma**step * (paid + surprise)
            states = body.step(states, action)
            points.append(body.points(states))
    return Runs(torch.stack(points, 1).numpy(), returns.double().numpy(), soft.double().numpy())


def ends_near(pair: str, runs: Runs) -> list[float]:
    """Share of runs that end at the first task's region, the second's, and the shared one (tricky only, else nan)."""
    own = [float((np.nansum((runs.ends - centre) ** 2, axis=-1) < NEAR**2).mean()) for centre in TARGETS[pair]]
    return [*own, share_near(runs.ends) if pair == "tricky" else float("nan")]


def fields(learner: Learner, method: str, mixture: float, states: torch.Tensor) -> tuple[Floats, Floats, Floats]:
    """Mean soft value, correction, step by place: [PLACES, PLACES] twice, [PLACES, PLACES, 2]; nan where no state is.

    The correction is C for ``dc``, the scaled even one for ``dc_cheap``, else 0. The first axis is x.
    """
    body = learner.body
    b = torch.full((len(states),), mixture)
    with torch.no_grad():
        seen = body.observe(states)
        draws = learner.draw(seen, b, EACH, UNIFORM)
        functions = learner.values(seen, b, draws.actions)
        values = functions.method(method)
        soft = draws.soft_value(values, body.alpha)
        share = draws.shares(values, body.alpha)
        lost = torch.zeros_like(values)
        if method == "dc":
            lost = functions[CORRECTION]
        elif method == "dc_cheap":
            lost = functions[HALF] * 4 * mixture * (1 - mixture)
        place = body.points(states)[:, -1, :2]
        action, _ = pick(draws, share, learner.random)
        moved = body.points(body.step(states, action))[:, -1, :2] - place
    found = np.column_stack([soft.numpy(), (share * lost).sum(1).numpy(), moved.numpy()]).astype(np.float64)
    means = _binned(place.numpy(), found)
    return means[..., 0], means[..., 1], means[..., 2:]


def _binned(place: NDArray[np.float32], values: Floats) -> Floats:
    """Means [PLACES, PLACES, c] of values [m, c] by place [m, 2], nan where there is none."""
    bins = np.clip(((place + 1) / 2 * PLACES).astype(int), 0, PLACES - 1)
    inside = (np.abs(place) <= 1).all(1)
    flat = (bins[:, 0] * PLACES + bins[:, 1])[inside]
    count = np.bincount(flat, minlength=PLACES**2).astype(np.float64)
    count[count == 0] = np.nan
    total = np.stack([np.bincount(flat, column[inside], PLACES**2) for column in values.T], -1)
    return (total / count[:, None]).reshape(PLACES, PLACES, -1)
