"""All ways to compose old skills for a mixture of their tasks, exactly.

Source: Hunt et al. 2019 (arXiv 1812.02216), 3; the version for more than two policies follows from the same proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from engine.composition.dynamics import Floats
from engine.composition.tabular import (
    Problem,
    boltzmann,
    correction,
    evaluate,
    soft_optimal,
    soft_value,
    successor_features,
)

METHODS = ("optimal", "dc", "co", "gpi", "dc_cheap")
"""Soft optimum; divergence correction; compositional optimism; max-ent generalised policy improvement; DC-Cheap."""


@dataclass(frozen=True)
class Composition:
    """What each method makes of one mixture.

    Attributes
    ----------
    action_values
        Method -> Q [S, A]; its policy is proportional to exp(Q / alpha). For ``gpi`` the largest of the old policies'
        values on the new reward.
    values
        Method -> V [S], exact maximum-entropy value of that policy on the new reward.
    correction
        C [S, A].
    """

    weights: Floats
    action_values: Mapping[str, Floats]
    values: Mapping[str, Floats]
    correction: Floats

    def regret(self, method: str) -> float:
        """Mean of V* - V over a uniform start."""
        return float((self.values["optimal"] - self.values[method]).mean())


class Skills:
    """Soft-optimal policies of n tasks, and what composing them needs.

    Attributes: ``problem``, ``action_values`` [n, S, A], ``values`` [n, S], ``log_policies`` [n, S, A].
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.action_values, self.values = soft_optimal(problem, problem.rewards)
        self.log_policies = boltzmann(problem, self.action_values)
        self._advantages = self.action_values - self.values[..., None]

    @cached_property
    def features(self) -> tuple[Floats, Floats]:
        """Successor features [n policies, n tasks, S, A] of the old policies, and their entropies [n, S, A]."""
        found = [successor_features(self.problem, self.problem.rewards, one) for one in self.log_policies]
        return np.stack([psi for psi, _ in found]), np.stack([entropy for _, entropy in found])

    @cached_property
    def halves(self) -> dict[tuple[int, int], Floats]:
        """C of each pair of tasks at equal weights, [S, A]: all that DC-Cheap learns."""
        pairs = list(combinations(range(len(self.values)), 2))
        if not pairs:
            return {}
        mean = np.stack([(self._advantages[i] + self._advantages[j]) / 2 for i, j in pairs])
        return dict(zip(pairs, correction(self.problem, mean), strict=True))

    def corrections(self, weights: Floats) -> Floats:
        """C [K, S, A] of the mixtures ``weights`` [K, n], on the simplex or off it."""
        return correction(self.problem, np.tensordot(weights, self._advantages, 1))

    def cheap_correction(self, weights: Floats) -> Floats:
        """4 b (1 - b) C_1/2 [S, A]; for more than two tasks the sum over pairs of 4 w_i w_j C_1/2."""
        total: Floats = np.zeros_like(self.action_values[0])
        for (i, j), half in self.halves.items():
            total += 4 * weights[i] * weights[j] * half
        return total

    def old_values(self, weights: Floats) -> Floats:
        """Q [n, S, A] of the old policies on the new reward, from their successor features."""
        psi, entropy = self.features
        found: Floats = np.einsum("ifsa,f->isa", psi, weights) + entropy
        return found

    def compose(self, weights: Floats) -> Composition:
        """Every method for one mixture [n], each policy evaluated exactly."""
        problem = self.problem
        wanted = problem.mixed(weights)
        optimal = conditional_values(problem, weights[None])[0]
        optimism = np.tensordot(weights, self.action_values, 1)
        divergence = self.corrections(weights[None])[0]
        found = {
            "optimal": optimal,
            "dc": optimism - divergence,
            "co": optimism,
            "gpi": self.old_values(weights).max(0),
            "dc_cheap": optimism - self.cheap_correction(weights),
        }
        policies = boltzmann(problem, np.stack(list(found.values())))
        _, values = evaluate(problem, np.broadcast_to(wanted, policies.shape), policies)
        # The optimum's own value needs no second linear solve, and is never below a policy by rounding.
        named = dict(zip(found, values, strict=True)) | {"optimal": soft_value(problem, optimal)}
        return Composition(weights, found, named, divergence)


def conditional_values(problem: Problem, weights: Floats) -> Floats:
    """CondQ with nothing left to learn: soft-optimal Q [K, S, A] of all mixtures [K, n] in one batch."""
    return soft_optimal(problem, problem.mixed(weights))[0]
