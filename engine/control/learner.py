"""Training a policy on a task: one straight function, read from top to bottom.

Heess et al. 2015, algorithm 1 (RDPG) and its stochastic sibling RSVG(0): actor and critic unrolled over stored
histories, the critic's memory fed with the actions that were taken and kept out of the actor's gradient. Twin critics,
delayed actor, target noise (TD3) and entropy (SAC) are switches. A time limit is not an end: values are bootstrapped
through it.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.control.algorithms import ALGORITHMS, Algorithm
from engine.control.catalogue import make
from engine.control.environment import Environment
from engine.control.episodes import TRAINING, VALIDATION, play, seeds_of
from engine.control.networks import Actor, Critic, Sizes
from engine.control.policy import Policy
from engine.control.quantities import Recipe, Task
from engine.control.replay import Batch, Replay
from engine.errors import BadInput

CAPACITY = 1500  # episodes
RANDOM_ROUNDS = 2  # before the policy itself acts
CLIP = 10.0  # norm of each network's gradient
VALIDATED = 48  # fixed episodes by which the best policy is kept
DECAYS_AFTER, LAST_RATE = 2 / 3, 0.1  # share of training, share of the learning rate
IMPOSSIBLE = 4.0  # values this many times beyond any return mean that learning blew up


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


class Learner:
    """Networks, their slow copies and optimisers; :meth:`update` is the algorithm."""

    def __init__(self, task: Task, recipe: Recipe, sizes: Sizes) -> None:
        self.task, self.recipe = task, recipe
        self.algorithm: Algorithm = ALGORITHMS[recipe.algorithm]
        self.actor = Actor(sizes, self.algorithm.stochastic)
        self.critic = Critic(sizes, self.algorithm.twin)
        for memory in (self.actor.memory, self.critic.memory):
            memory.keep(recipe.keeping)
        self.slow_actor, self.slow_critic = copy.deepcopy(self.actor), copy.deepcopy(self.critic)
        rate = recipe.learning_rate
        self.actor_optimiser = torch.optim.Adam(self.actor.parameters(), rate, fused=True)
        self.critic_optimiser = torch.optim.Adam(self.critic.parameters(), rate, fused=True)
        self.log_temperature = torch.tensor(math.log(0.1), requires_grad=True)
        self.temperature_optimiser = torch.optim.Adam([self.log_temperature], rate)
        self.updates = 0
        self.critic_loss = self.value = self.actor_norm = self.critic_norm = 0.0

    def policy(self) -> Policy:
        """What acts: the critic's eye and the actor."""
        return Policy(self.critic.eye, self.actor)

    def set_rate(self, share: float) -> None:
        """All optimisers go on with this share of the recipe's learning rate."""
        for optimiser in (self.actor_optimiser, self.critic_optimiser, self.temperature_optimiser):
            for group in optimiser.param_groups:
                group["lr"] = share * self.recipe.learning_rate

    def update(self, batch: Batch) -> None:
        """One step of critic and, every so often, actor. Raises BadInput naming what is not finite."""
        chosen, temperature = self.algorithm, self.log_temperature.exp().detach()
        now = self.updates % chosen.every == 0
        seen = self.critic.eye(batch.observations)
        fixed = seen.detach()  # the eye learns what the critic needs; the actor takes it as it is
        known = self.actor.memory.sequence(fixed, batch.last_actions) if now or chosen.entropy else fixed

        with torch.no_grad():
            slow_seen = self.slow_critic.eye(batch.observations)
            if chosen.entropy:  # SAC has no slow actor; its own unroll serves twice
                following, density = self.actor.act(known[1:], fixed[1:], self._noise(batch))
            else:
                slow_known = self.slow_actor.memory.sequence(slow_seen, batch.last_actions)
                following, density = self.slow_actor.act(slow_known[1:], slow_seen[1:], self._noise(batch))
            if chosen.smoothing:
                shake = (chosen.smoothing * torch.randn_like(following)).clamp(
                    -2.5 * chosen.smoothing, 2.5 * chosen.smoothing
                )
                following = (following + shake).clamp(-1.0, 1.0)
            summary = self.slow_critic.memory.sequence(slow_seen, batch.last_actions)
            value = _least(self.slow_critic.values(summary[1:], slow_seen[1:], following))
            if chosen.entropy and density is not None:
                value = value - temperature * density
            goal = self.recipe.reward_scale * batch.rewards + self.recipe.discount * batch.continues * value

        summary = self.critic.memory.sequence(seen, batch.last_actions)[:-1]
        values = self.critic.values(summary, seen[:-1], batch.actions)
        loss = torch.stack([(batch.weight * (q - goal).square()).sum() for q in values]).sum()
        self.critic_optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.critic_norm = _clip(self.critic, "critic")
        self.critic_loss, self.value = loss.item(), values[0].detach().abs().mean().item()
        self._check()
        self.critic_optimiser.step()

        if now:
            actions, density = self.actor.act(known[:-1], fixed[:-1], self._noise(batch))
            self.critic.requires_grad_(False)
            gain = _least(self.critic.values(summary.detach(), fixed[:-1], actions))
            self.critic.requires_grad_(True)
            if chosen.entropy and density is not None:
                gain = gain - temperature * density
            self.actor_optimiser.zero_grad()
            (-(batch.weight * gain).sum()).backward()  # type: ignore[no-untyped-call]
            self.actor_norm = _clip(self.actor, "actor")
            self.actor_optimiser.step()
            if chosen.entropy and density is not None:
                wanted = -float(self.actor.sizes.actions)
                excess = (batch.weight * (density.detach() + wanted)).sum()
                self.temperature_optimiser.zero_grad()
                (-self.log_temperature * excess).backward()  # type: ignore[no-untyped-call]
                self.temperature_optimiser.step()
        with torch.no_grad():
            for slow, fast in ((self.slow_actor, self.actor), (self.slow_critic, self.critic)):
                torch._foreach_lerp_(list(slow.parameters()), list(fast.parameters()), self.recipe.follow)
        self.updates += 1

    def _noise(self, batch: Batch) -> Tensor | None:
        return torch.randn_like(batch.actions) if self.algorithm.stochastic else None

    def _check(self) -> None:
        """Values beyond any return: stop before the weights are worth nothing."""
        bound = self.recipe.reward_scale * self.task.largest_reward / (1 - self.recipe.discount)
        if not math.isfinite(self.critic_loss) or self.value > IMPOSSIBLE * bound:
            raise BadInput(
                f"the critic's values blew up: {self.value:.3g} on average, where no return can be beyond {bound:.3g}"
            )


def _least(values: list[Tensor]) -> Tensor:
    return torch.minimum(*values) if len(values) == 2 else values[0]


def _clip(network: nn.Module, name: str) -> float:
    """Limit the gradient's norm and return what it was; raises BadInput naming the tensor if it is not finite."""
    norm = nn.utils.clip_grad_norm_(network.parameters(), CLIP).item()
    if math.isfinite(norm):
        return norm
    raise BadInput(f"the gradient of the {name} is not finite")


@torch.no_grad()
def collect(
    policy: Policy, environment: Environment, seeds: list[tuple[int, int, int]], recipe: Recipe, *, at_random: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Episodes with exploration: observations [T + 1, N, o], executed actions [T, N, m], rewards [T, N]."""
    environment.reset(seeds)
    mind = policy.begin(len(seeds))
    stochastic = policy.actor.stochastic
    correlation, size = (0.9, 1.0) if at_random else (recipe.correlation, recipe.noise)
    drift = torch.randn(len(seeds), policy.sizes.actions)
    observations, actions, rewards = [policy.look(environment)], [], []
    for _ in range(environment.task.horizon):
        drift = correlation * drift + math.sqrt(1 - correlation**2) * torch.randn_like(drift)
        action = policy.decide(observations[-1], mind, drift if stochastic else None)
        if at_random:
            action = drift
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
) -> tuple[Policy, Report | None]:
    """Train, and return the policy that was best on fixed episodes, and the last report.

    ``reported`` is called after each round; ``stopping`` is asked before each update. The same seed gives the same
    policy to the last bit on the same machine. If learning becomes unstable, ``reported`` has seen the best policy
    before, and BadInput says what blew up.
    """
    started = time.process_time()
    torch.manual_seed(seed)
    random = torch.Generator().manual_seed(seed)
    learner = Learner(task, recipe, sizes)
    environment, examined = make(task), make(task)
    width = sizes.observations
    replay = Replay(CAPACITY, task.horizon, width, sizes.actions, pixels=sizes.pixels, terminal=task.terminal)
    best, best_policy, report = -math.inf, copy.deepcopy(learner.policy()), None
    every = max(1, recipe.rounds // 60)
    for number in range(1, recipe.rounds + 1):
        seeds = seeds_of(TRAINING, seed, number * recipe.environments, recipe.environments)
        policy = learner.policy()
        played = collect(policy, environment, seeds, recipe, at_random=number <= RANDOM_ROUNDS)
        replay.add(*played)
        left = (1 - number / recipe.rounds) / (1 - DECAYS_AFTER)
        learner.set_rate(LAST_RATE + (1 - LAST_RATE) * min(1.0, left))
        for _ in range(recipe.updates):
            if stopping():
                return best_policy, report
            try:
                learner.update(replay.sample(recipe.batch, recipe.burn_in, recipe.length, random))
            except BadInput as problem:
                kept = "the best policy so far was kept" if best > -math.inf else "nothing had been learned yet"
                raise BadInput(
                    f"Learning stopped after {learner.updates} updates because {problem}; {kept}. "
                    "A lower learning rate or a smaller reward scale may help"
                ) from problem
        validation = math.nan
        if number % every == 0 or number == recipe.rounds:
            validation = play(policy, examined, seeds_of(VALIDATION, 0, 0, VALIDATED)).returns.mean().item()
            if validation > best:
                best, best_policy = validation, copy.deepcopy(policy)
        report = Report(
            number,
            recipe.rounds,
            learner.updates,
            number * recipe.environments * task.horizon,
            time.process_time() - started,
            played[2].sum(0).mean().item(),
            validation,
            best,
            learner.critic_loss,
            learner.value,
            learner.actor_norm,
            learner.critic_norm,
            learner.log_temperature.exp().item(),
        )
        reported(report, policy)
    return best_policy, report
