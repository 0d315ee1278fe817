"""Seeds: whole numbers that every generator used here accepts."""

from __future__ import annotations

from engine.errors import BadInput

MAX_SEED = 2**32 - 1


def check_seed(seed: int) -> int:
    """The seed itself; raises BadInput outside 0 .. 2**32 - 1."""
    if not 0 <= seed <= MAX_SEED:
        raise BadInput(f"seed may be a whole number from 0 to {MAX_SEED}, not {seed}")
    return seed


def parse_seed(text: str) -> int:
    """The seed that a person typed; raises BadInput."""
    try:
        return check_seed(int(text))
    except BadInput:
        raise
    except ValueError as problem:
        raise BadInput(f"seed may be a whole number from 0 to {MAX_SEED}, not {text!r}") from problem
