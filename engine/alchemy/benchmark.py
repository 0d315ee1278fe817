"""How fast Alchemy is here: batched steps, exact belief, the ideal observer (``athanor bench alchemy``)."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from engine.agents.catalogue import make_agent
from engine.agents.play import look, play, see_items
from engine.agents.protocol import Decision, View
from engine.alchemy.actions import SLOT_OF, STONE_OF
from engine.alchemy.batched import env_steps_per_second
from engine.alchemy.belief import Belief
from engine.alchemy.environment import apply, deal
from engine.alchemy.episodes import sample_episode
from engine.alchemy.levels import Level

BATCHES = (1, 16, 64, 256, 1024, 4096, 16384)


def figures(episodes: int = 10) -> dict[str, Any]:
    """All figures; ``episodes`` are played for the decisions.

    ``env_steps_per_second`` is the best of the batch sizes (rows: each of them), observations and resets included, one
    core. ``belief_update_us`` is one use of a potion, all 167,424 chemistries possible before the first trial.
    ``decision_ms`` is the median over whole episodes, ``decision_ms_first_trial`` where everything is unknown.
    """
    rows = env_steps_per_second(BATCHES)
    decisions = decision_times(episodes)
    first, every = [ms for trial, ms in decisions if trial == 0], [ms for _, ms in decisions]
    return {
        "env_steps_per_second": max(rows.values()),
        "env_steps_per_second_by_batch": {str(batch): rate for batch, rate in rows.items()},
        "belief_update_us": belief_update_us(),
        "decision_ms": float(np.median(every)),
        "decision_ms_first_trial": float(np.median(first)),
        "decision_ms_p99": float(np.percentile(every, 99)),
        "decision_ms_max": max(every),
        "decisions": len(every),
    }


def belief_update_us(repeats: int = 2000) -> float:
    """Microseconds of one exact update with rotation, median over situations of fresh episodes."""
    random, level = np.random.RandomState(0), Level()
    times = []
    for _ in range(repeats // 10):
        episode = sample_episode(random, level)
        state = deal(episode, 0)
        before = look(episode, state)
        belief = see_items(Belief.prior(level), before)
        action = random.randint(1, 40)
        stone, slot = int(STONE_OF[action]), max(0, int(SLOT_OF[action]))
        state, _ = apply(episode.chemistry, state, 13 * stone + slot + 2)
        after = look(episode, state)
        appearance, indicator = before.appearances[stone], int(before.indicators[stone])
        after_indicator = int(after.indicators[stone])
        for _ in range(10):
            start = time.perf_counter()
            belief.act(appearance, indicator, int(before.colours[slot]), after.appearances[stone], after_indicator)
            times.append(time.perf_counter() - start)
    return 1e6 * float(np.median(times))


class _Timed:
    """The ideal observer with a stopwatch around each decision."""

    name = "ideal-observer"
    needs_belief = True

    def __init__(self, seed: int) -> None:
        self.times: list[tuple[int, float]] = []
        self._agent = make_agent("ideal-observer", seed, Level())

    def reset(self, view: View) -> None:
        self._agent.reset(view)

    def decide(self, view: View) -> Decision:
        start = time.perf_counter()
        decision = self._agent.decide(view)
        self.times.append((view.trial, 1e3 * (time.perf_counter() - start)))
        return decision

    def observe(self, view_before: View, action: int, reward: float, view_after: View) -> None:
        self._agent.observe(view_before, action, reward, view_after)


def decision_times(episodes: int) -> list[tuple[int, float]]:
    """Trial and milliseconds of every decision of the ideal observer in ``episodes`` episodes, after one to warm up."""
    random, times = np.random.RandomState(1), []
    for number in range(episodes + 1):
        agent = _Timed(number)
        play(sample_episode(random, Level()), agent)
        times += agent.times if number else []
    return times
