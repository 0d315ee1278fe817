"""Every rival on the same tasks with the same number of floats: one accountant for all.

Counted is what a write may change. Weights learned beforehand (principal components, mean images, networks) are shared
by all tasks and free for everyone, as in the paper.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from engine.associative import hopfield, kanerva, stores
from engine.data.patterns import Floats, Patterns


@dataclass(frozen=True, slots=True)
class Exam:
    """Tasks to examine every method on: ``patterns``, ``queries`` float32 [tasks, n, d], ``mask`` bool, alike.

    ``damaged``: the share of values that may be damaged.
    """

    patterns: Floats
    queries: Floats
    mask: NDArray[np.bool_]

    @property
    def damaged(self) -> float:
        """Largest share of a pattern that is damaged."""
        return float(self.mask.mean(-1).max())


@dataclass(frozen=True, slots=True)
class Method:
    """``told``: whether it is told where the damage is; ``floats``: what it really used of what it was given."""

    title: str
    told: bool
    floats: int
    errors: NDArray[np.float64]


def components(data: Patterns, floats: int, count: int, random: Generator) -> stores.Principal:
    """As many principal components of the training patterns as codes of ``count`` patterns in ``floats`` can use."""
    return stores.Principal.of(_train(data, random), max(1, min(floats // count, data.size)))


def _train(data: Patterns, random: Generator) -> Floats:
    """What is known beforehand; of random bits a sample."""
    return data.sample(random, 1, 512)[0] if data.train is None else data.train


def examine(
    data: Patterns, exam: Exam, floats: int, random: Generator, principal: stores.Principal | None = None
) -> dict[str, Method]:
    """The error of every rival that fits, by name, each with at most ``floats`` numbers a task; errors [tasks, n].

    ``principal``: components computed before, at least as many as are needed.
    """
    _, count, size = exam.patterns.shape
    found: dict[str, Method] = {}

    def add(name: str, title: str, used: int, answers: Floats, *, told: bool = False) -> None:
        found[name] = Method(title, told, used, data.error(answers, exam.patterns))

    def each(answer: object) -> Floats:
        assert callable(answer)
        return np.stack([answer(x, q) for x, q in zip(exam.patterns, exam.queries, strict=True)])

    slots = min(floats // size, count)
    # Of binary noise half comes out right, so half as many values are wrong as are damaged; how many varies a little.
    trim = exam.damaged / 2 if data.binary else exam.damaged
    slack = exam.damaged * size if data.binary else 1e-6
    add("query", "Query as it is", 0, exam.queries)
    add(
        "raw_slots",
        "Raw slots",
        slots * size,
        each(lambda x, q: stores.raw_slots(x, q, floats=floats, damaged=trim, slack=slack)),
    )
    add(
        "modern_hopfield",
        "Modern Hopfield",
        slots * size,
        each(lambda x, q: stores.modern_hopfield(x, q, floats=floats)),
    )
    train = _train(data, random)
    principal = principal or components(data, floats, count, random)
    code = min(floats // count, len(principal.components))
    add(
        "pca",
        "PCA codes",
        code * count,
        each(lambda x, q: stores.pca_codes(principal, x, q, floats=floats, damaged=trim)),
    )
    add(
        "memory_network",
        "Memory network",
        code * count,
        each(lambda x, q: stores.memory_network(principal, x, q, floats=floats, damaged=trim)),
    )
    prior = train[random.permutation(len(train))[:256]]
    machine = [
        kanerva.recall(principal, x, q, prior, floats=floats) for x, q in zip(exam.patterns, exam.queries, strict=True)
    ]
    add("kanerva", "Kanerva machine", machine[0][1], np.stack([answer for answer, _ in machine]))
    mean = train.mean(0)
    if data.train is not None:
        add("mean_fill", "Mean fill", 0, stores.mean_fill(mean, exam.queries, exam.mask), told=True)
        nearest = stores.nearest_fill(train, exam.queries.reshape(-1, size), exam.mask.reshape(-1, size))
        add("nearest_fill", "Nearest training pattern", 0, nearest.reshape(exam.queries.shape), told=True)
    if data.binary and floats >= hopfield.floats(size) and size <= 256:
        for rule in hopfield.RULES:
            weights = hopfield.store(rule, exam.patterns)
            for clamped in (False, True):
                answers = hopfield.recall(random, weights, exam.queries, free=exam.mask if clamped else None)
                name = f"hopfield_{rule.replace('-', '_')}" + ("_clamped" if clamped else "")
                words = f"Hopfield, {rule}" + (", clamped" if clamped else "")
                add(name, words, hopfield.floats(size), answers, told=clamped)
    return found
