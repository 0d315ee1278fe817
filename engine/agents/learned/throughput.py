"""How many steps of the game a recurrent agent can learn from in a second (``athanor bench agents``).

An advantage actor-critic (Mnih et al. 2016, arXiv 1602.01783) with an LSTM on the plain observations (39 values, 40
actions) of thousands of games in step: play a stretch, learn from it once, go on with the state as it is. Everything
that training does is counted: games, observations, network, gradients, optimiser.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.alchemy.batched import BatchedAlchemy
from engine.alchemy.encodings import OBSERVATION
from engine.alchemy.levels import Level

GAMES, STRETCH, UNITS = 2048, 16, 32
DISCOUNT, SPREAD = 0.9, 0.01


class ActorCritic(nn.Module):
    """An LSTM with a policy and a value."""

    def __init__(self, units: int, actions: int) -> None:
        super().__init__()
        self.core = nn.LSTM(OBSERVATION, units)
        self.head = nn.Linear(units, actions + 1)

    def forward(self, observations: Tensor, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Any]:
        """Logits and value [T, B, actions + 1] for ``observations`` [T, B, 39]; the next state."""
        hidden, state = self.core(observations, state)
        return self.head(hidden), state


def stretch(
    network: ActorCritic, optimiser: torch.optim.Optimizer, games: BatchedAlchemy, state: Any, seen: Tensor
) -> Any:
    """Play ``STRETCH`` steps in every game and learn from them once; returns the state after them."""
    begin, batch = state, games.observations.shape[0]
    actions = torch.empty(STRETCH, batch, dtype=torch.int64)
    rewards, going = torch.empty(STRETCH, batch), torch.empty(STRETCH, batch)
    with torch.no_grad():
        for step in range(STRETCH):
            seen[step] = torch.from_numpy(games.observations)
            outputs, state = network(seen[step : step + 1], state)
            chance = outputs[0, :, :-1].softmax(-1)
            actions[step] = (chance / torch.empty_like(chance).exponential_()).argmax(-1)
            _, reward, done = games.step(actions[step].numpy())
            rewards[step], going[step] = torch.from_numpy(reward), torch.from_numpy(~done)
        after, _ = network(torch.from_numpy(games.observations)[None], state)
    outputs, _ = network(seen, begin)
    policy, values = outputs[..., :-1].log_softmax(-1), outputs[..., -1]
    returns, following = torch.empty_like(rewards), after[0, :, -1]
    for step in reversed(range(STRETCH)):
        following = rewards[step] / 15 + DISCOUNT * going[step] * following
        returns[step] = following
    advantage = (returns - values).detach()
    taken = torch.gather(policy, -1, actions[..., None])[..., 0]
    spread = -(policy.exp() * policy).sum(-1).mean()
    loss = -(advantage * taken).mean() + 0.5 * functional.mse_loss(values, returns) - SPREAD * spread
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()
    return tuple(part * going[-1][None, :, None] for part in state)


def figures(seconds: float = 5.0) -> dict[str, Any]:
    """Steps a second with learning, by the clock and by processor time of one core; best of five windows."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    games = BatchedAlchemy(GAMES, Level())
    network = ActorCritic(UNITS, games.actions)
    optimiser = torch.optim.Adam(network.parameters(), 1e-3)
    zeros = torch.zeros(1, GAMES, UNITS)
    state: Any = (zeros, zeros)
    seen = torch.empty(STRETCH, GAMES, OBSERVATION)
    state = stretch(network, optimiser, games, state, seen)
    clock, processor = [], []
    for _ in range(5):
        taken, began, spent = 0, time.perf_counter(), time.process_time()
        while time.perf_counter() - began < seconds / 5:
            state = stretch(network, optimiser, games, state, seen)
            taken += GAMES * STRETCH
        clock.append(taken / (time.perf_counter() - began))
        processor.append(taken / (time.process_time() - spent))
    return {
        "training_steps_per_second": float(np.max(clock)),
        "training_steps_per_processor_second": float(np.max(processor)),
        "games": GAMES,
        "core": "lstm",
        "units": UNITS,
    }
