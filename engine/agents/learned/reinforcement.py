"""Learning from points alone: proximal policy optimisation over whole games (Schulman et al. 2017, arXiv 1707.06347).

Rewards are shaped by a potential (Ng et al. 1999): what cashing the positive stones now would pay. That leaves the best
policy as it is and pays for a stone when it becomes worth more instead of when it is cashed. Later trials are
discounted, later steps of a trial are not: a discount by step pays for ending a trial early, whatever could still be
made of it. The policy is the softmax of the head's scores.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.agents.learned.distillation import select
from engine.agents.learned.facts import GONE, STOP
from engine.agents.learned.games import Rollout
from engine.agents.learned.policy import SCALE, Network, knowledge_of
from engine.agents.learned.rollouts import Played

POINTS = 1.0  # temperature of the policy: what it takes differences of values by
SHARP = SCALE / POINTS
LAMBDA = 0.9
RANGE = 0.2  # of the ratio of new to old probability
VALUE_WEIGHT = 0.5


class Marked(NamedTuple):
    """A rollout with ``legal`` bool [T, B, 19]; ``advantage``, ``returns`` float32 [T, B] in units of SCALE points;
    ``chance`` float32 [T, B] the log-probability of each action when it was taken.
    """

    rollout: Rollout
    legal: NDArray[np.bool_]
    advantage: NDArray[np.float32]
    returns: NDArray[np.float32]
    chance: NDArray[np.float32]


def cash(stones: NDArray[np.int64]) -> NDArray[np.float64]:
    """Points for cashing the positive stones of stone numbers int64 [..., 3]."""
    pay = np.where(stones == GONE, 0.0, np.array([0.0, 0.0, 1.0, 15.0])[stones % 4])
    return np.asarray(pay.sum(axis=-1))


def advantages(rollout: Rollout, played: Played, discount: float) -> Marked:
    """Generalised advantages (Schulman et al. 2016, arXiv 1506.02438) of shaped rewards.

    What is learned about the chemistry pays in later trials: values go on across the ends of trials, times
    ``discount``.
    """
    potential = cash(rollout.moments.stones) / SCALE
    steps, batch = rollout.active.shape
    advantage, after = np.zeros((steps, batch)), np.zeros(batch)
    next_value, next_potential = np.zeros(batch), np.zeros(batch)
    for t in reversed(range(steps)):
        ends = rollout.actions[t] == STOP
        kept = np.where(ends, discount, 1.0)
        shaped = played.rewards[t] / SCALE + np.where(ends, 0.0, next_potential) - potential[t]
        error = shaped + kept * next_value - played.values[t]
        after = np.where(rollout.active[t], error + kept * LAMBDA * after, 0.0)
        advantage[t] = after
        next_value = np.where(rollout.active[t], played.values[t], 0.0)
        next_potential = potential[t]
    returns = advantage + played.values
    logits = torch.from_numpy(played.logits * SHARP).log_softmax(-1)
    chance = torch.gather(logits, -1, torch.from_numpy(rollout.actions)[..., None])[..., 0].numpy()
    mean, deviation = advantage[rollout.active].mean(), advantage[rollout.active].std()
    return Marked(
        rollout,
        played.legal,
        ((advantage - mean) / (deviation + 1e-6)).astype(np.float32),
        returns.astype(np.float32),
        chance,
    )


def losses(
    network: Network, marked: Marked, games: NDArray[np.int64], *, spread: float, predict: bool
) -> dict[str, Tensor]:
    """``policy``, ``value``, ``entropy`` (nats), ``beliefs`` (with predictions) and their weighted sum ``loss``."""
    rollout = marked.rollout
    moments, places = select(rollout, games)
    steps = len(moments.fact)

    def pick(array: NDArray[np.generic]) -> Tensor:
        part = array[:steps, games]
        return torch.from_numpy(np.ascontiguousarray(part.reshape(-1, *part.shape[2:])[places]))

    outputs, _ = network.know(moments, network.body.initial_state(len(games)))
    knowledge = knowledge_of(outputs.flatten(0, 1)[torch.from_numpy(places)])
    scores, value = network.head(knowledge, pick(rollout.moments.stones), pick(rollout.moments.counts))
    policy = (SHARP * scores).masked_fill(~pick(marked.legal), -1e9).log_softmax(-1)
    ratio = (torch.gather(policy, 1, pick(rollout.actions)[:, None])[:, 0] - pick(marked.chance)).exp()
    advantage = pick(marked.advantage)
    gain = torch.minimum(ratio * advantage, ratio.clamp(1 - RANGE, 1 + RANGE) * advantage).mean()
    entropy = -(policy.exp() * policy.clamp(min=-50)).sum(-1).mean()
    error = (value - pick(marked.returns)).square().mean()
    loss = -gain + VALUE_WEIGHT * error - spread * entropy
    found = {"policy": -gain, "value": error, "entropy": entropy}
    if predict:
        chemistry = [torch.from_numpy(np.tile(part[games], steps)[places]) for part in rollout.labels]
        beliefs = sum(
            torch.nn.functional.nll_loss(guess, truth) for guess, truth in zip(knowledge, chemistry, strict=False)
        )
        found["beliefs"] = torch.as_tensor(beliefs)
        loss = loss + found["beliefs"]
    return {"loss": loss, **found}
