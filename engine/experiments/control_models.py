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
from engine.control.shipped import name_for
from engine.control.tasks import find_task
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
    usual = find("control").configure(None, {}).to_dict()
    words = [
        f"--set {key}={value}" for key, value in made.configuration.items() if key == "task" or value != usual[key]
    ]
    origin = {
        **trained.card.made,
        "commands": [" ".join(("athanor run control", *words, f"--seed {made.seed}"))],
        "date": made.created[:10],
        "machine": made.versions.get("platform", ""),
        "versions": {key: value for key, value in made.versions.items() if key in ("torch", "numpy")},
        "figures": status.result or {},
    }
    trained = replace(trained, card=replace(trained.card, made=origin))
    kind = "lstm" if agent in ("train", "imitate") else agent
    return save_model(target, name_for(find_task(trained.card.task), kind), trained)


if __name__ == "__main__":
    sys.stdout.write(f"{publish(Path(sys.argv[1]), shipped())}\n")
