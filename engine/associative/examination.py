"""What an energy-based memory is worth: its error, and whether the memory is what makes it small.

A read can make a query better without any memory, by knowing what images look like. So every error comes with two
controls: *swap*, the same queries read with memories written from other patterns, and *unwritten*, the error of a twin
trained to read without ever writing. A memory whose error is not well below both is a denoiser.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray

from engine.associative.model import Ebmm
from engine.associative.rivals import Exam
from engine.data.patterns import DamageName, Patterns

WELL_BELOW = 0.9  # an error above this share of a control's does not count as below it
AT_ONCE = 8  # tasks


def draw(data: Patterns, random: Generator, tasks: int, count: int, damage: DamageName, amount: float) -> Exam:
    """Tasks of patterns never trained on."""
    patterns = data.sample(random, tasks, count, held_out=True)
    queries, mask = data.damage(random, patterns, damage, amount)
    return Exam(patterns, queries, mask)


@dataclass(frozen=True, slots=True)
class Findings:
    """Errors [tasks, n] of the memory and of its swap control; energies [tasks, n] of three kinds of patterns."""

    errors: NDArray[np.float64]
    swapped: NDArray[np.float64]
    stored: NDArray[np.float32]
    unseen: NDArray[np.float32]
    damaged: NDArray[np.float32]

    @property
    def order(self) -> tuple[float, float]:
        """Share of pairs (of one task) with stored below unseen, and with unseen below damaged energy."""
        lower = self.stored[:, :, None] < self.unseen[:, None, :]
        higher = self.unseen[:, :, None] < self.damaged[:, None, :]
        return float(lower.mean()), float(higher.mean())


def examine(model: Ebmm, data: Patterns, exam: Exam) -> Findings:
    """Write each task's patterns and read its queries, with its own memory and with another task's."""
    parts: list[list[NDArray[np.float32]]] = []
    device = next(model.parameters()).device
    tasks = len(exam.patterns)
    with torch.no_grad():
        for start in range(0, tasks, AT_ONCE):
            rows = np.arange(start, min(start + AT_ONCE, tasks))
            others = (rows + 1) % tasks
            x, q, other = (
                torch.from_numpy(values).to(device)
                for values in (exam.patterns[rows], exam.queries[rows], exam.patterns[others])
            )
            own, swap = model.write(x)[-1], model.write(other)[-1]
            energies = [model.energy.energy(values, own) for values in (x, other, q)]
            found = [model.read(own, q)[-1], model.read(swap, q)[-1], *energies]
            parts.append([values.cpu().numpy() for values in found])
    answers, swapped, stored, unseen, damaged = (np.concatenate(part) for part in zip(*parts, strict=True))
    truth = exam.patterns
    return Findings(data.error(answers, truth), data.error(swapped, truth), stored, unseen, damaged)


def verdict(error: float, swap: float, unwritten: float) -> str:
    """*memory* if the error is well below both controls, else *denoiser*."""
    return "memory" if error < WELL_BELOW * min(swap, unwritten) else "denoiser"


def mean(errors: NDArray[np.float64]) -> float:
    """Mean over tasks and patterns."""
    return float(errors.mean())


def sem(errors: NDArray[np.float64]) -> float:
    """Standard error over tasks: patterns of one task share a memory."""
    return float(errors.mean(1).std(ddof=1) / np.sqrt(len(errors))) if len(errors) > 1 else 0.0
