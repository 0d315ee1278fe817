"""Training a memory network on a task: one straight function, resumable bit for bit on the CPU."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor, nn
from torch.nn import functional

from engine.data.memory_tasks import Batch, Curriculum, Task
from engine.errors import BadInput
from engine.memory.interface import MemoryNetwork

Checkpoint = tuple[dict[str, Tensor], dict[str, str]]
"""Tensors and metadata as safetensors stores them."""


@dataclass(frozen=True, slots=True)
class Update:
    """What one minibatch showed: losses in bits an episode, before its gradient was applied."""

    episodes: int
    level: int
    length: int
    loss_bits: float
    bits_wrong: float
    gradient_norm: float


def score(network: MemoryNetwork[Any], batch: Batch) -> tuple[Tensor, float]:
    """Cross-entropy in bits an episode (a scalar tensor) and the number of wrong bits, or answers, an episode."""
    device = next(network.parameters()).device
    inputs, targets = (torch.from_numpy(array).to(device) for array in (batch.inputs, batch.targets))
    asked = torch.from_numpy(batch.asked).to(device)
    outputs, _ = network.sequence(inputs, network.initial_state(inputs.shape[1]))
    logits, targets = (values[asked].flatten(0, -2) for values in (outputs, targets))
    if batch.classes:
        answers = targets.argmax(-1)
        loss = functional.cross_entropy(logits, answers, reduction="sum")
        mistakes = logits.argmax(-1) != answers
    else:
        loss = functional.binary_cross_entropy_with_logits(logits, targets, reduction="sum")
        mistakes = (logits > 0) != (targets > 0.5)
    episodes = inputs.shape[1]
    return loss / (episodes * math.log(2)), mistakes.sum().item() / episodes


def evaluate(
    network: MemoryNetwork[Any], task: Task, level: int, episodes: int, random: Generator, batch: int = 16
) -> float:
    """Mean number of wrong bits an episode over at least ``episodes`` episodes of exactly this level."""
    rounds = -(-episodes // batch)
    with torch.no_grad():
        return sum(score(network, task.sample(random, batch, level))[1] for _ in range(rounds)) / rounds


def train(
    network: MemoryNetwork[Any],
    task: Task,
    curriculum: Curriculum,
    *,
    episodes: int,
    batch: int,
    learning_rate: float,
    clip: float,
    seed: int,
    updated: Callable[[Update], None],
    stopping: Callable[[], bool],
    save: Callable[[Checkpoint], None],
    save_every: int,
    resume: Checkpoint | None = None,
) -> Update | None:
    """Train ``network`` in place with Adam until ``episodes`` were seen or ``stopping()``; returns the last update.

    ``clip``: largest norm of the whole gradient; ``save_every``: episodes between checkpoints, besides one at the end.
    With ``resume`` everything goes on as if it had never stopped: weights, optimiser, level and random numbers.
    Settings may differ from then on; the level never falls below the first one of ``curriculum``.
    Raises BadInput if a loss or gradient is not finite (a checkpoint of the last good weights is saved first) and if
    ``resume`` does not fit the network.
    """
    optimiser = torch.optim.Adam(network.parameters(), learning_rate)
    random = np.random.default_rng(seed)
    seen, last = 0, None
    if resume is not None:
        seen = _restore(network, optimiser, curriculum, random, resume)
    next_save = seen + save_every
    while seen < episodes and not stopping():
        length = curriculum.draw(random)
        loss, wrong = score(network, task.sample(random, batch, length))
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        try:
            norm = nn.utils.clip_grad_norm_(network.parameters(), clip, error_if_nonfinite=True).item()
        except RuntimeError:  # raised before clipping, which would spread the fault to every gradient
            norm = math.nan
        if not (math.isfinite(loss.item()) and math.isfinite(norm)):
            save(_checkpoint(network, optimiser, curriculum, random, seen))
            raise BadInput(
                f"Training stopped after {seen} episodes because {_not_finite(network)} is not finite; "
                "the last good weights were kept. A lower learning rate or gradient norm may help"
            )
        optimiser.step()
        seen += batch
        last = Update(seen, curriculum.level, length, loss.item(), wrong, norm)
        curriculum.learned(loss.item())
        updated(last)
        if seen >= next_save:
            save(_checkpoint(network, optimiser, curriculum, random, seen))
            next_save += save_every
    save(_checkpoint(network, optimiser, curriculum, random, seen))
    return last


def _not_finite(network: nn.Module) -> str:
    """Name of the first tensor that is not finite."""
    for name, parameter in network.named_parameters():
        if not parameter.isfinite().all():
            return f"the weight {name}"
    for name, parameter in network.named_parameters():
        if parameter.grad is not None and not parameter.grad.isfinite().all():
            return f"the gradient of {name}"
    return "the loss"


def _checkpoint(
    network: nn.Module, optimiser: torch.optim.Optimizer, curriculum: Curriculum, random: Generator, seen: int
) -> Checkpoint:
    """Copies of all that training depends on."""
    tensors = {f"network/{name}": value.detach().cpu().clone() for name, value in network.state_dict().items()}
    for index, values in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser/{index}/{name}": value.detach().cpu().clone() for name, value in values.items()}
    tensors["random/numpy"] = torch.tensor(list(json.dumps(random.bit_generator.state).encode()), dtype=torch.uint8)
    tensors["random/torch"] = torch.get_rng_state().clone()
    tensors["curriculum"] = torch.tensor([float(v) for v in asdict(curriculum).values()], dtype=torch.float64)
    return tensors, {"episodes": str(seen)}


def load_weights(network: nn.Module, tensors: dict[str, Tensor]) -> None:
    """Put the weights of a checkpoint into a network; raises BadInput naming the first tensor that does not fit."""
    own = network.state_dict()
    saved = {name.removeprefix("network/"): value for name, value in tensors.items() if name.startswith("network/")}
    for name in own.keys() | saved.keys():
        if name not in own or name not in saved:
            where = "checkpoint" if name in saved else "network"
            raise BadInput(f"The checkpoint does not fit this network: only the {where} has {name}")
        if own[name].shape != saved[name].shape:
            shapes = f"{list(saved[name].shape)} in the checkpoint, {list(own[name].shape)} here"
            raise BadInput(f"The checkpoint does not fit this network: {name} is {shapes}")
    network.load_state_dict(saved)


def _restore(
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    curriculum: Curriculum,
    random: Generator,
    checkpoint: Checkpoint,
) -> int:
    """Put everything back; returns the number of episodes seen."""
    tensors, metadata = checkpoint
    load_weights(network, tensors)
    try:
        state = optimiser.state_dict()
        for name, value in tensors.items():
            if name.startswith("optimiser/"):
                _, index, field = name.split("/")
                state["state"].setdefault(int(index), {})[field] = value.clone()
        optimiser.load_state_dict(state)
        random.bit_generator.state = json.loads(bytes(tensors["random/numpy"].tolist()))
        torch.set_rng_state(tensors["random/torch"])
        saved = dict(zip(asdict(curriculum), tensors["curriculum"].tolist(), strict=True))
        curriculum.level = min(max(curriculum.level, int(saved["level"])), curriculum.highest)
        curriculum.total, curriculum.count = saved["total"], int(saved["count"])
        return int(metadata["episodes"])
    except (KeyError, ValueError) as error:
        raise BadInput(f"The checkpoint cannot be resumed: {error}") from error
