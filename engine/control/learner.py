"""What is learned from a batch of stored histories: one straight function, read from top to bottom.

Heess et al. 2015, algorithm 1 (RDPG) and its stochastic sibling RSVG(0): actor and critic unrolled over stored
histories, the critic's memory fed with the actions that were taken and kept out of the actor's gradient. Twin critics,
delayed actor, target noise (TD3) and entropy (SAC) are switches. A time limit is not an end: values are bootstrapped
through it.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from engine.control.algorithms import ALGORITHMS, Algorithm
from engine.control.networks import Actor, Critic, Sizes
from engine.control.policy import Policy
from engine.control.quantities import Recipe, Task
from engine.control.replay import Batch
from engine.errors import BadInput

CLIP = 10.0  # norm of each network's gradient
NETWORKS = ("actor", "critic", "slow_actor", "slow_critic")
OPTIMISERS = ("actor_optimiser", "critic_optimiser", "temperature_optimiser")
TOLD = ("critic_loss", "value", "actor_norm", "critic_norm")  # of the last update
IMPOSSIBLE = 4.0  # values this many times beyond any return mean that learning blew up


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

    def tensors(self) -> dict[str, Tensor]:
        """Everything that the next update depends on, besides the batch and chance."""
        parts = {"log_temperature": self.log_temperature.detach()}
        parts["told"] = torch.tensor([getattr(self, name) for name in TOLD], dtype=torch.float64)
        for name in NETWORKS:
            parts |= {f"{name}/{key}": value for key, value in getattr(self, name).state_dict().items()}
        for name in OPTIMISERS:
            for index, values in getattr(self, name).state_dict()["state"].items():
                parts |= {f"{name}/{index}/{key}": value for key, value in values.items()}
        return parts

    def restore(self, tensors: Mapping[str, Tensor], updates: int) -> None:
        """Go on where ``tensors`` were taken, after so many updates; KeyError or RuntimeError if they do not fit."""
        with torch.no_grad():
            self.log_temperature.copy_(tensors["log_temperature"])
        for name in NETWORKS:
            getattr(self, name).load_state_dict(under(name, tensors))
        for name in OPTIMISERS:
            optimiser = getattr(self, name)
            state = optimiser.state_dict()
            for key, value in under(name, tensors).items():
                index, entry = key.split("/")
                state["state"].setdefault(int(index), {})[entry] = value.clone()
            optimiser.load_state_dict(state)
        self.updates = updates
        for name, value in zip(TOLD, tensors["told"].tolist(), strict=True):
            setattr(self, name, value)

    def _noise(self, batch: Batch) -> Tensor | None:
        return torch.randn_like(batch.actions) if self.algorithm.stochastic else None

    def _check(self) -> None:
        """Values beyond any return: stop before the weights are worth nothing."""
        bound = self.recipe.reward_scale * self.task.largest_reward / (1 - self.recipe.discount)
        if not math.isfinite(self.critic_loss) or self.value > IMPOSSIBLE * bound:
            raise BadInput(
                f"the critic's values blew up: {self.value:.3g} on average, where no return can be beyond {bound:.3g}"
            )


def under(name: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Those whose names begin with ``name/``, without that."""
    return {key.removeprefix(f"{name}/"): value for key, value in tensors.items() if key.startswith(f"{name}/")}


def _least(values: list[Tensor]) -> Tensor:
    return torch.minimum(*values) if len(values) == 2 else values[0]


def _clip(network: nn.Module, name: str) -> float:
    """Limit the gradient's norm and return what it was; raises BadInput naming the tensor if it is not finite."""
    norm = nn.utils.clip_grad_norm_(network.parameters(), CLIP).item()
    if math.isfinite(norm):
        return norm
    raise BadInput(f"the gradient of the {name} is not finite")
