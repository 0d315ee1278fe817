"""Algorithmic tasks for networks with a memory, as endless generators, and the doubling curriculum.

Sources: Graves et al. 2014 (arXiv 1410.5401), 4; Rae et al. 2016 (arXiv 1610.09027), 4.2 and 4.3. Every generator draws
from the numpy generator it is given, so that its state is all that a checkpoint must keep.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from engine.errors import BadInput


class Batch(NamedTuple):
    """Episodes of one length.

    ``inputs`` float32 [steps, batch, inputs]; ``targets`` float32 0 or 1 [steps, batch, outputs]; ``asked`` bool
    [steps] or [steps, batch]: where the outputs count; ``classes``: each answer is one of the outputs, not bits.
    """

    inputs: NDArray[np.float32]
    targets: NDArray[np.float32]
    asked: NDArray[np.bool_]
    classes: bool = False


class Task(Protocol):
    """A task: ``inputs`` and ``outputs`` values a step; ``shortest`` is the least level there is."""

    @property
    def inputs(self) -> int:
        """Input channels."""

    @property
    def outputs(self) -> int:
        """Output bits a step."""

    @property
    def shortest(self) -> int:
        """Least level of an episode."""

    def sample(self, random: Generator, batch: int, level: int) -> Batch:
        """``batch`` episodes of exactly this level; raises BadInput below ``shortest``."""


def _blank(steps: int, batch: int, inputs: int, outputs: int) -> Batch:
    return Batch(
        np.zeros((steps, batch, inputs), np.float32),
        np.zeros((steps, batch, outputs), np.float32),
        np.zeros(steps, bool),
    )


def _check(task: Task, level: int) -> None:
    if level < task.shortest:
        raise BadInput(f"level must be at least {task.shortest} for this task, not {level}")


@dataclass(frozen=True, slots=True)
class Copy:
    """``level`` random vectors, a delimiter, then the same vectors in order. Level: number of vectors."""

    bits: int = 8
    shortest: int = 1

    @property
    def inputs(self) -> int:
        """Bits and a delimiter channel."""
        return self.bits + 1

    @property
    def outputs(self) -> int:
        """One output a bit."""
        return self.bits

    def sample(self, random: Generator, batch: int, level: int) -> Batch:
        """See ``Task``; 2 level + 1 steps."""
        _check(self, level)
        episode = _blank(2 * level + 1, batch, self.inputs, self.bits)
        vectors = random.integers(0, 2, (level, batch, self.bits))
        episode.inputs[:level, :, : self.bits] = vectors
        episode.inputs[level, :, self.bits] = 1
        episode.targets[level + 1 :] = vectors
        episode.asked[level + 1 :] = True
        return episode


@dataclass(frozen=True, slots=True)
class RepeatCopy:
    """``level`` vectors, how often to repeat them (1 to ``most``), then the copies and an end mark. Level: vectors."""

    bits: int = 8
    most: int = 10
    shortest: int = 1

    @property
    def inputs(self) -> int:
        """Bits and a channel for the number of repeats."""
        return self.bits + 1

    @property
    def outputs(self) -> int:
        """Bits and the end mark."""
        return self.bits + 1

    def sample(self, random: Generator, batch: int, level: int) -> Batch:
        """See ``Task``; the number of repeats is one for the whole batch and scaled to mean 0, variance 1."""
        _check(self, level)
        repeats = int(random.integers(1, self.most + 1))
        episode = _blank(level + 1 + level * repeats + 1, batch, self.inputs, self.outputs)
        vectors = random.integers(0, 2, (level, batch, self.bits))
        episode.inputs[:level, :, : self.bits] = vectors
        spread = np.sqrt((self.most**2 - 1) / 12) or 1.0
        episode.inputs[level, :, self.bits] = (repeats - (self.most + 1) / 2) / spread
        episode.targets[level + 1 : -1, :, : self.bits] = np.tile(vectors, (repeats, 1, 1))
        episode.targets[-1, :, self.bits] = 1
        episode.asked[level + 1 :] = True
        return episode


@dataclass(frozen=True, slots=True)
class AssociativeRecall:
    """``level`` items of ``length`` vectors, then one of them: answer the item after it. Level: number of items.

    Each item follows a mark on the first extra channel; the question stands between two marks on the second.
    """

    bits: int = 6
    length: int = 3
    shortest: int = 2

    @property
    def inputs(self) -> int:
        """Bits, item mark, question mark."""
        return self.bits + 2

    @property
    def outputs(self) -> int:
        """One output a bit."""
        return self.bits

    def sample(self, random: Generator, batch: int, level: int) -> Batch:
        """See ``Task``; (level + 1)(length + 1) + 1 + length steps."""
        _check(self, level)
        width = self.length + 1
        episode = _blank((level + 1) * width + 1 + self.length, batch, self.inputs, self.bits)
        items = random.integers(0, 2, (level, self.length, batch, self.bits))
        asked = random.integers(0, level - 1, batch)
        everyone = np.arange(batch)
        for i in range(level):
            episode.inputs[i * width, :, self.bits] = 1
            episode.inputs[i * width + 1 : (i + 1) * width, :, : self.bits] = items[i]
        question = level * width
        episode.inputs[[question, question + width], :, self.bits + 1] = 1
        episode.inputs[question + 1 : question + width, :, : self.bits] = items[asked, :, everyone].swapaxes(0, 1)
        episode.targets[-self.length :] = items[asked + 1, :, everyone].swapaxes(0, 1)
        episode.asked[-self.length :] = True
        return episode


@dataclass(frozen=True, slots=True)
class PrioritySort:
    """``level`` vectors with priorities in -1..1; answer the highest four fifths, highest first. Level: vectors."""

    bits: int = 8
    shortest: int = 1

    @property
    def inputs(self) -> int:
        """Bits, priority, delimiter."""
        return self.bits + 2

    @property
    def outputs(self) -> int:
        """One output a bit."""
        return self.bits

    def sample(self, random: Generator, batch: int, level: int) -> Batch:
        """See ``Task``; level 20 asks for 16 as published."""
        _check(self, level)
        answers = max(1, level * 4 // 5)
        episode = _blank(level + 1 + answers, batch, self.inputs, self.bits)
        vectors = random.integers(0, 2, (level, batch, self.bits))
        priorities = random.uniform(-1, 1, (level, batch))
        episode.inputs[:level, :, : self.bits] = vectors
        episode.inputs[:level, :, self.bits] = priorities
        episode.inputs[level, :, self.bits + 1] = 1
        order = np.argsort(-priorities, axis=0)[:answers]
        episode.targets[level + 1 :] = np.take_along_axis(vectors, order[:, :, None], axis=0)
        episode.asked[level + 1 :] = True
        return episode


TASKS: dict[str, Task] = {
    "copy": Copy(),
    "repeat-copy": RepeatCopy(),
    "recall": AssociativeRecall(),
    "sort": PrioritySort(),
}
"""Tasks by name, with the published widths."""


@dataclass(slots=True)
class Curriculum:
    """Levels drawn from lowest..level; ``level`` doubles when the mean loss stays low [Rae et al. 2016, 4.3].

    ``threshold``: mean bits of loss an episode below which the level counts as learned; ``patience``: so many
    minibatches in a row; ``highest``: where doubling ends. The published thresholds are not known. ``highest`` equal to
    ``level`` is training on a fixed range.
    """

    lowest: int
    level: int
    highest: int
    threshold: float
    patience: int
    total: float = 0.0
    count: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.lowest <= self.level <= self.highest:
            raise BadInput(f"levels must rise: lowest {self.lowest}, first {self.level}, highest {self.highest}")

    def draw(self, random: Generator) -> int:
        """Level of the next minibatch."""
        return int(random.integers(self.lowest, self.level + 1))

    def learned(self, loss: float) -> bool:
        """Note the loss of a minibatch (bits an episode); True if that doubled the level."""
        if self.level >= self.highest:
            return False
        self.total += loss
        self.count += 1
        if self.count < self.patience:
            return False
        low = self.total / self.count < self.threshold
        self.total, self.count = 0.0, 0
        if low:
            self.level = min(2 * self.level, self.highest)
        return low
