"""Time and memory of the networks against the number of slots, as published [Rae et al. 2016, Figures 1 and 7].

Protocol: words of 32, 4 heads, 4 reads, 100 LSTM units, one thread. Time: CPU time of forward and backward a step at
batch 8, least of several runs. Memory: growth of the process over one forward and backward at batch 1, from before the
memory is made to its peak. Every row comes from a fresh process. Dense networks are timed over 2 steps, for each takes
the same, and run as many steps as fit for their memory; their growth, which is proportional to the steps, is then
extrapolated to the full number and marked.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

import psutil
import torch

from engine.errors import BadInput
from engine.memory.catalogue import MODELS, build
from engine.memory.interface import Sizes
from engine.memory.sparse_network import SparseNetwork

STEPS = 100
BATCH = 8
RUNS = 5  # the least time of so many counts: other programs only ever make a run slower


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement: ``steps_measured`` below ``steps`` means that ``growth_mb`` is extrapolated linearly."""

    model: str
    slots: int
    warm: bool
    ms_per_step: float
    growth_mb: float
    steps: int
    steps_measured: int


def figures(
    models: tuple[str, ...] = ("ntm", "dam", "sam", "sdnc"),
    slots: tuple[int, ...] = (64, 1024, 65_536),
    warm: tuple[bool, ...] = (False,),
    steps: int = STEPS,
) -> list[Row]:
    """Rows for every combination; warm memories (every word in use) only for SAM and SDNC. Raises BadInput."""
    rows = []
    for model in models:
        for size in slots:
            for filled in warm if model in ("sam", "sdnc") else (False,):
                rows.append(measure(model, size, filled, steps))
    return rows


def room_figures() -> dict[str, Any]:
    """``athanor bench memory``: rows of sparse networks, cold and warm, of dense ones where they fit, and ratios."""
    rows = figures(("sam", "sdnc"), (64, 1024, 65_536, 1 << 20))
    rows += figures(("sam",), (65_536,), warm=(True,))
    rows += figures(("ntm", "dam"), (64, 1024, 65_536))
    rows += figures(("dnc", "sdnc"), (2048,), steps=10)
    return {"rows": as_json(rows), **summary(rows)}


def summary(rows: list[Row]) -> dict[str, Any]:
    """Ratios between rows of one run, and how much a row depends on the number of slots.

    ``ratios``: a dense network over its sparse one at the largest memory both have, time and growth; ``extrapolated``
    says whether that growth was measured over fewer steps. ``cold``: of the sparse networks over all sizes that ran the
    same number of steps, the largest and smallest time and their ratio, the largest growth and its spread.
    """
    found: dict[str, Any] = {"ratios": [], "cold": []}
    for dense, sparse in (("ntm", "sam"), ("dam", "sam"), ("dnc", "sdnc")):
        pairs = [
            (one, other)
            for one in rows
            for other in rows
            if (one.model, other.model) == (dense, sparse)
            and (one.slots, one.steps, other.warm) == (other.slots, other.steps, False)
        ]
        if pairs:
            one, other = max(pairs, key=lambda pair: pair[0].slots)
            found["ratios"].append(
                {
                    "dense": dense,
                    "sparse": sparse,
                    "slots": one.slots,
                    "steps": one.steps,
                    "time": one.ms_per_step / other.ms_per_step,
                    "growth": one.growth_mb / other.growth_mb,
                    "extrapolated": one.steps_measured < one.steps,
                }
            )
    for sparse in ("sam", "sdnc"):
        cold = [row for row in rows if row.model == sparse and not row.warm and row.steps == STEPS]
        if cold:
            times, growths = [row.ms_per_step for row in cold], [row.growth_mb for row in cold]
            found["cold"].append(
                {
                    "model": sparse,
                    "slots": [row.slots for row in cold],
                    "most_ms": max(times),
                    "least_ms": min(times),
                    "time_ratio": max(times) / min(times),
                    "most_mb": max(growths),
                    "spread_mb": max(growths) - min(growths),
                }
            )
    return found


def measure(model: str, slots: int, warm: bool = False, steps: int = STEPS) -> Row:
    """One row, measured in two fresh processes; raises BadInput for a memory that does not fit this machine."""
    if model not in MODELS:
        raise BadInput(f"model must be one of {', '.join(MODELS)}, not {model}")
    timed, fit = steps_that_fit(model, slots, BATCH, steps), steps_that_fit(model, slots, 1, steps)
    if model in ("ntm", "dam", "dnc"):
        timed = min(timed, 2)
    duration = _child({"what": "time", "model": model, "slots": slots, "warm": warm, "steps": timed})
    growth = _child({"what": "growth", "model": model, "slots": slots, "warm": warm, "steps": fit})
    return Row(model, slots, warm, 1e3 * duration, growth / 2**20 * steps / fit, steps, fit)


def steps_that_fit(model: str, slots: int, batch: int, steps: int) -> int:
    """Steps whose activations take at most half of the free memory; raises BadInput if not one step does.

    A step was measured to keep 20 copies of the memory (NTM), 4 (DAM) or 4.5 of the links (DNC); a few more are in use.
    """
    word = 32
    values = {"ntm": 20 * word * slots, "dam": 4 * word * slots, "dnc": 4.5 * slots * slots + 20 * word * slots}
    needed = round(4 * batch * values.get(model, 0))
    room = psutil.virtual_memory().available // 2
    if 2 * needed > room:
        raise BadInput(
            f"{model} with {slots:,} slots needs {needed / 2**30:.1f} GiB a step; {room / 2**30:.1f} are free"
        )
    return min(steps, room // needed - 1) if needed else steps


def _child(task: dict[str, Any]) -> float:
    """Run ``main`` in a fresh process and read the number it prints."""
    command = [sys.executable, "-m", "engine.memory.benchmark", json.dumps(task)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"measuring {task['model']} failed: {done.stderr.strip().splitlines()[-1]}")
    return float(done.stdout)


def main(what: str, model: str, slots: int, warm: bool, steps: int) -> float:
    """Seconds a step, or bytes of growth; called in the child."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    batch = BATCH if what == "time" else 1
    _run(model, 64, False, 2, batch)  # libraries and kernels are loaded before anything is measured
    if what == "time":
        return min(_run(model, slots, warm, steps, batch)[0] for _ in range(RUNS)) / steps
    return max(_run(model, slots, warm, steps, batch)[1], 0)


def _run(model: str, slots: int, warm: bool, steps: int, batch: int) -> tuple[float, int]:
    """CPU seconds of one forward and backward over ``steps``, and growth of the process in bytes."""
    network = build(model, Sizes(inputs=8, outputs=8, slots=slots))
    inputs = torch.randn(steps, batch, 8)
    process = psutil.Process()
    before = _reset_peak(process)
    state = network.initial_state(batch)
    if warm and isinstance(network, SparseNetwork):
        state.memory.overwrite(torch.arange(slots), torch.randn(slots, 32))
    begin = time.process_time()
    outputs, _ = network.sequence(inputs, state)
    middle = process.memory_info().rss
    outputs.square().mean().backward()  # type: ignore[no-untyped-call]
    seconds = time.process_time() - begin
    return seconds, max(middle, process.memory_info().rss, _peak()) - before


def _reset_peak(process: psutil.Process) -> int:
    """Resident bytes now; on Linux the peak is counted from here on."""
    try:
        with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
            file.write("5")
    except OSError:
        pass  # other systems: sampled between forward and backward and after it
    return int(process.memory_info().rss)


def _peak() -> int:
    """Peak of resident bytes since the last reset, 0 where the system does not tell."""
    try:
        with open("/proc/self/status", encoding="ascii") as file:
            return next((int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM")), 0)
    except OSError:
        return 0


def as_json(rows: list[Row]) -> list[dict[str, Any]]:
    """Rows as plain values."""
    return [asdict(row) for row in rows]


if __name__ == "__main__":
    sys.stdout.write(repr(main(**json.loads(sys.argv[1]))))
