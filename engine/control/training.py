"""A training from its first episode to its last update, which can be put aside and gone on with to the last bit."""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.control.catalogue import make
from engine.control.environment import Environment
from engine.control.episodes import TRAINING, VALIDATION, play, seeds_of
from engine.control.learner import Learner, under
from engine.control.models import tensors_of
from engine.control.networks import Sizes
from engine.control.policy import Policy
from engine.control.quantities import Recipe, Task
from engine.control.replay import Replay
from engine.errors import BadInput
from engine.weights import UNUSABLE

CAPACITY = 1500  # episodes
RANDOM_ROUNDS = 2  # before the policy itself acts
VALIDATED = 48  # fixed episodes by which the best policy is kept
DECAYS_AFTER, LAST_RATE = 2 / 3, 0.1  # share of training, share of the learning rate
SAVE_SECONDS = 60.0  # processor time between two copies on disk


@dataclass(frozen=True, slots=True)
class Report:
    """How a training goes, after each round.

    ``validation``: mean return on fixed episodes, nan where this round was not examined; ``steps``: decisions taken.
    """

    round: int
    rounds: int
    updates: int
    steps: int
    cpu_seconds: float
    played: float
    validation: float
    best: float
    critic_loss: float
    value: float
    actor_norm: float
    critic_norm: float
    temperature: float


Saved = tuple[Mapping[str, Tensor], Mapping[str, str]]
"""A training put aside: tensors, and a text under ``place``."""


class Training:
    """What a training has come to.

    Attributes
    ----------
    round, lived, done
        The round it is in, from 1; whether that round's episodes have been played; and its updates so far.
    played
        Mean return of those episodes.
    best, best_policy
        Highest mean return on the fixed episodes, and who earned it.
    """

    def __init__(self, task: Task, recipe: Recipe, sizes: Sizes, seed: int) -> None:
        torch.manual_seed(seed)
        self.random = torch.Generator().manual_seed(seed)
        self.learner = Learner(task, recipe, sizes)
        width, pixels = sizes.observations, sizes.pixels
        self.replay = Replay(CAPACITY, task.horizon, width, sizes.actions, pixels=pixels, terminal=task.terminal)
        self.round, self.lived, self.done = 1, False, 0
        self.played, self.best = math.nan, -math.inf
        self.best_policy = copy.deepcopy(self.learner.policy())
        self._began = time.process_time()

    @property
    def seconds(self) -> float:
        """Processor time so far, that of the trainings it goes on from included."""
        return time.process_time() - self._began

    def save(self) -> Saved:
        """Everything that what follows depends on."""
        numbers = ("round", "lived", "done", "played", "best", "seconds")
        place = {name: getattr(self, name) for name in numbers} | {"updates": self.learner.updates}
        parts = {
            "learner": self.learner.tensors(),
            "replay": self.replay.tensors(),
            "best": tensors_of(self.best_policy, None),
            "chance": {"everywhere": torch.get_rng_state(), "samples": self.random.get_state()},
        }
        tensors = {f"{part}/{name}": value for part, values in parts.items() for name, value in values.items()}
        return tensors, {"place": json.dumps(place)}

    def restore(self, saved: Saved, where: str) -> None:
        """Take up what was put aside; raises BadInput naming ``where`` it was read."""
        tensors, texts = saved
        parts = {name: under(name, tensors) for name in ("learner", "replay", "best", "chance")}
        try:
            place = json.loads(texts["place"])
            self.learner.restore(parts["learner"], int(place["updates"]))
            self.replay.restore(parts["replay"])
            self.best_policy.actor.load_state_dict(under("actor", parts["best"]))
            self.best_policy.eye.load_state_dict(under("eye", parts["best"]))
            self.round, self.lived, self.done = int(place["round"]), bool(place["lived"]), int(place["done"])
            self.played, self.best = float(place["played"]), float(place["best"])
            self._began -= float(place["seconds"])
            self.random.set_state(parts["chance"]["samples"])
            torch.set_rng_state(parts["chance"]["everywhere"])
        except (RuntimeError, *UNUSABLE) as problem:
            raise BadInput(f"{where} cannot be gone on from: {problem}") from problem


@torch.no_grad()
def collect(
    policy: Policy, environment: Environment, seeds: list[tuple[int, int, int]], recipe: Recipe, *, at_random: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Episodes with exploration: observations [T + 1, N, o], executed actions [T, N, m], rewards [T, N]."""
    environment.reset(seeds)
    mind = policy.begin(len(seeds))
    stochastic = policy.actor.stochastic
    correlation, size = (0.9, recipe.start) if at_random else (recipe.correlation, recipe.noise)
    drift = torch.randn(len(seeds), policy.sizes.actions)
    observations, actions, rewards = [policy.look(environment)], [], []
    for _ in range(environment.task.horizon):
        drift = correlation * drift + math.sqrt(1 - correlation**2) * torch.randn_like(drift)
        action = policy.decide(observations[-1], mind, drift if stochastic else None)
        if at_random:
            action = size * drift
        elif not stochastic:
            action = action + size * drift
        action = action.clamp(-1.0, 1.0)
        rewards.append(environment.step(action))
        mind.last_action = action
        actions.append(action)
        observations.append(policy.look(environment))
    return torch.stack(observations), torch.stack(actions), torch.stack(rewards).float()


def train(
    task: Task,
    recipe: Recipe,
    sizes: Sizes,
    *,
    seed: int,
    reported: Callable[[Report, Policy], None],
    stopping: Callable[[], bool],
    kept: Callable[[Saved], None] = lambda _: None,
    resume: Saved | None = None,
    where: str = "",
) -> tuple[Policy, Report | None]:
    """Train, and return the policy that was best on fixed episodes, and the last report.

    ``reported`` is called after each round; ``stopping`` is asked before each update; ``kept`` is handed the whole
    training once a minute, when it stops and at its end. ``resume`` goes on with such a training, read from ``where``:
    what comes out is what would have come out without the interruption, to the last bit. The same seed gives the same
    policy on the same machine. If learning becomes unstable, ``reported`` has seen the best policy before, and
    BadInput says what blew up.
    """
    training = Training(task, recipe, sizes, seed)
    if resume is not None:
        training.restore(resume, where)
    learner, environment, examined = training.learner, make(task), make(task)
    every, report, saved = max(1, recipe.rounds // 60), None, training.seconds
    while training.round <= recipe.rounds:
        number, policy = training.round, learner.policy()
        if not training.lived:
            seeds = seeds_of(TRAINING, seed, number * recipe.environments, recipe.environments)
            episodes = collect(policy, environment, seeds, recipe, at_random=number <= RANDOM_ROUNDS)
            training.replay.add(*episodes)
            training.played, training.lived = episodes[2].sum(0).mean().item(), True
        left = (1 - number / recipe.rounds) / (1 - DECAYS_AFTER)
        learner.set_rate(LAST_RATE + (1 - LAST_RATE) * min(1.0, left))
        while training.done < recipe.updates:
            if stopping():
                kept(training.save())
                return training.best_policy, report
            try:
                learner.update(training.replay.sample(recipe.batch, recipe.burn_in, recipe.length, training.random))
            except BadInput as problem:
                found = training.best > -math.inf
                spared = "the best policy so far was kept" if found else "nothing had been learned yet"
                raise BadInput(
                    f"Learning stopped after {learner.updates} updates because {problem}; {spared}. "
                    "A lower learning rate or a smaller reward scale may help"
                ) from problem
            training.done += 1
        validation = math.nan
        if number % every == 0 or number == recipe.rounds:
            validation = play(policy, examined, seeds_of(VALIDATION, 0, 0, VALIDATED)).returns.mean().item()
            if validation > training.best:
                training.best, training.best_policy = validation, copy.deepcopy(policy)
        report = Report(
            number,
            recipe.rounds,
            learner.updates,
            number * recipe.environments * task.horizon,
            training.seconds,
            training.played,
            validation,
            training.best,
            learner.critic_loss,
            learner.value,
            learner.actor_norm,
            learner.critic_norm,
            learner.log_temperature.exp().item(),
        )
        reported(report, policy)
        training.round, training.lived, training.done = number + 1, False, 0
        if training.seconds - saved > SAVE_SECONDS or number == recipe.rounds:
            saved = training.seconds
            kept(training.save())
    return training.best_policy, report
