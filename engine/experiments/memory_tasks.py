"""What the memory room's networks are trained on: tasks by name, their published levels, and how they are evaluated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.random import Generator

from engine.data.babi import Stories, questions
from engine.data.memory_tasks import TASKS, Task
from engine.memory.interface import MemoryNetwork
from engine.memory.training import evaluate, score

BEYOND: dict[str, tuple[int, ...]] = {"copy": (50, 100), "repeat-copy": (20,), "recall": (12, 20), "sort": (30,)}
"""Levels never trained, at which a trained network is examined too."""


def make_task(
    name: str,
    *,
    story: int = 1,
    together: Sequence[int] = (),
    classes: int = 5,
    held_out: bool = False,
    renamed: bool = False,
) -> Task:
    """The task by name.

    ``story``: bAbI task 1 to 20, 0 for all of them in one; ``together``: further ones for the same network;
    ``classes``: characters an Omniglot episode tells apart;
    ``renamed``: bAbI's people, places and things change their names in training;
    ``held_out``: draw from the part of the data that is never trained on. Raises BadInput if data are missing.
    """
    if name == "omniglot":
        from engine.data.omniglot import OneShot, drawings

        return OneShot(drawings(), classes, held_out)
    if name == "babi":
        return Stories(questions(story, *together), held_out, renamed)
    return TASKS[name]


class Examination(NamedTuple):
    """Mean number of wrong bits (or answers) an episode: over the trained levels, and at each further level."""

    trained: float
    beyond: dict[int, float]


def examine(
    network: MemoryNetwork[Any],
    task: Task,
    levels: tuple[int, int],
    beyond: Sequence[int],
    episodes: int,
    random: Generator,
) -> Examination:
    """Evaluate over at most eight evenly spread levels of the trained range, and at the levels ``beyond``."""
    low, high = levels
    spread = np.unique(np.linspace(low, high, 8).round().astype(int)).tolist()
    each = -(-episodes // len(spread))
    trained = float(np.mean([evaluate(network, task, level, each, random) for level in spread]))
    return Examination(trained, {level: evaluate(network, task, level, episodes, random) for level in beyond})


def shares_wrong(network: MemoryNetwork[Any], stories: Stories, batch: int = 50) -> dict[int, float]:
    """Share of all test questions that are answered wrong, for each bAbI task in ``stories``."""
    shares = {}
    for task, test in stories.questions.test.items():
        alone = Stories(replace(stories.questions, test={task: test}), held_out=True)
        wrong, asked = 0.0, 0
        with torch.no_grad():
            for start in range(0, len(alone), batch):
                part = alone.batch(list(range(start, min(start + batch, len(alone)))))
                wrong += score(network, part)[1] * part.inputs.shape[1]
                asked += int(part.asked.sum())
        shares[task] = wrong / asked
    return shares


def accuracy_by_presentation(
    network: MemoryNetwork[Any], task: Task, classes: int, episodes: int, random: Generator, batch: int = 32
) -> list[float]:
    """Share of right answers at the 1st to 10th sight of a character [Santoro et al. 2016, Table 1]."""
    right, asked = np.zeros(10), np.zeros(10)
    with torch.no_grad():
        for _ in range(-(-episodes // batch)):
            shown = task.sample(random, batch, classes)
            inputs = torch.from_numpy(shown.inputs).to(next(network.parameters()))
            outputs, _ = network.sequence(inputs, network.initial_state(batch))
            said, truth = outputs.argmax(-1).cpu().numpy(), shown.targets.argmax(-1)
            seen = np.zeros((batch, truth.max() + 1), int)
            everyone = np.arange(batch)
            for at in range(len(truth)):
                time = seen[everyone, truth[at]]
                kept = time < 10
                np.add.at(right, time[kept], (said[at] == truth[at])[kept])
                np.add.at(asked, time[kept], 1)
                seen[everyone, truth[at]] += 1
    return [round(float(share), 4) for share in right / np.maximum(asked, 1)]
