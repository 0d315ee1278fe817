"""Trained Alchemy agents as files: weights in safetensors, and beside them which memory they belong to."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from safetensors.torch import save
from torch import Tensor

from engine.agents.learned.bodies import BodySizes
from engine.agents.learned.policy import Network
from engine.agents.learned.shipped import folder
from engine.memory.training import load_weights as load_weights
from engine.weights import card_read, read_model

FORMAT = 1
WIDEST, MOST_SLOTS = 1024, 1 << 16  # of an agent in a file: more is a mistake, or meant to harm


@dataclass(frozen=True, slots=True)
class Card:
    """What a trained agent is and where it comes from.

    ``core``, ``width``, ``slots``: its memory; ``known``: what it must be told; ``made``: command, seed, learning curve
    and scores, for people.
    """

    core: str
    width: int
    slots: int
    known: str = "nothing"
    made: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"format": FORMAT, **asdict(self)}

    @classmethod
    def from_json(cls, values: Any, where: str) -> Card:
        """The card; raises BadInput naming ``where`` it was read."""
        with card_read(values, FORMAT, "a trained agent", where):
            made, width, slots = dict(values["made"]), int(values["width"]), int(values["slots"])
            if not (1 <= width <= WIDEST and 1 <= slots <= MOST_SLOTS):
                raise ValueError(f"no agent has a width of {width} and {slots} slots")
            return cls(str(values["core"]), width, slots, str(values["known"]), made)

    def network(self, tensors: dict[str, Tensor]) -> Network:
        """The network with these weights; raises BadInput if they do not fit."""
        network = Network(self.core, BodySizes(self.width, self.slots))
        load_weights(network, tensors)
        return network.eval()


def save_model(target: Path, name: str, card: Card, network: Network) -> Path:
    """Write NAME.safetensors (weights only) and NAME.json into ``target``; returns the path of the weights."""
    target.mkdir(parents=True, exist_ok=True)
    path = target / f"{name}.safetensors"
    weights = {f"network/{key}": value.detach().cpu().contiguous() for key, value in network.state_dict().items()}
    path.write_bytes(save(weights))
    text = json.dumps(card.to_json(), indent=1, ensure_ascii=False)
    path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    return path


def load_model(name: str) -> tuple[Card, Network]:
    """Card and network of a shipped agent; raises BadInput naming the file."""
    return load_file(folder() / f"{name}.safetensors")


def load_file(path: Path) -> tuple[Card, Network]:
    """Card and network of a file of weights with its JSON beside it; raises BadInput naming the file."""
    values, tensors = read_model(path, "a trained agent")
    card = Card.from_json(values, str(path.with_suffix(".json")))
    return card, card.network(tensors)
