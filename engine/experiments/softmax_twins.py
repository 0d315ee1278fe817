"""Turn the twins of a finished comparison into a model that comes with the program, in half precision.

``python -m engine.experiments.softmax_twins RECORD NAME`` writes ``assets/models/softmax/NAME.safetensors``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from safetensors.torch import save

from engine.errors import BadInput
from engine.experiments.softmax_language import TWINS
from engine.runs.checkpoints import load_checkpoint
from engine.runs.schema import check_name
from engine.softmax.pairs import restore_pair, shipped


def publish(record: Path, name: str, folder: Path) -> Path:
    """Write the twins of ``record`` as NAME.safetensors into ``folder``; raises BadInput."""
    tensors, metadata = load_checkpoint(record, TWINS, as_torch=True)
    restore_pair(tensors, metadata, str(record))  # what cannot be opened is not published
    small = {key: value.half() if value.is_floating_point() else value for key, value in tensors.items()}
    small = {key: value.to(torch.int32) if key.endswith("counts") else value for key, value in small.items()}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{check_name(name)}.safetensors"
    path.write_bytes(save(small, metadata))
    return path


if __name__ == "__main__":
    try:
        if len(sys.argv) != 3:
            raise BadInput("Give the folder of a record and a name")
        sys.stdout.write(f"{publish(Path(sys.argv[1]), sys.argv[2], shipped())}\n")
    except BadInput as problem:
        sys.exit(str(problem))
