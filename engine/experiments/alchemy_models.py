"""Make a finished training one of the Alchemy agents that come with Athanor.

Use: ``python -m engine.experiments.alchemy_models RECORD NAME SUMMARY``, where RECORD is the folder of a run of
*alchemy-training*. Writes NAME.safetensors and NAME.json into ``assets/models/alchemy``; the JSON holds the commands
that made it, its seed, learning curve and scores.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.agents.learned.models import Card, save_model
from engine.agents.learned.shipped import folder as shipped
from engine.errors import BadInput
from engine.experiments.alchemy_training import LATEST
from engine.experiments.catalogue import find
from engine.runs import Record
from engine.runs.checkpoints import load_checkpoint
from engine.weights import read_card

POINTS = 60  # of a learning curve that is kept


def publish(record_folder: Path, name: str, summary: str, target: Path) -> Path:
    """Write the network of a finished record into ``target``; returns the path of its weights. Raises BadInput."""
    record = Record.open(record_folder)
    status = record.status()
    if record.metadata.experiment != "alchemy-training" or status.status != "finished":
        raise BadInput(f"{record_folder} is no finished run of alchemy-training")
    tensors, metadata = load_checkpoint(record_folder, LATEST, as_torch=True)
    made = {
        "summary": summary,
        "commands": commands(record),
        "seed": record.metadata.seed,
        "date": record.metadata.created[:10],
        "machine": record.metadata.versions.get("platform", ""),
        "figures": status.result or {},
        "curve": curve(record),
    }
    card = replace(Card.from_json(read_card(metadata, str(record_folder)), str(record_folder)), made=made)
    weights = {key: value for key, value in tensors.items() if key.startswith("network/")}
    return save_model(target, name, card, card.network(weights))


def curve(record: Record) -> list[list[float]]:
    """Games played and score of the learner then, at most ``POINTS`` points."""
    games, scores = record.scalars("score")
    every = max(1, len(games) // POINTS)
    return [[int(at), round(float(score), 2)] for at, score in zip(games[::every], scores[::every], strict=True)]


def commands(record: Record) -> list[str]:
    """What to type to train the same network again, a run that it went on from first."""
    made = record.metadata
    before = commands(Record.open(record.folder.parent / made.parent)) if made.parent else []
    usual: dict[str, Any] = find("alchemy-training").configure(made.preset, {}).to_dict()
    words = ["athanor run alchemy-training", f"--preset {made.preset}" if made.preset else ""]
    words += [f"--set {key}={value}" for key, value in made.configuration.items() if value != usual.get(key, value)]
    words += ["--parent ID" if before else "", f"--seed {made.seed}"]
    return [*before, " ".join(word for word in words if word)]


if __name__ == "__main__":
    sys.stdout.write(f"{publish(Path(sys.argv[1]), sys.argv[2], sys.argv[3], shipped())}\n")
