"""Learning from a teacher: it says of every situation in a game what it thinks, and the learner copies that.

Dataset aggregation (Ross et al. 2011, arXiv 1011.0686) with the teacher of ``teacher.py``: expected losses of all
actions and the exact posterior. What is copied: the ranking of the actions (cross-entropy between softmaxes of the
values), the values themselves (least squares), and what is known of the chemistry (cross-entropy with the posterior).
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.agents.learned.facts import Moments
from engine.agents.learned.games import Rollout
from engine.agents.learned.policy import SCALE, Network, knowledge_of, tell
from engine.agents.learned.teacher import Lesson, certain

SHARPNESS = 0.4  # points: differences of values that matter to the ranking
FAR = 6.0  # points: losses beyond this count less in the least squares


def select(rollout: Rollout, games: NDArray[np.int64]) -> tuple[Moments, NDArray[np.int64]]:
    """Moments of some games, cut after the last of them ended, and places of their active decisions when flattened."""
    active = rollout.active[:, games]
    steps = int(active.any(axis=1).sum())
    moments = Moments(*(field[:steps, games] for field in rollout.moments))
    return moments, np.flatnonzero(active[:steps])


def losses(
    network: Network, rollout: Rollout, lesson: Lesson, games: NDArray[np.int64], known: str, predict: bool
) -> dict[str, Tensor]:
    """What a minibatch of games shows: ``ranking``, ``values``, ``beliefs`` (nats) and ``loss``, their weighted sum."""
    moments, places = select(rollout, games)
    steps = len(moments.fact)

    def pick(array: NDArray[np.generic]) -> Tensor:
        part = array[:steps, games]
        return torch.from_numpy(np.ascontiguousarray(part.reshape(-1, *part.shape[2:])[places]))

    outputs, _ = network.know(moments, network.body.initial_state(len(games)))
    knowledge = knowledge_of(outputs.flatten(0, 1)[torch.from_numpy(places)])
    exact = [pick(part) for part in (lesson.potions, lesson.graph, lesson.signs)]
    beliefs = sum(
        -(truth * guess).sum(-1).mean() + torch.special.xlogy(truth, truth).sum(-1).mean()
        for truth, guess in zip(exact, knowledge, strict=False)
    )
    if known != "nothing":
        told = exact if known == "belief" else _true(rollout, games, steps, places)
        knowledge = tell(told, knowledge)
    scores, _ = network.head(knowledge, pick(rollout.moments.stones), pick(rollout.moments.counts))
    target = pick(lesson.losses)
    legal = ~target.isnan()
    target = target.nan_to_num(0.0)
    best = (target / SHARPNESS).masked_fill(~legal, -1e9)
    mine = (scores * (SCALE / SHARPNESS)).masked_fill(~legal, -1e9)
    ranking = (best.softmax(-1) * (best.log_softmax(-1) - mine.log_softmax(-1)))[legal].sum() / len(places)
    weight = legal / (1 + target.abs() / FAR) ** 2
    values = (weight * (scores - target / SCALE) ** 2).sum() / weight.sum()
    loss = ranking + 2 * values + (beliefs if predict else 0.0)
    return {"loss": loss, "ranking": ranking, "values": values, "beliefs": torch.as_tensor(beliefs)}


def _true(rollout: Rollout, games: NDArray[np.int64], steps: int, places: NDArray[np.int64]) -> list[Tensor]:
    parts = certain(rollout.labels)
    return [torch.from_numpy(np.tile(part[games], (steps, 1))[places]) for part in parts]
