"""A policy as it acts: eye and actor, with the memory it has to carry from step to step."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.control.environment import Environment
from engine.control.networks import Actor, Sizes, State


@dataclass
class Mind:
    """What one policy carries through N episodes: memory and its own last action."""

    state: State
    last_action: Tensor

    def wipe(self, rows: Tensor | None = None) -> None:
        """Forget everything, or only in the episodes where ``rows`` (bool [N]) is true."""
        kept = 0.0 if rows is None else (~rows).float()[:, None]
        self.state = (self.state[0] * kept, self.state[1] * kept)
        self.last_action = self.last_action * kept


class Policy:
    """Eye and actor; without images the eye passes everything on."""

    def __init__(self, eye: nn.Module, actor: Actor) -> None:
        self.eye, self.actor = eye, actor

    @property
    def sizes(self) -> Sizes:
        """Shapes of its networks."""
        return self.actor.sizes

    def look(self, environment: Environment) -> Tensor:
        """What this policy is shown now: the observation, and what the task removes if it sees everything."""
        seen = environment.observation()
        return torch.cat((seen, environment.removed()), 1) if self.sizes.full else seen

    def begin(self, count: int) -> Mind:
        """An empty memory."""
        return Mind(self.actor.memory.start(count), torch.zeros(count, self.sizes.actions))

    def decide(self, observation: Tensor, mind: Mind, noise: Tensor | None = None) -> Tensor:
        """Take in an observation [N, o], and say what to do; the action is remembered once it was ``done``."""
        seen = self.eye(observation)
        mind.state = self.actor.memory.step(seen, mind.last_action, mind.state)
        actions, _ = self.actor.act(mind.state[0], seen, noise)
        return actions
