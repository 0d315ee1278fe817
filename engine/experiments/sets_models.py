"""Turn the record of a training into a model that comes with the program: ``python -m engine.experiments.sets_models``.

Arguments: folder of the record, name of the model. Writes into assets/models/sets.
"""

from __future__ import annotations

import platform
import sys
import time
from dataclasses import replace
from pathlib import Path

from engine.errors import BadInput
from engine.filters.models import Card, restore, save_model, shipped
from engine.filters.network import SetMemory
from engine.runs.checkpoints import load_checkpoint
from engine.runs.record import Record
from engine.weights import read_card

KEPT = ("n", "bits_total", "bits_bloom", "fpr_measured", "fpr_worst_set", "missed", "auc", "cpu_seconds_training")


def open_run(folder: Path) -> tuple[Card, SetMemory]:
    """Card and network of a finished training; raises BadInput."""
    where = f"The checkpoint of {folder.name}"
    tensors, metadata = load_checkpoint(folder, "latest", as_torch=True)
    if "card" not in metadata:
        raise BadInput(f"{folder.name} has no finished network yet; let its training end, or resume it")
    card = Card.from_json(read_card(metadata, where), where)
    return card, restore(card, {k.removeprefix("network/"): v for k, v in tensors.items()}, f"The run {folder.name}")


def make(folder: Path, name: str) -> Path:
    """Write the model; returns its path."""
    record = Record.open(folder)
    card, network = open_run(folder)
    settings = record.metadata.configuration
    given = " ".join(f"--set {key}={_text(value)}" for key, value in settings.items() if _differs(key, value))
    result = record.status().result or {}
    made = {
        "command": f"athanor run neural-bloom-filter {given} --seed {record.metadata.seed} --json",
        "date": time.strftime("%Y-%m-%d"),
        "machine": platform.platform(),
        "versions": record.metadata.versions,
        "figures": {key: result[key] for key in KEPT if key in result},
    }
    return save_model(shipped(), name, replace(card, made=made), network)


def _differs(key: str, value: object) -> bool:
    from engine.experiments.sets_settings import FilterConfiguration

    return bool(FilterConfiguration.from_dict({}).to_dict()[key] != value)


def _text(value: object) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


if __name__ == "__main__":
    sys.stdout.write(f"{make(Path(sys.argv[1]), sys.argv[2])}\n")
