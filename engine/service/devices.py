"""Which device a job runs on. torch is imported only when a job asks for more than the CPU."""

from __future__ import annotations

import re

from engine.errors import BadInput

_NAME = re.compile(r"auto|cpu|cuda|cuda:\d{1,3}")


def check_device(name: str, *, uses_torch: bool) -> str:
    """The name itself if a job may ask for it; raises BadInput. Cheap: looks at the text only."""
    if not _NAME.fullmatch(name):
        raise BadInput(f"device may be auto, cpu, cuda or cuda:N, not {name!r}")
    if not uses_torch and name not in ("auto", "cpu"):
        raise BadInput(f"device may be auto or cpu, not {name!r}: this experiment does not use a GPU")
    return name


def resolve_device(name: str) -> str:
    """The device behind a name: cpu or cuda:N.

    Called in the engine process by experiments that use torch; ``cpu`` still imports nothing. Raises BadInput for a
    GPU that is not there.
    """
    check_device(name, uses_torch=True)
    if name == "cpu":
        return name
    try:
        import torch

        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    except ImportError:
        count = 0
    if name == "auto":
        return "cuda:0" if count else "cpu"
    number = int(name.partition(":")[2] or 0)
    if number >= count:
        found = f"there are {count}, numbered from 0" if count else "torch finds no GPU here"
        raise BadInput(f"device may be auto or cpu, not {name!r}: {found}")
    return f"cuda:{number}"
