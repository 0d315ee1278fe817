"""Make a finished training one of the networks that come with Athanor.

Use: ``python -m engine.experiments.memory_models RECORD NAME``, where RECORD is the folder of a run of *memory*. Writes
NAME.safetensors and NAME.json into ``assets/models/memory``; the JSON says which commands made it and what it reached.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from engine.errors import BadInput
from engine.experiments.catalogue import find
from engine.experiments.memory import LATEST
from engine.memory.models import card_of, restore, save_model, shipped
from engine.runs import Record
from engine.runs.checkpoints import load_checkpoint


def publish(folder: Path, name: str, target: Path) -> Path:
    """Write the network of a finished record into ``target``; returns the path of its weights. Raises BadInput."""
    record = Record.open(folder)
    status = record.status()
    if record.metadata.experiment != "memory" or status.status != "finished":
        raise BadInput(f"{folder} is no finished run of memory")
    tensors, metadata = load_checkpoint(folder, LATEST, as_torch=True)
    made = {
        "commands": commands(record),
        "date": record.metadata.created[:10],
        "machine": record.metadata.versions.get("platform", ""),
        "versions": {key: value for key, value in record.metadata.versions.items() if key in ("torch", "numpy")},
        "figures": status.result or {},
    }
    card = replace(card_of(metadata, f"The checkpoint of {folder}"), made=made)
    return save_model(target, name, card, restore(card, tensors))


def commands(record: Record) -> list[str]:
    """What to type to train the same network again; a run that only went on with another counts as one with it."""
    made, before = record.metadata, []
    if made.parent is not None:
        parent = Record.open(record.folder.parent / made.parent)
        before = commands(parent)
        if parent.metadata.configuration == made.configuration:
            return before
    experiment = find("memory")
    usual = experiment.configure(made.preset, {}).to_dict()
    words = ["athanor run memory", f"--preset {made.preset}" if made.preset else ""]
    named = ("model", "task")
    words += [
        f"--set {key}={value}" for key, value in made.configuration.items() if key in named or value != usual[key]
    ]
    words += ["--parent ID" if before else "", f"--seed {made.seed}"]
    return [*before, " ".join(word for word in words if word)]


if __name__ == "__main__":
    sys.stdout.write(f"{publish(Path(sys.argv[1]), sys.argv[2], shipped())}\n")
