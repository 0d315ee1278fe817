"""Composition learned in continuous action spaces: train on both tasks, then act on mixtures with nothing learned."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import torch

from engine.composition.bodies import Body, find_body
from engine.composition.dynamics import Floats
from engine.composition.learning import LEARNED, NAMES, Effort, Learner
from engine.composition.trace import SCORE_COLUMNS, announce, end_columns, map_columns, rollout_columns
from engine.composition.transfer import PLACES, act, ends_near, fields, starts
from engine.composition.yardstick import Yardstick
from engine.experiments.composition import SHOWN, plane_case
from engine.experiments.composition_settings import CompositionConfiguration
from engine.experiments.context import Context
from engine.runs.statistics import paired_difference

STATES = 5_000  # whose mean makes a field
METHODS = ("optimal", *LEARNED)


def learn(c: CompositionConfiguration, context: Context) -> dict[str, Any]:
    """Train each pair ``repeats`` times and compare the methods; the result has a row for each pair, repeat, method."""
    torch.set_num_threads(1)
    body = find_body(c.suite)
    announce(context, METHODS)
    look = Look(c, context, body)
    total = c.updates * len(c.pairs) * c.repeats
    effort = Effort(c.updates, c.batch, c.width, c.samples, c.samples, c.learning_rate, c.mixtures)
    rows: list[dict[str, Any]] = []
    began, case = time.process_time(), 0
    for repeat in range(c.repeats):
        for pair in c.pairs:
            learner = Learner(body, pair, effort, context.seed + repeat)
            name = pair if c.repeats == 1 else f"{pair}, seed {context.seed + repeat}"
            event = plane_case(case, name, pair, c.suite, c.mixture, body.gamma, body.alpha)
            context.event("cases", event | {"repeat": repeat, "seed": context.seed + repeat})
            look.begin(case, learner)
            while learner.updates < c.updates:
                context.check()
                learner.update()
                if learner.updates % c.shown_every == 0 and learner.updates < c.updates:
                    look.glance(learner)
                context.progress(case * c.updates + learner.updates, total, "updates")
            scored = look.examine(learner)
            rows += [{"row": name, "pair": pair, "repeat": repeat, "mixture": c.mixture, **one} for one in scored]
            context.checkpoint(f"{pair}-{repeat}", _tensors(learner), {"body": body.name, "pair": pair})
            case += 1
    result: dict[str, Any] = {"suite": c.suite, "rows": rows, "cpu_seconds": time.process_time() - began}
    return result | {"dc_minus_others": _differences(rows, c.pairs, c.repeats)}


class Look:
    """Writes what the policies of a learner do now."""

    def __init__(self, c: CompositionConfiguration, context: Context, body: Body) -> None:
        self._c, self._context, self._body = c, context, body
        self._maps = context.table("maps", map_columns(PLACES, PLACES, 2))
        self._scores = context.table("scores", SCORE_COLUMNS)
        self._ends = context.table("ends", end_columns(c.runs))
        self._glances = context.table("glances", end_columns(SHOWN))
        self._rollouts = context.table("rollouts", rollout_columns(body.steps, body.joints))
        self._yardsticks: dict[str, Yardstick] = {}
        self._case = 0

    def begin(self, case: int, learner: Learner) -> None:
        """Another training begins."""
        self._case = case
        if learner.body.name == "point" and learner.pair not in self._yardsticks:
            self._yardsticks[learner.pair] = Yardstick(learner.pair, self._c.mixture)

    def glance(self, learner: Learner) -> None:
        """While it learns: a few runs of each method, and the size of each function's error."""
        scored = self._run(learner, SHOWN)
        for one in scored:
            self._context.scalar(f"{learner.pair}: value of {one['method']}", one["value"], learner.updates)
        for name, loss in zip(NAMES, learner.losses.tolist(), strict=True):
            self._context.scalar(f"{learner.pair}: error of {name}", loss**0.5, learner.updates)
        self._context.flush()

    def examine(self, learner: Learner) -> list[dict[str, Any]]:
        """At the end: all runs, and fields over places."""
        scored = self._run(learner, self._c.runs)
        states = starts(learner, STATES, self._context.seed + 1)
        for number, method in enumerate(METHODS):
            if method not in LEARNED:
                continue
            self._context.check()
            value, lost, moved = fields(learner, method, self._c.mixture, states)
            self._maps.append(case=self._case, updates=learner.updates, method=number,
                              weights=[self._c.mixture, 1 - self._c.mixture], value=value, correction=lost,
                              regret=np.nan, density=np.nan, moves=moved)  # fmt: skip
        self._context.flush()
        return scored

    def _run(self, learner: Learner, count: int) -> list[dict[str, Any]]:
        """Run each method from the same starts and score it."""
        states = starts(learner, count, self._context.seed)
        table = self._ends if count == self._c.runs else self._glances
        runs = {}
        for name in LEARNED:
            self._context.check()
            runs[name] = act(learner, name, self._c.mixture, states)
        exact = self._exact(learner)
        values = {name: float(exact[name].mean() if exact else one.soft_returns.mean()) for name, one in runs.items()}
        best = float(exact["optimal"].mean()) if exact else max(values.values())
        scored: list[dict[str, Any]] = []
        for number, name in enumerate(METHODS):
            if name not in runs:
                continue
            one, near = runs[name], ends_near(learner.pair, runs[name])
            look = {"case": self._case, "updates": learner.updates, "method": number}
            table.append(**look, ends=one.ends, returned=one.returns)
            for k in range(min(SHOWN, count)):
                self._rollouts.append(**look, run=k, points=one.points[k], returned=one.returns[k])
            mean = float(one.returns.mean())
            self._scores.append(**look, mixture=self._c.mixture, value=values[name], regret=best - values[name],
                                returned=mean, near=near)  # fmt: skip
            scored.append({"method": name, "value": values[name], "regret": best - values[name], "return": mean,
                           "share_at_shared": near[2] if learner.pair == "tricky" else None})  # fmt: skip
        return scored

    def _exact(self, learner: Learner) -> dict[str, Floats]:
        """For the point: exact values [S] of the learned policies and of the optimum; else nothing."""
        yardstick = self._yardsticks.get(learner.pair)
        if yardstick is None:
            return {}
        return yardstick.measure(yardstick.action_values(learner)) | {"optimal": yardstick.solution.values["optimal"]}


def _tensors(learner: Learner) -> dict[str, torch.Tensor]:
    parts = {"functions": learner.slow, "proposal": learner.proposal}
    return {f"{part}.{key}": value for part, module in parts.items() for key, value in module.state_dict().items()}


def _differences(rows: list[dict[str, Any]], pairs: tuple[str, ...], repeats: int) -> dict[str, Any]:
    """By how much DC's value exceeds each other method's, mean over pairs and repeats with its 95 % interval."""
    found: dict[str, Floats] = {
        name: np.array([[r["value"] for r in rows if r["method"] == name and r["pair"] == pair] for pair in pairs]).T
        for name in LEARNED
    }
    made: dict[str, Any] = {}
    for name in LEARNED:
        if name != "dc":
            difference = paired_difference(found["dc"], found[name])
            ends = (difference.low, difference.high) if repeats > 1 else (None, None)
            made[name] = {"mean": difference.estimate, "low": ends[0], "high": ends[1]}
    return made
