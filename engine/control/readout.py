"""What can be read from a memory: a linear probe of the hidden quantity, and the axes along which it moves most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.control.catalogue import make
from engine.control.episodes import FITTING, Play, play, seeds_of
from engine.control.policy import Policy
from engine.control.quantities import Task
from engine.errors import BadInput

Array = NDArray[np.float64]

FITTED = 120  # episodes that probe and plane are fitted to; figures come from others
RIDGE = 1e-4
FROM, TO = 5, 60  # steps over which a probe of a short memory is judged


@dataclass(frozen=True, slots=True)
class Readout:
    """Linear maps from a memory [w].

    Attributes
    ----------
    weight, bias
        float64 [h, w] and [h]: the probe; what it tells is ``weight @ memory + bias``.
    mean, axes
        float64 [w] and [3, w]: principal components of the memory over many episodes, largest first.
    spread
        float64 [3]: standard deviation along each axis.
    """

    weight: Array
    bias: Array
    mean: Array
    axes: Array
    spread: Array

    def decode(self, known: Array) -> Array:
        """The hidden quantities [..., h] as the probe reads them from memories [..., w]."""
        return known @ self.weight.T + self.bias

    def plane(self, known: Array) -> Array:
        """Where memories [..., w] lie along the axes [..., 3]."""
        return (known - self.mean) @ self.axes.T

    def tensors(self) -> dict[str, Tensor]:
        """For checkpoints."""
        return {f"readout/{name}": torch.from_numpy(getattr(self, name)).clone() for name in self.__slots__}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, Tensor], width: int, hidden: int, where: str) -> Readout | None:
        """From a checkpoint, None where it has none; raises BadInput naming ``where`` if it does not fit the memory."""
        if "readout/weight" not in tensors:
            return None
        wanted = {"weight": (hidden, width), "bias": (hidden,), "mean": (width,), "axes": (3, width), "spread": (3,)}
        for name, shape in wanted.items():
            found = tensors.get(f"readout/{name}")
            if found is None or found.shape != shape or not found.is_floating_point() or not found.isfinite().all():
                raise BadInput(f"{where} does not fit its own card at readout/{name}")
        return cls(**{name: tensors[f"readout/{name}"].double().numpy() for name in wanted})


def fit(policy: Policy, task: Task) -> Readout | None:
    """Fit to episodes of their own; None for a policy without memory."""
    if policy.actor.memory.width == 0:
        return None
    played = play(policy, make(task), seeds_of(FITTING, 0, 0, FITTED), whole=True)
    known, hidden = played.known.double().numpy(), played.hidden.numpy()
    informed = after_contact(played, task)
    x, y = known[informed], hidden[informed]
    if len(x) < 2:
        x, y = known.reshape(-1, known.shape[-1]), hidden.reshape(-1, hidden.shape[-1])
    centre, level = x.mean(0), y.mean(0)
    gram = (x - centre).T @ (x - centre)
    gram += (RIDGE * max(np.trace(gram), 1e-12) / len(gram)) * np.eye(len(gram))
    weight = np.linalg.solve(gram, (x - centre).T @ (y - level)).T
    everything = known.reshape(-1, known.shape[-1])
    mean = everything.mean(0)
    scatter = np.cov((everything - mean).T)
    values, vectors = np.linalg.eigh(scatter)
    axes = vectors.T[::-1][:3]
    axes = axes * np.sign(axes[np.arange(3), np.abs(axes).argmax(1)])[:, None]  # a sign that does not depend on luck
    return Readout(weight, level - weight @ centre, mean, axes, np.sqrt(np.maximum(values[::-1][:3], 0.0)))


def after_contact(played: Play, task: Task) -> NDArray[np.bool_]:
    """Where a memory could know, bool [T, N]: in a maze once the platform was felt, else from step 5 to 60, or to the
    end where the hidden thing has to be kept.
    """
    steps, count = played.rewards.shape
    if task.maze:
        felt = np.zeros((steps, count), bool)
        felt[1:] = np.maximum.accumulate(played.on.numpy(), 0)[:-1]
        return felt
    at = np.arange(steps)
    last = TO if task.family in ("pendulum", "cartpole") else steps
    return np.broadcast_to(((at >= FROM) & (at < last))[:, None], (steps, count))


def r_squared(told: Array, true: Array) -> list[float | None]:
    """Share of the variance of each hidden quantity that the probe tells; arrays [n, h]. None where nothing varies."""
    if len(true) < 2:
        return [None] * true.shape[1]
    error = ((told - true) ** 2).sum(0)
    variance = ((true - true.mean(0)) ** 2).sum(0)
    return [float(1 - e / v) if v > 1e-12 else None for e, v in zip(error, variance, strict=True)]
