"""Small networks for functions of state, action and mixture, several at once, and the proposal of action samples."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import silu

SCALE = 5.0  # outputs are in units of reward sums; weights stay near one


class ValueFunction(nn.Module):
    """f(s, a, b) with ``outputs`` numbers.

    The state passes two layers alone; the action joins it by a sum before one more (Hunt et al. 2019 too project both
    to the layer width): with N actions a state, only the second half is computed N times. SiLU, not ELU: a fraction of
    the time on a CPU.
    """

    def __init__(self, observed: int, actions: int, width: int, outputs: int) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(observed + 1, width), nn.Linear(width, width)
        self.third, self.action = nn.Linear(width, width), nn.Linear(actions, width, bias=False)
        self.fourth, self.out = nn.Linear(width, width), nn.Linear(width, outputs, bias=False)
        self.state_out = nn.Linear(width, outputs)

    def forward(self, given: Tensor, actions: Tensor) -> Tensor:
        """Values [m, N, outputs] at observations with the mixture [m, o + 1] and actions [m, N, d]."""
        state = silu(self.second(silu(self.first(given))))
        joint = self.action(actions) + self.third(state)[:, None]
        joint = silu(self.fourth(silu(joint, inplace=True)), inplace=True)
        found: Tensor = self.out(joint) + self.state_out(state)[:, None]
        return SCALE * found


class ValueFunctions(nn.ModuleList):
    """Several functions with ``outputs`` numbers each; one by one they fit the cache, a batched product does not."""

    def __init__(self, outputs: list[int], observed: int, actions: int, width: int) -> None:
        super().__init__(ValueFunction(observed, actions, width, count) for count in outputs)


class Proposal(nn.Module):
    """A density over actions in [-1, 1]^d: a mixture of truncated normals that depends on state and mixture b."""

    def __init__(self, observed: int, actions: int, width: int, components: int = 4) -> None:
        super().__init__()
        self.sizes = components, actions
        self.body = nn.Sequential(
            nn.Linear(observed + 1, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(),
            nn.Linear(width, components * (1 + 2 * actions)),
        )  # fmt: skip

    def forward(self, observed: Tensor, mixture: Tensor) -> TruncatedNormals:
        """Densities at observations [m, o] and mixtures [m]."""
        found = self.body(torch.cat([observed, mixture[:, None] * 2 - 1], -1))
        components, actions = self.sizes
        logits, mean, spread = found.split([components, components * actions, components * actions], -1)
        shape = (-1, components, actions)
        # Means may lie a little outside, so that a density can lean against a wall of the box.
        scale = 0.05 + 1.5 * torch.sigmoid(spread.view(shape))
        return TruncatedNormals(logits.log_softmax(-1), 1.3 * torch.tanh(mean.view(shape)), scale)


class TruncatedNormals:
    """m mixtures of K products of normals truncated to [-1, 1]: ``log_share`` [m, K], ``mean``, ``scale`` [m, K, d]."""

    def __init__(self, log_share: Tensor, mean: Tensor, scale: Tensor) -> None:
        self.log_share, self.mean, self.scale = log_share, mean, scale
        self._low = torch.special.ndtr((-1 - mean) / scale)
        self._mass = (torch.special.ndtr((1 - mean) / scale) - self._low).clamp(min=1e-9)

    def sample(self, count: int, random: torch.Generator) -> Tensor:
        """Actions [m, count, d], without gradient."""
        with torch.no_grad():
            chosen = torch.multinomial(self.log_share.exp(), count, True, generator=random)
            index = chosen[..., None].expand(-1, -1, self.mean.shape[-1])
            mean, scale, low, mass = (x.gather(1, index) for x in (self.mean, self.scale, self._low, self._mass))
            place = torch.rand(mean.shape, generator=random) * mass + low
            drawn: Tensor = mean + scale * torch.special.ndtri(place.clamp(1e-6, 1 - 1e-6))
            return drawn.clamp(-1, 1)

    def log_density(self, actions: Tensor) -> Tensor:
        """Log density [m, N] of actions [m, N, d]."""
        away = (actions[:, :, None] - self.mean[:, None]) / self.scale[:, None]
        each = -0.5 * away.square() - (self.scale.log() + self._mass.log() + 0.5 * math.log(2 * math.pi))[:, None]
        found: Tensor = torch.logsumexp(each.sum(-1) + self.log_share[:, None], -1)
        return found
