"""Transition laws of tabular worlds: dense, or a few successors each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Dynamics(Protocol):
    """What the solvers ask of a transition law with S states and A actions; mass that is missing ends the episode."""

    @property
    def states(self) -> int:
        """S."""

    @property
    def actions(self) -> int:
        """A."""

    def expect(self, values: Floats) -> Floats:
        """Mean of ``values`` [..., S] over the next state, [..., S, A]; a state after the end counts as 0."""

    def under(self, policy: Floats) -> Floats:
        """State to state probabilities [K, S, S] under each policy [K, S, A]."""


@dataclass(frozen=True)
class Dense:
    """Probabilities [S, A, S]."""

    probabilities: Floats

    @property
    def states(self) -> int:
        """S."""
        return int(self.probabilities.shape[0])

    @property
    def actions(self) -> int:
        """A."""
        return int(self.probabilities.shape[1])

    def expect(self, values: Floats) -> Floats:
        """See :class:`Dynamics`."""
        flat = self.probabilities.reshape(-1, self.states)
        return (values @ flat.T).reshape(*values.shape[:-1], self.states, self.actions)

    def under(self, policy: Floats) -> Floats:
        """See :class:`Dynamics`."""
        # One small matrix product a state: [S, K, A] @ [S, A, S].
        return np.ascontiguousarray((policy.swapaxes(0, 1) @ self.probabilities).swapaxes(0, 1))


@dataclass(frozen=True)
class Indexed:
    """A few successors each: states ``next`` [S, A, J] with probabilities ``weight`` [S, A, J]."""

    next: NDArray[np.intp]
    weight: Floats

    @property
    def states(self) -> int:
        """S."""
        return int(self.next.shape[0])

    @property
    def actions(self) -> int:
        """A."""
        return int(self.next.shape[1])

    def expect(self, values: Floats) -> Floats:
        """See :class:`Dynamics`."""
        total: Floats = values[..., self.next[..., 0]] * self.weight[..., 0]
        for k in range(1, self.next.shape[2]):
            total += values[..., self.next[..., k]] * self.weight[..., k]
        return total

    def under(self, policy: Floats) -> Floats:
        """See :class:`Dynamics`."""
        count, states = len(policy), self.states
        place = np.arange(states)[:, None, None] * states + self.next
        made = np.empty((count, states, states))
        for k in range(count):
            mass = (policy[k, :, :, None] * self.weight).ravel()
            made[k] = np.bincount(place.ravel(), mass, states * states).reshape(states, states)
        return made

    def dense(self) -> Floats:
        """The same law as probabilities [S, A, S]."""
        states, actions = self.states, self.actions
        made = np.zeros((states * actions, states))
        row = np.repeat(np.arange(states * actions), self.next.shape[2])
        np.add.at(made, (row, self.next.ravel()), self.weight.ravel())
        return made.reshape(states, actions, states)
