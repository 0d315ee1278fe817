"""Learn the functions that composing needs in a continuous action space, by soft temporal differences.

Losses as in Hunt et al. 2019 (arXiv 1812.02216), 3 and 4: Q of both tasks, their successor features and entropies, the
divergence correction for all mixtures and for the even one alone (DC-Cheap), CondQ, the proposal (forward KL). Unlike
there, targets follow by Polyak averaging instead of hard copies, the value of the next state comes from the same
action samples as everything else instead of a network of its own (so that errors of the three integrals in C cancel),
and a batched simulator takes the place of actors and replay.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import softplus

from engine.composition.bodies import Body
from engine.composition.networks import SCALE, Proposal, ValueFunctions
from engine.composition.sampling import Draws, draw

Q1, Q2, C, HALF, COND, PSI1, PSI2 = range(7)  # the functions, in the order of the stack
NAMES = ("Q 1", "Q 2", "C", "C half", "CondQ", "psi 1", "psi 2")
LEARNED = ("dc", "co", "gpi", "dc_cheap", "condq", "base_1", "base_2")
"""Methods that act by what was learned; the last two are the old policies themselves."""

MOVED = 0.3  # share of actions that are uniform
RESET = 0.05  # share of bodies put to a random state at each step: the composed policy goes where no old one went


@dataclass(frozen=True)
class Effort:
    """How much is spent: updates, bodies in parallel, width of the networks, action samples of each kind.

    ``mixtures`` at which each step of a body teaches the correction: its own, then an even one, then random ones.
    """

    updates: int = 2000
    batch: int = 128
    width: int = 96
    each: int = 4
    uniform: int = 4
    rate: float = 1e-3
    mixtures: int = 1


class Functions:
    """The functions at m observations, mixtures b [m] and N actions [m, N, d], each computed when asked for."""

    def __init__(self, networks: ValueFunctions, observed: Tensor, mixture: Tensor, actions: Tensor) -> None:
        self.mixture = mixture[:, None]
        self._networks, self._actions = networks, actions
        self._even = torch.cat([observed, torch.zeros_like(self.mixture)], -1)
        self._mixed = torch.cat([observed, self.mixture * 2 - 1], -1)
        self._found: dict[int, Tensor] = {}

    def __getitem__(self, which: int) -> Tensor:
        """Function ``which``, [m, N]; psi [m, N, 3]. Corrections are never negative, and C is 0 at b = 0 and 1."""
        if which not in self._found:
            # Only C and CondQ are functions of the mixture.
            found = self._networks[which](self._mixed if which in (C, COND) else self._even, self._actions)
            if which not in (PSI1, PSI2):
                found = found[..., 0]
            if which in (C, HALF):
                found = SCALE * softplus(found / SCALE)
            if which == C:
                found = found * 4 * self.mixture * (1 - self.mixture)
            self._found[which] = found
        return self._found[which]

    def method(self, name: str) -> Tensor:
        """Action values [m, N] of a method in LEARNED."""
        b = self.mixture
        match name:
            case "dc":
                return self.method("co") - self[C]
            case "co":
                return b * self[Q1] + (1 - b) * self[Q2]
            case "gpi":
                old = torch.stack([self[PSI1], self[PSI2]])
                return (b * old[..., 0] + (1 - b) * old[..., 1] + old[..., 2]).amax(0)
            case "dc_cheap":
                return self.method("co") - 4 * b * (1 - b) * self[HALF]
            case "condq":
                return self[COND]
            case "base_1":
                return self[Q1]
        return self[Q2]


class Learner:
    """Everything that is learned for one pair of tasks of one body.

    Attributes: ``networks`` learned now, ``slow`` their running average, which targets and policies use, ``proposal``,
    ``updates`` done so far, ``losses`` [7] running means of the squared temporal differences of NAMES.
    """

    def __init__(self, body: Body, pair: str, effort: Effort, seed: int) -> None:
        torch.manual_seed(seed)
        self.body, self.pair, self.effort = body, pair, effort
        self.random = torch.Generator().manual_seed(seed)
        self.networks = ValueFunctions([1, 1, 1, 1, 1, 3, 3], body.observed, body.actions, effort.width)
        self.slow = copy.deepcopy(self.networks).requires_grad_(False)
        self.proposal = Proposal(body.observed, body.actions, 64)
        learned = [*self.networks.parameters(), *self.proposal.parameters()]
        self._optimiser = torch.optim.Adam(learned, lr=effort.rate, fused=True)
        # Targets must move through some 9 / (1 - gamma) backups before the training ends, however short it is.
        self._polyak = min(max(9 / ((1 - body.gamma) * effort.updates), 0.005), 0.1)
        self.updates = 0
        self.losses = torch.zeros(len(NAMES))
        self._state = body.random(effort.batch, self.random)
        self._action = torch.rand(effort.batch, body.actions, generator=self.random) * 2 - 1
        self._mixture = torch.rand(effort.batch, generator=self.random)

    def values(self, observed: Tensor, mixture: Tensor, actions: Tensor) -> Functions:
        """The slow functions at observations [m, o], mixtures [m] and actions [m, N, d]."""
        return Functions(self.slow, observed, mixture, actions)

    def draw(self, observed: Tensor, mixture: Tensor, each: int, uniform: int) -> Draws:
        """Action samples at observations [m, o]."""
        return draw(self.proposal, observed, mixture, each, uniform, self.random)

    def update(self) -> None:
        """One step of every body and one of every function."""
        effort, body, mixture = self.effort, self.body, self._mixture
        self._slow_down()
        state, action = self._state, self._action
        following = body.step(state, action)
        seen = body.observe(following)
        draws = self.draw(seen, mixture, effort.each, effort.uniform)
        with torch.no_grad():
            ahead = self.values(seen, mixture, draws.actions)
            wanted = self._targets(body.rewards(self.pair, state), ahead, draws)
            shares = [draws.shares(ahead.method(name), body.alpha) for name in ("base_1", "base_2", "dc")]
        known = body.observe(state)
        now = Functions(self.networks, known, mixture, action[:, None])
        squares = torch.stack([(now[k][:, 0] - wanted[k]).square().sum() for k in range(len(NAMES))]) / len(state)
        elsewhere = self._elsewhere(known, action, ahead, draws, seen) if effort.mixtures > 1 else torch.zeros(())
        fit = -torch.stack([(s * q).sum(-1).mean() for s, q in zip(shares, draws.proposals, strict=True)]).sum()
        self._optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward((squares.sum() + elsewhere) / SCALE**2 + fit)
        torch.nn.utils.clip_grad_norm_(self.networks.parameters(), 10.0)
        torch.nn.utils.clip_grad_norm_(self.proposal.parameters(), 5.0)
        self._optimiser.step()
        with torch.no_grad():
            torch._foreach_lerp_(list(self.slow.parameters()), list(self.networks.parameters()), self._polyak)
            self.losses.lerp_(squares, 0.02)
            self._move(following, draws, shares[2])
        self.updates += 1

    def _targets(self, rewards: Tensor, ahead: Functions, draws: Draws) -> list[Tensor]:
        """What each function should be at the bodies' states and actions: [m], psi [m, 3]."""
        gamma, alpha, b = self.body.gamma, self.body.alpha, ahead.mixture[:, 0]
        base = torch.stack([ahead[Q1], ahead[Q2]])
        even = base.mean(0) - ahead[HALF]
        soft = draws.soft_value(torch.stack([*base, ahead.method("dc"), even, ahead[COND]]), alpha)
        first, second, mixed, half, conditional = soft
        share = draws.shares(base, alpha)[..., None]
        surprise = soft[:2, :, None] - base  # alpha times minus the log of the policy
        later = torch.stack([ahead[PSI1], ahead[PSI2]])
        later = later + torch.stack([torch.zeros_like(surprise)] * 2 + [surprise], -1)
        features = gamma * (share * later).sum(2) + torch.nn.functional.pad(rewards, (0, 1))
        return [
            rewards[:, 0] + gamma * first,
            rewards[:, 1] + gamma * second,
            -gamma * (mixed - b * first - (1 - b) * second),
            -gamma * (half - (first + second) / 2),
            b * rewards[:, 0] + (1 - b) * rewards[:, 1] + gamma * conditional,
            *features,
        ]

    def _elsewhere(self, known: Tensor, action: Tensor, ahead: Functions, draws: Draws, seen: Tensor) -> Tensor:
        """Squared temporal difference of C at other mixtures, from the same steps and samples as everything else."""
        times, count = self.effort.mixtures - 1, len(known)
        b = torch.rand(times, count, generator=self.random)
        b[0] = 0.5  # where the correction is largest
        with torch.no_grad():
            later = self.values(seen.repeat(times, 1), b.view(-1), draws.actions.repeat(times, 1, 1))[C]
            mixed = b[..., None] * ahead[Q1] + (1 - b[..., None]) * ahead[Q2] - later.view(times, count, -1)
            first, second = draws.soft_value(torch.stack([ahead[Q1], ahead[Q2]]), self.body.alpha)
            ends = b * first + (1 - b) * second
            wanted = -self.body.gamma * (draws.soft_value(mixed, self.body.alpha) - ends)
        now = Functions(self.networks, known.repeat(times, 1), b.view(-1), action[:, None].repeat(times, 1, 1))[C]
        squares: Tensor = (now.view(times, count) - wanted).square()
        return squares.sum() / count

    def _move(self, following: Tensor, draws: Draws, share: Tensor) -> None:
        """Choose the next actions from the samples just drawn; some are uniform, some bodies start anew."""
        body, random, count = self.body, self.random, len(following)
        action = pick(draws, share, random)[0]
        anew = torch.rand(count, generator=random) < RESET
        uniform = anew | (torch.rand(count, generator=random) < MOVED)
        free = torch.rand(count, body.actions, generator=random) * 2 - 1
        self._action = torch.where(uniform[:, None], free, action)
        self._state = torch.where(anew[:, None], body.random(count, random), following)
        self._mixture = torch.where(anew, torch.rand(count, generator=random), self._mixture)

    def _slow_down(self) -> None:
        """Full rate for the first half, then down to a hundredth along a cosine."""
        part = max(0.0, self.updates / self.effort.updates - 0.5) * 2
        share = 0.01 + 0.99 * (0.5 + 0.5 * math.cos(math.pi * min(part, 1.0)))
        for group in self._optimiser.param_groups:
            group["lr"] = self.effort.rate * share


def pick(draws: Draws, share: Tensor, random: torch.Generator) -> tuple[Tensor, Tensor]:
    """One action [m, d] by its share of the draws, and which of them it is [m]: sampling importance resampling."""
    chosen = torch.multinomial(share, 1, generator=random)[:, 0]
    return draws.actions[torch.arange(len(chosen)), chosen], chosen
