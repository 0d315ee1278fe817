"""Meta-training: learn where to start a write, how to write and how to read, by going back through both.

One straight function, resumable bit for bit on the CPU. [EBMM, 4 and 5; settings that learn in minutes are this
program's.]
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.associative.energy import Fast
from engine.associative.model import Ebmm, fit
from engine.data.patterns import DamageName, Patterns
from engine.errors import BadInput

WARM_UP = 20  # updates over which the step size rises
LARGEST = 1e4  # a meta-gradient longer than this is no direction to go: the update is skipped

Checkpoint = tuple[dict[str, Tensor], dict[str, str]]
"""Tensors and metadata as safetensors stores them."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """What a training draws: ``batch`` tasks of ``fewest`` to ``patterns`` patterns each, damaged alike.

    ``order``: weight of ``disorder`` in the loss; ``late``: step k of a read counts k**late in it.
    """

    data: Patterns
    batch: int
    fewest: int
    patterns: int
    damage: DamageName
    amount: float
    order: float = 0.0
    late: float = 0.0


@dataclass(frozen=True, slots=True)
class Update:
    """What one minibatch showed, before its gradient was applied; ``error`` is that of the last read step."""

    updates: int
    loss: float
    error: float
    gradient_norm: float


def loss_of(
    model: Ebmm, patterns: Tensor, queries: Tensor, order: float = 0.0, late: float = 0.0
) -> tuple[Tensor, Tensor]:
    """Squared error (values in [0, 1]) a pattern, weighted mean over the read steps, and what the last one gave."""
    fast = model.write(patterns)[-1]
    found = model.read(fast, queries)[1:]
    losses = torch.stack([(x - patterns).square().sum(-1).mean() for x in found])
    weights = torch.arange(1, len(found) + 1, device=losses.device) ** late
    loss = (weights * losses).sum() / weights.sum() / 4
    if order:
        loss = loss + order * disorder(model, fast, patterns, queries)
    return loss, found[-1]


def disorder(model: Ebmm, fast: Fast, patterns: Tensor, queries: Tensor) -> Tensor:
    """How far energies are from stored < unseen < damaged, each by 1: a mean over pairs. Not of the paper.

    Unseen are the patterns of the next task.
    """
    stored, unseen, damaged = (model.energy.energy(values, fast) for values in (patterns, patterns.roll(1, 0), queries))
    lower = functional.softplus(1 + stored[:, :, None] - unseen[:, None, :])
    higher = functional.softplus(1 + unseen[:, :, None] - damaged[:, None, :])
    return lower.mean() + higher.mean()


def train(
    model: Ebmm,
    lessons: Lessons,
    *,
    updates: int,
    learning_rate: float,
    clip: float,
    seed: int,
    updated: Callable[[Update], None],
    stopping: Callable[[], bool],
    save: Callable[[Checkpoint], None],
    save_every: int,
    resume: Checkpoint | None = None,
) -> None:
    """Train ``model`` in place with AdamW until ``updates`` were made or ``stopping()``.

    The step size rises over the first WARM_UP updates and falls over the second half. With ``resume`` everything
    goes on as if it had never stopped. Raises BadInput if a loss is not finite (the last good weights are saved
    first), and if ``resume`` does not fit.
    """
    optimiser = torch.optim.AdamW(model.parameters(), learning_rate, weight_decay=1e-6, fused=True)
    random = np.random.default_rng(seed)
    device = next(model.parameters()).device
    done = 0 if resume is None else _restore(model, optimiser, random, resume)
    while done < updates and not stopping():
        count = int(random.integers(lessons.fewest, lessons.patterns + 1))
        drawn = lessons.data.sample(random, lessons.batch, count)
        damaged, _ = lessons.data.damage(random, drawn, lessons.damage, lessons.amount)
        patterns, queries = torch.from_numpy(drawn).to(device), torch.from_numpy(damaged).to(device)
        loss, found = loss_of(model, patterns, queries, lessons.order, lessons.late)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        length = nn.utils.get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
        norm = length.item()
        if not math.isfinite(loss.item()):
            save(_checkpoint(model, optimiser, random, done))
            raise BadInput(
                f"Training stopped after {done} updates because {_not_finite(model)} is not finite; the last good "
                "weights were kept. A lower learning rate may help"
            )
        if math.isfinite(norm) and norm < LARGEST:
            rate = learning_rate * min(1.0, (done + 1) / WARM_UP, max(0.02, 2 * (1 - done / updates)))
            for group in optimiser.param_groups:
                group["lr"] = rate
            nn.utils.clip_grads_with_norm_(model.parameters(), clip, length)
            optimiser.step()
        done += 1
        error = lessons.data.error(found.detach().cpu().numpy(), drawn).mean()
        updated(Update(done, loss.item(), float(error), norm))
        if done % save_every == 0:
            save(_checkpoint(model, optimiser, random, done))
    save(_checkpoint(model, optimiser, random, done))


def _not_finite(model: nn.Module) -> str:
    for name, parameter in model.named_parameters():
        if not parameter.isfinite().all():
            return f"the weight {name}"
    for name, parameter in model.named_parameters():
        if parameter.grad is not None and not parameter.grad.isfinite().all():
            return f"the gradient of {name}"
    return "the loss"


def _checkpoint(
    model: nn.Module, optimiser: torch.optim.Optimizer, random: np.random.Generator, done: int
) -> Checkpoint:
    """Copies of all that training depends on."""
    tensors = {f"model/{name}": value.detach().cpu().clone() for name, value in model.state_dict().items()}
    for index, values in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser/{index}/{name}": value.detach().cpu().clone() for name, value in values.items()}
    tensors["random"] = torch.tensor(list(json.dumps(random.bit_generator.state).encode()), dtype=torch.uint8)
    return tensors, {"updates": str(done)}


def weights_of(tensors: dict[str, Tensor], prefix: str = "model/") -> dict[str, Tensor]:
    """The model's own tensors in a checkpoint."""
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _restore(
    model: nn.Module, optimiser: torch.optim.Optimizer, random: np.random.Generator, checkpoint: Checkpoint
) -> int:
    """Put everything back; returns the number of updates made."""
    tensors, metadata = checkpoint
    fit(model, weights_of(tensors))
    try:
        state = optimiser.state_dict()
        for name, value in weights_of(tensors, "optimiser/").items():
            index, field = name.split("/")
            state["state"].setdefault(int(index), {})[field] = value.clone()
        optimiser.load_state_dict(state)
        random.bit_generator.state = json.loads(bytes(tensors["random"].tolist()))
        return int(metadata["updates"])
    except (KeyError, ValueError) as error:
        raise BadInput(f"The checkpoint cannot be resumed: {error}") from error


def narrowed(tensors: dict[str, Tensor], model: Ebmm) -> dict[str, Tensor]:
    """Weights of a memory with more writable units, cut down to those of ``model``: its first units are kept."""
    wanted, cut = model.state_dict(), dict(tensors)
    wide = tensors["energy.memory_weight" if "energy.memory_weight" in tensors else "energy.memory_0"].shape[0]
    width = model.card.width
    for name, value in tensors.items():
        if name in ("energy.memory_weight", "energy.memory_0", "energy.memory_1", "energy.memory_2"):
            cut[name] = value[:width]
        elif name in ("energy.memory_bias", "energy.from_memory"):
            cut[name] = value[:, :width]
        elif name.startswith("energy.mix") and name.endswith("weight") and name in wanted:
            cut[name] = torch.cat([value[:, :width], value[:, wide:]], 1)
    return cut
