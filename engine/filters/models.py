"""Trained set memories as files: weights in safetensors, and beside them what they are and their thresholds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor

from engine.errors import BadInput
from engine.filters.calibration import Calibration
from engine.filters.network import SetMemory, Sizes
from engine.filters.rivals import build
from engine.weights import card_read, check_room, read_model

FORMAT = 1
PRETRAINED = "pretrained/"


@dataclass(frozen=True)
class Card:
    """What a trained network is: ``model`` kind, ``task``, ``sizes``, set sizes ``trained`` on, ``calibration``;
    ``made``: command, seed and figures, for people.
    """

    model: str
    task: str
    sizes: Sizes
    trained: tuple[int, int]
    calibration: Calibration
    made: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "format": FORMAT,
            "model": self.model,
            "task": self.task,
            "sizes": self.sizes.to_json(),
            "trained": list(self.trained),
            "calibration": self.calibration.to_json(),
            "made": self.made,
        }

    @classmethod
    def from_json(cls, values: Any, where: str) -> Card:
        """The card; raises BadInput naming ``where`` it was read."""
        with card_read(values, FORMAT, "a trained set memory", where):
            low, high = values["trained"]
            sizes, calibration = Sizes.from_json(values["sizes"]), Calibration.from_json(values["calibration"])
            made = dict(values["made"])
            return cls(str(values["model"]), str(values["task"]), sizes, (int(low), int(high)), calibration, made)


def load_weights(network: SetMemory, tensors: dict[str, Tensor], where: str) -> None:
    """Put weights into a network; raises BadInput if they do not fit."""
    try:
        network.load_state_dict(tensors)
    except (RuntimeError, KeyError) as problem:
        line = " ".join(str(problem).split())
        raise BadInput(f"{where} does not fit this network: {line[:300]}") from problem
    network.eval()


def restore(card: Card, tensors: dict[str, Tensor], where: str) -> SetMemory:
    """The network of a card with these weights; raises BadInput if they do not fit."""
    check_room(lambda: build(card.model, card.sizes), tensors, where)  # type: ignore[arg-type]
    network = build(card.model, card.sizes)  # type: ignore[arg-type]
    load_weights(network, tensors, where)
    return network


def save_model(folder: Path, name: str, card: Card, network: SetMemory) -> Path:
    """Write NAME.safetensors and NAME.json into ``folder``; returns the path of the weights."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.safetensors"
    path.write_bytes(save({key: value.detach().cpu().contiguous() for key, value in network.state_dict().items()}))
    text = json.dumps(card.to_json(), indent=1, ensure_ascii=False)
    path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    return path


def load_model(path: Path) -> tuple[Card, SetMemory]:
    """Card and network of a model file with its JSON beside it; raises BadInput naming the file."""
    values, tensors = read_model(path, "a trained set memory")
    card = Card.from_json(values, str(path.with_suffix(".json")))
    return card, restore(card, tensors, str(path))


def fingerprint(network: SetMemory) -> str:
    """SHA-256 of all weights: a saved filter says by it which network it needs."""
    found = hashlib.sha256()
    for name, value in sorted(network.state_dict().items()):
        found.update(name.encode())
        found.update(value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
    return found.hexdigest()


def shipped() -> Path:
    """Folder of the trained networks that come with Athanor."""
    return Path(__file__).resolve().parents[2] / "assets" / "models" / "sets"


def shipped_names() -> list[str]:
    """Names of the trained networks that come with Athanor, in alphabetical order."""
    return sorted(path.stem for path in shipped().glob("*.safetensors"))


def load_shipped(name: str) -> tuple[Card, SetMemory]:
    """A network that comes with Athanor; raises BadInput that lists the names."""
    if name not in shipped_names():
        raise BadInput(f"source may be pretrained/ and one of {', '.join(shipped_names()) or 'none'}, not {name}")
    return load_model(shipped() / f"{name}.safetensors")


def for_task(task: str, n: int) -> str | None:
    """The name of the shipped network whose training covers sets of n keys of this task best; None for none."""
    best: tuple[float, str] | None = None
    for name in shipped_names():
        values = json.loads((shipped() / f"{name}.json").read_text(encoding="utf-8"))
        if values.get("task") != task or values.get("model") != "nbf":
            continue
        low, high = values["trained"]
        outside = max(low / n, n / high, 1.0)
        if best is None or outside < best[0]:
            best = outside, name
    return None if best is None else best[1]
