"""Nine scripted mini-episodes, each passed only by agents that have one particular piece of knowledge.

Source: L. Cross, SymbolicAlchemyMicroprobes.ipynb in google-deepmind/dm_alchemy: items, pass rules and null agents. An
agent has the knowledge if it passes significantly more often than the best agent that lacks it (one-sided z-test of two
proportions). All probes but the last use the full cube and identity maps, so that latent potion p is colour p.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np
from numpy.typing import NDArray

from engine.agents.catalogue import make_agent
from engine.agents.play import EpisodeResult, play
from engine.agents.protocol import Agent
from engine.alchemy.actions import CAULDRON, decode
from engine.alchemy.chemistry import Chemistry
from engine.alchemy.episodes import Episode
from engine.alchemy.levels import FULL_CUBE, IDENTITY_MAP, Level, constrained_graph

SIGNIFICANT = 0.05
_BOTTLENECK = constrained_graph({(0, 1): 1, (0, 2): -1, (1, 2): -1})

Times = NDArray[np.int64]
"""When each stone met each potion slot in one trial, int64 [3, 13]; -1 never, last column the cauldron."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe: what it asks, the items of its trials, when it is passed, and the agent it is compared with."""

    title: str
    question: str
    stones: tuple[tuple[int, int, int], ...]
    potions: tuple[tuple[int, ...], ...]
    passed: Callable[[EpisodeResult, list[Times]], bool]
    null: str
    graph: int = FULL_CUBE

    def episode(self) -> Episode:
        """The mini-episode."""
        chemistry = Chemistry(IDENTITY_MAP, IDENTITY_MAP, self.graph)
        return Episode(chemistry, np.array(self.stones, np.int8), np.array(self.potions, np.int8))


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """Passes of an agent and the null agent in ``samples`` runs each; ``z`` and one-sided ``p`` of the difference."""

    passes: int
    null_passes: int
    samples: int
    z: float
    p: float

    @property
    def knows(self) -> bool:
        """Whether the agent passes significantly more often than the null agent."""
        return self.p < SIGNIFICANT


def _first(times: Times, stone: int, slots: range) -> int:
    """When a stone first met one of these slots; -1 never."""
    used = times[stone, list(slots)]
    return int(used[used >= 0].min(initial=10**6)) if (used >= 0).any() else -1


def _cashed(times: Times, stone: int) -> bool:
    return bool(times[stone, CAULDRON] >= 0)


def _made_and_cashed(times: Times, stone: int, good: range) -> bool:
    """The stone met a good potion, then the cauldron, and never another potion."""
    first = _first(times, stone, good)
    others = [slot for slot in range(12) if slot not in good]
    return 0 <= first <= int(times[stone, CAULDRON]) and bool((times[stone, others] < 0).all())


def _only_cashed(times: Times) -> bool:
    return bool((times[:, CAULDRON] >= 0).all() and (times[:, :12] < 0).all())


def _values(result: EpisodeResult, trials: list[Times]) -> bool:
    cashed = [[_cashed(times, stone) for stone in range(3)] for times in trials]
    return cashed == [[True, True, False], [True, False, False]]


def _one_shot(result: EpisodeResult, trials: list[Times]) -> bool:
    """The transformation of stone 0 or 1 by a slot 0..3 is repeated on the other within two steps, cashing aside."""
    order = sorted((time, stone, slot) for (stone, slot), time in np.ndenumerate(trials[0]) if time >= 0)
    first = next((k for k, (_, stone, slot) in enumerate(order) if stone < 2 and slot < 4), None)
    if first is None:
        return False
    step, target, _ = order[first]
    for time, stone, slot in order[first + 1 :]:
        if time > step + 2:
            return False
        if not (stone == target and slot == 12):
            return bool(stone != target and slot < 4)
    return False


def _potions(*groups: tuple[int, int]) -> tuple[int, ...]:
    """Latent potions of a trial from (potion, count) pairs."""
    return tuple(potion for potion, count in groups for _ in range(count))


def _all_made(trial: int, *good: range) -> Callable[[EpisodeResult, list[Times]], bool]:
    return lambda result, trials: all(_made_and_cashed(trials[trial], stone, good[stone]) for stone in range(3))


# Bit k of a vertex is coordinate k, so 7 pays 15 and 6, 5, 3 lack axis 0, 1, 2; potion 2 d + 1 raises axis d.
PROBES: dict[str, Probe] = {
    "gold": Probe(
        "Put gold stones",
        "Are the best stones cashed at once?",
        ((7, 7, 7),),
        (_potions((0, 4), (2, 4), (4, 4)),),
        lambda result, trials: _only_cashed(trials[0]),
        "uniform",
    ),
    "values": Probe(
        "All value stones",
        "Are positive stones cashed and negative ones left?",
        ((7, 3, 1), (3, 1, 0)),
        (_potions((1, 12)), _potions((1, 12))),
        _values,
        "uniform",
    ),
    "bad-potions": Probe(
        "Avoid bad potions",
        "Is a potion avoided that made stones worse in the last trial?",
        ((6, 6, 6), (6, 6, 6)),
        (_potions((2, 12)), _potions((2, 12))),
        lambda result, trials: _only_cashed(trials[1]),
        "uniform",
    ),
    "same-stone": Probe(
        "Potion effect, same stone",
        "Is an effect seen in the last trial used on the same stones?",
        ((7, 7, 7), (6, 6, 6), (6, 6, 6)),
        (_potions((1, 12)), _potions((1, 12)), _potions((1, 6), (4, 6))),
        _all_made(2, range(6), range(6), range(6)),
        "random-heuristic",
    ),
    "one-shot": Probe(
        "One-shot learning",
        "Is an effect repeated on an identical stone as soon as it was seen?",
        ((6, 6, 2),),
        (_potions((1, 4), (0, 8)),),
        _one_shot,
        "random-heuristic",
    ),
    "different-stone": Probe(
        "Potion effect, different stone",
        "Is an effect seen on one kind of stone used on another?",
        ((7, 7, 7), (4, 4, 4), (6, 6, 6)),
        (_potions((1, 12)), _potions((1, 12)), _potions((4, 6), (1, 6))),
        _all_made(2, range(6, 12), range(6, 12), range(6, 12)),
        "level-1",
    ),
    "three-trials-back": Probe(
        "Potion effect, three trials back",
        "Is an effect still known after three trials with other potions?",
        ((4, 4, 4), (5, 5, 5), (3, 3, 3), (6, 6, 6)),
        (
            _potions((1, 12)),
            _potions((3, 6), (2, 6)),
            _potions((5, 6), (4, 6)),
            _potions((1, 3), (0, 1), (3, 2), (2, 2), (5, 2), (4, 2)),
        ),
        _all_made(3, range(3), range(3), range(3)),
        "level-1",
    ),
    "pairs": Probe(
        "Deduce potion pairs",
        "Is the opposite of a known potion used without having been seen?",
        ((3, 3, 3), (6, 6, 6), (5, 5, 5), (6, 5, 3)),
        (_potions((0, 12)), _potions((2, 12)), _potions((4, 12)), _potions((1, 4), (3, 4), (5, 4))),
        _all_made(3, range(4), range(4, 8), range(8, 12)),
        "level-2",
    ),
    "bottleneck": Probe(
        "Plan around a bottleneck",
        "Are stones first made worse to reach the best one?",
        ((5, 5, 1), (3, 3, 3), (5, 5, 5)),
        (_potions((4, 6), (3, 6)), _potions((5, 12)), _potions((4, 4), (3, 3), (5, 5))),
        lambda result, trials: int(result.trial_scores[2]) == 45,
        "level-3",
        _BOTTLENECK,
    ),
}


def _times(actions: tuple[int, ...]) -> Times:
    """When each stone met each slot; actions that did nothing do not count."""
    times = np.full((3, 13), -1, np.int64)
    used: set[int] = set()
    for time, action in enumerate(actions):
        stone, slot = decode(action)
        if stone is None or slot is None or times[stone, CAULDRON] >= 0 or slot in used:
            continue
        if slot != CAULDRON:
            used.add(slot)
        times[stone, slot] = time
    return times


def passes(probe: Probe, agent: Agent) -> bool:
    """Play a probe once."""
    result = play(probe.episode(), agent, level=Level())
    return probe.passed(result, [_times(actions) for actions in result.actions])


def run_probe(name: str, make: Callable[[int], Agent], samples: int = 20, seed: int = 0) -> ProbeResult:
    """Compare an agent with a probe's null agent; ``make(seed)`` makes the agent, once for each side."""
    probe = PROBES[name]
    agent, null = make(seed), make_agent(probe.null, seed + 1, Level())
    ours, theirs = (sum(passes(probe, player) for _ in range(samples)) for player in (agent, null))
    pooled = (ours + theirs) / (2 * samples)
    deviation = sqrt(pooled * (1 - pooled) * 2 / samples)
    z = (ours - theirs) / samples / deviation if deviation else 0.0
    return ProbeResult(ours, theirs, samples, z, erfc(z / sqrt(2)) / 2)


def run_probes(make: Callable[[int], Agent], samples: int = 20, seed: int = 0) -> dict[str, ProbeResult]:
    """All nine probes for an agent."""
    return {name: run_probe(name, make, samples, seed) for name in PROBES}
