"""The learner's parts against their definitions, and that it learns."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from engine.control import learner as module
from engine.control.catalogue import make
from engine.control.episodes import play, seeds_of
from engine.control.learner import Learner
from engine.control.networks import KINDS, Actor, Memory, Sizes
from engine.control.policy import Policy
from engine.control.quantities import Recipe
from engine.control.replay import Replay
from engine.control.tasks import find_task
from engine.control.training import collect, train
from engine.errors import BadInput

SMALL = Recipe(batch=4, environments=2, updates=3, rounds=4, burn_in=2, length=5)


def sizes(task, kind="lstm", hidden=8):
    return Sizes(len(task.observation), len(task.actions), kind, hidden)


def filled(task, episodes=6):
    torch.manual_seed(0)
    replay = Replay(8, task.horizon, len(task.observation), len(task.actions), pixels=False, terminal=task.terminal)
    policy = Policy(torch.nn.Identity(), Actor(sizes(task), False))
    replay.add(*collect(policy, make(task), seeds_of(4, 0, 0, episodes), SMALL, at_random=True))
    return replay


@pytest.mark.parametrize("kind", KINDS)
def test_going_step_by_step_equals_going_through_the_whole(kind):
    torch.manual_seed(1)
    memory = Memory(Sizes(3, 2, kind, 8))
    seen, actions = torch.randn(12, 5, 3), torch.randn(12, 5, 2)
    state, known = memory.start(5), []
    for t in range(12):
        state = memory.step(seen[t], actions[t], state)
        known.append(state[0])
    torch.testing.assert_close(torch.stack(known), memory.sequence(seen, actions), atol=1e-6, rtol=1e-5)


def test_density_of_squashed_actions_is_that_of_the_change_of_variables():
    torch.manual_seed(2)
    actor = Actor(Sizes(3, 1, "feed-forward", 8), stochastic=True).double()
    seen, noise = torch.randn(50, 3).double(), torch.randn(50, 1).double()
    actions, density = actor.act(torch.zeros(50, 0).double(), seen, noise)
    mean, spread = actor.head(seen).chunk(2, -1)
    spread = spread.clamp(-5, 1).exp()
    normal = torch.distributions.Normal(mean, spread)
    squashed = torch.distributions.TransformedDistribution(normal, torch.distributions.TanhTransform())
    torch.testing.assert_close(density, squashed.log_prob(actions).sum(-1), atol=1e-6, rtol=1e-6)


def test_without_noise_rsvg0_takes_the_steps_of_rdpg(monkeypatch):
    """The stochastic value gradient with its noise set to nought is the deterministic one."""
    task = find_task("pendulum-p")
    batch = filled(task).sample(4, 2, 5, torch.Generator().manual_seed(0))
    torch.manual_seed(3)
    plain = Learner(task, replace(SMALL, algorithm="rdpg"), sizes(task))
    noisy = Learner(task, replace(SMALL, algorithm="rsvg0"), sizes(task))
    noisy.critic.load_state_dict(plain.critic.state_dict())
    noisy.slow_critic.load_state_dict(plain.critic.state_dict())
    for own in (noisy.actor, noisy.slow_actor):
        own.memory.load_state_dict(plain.actor.memory.state_dict())
        for layer in (0, 2):
            own.head[layer].load_state_dict(plain.actor.head[layer].state_dict())
        own.head[4].weight.data[:1], own.head[4].bias.data[:1] = plain.actor.head[4].weight, plain.actor.head[4].bias
    monkeypatch.setattr(noisy, "_noise", lambda batch: torch.zeros_like(batch.actions))
    for _ in range(3):
        plain.update(batch)
        noisy.update(batch)
    assert plain.critic_loss == pytest.approx(noisy.critic_loss, rel=1e-5)
    ours, theirs = plain.actor.state_dict(), noisy.actor.state_dict()
    for name, weight in ours.items():
        torch.testing.assert_close(weight, theirs[name][: len(weight)], atol=1e-6, rtol=1e-5)


def test_the_actors_gradient_leaves_the_critic_and_its_memory_alone():
    task = find_task("water-maze-r")
    batch = filled(task).sample(4, 0, 0, torch.Generator().manual_seed(0))
    learner = Learner(task, replace(SMALL, algorithm="rdpg", learning_rate=1e-3), sizes(task))
    learner.update(batch)
    before = {name: weight.clone() for name, weight in learner.critic.state_dict().items()}
    for group in learner.critic_optimiser.param_groups:
        group["lr"] = 0.0
    actor = learner.actor.head[0].weight.clone()
    learner.update(batch)
    for name, weight in learner.critic.state_dict().items():
        torch.testing.assert_close(weight, before[name], atol=0, rtol=0)
    assert not torch.equal(actor, learner.actor.head[0].weight)


def test_replay_gives_back_what_was_played():
    task = find_task("wind")
    replay = Replay(3, task.horizon, 2, 2, pixels=False, terminal=False)
    observations, actions = torch.randn(76, 4, 2), torch.randn(75, 4, 2)
    rewards = torch.arange(75.0)[:, None].expand(75, 4) + 1000 * torch.arange(4)
    replay.add(observations, actions, rewards)
    assert replay.episodes == 3
    batch = replay.sample(200, 5, 10, torch.Generator().manual_seed(0))
    which, first = (batch.rewards[0] // 1000).long(), (batch.rewards[0] % 1000).long()
    assert set(which.tolist()) == {1, 2, 3}  # the oldest went, as a whole
    at = first + torch.arange(16)[:, None]
    torch.testing.assert_close(batch.observations, observations[at, which])
    torch.testing.assert_close(batch.actions, actions[at[:-1], which])
    torch.testing.assert_close(batch.last_actions[1:], batch.actions)
    starts = first == 0
    assert starts.any()
    assert not batch.last_actions[0, starts].any()
    assert (batch.weight[:5, ~starts] == 0).all()
    assert (batch.weight[:, starts] > 0).all()
    assert float(batch.weight.sum()) == pytest.approx(1.0, rel=1e-5)
    assert batch.continues.all()


def test_only_a_real_end_is_not_bootstrapped_through():
    task = find_task("t-maze-10")
    batch = filled(task).sample(3, 0, 0, torch.Generator().manual_seed(0))
    assert batch.continues[:-1].all()
    assert not batch.continues[-1].any()


def test_a_seed_gives_the_same_policy_and_stopping_keeps_the_best():
    task, found = replace(find_task("pendulum-p"), horizon=40), []
    for _ in range(2):
        policy, report = train(task, SMALL, sizes(task), seed=5, reported=lambda *_: None, stopping=lambda: False)
        found.append([weight.clone() for weight in policy.actor.parameters()])
    assert all(torch.equal(a, b) for a, b in zip(*found, strict=True))
    asked = iter([False] * 4 + [True] * 100)
    policy, report = train(task, SMALL, sizes(task), seed=5, reported=lambda *_: None, stopping=lambda: next(asked))
    assert report.updates == 3


@pytest.mark.parametrize("algorithm", ["rtd3", "rsac"])
@pytest.mark.parametrize("asked", [4, 6, 11])
def test_a_training_gone_on_with_ends_as_if_it_had_never_stopped(algorithm, asked):
    """Stopped within a round, at its first update or near its end: the same reports and weights, to the last bit."""
    task, recipe = replace(find_task("wind"), horizon=12), replace(SMALL, algorithm=algorithm)
    questions, reports, aside = iter([False] * asked + [True]), {True: [], False: []}, []

    def go(whole, stopping, **more):
        def reported(report, _):
            reports[whole].append(replace(report, cpu_seconds=0.0))

        return train(task, recipe, sizes(task), seed=3, reported=reported, stopping=stopping, **more)[0]

    never, _ = go(True, lambda: False), go(False, lambda: next(questions), kept=aside.append)
    torch.manual_seed(99)  # another process would be elsewhere in its random numbers
    resumed = go(False, lambda: False, resume=aside[-1], where="here")
    assert repr(reports[True]) == repr(reports[False])
    pairs = zip(never.actor.state_dict().values(), resumed.actor.state_dict().values(), strict=True)
    assert all(torch.equal(ours, theirs) for ours, theirs in pairs)


@pytest.mark.parametrize("algorithm", ["rdpg", "rsvg0", "rtd3", "rsac"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_switch_runs(algorithm, kind):
    task = find_task("wind")
    recipe = replace(SMALL, algorithm=algorithm, rounds=1, length=0)
    policy, report = train(task, recipe, sizes(task, kind), seed=0, reported=lambda *_: None, stopping=lambda: False)
    assert math.isfinite(report.critic_loss)
    assert play(policy, make(task), [(1,)]).returns.isfinite().all()


def test_a_bandit_with_a_cue_is_learned():
    """The T-maze's last step alone: the action must have the cue's sign; within a few hundred updates it has."""
    task = replace(find_task("t-maze-10"), horizon=3)
    recipe = replace(task.recipe, environments=16, updates=30, rounds=14, batch=32, learning_rate=3e-3)
    shapes = sizes(task, hidden=16)
    policy, report = train(task, recipe, shapes, seed=1, reported=lambda *_: None, stopping=lambda: False)
    assert report.best >= 0.95
    wiped = play(policy, make(task), seeds_of(2, 0, 0, 64), wipe="step").returns.mean().item()
    assert wiped < 0.75  # without the cue one can but guess


def test_what_blows_up_is_named_and_the_best_policy_kept():
    task, seen = replace(find_task("pendulum-p"), horizon=40), []
    recipe = replace(SMALL, learning_rate=30.0, rounds=40, updates=20)
    with pytest.raises(BadInput, match=r"Learning stopped after \d+ updates because .*(blew up|not finite)"):
        train(task, recipe, sizes(task), seed=0, reported=lambda r, _: seen.append(r), stopping=lambda: False)


def test_a_gradient_that_is_not_finite_is_named(monkeypatch):
    task = find_task("pendulum-p")
    learner = Learner(task, SMALL, sizes(task))
    batch = filled(task).sample(4, 2, 5, torch.Generator().manual_seed(0))
    real = module._least
    monkeypatch.setattr(module, "_least", lambda values: real(values) * (math.inf if values[0].requires_grad else 1.0))
    with pytest.raises(BadInput, match="gradient of the actor is not finite"):
        learner.update(batch)
