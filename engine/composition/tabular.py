"""Exact maximum-entropy solutions of tabular worlds: optima, values of policies, successor features, corrections.

Source: Hunt, Barreto, Lillicrap, Heess 2019, "Composing Entropic Policies using Divergence Correction" (ICML, PMLR 97,
arXiv 1812.02216); the soft Bellman equations are standard. Everything is float64 and batched over tasks: arrays have
leading axes [K, ...]. Policies are log densities with respect to ``Problem.log_base``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.composition.dynamics import Dynamics, Floats

STEPS = 200  # policy iteration needs 5 to 15; a cold start on a long corridor some tens
TOLERANCE = 1e-13


@dataclass(frozen=True)
class Problem:
    """Tasks that share a world.

    Attributes
    ----------
    rewards
        [n, S, A], one reward a task.
    gamma, alpha
        Discount and temperature, shared by all tasks: the composition theorems need that.
    log_base
        [A], log of the volume each action stands for: 0 for discrete actions, log of the quadrature weights where a
        continuous action box is integrated numerically.
    """

    dynamics: Dynamics
    rewards: Floats
    gamma: float
    alpha: float
    log_base: Floats

    def mixed(self, weights: Floats) -> Floats:
        """Rewards [..., S, A] of the mixtures ``weights`` [..., n]."""
        return np.tensordot(weights, self.rewards, 1)


def soft_value(problem: Problem, action_values: Floats) -> Floats:
    """V = alpha log INT exp(Q / alpha) da, [..., S] from [..., S, A]."""
    highest = action_values.max(-1)  # out first: a division of large numbers by alpha would cost digits
    total = np.exp((action_values - highest[..., None]) / problem.alpha + problem.log_base).sum(-1)
    found: Floats = highest + problem.alpha * np.log(total)
    return found


def boltzmann(problem: Problem, action_values: Floats) -> Floats:
    """Log density [..., S, A] of the policy proportional to exp(Q / alpha)."""
    scaled = (action_values - action_values.max(-1, keepdims=True)) / problem.alpha
    found: Floats = scaled - np.log(np.exp(scaled + problem.log_base).sum(-1, keepdims=True))
    return found


def masses(problem: Problem, log_policy: Floats) -> Floats:
    """Probabilities [..., S, A] that sum to one."""
    return np.exp(log_policy + problem.log_base)


def evaluate(problem: Problem, rewards: Floats, log_policy: Floats) -> tuple[Floats, Floats]:
    """Exact maximum-entropy values Q [K, S, A] and V [K, S] of policies [K, S, A] on ``rewards`` [K, S, A]."""
    mass = masses(problem, log_policy)
    gain = (mass * (rewards - problem.alpha * log_policy)).sum(-1)
    values = _discounted(problem, mass, gain[..., None])[..., 0]
    return rewards + problem.gamma * problem.dynamics.expect(values), values


def soft_optimal(problem: Problem, rewards: Floats) -> tuple[Floats, Floats]:
    """Soft-optimal Q [K, S, A] and V [K, S] of ``rewards`` [K, S, A], to rounding.

    Soft policy iteration, which is Newton's method on the soft Bellman equation: quadratic and monotone.
    """
    log_policy = boltzmann(problem, rewards)
    best, stalled = np.inf, 0
    for _ in range(STEPS):
        action_values, values = evaluate(problem, rewards, log_policy)
        improved = soft_value(problem, action_values)
        residual = float(np.abs(improved - values).max())
        log_policy = boltzmann(problem, action_values)
        stalled = stalled + 1 if residual > 0.5 * best else 0
        best = min(best, residual)
        if residual <= TOLERANCE * max(1.0, float(np.abs(values).max())) or (stalled > 3 and residual < 1e-9):
            break
    action_values = rewards + problem.gamma * problem.dynamics.expect(improved)
    return action_values, soft_value(problem, action_values)


def successor_features(problem: Problem, features: Floats, log_policy: Floats) -> tuple[Floats, Floats]:
    """Successor features psi [k, S, A] of one policy [S, A] and its discounted entropy h [S, A].

    With plain features and one channel for the entropy, Q_w = sum_k w_k psi_k + h for any w, also where the weights do
    not sum to one.
    """
    mass = masses(problem, log_policy)
    channels = np.concatenate([features, -problem.alpha * log_policy[None]])
    gained = (mass * channels).sum(-1).T  # [S, k + 1]
    values = _discounted(problem, mass[None], gained[None])[0].T
    ahead = problem.gamma * problem.dynamics.expect(values)
    return features + ahead[:-1], ahead[-1]


def correction(problem: Problem, advantages: Floats) -> Floats:
    """The divergence correction C [K, S, A] of mixtures whose policies' mean log densities are ``advantages`` / alpha.

    ``advantages`` [K, S, A] = sum_i w_i (Q_i - V_i). C is the fixed point of
    C(s, a) = - alpha gamma E log INT prod_i pi_i^{w_i} exp(-C / alpha) (theorem 3.2, for any number of policies). -C is
    itself the discounted next value of a soft-optimal task with reward ``advantages``, so one solver serves both.
    """
    _, values = soft_optimal(problem, advantages)
    return -problem.gamma * problem.dynamics.expect(values)


def correction_sweeps(problem: Problem, advantages: Floats, sweeps: int) -> tuple[Floats, Floats]:
    """C [S, A] after ``sweeps`` applications of its recursion from 0, and the largest change of each sweep [sweeps]."""
    found, changes = np.zeros_like(advantages), np.empty(sweeps)
    for k in range(sweeps):
        after = -problem.gamma * problem.dynamics.expect(soft_value(problem, advantages - found))
        changes[k] = np.abs(after - found).max()
        found = after
    return found, changes


def visits(problem: Problem, log_policy: Floats, start: Floats) -> Floats:
    """Discounted number of visits [S] of each state under a policy [S, A] from the distribution ``start`` [S]."""
    moves = problem.dynamics.under(masses(problem, log_policy)[None])[0]
    return np.linalg.solve(np.eye(len(start)) - problem.gamma * moves.T, start)


def regret_density(problem: Problem, log_policy: Floats, optimal: Floats, start: Floats) -> Floats:
    """Where a policy [S, A] loses against the optimal one [S, A]: discounted visits times alpha KL, [S].

    Sums to the regret from ``start`` [S]: V* - V^pi = E_pi sum_t gamma^t alpha KL(pi || pi*).
    """
    divergence = (masses(problem, log_policy) * (log_policy - optimal)).sum(-1)
    density: Floats = visits(problem, log_policy, start) * problem.alpha * divergence
    return density


def _discounted(problem: Problem, mass: Floats, gained: Floats) -> Floats:
    """Discounted sums [K, S, c] of what is gained [K, S, c] in each state under policies ``mass`` [K, S, A]."""
    moves = problem.dynamics.under(mass)
    found = np.linalg.solve(np.eye(moves.shape[-1]) - problem.gamma * moves, gained)
    return found.astype(np.float64, copy=False)
