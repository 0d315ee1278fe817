"""Trained policies as files: weights in safetensors, and beside them which task and network they belong to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor, nn

from engine.control.networks import KINDS, Actor, Eye, Sizes, width_seen
from engine.control.policy import Policy
from engine.control.quantities import Task
from engine.control.readout import Readout
from engine.control.tasks import find_task
from engine.errors import BadInput
from engine.weights import card_read, check_room, read_card, read_model

FORMAT = 1


@dataclass(frozen=True)
class Card:
    """What a trained policy is: ``task`` it was trained on, shapes, ``algorithm``, and ``made``: commands, figures."""

    task: str
    sizes: Sizes
    stochastic: bool
    algorithm: str
    made: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"format": FORMAT, **asdict(self)}

    @classmethod
    def from_json(cls, values: Any, where: str) -> Card:
        """The card; raises BadInput naming ``where`` it was read."""
        with card_read(values, FORMAT, "a trained policy", where):
            given = values["sizes"]
            if given["kind"] not in KINDS:
                raise BadInput(f"{where} describes a network of the unknown kind {given['kind']!r}")
            numbers = [int(given[name]) for name in ("observations", "actions", "hidden")]
            if not all(1 <= n <= 4096 for n in numbers):
                raise BadInput(f"{where} gives sizes that no network here has: {numbers}")
            sizes = Sizes(numbers[0], numbers[1], given["kind"], numbers[2], bool(given["full"]), bool(given["pixels"]))
            return cls(
                str(values["task"]), sizes, bool(values["stochastic"]), str(values["algorithm"]), dict(values["made"])
            )


@dataclass(frozen=True)
class Trained:
    """A policy with its card and what can be read from its memory."""

    card: Card
    policy: Policy
    readout: Readout | None

    def check(self, task: Task) -> None:
        """Raises BadInput unless the policy fits ``task``: the same observations in the same world."""
        own = find_task(self.card.task)
        if (own.family, own.observation, len(own.actions)) != (task.family, task.observation, len(task.actions)):
            raise BadInput(
                f"This policy was trained on {own.name} (sees {', '.join(own.observation)}); {task.name} is another "
                f"task (it shows {', '.join(task.observation)})"
            )
        trained_on, width = self.card.sizes.observations, width_seen(task, full=self.card.sizes.full)
        if trained_on != width:
            raise BadInput(f"This policy was trained when {task.name} showed {trained_on} numbers; now it is {width}")


def tensors_of(policy: Policy, readout: Readout | None) -> dict[str, Tensor]:
    """Everything a checkpoint holds."""
    parts: dict[str, Tensor] = {}
    for name, module in (("actor", policy.actor), ("eye", policy.eye)):
        parts |= {f"{name}/{key}": value.detach().clone() for key, value in module.state_dict().items()}
    return parts | (readout.tensors() if readout else {})


def restore(card: Card, tensors: Mapping[str, Tensor], where: str) -> Trained:
    """The policy of a card with these weights; raises BadInput naming ``where`` if they do not fit."""
    check_room(lambda: Actor(card.sizes, card.stochastic), tensors, where)
    actor = Actor(card.sizes, card.stochastic)
    eye: nn.Module = Eye() if card.sizes.pixels else nn.Identity()
    for name, module in (("actor", actor), ("eye", eye)):
        prefix = f"{name}/"
        own = {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
        wanted = module.state_dict()
        for key in wanted.keys() | own.keys():
            if key not in own or key not in wanted or own[key].shape != wanted[key].shape:
                raise BadInput(f"{where} does not fit its own card at {prefix}{key}")
            if not torch.isfinite(own[key]).all():
                raise BadInput(f"{where} holds weights that are not numbers at {prefix}{key}")
        module.load_state_dict(own)
        module.requires_grad_(False)
    hidden = len(find_task(card.task).hidden)
    return Trained(card, Policy(eye, actor), Readout.from_tensors(tensors, actor.memory.width, hidden, where))


def card_of(metadata: Mapping[str, str], where: str) -> Card:
    """The card in a checkpoint's metadata; raises BadInput naming ``where``."""
    return Card.from_json(read_card(metadata, where), where)


def save_model(folder: Path, name: str, trained: Trained) -> Path:
    """Write NAME.safetensors and NAME.json into ``folder``; returns the path of the weights."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.safetensors"
    tensors = tensors_of(trained.policy, trained.readout)
    path.write_bytes(save({key: value.contiguous() for key, value in tensors.items()}))
    text = json.dumps(trained.card.to_json(), indent=1, ensure_ascii=False)
    path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    return path


def load_model(path: Path) -> Trained:
    """A model file with its JSON beside it; raises BadInput naming the file."""
    values, tensors = read_model(path, "a trained policy")
    return restore(Card.from_json(values, str(path.with_suffix(".json"))), tensors, str(path))
