"""Actor and critic: one small network each, with a memory (LSTM), without, or with a window of the last few steps.

Heads see the memory's output and the present observation; the memory has to learn only what is missing. Layout after Ni
et al. 2022 (separate memories for actor and critic, twin heads on one critic memory).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from engine.control.pixels import SIDE
from engine.control.quantities import Task

Kind = Literal["lstm", "feed-forward", "frame-stack"]
KINDS: tuple[Kind, ...] = ("lstm", "feed-forward", "frame-stack")

FRAMES = 5
"""Steps that a frame-stacked agent sees."""

SEEN = 64  # numbers that the pixel encoder makes of an image
STD_RANGE = (-5.0, 1.0)  # of the logarithm of the policy's own noise

State = tuple[Tensor, Tensor]
"""Output and cell of an LSTM, or window of frames and nothing: each [N, numbers]."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """What fixes the shapes: ``full`` tells that what the task removes is seen after all."""

    observations: int
    actions: int
    kind: Kind = "lstm"
    hidden: int = 64
    full: bool = False
    pixels: bool = False

    @property
    def seen(self) -> int:
        """Numbers that come out of the encoder of images, or the observation itself."""
        return SEEN if self.pixels else self.observations


def width_seen(task: Task, *, full: bool) -> int:
    """Numbers that an agent sees of ``task`` at a step; ``full``: what the task removes among them."""
    return SIDE * SIDE if task.pixels else len(task.observation) + full * len(task.removed)


class Eye(nn.Module):
    """A few convolutions for single images of 32 x 32."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 12, 6, 3), nn.ReLU(), nn.Conv2d(12, 24, 3, 2), nn.ReLU(), nn.Flatten(), nn.Linear(384, SEEN)
        )

    def forward(self, images: Tensor) -> Tensor:
        """Images [..., 1024] to features [..., 64] within -1..1."""
        seen: Tensor = self.layers(images.reshape(-1, 1, SIDE, SIDE)).tanh()
        return seen.reshape(*images.shape[:-1], SEEN)


class Memory(nn.Module):
    """From what was seen and done, step by step, to what is known now."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.sizes = sizes
        given = sizes.seen + sizes.actions
        self.width = {"lstm": sizes.hidden, "feed-forward": 0, "frame-stack": FRAMES * given}[sizes.kind]
        if sizes.kind == "lstm":
            self.encode = nn.Linear(given, sizes.hidden)
            self.lstm = nn.LSTM(sizes.hidden, sizes.hidden)

    def keep(self, bias: float) -> None:
        """Let the forget gates of an LSTM begin with this bias added; 0 leaves them as they are."""
        if self.sizes.kind == "lstm" and bias:
            hidden = self.sizes.hidden
            self.lstm.get_parameter("bias_ih_l0").data[hidden : 2 * hidden] += bias

    def start(self, count: int) -> State:
        """Nothing known yet."""
        cell = self.width if self.sizes.kind == "lstm" else 0
        return torch.zeros(count, self.width), torch.zeros(count, cell)

    def step(self, seen: Tensor, last_action: Tensor, state: State) -> State:
        """One step; ``seen`` [N, seen]. What is known is the first part of the new state."""
        given = torch.cat((seen, last_action), 1)
        if self.sizes.kind == "lstm":
            lstm = self.lstm
            weights: list[Tensor] = [
                getattr(lstm, f"{name}_l0") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            ]
            output, cell = torch.lstm_cell(self.encode(given).relu(), state, *weights)
            return output, cell
        if self.sizes.kind == "frame-stack":
            return torch.cat((state[0][:, given.shape[1] :], given), 1), state[1]
        return state

    def sequence(self, seen: Tensor, last_actions: Tensor) -> Tensor:
        """What is known at each step [T, N, width], from nothing on."""
        given = torch.cat((seen, last_actions), -1)
        if self.sizes.kind == "lstm":
            known: Tensor = self.lstm(self.encode(given).relu())[0]
            return known
        if self.sizes.kind == "frame-stack":
            padded = torch.cat((given.new_zeros(FRAMES - 1, *given.shape[1:]), given))
            return torch.cat([padded[k : k + len(given)] for k in range(FRAMES)], -1)
        return given[..., :0]


def _head(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    layers = (nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU())
    return nn.Sequential(*layers, nn.Linear(hidden, outputs))


class Actor(nn.Module):
    """The policy: mean action, and with ``stochastic`` the logarithm of its own noise."""

    def __init__(self, sizes: Sizes, stochastic: bool) -> None:
        super().__init__()
        self.sizes, self.stochastic = sizes, stochastic
        self.memory = Memory(sizes)
        outputs = sizes.actions * (2 if stochastic else 1)
        self.head = _head(self.memory.width + sizes.seen, sizes.hidden, outputs)

    def act(self, known: Tensor, seen: Tensor, noise: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """Actions in -1..1 and, where there is ``noise`` (standard normal, of the actions' shape), the logarithm of
        their density, else None.
        """
        output = self.head(torch.cat((known, seen), -1))
        if not self.stochastic:
            return output.tanh(), None
        mean, spread = output.chunk(2, -1)
        if noise is None:
            return mean.tanh(), None
        spread = spread.clamp(*STD_RANGE)
        raw = mean + spread.exp() * noise
        # log of the derivative of tanh, in the form that does not lose digits
        squash = 2 * (0.6931471805599453 - raw - nn.functional.softplus(-2 * raw))
        density = -0.5 * noise.square() - spread - 0.9189385332046727 - squash
        return raw.tanh(), density.sum(-1)


class Critic(nn.Module):
    """Values of actions after a history: one or two heads on one memory."""

    def __init__(self, sizes: Sizes, twin: bool) -> None:
        super().__init__()
        self.eye = Eye() if sizes.pixels else nn.Identity()
        self.memory = Memory(sizes)
        width = self.memory.width + sizes.seen + sizes.actions
        self.heads = nn.ModuleList(_head(width, sizes.hidden, 1) for _ in range(2 if twin else 1))

    def values(self, known: Tensor, seen: Tensor, actions: Tensor) -> list[Tensor]:
        """Of each head, [...]."""
        given = torch.cat((known, seen, actions), -1)
        return [head(given).squeeze(-1) for head in self.heads]
