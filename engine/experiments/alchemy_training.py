"""Train an agent with a memory on Alchemy: taught by the ideal observer, or by points alone.

Sources: Wang et al. 2021 (arXiv 2102.02926), sections 3 and 4, for the game and the kinds of agents (inputs and
predictions); Ross et al. 2011 (arXiv 1011.0686) for learning from a teacher in the learner's own games; Schulman et al.
2017 (arXiv 1707.06347) for PPO.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.agents.learned import distillation, reinforcement
from engine.agents.learned.bodies import BodySizes
from engine.agents.learned.games import Games, Rollout
from engine.agents.learned.models import Card, load_weights
from engine.agents.learned.policy import Network
from engine.agents.learned.rollouts import play
from engine.agents.learned.teacher import demonstrate, teach
from engine.errors import BadInput, Stopped
from engine.experiments.alchemy_training_settings import TrainingConfiguration
from engine.experiments.context import Context
from engine.runs.checkpoints import load_checkpoint

LossOf = Callable[[NDArray[np.int64]], dict[str, Tensor]]
"""Takes some of the games that were played; gives the parts of the loss and their sum ``loss``."""

LATEST = "latest"
SAVE_SECONDS = 30.0  # of processor time between checkpoints
LED_AT_FIRST = 0.15  # share of the training in which only the teacher plays
CAREFUL = 0.75  # share of the games played as well as possible; in the others second thoughts are tried too
EXPLORING = 0.3  # points: temperature of those others


class Place(NamedTuple):
    """How far a training has come: rounds, games, processor seconds."""

    rounds: int = 0
    games: int = 0
    seconds: float = 0.0


def run(configuration: TrainingConfiguration, context: Context) -> dict[str, Any]:
    """Train, or go on with the parent's training, then examine on fresh games."""
    c = configuration
    torch.set_num_threads(1)
    torch.manual_seed(context.seed)
    network = Network(c.core, BodySizes(c.units, c.slots))
    optimiser = torch.optim.Adam(network.parameters(), c.learning_rate)
    random = context.rng("training")
    at = _resume(context.parent, network, optimiser, random) if context.parent else Place()
    began, saved = time.process_time() - at.seconds, at.seconds
    try:
        while at.games < c.games:
            context.check()
            for group in optimiser.param_groups:
                group["lr"] = _rate(c.learning_rate, at.rounds, at.games / c.games)
            rollout, loss_of = (_taught if c.method == "teacher" else _paid)(c, network, random, at, context)
            told: dict[str, list[float]] = {}
            for _ in range(c.passes):
                for part in np.array_split(random.permutation(c.batch), max(1, c.batch // c.minibatch)):
                    context.check()
                    found = loss_of(part)
                    optimiser.zero_grad()
                    found["loss"].backward()  # type: ignore[no-untyped-call]
                    norm = torch.nn.utils.clip_grad_norm_(network.parameters(), c.clip)
                    if not math.isfinite(norm.item()):
                        raise BadInput(f"Training stopped after {at.games} games: the gradient is not finite")
                    optimiser.step()
                    for name, value in found.items():
                        told.setdefault(name, []).append(value.item())
            at = Place(at.rounds + 1, at.games + c.batch, time.process_time() - began)
            for name, values in told.items():
                context.scalar(name, float(np.mean(values)), at.games)
            context.scalar("decisions per game", float(rollout.active.sum() / c.batch), at.games)
            context.scalar("processor minutes", at.seconds / 60, at.games)
            context.progress(min(at.games, c.games), c.games, "games")
            if at.seconds - saved > SAVE_SECONDS:
                saved = at.seconds
                _save(context, c, network, optimiser, random, at)
    except Stopped:
        _save(context, c, network, optimiser, random, at)
        raise
    _save(context, c, network, optimiser, random, at)
    return {**examine(network, c, context), "games": at.games, "minutes": at.seconds / 60}


def _taught(
    c: TrainingConfiguration, network: Network, random: np.random.Generator, at: Place, context: Context
) -> tuple[Rollout, LossOf]:
    """Games that the teacher plays, or that the learner plays and the teacher marks afterwards."""
    games = Games(random, c.batch, c.missing)
    careful = random.random(c.batch) < CAREFUL
    heat, seed = np.where(careful, 0.0, EXPLORING), int(random.integers(1 << 31))
    if random.random() < c.led or at.games < LED_AT_FIRST * c.games:
        rollout, lesson = demonstrate(games, heat, seed)
    else:
        rollout, _ = play(network, games, heat, random, c.known)
        lesson = teach(rollout.moments, seed)
        context.scalar("score", float(rollout.scores.sum(axis=1)[careful].mean()), at.games)
    return rollout, lambda part: distillation.losses(network, rollout, lesson, part, c.known, c.predict)


def _paid(
    c: TrainingConfiguration, network: Network, random: np.random.Generator, at: Place, context: Context
) -> tuple[Rollout, LossOf]:
    """Games that the learner plays for points."""
    heat = np.full(c.batch, reinforcement.POINTS)
    rollout, played = play(network, Games(random, c.batch, c.missing), heat, random, c.known)
    context.scalar("score", float(rollout.scores.sum(axis=1).mean()), at.games)
    marked = reinforcement.advantages(rollout, played, c.discount)
    return rollout, lambda part: reinforcement.losses(network, marked, part, spread=c.spread, predict=c.predict)


def examine(network: Network, c: TrainingConfiguration, context: Context) -> dict[str, Any]:
    """Scores of the trained network in fresh games, playing its best."""
    games = Games(context.rng("examination"), c.examined)
    scores = play(network, games, np.zeros(c.examined), context.rng("unused"), c.known)[0].scores
    totals = scores.sum(axis=1)
    return {
        "score_mean": float(totals.mean()),
        "score_sem": float(totals.std(ddof=1) / math.sqrt(len(totals))) if len(totals) > 1 else None,
        "trial_score_mean": [round(float(value), 3) for value in scores.mean(axis=0)],
        "episodes": c.examined,
    }


def _rate(highest: float, rounds: int, share: float) -> float:
    """Step size: up over the first rounds, then down along a half cosine."""
    return highest * min(1.0, (rounds + 1) / 5) * max(0.01, 0.5 * (1 + math.cos(math.pi * min(1.0, share))))


def _save(
    context: Context,
    c: TrainingConfiguration,
    network: Network,
    optimiser: torch.optim.Optimizer,
    random: np.random.Generator,
    at: Place,
) -> None:
    tensors = {f"network/{name}": value for name, value in network.state_dict().items()}
    for index, values in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser/{index}/{name}": value for name, value in values.items()}
    card = Card(c.core, network.sizes.width, network.sizes.slots, c.known)
    numbers = {"place": json.dumps(at._asdict()), "random": json.dumps(random.bit_generator.state)}
    context.checkpoint(LATEST, tensors, numbers | {"card": json.dumps(card.to_json())})


def _resume(parent: Path, network: Network, optimiser: torch.optim.Optimizer, random: np.random.Generator) -> Place:
    """Put back weights, optimiser and random numbers of the parent; returns where it had come to."""
    tensors, metadata = load_checkpoint(parent, LATEST, as_torch=True)
    load_weights(network, tensors)
    state = optimiser.state_dict()
    for name, value in tensors.items():
        if name.startswith("optimiser/"):
            _, index, entry = name.split("/")
            state["state"].setdefault(int(index), {})[entry] = value.clone()
    optimiser.load_state_dict(state)
    try:
        random.bit_generator.state = json.loads(metadata["random"])
        return Place(**json.loads(metadata["place"]))
    except (KeyError, TypeError, ValueError) as problem:
        raise BadInput(f"The checkpoint of {parent.name} cannot be gone on from: {problem}") from problem
