"""Time and memory of the networks against the number of slots [Rae et al. 2016, Figures 1 and 7]."""

from __future__ import annotations

from typing import Any

from engine.errors import BadInput
from engine.experiments.context import Context
from engine.experiments.memory_settings import SMALLEST, ScalingConfiguration
from engine.memory.benchmark import BATCH, Row, measure
from engine.runs.schema import Column

FACTOR = 4
SPARSE = ("sam", "sdnc")

SCALING = (
    Column("model", "u1", description="index in the events models"),
    Column("slots", "i8", unit="words"),
    Column("warm", "b1", description="whether every word was in use before"),
    Column("ms_per_step", "f8", unit="ms", description=f"CPU time, forward and backward, batch {BATCH}"),
    Column("growth_mb", "f8", unit="MB", description="growth of the process over a sequence, batch 1"),
    Column("batch", "i4", description="of the time; the growth is always that of one sequence"),
    Column("steps", "i4", description="steps of the sequence"),
    Column("extrapolated", "b1", description="neither was measured: scaled up from smaller memories"),
    Column("growth_extrapolated", "b1", description="growth measured over fewer steps, or scaled up"),
)


def run(configuration: ScalingConfiguration, context: Context) -> dict[str, Any]:
    """Measure every network at every size, each in a process of its own."""
    c = configuration
    sizes = [SMALLEST]
    while sizes[-1] * FACTOR <= c.most_slots:
        sizes.append(sizes[-1] * FACTOR)
    table = context.table("scaling", SCALING)
    names = list(dict.fromkeys(c.models))
    plan = [(name, warm) for name in names for warm in ((False, True) if c.warm and name in SPARSE else (False,))]
    result: dict[str, Any] = {}
    for index, name in enumerate(names):
        context.event("models", {"index": index, "name": name})
    for done, (name, warm) in enumerate(plan):
        last: Row | None = None
        for i, slots in enumerate(sizes):
            context.check()
            row, extrapolated = _row(name, slots, warm, c.steps, last)
            table.append(
                model=names.index(name),
                slots=slots,
                warm=warm,
                ms_per_step=row.ms_per_step,
                growth_mb=row.growth_mb,
                batch=BATCH,
                steps=row.steps,
                extrapolated=extrapolated,
                growth_extrapolated=row.steps_measured < row.steps,
            )
            figures = {"slots": slots, "ms_per_step": row.ms_per_step, "growth_mb": row.growth_mb}
            figures |= {"extrapolated": extrapolated, "growth_extrapolated": row.steps_measured < row.steps}
            result.setdefault(f"{name} warm" if warm else name, []).append(figures)
            context.progress(done * len(sizes) + i + 1, len(plan) * len(sizes), "measurements")
            context.flush()
            last = row
    return result


def _row(name: str, slots: int, warm: bool, steps: int, last: Row | None) -> tuple[Row, bool]:
    """A measurement, or where it does not fit the last one scaled up (True): links of the DNC grow with the square."""
    try:
        return measure(name, slots, warm, steps), False
    except BadInput:
        if last is None:
            raise
        growth = (slots / last.slots) ** (2 if name == "dnc" else 1)
        return Row(name, slots, warm, last.ms_per_step * growth, last.growth_mb * growth, steps, 0), True
