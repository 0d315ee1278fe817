"""The engine check: a run that does nothing but keep time.

It tries everything a job needs (progress, curves, a table, checkpoints, pause, stop, commands) and measures how late
the steps came, which tells how busy the machine is. Its faults on demand let a person see that a failing, crashing or
stubborn job harms nothing else.
"""

from __future__ import annotations

import os
import signal
import time
from collections import deque
from typing import Any, Literal

import numpy as np
from pydantic import Field

from engine.errors import BadInput
from engine.experiments.configuration import Configuration
from engine.experiments.context import Context
from engine.runs.record import Record
from engine.runs.schema import Column

COLUMNS = (
    Column("step", "i8", description="step number, from 0"),
    Column("time", "f8", unit="s", description="since the start of the run"),
    Column("late_ms", "f8", unit="ms", description="how long after its due time the step came"),
)


class PulseConfiguration(Configuration):
    """Settings of the engine check."""

    steps: int = Field(200, ge=1, le=10**9, description="How many steps to count", json_schema_extra={"unit": "steps"})
    rate_hz: float = Field(
        100.0, gt=0, le=100_000, description="Steps a second", title="Rate", json_schema_extra={"unit": "Hz"}
    )
    allocate_mb: int = Field(
        0, ge=0, le=4096, description="Memory to hold during the run", title="Memory", json_schema_extra={"unit": "MB"}
    )
    fault: Literal["none", "fail", "exit", "segfault", "ignore-stop"] = Field(
        "none", description="Fault to show: an error, two kinds of crash, or a job that does not react to Stop"
    )
    fault_at: int = Field(10, ge=0, description="Step at which the fault happens", json_schema_extra={"unit": "steps"})


def run(configuration: PulseConfiguration, context: Context) -> dict[str, Any]:
    """Count; a run with a parent goes on where the parent's table ended."""
    table = context.table("pulses", COLUMNS)
    held = np.ones(configuration.allocate_mb << 17)  # 8 bytes each, written so that the memory is really taken
    first = len(Record.open(context.parent).table("pulses")) if context.parent else 0
    late: deque[float] = deque(maxlen=1_000_000)
    rate, due, started = configuration.rate_hz, time.perf_counter(), time.perf_counter()
    obedient = configuration.fault != "ignore-stop"
    for step in range(first, configuration.steps):
        if obedient:
            context.check()
            for command in context.commands(timeout=0):
                rate = _new_rate(command, rate)
        if step == configuration.fault_at:
            _fault(configuration.fault)
        wait = max(0.0, due - time.perf_counter())
        context.sleep(wait) if obedient else time.sleep(wait)
        now = time.perf_counter()
        late.append(1e3 * (now - due))
        due = max(due + 1 / rate, now)  # after a pause or a slow spell, no burst to catch up
        table.append(step=step, time=now - started, late_ms=late[-1])
        context.scalar("late_ms", late[-1], step)
        context.progress(step + 1, configuration.steps, "steps")
    seconds = time.perf_counter() - started
    p50, p99 = np.percentile(late, [50, 99]).tolist() if late else (0.0, 0.0)
    return {
        "steps": max(first, configuration.steps),
        "steps_per_second": (configuration.steps - first) / seconds if seconds else 0.0,
        "late_p50_ms": p50,
        "late_p99_ms": p99,
        "late_max_ms": max(late, default=0.0),
        "held_mb": held.nbytes >> 20,
    }


def _new_rate(command: dict[str, Any], rate: float) -> float:
    wanted = command.get("rate_hz", rate)
    if not isinstance(wanted, int | float) or not 0 < wanted <= 100_000:
        raise BadInput(f"rate_hz may be a number above 0 and at most 100_000 (Hz), not {wanted!r}")
    return float(wanted)


def _fault(fault: str) -> None:
    if fault == "fail":
        raise RuntimeError("The engine check was asked to fail here")
    if fault == "exit":
        os._exit(7)
    if fault == "segfault":
        signal.raise_signal(signal.SIGSEGV)
