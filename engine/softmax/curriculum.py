"""Classes that arrive while a classifier learns: the image task of Rae et al. 2018, section 4.1.

Some classes come first; the next ones either when all drawings kept for tests are told apart well enough (the paper's
curriculum: what counts is how many steps that takes), or after a fixed number of steps (so that two classifiers know
equally many classes when the newest are compared).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.data.character_classes import Classes
from engine.softmax.layer import HebbianSoftmax
from engine.softmax.rule import Overwritten, Rule

FEATURES, DROPOUT = 64, 0.2
NEWEST_AFTER = 50  # steps after which the newest classes are examined
CHECK = 10  # steps between examinations
UNIT_RULE = Rule(gamma=0.1, limit=30)


@dataclass(frozen=True, slots=True)
class Course:
    """``arriving`` classes at a time, ``criterion`` share right that brings the next, or ``period`` steps that do (0:
    the criterion does), ``batch`` drawings a step, ``most`` steps before a course is given up, ``hidden`` units.
    """

    arriving: int = 30
    criterion: float = 0.6
    period: int = 0
    batch: int = 32
    most: int = 20_000
    hidden: int = 256


@dataclass(frozen=True, slots=True)
class Arm:
    """How one classifier learns: Adam's ``rate``, the factor ``output_rate`` on it for output rows, its ``rule``."""

    rate: float
    output_rate: float = 1.0
    rule: Rule | None = None

    def with_rate(self, rate: float, output_rate: float) -> Arm:
        """The same with other rates."""
        return dataclasses.replace(self, rate=rate, output_rate=output_rate)


@dataclass(frozen=True, slots=True)
class Check:
    """After a step: ``active`` classes, share right of all, of the ``newest`` (the last that arrived) and of the
    ``old`` (the others; nan while there are none); ``level`` arrivals so far, ``since`` steps since the last,
    ``passed`` whether the next ones come now. ``written``: what the rule wrote in each step since the last check.
    """

    step: int
    level: int
    active: int
    since: int
    right: float
    newest: float
    old: float
    passed: bool
    written: tuple[tuple[int, Overwritten, Tensor], ...]


def learn(classes: Classes, course: Course, arm: Arm, seed: int) -> Iterator[Check]:
    """Learn until all classes have arrived and passed; one check every ``CHECK`` steps.

    Two arms with the same seed start with the same weights and see the same drawings in the same order while the same
    classes are there.
    """
    random = np.random.default_rng(seed)
    train, test = torch.from_numpy(classes.train), torch.from_numpy(classes.test)
    torch.manual_seed(seed)
    layers = [nn.Linear(train.shape[2], course.hidden), nn.ReLU(), nn.Linear(course.hidden, FEATURES), nn.Tanh()]
    encoder = nn.Sequential(*layers)
    output = HebbianSoftmax(len(train), FEATURES, arm.rule, cosine=True)
    others = [parameter for name, parameter in output.named_parameters() if name != "weight"]
    optimizer = torch.optim.Adam(
        [{"params": [*encoder.parameters(), *others], "lr": arm.rate},
         {"params": [output.weight], "lr": arm.rate * arm.output_rate}]
    )  # fmt: skip
    active, level, since = min(course.arriving, len(train)), 0, 0
    before = 0
    written: list[tuple[int, Overwritten, Tensor]] = []
    for step in range(1, course.most + 1):
        chosen = (random.random(course.batch) * active).astype(np.int64)
        drawn = (random.random(course.batch) * train.shape[1]).astype(np.int64)
        targets = torch.from_numpy(chosen)
        features = encoder(train[targets, torch.from_numpy(drawn)])
        loss = functional.cross_entropy(output(functional.dropout(features, DROPOUT), active), targets)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        rows = output.weight.detach().clone() if arm.rule else output.weight
        optimizer.step()
        found = output.imprint(features, targets)
        if found is not None:
            written.append((step, found, (found.before - rows[found.rows]).norm(dim=1)))
        since += 1
        if step % CHECK:
            continue
        right = accuracy(encoder, output, test[:active])
        passed = since >= course.period if course.period else bool(right.mean() >= course.criterion)
        old = float(right[:before].mean()) if before else float("nan")
        yield Check(
            step, level, active, since, float(right.mean()), float(right[before:].mean()), old, passed, tuple(written)
        )
        written.clear()
        if passed:
            if active == len(train):
                return
            before, active, level, since = active, min(active + course.arriving, len(train)), level + 1, 0


@torch.no_grad()
def accuracy(encoder: nn.Module, output: HebbianSoftmax, test: Tensor) -> Tensor:
    """Share of test drawings [classes, drawings, features] told right, float32 [classes], among as many classes."""
    classes, drawings, _ = test.shape
    told = output(encoder(test.flatten(0, 1)), classes).argmax(1).view(classes, drawings)
    right: Tensor = (told == torch.arange(classes)[:, None]).float().mean(1)
    return right
