"""Make a finished training one of the policies that come with Athanor.

Use: ``python -m engine.experiments.control_models RECORD``, where RECORD is the folder of a run of *control*. Writes
NAME.safetensors and NAME.json into ``assets/models/control``; the JSON says which command made it and what it reached.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from engine.control.models import card_of, restore, save_model
from engine.control.shipped import folder as shipped
from engine.control.shipped import name_of
from engine.errors import BadInput
from engine.experiments.catalogue import find
from engine.experiments.control_settings import TRAINED
from engine.experiments.control_tasks import BEST
from engine.runs import Record
from engine.runs.checkpoints import load_checkpoint


def publish(folder: Path, target: Path) -> Path:
    """Write the best policy of a finished training into ``target``; returns its path. Raises BadInput."""
    record = Record.open(folder)
    status, made = record.status(), record.metadata
    agent = str(made.configuration.get("agent"))
    if made.experiment != "control" or status.status != "finished" or agent not in TRAINED:
        raise BadInput(f"{folder} is no finished training of control")
    tensors, metadata = load_checkpoint(folder, BEST, as_torch=True)
    trained = restore(card_of(metadata, f"The checkpoint of {folder}"), tensors, f"The checkpoint of {folder}")
    origin = {
        **trained.card.made,
        "commands": commands(record),
        "date": made.created[:10],
        "machine": made.versions.get("platform", ""),
        "versions": {key: value for key, value in made.versions.items() if key in ("torch", "numpy")},
        "figures": status.result or {},
        "curve": curve(record),
    }
    trained = replace(trained, card=replace(trained.card, made=origin))
    kind = {"train": "lstm", "imitate": "taught"}.get(agent, agent)
    return save_model(target, name_of(trained.card.task, kind), trained)


def commands(record: Record) -> list[str]:
    """What to type to train the same policy again, a run that it went on from first."""
    made = record.metadata
    before = commands(Record.open(record.folder.parent / made.parent)) if made.parent else []
    usual = find("control").configure(None, {}).to_dict()
    words = ["athanor run control"]
    words += [
        f"--set {key}={value}" for key, value in made.configuration.items() if key == "task" or value != usual.get(key)
    ]
    words += ["--parent ID"] if before else []
    return [*before, " ".join((*words, f"--seed {made.seed}"))]


def curve(record: Record) -> list[list[float]]:
    """Updates and mean return on the fixed episodes of validation then, those of a run that it went on from first."""
    own = [[int(at), round(float(value), 2)] for at, value in zip(*record.scalars("return"), strict=True)]
    made = record.metadata
    before = curve(Record.open(record.folder.parent / made.parent)) if made.parent else []
    return [point for point in before if not own or point[0] < own[0][0]] + own


if __name__ == "__main__":
    sys.stdout.write(f"{publish(Path(sys.argv[1]), shipped())}\n")
