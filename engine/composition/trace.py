"""What the record of a comparison holds: one shape for grids, the plane and bodies.

Event streams: ``methods`` {"names": [...], "titles": [...]}; ``cases`` {"case", "row", "suite", "pair", "gamma",
"alpha", ...}: one world with its tasks; grids add "walls" and "rewards", planes and bodies "targets" (centres, null for
a band across the plane) and "near".

Tables, one row each for a case, a look (``updates`` learned so far) and a method:

- ``maps``: fields over the board or over places in the plane, nan where there is nothing;
- ``scores``: mean value, regret, return, and where runs end;
- ``ends``: end points and returns of all runs; ``rollouts``: some runs, point by point.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.composition.dynamics import Floats
from engine.experiments.context import Context
from engine.runs.schema import Column

TITLES = {
    "optimal": "Optimum",
    "dc": "Divergence correction",
    "co": "Compositional optimism",
    "gpi": "Max-ent GPI",
    "dc_cheap": "DC-Cheap",
    "condq": "CondQ",
    "base_1": "First skill alone",
    "base_2": "Second skill alone",
}

LOOK = (
    Column("case", "i4", description="which world and tasks; see cases"),
    Column("updates", "i8", unit="updates", description="learned so far; 0 where everything is solved"),
    Column("method", "i2", description="which of methods"),
)


def map_columns(rows: int, columns: int, moves: int, tasks: int = 2) -> tuple[Column, ...]:
    """Columns of ``maps``: ``moves`` holds probabilities of four moves on a board, or the mean step (x, y)."""
    shape = (rows, columns)
    return (
        *LOOK,
        Column("weights", "f8", (tasks,), description="of the tasks in the mixture"),
        Column("value", "f4", shape, "reward", "soft value of the method's policy (learned: what it believes)"),
        Column("correction", "f4", shape, "reward", "mean of C under the method's policy"),
        Column("regret", "f4", shape, "reward", "value lost against the optimum from here; nan where unknown"),
        Column(
            "density", "f4", shape, "reward", "where regret arises: discounted visits times alpha KL to the optimum"
        ),
        Column("moves", "f4", (*shape, moves), description="probability of each move, or mean step"),
    )


SCORE_COLUMNS = (
    *LOOK,
    Column("mixture", "f8", description="weight of the first task"),
    Column("value", "f8", unit="reward", description="mean maximum-entropy value over starts"),
    Column("regret", "f8", unit="reward", description="against the optimum, or the best method where that is unknown"),
    Column("returned", "f8", unit="reward", description="mean undiscounted return without entropy; nan where not run"),
    Column("near", "f8", (3,), description="share of runs ending at the first, second and shared region"),
)


def end_columns(runs: int) -> tuple[Column, ...]:
    """Columns of ``ends``."""
    return (
        *LOOK,
        Column("ends", "f4", (runs, 2), description="last place of each run"),
        Column("returned", "f4", (runs,), "reward", "its return"),
    )


def rollout_columns(steps: int, joints: int) -> tuple[Column, ...]:
    """Columns of ``rollouts``."""
    return (
        *LOOK,
        Column("run", "i4", description="the same number: the same start"),
        Column("points", "f4", (steps + 1, joints, 3), "m", "joints of the body; the last one is paid"),
        Column("returned", "f4", unit="reward", description="undiscounted return"),
    )


def announce(context: Context, methods: Sequence[str]) -> None:
    """Write the methods, whose numbers are used in every table."""
    context.event("methods", {"names": list(methods), "titles": [TITLES[name] for name in methods]})


def plain(values: Floats) -> Any:
    """JSON form of an array: nan becomes null."""
    if values.ndim:
        return [plain(np.asarray(one)) for one in values]
    return float(values) if np.isfinite(values) else None
