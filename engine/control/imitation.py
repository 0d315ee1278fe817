"""Teach a recurrent policy to do what a scripted agent does, from nothing but what the policy itself may see.

DAgger (Ross, Gordon & Bagnell 2011, arXiv 1011.0686): the pupil acts more and more by itself, the teacher says at every
step what it would have done. It shows in seconds what a memory of the maze looks like; it is no reinforcement learning,
and whoever shows its policy must say so.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from engine.control.catalogue import make
from engine.control.environment import Environment
from engine.control.episodes import TRAINING, VALIDATION, Act, play, seeds_of
from engine.control.learner import CLIP
from engine.control.networks import Actor, Sizes
from engine.control.policy import Policy
from engine.control.quantities import Recipe, Task
from engine.control.replay import Replay
from engine.control.scripted import scripted
from engine.control.training import VALIDATED, Report
from engine.errors import BadInput

ALGORITHM = "imitation"
TEACHERS = {"maze": "circle-remembers", "reacher": "knows-target"}
"""Who teaches, by family of tasks."""
CAPACITY = 400  # episodes
LESSONS = Recipe(
    ALGORITHM, learning_rate=2e-3, batch=16, environments=32, updates=50, rounds=36, keeping=2.0, hidden=48
)


@torch.no_grad()
def _lesson(policy: Policy, environment: Environment, teacher: Act, seeds: list[tuple[int, int, int]], alone: float
            ) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """Episodes of which the pupil plays a share ``alone``: observations, what was done, what should have been."""
    environment.reset(seeds)
    mind = policy.begin(len(seeds))
    observations, done, wanted = [policy.look(environment)], [], []
    own = torch.zeros(len(seeds), 1, dtype=torch.bool)
    for step in range(environment.task.horizon):
        if step % 10 == 0:
            own = torch.rand(len(seeds), 1) < alone
        told = teacher(environment, step)
        action = torch.where(own, policy.decide(observations[-1], mind), told)
        environment.step(action)
        mind.last_action = action
        done.append(action)
        wanted.append(told)
        observations.append(policy.look(environment))
    return torch.stack(observations), torch.stack(done), torch.stack(wanted)


def imitate(
    task: Task,
    recipe: Recipe,
    sizes: Sizes,
    *,
    seed: int,
    reported: Callable[[Report, Policy], None],
    stopping: Callable[[], bool],
) -> Policy:
    """Learn from the scripted agent of the task's family; returns the policy that earned most on fixed episodes.

    Raises BadInput for a task that has no such agent.
    """
    if task.family not in TEACHERS:
        raise BadInput(f"imitate needs a scripted agent to learn from, and there is none for {task.name}")
    started = time.process_time()
    torch.manual_seed(seed)
    random = torch.Generator().manual_seed(seed)
    actor = Actor(sizes, stochastic=False)
    actor.memory.keep(recipe.keeping)
    policy = Policy(nn.Identity(), actor)
    optimiser = torch.optim.Adam(actor.parameters(), recipe.learning_rate, fused=True)
    environment, examined = make(task), make(task)
    actions = sizes.actions
    # what should have been done is kept beside what was seen: the replay's observations are a little wider
    replay = Replay(CAPACITY, task.horizon, sizes.observations + actions, actions, pixels=False, terminal=False)
    best, best_policy, updates = -math.inf, policy, 0
    for number in range(1, recipe.rounds + 1):
        seeds = seeds_of(TRAINING, seed, number * recipe.environments, recipe.environments)
        teacher = scripted(TEACHERS[task.family], environment, seed, len(seeds))
        seen, done, wanted = _lesson(policy, environment, teacher, seeds, min(1.0, 1.5 * (number - 1) / recipe.rounds))
        padded = torch.cat((wanted, wanted[-1:]))
        replay.add(torch.cat((seen, padded), -1), done, torch.zeros(done.shape[:2]))
        for group in optimiser.param_groups:
            group["lr"] = recipe.learning_rate * (1 - 0.95 * (number - 1) / recipe.rounds)
        loss, norm = 0.0, 0.0
        for _ in range(recipe.updates):
            if stopping():
                return best_policy
            batch = replay.sample(recipe.batch, 0, 0, random)
            inputs, goals = batch.observations[:-1, :, :-actions], batch.observations[:-1, :, -actions:]
            known = actor.memory.sequence(inputs, batch.last_actions[:-1])
            told, _ = actor.act(known, inputs)
            error = (told - goals).square().mean()
            optimiser.zero_grad()
            error.backward()  # type: ignore[no-untyped-call]
            norm = nn.utils.clip_grad_norm_(actor.parameters(), CLIP).item()
            optimiser.step()
            loss, updates = error.item(), updates + 1
        validation = play(policy, examined, seeds_of(VALIDATION, 0, 0, VALIDATED)).returns.mean().item()
        if validation > best:
            best, best_policy = validation, copy.deepcopy(policy)
        steps = number * recipe.environments * task.horizon
        cpu = time.process_time() - started
        reported(
            Report(number, recipe.rounds, updates, steps, cpu, math.nan, validation, best, loss, 0, norm, 0, 0), policy
        )
    return best_policy
