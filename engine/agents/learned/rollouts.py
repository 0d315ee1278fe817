"""Whole games played by a learning agent, as arrays to learn from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from engine.agents.learned.facts import Moments
from engine.agents.learned.games import Games, Labels, Rollout
from engine.agents.learned.policy import SCALE, Knowledge, Network, knowledge_of, tell
from engine.agents.learned.teacher import certain, teach


class Played(NamedTuple):
    """What a player thought in a rollout: ``legal`` bool [T, B, 19], ``rewards`` float64 [T, B] points, ``logits``
    float32 [T, B, 19] and ``values`` float32 [T, B].
    """

    legal: NDArray[np.bool_]
    rewards: NDArray[np.float64]
    logits: NDArray[np.float32]
    values: NDArray[np.float32]


@torch.no_grad()
def play(
    network: Network, games: Games, temperature: NDArray[np.float64], random: np.random.Generator, known: str
) -> tuple[Rollout, Played]:
    """Play games to their end.

    ``temperature`` float64 [B]: in points, what each game's policy takes differences of values by; 0 plays the best.
    ``known``: nothing, belief or chemistry, as in the settings of the training.
    """
    state = network.body.initial_state(games.batch)
    moments, rows = [], []
    tutor = Told(games.labels, known)
    while not (over := games.over).all():
        moment, legal = games.moments(), games.legal()
        moments.append(moment)
        at_once = Moments(*(field[None] for field in moment))
        outputs, state = network.know(at_once, state)
        knowledge = tutor.tell(moments, knowledge_of(outputs[0]))
        scores, value = network.head(knowledge, torch.from_numpy(moment.stones), torch.from_numpy(moment.counts))
        scores = scores.masked_fill(~torch.from_numpy(legal), -1e9)
        noise = temperature[:, None] * random.gumbel(size=scores.shape)
        actions = (scores.numpy() * SCALE + noise).argmax(axis=1)
        rewards = games.step(actions)
        rows.append((~over, actions, legal, rewards, scores.numpy(), value.numpy()))
    active, taken, *thoughts = (np.stack(column) for column in zip(*rows, strict=True))
    every = Moments(*(np.stack(column) for column in zip(*moments, strict=True)))
    return Rollout(every, active, taken, games.labels, games.scores), Played(*thoughts)


class Told:
    """Replaces what a memory knows by what the agent is told: nothing, the exact belief or the chemistry."""

    def __init__(self, labels: Labels, known: str) -> None:
        self.labels, self.known = labels, known

    def tell(self, moments: list[Moments], knowledge: Knowledge) -> Knowledge:
        """Knowledge [B, ...] at the latest of the moments since the games began."""
        if self.known == "nothing":
            return knowledge
        if self.known == "chemistry":
            parts = certain(self.labels)
        else:
            lesson = teach(Moments(*(np.stack(column) for column in zip(*moments, strict=True))), 0, draws=1)
            parts = lesson.potions[-1], lesson.graph[-1], lesson.signs[-1]
        return tell([torch.from_numpy(part) for part in parts], knowledge)
