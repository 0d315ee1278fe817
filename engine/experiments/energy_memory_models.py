"""Make a finished training one of the memories that come with Athanor.

Use: ``python -m engine.experiments.energy_memory_models RECORD NAME``, where RECORD is the folder of a run of
*energy-memory*. Writes NAME.safetensors and NAME.json into ``assets/models/recall``.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.associative.files import bundle_of_run, save_bundle, shipped
from engine.errors import BadInput
from engine.experiments.catalogue import find
from engine.runs import Record


def publish(folder: Path, name: str, target: Path) -> Path:
    """Write the memory of a finished record into ``target``; returns the path of its weights. Raises BadInput."""
    record = Record.open(folder)
    status = record.status()
    if record.metadata.experiment != "energy-memory" or status.status != "finished":
        raise BadInput(f"{folder} is no finished run of energy-memory")
    bundle = bundle_of_run(folder)
    if bundle.memory.card.data == "cifar10":
        raise BadInput("Memories of CIFAR-10 come with pictures that may not be passed on")
    made = {
        "commands": commands(record),
        "date": record.metadata.created[:10],
        "versions": {key: value for key, value in record.metadata.versions.items() if key in ("torch", "numpy")},
        "figures": status.result or {},
        "sizes": sizes(record),
    }
    return save_bundle(target, name, bundle, replace(bundle.memory.card, made=made))


def sizes(record: Record) -> list[dict[str, Any]]:
    """Error of each method at each size of memory, as the page draws it."""
    rows, found = record.table("sizes").read(), []
    for method in record.events("methods"):
        own = rows[rows["method"] == method["index"]]
        points = [[int(row["floats"]), round(float(row["error"]), 4), round(float(row["sem"]), 4)] for row in own]
        if method["name"] != "nearest_fill":
            found.append({key: method[key] for key in ("name", "title", "told")} | {"points": points})
    return found


def commands(record: Record) -> list[str]:
    """What to type to train the same memory again, its beginnings first."""
    made, before = record.metadata, []
    if made.parent is not None:
        parent = Record.open(record.folder.parent / made.parent)
        before = commands(parent)
        if parent.metadata.configuration == made.configuration:  # it only went on, or was examined again
            return before
    usual = find("energy-memory").configure(made.preset, {}).to_dict()
    changed = {key: value for key, value in made.configuration.items() if value != usual[key]}
    words = ["athanor run energy-memory", f"--preset {made.preset}" if made.preset else ""]
    words += [f"--set {key}={value}" for key, value in changed.items()]
    words += ["--parent ID" if before else "", f"--seed {made.seed}"]
    return [*before, " ".join(word for word in words if word)]


if __name__ == "__main__":
    sys.stdout.write(f"{publish(Path(sys.argv[1]), sys.argv[2], shipped())}\n")
