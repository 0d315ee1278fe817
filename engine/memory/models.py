"""Trained networks as files: weights in safetensors, and beside them what kind of network they belong to."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from safetensors.torch import save
from torch import Tensor

from engine.memory.catalogue import build
from engine.memory.interface import MemoryNetwork, Sizes
from engine.memory.training import load_weights
from engine.weights import card_read, check_room, read_card, read_model

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Card:
    """What a trained network is and where it comes from.

    ``story``: bAbI task, learned ``together`` with others;
    ``levels``: lowest and highest level trained; ``made``: command, seed and figures, for people.
    """

    model: str
    task: str
    sizes: Sizes
    story: int
    levels: tuple[int, int]
    made: dict[str, Any] = field(default_factory=dict)
    together: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"format": FORMAT, **asdict(self)}

    @classmethod
    def from_json(cls, values: Any, where: str) -> Card:
        """The card; raises BadInput naming ``where`` it was read."""
        with card_read(values, FORMAT, "a trained network", where):
            low, high = values["levels"]
            sizes = Sizes(**{name: int(size) for name, size in values["sizes"].items()})
            made, story = dict(values["made"]), int(values["story"])
            together = tuple(int(each) for each in values.get("together", ()))  # files of before have none
            return cls(str(values["model"]), str(values["task"]), sizes, story, (int(low), int(high)), made, together)


def card_of(metadata: dict[str, str], where: str) -> Card:
    """The card in a checkpoint's metadata; raises BadInput naming ``where``."""
    return Card.from_json(read_card(metadata, where), where)


def restore(card: Card, tensors: dict[str, Tensor]) -> MemoryNetwork[Any]:
    """The network of a card with these weights (names as in checkpoints); raises BadInput if they do not fit."""
    check_room(lambda: build(card.model, card.sizes), tensors, f"The card of a {card.model}")
    network = build(card.model, card.sizes)
    load_weights(network, tensors)
    return network


def save_model(folder: Path, name: str, card: Card, network: MemoryNetwork[Any]) -> Path:
    """Write NAME.safetensors (weights only) and NAME.json into ``folder``; returns the path of the weights."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.safetensors"
    weights = {f"network/{key}": value.detach().cpu().contiguous() for key, value in network.state_dict().items()}
    path.write_bytes(save(weights))
    text = json.dumps(card.to_json(), indent=1, ensure_ascii=False)
    path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    return path


def load_model(path: Path) -> tuple[Card, MemoryNetwork[Any]]:
    """Card and network of a model file with its JSON beside it; raises BadInput naming the file."""
    values, tensors = read_model(path, "a trained network")
    card = Card.from_json(values, str(path.with_suffix(".json")))
    return card, restore(card, tensors)


def shipped() -> Path:
    """Folder of the trained networks that come with Athanor."""
    return Path(__file__).resolve().parents[2] / "assets" / "models" / "memory"


def shipped_names() -> list[str]:
    """Names of the trained networks that come with Athanor, in alphabetical order."""
    return sorted(path.stem for path in shipped().glob("*.safetensors"))
