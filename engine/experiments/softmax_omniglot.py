"""Characters that arrive late: how many steps a plain softmax and the Hebbian rule need until all are told apart.

Source: Rae et al. 2018 (arXiv 1803.10049), section 4.1. Every arm is tuned first, on seeds of its own; then each seed
runs two courses: one where the next characters come once the test drawings are told apart well enough (its steps are
the result), and one where they come by the clock, so that both arms know equally many when the newest are compared.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import torch

from engine.data.character_classes import Classes, character_classes
from engine.data.omniglot import Drawings, drawings
from engine.errors import BadInput
from engine.experiments.context import Context
from engine.experiments.softmax_settings import HebbianSoftmaxConfiguration
from engine.experiments.softmax_tables import CHECKS, OVERWRITES, arms_event, overwritten_rows
from engine.runs.statistics import Interval, bootstrap_interval, means, paired_difference
from engine.softmax.curriculum import NEWEST_AFTER, Arm, Course, learn
from engine.softmax.rule import Rule

ARMS = (("softmax", "Plain softmax"), ("hebbian", "Hebbian rule"))
CRITERION, CLOCK = 0, 1
TUNING = 1000  # seeds from here on choose the rates and are never reported


def run(configuration: HebbianSoftmaxConfiguration, context: Context) -> dict[str, Any]:
    """Tune both arms, then compare them on every seed."""
    torch.set_num_threads(1)
    c, study = configuration, Study(configuration, context)
    arms = study.tune()
    for number, ((name, title), arm) in enumerate(zip(ARMS, arms, strict=True)):
        context.event("arms", arms_event(number, name, title, rate=arm.rate, output_rate=arm.output_rate))
    steps = np.zeros((c.seeds, 2))
    newest, old = np.zeros((c.seeds, 2)), np.zeros((c.seeds, 2))
    for seed in range(c.seeds):
        for number, arm in enumerate(arms):
            steps[seed, number] = study.course(number, arm, seed, CRITERION)[0]
            later = study.course(number, arm, seed, CLOCK)
            newest[seed, number], old[seed, number] = np.mean(later[1]), np.mean(later[2])
        context.scalar("steps, softmax", steps[seed, 0], seed)
        context.scalar("steps, hebbian", steps[seed, 1], seed)
    fewer = bootstrap_interval(1 - steps[:, 1] / steps[:, 0], means)
    return {
        "steps_softmax": float(steps[:, 0].mean()),
        "steps_hebbian": float(steps[:, 1].mean()),
        "fewer_steps": _listed(fewer),
        "newest_softmax": float(newest[:, 0].mean()),
        "newest_hebbian": float(newest[:, 1].mean()),
        "newest_gain": _listed(paired_difference(newest[:, 1], newest[:, 0])),
        "old_softmax": float(old[:, 0].mean()),
        "old_hebbian": float(old[:, 1].mean()),
        "old_gain": _listed(paired_difference(old[:, 1], old[:, 0])),
        "rates": {name: [arm.rate, arm.output_rate] for (name, _), arm in zip(ARMS, arms, strict=True)},
        "seeds": c.seeds,
        "classes": c.classes,
    }


class Study:
    """Courses of a configuration, written into the record as they run."""

    def __init__(self, configuration: HebbianSoftmaxConfiguration, context: Context) -> None:
        self._c, self._context = configuration, context
        self._drawings: Drawings = drawings()
        self._rule = Rule(configuration.gamma, configuration.last_limit, configuration.weighting)
        self._checks = context.table("checks", CHECKS)
        self._overwrites = context.table("overwrites", OVERWRITES)
        self._tried = (
            len(list(product(configuration.rates, configuration.output_rates))) * 2 * configuration.tuning_seeds
        )
        self._total, self._done = self._tried + 4 * configuration.seeds, 0

    def _classes(self, seed: int) -> Classes:
        return character_classes(self._drawings, self._c.classes, np.random.default_rng([self._context.seed, seed]))

    def _course_of(self, course: int, most: int) -> Course:
        c = self._c
        return Course(c.arriving, c.criterion, c.period if course == CLOCK else 0, most=most)

    def tune(self) -> tuple[Arm, Arm]:
        """The rates with the fewest steps, for each arm; a course that takes longer than the best so far is cut off."""
        found = []
        for number, rule in enumerate((None, self._rule)):
            best, chosen = float("inf"), Arm(0.0)
            for rate, output_rate in product(self._c.rates, self._c.output_rates):
                arm, taken = Arm(rate, output_rate, rule), 0
                for seed in range(self._c.tuning_seeds):
                    left = int(min(Course().most, best - taken))
                    taken += self._steps(arm, TUNING + seed, left) if left > 0 else 0
                    self._advance()
                self._context.event("tuning", {"arm": number, "rate": rate, "output_rate": output_rate,
                                               "steps": taken if taken < best else None})  # fmt: skip
                if taken < best:
                    best, chosen = taken, arm
            found.append(chosen)
        return found[0], found[1]

    def _steps(self, arm: Arm, seed: int, most: int) -> int:
        for check in learn(self._classes(seed), self._course_of(CRITERION, most), arm, seed):
            self._context.check()
            if check.passed and check.active == self._c.classes:
                return check.step
        return most + 1

    def course(self, number: int, arm: Arm, seed: int, course: int) -> tuple[int, list[float], list[float]]:
        """Steps, and of every arrival the newest and the old classes' share right ``NEWEST_AFTER`` steps later."""
        taken = self._course_of(course, Course().most)
        newest, old = [], []
        for check in learn(self._classes(seed), taken, arm, seed):
            self._context.check()
            self._checks.append(
                arm=number, seed=seed, course=course, step=check.step, level=check.level, active=check.active,
                since=check.since, right=check.right, newest=check.newest, old=check.old, passed=check.passed,
            )  # fmt: skip
            if check.level and check.since == NEWEST_AFTER:
                newest.append(check.newest)
                old.append(check.old)
            if seed == 0 and course == CRITERION:
                for step, written, gradient in check.written:
                    overwritten_rows(self._overwrites, step, written, gradient)
        if not (check.passed and check.active == self._c.classes):
            name = ARMS[number][1].lower()
            raise BadInput(
                f"The {name} did not reach {self._c.criterion:.0%} on {check.active} classes in {taken.most:,} steps; "
                "a lower criterion or fewer classes would do"
            )
        self._advance()
        return check.step, newest, old

    def _advance(self) -> None:
        self._done += 1
        self._context.progress(self._done, self._total, "courses")


def _listed(interval: Interval) -> list[float]:
    return [round(float(value), 4) for value in interval]
